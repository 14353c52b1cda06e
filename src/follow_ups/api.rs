//! Follow-ups as the API shows and takes them.
use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{FollowUpId, FollowUpRow};
use super::words::{ClosedReason, FollowUpKind, FollowUpSource, FollowUpState};
use crate::contacts::ContactId;
use crate::error::Fault;
use crate::http::body::Rules;
use crate::introductions::IntroductionId;
use crate::meetings::MeetingId;
use crate::messages::MessageId;
use crate::zones;

/// What can be written of a follow-up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "contact_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "kind": "promise_mine",
    "title": "Send the article about storage", "due_on": "2026-03-06", "due_time": "09:00"
}))]
pub struct FollowUpInput {
    /// Whom it is about.
    #[schema(value_type = Uuid)]
    pub contact_id: ContactId,
    pub kind: FollowUpKind,
    /// What is to be done, where the kind does not say it all.
    #[schema(format = "one-line", max_length = 200, example = "Send the article about storage")]
    pub title: Option<String>,
    /// Markdown.
    #[schema(max_length = 65536)]
    pub notes: Option<String>,
    /// The message with this contact that it is about.
    #[schema(value_type = Option<Uuid>)]
    pub message_id: Option<MessageId>,
    /// The meeting with this contact that it is about.
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    /// The introduction that it is about; the contact gives or gets it.
    #[schema(value_type = Option<Uuid>)]
    pub introduction_id: Option<IntroductionId>,
    /// The day on which it is due. Without it, and without `due_in_business_days`, a `keep_in_touch` is due after as
    /// many days as the settings say; any other kind needs one of the two.
    #[schema(example = "2026-03-06")]
    pub due_on: Option<NaiveDate>,
    /// The business day on which it is due: so many after today. It sets `due_on`.
    #[schema(minimum = 0, maximum = 250, example = 7)]
    pub due_in_business_days: Option<u32>,
    /// The hour from which on it is due; without one, it is due all day.
    #[schema(max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "09:00")]
    pub due_time: Option<String>,
    /// In which zone day and hour are meant; without one, in the workspace's, also when that changes.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/London")]
    pub own_time_zone: Option<String>,
    /// Of a `keep_in_touch`: days after this one on which the next is due. As in the settings, unless said otherwise.
    #[schema(minimum = 1, maximum = 3650, example = 120)]
    pub repeat_after_days: Option<i32>,
}

/// What is due in another age is a slip, and at its ends there are no instants that clients can read.
pub fn out_of_reach(pointer: &'static str, on: NaiveDate) -> Option<Fault> {
    let reach = 1900..=2199;
    let detail = || format!("must be in the years {} to {}", reach.start(), reach.end());
    (!reach.contains(&on.year())).then(|| Fault::field(pointer, "out_of_range", detail()))
}

impl Rules for FollowUpInput {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let keeps = self.kind == FollowUpKind::KeepInTouch;
        if self.due_on.is_none() && self.due_in_business_days.is_none() && !keeps {
            let detail = "is required, or else `due_in_business_days`";
            faults.push(Fault::field("/due_on", "required", detail));
        }
        faults.extend(self.due_on.and_then(|on| out_of_reach("/due_on", on)));
        if self.repeat_after_days.is_some() && !keeps {
            let detail = "only a `keep_in_touch` comes again";
            faults.push(Fault::field("/repeat_after_days", "not_allowed", detail));
        }
        faults
    }
}

/// Something that is due for a contact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowUp {
    pub id: FollowUpId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(value_type = Uuid)]
    pub contact_id: ContactId,
    /// What the contact is called; `null` while it lies in the trash.
    #[schema(example = "Ada Lovelace")]
    pub contact_name: Option<String>,
    pub kind: FollowUpKind,
    pub state: FollowUpState,
    /// The states that a person can give it.
    pub next_states: Vec<FollowUpState>,
    pub source: FollowUpSource,
    pub title: Option<String>,
    pub notes: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    pub message_id: Option<MessageId>,
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    #[schema(value_type = Option<Uuid>)]
    pub introduction_id: Option<IntroductionId>,
    /// The plan at work that made it.
    pub run_id: Option<Uuid>,
    /// Of a nudge that a plan made: which try it will be, the first message being 1.
    #[schema(example = 2)]
    pub attempt: Option<i16>,
    #[schema(example = "2026-03-06")]
    pub due_on: NaiveDate,
    #[schema(example = "09:00")]
    pub due_time: Option<String>,
    pub own_time_zone: Option<String>,
    /// In which zone day and hour are meant.
    #[schema(example = "Europe/London")]
    pub time_zone: String,
    /// From when on it is due: the hour, else the beginning of the day.
    pub due_at: DateTime<Utc>,
    /// From when on it is late: the hour, else the end of the day; of thanks for a meeting a day after that.
    pub overdue_at: DateTime<Utc>,
    /// Of a `keep_in_touch`: a touch in either direction makes it due so many days after that touch. As many as it was due
    /// in when it was written, and `repeat_after_days` at least.
    #[schema(example = 90)]
    pub after_days: Option<i32>,
    /// Of a `keep_in_touch`: days after this one on which the next is due.
    #[schema(example = 120)]
    pub repeat_after_days: Option<i32>,
    /// How often it was snoozed.
    #[schema(example = 0)]
    pub snoozes: i16,
    /// When it was done, dismissed or closed.
    pub settled_at: Option<DateTime<Utc>>,
    /// Why it closed by itself.
    pub closed_reason: Option<ClosedReason>,
}

impl FollowUp {
    pub fn new(row: FollowUpRow, names: &HashMap<ContactId, String>) -> Self {
        let FollowUpRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            contact_id,
            kind,
            state,
            source,
            title,
            notes,
            message_id,
            meeting_id,
            introduction_id,
            run_id,
            attempt,
            due_on,
            due_time,
            own_time_zone,
            time_zone,
            due_at,
            overdue_at,
            after_days,
            repeat_after_days,
            snoozes,
            settled_at,
            closed_reason,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            contact_id,
            contact_name: names.get(&contact_id).cloned(),
            kind,
            state,
            next_states: state.next().to_vec(),
            source,
            title,
            notes,
            message_id,
            meeting_id,
            introduction_id,
            run_id,
            attempt,
            due_on,
            due_time: due_time.map(zones::time_text),
            own_time_zone,
            time_zone,
            due_at,
            overdue_at,
            after_days,
            repeat_after_days,
            snoozes,
            settled_at,
            closed_reason,
        }
    }
}

impl From<FollowUpRow> for FollowUpInput {
    fn from(row: FollowUpRow) -> Self {
        Self {
            contact_id: row.contact_id,
            kind: row.kind,
            title: row.title,
            notes: row.notes,
            message_id: row.message_id,
            meeting_id: row.meeting_id,
            introduction_id: row.introduction_id,
            due_on: Some(row.due_on),
            due_in_business_days: None,
            due_time: row.due_time.map(zones::time_text),
            own_time_zone: row.own_time_zone,
            repeat_after_days: row.repeat_after_days,
        }
    }
}

/// Until when it is put off: one of the three.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "business_days": 3 }))]
pub struct SnoozeInput {
    /// The day on which it is due then.
    #[schema(example = "2026-03-09")]
    pub until_on: Option<NaiveDate>,
    /// Days after today.
    #[schema(minimum = 1, maximum = 3650, example = 7)]
    pub days: Option<u32>,
    /// Business days after today.
    #[schema(minimum = 1, maximum = 250, example = 3)]
    pub business_days: Option<u32>,
    /// The hour from which on it is due then; the same as before, unless said otherwise.
    #[schema(max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "09:00")]
    pub due_time: Option<String>,
}

impl Rules for SnoozeInput {
    fn faults(&self) -> Vec<Fault> {
        let given = [self.until_on.is_some(), self.days.is_some(), self.business_days.is_some()];
        match given.iter().filter(|given| **given).count() {
            1 => self.until_on.and_then(|on| out_of_reach("/until_on", on)).into_iter().collect(),
            0 => vec![Fault::field("", "required", "one of `until_on`, `days` and `business_days` is required")],
            _ => vec![Fault::field("", "not_allowed", "give only one of `until_on`, `days` and `business_days`")],
        }
    }
}

/// The follow-up's id in an URL.
pub fn location(id: impl Into<Uuid>) -> String {
    format!("/v1/follow-ups/{}", id.into())
}
