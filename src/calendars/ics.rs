//! iCalendar (RFC 5545) as Inroad writes it. `calcard` does folding, escaping, the syntax of properties and the rules of
//! zones; here is said which properties there are.
use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarAction, ICalendarComponent, ICalendarComponentType, ICalendarDuration, ICalendarEntry,
    ICalendarMethod, ICalendarParameter, ICalendarParticipationRole, ICalendarParticipationStatus, ICalendarProperty,
    ICalendarStatus, ICalendarTransparency, ICalendarValue, ICalendarValueType, Uri,
};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};

use crate::zones::{self, Tz};

const PRODUCT: &str = concat!("-//Inroad//Inroad ", env!("CARGO_PKG_VERSION"), "//EN");
/// How often whoever has subscribed to a feed should look.
const REFRESH: TimeDelta = TimeDelta::hours(1);

/// A calendar to be written.
#[derive(Debug, Default)]
pub struct Calendar {
    /// What is asked of whoever gets it (RFC 5546).
    pub method: Option<ICalendarMethod>,
    /// Of a feed, what it is called.
    pub name: Option<String>,
    pub events: Vec<Event>,
    pub tasks: Vec<Task>,
}

/// Somebody with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: Option<String>,
    pub address: String,
}

/// Somebody who is invited, and what they said.
#[derive(Debug, Clone)]
pub struct Guest {
    pub person: Person,
    pub answer: ICalendarParticipationStatus,
}

impl Guest {
    pub fn new(person: Person, answer: ICalendarParticipationStatus) -> Self {
        Self { person, answer }
    }
}

/// A meeting.
#[derive(Debug, Clone)]
pub struct Event {
    pub uid: String,
    pub sequence: i32,
    /// When this was said: of what is sent, now; of what is only told, when it last changed.
    pub stamped_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// By the clock of which zone it is told.
    pub zone: Tz,
    pub status: ICalendarStatus,
    pub summary: String,
    pub description: Option<String>,
    pub location: Option<String>,
    pub link: Option<String>,
    pub organizer: Option<Person>,
    pub guests: Vec<Guest>,
    /// How long before it to be reminded.
    pub alarm: Option<TimeDelta>,
}

/// Something to do on a day.
#[derive(Debug, Clone)]
pub struct Task {
    pub uid: String,
    pub sequence: i32,
    pub changed_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub due_on: NaiveDate,
    pub summary: String,
    pub description: Option<String>,
    /// As `VTODO`; else as an event of the whole day that keeps no time busy.
    pub todo: bool,
}

impl Calendar {
    /// The text, with CR LF at the end of each line.
    pub fn text(&self) -> String {
        let mut out = Writer::default();
        let root = out.add(None, ICalendarComponentType::VCalendar);
        out.say(root, ICalendarProperty::Version, "2.0");
        out.say(root, ICalendarProperty::Prodid, PRODUCT);
        out.say(root, ICalendarProperty::Calscale, "GREGORIAN");
        if let Some(method) = &self.method {
            out.say(root, ICalendarProperty::Method, method.clone());
        }
        if let Some(name) = &self.name {
            out.text(root, ICalendarProperty::Name, name);
            out.text(root, ICalendarProperty::Other("X-WR-CALNAME".to_owned()), name);
            let every = ICalendarEntry::new(ICalendarProperty::RefreshInterval);
            let every = every.with_param(ICalendarParameter::value(ICalendarValueType::Duration));
            out.put(root, every.with_value(duration(REFRESH)));
            out.say(root, ICalendarProperty::Other("X-PUBLISHED-TTL".to_owned()), "PT1H");
        }
        self.events.iter().for_each(|event| out.event(root, event));
        self.tasks.iter().for_each(|task| out.task(root, task));
        out.0.add_missing_timezones();
        out.0.to_string()
    }
}

#[derive(Default)]
struct Writer(ICalendar);

impl Writer {
    /// A new component inside another; its place.
    fn add(&mut self, inside: Option<usize>, kind: ICalendarComponentType) -> usize {
        let place = self.0.components.len();
        self.0.components.push(ICalendarComponent::new(kind));
        if let Some(parent) = inside {
            self.0.components[parent].component_ids.push(u32::try_from(place).unwrap_or(u32::MAX));
        }
        place
    }

    fn put(&mut self, place: usize, entry: ICalendarEntry) {
        self.0.components[place].entries.push(entry);
    }

    fn say(&mut self, place: usize, name: ICalendarProperty, value: impl Into<ICalendarValue>) {
        self.put(place, ICalendarEntry::new(name).with_value(value));
    }

    /// What people wrote: without control characters but line breaks.
    fn text(&mut self, place: usize, name: ICalendarProperty, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
        self.say(place, name, text);
    }

    /// By the clock of a zone, which then stands in the calendar; of UTC as it is.
    fn time(&mut self, place: usize, name: ICalendarProperty, at: DateTime<Utc>, zone: Tz) {
        if zone == Tz::UTC {
            return self.say(place, name, utc(at));
        }
        let entry = ICalendarEntry::new(name).with_param(ICalendarParameter::tzid(zone.name().to_owned()));
        self.put(place, entry.with_value(wall(zones::local(zone, at))));
    }

    fn event(&mut self, root: usize, event: &Event) {
        let place = self.add(Some(root), ICalendarComponentType::VEvent);
        self.text(place, ICalendarProperty::Uid, &event.uid);
        self.say(place, ICalendarProperty::Dtstamp, utc(event.stamped_at));
        self.say(place, ICalendarProperty::Sequence, i64::from(event.sequence));
        let zone = clock(event);
        self.time(place, ICalendarProperty::Dtstart, event.starts_at, zone);
        self.time(place, ICalendarProperty::Dtend, event.ends_at, zone);
        self.text(place, ICalendarProperty::Summary, &event.summary);
        self.say(place, ICalendarProperty::Status, event.status.clone());
        self.say(place, ICalendarProperty::Transp, ICalendarTransparency::Opaque);
        for (name, text) in
            [(ICalendarProperty::Description, &event.description), (ICalendarProperty::Location, &event.location)]
        {
            if let Some(text) = text {
                self.text(place, name, text);
            }
        }
        if let Some(link) = &event.link {
            self.say(place, ICalendarProperty::Url, Uri::Location(bare(link)));
        }
        if let Some(organizer) = &event.organizer {
            self.person(place, ICalendarProperty::Organizer, organizer, Vec::new());
        }
        for Guest { person, answer } in &event.guests {
            let waits = *answer == ICalendarParticipationStatus::NeedsAction;
            let says = vec![
                ICalendarParameter::role(ICalendarParticipationRole::ReqParticipant),
                ICalendarParameter::partstat(answer.clone()),
                ICalendarParameter::rsvp(waits),
            ];
            self.person(place, ICalendarProperty::Attendee, person, says);
        }
        self.say(place, ICalendarProperty::Created, utc(event.created_at));
        self.say(place, ICalendarProperty::LastModified, utc(event.changed_at));
        if let Some(before) = event.alarm {
            let alarm = self.add(Some(place), ICalendarComponentType::VAlarm);
            self.say(alarm, ICalendarProperty::Action, ICalendarAction::Display);
            let before = ICalendarDuration { neg: true, ..duration(before) };
            self.say(alarm, ICalendarProperty::Trigger, before);
            self.text(alarm, ICalendarProperty::Description, &event.summary);
        }
    }

    fn person(&mut self, place: usize, name: ICalendarProperty, person: &Person, says: Vec<ICalendarParameter>) {
        let mut params = says;
        // A quotation mark cannot stand in a parameter (section 3.1).
        let called = person.name.as_ref().map(|name| name.replace(|c: char| c.is_control() || c == '"', " "));
        params.extend(called.filter(|name| !name.trim().is_empty()).map(ICalendarParameter::cn));
        let address = Uri::Location(format!("mailto:{}", bare(&person.address)));
        self.put(place, ICalendarEntry::new(name).with_params(params).with_value(address));
    }

    fn task(&mut self, root: usize, task: &Task) {
        let kind = if task.todo { ICalendarComponentType::VTodo } else { ICalendarComponentType::VEvent };
        let place = self.add(Some(root), kind);
        self.text(place, ICalendarProperty::Uid, &task.uid);
        self.say(place, ICalendarProperty::Dtstamp, utc(task.changed_at));
        self.say(place, ICalendarProperty::Sequence, i64::from(task.sequence));
        if task.todo {
            self.day(place, ICalendarProperty::Due, task.due_on);
            self.say(place, ICalendarProperty::Status, ICalendarStatus::NeedsAction);
        } else {
            self.day(place, ICalendarProperty::Dtstart, task.due_on);
            self.day(place, ICalendarProperty::Dtend, task.due_on + TimeDelta::days(1));
            self.say(place, ICalendarProperty::Transp, ICalendarTransparency::Transparent);
        }
        self.text(place, ICalendarProperty::Summary, &task.summary);
        if let Some(text) = &task.description {
            self.text(place, ICalendarProperty::Description, text);
        }
        self.say(place, ICalendarProperty::Created, utc(task.created_at));
        self.say(place, ICalendarProperty::LastModified, utc(task.changed_at));
    }

    fn day(&mut self, place: usize, name: ICalendarProperty, day: NaiveDate) {
        let entry = ICalendarEntry::new(name).with_param(ICalendarParameter::value(ICalendarValueType::Date));
        self.put(place, entry.with_value(wall(day.into())));
    }
}

/// By which clock an event is told. Of a wall time that comes twice a calendar takes the first (RFC 5545, 3.3.5): what is
/// meant to be the second is told in UTC.
fn clock(event: &Event) -> Tz {
    let zone = event.zone;
    let is_read = |at: DateTime<Utc>| zones::wall(zone, zones::local(zone, at)).lenient() == at;
    if is_read(event.starts_at) && is_read(event.ends_at) { zone } else { Tz::UTC }
}

/// A URI without the characters that a text would have escaped: `,`, `;` and `\`.
fn bare(uri: &str) -> String {
    let uri: String = uri.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    uri.replace(',', "%2C").replace(';', "%3B").replace('\\', "%5C")
}

fn wall(time: NaiveDateTime) -> PartialDateTime {
    let part = |part: u32| u8::try_from(part).ok();
    PartialDateTime {
        year: u16::try_from(time.year()).ok(),
        month: part(time.month()),
        day: part(time.day()),
        hour: part(time.hour()),
        minute: part(time.minute()),
        second: part(time.second()),
        ..PartialDateTime::default()
    }
}

fn utc(at: DateTime<Utc>) -> PartialDateTime {
    PartialDateTime { tz_hour: Some(0), tz_minute: Some(0), ..wall(at.naive_utc()) }
}

fn duration(length: TimeDelta) -> ICalendarDuration {
    let minutes = u32::try_from(length.num_minutes()).unwrap_or_default();
    ICalendarDuration { hours: minutes / 60, minutes: minutes % 60, ..ICalendarDuration::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn event() -> Event {
        Event {
            uid: "1@inroad.example".to_owned(),
            sequence: 3,
            stamped_at: at("2026-03-02T09:00:00Z"),
            created_at: at("2026-03-01T09:00:00Z"),
            changed_at: at("2026-03-02T09:00:00Z"),
            starts_at: at("2026-04-14T06:30:00Z"),
            ends_at: at("2026-04-14T06:45:00Z"),
            zone: Tz::Europe__Vienna,
            status: ICalendarStatus::Confirmed,
            summary: "Coffee; with \\Tom, or ☕ so".to_owned(),
            description: Some("a\r\nb\u{7}".to_owned()),
            location: Some("Ring 4, 1010 Wien".to_owned()),
            link: Some("https://meet.example/a,b;c".to_owned()),
            organizer: Some(Person {
                name: Some("Ada \"Countess\" Lovelace".to_owned()),
                address: "ada@x.example".to_owned(),
            }),
            guests: vec![Guest {
                person: Person {
                    name: Some("Hopper, Grace: RADM".to_owned()),
                    address: "grace@navy.example".to_owned(),
                },
                answer: ICalendarParticipationStatus::NeedsAction,
            }],
            alarm: Some(TimeDelta::minutes(75)),
        }
    }

    #[test]
    fn a_meeting_is_written_as_the_rfc_has_it() {
        let calendar = Calendar { events: vec![event()], ..Calendar::default() };
        let text = calendar.text();
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
        assert!(text.split("\r\n").all(|line| !line.contains(['\r', '\n'])), "{text}");
        let unfolded = text.replace("\r\n ", "");
        for line in [
            "SEQUENCE:3",
            "DTSTART;TZID=Europe/Vienna:20260414T083000",
            "DTEND;TZID=Europe/Vienna:20260414T084500",
            "DTSTAMP:20260302T090000Z",
            "SUMMARY:Coffee\\; with \\\\Tom\\, or ☕ so",
            "DESCRIPTION:a\\nb",
            "LOCATION:Ring 4\\, 1010 Wien",
            "URL:https://meet.example/a%2Cb%3Bc",
            "ORGANIZER;CN=\"Ada  Countess  Lovelace\":mailto:ada@x.example",
            "STATUS:CONFIRMED",
            "TRIGGER:-PT1H15M",
            "BEGIN:DAYLIGHT",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200",
            "TZNAME:CEST",
        ] {
            assert!(unfolded.split("\r\n").any(|have| have == line), "{line}: {unfolded}");
        }
        assert!(unfolded.contains("CN=\"Hopper, Grace: RADM\":mailto:grace@navy.example"), "{unfolded}");
        assert!(unfolded.contains("PARTSTAT=NEEDS-ACTION") && unfolded.contains("RSVP=TRUE"), "{unfolded}");
    }

    #[test]
    fn an_hour_that_comes_twice_is_told_in_utc() {
        let told = |zone, starts: &str| {
            let starts_at = at(starts);
            let event = Event { zone, starts_at, ends_at: starts_at + TimeDelta::minutes(15), ..event() };
            let text = Calendar { events: vec![event], ..Calendar::default() }.text();
            // Zones have a beginning, too.
            let event = text.split("BEGIN:VEVENT").nth(1).unwrap_or_default();
            event.split("\r\n").find(|line| line.starts_with("DTSTART")).map(str::to_owned).unwrap_or_default()
        };
        assert_eq!(told(Tz::Europe__Vienna, "2027-10-31T00:30:00Z"), "DTSTART;TZID=Europe/Vienna:20271031T023000");
        assert_eq!(told(Tz::Europe__Vienna, "2027-10-31T01:30:00Z"), "DTSTART:20271031T013000Z");
        // It begins before the change, and ends behind it.
        assert_eq!(told(Tz::Australia__Lord_Howe, "2027-04-03T14:45:00Z"), "DTSTART:20270403T144500Z");
    }

    #[test]
    fn utc_needs_no_zone_and_a_feed_says_what_it_is() {
        let task = |todo| Task {
            uid: format!("{todo}@inroad.example"),
            sequence: 1,
            changed_at: at("2026-03-02T09:00:00Z"),
            created_at: at("2026-03-02T09:00:00Z"),
            due_on: "2026-03-31".parse().unwrap(),
            summary: "Thank Tom".to_owned(),
            description: None,
            todo,
        };
        let calendar = Calendar {
            method: Some(ICalendarMethod::Publish),
            name: Some("Inroad".to_owned()),
            events: vec![Event { zone: Tz::UTC, ..event() }],
            tasks: vec![task(false), task(true)],
        };
        let text = calendar.text();
        assert!(!text.contains("VTIMEZONE") && text.contains("DTSTART:20260414T063000Z\r\n"), "{text}");
        for line in [
            "METHOD:PUBLISH",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "DTSTART;VALUE=DATE:20260331",
            "DTEND;VALUE=DATE:20260401",
            "DUE;VALUE=DATE:20260331",
        ] {
            assert!(text.split("\r\n").any(|have| have == line), "{line}: {text}");
        }
    }
}
