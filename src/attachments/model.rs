//! Attachments as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::WorkspaceId;
use crate::db::schema::attachments;
use crate::research_notes::ResearchNoteId;
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies an attachment.
    AttachmentId
);

text_enum! {
    /// Where a file is.
    FileState {
        /// On its way into the store.
        Uploading = "uploading",
        Stored = "stored",
        /// On its way out.
        Removed = "removed",
    }
}

text_enum! {
    /// What became of the words of the file.
    AttachmentTextState {
        /// Words of such files are not read.
        None = "none",
        /// They will be.
        Waiting = "waiting",
        /// They are searched with the note's.
        Read = "read",
        /// They cannot be: the file is broken, encrypted, or takes too long.
        Failed = "failed",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = attachments, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct AttachmentRow {
    pub workspace_id: WorkspaceId,
    pub id: AttachmentId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub research_note_id: ResearchNoteId,
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: i32,
    pub sha256: String,
    pub text_state: AttachmentTextState,
}

/// A file that belongs to a research note.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Attachment {
    pub id: AttachmentId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub research_note_id: ResearchNoteId,
    #[schema(example = "annual-report-2025.pdf")]
    pub file_name: String,
    /// By what the file holds.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    #[schema(example = 482_113)]
    pub size_bytes: i32,
    /// The SHA-256 of the file, in hexadecimal digits.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: String,
    pub text_state: AttachmentTextState,
    /// Where the file itself is.
    #[schema(example = "/v1/attachments/019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e/content")]
    pub content_url: String,
}

impl From<AttachmentRow> for Attachment {
    fn from(row: AttachmentRow) -> Self {
        let AttachmentRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            research_note_id,
            file_name,
            media_type,
            size_bytes,
            sha256,
            text_state,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            research_note_id,
            file_name,
            media_type,
            size_bytes,
            sha256,
            text_state,
            content_url: format!("/v1/attachments/{id}/content"),
        }
    }
}

/// What the files of a workspace take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttachmentUsage {
    #[schema(example = 12)]
    pub files: i64,
    #[schema(example = 5_242_880)]
    pub bytes: i64,
    /// How much they may take.
    #[schema(example = 1_073_741_824)]
    pub quota_bytes: i64,
}
