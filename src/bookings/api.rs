//! Offers as the API shows and takes them, and bookings as whoever has the link sees them.
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Invitation, OfferId, OfferRow};
use super::words::{BookingState, OfferState};
use crate::db::Json;
use crate::error::Fault;
use crate::follow_ups::Weekday;
use crate::http::Rules;
use crate::meetings::{self, LocalSpan, Meeting, MeetingId, MeetingMedium, Place, WallClock};
use crate::zones;

/// Times to offer, and what the invited person is told. Either `slots` or `availability`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "availability": { "from": "09:00", "until": "12:00", "days": 14 },
    "choices": [
        { "medium": "phone" },
        { "medium": "coffee", "place": { "name": "Café Landtmann", "address": "Universitätsring 4, Wien" } }
    ],
    "note": "Fifteen minutes about how you came to site operations. Whatever suits you."
}))]
pub struct OfferInput {
    /// Two to ten times.
    #[schema(min_items = 2, max_items = 10)]
    pub slots: Option<Vec<OfferSlot>>,
    pub availability: Option<Availability>,
    /// How the two may talk, and where; the invited person takes one. By default as the meeting has it.
    #[schema(min_items = 1, max_items = 5)]
    pub choices: Option<Vec<OfferChoice>>,
    /// By default that of the meeting.
    #[schema(minimum = 5, maximum = 480, example = 15)]
    pub duration_minutes: Option<i16>,
    /// In which zone the invited person is first shown the times; by default the contact's.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/Vienna")]
    pub time_zone: Option<String>,
    /// Who invites; by default the name in the profile, else that of your account.
    #[schema(min_length = 1, max_length = 200, example = "Robin Okafor")]
    pub host_name: Option<String>,
    /// What the page is headed with; by default `A conversation with …`. The meeting's own title is not shown.
    #[schema(min_length = 1, max_length = 200, example = "Fifteen minutes about site operations")]
    pub title: Option<String>,
    /// A few words to the invited person.
    #[schema(max_length = 4096, example = "Whatever suits you. If none does, just say so there.")]
    pub note: Option<String>,
    /// Until when a time can be booked; by default two weeks from now, at most a year.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether you get a mail when the invited person books, moves, calls off, declines, or says that no time suits.
    #[serde(default = "yes")]
    #[schema(required = false, default = true)]
    pub notify: bool,
    /// Whether whoever books gets an invitation by mail for their calendar, as `POST /v1/meetings/{id}/invites` sends it,
    /// if they have an address and want to be written to. Needs the scope `messages:send`.
    #[serde(default)]
    #[schema(required = false, default = false)]
    pub send_invite: bool,
}

fn yes() -> bool {
    true
}

/// A time on offer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "starts_local": { "time": "2026-04-14T08:30", "zone": "Europe/Vienna" } }))]
pub struct OfferSlot {
    pub starts_at: Option<DateTime<Utc>>,
    /// As a clock on a wall shows it; instead of `starts_at`.
    pub starts_local: Option<WallClock>,
}

/// Hours of which every time that is free is on offer, as long as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({ "weekdays": ["tuesday", "thursday"], "from": "09:00", "until": "12:00", "days": 14 }))]
pub struct Availability {
    /// By default Monday to Friday.
    #[schema(required = false, min_items = 1, max_items = 7)]
    pub weekdays: Vec<Weekday>,
    /// On each of these days from this hour on, as clocks in `time_zone` show it.
    #[schema(
        required = false,
        max_length = 5,
        pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$",
        default = "09:00",
        example = "09:00"
    )]
    pub from: String,
    /// Until this hour, at which the meeting is over. Later than `from`.
    #[schema(
        required = false,
        max_length = 5,
        pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$",
        default = "17:00",
        example = "12:00"
    )]
    pub until: String,
    /// Where these clocks are; by default the contact's zone.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/Vienna")]
    pub time_zone: Option<String>,
    /// The first day; by default tomorrow.
    pub first_on: Option<NaiveDate>,
    /// How many days from then on.
    #[schema(required = false, minimum = 1, maximum = 90, default = 14, example = 14)]
    pub days: u16,
    /// From one time on offer to the next.
    #[schema(required = false, minimum = 5, maximum = 240, default = 30, example = 30)]
    pub step_minutes: u16,
    /// Nothing is on offer that begins sooner than so many hours from the moment of looking.
    #[schema(required = false, minimum = 0, maximum = 336, default = 12, example = 12)]
    pub notice_hours: u16,
}

impl Default for Availability {
    fn default() -> Self {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        Self {
            weekdays: vec![Monday, Tuesday, Wednesday, Thursday, Friday],
            from: "09:00".to_owned(),
            until: "17:00".to_owned(),
            time_zone: None,
            first_on: None,
            days: 14,
            step_minutes: 30,
            notice_hours: 12,
        }
    }
}

/// A way to talk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "medium": "phone" }))]
pub struct OfferChoice {
    pub medium: MeetingMedium,
    /// For a phone call without a number, the invited person can leave theirs.
    pub place: Option<Place>,
}

impl Rules for OfferInput {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        match (&self.slots, &self.availability) {
            (None, None) => {
                faults.push(Fault::field("/slots", "required", "say which times, by this or by `availability`"));
            }
            (Some(_), Some(_)) => {
                let detail = "say which times by `slots` or by this, not by both";
                faults.push(Fault::field("/availability", "not_allowed", detail));
            }
            _ => {}
        }
        for (index, slot) in self.slots.iter().flatten().enumerate() {
            let mut found = Vec::new();
            if slot.starts_at.is_none() && slot.starts_local.is_none() {
                found.push(Fault::field("/starts_at", "required", "is needed, or `starts_local`"));
            }
            meetings::instant(slot.starts_at, slot.starts_local.as_ref(), &mut found);
            faults.extend(found.into_iter().map(|fault| fault.below(&format!("/slots/{index}"))));
        }
        if let Some(availability) = &self.availability
            && zones::time(&availability.from) >= zones::time(&availability.until)
        {
            faults.push(Fault::field("/availability/until", "out_of_range", "must be later than `from`"));
        }
        faults
    }
}

/// Times that were offered for a meeting.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Offer {
    pub id: OfferId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub meeting_id: MeetingId,
    pub state: OfferState,
    pub host_name: String,
    pub title: String,
    pub note: Option<String>,
    #[schema(example = "Europe/Vienna")]
    pub time_zone: String,
    #[schema(example = 15)]
    pub duration_minutes: i16,
    pub choices: Vec<OfferChoice>,
    /// The times as they were offered; none where they follow from `availability`.
    pub slots: Vec<DateTime<Utc>>,
    pub availability: Option<Availability>,
    pub expires_at: DateTime<Utc>,
    pub booked_at: Option<DateTime<Utc>>,
    /// What the invited person wrote who declined, or whom no time suits.
    #[schema(example = "I am away until June.")]
    pub answer: Option<String>,
    /// When they said that no time suits, or no.
    pub answered_at: Option<DateTime<Utc>>,
    /// Whether whoever offered the times is told by mail what is done with the link.
    pub notify: bool,
    /// Whether whoever books gets an invitation by mail for their calendar.
    pub send_invite: bool,
}

impl Offer {
    /// Beside its meeting; without one, that lies in the trash.
    pub fn new(row: OfferRow, meeting: Option<&Meeting>, now: DateTime<Utc>) -> Self {
        let state = row.standing(meeting, now);
        let OfferRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            meeting_id,
            token_hash: _,
            state: _,
            expires_at,
            invitation: Json(invitation),
            booked_at,
            answer,
            answered_at,
            made_by: _,
            wants_mail: notify,
            invite: send_invite,
        } = row;
        let Invitation {
            host_name,
            title,
            note,
            time_zone,
            duration_minutes,
            choices,
            slots,
            availability,
            allow_overlap: _,
        } = invitation;
        Self {
            id,
            version,
            created_at,
            updated_at,
            meeting_id,
            state,
            host_name,
            title,
            note,
            time_zone,
            duration_minutes,
            choices,
            slots,
            availability,
            expires_at,
            booked_at,
            answer,
            answered_at,
            notify,
            send_invite,
        }
    }
}

/// Which of the times on offer can be booked now.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct OfferSlots {
    /// The first 200, as clocks in the offer's zone show them.
    pub slots: Vec<BookingSlot>,
    /// If there are more: `from` for the next 200.
    pub next_slots_from: Option<DateTime<Utc>>,
}

/// A new offer, and its link. The token in it is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewOffer {
    #[serde(flatten)]
    pub offer: Offer,
    #[schema(example = "019ab0c46c3e7bd18f570d9a0c0a4b5e.inr_bk_9Hq0uYd3kfC2Vb1ZsX8nT7mRwQ5pLjKgEaOiUyN4xB6cMd2Fh")]
    pub token: String,
    /// The page to send the invited person to.
    #[schema(format = "http-url")]
    pub url: String,
}

/// An invitation as whoever has the link sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Booking {
    pub state: BookingState,
    #[schema(example = "Fifteen minutes about site operations")]
    pub title: String,
    #[schema(example = "Robin Okafor")]
    pub host_name: String,
    pub note: Option<String>,
    #[schema(example = 15)]
    pub duration_minutes: i16,
    /// In which zone the times are told.
    #[schema(example = "Europe/Vienna")]
    pub time_zone: String,
    /// Until when a time can be chosen.
    pub expires_at: DateTime<Utc>,
    pub choices: Vec<OfferChoice>,
    /// The times that are free now, the first 200; of a meeting that is booked, those that it can be moved to.
    pub slots: Vec<BookingSlot>,
    /// If there are more: `from` for the next 200.
    pub next_slots_from: Option<DateTime<Utc>>,
    /// What was booked.
    pub meeting: Option<BookedMeeting>,
    /// When it was said that no time suits, or no.
    pub answered_at: Option<DateTime<Utc>>,
}

/// A time that can be chosen.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BookingSlot {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub local: LocalSpan,
}

impl BookingSlot {
    pub fn new(starts_at: DateTime<Utc>, duration: TimeDelta, zone: &str) -> Self {
        let ends_at = starts_at + duration;
        Self { starts_at, ends_at, local: meetings::local((starts_at, ends_at), zone) }
    }
}

/// A meeting as whoever booked it sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BookedMeeting {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub local: LocalSpan,
    pub medium: MeetingMedium,
    pub place: Option<Place>,
}

/// A time that was chosen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "starts_at": "2026-04-14T06:30:00Z", "choice": 0, "time_zone": "Europe/Vienna" }))]
pub struct BookInput {
    /// One of `slots`.
    pub starts_at: DateTime<Utc>,
    /// The place in `choices` of the way to talk; by default the first, or as it was booked.
    #[schema(minimum = 0, maximum = 4, example = 0)]
    pub choice: Option<usize>,
    /// The number to call, for a phone call that has none.
    #[schema(max_length = 64, example = "+43 1 24 100 100")]
    pub phone: Option<String>,
    /// Where the invited person is; by default the offer's zone, or where they were when they booked.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/Vienna")]
    pub time_zone: Option<String>,
}

/// A few words.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "note": "I am away until June." }))]
pub struct BookingNoteInput {
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}
