//! The clocks that the times of a file go by.
use std::collections::HashMap;
use std::rc::Rc;

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz as FileZone;
use calcard::icalendar::timezone::TzResolver;
use calcard::icalendar::{ICalendar, ICalendarEntry};
use chrono::{DateTime, FixedOffset, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::own_zone::OwnZone;
use crate::zones::{self, Tz};

/// Zones that a file may define for itself.
const OWN_ZONES: usize = 100;
/// The end of 2099, until which the rules of a zone are followed for a single time.
const FAR: i64 = 4_102_444_799;

/// What a wall clock shows, and when.
#[derive(Debug, Clone)]
pub enum Clock {
    Zone(Tz),
    Offset(FixedOffset),
    /// By rules that only the file has.
    Own(Rc<OwnZone>),
}

impl Clock {
    /// When it shows a time. Gaps and doubles are read as RFC 5545 has them (3.3.5).
    pub fn instant(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        match self {
            Self::Zone(zone) => zones::wall(*zone, wall).lenient(),
            Self::Offset(offset) => (wall - TimeDelta::seconds(offset.local_minus_utc().into())).and_utc(),
            Self::Own(zone) => zone.instant(wall),
        }
    }

    fn wall(&self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Zone(zone) => zones::local(*zone, at),
            Self::Offset(offset) => at.naive_utc() + TimeDelta::seconds(offset.local_minus_utc().into()),
            Self::Own(zone) => zone.wall(at),
        }
    }

    fn start_of_day(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        match self {
            Self::Zone(zone) => zones::start_of_day(*zone, wall.date()),
            other => other.instant(wall.date().and_time(NaiveTime::MIN)),
        }
    }
}

/// A time as it stands in a file.
#[derive(Debug, Clone)]
pub struct Time {
    pub wall: NaiveDateTime,
    pub clock: Clock,
    /// Without an hour.
    pub whole_day: bool,
}

impl Time {
    pub fn instant(&self) -> DateTime<Utc> {
        self.at(self.wall)
    }

    /// Another time by the same clock.
    pub fn at(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        if self.whole_day { self.clock.start_of_day(wall) } else { self.clock.instant(wall) }
    }

    /// What this clock shows at an instant.
    pub fn wall_of(&self, at: DateTime<Utc>) -> NaiveDateTime {
        self.clock.wall(at)
    }
}

/// The clocks of a file, by the names that it has for them.
pub struct Clocks<'a> {
    /// IANA's, Outlook's, and those that the file says are one of these.
    known: TzResolver<&'a str>,
    own: HashMap<&'a str, Rc<OwnZone>>,
    /// Where whole days, and times without a zone, are.
    usual: Tz,
}

impl<'a> Clocks<'a> {
    /// `until` is how far rules are followed.
    pub fn new(calendar: &'a ICalendar, usual: Tz, until: DateTime<Utc>) -> Self {
        let known = calendar.build_tz_resolver();
        let own = calendar.timezones().filter_map(|zone| super::own_zone::read(calendar, zone, until));
        let own = own.filter(|(name, _)| known.resolve(name).is_none()).take(OWN_ZONES);
        let own = own.map(|(name, zone)| (name, Rc::new(zone))).collect();
        Self { known, own, usual }
    }

    /// Nothing of a name that neither the file nor anybody else explains.
    pub fn named(&self, name: &str) -> Option<Clock> {
        match self.known.resolve(name) {
            Some(FileZone::Tz(zone)) => Some(Clock::Zone(zone)),
            Some(FileZone::Fixed(offset)) => Some(Clock::Offset(offset)),
            Some(FileZone::Floating) => Some(Clock::Zone(self.usual)),
            None => self.own.get(name).cloned().map(Clock::Own),
        }
    }

    /// A time, by the clock that it names itself, else by the one that is named beside it.
    pub fn time(&self, told: &PartialDateTime, name: Option<&str>) -> Option<Time> {
        let read = told.to_date_time()?;
        let whole_day = !told.has_time();
        let usual = Clock::Zone(self.usual);
        let clock = match read.tz() {
            _ if whole_day => usual,
            Some(FileZone::Tz(zone)) => Clock::Zone(zone),
            Some(FileZone::Fixed(offset)) => Clock::Offset(offset),
            Some(FileZone::Floating) | None => name.and_then(|name| self.named(name)).unwrap_or(usual),
        };
        Some(Time { wall: read.date_time, clock, whole_day })
    }
}

/// When a property of an entry is; times without a zone are those of UTC.
pub fn instant(calendar: &ICalendar, entry: &ICalendarEntry) -> Option<DateTime<Utc>> {
    let told = entry.values.first()?.as_partial_date_time()?;
    let far = DateTime::from_timestamp(FAR, 0)?;
    Some(Clocks::new(calendar, Tz::UTC, far).time(told, entry.tz_id())?.instant())
}

/// The zone that a file says it is in: not the RFC's, but Google's and Apple's word for it.
pub fn zone_of(text: &str) -> Option<Tz> {
    const NAME: &str = "X-WR-TIMEZONE";
    let own = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let name = name.split(';').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case(NAME).then(|| value.trim().to_owned())
    };
    match text.lines().find_map(own)?.parse() {
        Ok(FileZone::Tz(zone)) => Some(zone),
        _ => None,
    }
}
