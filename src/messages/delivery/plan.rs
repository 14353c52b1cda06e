//! When a message may go, and when it is tried again.
use chrono::{DateTime, Duration, Utc};

use crate::contacts::ContactRow;
use crate::sending::SendingSettings;
use crate::zones::{self, Tz};

/// A worker may be this late, and the hour at which the message was due still counts.
const LATE: Duration = Duration::minutes(15);

/// In which zone the contact lives, as far as is known; else it is taken to be the seeker's.
pub fn zone(contact: &ContactRow, seeker_zone: &str) -> Tz {
    let known = contact.profile.0.time_zone.as_deref().and_then(zones::zone);
    known.or_else(|| zones::zone(seeker_zone)).unwrap_or(Tz::UTC)
}

/// When a message that came to its turn may go: now, or then.
pub fn turn(settings: &SendingSettings, zone: Tz, due: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let hours = settings.hours()?;
    let in_time = hours.contain(zone, due, None) && now - due <= LATE;
    (!in_time && !hours.contain(zone, now, None)).then(|| hours.next(zone, now, None))
}

/// The first time of the seeker's next day at which the contact is awake.
pub fn tomorrow(settings: &SendingSettings, zone: Tz, seeker_zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let day = zones::day(seeker_zone, now).succ_opt().unwrap_or_default();
    let begin = zones::start_of_day(seeker_zone, day);
    settings.hours().map_or(begin, |hours| hours.next(zone, begin, None))
}

/// When to try again after so many attempts: 5 s, doubled each time up to an hour, and up to a fifth more, so that many
/// do not come back in step. Nothing once `patience` is over.
pub fn retry(
    attempts: i32,
    first: DateTime<Utc>,
    now: DateTime<Utc>,
    patience: Duration,
    random: u64,
) -> Option<DateTime<Utc>> {
    let doublings = u32::try_from(attempts.clamp(1, 11) - 1).unwrap_or(0);
    let millis = (5_000_i64 << doublings).min(3_600_000);
    let jitter = i64::try_from(random % 1000).unwrap_or(0) * millis / 5_000;
    let at = now + Duration::milliseconds(millis + jitter);
    (at - first <= patience).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn what_comes_too_late_waits_for_the_morning() {
        let settings = SendingSettings::untouched(50);
        let new_york = zones::zone("America/New_York").unwrap();
        let due = at("2026-03-02T23:59:00Z");
        assert_eq!(turn(&settings, new_york, due, due), None, "18:59 there");
        let late = at("2026-03-03T00:59:00Z");
        assert_eq!(turn(&settings, new_york, late, at("2026-03-03T01:09:00Z")), None, "due at 19:59, ten minutes late");
        let missed = turn(&settings, new_york, late, at("2026-03-03T03:00:00Z"));
        assert_eq!(missed, Some(at("2026-03-03T13:00:00Z")));
        // The night in which the clock is put forward.
        let spring = turn(&settings, new_york, at("2026-03-08T05:00:00Z"), at("2026-03-08T05:00:00Z"));
        assert_eq!(spring, Some(at("2026-03-08T12:00:00Z")));
    }

    #[test]
    fn the_next_day_is_the_seekers_and_the_hour_the_contacts() {
        let settings = SendingSettings::untouched(50);
        let (sydney, london) = (zones::zone("Australia/Sydney").unwrap(), zones::zone("Europe/London").unwrap());
        let next = tomorrow(&settings, sydney, london, at("2026-07-01T10:00:00Z"));
        assert_eq!(next, at("2026-07-01T23:00:00Z"), "midnight in London is 09:00 in Sydney");
    }

    #[test]
    fn attempts_come_seldom_and_end() {
        let (first, day) = (at("2026-03-02T09:00:00Z"), Duration::hours(24));
        assert_eq!(retry(1, first, first, day, 0), Some(first + Duration::seconds(5)));
        assert_eq!(retry(4, first, first, day, 0), Some(first + Duration::seconds(40)));
        assert_eq!(retry(40, first, first, day, 999), Some(first + Duration::milliseconds(3_600_000 + 719_280)));
        assert_eq!(retry(9, first, first + day, day, 0), None);
    }
}
