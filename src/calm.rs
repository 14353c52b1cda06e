//! Failures that come in crowds, told in few lines. While PostgreSQL is away every request and every worker fails for
//! the same reason: the log has it once, then how often in each ten seconds, and that it is over.
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often the same cause is told again.
const QUIET: Duration = Duration::from_secs(10);
/// What is said when it is over.
const AGAIN: &str = "the database answers again";
/// Causes that are told apart.
const CAUSES: usize = 32;

static CROWD: Mutex<Option<Crowd>> = Mutex::new(None);
/// Whether the database was away: apart, so that every success can look.
static AWAY: AtomicBool = AtomicBool::new(false);

#[derive(Default)]
struct Crowd {
    causes: HashMap<String, Told>,
    /// Since when the database has been away, and how often it was asked in vain.
    away: Option<(Instant, u64)>,
}

struct Told {
    at: Instant,
    /// Times since then that were not told.
    untold: u64,
}

/// What is to be said of a failure.
#[derive(Debug, PartialEq, Eq)]
enum Say {
    /// With how many there were since it was last told.
    Aloud(u64),
    Nothing,
}

/// Something could not be done now, for this cause.
pub fn failed(cause: &str) {
    tell(cause, lock().get_or_insert_default().fail(cause, Instant::now()));
}

/// As [`failed`], and it is the database that is away.
pub fn away(cause: &str) {
    let now = Instant::now();
    let mut crowd = lock();
    let crowd = crowd.get_or_insert_default();
    let (_, vain) = crowd.away.get_or_insert((now, 0));
    *vain += 1;
    AWAY.store(true, Ordering::Relaxed);
    tell(cause, crowd.fail(cause, now));
}

/// The database has answered.
pub fn answered() {
    if !AWAY.load(Ordering::Relaxed) || !AWAY.swap(false, Ordering::Relaxed) {
        return;
    }
    let now = Instant::now();
    let mut crowd = lock();
    let Some((since, vain)) = crowd.get_or_insert_default().away.take() else { return };
    // One that comes and goes is no news each time.
    let say = crowd.get_or_insert_default().fail(AGAIN, now);
    let seconds = now.duration_since(since).as_secs();
    if say != Say::Nothing {
        tracing::info!(seconds, vain, "{AGAIN}, after {seconds} s in which {vain} attempts failed");
    }
}

fn lock() -> MutexGuard<'static, Option<Crowd>> {
    CROWD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tell(cause: &str, say: Say) {
    match say {
        Say::Nothing => tracing::debug!("a request failed: {cause}"),
        Say::Aloud(0) => tracing::error!(code = "unavailable", "a request failed: {cause}"),
        Say::Aloud(more) => {
            tracing::error!(
                code = "unavailable",
                more,
                "a request failed, as {more} others since this was said: {cause}"
            );
        }
    }
}

impl Crowd {
    fn fail(&mut self, cause: &str, now: Instant) -> Say {
        if let Some(told) = self.causes.get_mut(cause) {
            if now.duration_since(told.at) < QUIET {
                told.untold += 1;
                return Say::Nothing;
            }
            told.at = now;
            return Say::Aloud(std::mem::take(&mut told.untold));
        }
        if self.causes.len() >= CAUSES {
            self.causes.retain(|_, told| now.duration_since(told.at) < QUIET);
        }
        // As many different ones at once are no crowd: they are told one by one.
        if self.causes.len() < CAUSES {
            self.causes.insert(cause.to_owned(), Told { at: now, untold: 0 });
        }
        Say::Aloud(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_cause_is_told_once_and_then_counted() {
        let (mut crowd, start) = (Crowd::default(), Instant::now());
        assert_eq!(crowd.fail("refused", start), Say::Aloud(0));
        for _ in 0..1000 {
            assert_eq!(crowd.fail("refused", start + QUIET / 2), Say::Nothing);
        }
        assert_eq!(crowd.fail("starting up", start + QUIET / 2), Say::Aloud(0), "another cause is news");
        assert_eq!(crowd.fail("refused", start + QUIET), Say::Aloud(1000));
        assert_eq!(crowd.fail("refused", start + QUIET), Say::Nothing);
    }

    #[test]
    fn as_many_causes_as_there_may_be_are_kept() {
        let (mut crowd, start) = (Crowd::default(), Instant::now());
        (0..2 * CAUSES).for_each(|n| assert_eq!(crowd.fail(&n.to_string(), start), Say::Aloud(0)));
        assert_eq!(crowd.causes.len(), CAUSES);
    }
}
