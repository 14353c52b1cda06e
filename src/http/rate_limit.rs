//! Requests a minute: per credential, per workspace, and per address for the anonymous.
//! Said on every answer by `RateLimit-Policy` and `RateLimit` (IETF draft-ietf-httpapi-ratelimit-headers-11).
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use actix_web::http::header::{HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use moka::sync::Cache;

use crate::config::{Config, PerMinute};
use crate::error::{ApiError, Code};

/// What the limits are counted in.
const WINDOW: Duration = Duration::from_secs(60);

type Keyed = RateLimiter<u128, DefaultKeyedStateStore<u128>, DefaultClock, StateInformationMiddleware>;

/// One limit over many keys (ids or addresses, as 128-bit numbers).
struct Limit {
    per_minute: NonZeroU32,
    keyed: Keyed,
}

pub struct RateLimits {
    credential: Option<Limit>,
    workspace: Option<Limit>,
    anonymous: Option<Limit>,
    /// Addresses without quota, and until when.
    spent: Cache<u128, Instant>,
}

/// What an answer says of the limit that is closest.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    limit: u32,
    remaining: u32,
    /// Seconds until the whole quota is there again.
    reset: u32,
}

impl RateLimits {
    pub fn new(config: &Config) -> Self {
        Self {
            credential: Limit::new(config.rate_limit),
            workspace: Limit::new(config.rate_limit_workspace),
            anonymous: Limit::new(config.rate_limit_anonymous),
            spent: Cache::builder().max_capacity(50_000).time_to_live(WINDOW).build(),
        }
    }

    /// Counts a request of a credential. The workspace's limit is shared by all its credentials.
    pub fn credential(&self, credential: u128, workspace: u128) -> Result<Option<Standing>, ApiError> {
        let shared = self.workspace.as_ref().map(|limit| limit.count(workspace)).transpose()?;
        let own = self.credential.as_ref().map(|limit| limit.count(credential)).transpose()?;
        Ok([own, shared].into_iter().flatten().min_by_key(|standing| standing.remaining))
    }

    pub fn anonymous(&self, address: IpAddr) -> Result<Option<Standing>, ApiError> {
        let Some(limit) = &self.anonymous else { return Ok(None) };
        let key = address_key(address);
        limit.try_count(key).map(Some).map_err(|wait| {
            self.spent.insert(key, Instant::now() + wait);
            limit.refuse(wait)
        })
    }

    /// Whether what an address shows as its credential may be looked up: not while its guesses have used up its quota.
    pub fn may_guess(&self, address: IpAddr) -> Result<(), ApiError> {
        let (Some(limit), Some(until)) = (&self.anonymous, self.spent.get(&address_key(address))) else {
            return Ok(());
        };
        match until.checked_duration_since(Instant::now()) {
            Some(wait) => Err(limit.refuse(wait)),
            None => Ok(()),
        }
    }

    /// Drops the keys that have their whole quota again.
    pub fn sweep(&self) {
        for limit in [&self.credential, &self.workspace, &self.anonymous].into_iter().flatten() {
            limit.keyed.retain_recent();
            limit.keyed.shrink_to_fit();
        }
    }
}

impl Limit {
    fn new(per_minute: PerMinute) -> Option<Self> {
        let per_minute = per_minute?;
        let keyed = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware::<StateInformationMiddleware>();
        Some(Self { per_minute, keyed })
    }

    fn count(&self, key: u128) -> Result<Standing, ApiError> {
        self.try_count(key).map_err(|wait| self.refuse(wait))
    }

    /// How it stands afterwards, or how long to wait.
    fn try_count(&self, key: u128) -> Result<Standing, Duration> {
        match self.keyed.check_key(&key) {
            Ok(snapshot) => Ok(self.standing(snapshot.remaining_burst_capacity())),
            Err(not_until) => Err(not_until.wait_time_from(DefaultClock::default().now())),
        }
    }

    fn refuse(&self, wait: Duration) -> ApiError {
        let wait = wait.as_secs() + 1;
        refused("api", self.per_minute.get(), WINDOW, wait)
    }

    fn standing(&self, remaining: u32) -> Standing {
        let limit = self.per_minute.get();
        let missing = u64::from(limit.saturating_sub(remaining));
        Standing { limit, remaining, reset: u32::try_from((missing * 60).div_ceil(u64::from(limit))).unwrap_or(60) }
    }
}

impl Standing {
    pub fn headers(self) -> Vec<(HeaderName, HeaderValue)> {
        headers("api", self.limit, WINDOW, self.remaining, u64::from(self.reset))
    }
}

/// 429: nothing is left of a quota for `wait` seconds, and `RateLimit` says of it what `Retry-After` does.
pub fn refused(name: &str, quota: u32, window: Duration, wait: u64) -> ApiError {
    let error = ApiError::new(Code::RateLimited, format!("too many of them; come back in {wait} s")).retry_after(wait);
    headers(name, quota, window, 0, wait).into_iter().fold(error, |error, (name, value)| error.header(name, value))
}

fn headers(name: &str, quota: u32, window: Duration, remaining: u32, reset: u64) -> Vec<(HeaderName, HeaderValue)> {
    let policy = format!("\"{name}\";q={quota};w={}", window.as_secs());
    let state = format!("\"{name}\";r={remaining};t={reset}");
    [("ratelimit-policy", policy), ("ratelimit", state)]
        .into_iter()
        .filter_map(|(name, text)| Some((HeaderName::from_static(name), HeaderValue::from_str(&text).ok()?)))
        .collect()
}

/// An IPv6 customer has a whole /64: addresses inside it are one.
pub fn address_key(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits() & !u128::from(u64::MAX),
    }
}
