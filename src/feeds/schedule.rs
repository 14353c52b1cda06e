//! When a feed is asked again, and when it is given up.
use chrono::{DateTime, TimeDelta, Utc};

use super::fetch::{Failure, Visit};
use super::model::FeedRow;
use crate::app::App;

pub const EVERY: TimeDelta = TimeDelta::hours(1);
/// After the first failure; doubled with each further one.
const AGAIN: TimeDelta = TimeDelta::minutes(15);
/// However long a server or a file would have it.
const LONGEST: TimeDelta = TimeDelta::days(1);
/// One that has failed as long is turned off.
const PATIENCE: TimeDelta = TimeDelta::days(7);

/// The feed after an answer, but for what the answer brings.
pub fn went_well(app: &App, row: FeedRow, visit: &Visit) -> FeedRow {
    let now = app.now();
    FeedRow {
        seen: visit.seen.clone(),
        polled_at: Some(now),
        next_poll_at: later(app, now, EVERY.max(visit.wait.min(LONGEST))),
        failures: 0,
        failing_since: None,
        error: None,
        redirected_to: visit.redirected_to.as_ref().map(ToString::to_string),
        ..row
    }
}

/// The feed after a failure.
pub fn failed(app: &App, row: FeedRow, failure: &Failure) -> FeedRow {
    let (now, failures) = (app.now(), row.failures.saturating_add(1));
    let wait = (AGAIN * (1 << (failures - 1).clamp(0, 10))).min(LONGEST);
    let asked = match failure {
        Failure::Status(_, Some(after)) => (*after).min(LONGEST),
        _ => TimeDelta::zero(),
    };
    let (since, words) = (row.failing_since.unwrap_or(now), failure.words());
    let reason = match failure {
        Failure::Gone => Some(format!("it is gone for good: {words}")),
        _ if now - since >= PATIENCE => Some(format!("it could not be read for a week: {words}")),
        _ => None,
    };
    FeedRow {
        polled_at: Some(now),
        next_poll_at: later(app, now, wait.max(asked)),
        failures,
        failing_since: Some(since),
        error: Some(words),
        enabled: row.enabled && reason.is_none(),
        disabled_reason: reason.or(row.disabled_reason),
        ..row
    }
}

/// Up to a tenth later, so that what began together does not stay together for ever.
fn later(app: &App, now: DateTime<Utc>, wait: TimeDelta) -> DateTime<Utc> {
    now + wait + wait / 10 * i32::try_from(app.random_u64() % 1000).unwrap_or(0) / 1000
}
