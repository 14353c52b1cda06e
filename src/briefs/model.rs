//! What a brief reads of each resource, as the database has it.
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::agendas::AgendaItem;
use crate::alerts::AlertId;
use crate::companies::CompanyId;
use crate::contacts::{ContactId, ContactProfile, Email, HowFound, Relationship, Stage};
use crate::db::Json;
use crate::db::schema::{agendas, follow_ups, goals, insights, meeting_questions, meetings};
use crate::feeds::FeedKind;
use crate::follow_ups::{FollowUpId, FollowUpKind};
use crate::goals::GoalId;
use crate::insights::{InsightConfidence, InsightStance};
use crate::introductions::State as IntroductionState;
use crate::meeting_questions::MeetingQuestionId;
use crate::meetings::{DebriefRecord, MeetingDetails, MeetingId, MeetingMedium, MeetingPayer, MeetingState};
use crate::messages::{MessageChannel, MessageDirection, MessageId};
use crate::research_notes::{ResearchNoteId, ResearchNoteImportance, ResearchNoteKind};

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = meetings, check_for_backend(diesel::pg::Pg))]
pub struct MeetingFacts {
    pub id: MeetingId,
    pub state: MeetingState,
    pub medium: MeetingMedium,
    pub title: Option<String>,
    pub details: Json<MeetingDetails>,
    pub starts_at: Option<DateTime<Utc>>,
    pub duration_minutes: i16,
    pub seeker_zone: String,
    pub contact_zone: String,
    pub payer: MeetingPayer,
    pub cost_minor: Option<i64>,
    pub cost_currency: Option<String>,
    pub notes: Option<String>,
    pub reconfirmed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Queryable)]
pub struct PersonFacts {
    pub id: ContactId,
    pub name: String,
    pub profile: Json<ContactProfile>,
    pub emails: Json<Vec<Email>>,
    pub industries: Vec<String>,
    pub how_found: Option<HowFound>,
    pub connector_id: Option<ContactId>,
    pub connector_name: Option<String>,
    pub relationship: Option<Relationship>,
    pub strength: Option<i16>,
    pub stage: Stage,
    pub last_touch_at: Option<DateTime<Utc>>,
    pub notes: Option<String>,
}

#[derive(Debug, Clone, Queryable)]
pub struct PositionFacts {
    pub contact_id: ContactId,
    pub company_id: Option<CompanyId>,
    pub present_company_name: Option<String>,
    pub company_name: Option<String>,
    pub website: Option<String>,
    pub title: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub is_current: bool,
}

#[derive(Debug, Clone, Queryable)]
pub struct TieFacts {
    pub introducer_id: Option<ContactId>,
    pub introducer_name: Option<String>,
    pub introduced_id: Option<ContactId>,
    pub introduced_contact_name: Option<String>,
    pub introduced_name: Option<String>,
    pub state: IntroductionState,
    pub may_use_name: bool,
}

#[derive(Debug, Clone, Queryable)]
pub struct MessageFacts {
    pub id: MessageId,
    pub contact_id: ContactId,
    pub occurred_at: DateTime<Utc>,
    pub direction: MessageDirection,
    pub channel: MessageChannel,
    pub subject: Option<String>,
    pub text: Option<String>,
}

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = meetings, check_for_backend(diesel::pg::Pg))]
pub struct EarlierFacts {
    pub id: MeetingId,
    pub medium: MeetingMedium,
    pub title: Option<String>,
    pub starts_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub debrief: Option<Json<DebriefRecord>>,
}

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = insights, check_for_backend(diesel::pg::Pg))]
pub struct InsightFacts {
    pub id: Uuid,
    pub meeting_id: MeetingId,
    pub topic: String,
    pub stance: InsightStance,
    pub confidence: InsightConfidence,
    pub text: String,
    pub quote: Option<String>,
}

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = follow_ups, check_for_backend(diesel::pg::Pg))]
pub struct PromiseFacts {
    pub id: FollowUpId,
    pub contact_id: ContactId,
    pub kind: FollowUpKind,
    pub title: Option<String>,
    pub due_on: NaiveDate,
}

#[derive(Debug, Clone, Queryable)]
pub struct NoteFacts {
    pub id: ResearchNoteId,
    pub contact_id: Option<ContactId>,
    pub company_id: Option<CompanyId>,
    pub meeting_id: Option<MeetingId>,
    pub industry: Option<String>,
    pub kind: ResearchNoteKind,
    pub title: String,
    pub excerpt: Option<String>,
    pub beginning: Option<String>,
    pub source_url: Option<String>,
    pub site: Option<String>,
    pub author: Option<String>,
    pub published_on: Option<NaiveDate>,
    pub accessed_on: Option<NaiveDate>,
    pub importance: ResearchNoteImportance,
    pub pinned: bool,
    pub created_at: DateTime<Utc>,
}

/// What notes of one kind are about, and the days that they tell.
pub type NotedAbout = (ResearchNoteKind, Option<ContactId>, Option<CompanyId>, Option<NaiveDate>, Option<NaiveDate>);

/// Notes of the same days, with when the last of them was made.
#[derive(Debug, Clone, Queryable)]
pub struct NotedFacts {
    pub about: NotedAbout,
    pub created_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Queryable)]
pub struct AlertFacts {
    pub id: AlertId,
    pub kind: FeedKind,
    pub feed_name: Option<String>,
    pub feed_title: Option<String>,
    pub title: String,
    pub beginning: Option<String>,
    pub url: Option<String>,
    pub dated_at: DateTime<Utc>,
    pub research_note_id: Option<ResearchNoteId>,
}

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = goals, check_for_backend(diesel::pg::Pg))]
pub struct GoalFacts {
    pub id: GoalId,
    pub text: String,
    pub how_known: Option<String>,
    pub rank: i16,
}

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = meeting_questions, check_for_backend(diesel::pg::Pg))]
pub struct QuestionFacts {
    pub id: MeetingQuestionId,
    pub goal_id: Option<GoalId>,
    pub text: String,
    pub answered_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = agendas, check_for_backend(diesel::pg::Pg))]
pub struct AgendaFacts {
    pub items: Json<Vec<AgendaItem>>,
}

/// Everything that a brief is made of.
#[derive(Debug, Clone)]
pub struct Facts {
    pub meeting: MeetingFacts,
    pub persons: Vec<PersonFacts>,
    pub positions: Vec<PositionFacts>,
    pub ties: Vec<TieFacts>,
    pub messages: Vec<MessageFacts>,
    pub earlier: Vec<EarlierFacts>,
    pub insights: Vec<InsightFacts>,
    pub promises: Vec<PromiseFacts>,
    pub notes: Vec<NoteFacts>,
    /// Of all notes, however many.
    pub noted: Vec<NotedFacts>,
    pub alerts: Vec<AlertFacts>,
    pub goals: Vec<GoalFacts>,
    pub questions: Vec<QuestionFacts>,
    pub agenda: Vec<AgendaItem>,
}
