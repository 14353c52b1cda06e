//! When the events of an iCalendar file keep somebody busy: pure, so that it can be tested by example, and beside another
//! implementation.
//!
//! `calcard` reads the file, `rrule` knows the rules of recurrence. These are followed by the wall clock, as RFC 5545 has
//! them, and each time is taken to the zone's instant by itself, so that a meeting at nine stays at nine when the clocks
//! are changed.
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarFreeBusyType,
    ICalendarParameterName, ICalendarParameterValue, ICalendarPeriod, ICalendarProperty, ICalendarStatus,
    ICalendarTransparency, ICalendarValue,
};
use calcard::{Entry, Parser};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::clock::{Clocks, Time};
use super::recurrence::{self, follow, rules};
use crate::spans::{Span, Spans};
use crate::zones::Tz;

/// Components that a file may have.
const COMPONENTS: usize = 20_000;
/// Occurrences of one event that are looked at, long past ones among them, and of all events together.
const STEPS: usize = 50_000;
const ALL_STEPS: usize = 1_000_000;
/// Rules of one event; RFC 5545 wants one (3.8.5.3).
const RULES: usize = 10;
/// A rule may look at a hundred thousand days and find nothing: what is not followed by then is told.
const PATIENCE: Duration = Duration::from_secs(10);
/// Occurrences after which the clock is looked at.
const PACE: usize = 1_000;
/// Occurrences of one event within the window.
const OCCURRENCES: usize = 1_000;
/// Faults that are told.
const FAULTS: usize = 100;

/// No event is taken to last longer.
const LONGEST: TimeDelta = TimeDelta::days(3_660);

/// What a file keeps busy.
#[derive(Debug, Default)]
pub struct Expanded {
    pub spans: Spans,
    /// Events that were read.
    pub events: usize,
    /// What could not be followed to its end, and why. When that is more than is told, the last ones say so.
    pub faults: Vec<String>,
    /// Events that had to wait until nothing was left of the time and the steps for all of them.
    unfollowed: usize,
}

impl Expanded {
    fn fault(&mut self, component: &ICalendarComponent, why: &str) {
        self.faults.push(format!("{}: {why}", name(component)));
    }

    fn bound_faults(&mut self) {
        let unfollowed = self.unfollowed;
        let spent = (unfollowed > 0).then(|| {
            format!(
                "the file takes more to follow than it may: events that were not followed to their end: {unfollowed}"
            )
        });
        let room = FAULTS - usize::from(spent.is_some());
        if self.faults.len() > room {
            let more = self.faults.len() - (room - 1);
            self.faults.truncate(room - 1);
            self.faults.push(format!("… and {more} more, which are not told"));
        }
        self.faults.extend(spent);
    }
}

/// The file is none, or too large.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("is no iCalendar file as RFC 5545 has it")]
    NoCalendar,
    #[error("is cut off: it has a BEGIN:VCALENDAR without its END:VCALENDAR")]
    CutOff,
    #[error("has more than {COMPONENTS} components")]
    TooLarge,
}

/// What the file keeps busy within the window. Times without a zone, and whole days, are those of `zone`.
pub fn expand(text: &str, zone: Tz, window: Span) -> Result<Expanded, Unreadable> {
    let text = recurrence::without_unheld(text);
    let mut parser = Parser::new(&text);
    let (mut expanded, mut busy, mut found, mut components) = (Expanded::default(), Vec::new(), false, 0);
    let mut steps = ALL_STEPS;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let calendar = match parser.entry() {
            Entry::ICalendar(calendar) => calendar,
            Entry::TooManyComponents => return Err(Unreadable::TooLarge),
            Entry::Eof => break,
            _ => continue,
        };
        found |= calendar.components.iter().any(|one| one.component_type == ICalendarComponentType::VCalendar);
        components += calendar.components.len();
        if components > COMPONENTS {
            return Err(Unreadable::TooLarge);
        }
        let clocks = Clocks::new(&calendar, zone, window.until);
        let reader = Reader { clocks, window, zone, deadline };
        reader.calendar(&calendar, &mut expanded, &mut busy, &mut steps);
    }
    if is_cut_off(&text) {
        return Err(Unreadable::CutOff);
    }
    if !found {
        return Err(Unreadable::NoCalendar);
    }
    expanded.bound_faults();
    busy.retain(|span| span.from < window.until && span.until > window.from);
    expanded.spans = Spans::new(busy);
    Ok(expanded)
}

/// The rest of it is missing, as of a download that broke off: what it kept busy would be free.
fn is_cut_off(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let count = |wanted: &str| text.lines().filter(|line| line.trim_end().eq_ignore_ascii_case(wanted)).count();
    count("BEGIN:VCALENDAR") > count("END:VCALENDAR")
}

/// How long an event lasts: so many days of the calendar, and so much time.
#[derive(Debug, Clone, Copy, Default)]
struct Length {
    days: TimeDelta,
    time: TimeDelta,
}

/// An event, or one occurrence of it that is otherwise.
#[derive(Debug)]
struct Event<'a> {
    component: &'a ICalendarComponent,
    start: Time,
    length: Length,
    busy: bool,
    revision: i64,
    replaces: Option<Time>,
    /// What replaces one occurrence holds for those after it, too.
    and_future: bool,
}

impl Event<'_> {
    fn span(&self, wall: NaiveDateTime) -> Span {
        let from = self.start.at(wall);
        let until = match self.length.days.is_zero() {
            true => from + self.length.time,
            false => self.start.at(wall + self.length.days) + self.length.time,
        };
        Span { from, until }
    }
}

struct Reader<'a> {
    clocks: Clocks<'a>,
    window: Span,
    zone: Tz,
    /// Rules are followed until then.
    deadline: Instant,
}

impl<'a> Reader<'a> {
    fn calendar(&self, calendar: &'a ICalendar, told: &mut Expanded, busy: &mut Vec<Span>, steps: &mut usize) {
        let mut series: BTreeMap<String, Vec<Event<'a>>> = BTreeMap::new();
        for (place, component) in calendar.components.iter().enumerate() {
            match component.component_type {
                ICalendarComponentType::VEvent => {
                    told.events += 1;
                    // One without a name is one by itself.
                    let uid = component.uid().map_or_else(|| format!("\0{place}"), str::to_owned);
                    told.faults.extend(self.unknown_zone(component));
                    match self.event(component, told) {
                        Some(event) => series.entry(uid).or_default().push(event),
                        None => told.fault(component, "has no time that can be read"),
                    }
                }
                ICalendarComponentType::VFreebusy => self.free_busy(component, busy),
                _ => {}
            }
        }
        // What is followed in no time goes first, so that nothing else can use up what it needs.
        let mut series: Vec<Vec<Event<'a>>> = series.into_values().collect();
        series.sort_by_key(|events| events.iter().map(|event| recurrence::effort(event.component)).max());
        for events in series {
            self.series(events, told, busy, steps);
        }
    }

    fn event(&self, component: &'a ICalendarComponent, told: &mut Expanded) -> Option<Event<'a>> {
        let replaced = component.property(&ICalendarProperty::RecurrenceId);
        let replaces = replaced.and_then(|entry| self.time(entry, entry.values.first()?));
        let first = |name| component.property(&name).and_then(|entry| self.time(entry, entry.values.first()?));
        let start = first(ICalendarProperty::Dtstart).or_else(|| replaces.clone())?;
        let end = first(ICalendarProperty::Dtend);
        let duration = component.property(&ICalendarProperty::Duration);
        if end.as_ref().map_or_else(|| duration.is_some_and(is_negative), |end| end.instant() < start.instant()) {
            told.fault(component, "ends before it begins");
        }
        let length = match (end, duration) {
            // One that ends on the day on which it begins is meant to last that day.
            (Some(end), _) if start.whole_day => {
                Length { days: (end.wall - start.wall).max(TimeDelta::days(1)), ..Length::default() }
            }
            (Some(end), _) => {
                Length { time: (end.instant() - start.instant()).max(TimeDelta::zero()), ..Length::default() }
            }
            (None, Some(entry)) => lasting(entry.values.first()),
            (None, None) if start.whole_day => Length { days: TimeDelta::days(1), ..Length::default() },
            (None, None) => Length::default(),
        };
        let revision = component.property(&ICalendarProperty::Sequence);
        let revision = revision.and_then(|entry| entry.values.first()?.as_integer()).unwrap_or_default();
        let and_future = replaced.is_some_and(|entry| entry.has_parameter(&ICalendarParameterName::Range));
        Some(Event { component, start, length, busy: is_busy(component), revision, replaces, and_future })
    }

    /// What is to be told of an event whose zone nobody knows.
    fn unknown_zone(&self, component: &ICalendarComponent) -> Option<String> {
        let zone = component.property(&ICalendarProperty::Dtstart)?.tz_id()?;
        let zone_told: String = zone.chars().filter(|c| !c.is_control()).take(100).collect();
        let fault =
            || format!("{}: is taken to be in {}: nobody knows {zone_told:?}", name(component), self.zone.name());
        self.clocks.named(zone).is_none().then(fault)
    }

    fn time(&self, entry: &ICalendarEntry, value: &ICalendarValue) -> Option<Time> {
        let ICalendarValue::PartialDateTime(told) = value else { return None };
        self.clocks.time(told, entry.tz_id())
    }

    /// An event with what replaces occurrences of it.
    fn series(&self, events: Vec<Event<'a>>, told: &mut Expanded, busy: &mut Vec<Span>, steps: &mut usize) {
        let mut master: Option<Event<'a>> = None;
        let mut replaced: HashMap<DateTime<Utc>, Event<'a>> = HashMap::new();
        for event in events {
            let place = match &event.replaces {
                Some(time) => {
                    let at = time.instant();
                    match replaced.get(&at) {
                        Some(known) if known.revision > event.revision => {}
                        _ => drop(replaced.insert(at, event)),
                    }
                    continue;
                }
                None => &mut master,
            };
            if place.as_ref().is_none_or(|known| known.revision <= event.revision) {
                *place = Some(event);
            }
        }
        for event in replaced.values().filter(|event| event.busy) {
            busy.push(event.span(event.start.wall));
        }
        if let Some(master) = master {
            self.occurrences(&master, &replaced, told, busy, steps);
        }
    }

    fn occurrences(
        &self,
        event: &Event<'a>,
        replaced: &HashMap<DateTime<Utc>, Event<'a>>,
        told: &mut Expanded,
        busy: &mut Vec<Span>,
        steps: &mut usize,
    ) {
        let left_out = Places::new(&event.start, self.times(event, &ICalendarProperty::Exdate).map(|(time, _)| time));
        let instead = Places::new(&event.start, replaced.values().filter_map(|other| other.replaces.clone()));
        let mut futures: Vec<(DateTime<Utc>, &Event<'a>)> =
            replaced.iter().filter(|(_, event)| event.and_future).map(|(at, event)| (*at, event)).collect();
        futures.sort_unstable_by_key(|(at, _)| *at);
        let mut seen = HashSet::new();
        let mut kept = 0;
        let mut keep = |wall: NaiveDateTime, own: Option<Span>| {
            let at = event.start.at(wall);
            if !seen.insert(at) || left_out.have(at, wall) || instead.have(at, wall) {
                return true;
            }
            let future = futures.iter().rev().find(|(from, _)| *from <= at);
            let (by, span) = match future {
                Some((from, other)) => (*other, other.span(wall + (other.start.wall - event.start.wall_of(*from)))),
                None => (event, own.unwrap_or_else(|| event.span(wall))),
            };
            if by.busy && span.from < self.window.until && span.until > self.window.from {
                busy.push(span);
                kept += 1;
            }
            kept < OCCURRENCES
        };
        keep(event.start.wall, None);
        for (time, span) in self.times(event, &ICalendarProperty::Rdate) {
            keep(event.start.wall_of(time.instant()), span);
        }
        recurrence::unread(event.component).for_each(|why| told.fault(event.component, why));
        for (number, rule) in rules(event.component).enumerate() {
            if number == RULES {
                told.fault(event.component, "has more rules than are followed");
                break;
            }
            if Instant::now() > self.deadline {
                told.unfollowed += 1;
                told.fault(event.component, "its rule is not followed: the file takes too long");
                break;
            }
            let followed = match follow(rule, &event.start) {
                Ok(followed) => followed,
                Err(why) => {
                    told.fault(event.component, &why);
                    continue;
                }
            };
            let mut times = (&followed).into_iter().enumerate().peekable();
            if times.peek().is_none() {
                told.fault(event.component, "its rule names no time");
            }
            for (taken, at) in times {
                let wall = at.naive_utc();
                if event.start.at(wall) >= self.window.until {
                    break;
                }
                let late = taken % PACE == PACE - 1 && Instant::now() > self.deadline;
                let spent = *steps == 0 || late;
                if taken == STEPS || spent || !keep(wall, None) {
                    told.unfollowed += usize::from(spent);
                    told.fault(event.component, "comes too often to be followed to its end");
                    break;
                }
                *steps -= 1;
            }
        }
    }

    /// The times of a property that may name several, with the spans that periods give.
    fn times<'b>(
        &'b self,
        event: &'b Event<'a>,
        property: &'b ICalendarProperty,
    ) -> impl Iterator<Item = (Time, Option<Span>)> + 'b {
        event.component.properties(property).flat_map(move |entry| {
            entry.values.iter().filter_map(move |value| match value {
                ICalendarValue::Period(period) => {
                    let (begin, span) = self.period(period, entry.tz_id())?;
                    Some((begin, Some(span)))
                }
                value => Some((self.time(entry, value)?, None)),
            })
        })
    }

    fn period(&self, period: &ICalendarPeriod, zone: Option<&str>) -> Option<(Time, Span)> {
        let (ICalendarPeriod::Range { start, .. } | ICalendarPeriod::Duration { start, .. }) = period;
        let begin = self.clocks.time(start, zone)?;
        let from = begin.instant();
        let until = match period {
            ICalendarPeriod::Range { end, .. } => self.clocks.time(end, zone)?.instant(),
            ICalendarPeriod::Duration { duration, .. } => from + duration.to_time_delta()?.min(LONGEST),
        };
        Some((begin, Span { from, until }))
    }

    fn free_busy(&self, component: &ICalendarComponent, busy: &mut Vec<Span>) {
        for entry in component.properties(&ICalendarProperty::Freebusy) {
            let free = ICalendarParameterValue::Fbtype(ICalendarFreeBusyType::Free);
            if entry.parameters(&ICalendarParameterName::Fbtype).any(|kind| *kind == free) {
                continue;
            }
            busy.extend(entry.values.iter().filter_map(|value| match value {
                ICalendarValue::Period(period) => self.period(period, entry.tz_id()).map(|(_, span)| span),
                _ => None,
            }));
        }
    }
}

/// What the faults of an event are told by. Nothing that people wrote.
fn name(component: &ICalendarComponent) -> String {
    let uid: String = component.uid().unwrap_or("an event").chars().filter(|c| !c.is_control()).take(200).collect();
    uid
}

/// Occurrences of an event that are named elsewhere: by their instants, or, where one of the two is a whole day and the
/// other is not, by their days.
struct Places {
    instants: HashSet<DateTime<Utc>>,
    days: HashSet<NaiveDate>,
}

impl Places {
    fn new(start: &Time, named: impl Iterator<Item = Time>) -> Self {
        let mut places = Self { instants: HashSet::new(), days: HashSet::new() };
        for time in named {
            if time.whole_day == start.whole_day {
                places.instants.insert(time.instant());
            } else {
                places.days.insert(time.wall.date());
            }
        }
        places
    }

    fn have(&self, at: DateTime<Utc>, wall: NaiveDateTime) -> bool {
        self.instants.contains(&at) || self.days.contains(&wall.date())
    }
}

fn is_busy(component: &ICalendarComponent) -> bool {
    let outlook = ICalendarProperty::Other("X-MICROSOFT-CDO-BUSYSTATUS".to_owned());
    let free = component.property(&outlook).and_then(|entry| entry.values.first()?.as_text());
    component.transparency() != Some(&ICalendarTransparency::Transparent)
        && component.status() != Some(&ICalendarStatus::Cancelled)
        && !free.is_some_and(|status| ["free", "workingelsewhere"].contains(&status.to_ascii_lowercase().as_str()))
}

fn is_negative(entry: &ICalendarEntry) -> bool {
    matches!(entry.values.first(), Some(ICalendarValue::Duration(duration)) if duration.neg)
}

fn lasting(value: Option<&ICalendarValue>) -> Length {
    let Some(ICalendarValue::Duration(duration)) = value else { return Length::default() };
    if duration.neg {
        return Length::default();
    }
    let seconds = i64::from(duration.hours) * 3600 + i64::from(duration.minutes) * 60 + i64::from(duration.seconds);
    let days = i64::from(duration.weeks) * 7 + i64::from(duration.days);
    Length { days: TimeDelta::days(days).min(LONGEST), time: TimeDelta::seconds(seconds).min(LONGEST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn window() -> Span {
        Span { from: at("2026-03-01T00:00:00Z"), until: at("2028-03-01T00:00:00Z") }
    }

    fn file(lines: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}\r\nEND:VCALENDAR\r\n", lines.replace('\n', "\r\n"))
    }

    fn event(lines: &str) -> String {
        file(&format!("BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT"))
    }

    fn told(text: &str) -> Vec<String> {
        let expanded = expand(text, Tz::Europe__Vienna, window()).unwrap();
        let tell = |span: Span| format!("{}/{}", span.from.format("%m-%dT%H:%M"), span.until.format("%m-%dT%H:%M"));
        expanded.spans.iter().map(tell).collect()
    }

    #[test]
    fn nine_stays_nine_when_the_clocks_change() {
        let weekly = event(
            "DTSTART;TZID=Europe/Vienna:20260319T090000\nDTEND;TZID=Europe/Vienna:20260319T093000\nRRULE:FREQ=WEEKLY;COUNT=3",
        );
        assert_eq!(told(&weekly), ["03-19T08:00/03-19T08:30", "03-26T08:00/03-26T08:30", "04-02T07:00/04-02T07:30"]);
        // The last one is at the very end.
        let until = event(
            "DTSTART;TZID=Europe/Vienna:20260319T090000\nDURATION:PT30M\nRRULE:FREQ=DAILY;UNTIL=20260320T080000Z",
        );
        assert_eq!(told(&until).len(), 2);
        let floating = event("DTSTART:20260701T090000\nDURATION:PT30M");
        assert_eq!(told(&floating), ["07-01T07:00/07-01T07:30"]);
        let windows = event("DTSTART;TZID=W. Europe Standard Time:20260701T090000\nDURATION:PT30M");
        assert_eq!(told(&windows), ["07-01T07:00/07-01T07:30"]);
    }

    #[test]
    fn occurrences_are_left_out_moved_and_replaced() {
        let moved = file(
            "BEGIN:VEVENT\nUID:1\nDTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260303T090000Z\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260304T090000Z\nDTSTART:20260304T150000Z\nDTEND:20260304T153000Z\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260305T090000Z\nDTSTART:20260305T090000Z\nDTEND:20260305T100000Z\nSTATUS:CANCELLED\nEND:VEVENT",
        );
        assert_eq!(told(&moved), ["03-02T09:00/03-02T10:00", "03-04T15:00/03-04T15:30"]);
        let later = file(
            "BEGIN:VEVENT\nUID:1\nDTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nRRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260304T090000Z\nDTSTART:20260304T110000Z\nDTEND:20260304T113000Z\nEND:VEVENT",
        );
        assert_eq!(
            told(&later),
            [
                "03-02T09:00/03-02T10:00",
                "03-03T09:00/03-03T10:00",
                "03-04T11:00/03-04T11:30",
                "03-05T11:00/03-05T11:30"
            ]
        );
        let dates = event(
            "DTSTART:20260302T090000Z\nDURATION:PT1H\nRDATE:20260304T090000Z,20260306T120000Z\nRDATE;VALUE=PERIOD:20260308T090000Z/PT10M",
        );
        assert_eq!(told(&dates).len(), 4);
        assert_eq!(told(&dates)[3], "03-08T09:00/03-08T09:10");
    }

    #[test]
    fn days_are_those_of_the_owner_and_what_is_free_is_not_busy() {
        assert_eq!(told(&event("DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;COUNT=2")), ["03-27T23:00/03-29T22:00"]);
        for free in ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"] {
            assert!(told(&event(&format!("DTSTART:20260302T090000Z\nDURATION:PT1H\n{free}"))).is_empty(), "{free}");
        }
        let periods = file(
            "BEGIN:VFREEBUSY\nUID:2\nFREEBUSY;FBTYPE=BUSY:20260302T090000Z/PT1H,20260303T090000Z/20260303T093000Z\nFREEBUSY;FBTYPE=FREE:20260304T090000Z/PT1H\nEND:VFREEBUSY",
        );
        assert_eq!(told(&periods), ["03-02T09:00/03-02T10:00", "03-03T09:00/03-03T09:30"]);
    }

    #[test]
    fn what_would_never_end_is_bounded() {
        for rule in [
            "FREQ=SECONDLY",
            "FREQ=MINUTELY;INTERVAL=7",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1,2,3;BYMINUTE=0,1,2",
            "FREQ=HOURLY;BYHOUR=25",
            "FREQ=DAILY;INTERVAL=0",
        ] {
            let text = event(&format!("DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:{rule}"));
            let expanded = expand(&text, Tz::UTC, window()).unwrap();
            assert!(expanded.spans.iter().count() <= OCCURRENCES, "{rule}");
        }
        let often = event("DTSTART:20260302T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY");
        let expanded = expand(&often, Tz::UTC, window()).unwrap();
        assert_eq!((expanded.spans.iter().count(), expanded.faults.len()), (OCCURRENCES, 1));
    }

    #[test]
    fn what_is_no_calendar_is_refused_and_odd_ones_are_survived() {
        for none in ["", "hello", "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nEND:VCARD\r\n", "\0\0\0"] {
            assert_eq!(expand(none, Tz::UTC, window()).unwrap_err(), Unreadable::NoCalendar, "{none}");
        }
        let large = file(&"BEGIN:VEVENT\nUID:1\nEND:VEVENT\n".repeat(COMPONENTS));
        assert_eq!(expand(large.trim_end(), Tz::UTC, window()).unwrap_err(), Unreadable::TooLarge);
        for odd in [
            "DTSTART:99999999T999999",
            "DTSTART:20260302T090000Z\nRRULE:FREQ=NEVER",
            "DTSTART:20260302T090000Z\nDTEND:20250302T090000Z",
            "DTSTART:20260302T090000Z\nDURATION:P99999999D",
            "DTSTART;TZID=Nowhere/Land:20260302T090000\nDURATION:PT1H",
        ] {
            let _ = expand(&event(odd), Tz::UTC, window());
        }
    }

    #[test]
    fn what_cannot_be_followed_is_told_and_stays_once() {
        for (rule, why) in [
            ("FREQ=SECONDLY;INTERVAL=86399", "INTERVAL"),
            ("FREQ=MINUTELY;INTERVAL=70000", "INTERVAL"),
            ("FREQ=DAILY;COUNT=4294967297", "COUNT"),
            ("FREQ=DAILY;INTERVAL=99999999999", "INTERVAL"),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
            ("FREQ=DAILY;INTERVAL=-1", "INTERVAL"),
            ("FREQ=DAILY;COUNT=0", "COUNT"),
            ("FREQ=DAILY;BYHOUR=9,\n 265", "BYHOUR"),
            ("FREQ=WEEKLY;BYDAY=XX", "cannot be read"),
            ("FREQ=FORTNIGHTLY", "cannot be read"),
            ("COUNT=3", "cannot be read"),
        ] {
            let text = event(&format!("DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:{rule}"));
            let expanded = expand(&text, Tz::UTC, window()).unwrap();
            let faults = &expanded.faults;
            assert!(faults.len() == 1 && faults[0].starts_with("1: ") && faults[0].contains(why), "{rule}: {faults:?}");
            assert_eq!(expanded.spans.iter().count(), 1, "{rule}");
        }
        for backwards in
            ["DTSTART:20260302T090000Z\nDTEND:20260302T080000Z", "DTSTART:20260302T090000Z\nDURATION:-PT1H"]
        {
            let expanded = expand(&event(backwards), Tz::UTC, window()).unwrap();
            assert_eq!(expanded.faults, ["1: ends before it begins"], "{backwards}");
        }
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let whole = event("DTSTART:20260302T090000Z\nDURATION:PT1H");
        for end in [whole.len() - 4, whole.len() - 20, whole.len() - 40] {
            assert_eq!(expand(&whole[..end], Tz::UTC, window()).unwrap_err(), Unreadable::CutOff, "{end}");
        }
        let twice = format!("\u{feff}{whole}{whole}");
        assert_eq!(expand(&twice, Tz::UTC, window()).unwrap().events, 2);
    }

    #[test]
    fn what_is_cheap_goes_first_and_what_is_not_told_is_counted() {
        let told = |rule: &str| {
            let text = event(&format!("DTSTART:20260302T090000Z\n{rule}"));
            let Entry::ICalendar(calendar) = Parser::new(&text).entry() else { panic!("{rule}") };
            calendar.components.iter().map(recurrence::effort).max()
        };
        let (once, daily, often) = (told(""), told("RRULE:FREQ=DAILY"), told("RRULE:FREQ=SECONDLY;BYMONTH=2"));
        assert!(once < daily && daily < often && often == told("RRULE:FREQ=DAILY;BYSECOND=1"));
        let mut expanded = Expanded { faults: vec!["1: why".to_owned(); 300], unfollowed: 2, ..Expanded::default() };
        expanded.bound_faults();
        assert_eq!(expanded.faults.len(), FAULTS);
        assert!(expanded.faults[98].contains("202 more") && expanded.faults[99].ends_with(": 2"), "{expanded:?}");
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_is_survived(text in "(BEGIN:|END:|VEVENT|VCALENDAR|DTSTART|RRULE|FREQ=|[:;=,A-Z0-9]|\r\n){0,60}") {
            let _ = expand(&file(&text), Tz::UTC, window());
        }
    }
}
