//! Requests to places that users have named: feeds, pages, calendars, webhooks. All of them leave through this one client,
//! so that nobody can make the service ask what only the service can reach (server-side request forgery, CWE-918).
mod guard;
mod places;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Client, Method, Response, StatusCode, redirect};
use tokio::time::timeout;
use url::Url;

pub use self::guard::Allowed;
use self::guard::{Guard, Lookup};
pub use self::places::is_public;
use crate::config::Config;
use crate::error::{ApiError, Code, Fault};

const CONNECT: Duration = Duration::from_secs(5);
/// For everything, redirects and the answer's body included.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// For the beginning of an answer of which no more is kept.
const LATE: Duration = Duration::from_secs(1);
/// Of what is read: a page, a feed, a calendar.
pub const REDIRECTS: usize = 5;
/// After decompression.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;
/// Connections that are kept for the next request to the same host, and for how long.
const IDLE: (usize, Duration) = (4, Duration::from_secs(30));

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It may not be asked, now or later. Reads on after the name of a field: "… is at an address outside the public internet".
    #[error("the URL {0}")]
    Place(String),
    /// No connection came about, or it broke: the name, the network, TLS.
    #[error("{0}")]
    Unreachable(String),
    #[error("no answer within 15 seconds")]
    TimedOut,
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
    #[error("more than {0} redirects")]
    Redirects(usize),
}

impl Refusal {
    /// As it is told of the field that the URL came in.
    pub fn at(&self, pointer: &str) -> ApiError {
        match self {
            Self::Place(why) => ApiError::field(pointer, "not_allowed", why.clone()),
            other => fetch_failed(pointer, &other.to_string()),
        }
    }
}

/// There is an answer, and it is not what was wanted.
pub fn fetch_failed(pointer: &str, why: &str) -> ApiError {
    let error = ApiError::new(Code::FetchFailed, format!("the URL cannot be fetched: {why}"));
    error.with(Fault::field(pointer, "fetch_failed", why.to_owned()))
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// How many redirects are followed. One to another place is checked as the first URL was.
    pub redirects: usize,
    pub keep: Keep,
}

/// How much of an answer is read.
#[derive(Debug, Clone, Copy)]
pub enum Keep {
    /// All of it, and more is an error. Bytes.
    Whole(usize),
    /// Its beginning; the rest is not read. Bytes.
    First(usize),
}

impl Ask {
    /// A page, a feed, a calendar.
    pub fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            redirects: REDIRECTS,
            keep: Keep::Whole(MOST_BYTES),
        }
    }
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Decompressed.
    pub body: Vec<u8>,
    /// Where it came from in the end.
    pub url: Url,
    /// Where the first URL has moved for good: all redirects up to there were 301 or 308.
    pub moved_to: Option<Url>,
    pub took: Duration,
}

impl Answer {
    /// Where it leads, if it is a redirect that was not followed.
    ///
    /// # Errors
    /// [`Refusal::Place`] when that is no URL.
    pub fn redirects_to(&self) -> Result<Option<Url>, Refusal> {
        target(self.status, &self.headers, &self.url).transpose()
    }
}

/// The client. It sends no cookies, no referrer, and uses no proxy, for a proxy would look names up by itself.
#[derive(Clone)]
pub struct Outgoing {
    client: Client,
    allowed: Arc<Allowed>,
    patience: Duration,
}

impl Outgoing {
    pub fn new(config: &Config) -> Result<Self, String> {
        let from = config.public_url.as_ref().map(|url| format!(" (+{url})")).unwrap_or_default();
        let agent = format!("Inroad/{}{from}", env!("CARGO_PKG_VERSION"));
        Self::with(config.outgoing_hosts.clone(), guard::system(), &agent)
    }

    fn with(allowed: Allowed, lookup: Lookup, agent: &str) -> Result<Self, String> {
        let allowed = Arc::new(allowed);
        let client = Client::builder()
            .user_agent(agent)
            .dns_resolver(Guard { allowed: Arc::clone(&allowed), lookup })
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .pool_max_idle_per_host(IDLE.0)
            .pool_idle_timeout(IDLE.1)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { client, allowed, patience: PATIENCE })
    }

    /// Reads a URL as a user gives it. Its host is not looked up yet: that is done for each request.
    ///
    /// # Errors
    /// [`Refusal::Place`], to be told at the field.
    pub fn read(&self, text: &str) -> Result<Url, Refusal> {
        guard::read(&self.allowed, text)
    }

    /// As [`Self::read`], for what is secret or signed: `https`, unless the operator has named the host.
    ///
    /// # Errors
    /// [`Refusal::Place`], to be told at the field.
    pub fn read_secure(&self, text: &str) -> Result<Url, Refusal> {
        let url = self.read(text)?;
        if url.scheme() != "https" && !guard::may_be_plain(&self.allowed, &url) {
            return Err(Refusal::Place("must begin with https://".to_owned()));
        }
        Ok(url)
    }

    /// Asks, and follows redirects. Nothing of the database may be held meanwhile.
    ///
    /// # Errors
    /// [`Refusal`]; an answer of any status is none.
    pub async fn send(&self, ask: Ask) -> Result<Answer, Refusal> {
        let began = Instant::now();
        let until = began + self.patience;
        let answer = timeout(self.patience, self.follow(ask, until)).await.map_err(|_| Refusal::TimedOut)??;
        Ok(Answer { took: began.elapsed(), ..answer })
    }

    async fn follow(&self, ask: Ask, until: Instant) -> Result<Answer, Refusal> {
        let (mut url, mut moved_to, mut followed) = (self.read(ask.url.as_str())?, None, 0);
        let mut for_good = true;
        loop {
            let request = self.client.request(ask.method.clone(), url.clone()).headers(ask.headers.clone());
            let response = request.body(ask.body.clone()).send().await.map_err(|error| refusal(&error))?;
            let status = response.status();
            let next = target(status, response.headers(), &url).filter(|_| ask.redirects > 0);
            let Some(next) = next else {
                let headers = response.headers().clone();
                let body = read_body(response, ask.keep, until).await?;
                return Ok(Answer { status, headers, body, url, moved_to, took: Duration::ZERO });
            };
            if followed == ask.redirects {
                return Err(Refusal::Redirects(ask.redirects));
            }
            url = self.read(next?.as_str())?;
            for_good &= matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
            if for_good {
                moved_to = Some(url.clone());
            }
            followed += 1;
        }
    }
}

/// Where a redirect leads that is to be followed (RFC 9110, section 15.4); 304 is none.
fn target(status: StatusCode, headers: &HeaderMap, from: &Url) -> Option<Result<Url, Refusal>> {
    let is_redirect = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let target = headers.get(LOCATION).filter(|_| is_redirect)?.to_str().ok()?;
    Some(from.join(target).map_err(|_| Refusal::Place("redirects to what is not a URL".to_owned())))
}

async fn read_body(response: Response, keep: Keep, until: Instant) -> Result<Vec<u8>, Refusal> {
    let mut chunks = response.bytes_stream();
    let mut body = Vec::new();
    match keep {
        Keep::Whole(most) => {
            while let Some(chunk) = chunks.next().await {
                let chunk = chunk.map_err(|error| refusal(&error))?;
                if body.len() + chunk.len() > most {
                    return Err(Refusal::TooLarge(most));
                }
                body.extend_from_slice(&chunk);
            }
        }
        // The status has said what matters: what comes late, or breaks off, is not waited for.
        Keep::First(most) => {
            let until = until.min(Instant::now() + LATE);
            while body.len() < most
                && let left = until.saturating_duration_since(Instant::now())
                && let Ok(Some(Ok(chunk))) = timeout(left, chunks.next()).await
            {
                body.extend_from_slice(&chunk[..chunk.len().min(most - body.len())]);
            }
        }
    }
    Ok(body)
}

/// What the guard said, or the innermost cause. The URL is left out: it may be a secret.
fn refusal(error: &reqwest::Error) -> Refusal {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return refusal.clone();
        }
    }
    if error.is_timeout() { Refusal::TimedOut } else { Refusal::Unreachable(cause.to_string()) }
}
