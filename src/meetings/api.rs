//! Meetings as the API shows and takes them.
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::debrief::DebriefRecord;
use super::history::MeetingStep;
use super::model::{Details, MeetingId, MeetingRow};
use super::settings::MeetingSettingsInput;
use super::time::{self, LocalSpan, WallClock};
use super::words::{MeetingMedium, MeetingParty, MeetingPayer, MeetingState};
use crate::contacts::ContactId;
use crate::db::Json;
use crate::error::Fault;
use crate::external_ids::ExternalIds;
use crate::http::body::Rules;

/// What can be written of a meeting. Its state changes by what happens to it: see the operations below it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "contact_ids": ["019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e"], "medium": "coffee",
    "place": { "name": "Café Landtmann", "address": "Universitätsring 4, Wien" },
    "starts_local": { "time": "2026-04-14T08:30", "zone": "Europe/Vienna" }
}))]
pub struct MeetingInput {
    /// With whom; the first of them is the one whom the times are told for.
    #[schema(value_type = Vec<Uuid>, min_items = 1, max_items = 20)]
    pub contact_ids: Vec<ContactId>,
    pub medium: MeetingMedium,
    #[schema(max_length = 200, example = "Fifteen minutes about site operations")]
    pub title: Option<String>,
    pub place: Option<Place>,
    /// When it begins. A meeting can be proposed without a time.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it begins, as a clock on a wall shows it; instead of `starts_at`.
    pub starts_local: Option<WallClock>,
    /// By default 15, or what the workspace's settings say.
    #[schema(minimum = 5, maximum = 480, example = 15)]
    pub duration_minutes: Option<i16>,
    /// The seeker's zone; by default that of the profile, else of the workspace's owner.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/London")]
    pub seeker_zone: Option<String>,
    /// The other side's zone; by default that of the first contact, else the seeker's.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/Vienna")]
    pub contact_zone: Option<String>,
    /// Confirm it even if it overlaps with another confirmed meeting.
    #[serde(default)]
    pub allow_overlap: bool,
    /// By default the seeker, or what the workspace's settings say.
    pub payer: Option<MeetingPayer>,
    pub cost: Option<Cost>,
    /// What to bring.
    #[schema(max_length = 4096, example = "Notebook, the printed brief")]
    pub bring: Option<String>,
    #[schema(max_length = 200, example = "Safety boots; else what engineers wear")]
    pub dress: Option<String>,
    /// How long before it begins to be there.
    #[schema(minimum = 0, maximum = 240, example = 10)]
    pub arrive_minutes_before: Option<u16>,
    /// Markdown.
    #[schema(max_length = 65536)]
    pub notes: Option<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub external_ids: ExternalIds,
}

/// Where a meeting takes place: somewhere, by a number, or behind a link.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    #[schema(max_length = 200, example = "Café Landtmann")]
    pub name: Option<String>,
    #[schema(max_length = 500, example = "Universitätsring 4, 1010 Wien")]
    pub address: Option<String>,
    /// The number to call, as typed.
    #[schema(max_length = 64, example = "+43 1 24 100 100")]
    pub phone: Option<String>,
    /// Of the video call.
    #[schema(format = "http-url", max_length = 2048, example = "https://meet.example/ada")]
    pub link: Option<String>,
    /// How to get there, or in.
    #[schema(max_length = 4096, example = "Ring at the side entrance.")]
    pub directions: Option<String>,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// In the smallest unit of the currency: 450 is € 4.50.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, example = 450)]
    pub amount_minor: i64,
    /// ISO 4217.
    #[schema(format = "currency", max_length = 3, example = "EUR")]
    pub currency: String,
}

/// Somebody whom the meeting is with.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MeetingContact {
    pub id: ContactId,
    /// What they are called; `null` while the contact lies in the trash.
    #[schema(example = "Ada Lovelace")]
    pub name: Option<String>,
}

/// Something to think about. It keeps nobody from anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingWarning {
    /// `long_meeting`, `unusual_hour`, `place_missing`, `agenda_does_not_fit`; more may come.
    #[schema(example = "long_meeting")]
    pub code: String,
    /// A JSON pointer (RFC 6901) to what it is about.
    #[schema(example = "/duration_minutes")]
    pub pointer: String,
    #[schema(example = "is more than 30 minutes: short conversations are easier to say yes to")]
    pub detail: String,
}

/// A conversation with one or several contacts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Meeting {
    pub id: MeetingId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub state: MeetingState,
    /// The states that can follow.
    pub next_states: Vec<MeetingState>,
    pub contact_ids: Vec<ContactId>,
    pub contacts: Vec<MeetingContact>,
    pub medium: MeetingMedium,
    pub title: Option<String>,
    pub place: Option<Place>,
    /// `null` as long as no time was proposed.
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    #[schema(example = 15)]
    pub duration_minutes: i16,
    #[schema(example = "Europe/London")]
    pub seeker_zone: String,
    /// The meeting as the seeker's clock shows it.
    pub seeker_local: Option<LocalSpan>,
    #[schema(example = "Europe/Vienna")]
    pub contact_zone: String,
    /// The meeting as the other side's clock shows it.
    pub contact_local: Option<LocalSpan>,
    pub allow_overlap: bool,
    pub payer: MeetingPayer,
    pub cost: Option<Cost>,
    pub bring: Option<String>,
    pub dress: Option<String>,
    pub arrive_minutes_before: Option<u16>,
    /// When to be there.
    pub arrive_by_at: Option<DateTime<Utc>>,
    pub notes: Option<String>,
    /// When the other side said again that it will come, the day before; `null` after another time was agreed.
    pub reconfirmed_at: Option<DateTime<Utc>>,
    /// What has happened to it, oldest first: each time that it had, who moved it and why.
    pub history: Vec<MeetingStep>,
    /// That of its iCalendar (RFC 5545): one more for whatever those who are invited have to be told.
    #[schema(example = 0)]
    pub sequence: i32,
    /// When it began, by the client's clock; `null` until it was started.
    pub started_at: Option<DateTime<Utc>>,
    /// When its minutes are over, counted from then. `GET /v1/meetings/{id}/clock` tells how much is left.
    pub time_up_at: Option<DateTime<Utc>>,
    /// When it was over, by the client's clock.
    pub finished_at: Option<DateTime<Utc>>,
    /// What the seeker noted afterwards; `GET /v1/meetings/{id}/debrief` has all of it, promises, names and insights, too.
    pub debrief: Option<DebriefRecord>,
    #[schema(value_type = Object)]
    pub external_ids: ExternalIds,
    pub warnings: Vec<MeetingWarning>,
}

impl Meeting {
    pub fn version(&self) -> i32 {
        self.version
    }

    pub fn new(row: MeetingRow, contacts: Vec<MeetingContact>, preferences: &MeetingSettingsInput) -> Self {
        let warnings = row.warnings(preferences);
        let (ends_at, time_up_at) = (row.ends_at(), row.time_up_at());
        let MeetingRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            state,
            medium,
            title,
            details: Json(Details { place, bring, dress, arrive_minutes_before }),
            starts_at,
            duration_minutes,
            seeker_zone,
            contact_zone,
            busy_from: _,
            busy_until: _,
            allow_overlap,
            payer,
            cost_minor,
            cost_currency,
            notes,
            reconfirmed_at,
            history: Json(history),
            sequence,
            started_at,
            finished_at,
            debrief,
            external_ids: Json(external_ids),
        } = row;
        let span = starts_at.zip(ends_at);
        let arrive_by_at = starts_at
            .zip(arrive_minutes_before)
            .and_then(|(at, minutes)| at.checked_sub_signed(TimeDelta::minutes(minutes.into())));
        Self {
            id,
            version,
            created_at,
            updated_at,
            state,
            next_states: state.next().to_vec(),
            contact_ids: contacts.iter().map(|contact| contact.id).collect(),
            contacts,
            medium,
            title,
            place,
            starts_at,
            ends_at,
            duration_minutes,
            seeker_local: span.map(|span| time::local(span, &seeker_zone)),
            contact_local: span.map(|span| time::local(span, &contact_zone)),
            seeker_zone,
            contact_zone,
            allow_overlap,
            payer,
            cost: cost_minor.zip(cost_currency).map(|(amount_minor, currency)| Cost { amount_minor, currency }),
            bring,
            dress,
            arrive_minutes_before,
            arrive_by_at,
            notes,
            reconfirmed_at,
            history,
            sequence,
            started_at,
            time_up_at,
            finished_at,
            debrief: debrief.map(|debrief| debrief.0),
            external_ids,
            warnings,
        }
    }
}

impl From<Meeting> for MeetingInput {
    fn from(meeting: Meeting) -> Self {
        Self {
            contact_ids: meeting.contact_ids,
            medium: meeting.medium,
            title: meeting.title,
            place: meeting.place,
            starts_at: meeting.starts_at,
            starts_local: None,
            duration_minutes: Some(meeting.duration_minutes),
            seeker_zone: Some(meeting.seeker_zone),
            contact_zone: Some(meeting.contact_zone),
            allow_overlap: meeting.allow_overlap,
            payer: Some(meeting.payer),
            cost: meeting.cost,
            bring: meeting.bring,
            dress: meeting.dress,
            arrive_minutes_before: meeting.arrive_minutes_before,
            notes: meeting.notes,
            external_ids: meeting.external_ids,
        }
    }
}

impl Rules for MeetingInput {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, id) in self.contact_ids.iter().enumerate() {
            if self.contact_ids[..index].contains(id) {
                faults.push(Fault::field(format!("/contact_ids/{index}"), "duplicate", "is in the list already"));
            }
        }
        time::start(self.starts_at, self.starts_local.as_ref(), &mut faults);
        faults
    }
}

/// Who said so, and when.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconfirmInput {
    /// Now, unless said otherwise.
    pub reconfirmed_at: Option<DateTime<Utc>>,
}

/// That the time suits both.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmInput {
    /// Also if it overlaps with another confirmed meeting.
    pub allow_overlap: Option<bool>,
}

/// Another time.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "starts_local": { "time": "2026-04-15T08:30", "zone": "Europe/Vienna" }, "by": "contact", "reason": "A site visit"
}))]
pub struct RescheduleInput {
    pub starts_at: Option<DateTime<Utc>>,
    /// As a clock on a wall shows it; instead of `starts_at`.
    pub starts_local: Option<WallClock>,
    /// As it was, unless said otherwise.
    #[schema(minimum = 5, maximum = 480, example = 15)]
    pub duration_minutes: Option<i16>,
    /// Whether both have agreed to the new time. What was confirmed stays so, unless said otherwise; what was cancelled
    /// or missed is a proposal again.
    pub confirmed: Option<bool>,
    /// Also if it overlaps with another confirmed meeting.
    pub allow_overlap: Option<bool>,
    /// Who wants it so.
    pub by: Option<MeetingParty>,
    #[schema(max_length = 1000, example = "A site visit came up")]
    pub reason: Option<String>,
}

/// Who calls it off, and why.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelInput {
    pub by: Option<MeetingParty>,
    #[schema(max_length = 1000, example = "A site visit came up")]
    pub reason: Option<String>,
}

/// Who did not come.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "by": "contact" }))]
pub struct NoShowInput {
    pub by: MeetingParty,
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
}
