//! Refusals that anybody can cause as often as they like: the first few of a minute are entered, the rest is counted.
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use moka::sync::Cache;

/// Entries of one source within a minute.
const EACH: i32 = 5;
/// Entries of all those who are not signed in, within a minute.
const ANONYMOUS: i32 = 60;
const MINUTE: Duration = Duration::minutes(1);

/// What this process remembers of refusals.
pub struct Refusals {
    sources: Cache<u128, Arc<Mutex<Window>>>,
    anonymous: Mutex<Window>,
}

struct Window {
    since: DateTime<Utc>,
    entered: i32,
    /// Not entered since the last entry.
    skipped: i32,
}

impl Default for Window {
    fn default() -> Self {
        Self { since: DateTime::UNIX_EPOCH, entered: 0, skipped: 0 }
    }
}

impl Window {
    fn admit(&mut self, most: i32, now: DateTime<Utc>) -> Option<i32> {
        if now - self.since >= MINUTE {
            (self.since, self.entered) = (now, 0);
        }
        if self.entered >= most {
            self.skipped = self.skipped.saturating_add(1);
            return None;
        }
        self.entered += 1;
        Some(std::mem::take(&mut self.skipped).saturating_add(1))
    }
}

impl Default for Refusals {
    fn default() -> Self {
        let kept = std::time::Duration::from_secs(3600);
        Self { sources: Cache::builder().max_capacity(50_000).time_to_idle(kept).build(), anonymous: Mutex::default() }
    }
}

impl Refusals {
    /// Whether a refusal of this credential is entered, and how many the entry stands for.
    pub fn of_credential(&self, credential: u128, now: DateTime<Utc>) -> Option<i32> {
        let window = self.sources.get_with(credential, Arc::default);
        let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
        window.admit(EACH, now)
    }

    /// The same for an address that nobody has signed in from; all of them together are bounded, too.
    pub fn of_address(&self, address: u128, now: DateTime<Utc>) -> Option<i32> {
        let stands_for = self.of_credential(address, now)?;
        let mut all = self.anonymous.lock().unwrap_or_else(PoisonError::into_inner);
        all.admit(ANONYMOUS, now).map(|before| before.saturating_add(stands_for - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_are_entered_and_the_rest_is_counted() {
        let refusals = Refusals::default();
        let now = DateTime::from_timestamp(1_772_442_000, 0).unwrap();
        let entered: Vec<_> = (0..50).map(|_| refusals.of_credential(1, now)).collect();
        assert_eq!(entered.iter().flatten().count(), 5);
        assert_eq!(refusals.of_credential(2, now), Some(1), "others are counted by themselves");
        assert_eq!(refusals.of_credential(1, now + MINUTE), Some(46), "with the 45 that were not entered");
        assert_eq!(refusals.of_credential(1, now + MINUTE), Some(1));
    }

    #[test]
    fn many_addresses_fill_no_disk() {
        let refusals = Refusals::default();
        let now = DateTime::from_timestamp(1_772_442_000, 0).unwrap();
        let entered = (0..10_000).filter_map(|address| refusals.of_address(address, now)).count();
        assert_eq!(entered, 60);
        assert_eq!(refusals.of_address(1, now + MINUTE), Some(9_941));
    }
}
