//! Times of meetings: as people say them, and as their clocks show them.
use chrono::{DateTime, NaiveDateTime, SecondsFormat, SubsecRound, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Fault;
use crate::zones::{self, Tz, Wall};

/// Hours of the day in which people meet.
const HOURS: std::ops::Range<u32> = 7..21;
/// How far in the past or in the future a meeting may be.
const FAR: TimeDelta = TimeDelta::days(50 * 366);

/// A time as a clock on a wall shows it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WallClock {
    #[schema(
        max_length = 19,
        pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
        example = "2026-04-14T08:30"
    )]
    pub time: String,
    /// Where the wall is: an IANA name.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/Vienna")]
    pub zone: String,
}

/// From when until when, in one zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LocalSpan {
    #[schema(format = "date-time", example = "2026-04-14T08:30:00+02:00")]
    pub starts: String,
    #[schema(format = "date-time", example = "2026-04-14T08:45:00+02:00")]
    pub ends: String,
    /// What the zone calls the time then.
    #[schema(example = "CEST")]
    pub abbreviation: String,
    /// What it calls the time at the end: another, where the clocks are changed meanwhile.
    #[serde(skip)]
    pub last_abbreviation: String,
}

impl LocalSpan {
    /// The day and the hours that the clocks there show.
    pub fn told(&self) -> (String, String) {
        let read = |text: &str| DateTime::parse_from_rfc3339(text).unwrap_or_default();
        let (starts, ends) = (read(&self.starts), read(&self.ends));
        (starts.format("%A, %-d %B %Y").to_string(), format!("{}–{}", starts.format("%H:%M"), ends.format("%H:%M")))
    }
}

/// A zone by its name. One that this version does not know any more counts as UTC.
fn zone(name: &str) -> Tz {
    zones::zone(name).unwrap_or(Tz::UTC)
}

/// The span as clocks of the zone show it.
pub fn local((starts, ends): (DateTime<Utc>, DateTime<Utc>), name: &str) -> LocalSpan {
    let zone = zone(name);
    let shown = |at: DateTime<Utc>| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false);
    let called = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Z").to_string();
    LocalSpan {
        starts: shown(starts),
        ends: shown(ends),
        abbreviation: called(starts),
        last_abbreviation: called(ends),
    }
}

/// An instant in a sentence for programs and people, to the second.
pub fn told(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Whether people in the zone would wonder at the hour.
pub fn is_unusual(at: DateTime<Utc>, name: &str) -> bool {
    !HOURS.contains(&zones::local(zone(name), at).hour())
}

/// The instant that was meant, by one of the two ways to say it. A wall-clock time that is none, or is two, is a fault
/// which offers what may be meant.
pub fn start(at: Option<DateTime<Utc>>, local: Option<&WallClock>, faults: &mut Vec<Fault>) -> Option<DateTime<Utc>> {
    let local = match (at, local) {
        (Some(_), Some(_)) => {
            faults.push(Fault::field("/starts_local", "not_allowed", "say it by `starts_at` or by this, not by both"));
            return None;
        }
        (None, Some(local)) => local,
        (at, None) => return at.map(|at| at.trunc_subsecs(0)),
    };
    let time = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let time = time.iter().find_map(|format| NaiveDateTime::parse_from_str(&local.time, format).ok());
    let Some(time) = time else {
        let detail = "must be a day and a time without an offset, like `2026-04-14T08:30`";
        faults.push(Fault::field("/starts_local/time", "invalid_format", detail));
        return None;
    };
    // The schema has refused a name that is none.
    let zone = zones::zone(&local.zone)?;
    let fault = |code: &'static str, what: &str, earlier: DateTime<Utc>, later: DateTime<Utc>| {
        let either = [earlier, later].map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
        let shown = [earlier, later].map(|at| at.with_timezone(&zone).format("%H:%M %Z").to_string());
        let detail = format!(
            "{} {what} in {}; send `starts_at` {} ({}) or {} ({})",
            local.time, local.zone, either[0], shown[0], either[1], shown[1]
        );
        Fault::field("/starts_local/time", code, detail).offering(either)
    };
    match zones::wall(zone, time) {
        Wall::Unique(at) => return Some(at),
        Wall::Gap { earlier, later, .. } => {
            faults.push(fault(
                "nonexistent_time",
                "does not exist, for the clocks are put forward then,",
                earlier,
                later,
            ));
        }
        Wall::Ambiguous { earlier, later } => {
            faults.push(fault("ambiguous_time", "comes twice, for the clocks are put back then,", earlier, later));
        }
    }
    None
}

/// Refuses times that nobody means.
pub fn check_range(at: DateTime<Utc>, now: DateTime<Utc>, faults: &mut Vec<Fault>) {
    if (at - now).abs() > FAR {
        faults.push(Fault::field("/starts_at", "out_of_range", "must be within fifty years of now"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(time: &str, zone: &str) -> Result<String, Box<Fault>> {
        let mut faults = Vec::new();
        let wall = WallClock { time: time.to_owned(), zone: zone.to_owned() };
        match start(None, Some(&wall), &mut faults) {
            Some(at) => Ok(at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            None => Err(Box::new(faults.remove(0))),
        }
    }

    #[test]
    fn a_wall_clock_names_an_instant() {
        assert_eq!(said("2026-04-14T08:30", "Europe/Vienna").as_deref(), Ok("2026-04-14T06:30:00Z"));
        assert_eq!(said("2026-01-14T08:30:00", "America/New_York").as_deref(), Ok("2026-01-14T13:30:00Z"));
        assert_eq!(said("2026-01-14T08:30", "Asia/Kathmandu").as_deref(), Ok("2026-01-14T02:45:00Z"));
        assert_eq!(said("2026-02-30T08:30", "UTC").unwrap_err().code, "invalid_format");
    }

    #[test]
    fn a_time_that_is_none_or_two_offers_what_may_be_meant() {
        let gap = said("2026-03-29T02:30", "Europe/Vienna").unwrap_err();
        assert_eq!(gap.code, "nonexistent_time");
        assert_eq!(
            gap.alternatives.as_deref(),
            Some(&["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"].map(str::to_owned)[..])
        );
        assert!(gap.detail.contains("01:30 CET") && gap.detail.contains("03:30 CEST"), "{}", gap.detail);
        let twice = said("2026-10-25T02:30", "Europe/Vienna").unwrap_err();
        assert_eq!(twice.code, "ambiguous_time");
        assert_eq!(
            twice.alternatives.as_deref(),
            Some(&["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map(str::to_owned)[..])
        );
    }

    #[test]
    fn spans_are_told_with_their_offsets() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let span = (at("2026-03-29T00:50:00Z"), at("2026-03-29T01:05:00Z"));
        let told = local(span, "Europe/Vienna");
        assert_eq!(
            (told.starts.as_str(), told.ends.as_str()),
            ("2026-03-29T01:50:00+01:00", "2026-03-29T03:05:00+02:00")
        );
        assert_eq!((told.abbreviation.as_str(), told.last_abbreviation.as_str()), ("CET", "CEST"));
        assert!(is_unusual(span.0, "Europe/Vienna") && !is_unusual(span.0, "Asia/Tokyo"));
    }
}
