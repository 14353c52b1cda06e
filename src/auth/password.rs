//! Password hashes: argon2id (RFC 9106) as PHC strings, on a bounded number of blocking threads.
//!
//! Each hash takes 19 MiB and a core for tens of milliseconds. Unbounded, a burst of sign-ins takes
//! all memory; so a semaphore admits as many as there are cores, and a caller who waits longer than
//! two seconds is told to come back.

mod rules;
#[cfg(test)]
mod tests;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

pub use rules::{MAX_CHARACTERS, MIN_CHARACTERS, WeakPassword, check_rules};

use super::random;

/// How long a caller waits for a free permit before it is told [`Busy`].
const MAX_WAIT: Duration = Duration::from_secs(2);

/// The PHC identifier of the only variant that new hashes use.
const ARGON2ID: &str = "argon2id";

/// What one hash costs. The default is OWASP's choice (Password Storage Cheat Sheet, argon2id).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, lanes: 1 }
    }
}

/// The configured cost is outside of what argon2 allows (RFC 9106, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the password hashing cost is out of range")]
pub struct BadCost;

/// No permit came free in time, or hashing itself failed (then the log has the cause). Either way
/// the caller can only try later: HTTP 503.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("password hashing is busy")]
pub struct Busy;

/// The outcome of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The password is the right one.
    pub ok: bool,
    /// The password is right but its hash is weaker than the present cost: store a new one.
    pub rehash: bool,
}

impl Verdict {
    const REFUSED: Self = Self { ok: false, rehash: false };
}

/// Hashes and verifies passwords, never more at once than it has permits.
#[derive(Debug)]
pub struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    wait: Duration,
}

impl Passwords {
    /// `permits` hashes may run at once (at least one): as many as there are cores.
    pub fn new(cost: Cost, permits: usize) -> Result<Self, BadCost> {
        let params = Params::new(cost.memory_kib, cost.iterations, cost.lanes, None).map_err(|_| BadCost)?;
        // More than MAX_PERMITS would panic in the semaphore.
        let permits = permits.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            permits: Arc::new(Semaphore::new(permits)),
            wait: MAX_WAIT,
        })
    }

    /// The PHC string to store for a password, as it was received.
    pub async fn hash(&self, password: SecretString) -> Result<String, Busy> {
        let argon2 = self.argon2.clone();
        let hashed = self.run(move || hash_now(&argon2, &password)).await?;
        hashed.ok_or(Busy)
    }

    /// Compares a password with its stored hash. Without one (an unknown account, an account that
    /// signs in elsewhere) a hash of the present cost is computed all the same, so that the time
    /// doesn't tell which accounts exist; the answer is then always no.
    pub async fn verify(&self, password: SecretString, phc: Option<&str>) -> Result<Verdict, Busy> {
        let argon2 = self.argon2.clone();
        let stored = phc.and_then(parse);
        self.run(move || match stored {
            Some(stored) => verify_now(&argon2, &password, &stored),
            None => refuse_slowly(&argon2, &password),
        })
        .await
    }

    /// Runs `work` on a blocking thread under a permit.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let waiting = Arc::clone(&self.permits).acquire_owned();
        let permit = timeout(self.wait, waiting).await.map_err(|_| Busy)?.map_err(|_| Busy)?;
        // The thread owns the permit, not this future: when a client hangs up the future is
        // dropped, but the thread goes on computing and must still be counted.
        let task = spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        task.await.map_err(|error| {
            tracing::error!(%error, "a password hashing thread failed");
            Busy
        })
    }
}

fn parse(phc: &str) -> Option<PasswordHash> {
    PasswordHash::new(phc).inspect_err(|error| tracing::error!(%error, "a stored password hash can't be read")).ok()
}

fn hash_now(argon2: &Argon2<'_>, password: &SecretString) -> Option<String> {
    let salt = random::<16>().inspect_err(|error| tracing::error!(%error, "no salt")).ok()?;
    argon2
        .hash_password_with_salt(password.expose_secret().as_bytes(), salt.as_slice())
        .inspect_err(|error| tracing::error!(%error, "hashing a password failed"))
        .ok()
        .map(|hash: PasswordHash| hash.to_string())
}

fn verify_now(argon2: &Argon2<'_>, password: &SecretString, stored: &PasswordHash) -> Verdict {
    let password_bytes = password.expose_secret().as_bytes();
    match PasswordVerifier::<PasswordHash>::verify_password(argon2, password_bytes, stored) {
        Ok(()) => Verdict { ok: true, rehash: is_weaker(stored, argon2.params()) },
        Err(HashError::PasswordInvalid) => Verdict::REFUSED,
        Err(error) => {
            tracing::error!(%error, "a stored password hash can't be used");
            refuse_slowly(argon2, password)
        }
    }
}

/// Takes as long as a verification and refuses.
fn refuse_slowly(argon2: &Argon2<'_>, password: &SecretString) -> Verdict {
    let mut out = [0u8; Params::DEFAULT_OUTPUT_LEN];
    let done = argon2.hash_password_into(password.expose_secret().as_bytes(), &[0u8; 16], &mut out);
    // Otherwise the optimiser might see that nobody looks at the result.
    let _ = black_box((done, out));
    Verdict::REFUSED
}

/// Whether the stored hash has less of anything than new hashes get. A setting that was lowered
/// doesn't weaken the hashes that are already there.
fn is_weaker(stored: &PasswordHash, now: &Params) -> bool {
    let Ok(then) = Params::try_from(stored) else { return true };
    stored.algorithm.as_str() != ARGON2ID
        || stored.version != Some(Version::V0x13.into())
        || then.m_cost() < now.m_cost()
        || then.t_cost() < now.t_cost()
        || then.p_cost() < now.p_cost()
}
