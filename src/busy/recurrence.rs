//! Rules of recurrence by the wall clock: `rrule` follows them.
use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::str::FromStr;

use calcard::common::timezone::Tz as FileZone;
use calcard::icalendar::{
    ICalendarComponent, ICalendarFrequency, ICalendarProperty, ICalendarRecurrenceRule, ICalendarValue,
};
use chrono::{NaiveTime, TimeDelta};
use rrule::{RRule, RRuleSet, Unvalidated};

use super::clock::Time;

/// What a rule becomes whose numbers cannot be held; its value says why.
const UNHELD: &str = "X-INROAD-UNHELD-RRULE";

/// The file, with rules whose numbers cannot be held set apart: the reader of the file would take what is left of them
/// for another number, and one that is none for nothing said.
pub fn without_unheld(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let (mut done, mut at) = (0, 0);
    while at < text.len() {
        let begin = at;
        at = end_of_line(text, at);
        if !is_rule(&text[begin..at]) {
            continue;
        }
        while text[at..].starts_with([' ', '\t']) {
            at = end_of_line(text, at);
        }
        let unfolded: String = text[begin..at]
            .split('\n')
            .map(|line| line.trim_end_matches('\r'))
            .enumerate()
            .fold(String::new(), |whole, (number, line)| {
                whole + if number == 0 { line } else { line.get(1..).unwrap_or_default() }
            });
        if let Some((part, range)) = unfolded.split_once(':').and_then(|(_, rule)| unheld(rule)) {
            let (least, most) = (range.start(), range.end());
            kept.push_str(&text[done..begin]);
            kept.push_str(&format!("{UNHELD}:its rule has a {part} that is no number from {least} to {most}\r\n"));
            done = at;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(&text[done..]);
    Cow::Owned(kept)
}

fn end_of_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

fn is_rule(line: &str) -> bool {
    line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("RRULE")) && line[5..].starts_with([':', ';'])
}

/// The first part of a rule with a number that RFC 5545 (3.3.10), or what follows the rules, does not have.
fn unheld(rule: &str) -> Option<(&'static str, RangeInclusive<i64>)> {
    rule.split(';').find_map(|part| {
        let (name, values) = part.split_once('=')?;
        let (name, range, signed) = match name.trim().to_ascii_uppercase().as_str() {
            "INTERVAL" => ("INTERVAL", 1..=i64::from(u16::MAX), false),
            "COUNT" => ("COUNT", 1..=i64::from(u32::MAX), false),
            "BYSECOND" => ("BYSECOND", 0..=60, false),
            "BYMINUTE" => ("BYMINUTE", 0..=59, false),
            "BYHOUR" => ("BYHOUR", 0..=23, false),
            "BYMONTH" => ("BYMONTH", 1..=12, false),
            "BYMONTHDAY" => ("BYMONTHDAY", 1..=31, true),
            "BYYEARDAY" => ("BYYEARDAY", 1..=366, true),
            "BYWEEKNO" => ("BYWEEKNO", 1..=53, true),
            "BYSETPOS" => ("BYSETPOS", 1..=366, true),
            _ => return None,
        };
        let fits = |number: i64| range.contains(&number) || signed && range.contains(&number.saturating_neg());
        // Leap months have an L behind them (RFC 7529).
        let held = |value: &str| value.trim().trim_end_matches('L').parse().is_ok_and(fits);
        (!values.split(',').all(held)).then(|| (name, range.clone()))
    })
}

/// Why rules of a component are none that can be followed.
pub fn unread(component: &ICalendarComponent) -> impl Iterator<Item = &str> {
    component.entries.iter().filter_map(|entry| match &entry.name {
        ICalendarProperty::Rrule if rules_of(&entry.values).next().is_none() => Some("its rule cannot be read"),
        ICalendarProperty::Other(name) if name == UNHELD => entry.values.first()?.as_text(),
        _ => None,
    })
}

/// How hard it is to follow the rules of a component, at the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    None,
    Days,
    /// Where there may be as many times to look at as there are seconds.
    Seconds,
}

pub fn effort(component: &ICalendarComponent) -> Effort {
    let each = rules(component).map(|rule| match rule.freq {
        ICalendarFrequency::Secondly | ICalendarFrequency::Minutely | ICalendarFrequency::Hourly => Effort::Seconds,
        _ if rule.bysecond.len() + rule.byminute.len() + rule.byhour.len() > 0 => Effort::Seconds,
        _ => Effort::Days,
    });
    each.max().unwrap_or(Effort::None)
}

fn rules_of(values: &[ICalendarValue]) -> impl Iterator<Item = &ICalendarRecurrenceRule> {
    values.iter().filter_map(|value| match value {
        ICalendarValue::RecurrenceRule(rule) => Some(&**rule),
        _ => None,
    })
}

/// The rules of a component.
pub fn rules(component: &ICalendarComponent) -> impl Iterator<Item = &ICalendarRecurrenceRule> {
    component.properties(&ICalendarProperty::Rrule).flat_map(|entry| rules_of(&entry.values))
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
