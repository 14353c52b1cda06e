//! Research notes as the database has them and as the API shows and takes them.
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::{ResearchNoteImportance, ResearchNoteKind};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::WorkspaceId;
use crate::db::schema::research_notes;
use crate::meetings::MeetingId;
use crate::resource_id;
use crate::search::SearchMatch;

resource_id!(
    /// Identifies a research note.
    ResearchNoteId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = research_notes, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct ResearchNoteRow {
    pub workspace_id: WorkspaceId,
    pub id: ResearchNoteId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub contact_id: Option<ContactId>,
    pub company_id: Option<CompanyId>,
    pub meeting_id: Option<MeetingId>,
    pub industry: Option<String>,
    pub kind: ResearchNoteKind,
    pub title: String,
    pub body: Option<String>,
    pub excerpt: Option<String>,
    pub source_url: Option<String>,
    pub site: Option<String>,
    pub author: Option<String>,
    pub published_on: Option<NaiveDate>,
    pub accessed_on: Option<NaiveDate>,
    pub importance: ResearchNoteImportance,
    pub pinned: bool,
    pub tags: Vec<String>,
    pub language: Option<String>,
}

/// What can be written of a research note. It is about a contact, a company, an industry or a meeting, or several of
/// these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "industry": "wind power", "kind": "news", "title": "Offshore wind doubles by 2030",
    "source_url": "https://news.example/offshore-wind", "published_on": "2026-02-20", "language": "en",
    "body": "Three new sites, **two** of them in the north."
}))]
pub struct ResearchNoteInput {
    /// Whom it is about.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<Uuid>)]
    pub company_id: Option<CompanyId>,
    /// The meeting that it prepares.
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    #[schema(min_length = 1, max_length = 100, example = "wind power")]
    pub industry: Option<String>,
    pub kind: ResearchNoteKind,
    #[schema(
        min_length = 1,
        max_length = 300,
        pattern = r"\S",
        format = "one-line",
        example = "Offshore wind doubles by 2030"
    )]
    pub title: String,
    /// Markdown (CommonMark).
    #[schema(max_length = 65536)]
    pub body: Option<String>,
    /// The few sentences that matter.
    #[schema(max_length = 4096, example = "Three new sites, two of them in the north.")]
    pub excerpt: Option<String>,
    /// Where it was found.
    #[schema(format = "http-url", max_length = 2048, example = "https://news.example/offshore-wind")]
    pub source_url: Option<String>,
    /// What the site is called.
    #[schema(max_length = 200, example = "The Example Times")]
    pub site: Option<String>,
    /// Who wrote it.
    #[schema(max_length = 200, example = "Grace Hopper")]
    pub author: Option<String>,
    #[schema(example = "2026-02-20")]
    pub published_on: Option<NaiveDate>,
    /// When it was looked at.
    #[schema(example = "2026-03-01")]
    pub accessed_on: Option<NaiveDate>,
    #[serde(default = "normal")]
    pub importance: ResearchNoteImportance,
    /// It comes first in the brief of a meeting.
    #[serde(default)]
    pub pinned: bool,
    #[serde(default)]
    #[schema(max_items = 100, min_length = 1, max_length = 100)]
    pub tags: Vec<String>,
    /// BCP 47: the language that it is written in, and searched in.
    #[schema(format = "language", max_length = 35, example = "en")]
    pub language: Option<String>,
}

pub fn normal() -> ResearchNoteImportance {
    ResearchNoteImportance::Normal
}

/// What was found out about somebody or something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResearchNote {
    pub id: ResearchNoteId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub contact_id: Option<ContactId>,
    pub company_id: Option<CompanyId>,
    pub meeting_id: Option<MeetingId>,
    #[schema(example = "wind power")]
    pub industry: Option<String>,
    pub kind: ResearchNoteKind,
    #[schema(example = "Offshore wind doubles by 2030")]
    pub title: String,
    /// Markdown (CommonMark).
    pub body: Option<String>,
    pub excerpt: Option<String>,
    pub source_url: Option<String>,
    pub site: Option<String>,
    pub author: Option<String>,
    pub published_on: Option<NaiveDate>,
    pub accessed_on: Option<NaiveDate>,
    pub importance: ResearchNoteImportance,
    pub pinned: bool,
    pub tags: Vec<String>,
    #[schema(example = "en")]
    pub language: Option<String>,
    /// `body` as HTML, with `render=html`: without scripts, styles, forms and images, with links that tell nobody where
    /// they were followed from.
    pub body_html: Option<String>,
    /// Where the words of `q` stand.
    pub found: Option<ResearchNoteFound>,
}

/// How well a note fits a search, and where.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResearchNoteFound {
    /// The higher, the better. It compares the notes of one search only.
    #[schema(example = 0.6)]
    pub rank: f32,
    /// The texts in which the words stand.
    pub matches: Vec<SearchMatch>,
}

impl From<ResearchNoteRow> for ResearchNote {
    fn from(row: ResearchNoteRow) -> Self {
        let ResearchNoteRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            contact_id,
            company_id,
            meeting_id,
            industry,
            kind,
            title,
            body,
            excerpt,
            source_url,
            site,
            author,
            published_on,
            accessed_on,
            importance,
            pinned,
            tags,
            language,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            contact_id,
            company_id,
            meeting_id,
            industry,
            kind,
            title,
            body,
            excerpt,
            source_url,
            site,
            author,
            published_on,
            accessed_on,
            importance,
            pinned,
            tags,
            language,
            body_html: None,
            found: None,
        }
    }
}

impl From<ResearchNote> for ResearchNoteInput {
    fn from(note: ResearchNote) -> Self {
        Self {
            contact_id: note.contact_id,
            company_id: note.company_id,
            meeting_id: note.meeting_id,
            industry: note.industry,
            kind: note.kind,
            title: note.title,
            body: note.body,
            excerpt: note.excerpt,
            source_url: note.source_url,
            site: note.site,
            author: note.author,
            published_on: note.published_on,
            accessed_on: note.accessed_on,
            importance: note.importance,
            pinned: note.pinned,
            tags: note.tags,
            language: note.language,
        }
    }
}
