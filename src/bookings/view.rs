//! The page, drawn from what its JSON twin says. Everything is escaped but the style sheet, which is ours.
use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::api::{BookedMeeting, Booking, BookingSlot, OfferChoice};
use super::words::BookingState;
use crate::error::ApiResult;
use crate::http::html::Page;
use crate::meetings::{MeetingMedium, Place};
use crate::zones;

const STYLE: &str = include_str!("page.css");
const TEMPLATE: &str = include_str!("page.html");

/// Forms go to this service only.
static PAGE: LazyLock<Page> = LazyLock::new(|| Page::new(TEMPLATE, STYLE, "form-action 'self'"));

/// What browsers may do with the page.
pub fn policy() -> &'static str {
    PAGE.policy()
}

/// A sentence above the rest.
#[derive(Debug, Clone, Serialize)]
pub struct Notice {
    pub wrong: bool,
    pub text: String,
}

/// What was filled in, where it could not be taken.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Filled {
    pub starts_at: String,
    pub choice: usize,
    pub phone: String,
}

/// All that the template draws.
#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    css: &'static str,
    notice: Option<Notice>,
    booking: Option<&'a Booking>,
    form: &'a str,
    calendar: &'a str,
    filled: Filled,
    choices: Vec<Choice>,
    asks_number: bool,
    days: Vec<Day>,
    /// From when on, if not from the first.
    shown_from: Option<String>,
    /// Relative to the page's own address.
    first: String,
    later: Option<String>,
    meeting: Option<Meeting>,
    zones: Vec<Group>,
}

#[derive(Serialize)]
struct Day {
    name: String,
    slots: Vec<Slot>,
}

#[derive(Serialize)]
struct Slot {
    starts_at: String,
    label: String,
}

#[derive(Serialize)]
struct Choice {
    label: String,
}

#[derive(Serialize)]
struct Meeting {
    starts_at: String,
    when: String,
    zone: String,
    how: String,
    link: Option<String>,
    directions: Option<String>,
}

#[derive(Serialize)]
struct Group {
    name: &'static str,
    zones: Vec<Zone>,
}

#[derive(Serialize)]
struct Zone {
    name: &'static str,
    label: String,
}

/// The page of an invitation. `form` is what its forms send back, `calendar` where its iCalendar file is.
pub fn page(
    booking: &Booking,
    form: &str,
    calendar: &str,
    shown_from: Option<DateTime<Utc>>,
    notice: Option<Notice>,
    filled: Filled,
) -> ApiResult<String> {
    let choice = |choice: &OfferChoice| Choice { label: how(choice.medium, choice.place.as_ref()) };
    // Whoever moves it finds the way to talk as they chose it.
    let as_booked = booking
        .meeting
        .as_ref()
        .and_then(|meeting| booking.choices.iter().position(|choice| choice.medium == meeting.medium));
    let filled = match as_booked.filter(|_| filled.starts_at.is_empty()) {
        Some(choice) => Filled { choice, ..filled },
        None => filled,
    };
    let lists_zones = matches!(booking.state, BookingState::Open | BookingState::Booked);
    PAGE.render(View {
        title: &booking.title,
        css: STYLE,
        notice,
        booking: Some(booking),
        form,
        calendar,
        filled,
        choices: booking.choices.iter().map(choice).collect(),
        asks_number: booking.choices.iter().any(lacks_number),
        days: days(&booking.slots),
        shown_from: shown_from.map(seconds),
        first: query(&booking.time_zone, None),
        later: booking.next_slots_from.map(|from| query(&booking.time_zone, Some(from))),
        meeting: booking.meeting.as_ref().map(|meeting| agreed(meeting, &booking.time_zone)),
        zones: if lists_zones { groups(&booking.time_zone) } else { Vec::new() },
    })
}

/// A page that says one thing.
pub fn plain(title: &str, text: &str) -> ApiResult<String> {
    PAGE.render(View {
        title,
        css: STYLE,
        notice: Some(Notice { wrong: false, text: text.to_owned() }),
        booking: None,
        form: "",
        calendar: "",
        filled: Filled::default(),
        choices: Vec::new(),
        asks_number: false,
        days: Vec::new(),
        shown_from: None,
        first: String::new(),
        later: None,
        meeting: None,
        zones: Vec::new(),
    })
}

fn lacks_number(choice: &OfferChoice) -> bool {
    let number = choice.place.as_ref().and_then(|place| place.phone.as_ref());
    choice.medium == MeetingMedium::Phone && number.is_none()
}

fn seconds(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Where the page shows the times of this zone, from then on.
pub fn query(zone: &str, from: Option<DateTime<Utc>>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("zone", zone).extend_pairs(from.map(|from| ("from", seconds(from))));
    format!("?{}", query.finish())
}

/// The times by their days. On a day on which the clocks change, each says by which clock it is.
fn days(slots: &[BookingSlot]) -> Vec<Day> {
    let by_day = slots.chunk_by(|a, b| a.local.starts[..10] == b.local.starts[..10]);
    let day = |slots: &[BookingSlot]| {
        let changes = slots.iter().any(|slot| slot.local.abbreviation != slots[0].local.abbreviation);
        let slot = |slot: &BookingSlot| {
            let (_, hours) = slot.local.told();
            let label = if changes { format!("{hours} {}", slot.local.abbreviation) } else { hours };
            Slot { starts_at: seconds(slot.starts_at), label }
        };
        Day { name: slots[0].local.told().0, slots: slots.iter().map(slot).collect() }
    };
    by_day.map(day).collect()
}

fn agreed(meeting: &BookedMeeting, zone: &str) -> Meeting {
    let (day, hours) = meeting.local.told();
    let place = meeting.place.as_ref();
    Meeting {
        starts_at: seconds(meeting.starts_at),
        when: format!("{day}, {hours}"),
        zone: format!(
            "by the clock of {} ({}, UTC{})",
            readable(zone),
            meeting.local.abbreviation,
            &meeting.local.starts[19..]
        ),
        how: how(meeting.medium, place),
        link: place.and_then(|place| place.link.clone()),
        directions: place.and_then(|place| place.directions.clone()),
    }
}

fn how(medium: MeetingMedium, place: Option<&Place>) -> String {
    let what = match medium {
        MeetingMedium::Phone => "By phone",
        MeetingMedium::Video => "By video",
        MeetingMedium::Coffee => "Over a coffee",
        MeetingMedium::OnSite => "Where you work",
        MeetingMedium::Other => "In person",
    };
    let Some(place) = place else { return what.to_owned() };
    let parts = [&place.name, &place.address, &place.phone].into_iter().flatten().map(String::as_str);
    let parts: Vec<&str> = parts.collect();
    if parts.is_empty() { what.to_owned() } else { format!("{what}: {}", parts.join(", ")) }
}

fn readable(zone: &str) -> String {
    zone.replace('_', " ")
}

/// The zones by their continents, and the one that is shown, whatever it is called.
fn groups(shown: &str) -> Vec<Group> {
    let mut groups: BTreeMap<&'static str, Vec<Zone>> = BTreeMap::new();
    for name in zones::names() {
        let (continent, place) = name.split_once('/').unwrap_or(("Other", name));
        let usual = ["Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
        if usual.contains(&continent) {
            groups.entry(continent).or_default().push(Zone { name, label: readable(place) });
        } else if name == "UTC" || name == shown {
            groups.entry("Other").or_default().push(Zone { name, label: readable(name) });
        }
    }
    groups.into_iter().map(|(name, zones)| Group { name, zones }).collect()
}
