//! A step as the API shows it.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contacts::ContactId;
use crate::sort::Position;
use crate::text_enum;

text_enum! {
    /// What there is to do, in the order in which it is listed.
    NextStepKind {
        /// A confirmed meeting is over: say whether it took place.
        CloseMeeting = "close_meeting",
        /// A follow-up is due today, or late.
        FollowUp = "follow_up",
        /// A confirmed meeting takes place within two days.
        Prepare = "prepare",
        /// They answered, with neither a no nor somebody else's name, and no meeting is proposed or agreed on. Whose answer
        /// was `later` is listed 30 days after it.
        AgreeOnTime = "agree_on_time",
        /// A message could not be sent.
        MendMessage = "mend_message",
        /// A draft waits to be sent.
        FinishDraft = "finish_draft",
        /// There was no answer for some business days: try somebody else at the company.
        TrySomeoneElse = "try_someone_else",
        /// Somebody to whom nothing was sent yet, the closest first.
        ReachOut = "reach_out",
    }
}

/// Something to do next.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NextStep {
    pub kind: NextStepKind,
    /// In a few words.
    #[schema(example = "Thank Grace Hopper")]
    pub title: String,
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(example = "Grace Hopper")]
    pub contact_name: Option<String>,
    /// When it is due, where it has a time.
    pub due_at: Option<DateTime<Utc>>,
    pub is_overdue: bool,
    /// The kind of resource that it is about.
    #[schema(example = "follow_up")]
    pub resource: String,
    pub resource_id: Uuid,
    /// Where that is.
    #[schema(example = "/v1/follow-ups/019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e")]
    pub url: String,
}

/// The last step of a page: its source, and its place there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place {
    pub source: usize,
    pub at: Position,
}

/// A step as a source gives it; its words wait for the contact's name.
#[derive(Debug, Clone)]
pub struct Step {
    pub kind: NextStepKind,
    pub contact: Option<ContactId>,
    pub due_at: Option<DateTime<Utc>>,
    pub overdue_at: Option<DateTime<Utc>>,
    pub resource: &'static str,
    pub resource_id: Uuid,
    pub url: String,
    pub words: Words,
    pub at: Position,
}

/// How a step is called.
#[derive(Debug, Clone)]
pub enum Words {
    /// As somebody wrote it.
    Own(String),
    /// With the contact's name between these.
    About(&'static str, &'static str),
    FollowUp(crate::follow_ups::FollowUpKind),
}

impl Step {
    pub fn shown(self, name: Option<String>, now: DateTime<Utc>) -> NextStep {
        let called = name.as_deref().unwrap_or("somebody");
        let title = match self.words {
            Words::Own(title) => title,
            Words::About(before, behind) => format!("{before}{called}{behind}"),
            Words::FollowUp(kind) => kind.words(called),
        };
        NextStep {
            kind: self.kind,
            title,
            contact_id: self.contact,
            contact_name: name,
            due_at: self.due_at,
            is_overdue: self.overdue_at.is_some_and(|at| at <= now),
            resource: self.resource.to_owned(),
            resource_id: self.resource_id,
            url: self.url,
        }
    }
}
