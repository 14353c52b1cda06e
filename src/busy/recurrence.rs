//! Rules of recurrence by the wall clock: `rrule` follows them.
use std::str::FromStr;

use calcard::common::timezone::Tz as FileZone;
use calcard::icalendar::{ICalendarComponent, ICalendarProperty, ICalendarRecurrenceRule, ICalendarValue};
use chrono::{NaiveTime, TimeDelta};
use rrule::{RRule, RRuleSet, Unvalidated};

use super::clock::Time;

/// The rules of a component.
pub fn rules(component: &ICalendarComponent) -> impl Iterator<Item = &ICalendarRecurrenceRule> {
    component.properties(&ICalendarProperty::Rrule).flat_map(|entry| &entry.values).filter_map(|value| match value {
        ICalendarValue::RecurrenceRule(rule) => Some(&**rule),
        _ => None,
    })
}

/// The times of a rule by the wall clock, which stands in for UTC here.
pub fn follow(rule: &ICalendarRecurrenceRule, start: &Time) -> Result<RRuleSet, String> {
    let until = rule.until.as_ref().and_then(|until| {
        let read = until.to_date_time()?;
        let wall = match read.tz() {
            Some(FileZone::Fixed(offset)) if !start.whole_day => {
                let ahead = TimeDelta::seconds(offset.local_minus_utc().into());
                start.wall_of((read.date_time - ahead).and_utc())
            }
            Some(FileZone::Tz(_)) if !start.whole_day => start.wall_of(read.date_time.and_utc()),
            _ => read.date_time,
        };
        // A day is meant to its end.
        let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
        Some(if until.has_time() { wall } else { wall.date().and_time(last) })
    });
    let plain = ICalendarRecurrenceRule { until: None, ..rule.clone() }.to_string();
    let mut rule = RRule::<Unvalidated>::from_str(&plain).map_err(|error| error.to_string())?;
    let begin = start.wall.and_utc().with_timezone(&rrule::Tz::UTC);
    if let Some(until) = until {
        if until < start.wall {
            return Ok(RRuleSet::new(begin).rdate(begin));
        }
        rule = rule.until(until.and_utc().with_timezone(&rrule::Tz::UTC));
    }
    let rule = rule.validate(begin).map_err(|error| error.to_string())?;
    Ok(RRuleSet::new(begin).rrule(rule).limit())
}
