//! Zones that a file defines for itself (RFC 5545, 3.6.5) under a name that nobody else knows, such as Outlook's `Customized
//! Time Zone`.
use calcard::icalendar::{ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarValue};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};

use super::clock::{Clock, Time};
use super::recurrence::{follow, rules};

/// Changes of the clock by one rule, and by all of a zone: Outlook's begin in 1601.
const CHANGES: usize = 1_000;
const ALL_CHANGES: usize = 5_000;

/// A change of the clock.
#[derive(Debug)]
struct Change {
    at: DateTime<Utc>,
    /// What the clock shows then, before it is changed.
    wall: NaiveDateTime,
    /// By how much it is ahead of UTC.
    before: TimeDelta,
    after: TimeDelta,
}

/// A zone as its file has it: the changes in their order, at least one.
#[derive(Debug)]
pub struct OwnZone(Vec<Change>);

impl OwnZone {
    /// When its clock shows a time: of two the first, and in a gap as if the clock had not been changed.
    pub fn instant(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        let passed = self.0.partition_point(|change| change.wall <= wall);
        let Some(change) = passed.checked_sub(1).and_then(|last| self.0.get(last)) else {
            return (wall - self.first()).and_utc();
        };
        let at = (wall - change.after).and_utc();
        if at < change.at { (wall - change.before).and_utc() } else { at }
    }

    /// What its clock shows at an instant.
    pub fn wall(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let passed = self.0.partition_point(|change| change.at <= at);
        let ahead = passed.checked_sub(1).and_then(|last| self.0.get(last)).map_or(self.first(), |last| last.after);
        at.naive_utc() + ahead
    }

    fn first(&self) -> TimeDelta {
        self.0.first().map_or_else(TimeDelta::zero, |change| change.before)
    }
}

/// A `VTIMEZONE` with its name, its changes followed `until` then; nothing when it says none.
pub fn read<'a>(
    calendar: &ICalendar,
    zone: &'a ICalendarComponent,
    until: DateTime<Utc>,
) -> Option<(&'a str, OwnZone)> {
    let name = zone.property(&ICalendarProperty::Tzid)?.values.first()?.as_text()?;
    let parts = zone.component_ids.iter().filter_map(|id| calendar.component_by_id(*id));
    let kinds = [ICalendarComponentType::Standard, ICalendarComponentType::Daylight];
    let parts = parts.filter(|part| kinds.contains(&part.component_type));
    let mut changes: Vec<Change> = parts.filter_map(|part| changes(part, until)).flatten().take(ALL_CHANGES).collect();
    changes.sort_by_key(|change| change.at);
    (!changes.is_empty()).then_some((name, OwnZone(changes)))
}

/// The changes that one part of a zone tells: when it begins, by the clock before.
fn changes(part: &ICalendarComponent, until: DateTime<Utc>) -> Option<Vec<Change>> {
    let start = walls(part, &ICalendarProperty::Dtstart).next()?;
    let before = offset(part, &ICalendarProperty::Tzoffsetfrom)?;
    let after = offset(part, &ICalendarProperty::Tzoffsetto)?;
    let of = |offset: FixedOffset| TimeDelta::seconds(offset.local_minus_utc().into());
    let begin = Time { wall: start, clock: Clock::Offset(before), whole_day: false };
    let mut times: Vec<NaiveDateTime> = std::iter::once(start).chain(walls(part, &ICalendarProperty::Rdate)).collect();
    for rule in rules(part).filter_map(|rule| follow(rule, &begin).ok()) {
        let all = (&rule).into_iter().map(|at| at.naive_utc());
        times.extend(all.take_while(|wall| *wall < until.naive_utc()).take(CHANGES));
    }
    let change =
        |wall: NaiveDateTime| Change { at: (wall - of(before)).and_utc(), wall, before: of(before), after: of(after) };
    Some(times.into_iter().take(CHANGES).map(change).collect())
}

fn walls<'a>(part: &'a ICalendarComponent, name: &'a ICalendarProperty) -> impl Iterator<Item = NaiveDateTime> + 'a {
    part.properties(name).flat_map(|entry| &entry.values).filter_map(|value| match value {
        ICalendarValue::PartialDateTime(told) => told.to_date_time().map(|read| read.date_time),
        _ => None,
    })
}

fn offset(part: &ICalendarComponent, name: &ICalendarProperty) -> Option<FixedOffset> {
    let told = part.property(name)?.values.first()?.as_partial_date_time()?;
    let seconds = i32::from(told.tz_hour?) * 3600 + i32::from(told.tz_minute.unwrap_or_default()) * 60;
    FixedOffset::east_opt(if told.tz_minus { -seconds } else { seconds })
}
