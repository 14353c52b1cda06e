//! What follows from an attempt: pure, so that it can be tested by example.
use chrono::{DateTime, TimeDelta, Utc};

use super::model::{DeliveryId, DeliveryState};

/// After each failed attempt, how long until the next: some three days and a half altogether (Standard Webhooks,
/// "Retry schedule").
const SCHEDULE: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(20),
    TimeDelta::hours(24),
];
/// No `Retry-After` puts it off for longer.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// An answer, or that there was none.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: DeliveryId,
    /// With this one.
    pub attempts: i32,
    pub at: DateTime<Utc>,
    pub status: Option<u16>,
    pub latency_ms: Option<i32>,
    pub retry_after: Option<TimeDelta>,
    pub error: Option<String>,
    pub answer: Option<String>,
}

/// As it is written.
#[derive(Debug, Clone)]
pub struct Settled {
    pub id: DeliveryId,
    pub attempts: i32,
    pub state: DeliveryState,
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub at: DateTime<Utc>,
    pub status: Option<i32>,
    pub latency_ms: Option<i32>,
    pub error: Option<String>,
    pub answer: Option<String>,
}

impl Attempt {
    pub fn arrived(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The receiver wants nothing any more.
    pub fn is_gone(&self) -> bool {
        self.status == Some(410)
    }

    /// Until when the receiver wants to be left alone (RFC 9110, 10.2.3).
    pub fn pause(&self) -> Option<DateTime<Utc>> {
        let asked = self.retry_after.filter(|_| matches!(self.status, Some(429 | 503)))?;
        Some(self.at + asked.min(LONGEST))
    }

    pub fn settled(self, random: u64) -> Settled {
        let (arrived, gone) = (self.arrived(), self.is_gone());
        let wait = usize::try_from(self.attempts - 1).ok().and_then(|place| SCHEDULE.get(place)).copied();
        let pause = self.pause();
        let next = wait.map(|wait| self.at + jittered(wait, random)).map(|at| at.max(pause.unwrap_or(at)));
        let (state, next_attempt_at) = match next {
            _ if arrived => (DeliveryState::Delivered, None),
            Some(at) if !gone => (DeliveryState::Pending, Some(at)),
            _ => (DeliveryState::Failed, None),
        };
        Settled {
            id: self.id,
            attempts: self.attempts,
            state,
            next_attempt_at,
            at: self.at,
            status: self.status.map(i32::from),
            latency_ms: self.latency_ms,
            error: self.error,
            answer: self.answer,
        }
    }
}

/// Up to a tenth more, so that what failed together does not come back together.
fn jittered(wait: TimeDelta, random: u64) -> TimeDelta {
    wait + wait / 10 * i32::try_from(random % 1000).unwrap_or(0) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(attempts: i32, status: Option<u16>) -> Attempt {
        Attempt {
            id: uuid::Uuid::nil().into(),
            attempts,
            at: DateTime::UNIX_EPOCH,
            status,
            latency_ms: None,
            retry_after: None,
            error: None,
            answer: None,
        }
    }

    fn wait(attempt: Attempt, random: u64) -> Option<i64> {
        attempt.settled(random).next_attempt_at.map(|at| at.timestamp())
    }

    #[test]
    fn failures_come_back_by_the_schedule_and_are_given_up() {
        let waits = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        for (attempts, seconds) in (1..).zip(waits) {
            assert_eq!(wait(attempt(attempts, Some(500)), 0), Some(seconds));
            let late = wait(attempt(attempts, None), 999).unwrap();
            assert!((seconds..=seconds + seconds / 10).contains(&late), "{late}");
        }
        let last = attempt(10, Some(500)).settled(0);
        assert_eq!((last.state, last.next_attempt_at), (DeliveryState::Failed, None));
    }

    #[test]
    fn only_what_is_answered_with_2xx_has_arrived() {
        for (status, state) in [
            (Some(200), DeliveryState::Delivered),
            (Some(204), DeliveryState::Delivered),
            (Some(299), DeliveryState::Delivered),
            (Some(199), DeliveryState::Pending),
            (Some(302), DeliveryState::Pending),
            (Some(304), DeliveryState::Pending),
            (Some(404), DeliveryState::Pending),
            (Some(410), DeliveryState::Failed),
            (None, DeliveryState::Pending),
        ] {
            assert_eq!(attempt(1, status).settled(0).state, state, "{status:?}");
        }
    }

    #[test]
    fn who_is_busy_is_asked_when_it_says() {
        let asked = |status, hours| Attempt { retry_after: Some(TimeDelta::hours(hours)), ..attempt(1, Some(status)) };
        assert_eq!(wait(asked(429, 2), 0), Some(7_200));
        assert_eq!(wait(asked(503, 1_000), 0), Some(86_400));
        assert_eq!(wait(asked(500, 2), 0), Some(5));
        assert_eq!(wait(asked(429, 0), 0), Some(5));
    }
}
