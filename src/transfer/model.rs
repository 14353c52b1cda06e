//! Imports as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::linkedin::{self, TouchKind};
use crate::contacts::ContactId;
use crate::db::WorkspaceId;
use crate::db::schema::{contact_extras, import_keys, import_rows, imports};
use crate::error::ApiError;
use crate::exports::restore::Resource;
use crate::{fields, resource_id, text_enum};

resource_id!(
    /// Identifies an import.
    ImportId
);

text_enum! {
    /// What a file is.
    ImportKind {
        /// `Connections.csv` of a LinkedIn archive, or the whole archive.
        LinkedinConnections = "linkedin_connections",
        /// `messages.csv` of a LinkedIn archive: messages of the past.
        LinkedinMessages = "linkedin_messages",
        /// `Invitations.csv` of a LinkedIn archive, sent and received.
        LinkedinInvitations = "linkedin_invitations",
        /// A LinkedIn archive with several of these files.
        LinkedinArchive = "linkedin_archive",
        /// A workspace that Inroad has exported.
        InroadArchive = "inroad_archive",
        /// Google Contacts as CSV, in today's layout or the one before.
        GoogleContacts = "google_contacts",
        /// Outlook's contacts as CSV, of the desktop program or of Outlook.com.
        OutlookContacts = "outlook_contacts",
        /// vCards of version 2.1, 3.0 or 4.0, one or many.
        Vcard = "vcard",
        /// Any other table, by a mapping of its columns or by its headings.
        Csv = "csv",
    }
}

impl ImportKind {
    /// Under which name the keys of its people are kept.
    pub fn source(self) -> &'static str {
        match self {
            Self::LinkedinConnections | Self::LinkedinMessages | Self::LinkedinInvitations | Self::LinkedinArchive => {
                "linkedin"
            }
            other => other.name(),
        }
    }

    /// Who says what the file says.
    pub fn owner(self) -> &'static str {
        match self {
            Self::LinkedinConnections | Self::LinkedinMessages | Self::LinkedinInvitations | Self::LinkedinArchive => {
                "LinkedIn"
            }
            Self::GoogleContacts => "Google",
            Self::OutlookContacts => "Outlook",
            Self::InroadArchive => "the archive",
            Self::Vcard => "the card",
            Self::Csv => "the file",
        }
    }

    pub fn is_linkedin(self) -> bool {
        self.source() == "linkedin"
    }

    pub fn has_phones(self) -> bool {
        !self.is_linkedin()
    }

    /// An address is that of the member who confirmed it, and of nobody else.
    pub fn has_personal_emails(self) -> bool {
        self.is_linkedin()
    }
}

/// A file of several in an archive. Rows are numbered through all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `Connections.csv`, or whatever the only file is.
    First,
    Messages,
    Invitations,
    /// A file of a workspace's archive, by its place in [`Resource::ALL`].
    Resource(usize),
}

impl Part {
    /// More lines than a file can have.
    const LINES: u64 = 1 << 32;
    /// The number of the first file of a workspace's archive.
    const RESOURCES: u64 = 16;

    /// Where the line stands among those of all files.
    pub fn place(self, line: u64) -> u64 {
        let number = match self {
            Self::First => 0,
            Self::Messages => 1,
            Self::Invitations => 2,
            Self::Resource(index) => Self::RESOURCES + index as u64,
        };
        number * Self::LINES + line
    }

    /// The file, where it is not the first one, and the line in it.
    pub fn at(place: i64) -> (Option<String>, i64) {
        let lines = Self::LINES.cast_signed();
        let number = (place / lines).cast_unsigned();
        let file = match number {
            0 => None,
            1 => Some(TouchKind::Message.file().to_owned()),
            2 => Some(TouchKind::Invitation.file().to_owned()),
            _ => {
                let index = usize::try_from(number.saturating_sub(Self::RESOURCES)).unwrap_or(usize::MAX);
                Resource::ALL.get(index).map(|resource| format!("{}.jsonl", resource.name()))
            }
        };
        (file, place % lines)
    }
}

text_enum! {
    /// How far an import is.
    ImportState {
        /// Or waiting for its turn: those of one workspace come one after the other.
        Running = "running",
        Finished = "finished",
        /// Nothing was stored.
        Failed = "failed",
        /// Somebody stopped it. Nothing was stored.
        Cancelled = "cancelled",
        Undone = "undone",
    }
}

text_enum! {
    /// What became of a row.
    Outcome {
        /// A contact was added.
        Created = "created",
        /// A contact got what the row has more or newer, or a message of the past.
        Updated = "updated",
        /// The contact is there and has all that.
        Unchanged = "unchanged",
        /// The row is about nobody; `problems` says why.
        Skipped = "skipped",
        /// The row cannot be read; `problems` says where and why.
        Failed = "failed",
    }
}

#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = imports, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct ImportDbRow {
    pub workspace_id: WorkspaceId,
    pub id: ImportId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub kind: ImportKind,
    pub dry_run: bool,
    pub state: ImportState,
    pub file_name: Option<String>,
    pub file_size: i64,
    pub file_sha256: Vec<u8>,
    pub encoding: Option<String>,
    pub created_by: Uuid,
    pub created_count: i32,
    pub updated_count: i32,
    pub unchanged_count: i32,
    pub skipped_count: i32,
    pub failed_count: i32,
    pub created_companies: Vec<Uuid>,
    pub failure_code: Option<String>,
    pub failure_detail: Option<String>,
    pub finished_at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
    pub cancel_requested_at: Option<DateTime<Utc>>,
    pub waits_until: Option<DateTime<Utc>>,
    pub ignored_columns: Vec<String>,
}

#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = import_rows, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct RowDbRow {
    pub workspace_id: WorkspaceId,
    pub import_id: ImportId,
    pub line: i64,
    pub outcome: Outcome,
    pub name: Option<String>,
    pub contact_id: Option<ContactId>,
    pub contact_version: Option<i32>,
    pub before: Option<Value>,
    pub problems: Value,
    pub touches: Vec<String>,
}

#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = import_keys, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct KeyDbRow {
    pub workspace_id: WorkspaceId,
    pub source: String,
    pub key: String,
    pub contact_id: ContactId,
    pub base: Value,
}

/// What a source has of a contact and Inroad has no field for.
#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = contact_extras, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct ExtraDbRow {
    pub workspace_id: WorkspaceId,
    pub contact_id: ContactId,
    pub source: String,
    pub key: String,
    pub properties: Value,
}

/// Something about a row that a person should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportProblem {
    /// `invalid_email`, `invalid_date`, `kept`, `no_identity`, `in_trash`, `too_many_columns`, …
    #[schema(example = "invalid_email")]
    pub code: String,
    /// The line of the file, when it is not the one on which the row begins.
    #[schema(example = 7)]
    pub line: Option<i64>,
    /// The heading of the column, if it is about one; of a value that stays as it is, the field of the contact.
    #[schema(example = "Email Address")]
    pub column: Option<String>,
    /// The column's number, from 1.
    #[schema(example = 4)]
    pub column_number: Option<u64>,
    #[schema(example = "is not an e-mail address")]
    pub detail: String,
    /// What stood there, shortened.
    #[schema(example = "ada@")]
    pub value: Option<String>,
}

/// A contact that an undo leaves as it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptContact {
    #[schema(value_type = Uuid)]
    pub id: ContactId,
    #[schema(example = "Ada Lovelace")]
    pub name: String,
    pub reason: KeptReason,
}

/// Why an undo leaves a contact as it is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptReason {
    /// Somebody has edited it since.
    Edited,
    /// Others refer to it, as their connector for instance, or have by now what it had before.
    InUse,
    /// It lies in the trash.
    InTrash,
}

/// What became of one row of the file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportRow {
    /// The file of the archive, where it is not the first one.
    #[schema(example = "messages.csv")]
    pub file: Option<String>,
    /// The line on which the row begins, from 1.
    #[schema(example = 5)]
    pub line: i64,
    pub outcome: Outcome,
    /// Who it is about.
    #[schema(example = "Ada Lovelace")]
    pub name: Option<String>,
    /// The contact that it became or is; `null` in a dry run that would have added one.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    pub problems: Vec<ImportProblem>,
}

impl From<RowDbRow> for ImportRow {
    fn from(row: RowDbRow) -> Self {
        let RowDbRow {
            workspace_id: _,
            import_id: _,
            line,
            outcome,
            name,
            contact_id,
            contact_version: _,
            before: _,
            problems,
            touches: _,
        } = row;
        let (file, line) = Part::at(line);
        Self { file, line, outcome, name, contact_id, problems: fields::stored(problems) }
    }
}

/// How many rows became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportCounts {
    #[schema(example = 44)]
    pub total: i32,
    #[schema(example = 40)]
    pub created: i32,
    #[schema(example = 1)]
    pub updated: i32,
    #[schema(example = 0)]
    pub unchanged: i32,
    #[schema(example = 2)]
    pub skipped: i32,
    #[schema(example = 1)]
    pub failed: i32,
}

/// Why an import as a whole came to nothing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportFailure {
    #[schema(example = "interrupted")]
    pub code: String,
    pub detail: String,
}

/// A file that was imported, or tried.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Import {
    pub id: ImportId,
    #[schema(example = 2)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub kind: ImportKind,
    /// It was only tried: everything was done and taken back.
    pub dry_run: bool,
    pub state: ImportState,
    #[schema(example = "Connections.csv")]
    pub file_name: Option<String>,
    /// Bytes.
    #[schema(example = 4711)]
    pub file_size: i64,
    /// Hexadecimal.
    pub file_sha256: String,
    /// As it was recognised.
    #[schema(example = "UTF-8")]
    pub encoding: Option<String>,
    /// Headings of a table that nothing was read from: a mapping can say what they mean.
    #[schema(example = json!(["Shoe size"]))]
    pub ignored_columns: Vec<String>,
    /// The member who imported it.
    pub created_by: Uuid,
    pub counts: ImportCounts,
    pub failure: Option<ImportFailure>,
    pub finished_at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
}

/// An import with what became of its rows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportReport {
    #[serde(flatten)]
    pub import: Import,
    /// The first 1,000 rows, by line; `GET /v1/imports/{id}/rows` has all.
    pub rows: Vec<ImportRow>,
    /// Whether these are all.
    pub rows_complete: bool,
}

impl From<ImportDbRow> for Import {
    fn from(row: ImportDbRow) -> Self {
        let ImportDbRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            kind,
            dry_run,
            state,
            file_name,
            file_size,
            file_sha256,
            encoding,
            created_by,
            created_count: created,
            updated_count: updated,
            unchanged_count: unchanged,
            skipped_count: skipped,
            failed_count: failed,
            created_companies: _,
            failure_code,
            failure_detail,
            finished_at,
            undone_at,
            cancel_requested_at: _,
            waits_until: _,
            ignored_columns,
        } = row;
        let total = created + updated + unchanged + skipped + failed;
        Self {
            id,
            version,
            created_at,
            updated_at,
            kind,
            dry_run,
            state,
            file_name,
            file_size,
            file_sha256: hex::encode(file_sha256),
            encoding,
            ignored_columns,
            created_by,
            counts: ImportCounts { total, created, updated, unchanged, skipped, failed },
            failure: failure_code.map(|code| ImportFailure { code, detail: failure_detail.unwrap_or_default() }),
            finished_at,
            undone_at,
        }
    }
}

impl From<linkedin::Problem> for ImportProblem {
    fn from(problem: linkedin::Problem) -> Self {
        let linkedin::Problem { column, number, code, message, value } = problem;
        Self {
            code: code.to_owned(),
            line: None,
            column: Some(column.to_owned()),
            column_number: Some(number),
            detail: message.to_owned(),
            value: Some(value),
        }
    }
}

impl ImportProblem {
    /// Of an entry that is about nothing.
    pub fn skipped(reason: &str) -> Self {
        let detail = match reason {
            "draft" => "the message was never sent",
            "no_text" => "the message has no text",
            _ => "the row says nothing about a person",
        };
        Self::new(reason, detail)
    }

    /// Of a contact that cannot be written.
    pub fn invalid(error: &ApiError) -> Self {
        let first = error.errors.first();
        let detail = first.map_or_else(
            || error.detail.to_string(),
            |fault| format!("{} {}", fault.pointer.as_deref().unwrap_or_default(), fault.detail),
        );
        Self::new("invalid", detail)
    }

    /// Of an id in this system that another contact has.
    pub fn taken((system, id): (String, String)) -> Self {
        let column = Some(format!("external_ids/{system}"));
        Self { column, value: Some(id), ..Self::new("taken", "another contact has this id: it is left out") }
    }

    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            line: None,
            column: None,
            column_number: None,
            detail: detail.into(),
            value: None,
        }
    }
}
