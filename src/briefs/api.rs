//! The brief of a meeting as the API shows it.
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{AlertFacts, GoalFacts, InsightFacts, MessageFacts, NoteFacts, PositionFacts, QuestionFacts};
use super::staleness;
use crate::agendas::AgendaKind;
use crate::alerts::AlertId;
use crate::companies::CompanyId;
use crate::contacts::{ContactId, Education, HowFound, Relationship, Stage};
use crate::feeds::FeedKind;
use crate::fields::Link;
use crate::goals::GoalId;
use crate::insights::{InsightConfidence, InsightStance};
use crate::introductions::State as IntroductionState;
use crate::meeting_questions::MeetingQuestionId;
use crate::meetings::{Cost, LocalSpan, MeetingId, MeetingMedium, MeetingParty, MeetingPayer, MeetingState, Place};
use crate::messages::{MessageChannel, MessageDirection, MessageId};
use crate::research_notes::{ResearchNoteId, ResearchNoteImportance, ResearchNoteKind};
use crate::text_enum;
use crate::zones::{self, Tz};

/// Everything that prepares a meeting.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Brief {
    pub meeting_id: MeetingId,
    /// What the meeting is called.
    #[schema(example = "Coffee with Ada Lovelace")]
    pub title: String,
    pub state: MeetingState,
    /// The day in the seeker's zone by which ages are counted.
    #[schema(example = "2026-04-13")]
    pub as_of: NaiveDate,
    pub readiness: Readiness,
    pub logistics: BriefLogistics,
    /// Whom it is with, the first of the meeting first.
    pub people: Vec<BriefPerson>,
    /// Whom you and they know.
    pub in_common: Vec<BriefTie>,
    /// What the seeker wants to learn, the most important first.
    pub goals: Vec<BriefGoal>,
    pub agenda: BriefAgenda,
    pub questions: Vec<BriefQuestion>,
    pub said: BriefSaid,
    /// What was found out, by kind of source.
    pub research: Vec<BriefResearch>,
    /// What feeds about them, where they work now and their industries have brought since the last contact, the latest
    /// first.
    pub alerts: Vec<BriefAlert>,
    /// What is too old to be relied on.
    pub stale: Vec<BriefStale>,
    /// What there is more of than a brief has: JSON pointers (RFC 6901) to the lists that were cut.
    #[schema(example = json!(["/said/messages"]))]
    pub cut: Vec<String>,
}

/// How far the preparation is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Readiness {
    /// How many of the items are done, of a hundred; rounded down.
    #[schema(example = 75, minimum = 0, maximum = 100)]
    pub percent: u8,
    pub items: Vec<ReadinessItem>,
}

/// Something that belongs to the preparation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReadinessItem {
    /// `time`, `way`, `reconfirmed`, `position`, `how_met`, `name`, `person`, `company`, `news`, `goals`, `questions`,
    /// `agenda`, `promises`; more may come.
    #[schema(example = "questions")]
    pub code: &'static str,
    #[schema(example = "Three questions or more")]
    pub title: &'static str,
    /// Whether it is done; else it is missing.
    pub done: bool,
    /// By what fact.
    #[schema(example = "There is one question.")]
    pub reason: String,
}

/// When and where, and what to bring.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefLogistics {
    pub medium: MeetingMedium,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    #[schema(example = 15)]
    pub duration_minutes: i16,
    #[schema(example = "Europe/London")]
    pub seeker_zone: String,
    /// As the seeker's clock shows it.
    pub seeker_local: Option<LocalSpan>,
    #[schema(example = "Europe/Vienna")]
    pub contact_zone: String,
    /// As the other side's clock shows it.
    pub contact_local: Option<LocalSpan>,
    pub place: Option<Place>,
    /// When to be there.
    pub arrive_by_at: Option<DateTime<Utc>>,
    pub payer: MeetingPayer,
    pub cost: Option<Cost>,
    pub bring: Option<String>,
    pub dress: Option<String>,
    pub reconfirmed_at: Option<DateTime<Utc>>,
    /// Notes of the meeting.
    pub notes: Option<String>,
}

/// Somebody whom the meeting is with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefPerson {
    pub id: ContactId,
    #[schema(example = "Ada Lovelace")]
    pub name: String,
    pub preferred_name: Option<String>,
    pub pronunciation: Option<String>,
    pub pronouns: Option<String>,
    pub headline: Option<String>,
    pub location: Option<String>,
    pub time_zone: Option<String>,
    /// The primary address.
    #[schema(example = "ada@engines.example")]
    pub email: Option<String>,
    /// The primary number.
    pub phone: Option<String>,
    pub links: Vec<Link>,
    pub positions: Vec<BriefPosition>,
    pub education: Vec<Education>,
    pub industries: Vec<String>,
    pub expertise: Vec<String>,
    /// How you met.
    pub how_found: Option<HowFound>,
    pub how_found_detail: Option<String>,
    pub how_found_on: Option<NaiveDate>,
    pub connector_id: Option<ContactId>,
    /// Through whom.
    pub connector_name: Option<String>,
    pub relationship: Option<Relationship>,
    pub shared_ground: Vec<String>,
    #[schema(example = 3)]
    pub strength: Option<i16>,
    pub stage: Stage,
    pub last_touch_at: Option<DateTime<Utc>>,
    /// The beginning of what was noted.
    pub notes: Option<String>,
}

/// A role at a company, current or former.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefPosition {
    pub company_id: Option<CompanyId>,
    #[schema(example = "Analytical Engines Ltd")]
    pub company_name: Option<String>,
    pub company_website: Option<String>,
    #[schema(example = "Head of Computing")]
    pub title: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub is_current: bool,
}

text_enum! {
    /// What somebody whom you and they know has done.
    BriefTieKind {
        /// They connect you.
        Connector = "connector",
        /// They named or introduced the person of the meeting to you.
        LedToThem = "led_to_them",
        /// The person of the meeting named or introduced them to you.
        NamedByThem = "named_by_them",
    }
}

/// Somebody whom you and a person of the meeting know.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BriefTie {
    pub kind: BriefTieKind,
    /// The person of the meeting.
    pub person_id: ContactId,
    /// Whom you both know; `null` of somebody who is no contact.
    pub contact_id: Option<ContactId>,
    #[schema(example = "Miriam Okafor")]
    pub name: String,
    /// Whether you may say that they named this person. Of those whom the person named, whether you may say so to them.
    pub may_use_name: bool,
    /// Where the introduction stands.
    pub state: Option<IntroductionState>,
}

/// What the seeker wants to learn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefGoal {
    pub id: GoalId,
    #[schema(example = "What a week on site looks like")]
    pub text: String,
    pub how_known: Option<String>,
    #[schema(example = 1)]
    pub rank: i16,
}

/// What is to be asked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefQuestion {
    pub id: MeetingQuestionId,
    #[schema(example = "What does a night shift in the control room look like?")]
    pub text: String,
    pub goal_id: Option<GoalId>,
    pub answered: bool,
}

/// How the minutes are to be spent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefAgenda {
    pub items: Vec<BriefAgendaItem>,
    #[schema(example = 15)]
    pub total_minutes: i32,
    #[schema(example = 15)]
    pub duration_minutes: i16,
    /// By how much it does not fit.
    #[schema(example = 0)]
    pub over_minutes: i32,
}

/// A timed part of a meeting.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefAgendaItem {
    pub kind: AgendaKind,
    pub title: Option<String>,
    /// The minute of the meeting at which it begins.
    #[schema(example = 1)]
    pub from_minute: i32,
    #[schema(example = 10)]
    pub minutes: u16,
    pub question_ids: Vec<MeetingQuestionId>,
}

/// Everything said so far.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefSaid {
    /// What was promised and is not done yet, the first due first.
    pub promises: Vec<BriefPromise>,
    /// Conversations that took place, the newest first.
    pub meetings: Vec<BriefTalk>,
    /// What was learned in them, the newest first.
    pub insights: Vec<BriefInsight>,
    /// What was written, the newest first.
    pub messages: Vec<BriefMessage>,
}

/// A promise that is open.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefPromise {
    pub follow_up_id: Uuid,
    pub person_id: ContactId,
    /// Who promised.
    pub by: MeetingParty,
    #[schema(example = "Send the article about storage")]
    pub text: Option<String>,
    pub due_on: NaiveDate,
}

/// A conversation that took place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefTalk {
    pub meeting_id: MeetingId,
    #[schema(example = "Phone call with Ada Lovelace")]
    pub title: String,
    /// When it began.
    pub at: Option<DateTime<Utc>>,
    pub notes: Option<String>,
    pub thanks_for: Option<String>,
    pub next_step: Option<String>,
}

/// Something that was learned.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefInsight {
    pub id: Uuid,
    pub meeting_id: MeetingId,
    #[schema(example = "night shifts")]
    pub topic: String,
    pub stance: InsightStance,
    pub confidence: InsightConfidence,
    pub text: String,
    pub quote: Option<String>,
}

/// A message to or from a person of the meeting.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefMessage {
    pub id: MessageId,
    pub person_id: ContactId,
    pub at: DateTime<Utc>,
    pub direction: MessageDirection,
    pub channel: MessageChannel,
    pub subject: Option<String>,
    /// Its beginning.
    pub text: Option<String>,
}

/// What was found out from one kind of source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefResearch {
    pub kind: ResearchNoteKind,
    /// The day of the newest.
    pub newest_on: NaiveDate,
    #[schema(example = 12)]
    pub age_days: i64,
    /// First what is pinned and what matters, then the newest.
    pub notes: Vec<BriefNote>,
}

/// A research note.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefNote {
    pub id: ResearchNoteId,
    pub contact_id: Option<ContactId>,
    pub company_id: Option<CompanyId>,
    pub meeting_id: Option<MeetingId>,
    pub industry: Option<String>,
    #[schema(example = "Offshore wind doubles by 2030")]
    pub title: String,
    pub excerpt: Option<String>,
    /// The beginning of its body, as Markdown.
    pub beginning: Option<String>,
    pub source_url: Option<String>,
    pub site: Option<String>,
    pub author: Option<String>,
    /// When it was published, else looked at, else noted.
    pub on: NaiveDate,
    pub importance: ResearchNoteImportance,
    pub pinned: bool,
}

/// Something that a feed has brought.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BriefAlert {
    pub id: AlertId,
    pub kind: FeedKind,
    #[schema(example = "Hydropower News")]
    pub feed_name: Option<String>,
    #[schema(example = "New turbine hall at the Lech")]
    pub title: String,
    /// The beginning of its text.
    pub summary: Option<String>,
    pub url: Option<String>,
    /// When it was published, else found.
    pub dated_at: DateTime<Utc>,
    #[schema(example = 2)]
    pub age_days: i64,
    /// The research note that it became. In words, what stands under research is not told again.
    #[schema(required)]
    pub research_note_id: Option<ResearchNoteId>,
}

/// Something that is too old to be relied on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BriefStale {
    /// A kind of research note, or `contact` for when you were last in touch.
    #[schema(example = "news")]
    pub code: String,
    #[schema(example = 41)]
    pub age_days: i64,
    #[schema(example = "The newest news is 41 days old.")]
    pub detail: String,
}

impl From<PositionFacts> for BriefPosition {
    fn from(facts: PositionFacts) -> Self {
        Self {
            company_id: facts.company_id,
            company_name: facts.present_company_name.or(facts.company_name),
            company_website: facts.website,
            title: facts.title,
            started_on: facts.started_on,
            ended_on: facts.ended_on,
            is_current: facts.is_current,
        }
    }
}

impl From<GoalFacts> for BriefGoal {
    fn from(facts: GoalFacts) -> Self {
        let GoalFacts { id, text, how_known, rank } = facts;
        Self { id, text, how_known, rank }
    }
}

impl From<QuestionFacts> for BriefQuestion {
    fn from(facts: QuestionFacts) -> Self {
        let QuestionFacts { id, goal_id, text, answered_at } = facts;
        Self { id, text, goal_id, answered: answered_at.is_some() }
    }
}

impl From<InsightFacts> for BriefInsight {
    fn from(facts: InsightFacts) -> Self {
        let InsightFacts { id, meeting_id, topic, stance, confidence, text, quote } = facts;
        Self { id, meeting_id, topic, stance, confidence, text, quote }
    }
}

impl From<MessageFacts> for BriefMessage {
    fn from(facts: MessageFacts) -> Self {
        let MessageFacts { id, contact_id, occurred_at, direction, channel, subject, text } = facts;
        let text = text.filter(|text| !text.trim().is_empty());
        Self { id, person_id: contact_id, at: occurred_at, direction, channel, subject, text }
    }
}

impl BriefAlert {
    pub fn new(facts: AlertFacts, zone: Tz, as_of: NaiveDate) -> Self {
        let AlertFacts { id, kind, feed_name, feed_title, title, beginning, url, dated_at, research_note_id } = facts;
        let summary = beginning.filter(|text| !text.trim().is_empty());
        let age_days = staleness::age(zones::day(zone, dated_at), as_of);
        let feed_name = feed_name.or(feed_title);
        Self { id, kind, feed_name, title, summary, url, dated_at, age_days, research_note_id }
    }
}

impl BriefNote {
    pub fn new(facts: NoteFacts, on: NaiveDate) -> Self {
        Self {
            id: facts.id,
            contact_id: facts.contact_id,
            company_id: facts.company_id,
            meeting_id: facts.meeting_id,
            industry: facts.industry,
            title: facts.title,
            excerpt: facts.excerpt,
            beginning: facts.beginning,
            source_url: facts.source_url,
            site: facts.site,
            author: facts.author,
            on,
            importance: facts.importance,
            pinned: facts.pinned,
        }
    }
}
