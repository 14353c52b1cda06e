//! Reading a file as a feed, whatever the world makes of RSS 0.9x to 2.0, Atom and JSON Feed. Nothing here waits for
//! anything: it is done off the threads that serve.
mod charset;
mod mend;
mod page;
mod plain;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use feed_rs::model::{Entry, Feed, Link};
use feed_rs::parser;
use url::Url;

use super::urls;
use crate::dates;

pub use self::page::alternates;

/// Items of a file that are looked at: the newest, or the first ones where that is not said.
const ITEMS: usize = 500;
/// Items at the end of a broken file that are given up for those before them.
const CUTS: usize = 5;
/// Characters that are kept.
const TITLE: usize = 500;
const TEXT: usize = 4_000;
const SHORT: usize = 200;
const URL: usize = 2_048;
/// What is dated later is dated wrongly.
const AHEAD: TimeDelta = TimeDelta::days(2);

/// A feed as it was read.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Parsed {
    pub title: Option<String>,
    /// The page that it belongs to.
    pub site_url: Option<String>,
    /// How long it asks not to be read again, in minutes.
    pub ttl: Option<u32>,
    /// The newest last, as far as that is said.
    pub items: Vec<Item>,
}

/// An item of a feed, in plain text.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Item {
    pub guid: Option<String>,
    pub url: Option<String>,
    pub title: String,
    /// Its beginning.
    pub text: String,
    /// All texts as they are, where that is more.
    #[serde(default, skip_serializing)]
    pub whole: Vec<String>,
    pub author: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
}

/// Why a file is no feed; reads on after "it".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoFeed {
    #[error("is not a feed")]
    Other,
    #[error("declares entities, which are not expanded")]
    Entities,
    #[error("is a feed that cannot be read: {0}")]
    Broken(String),
}

/// Reads a file that came from `url`, with the media type that the server gave it.
///
/// # Errors
/// `NoFeed`.
pub fn read(bytes: &[u8], content_type: Option<&str>, url: &Url, now: DateTime<Utc>) -> Result<Parsed, NoFeed> {
    let text = charset::decode(bytes, content_type);
    let text = mend::mend(&text)?;
    let outcome = parse(&text, url);
    let feed = match outcome {
        Ok(feed) => feed,
        // Broken off, or broken at its end: what is whole of it is read.
        Err(error) => mend::cuts(&text).take(CUTS).find_map(|whole| parse(&whole, url).ok()).ok_or(error)?,
    };
    Ok(parsed(feed, url, now))
}

/// The text of a file of which no server said in which letters it is.
pub fn decode(bytes: &[u8]) -> String {
    charset::decode(bytes, None)
}

fn parse(text: &str, url: &Url) -> Result<Feed, NoFeed> {
    let builder =
        parser::Builder::new().base_uri(Some(url.as_str())).sanitize_content(false).timestamp_parser(dates::instant);
    // What has no id of its own gets none.
    let parser = builder.id_generator(|_, _, _| String::new()).build();
    parser.parse(text.as_bytes()).map_err(|error| match error {
        parser::ParseFeedError::ParseError(parser::ParseErrorKind::NoFeedRoot) => NoFeed::Other,
        other if mend::root(text).is_none() => {
            tracing::debug!("no feed: {other}");
            NoFeed::Other
        }
        other => NoFeed::Broken(other.to_string().chars().take(SHORT).collect()),
    })
}

fn parsed(feed: Feed, url: &Url, now: DateTime<Utc>) -> Parsed {
    let mut entries = feed.entries;
    // Some begin with their oldest: of more than are looked at, it is the newest that matter.
    if entries.len() > ITEMS && entries.iter().all(|entry| dated(entry, now).is_some()) {
        entries.sort_by_cached_key(|entry| Reverse(dated(entry, now)));
    }
    let mut items: Vec<Item> = entries.into_iter().take(ITEMS).filter_map(|entry| item(entry, url, now)).collect();
    // Feeds begin with their newest; what has no date stays where it stands.
    items.reverse();
    if items.iter().all(|item| item.published_at.is_some()) {
        items.sort_by_key(|item| item.published_at);
    }
    Parsed {
        title: feed.title.and_then(|title| line(&title.content, SHORT)),
        site_url: link(&feed.links, url),
        ttl: feed.ttl,
        items,
    }
}

/// Nothing, when there is neither a title nor a text.
fn item(entry: Entry, url: &Url, now: DateTime<Utc>) -> Option<Item> {
    let published_at = dated(&entry, now);
    let text = entry.content.and_then(|content| content.body);
    let summary = entry.summary.map(|summary| summary.content);
    let told = entry.media.iter().find_map(|media| media.description.as_ref()).map(|text| text.content.clone());
    let mut whole: Vec<String> = [summary, text, told].into_iter().flatten().map(|text| plain::whole(&text)).collect();
    whole.retain(|text| !text.is_empty());
    // The longest says most.
    let text = whole.iter().max_by_key(|text| text.len()).map(|text| plain::beginning(text, TEXT)).unwrap_or_default();
    whole.dedup();
    if whole.len() == 1 && whole[0] == text {
        whole.clear();
    }
    let media = entry.media.into_iter().find_map(|media| media.title).map(|title| title.content);
    let title = entry.title.map(|title| title.content).or(media).and_then(|title| line(&title, TITLE));
    let title = title.or_else(|| line(&text, 120))?;
    let given = entry.id.trim();
    let guid = (!given.is_empty()).then(|| given.chars().take(URL).collect::<String>());
    let linked = link(&entry.links, url).or_else(|| guid.as_deref().and_then(|guid| web(guid, None)));
    let author = entry.authors.into_iter().find_map(|person| person.name.or(person.email));
    let author = author.and_then(|name| line(&name, SHORT));
    Some(Item { guid, url: linked, title, text, whole, author, published_at })
}

/// When an entry was published, if that can be.
fn dated(entry: &Entry, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    entry.published.or(entry.updated).filter(|at| is_likely(*at, now))
}

/// The web is not that old, and the future is not written yet.
fn is_likely(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let oldest = Utc.with_ymd_and_hms(1990, 1, 1, 0, 0, 0).single();
    oldest.is_some_and(|oldest| at >= oldest) && at <= now + AHEAD
}

/// The page that an entry or a feed is about.
fn link(links: &[Link], base: &Url) -> Option<String> {
    let is = |link: &&Link, rel: &str| link.rel.as_deref().unwrap_or("alternate").eq_ignore_ascii_case(rel);
    let page = links.iter().find(|link| is(link, "alternate"));
    let page = page.or_else(|| links.iter().find(|link| !is(link, "self") && !is(link, "enclosure")));
    web(&page?.href, Some(base))
}

/// An address of the web, whole.
fn web(text: &str, base: Option<&Url>) -> Option<String> {
    let text = text.trim();
    let url = match base {
        Some(base) => base.join(text).ok()?,
        None => Url::parse(text).ok()?,
    };
    let url = urls::unwrapped(url);
    let known = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    (known && url.as_str().len() <= URL).then(|| url.into())
}

/// Plain text on one line; nothing when nothing is left.
fn line(text: &str, most: usize) -> Option<String> {
    Some(plain::text(text, most)).filter(|text| !text.is_empty())
}
