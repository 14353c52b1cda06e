//! Wall clocks and calendars: the one place that does arithmetic with time zones, business days and waking hours.
//!
//! Pure, so that it can be tested by example and by property. The rules of the zones are those of the IANA database that
//! `chrono-tz` was built with: they age with the binary.
mod business;
mod waking;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::GapInfo;
pub use chrono_tz::Tz;

pub use self::business::{Calendar, countries};
pub use self::waking::Hours;

/// Reads an IANA name, such as `Europe/Vienna`, as it is written there.
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The names of all zones.
pub fn names() -> impl Iterator<Item = &'static str> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
}

/// Reads `09:30`.
pub fn time(text: &str) -> Option<NaiveTime> {
    // The parser forgives blanks and left out zeros.
    NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|time| time_text(*time) == text)
}

/// Writes `09:30`.
pub fn time_text(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// What a wall time is in instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wall {
    /// As nearly always: exactly one.
    Unique(DateTime<Utc>),
    /// None, for the clock was put forward over it, at the instant `change`. Taken by the offset after the change it is
    /// `earlier`, by the offset before it `later`: half past two in an hour that is missing is half past one, or half
    /// past three.
    Gap { earlier: DateTime<Utc>, change: DateTime<Utc>, later: DateTime<Utc> },
    /// Two, for the clock was put back.
    Ambiguous { earlier: DateTime<Utc>, later: DateTime<Utc> },
}

impl Wall {
    /// The instant, where the wall time is not to be argued about: `later` of a gap, `earlier` of two, as iCalendar reads
    /// wall times (RFC 5545, 3.3.5).
    pub fn lenient(self) -> DateTime<Utc> {
        match self {
            Self::Unique(at) | Self::Gap { later: at, .. } | Self::Ambiguous { earlier: at, .. } => at,
        }
    }
}

/// What a wall time is in instants.
pub fn wall(zone: Tz, local: NaiveDateTime) -> Wall {
    match zone.from_local_datetime(&local) {
        chrono::MappedLocalTime::Single(at) => Wall::Unique(at.to_utc()),
        chrono::MappedLocalTime::Ambiguous(a, b) => {
            Wall::Ambiguous { earlier: a.min(b).to_utc(), later: a.max(b).to_utc() }
        }
        chrono::MappedLocalTime::None => gap(zone, local),
    }
}

fn gap(zone: Tz, local: NaiveDateTime) -> Wall {
    let Some((begin, before)) = GapInfo::new(&local, &zone).and_then(|gap| gap.begin) else {
        // Before everything the zone knows of.
        return Wall::Unique(local.and_utc());
    };
    let (before, change) = (before.fix(), (begin - before.fix()).and_utc());
    let after = zone.offset_from_utc_datetime(&change.naive_utc()).fix();
    Wall::Gap { earlier: (local - after).and_utc(), change, later: (local - before).and_utc() }
}

/// The instant of a wall time on a day, gaps and doubles as [`Wall::lenient`] has them.
pub fn instant(zone: Tz, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    wall(zone, day.and_time(time)).lenient()
}

/// What the wall clock shows.
pub fn local(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// What the wall clock shows, with the zone's name for it: `14:30 GMT`.
pub fn told_time(zone: Tz, at: DateTime<Utc>) -> String {
    at.with_timezone(&zone).format("%H:%M %Z").to_string()
}

/// The day that the wall calendar shows.
pub fn day(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    local(zone, at).date()
}

/// By how much the wall clock is ahead of UTC.
pub fn offset(zone: Tz, at: DateTime<Utc>) -> TimeDelta {
    TimeDelta::seconds(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc().into())
}

/// The first instant of a day. Where the clock is put forward at midnight, the day begins at one; of a day that a zone
/// left out altogether (30 December 2011 in Samoa) it is the first instant after it.
pub fn start_of_day(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    first_from(zone, day.and_time(NaiveTime::MIN))
}

/// The first instant of the day after the one that the wall calendar shows.
pub fn end_of_day(zone: Tz, at: DateTime<Utc>) -> DateTime<Utc> {
    start_of_day(zone, day(zone, at) + TimeDelta::days(1))
}

/// The first instant at which the wall clock shows a time or, for want of it, a later one.
fn first_from(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match wall(zone, local) {
        Wall::Unique(at) | Wall::Gap { change: at, .. } | Wall::Ambiguous { earlier: at, .. } => at,
    }
}

/// The first instant after `after` at which the wall clock shows `time`, once a day: gaps and doubles as
/// [`Wall::lenient`] has them.
pub fn next_at(zone: Tz, time: NaiveTime, after: DateTime<Utc>) -> DateTime<Utc> {
    // A zone may have left out the day between; one more lies after any instant.
    let days = (day(zone, after) - TimeDelta::days(1)).iter_days();
    let mut times = days.take(4).map(|day| instant(zone, day, time));
    times.find(|at| *at > after).unwrap_or(after + TimeDelta::days(1))
}
