//! Alerts as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::WorkspaceId;
use crate::db::schema::alerts;
use crate::feeds::{FeedId, FeedKind, Ties};
use crate::meeting_questions::MeetingQuestionId;
use crate::meetings::MeetingId;
use crate::research_notes::ResearchNoteId;
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies an alert.
    AlertId
);

text_enum! {
    /// What the seeker made of an alert.
    AlertState {
        Unread = "unread",
        Read = "read",
        /// Worth to be used; never removed by itself.
        Kept = "kept",
        Dismissed = "dismissed",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable)]
#[diesel(table_name = alerts, check_for_backend(diesel::pg::Pg))]
pub struct AlertRow {
    pub workspace_id: WorkspaceId,
    pub id: AlertId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub feed_id: FeedId,
    pub state: AlertState,
    pub title: String,
    pub url: Option<String>,
    pub author: Option<String>,
    pub summary: String,
    pub published_at: Option<DateTime<Utc>>,
    pub dated_at: DateTime<Utc>,
    pub matched: Vec<String>,
    pub research_note_id: Option<ResearchNoteId>,
    pub meeting_question_ids: Vec<MeetingQuestionId>,
}

/// What can be written of an alert.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "state": "kept" }))]
pub struct AlertInput {
    pub state: AlertState,
}

/// Something that a feed brought and that matched.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Alert {
    pub id: AlertId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub feed_id: FeedId,
    /// As the seeker calls the feed, or as it calls itself.
    #[schema(example = "Hydropower News")]
    pub feed_name: Option<String>,
    pub kind: FeedKind,
    /// What the feed is about.
    pub company_id: Option<CompanyId>,
    pub contact_id: Option<ContactId>,
    pub industry: Option<String>,
    pub state: AlertState,
    /// Plain text.
    #[schema(example = "New turbine hall at the Lech")]
    pub title: String,
    #[schema(example = "https://news.example.org/lech")]
    pub url: Option<String>,
    pub author: Option<String>,
    /// Plain text, at most 4000 characters.
    pub summary: String,
    /// `null` when the feed does not say, or says what cannot be.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was published, or else found.
    pub dated_at: DateTime<Utc>,
    /// The words and phrases that it matched.
    #[schema(example = json!(["hydropower"]))]
    pub matched: Vec<String>,
    /// The research note that it became, which may have been deleted since.
    pub research_note_id: Option<ResearchNoteId>,
    /// The questions of meetings that it became, the first one first; some may have been deleted since.
    pub meeting_question_ids: Vec<MeetingQuestionId>,
}

impl Alert {
    pub fn new(row: AlertRow, ties: &Ties) -> Self {
        let AlertRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            feed_id,
            state,
            title,
            url,
            author,
            summary,
            published_at,
            dated_at,
            matched,
            research_note_id,
            meeting_question_ids,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            feed_id,
            feed_name: ties.name.clone().or_else(|| ties.title.clone()),
            kind: ties.kind,
            company_id: ties.company_id,
            contact_id: ties.contact_id,
            industry: ties.industry.clone(),
            state,
            title,
            url,
            author,
            summary,
            published_at,
            dated_at,
            matched,
            research_note_id,
            meeting_question_ids,
        }
    }
}

/// Which alerts are read. Nothing said is all that are unread.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({ "feed_ids": ["019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e"] }))]
pub struct MarkReadInput {
    /// These alone.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 1000)]
    pub ids: Option<Vec<AlertId>>,
    /// Those of these feeds alone.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 1000)]
    pub feed_ids: Option<Vec<FeedId>>,
    /// Those that were found by then, so that what came meanwhile stays unread.
    pub until: Option<DateTime<Utc>>,
}

/// How many alerts were unread, and are read now.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkedRead {
    #[schema(example = 12)]
    pub marked: usize,
    /// As many again may be unread: at most 1000 are marked at once.
    pub more: bool,
}

/// What a note of an alert is about, beside what the feed is about.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({ "meeting_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e" }))]
pub struct AlertNoteInput {
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<Uuid>)]
    pub company_id: Option<CompanyId>,
    /// The meeting that it prepares.
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    #[schema(min_length = 1, max_length = 100, example = "wind power")]
    pub industry: Option<String>,
}

/// The meeting where an alert is to be talked about.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "meeting_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "text": "What does the new turbine hall change for your team?"
}))]
pub struct TalkingPointInput {
    #[schema(value_type = Uuid)]
    pub meeting_id: MeetingId,
    /// What to say or ask; by default the title of the alert.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub text: Option<String>,
}
