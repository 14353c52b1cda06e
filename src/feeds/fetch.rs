//! Asking a server for a feed. Nothing of the database is held meanwhile.
use actix_web::web;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, RETRY_AFTER,
};
use url::Url;

use super::model::Seen;
use super::read::{self, NoFeed, Parsed};
use crate::app::App;
use crate::auth::sha256;
use crate::error::{ApiError, Code, Fault};
use crate::outgoing::{Answer, Ask, Keep, Refusal, fetch_failed};

/// Bytes of a feed. Those of some magazines have every article since the first.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Feeds of a page that are tried.
const ALTERNATES: usize = 3;
const WANTED: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, \
     text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1";

/// What a server gave.
pub struct Visit {
    /// Where the feed is for good.
    pub url: Url,
    /// Where it was found this time, if that is elsewhere.
    pub redirected_to: Option<Url>,
    pub seen: Seen,
    /// Nothing, when it is the file that was seen last.
    pub parsed: Option<Parsed>,
    /// How long the server wants not to be asked again.
    pub wait: TimeDelta,
}

/// Why there is no feed.
#[derive(Debug)]
pub enum Failure {
    Refused(Refusal),
    /// It answers something else, and says, perhaps, when to come again.
    Status(String, Option<TimeDelta>),
    /// For good.
    Gone,
    NoFeed(NoFeed),
}

impl Failure {
    pub fn words(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.to_string(),
            Self::Status(status, _) => format!("it answered {status}"),
            Self::Gone => "it answered 410 Gone".to_owned(),
            Self::NoFeed(why) => format!("it {why}"),
        }
    }

    pub fn at(&self, pointer: &str) -> ApiError {
        match self {
            Self::Refused(refusal) => refusal.at(pointer),
            Self::NoFeed(why) => {
                let error = ApiError::new(Code::UnreadableFile, format!("what is at the URL {why}"));
                error.with(Fault::field(pointer, "no_feed", format!("{why}, nor a page that names one")))
            }
            other => fetch_failed(pointer, &other.words()),
        }
    }
}

/// Fetches a feed, or the feed that a page names.
///
/// # Errors
/// `Failure`.
pub async fn visit(app: &App, url: Url, seen: &Seen) -> Result<Visit, Failure> {
    let answer = ask(app, url.clone(), seen).await?;
    let (page, failure) = match accept(app, answer, url, seen).await {
        Err((page, failure @ Failure::NoFeed(NoFeed::Other))) => (page, failure),
        other => return other.map_err(|(_, failure)| failure),
    };
    let kind = word(&page.headers, &CONTENT_TYPE);
    let found = read::alternates(&page.body, kind.as_deref(), &page.url);
    for alternate in found.into_iter().take(ALTERNATES) {
        let none = Seen::default();
        if let Ok(answer) = ask(app, alternate.clone(), &none).await
            && let Ok(visit) = accept(app, answer, alternate, &none).await
        {
            return Ok(visit);
        }
    }
    Err(failure)
}

async fn ask(app: &App, url: Url, seen: &Seen) -> Result<Answer, Failure> {
    let mut ask = Ask { keep: Keep::Whole(MOST_BYTES), ..Ask::get(url) };
    ask.headers.insert(ACCEPT, HeaderValue::from_static(WANTED));
    for (name, value) in [(IF_NONE_MATCH, &seen.etag), (IF_MODIFIED_SINCE, &seen.last_modified)] {
        if let Some(value) = value.as_ref().and_then(|value| value.parse().ok()) {
            ask.headers.insert(name, value);
        }
    }
    app.outgoing.send(ask).await.map_err(Failure::Refused)
}

async fn accept(app: &App, answer: Answer, asked: Url, seen: &Seen) -> Result<Visit, (Answer, Failure)> {
    let now = app.now();
    let url = answer.moved_to.clone().unwrap_or(asked);
    let visit = |seen: Seen, parsed: Option<Parsed>, answer: &Answer| Visit {
        redirected_to: Some(answer.url.clone()).filter(|end| *end != url),
        url: url.clone(),
        wait: wait(&answer.headers, seen.ttl_minutes),
        seen,
        parsed,
    };
    if answer.status == 304 && seen.is_something() {
        return Ok(visit(seen.clone(), None, &answer));
    }
    if answer.status == 410 {
        return Err((answer, Failure::Gone));
    }
    if answer.status != 200 {
        let failure = Failure::Status(answer.status.to_string(), retry_after(&answer.headers, now));
        return Err((answer, failure));
    }
    let digest = sha256(&answer.body).to_vec();
    let same = seen.digest.as_ref() == Some(&digest);
    let fresh = Seen {
        etag: word(&answer.headers, &ETAG),
        last_modified: word(&answer.headers, &LAST_MODIFIED),
        digest: Some(digest),
        // What the file says holds as long as it is the same.
        ttl_minutes: seen.ttl_minutes.filter(|_| same),
    };
    if same {
        return Ok(visit(fresh, None, &answer));
    }
    let (answer, outcome) = read_apart(answer, now).await;
    match outcome {
        Ok(parsed) => {
            let ttl_minutes = parsed.ttl.and_then(|ttl| i32::try_from(ttl).ok());
            Ok(visit(Seen { ttl_minutes, ..fresh }, Some(parsed), &answer))
        }
        Err(why) => Err((answer, Failure::NoFeed(why))),
    }
}

/// Reads the file off the threads that serve. One that its reader stumbles over is no feed.
async fn read_apart(answer: Answer, now: DateTime<Utc>) -> (Answer, Result<Parsed, NoFeed>) {
    let shell = Answer { body: Vec::new(), ..answer.clone() };
    let work = web::block(move || {
        let kind = word(&answer.headers, &CONTENT_TYPE);
        let outcome = read::read(&answer.body, kind.as_deref(), &answer.url, now);
        (answer, outcome)
    });
    work.await.unwrap_or((shell, Err(NoFeed::Broken("its reader stumbles over it".to_owned()))))
}

fn word(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().filter(|value| value.len() <= 1024).map(str::to_owned)
}

/// As `Cache-Control: max-age` (RFC 9111, 5.2.2.1) and the feed's own `ttl` say.
fn wait(headers: &HeaderMap, ttl_minutes: Option<i32>) -> TimeDelta {
    let control = word(headers, &CACHE_CONTROL).unwrap_or_default().to_ascii_lowercase();
    let age = control.split(',').find_map(|part| part.trim().strip_prefix("max-age=")?.parse().ok());
    let age = age.and_then(TimeDelta::try_seconds).unwrap_or_default();
    let ttl = ttl_minutes.and_then(|ttl| TimeDelta::try_minutes(ttl.into()));
    age.max(ttl.unwrap_or_default())
}

/// Seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<TimeDelta> {
    let text = word(headers, &RETRY_AFTER)?;
    match text.trim().parse() {
        Ok(seconds) => TimeDelta::try_seconds(seconds),
        Err(_) => DateTime::parse_from_rfc2822(text.trim()).ok().map(|at| at.with_timezone(&Utc) - now),
    }
}
