//! Entries of a timeline, and how those of several sources become one list.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that happened with a contact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// What happened, as `<resource>.<verb>`. New kinds may come.
    #[schema(example = "introduction.promised")]
    pub kind: String,
    pub at: DateTime<Utc>,
    /// What it happened to.
    #[schema(example = "introduction")]
    pub resource: String,
    pub resource_id: Uuid,
    /// What happened, in words.
    #[schema(example = "Promised an introduction to Tom Hargreaves")]
    pub title: String,
    /// What else the resource says of it; which fields depends on the kind.
    #[schema(value_type = Object)]
    pub details: Value,
}

/// An entry as a source gives it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub kind: &'static str,
    pub at: DateTime<Utc>,
    pub resource: &'static str,
    pub resource_id: Uuid,
    pub title: String,
    pub details: Value,
    /// Tells apart what happened at the same instant: unique within its source, the last in order of the text first.
    pub tie: String,
}

impl From<Entry> for TimelineEntry {
    fn from(entry: Entry) -> Self {
        let Entry { kind, at, resource, resource_id, title, details, tie: _ } = entry;
        Self { kind: kind.to_owned(), at, resource: resource.to_owned(), resource_id, title, details }
    }
}

/// The last entry of a page: its time, its source, and its tie within that source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place {
    at: DateTime<Utc>,
    source: usize,
    tie: String,
}

/// Which entries of the instant at which the page before ended are still to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tie {
    None,
    /// Those whose tie is less than this.
    Below(String),
    All,
}

/// What a source is asked for: at most `limit` entries, newest first, from a place on.
#[derive(Debug, Clone)]
pub struct Span {
    /// Entries before this instant, and as many of it as the tie says; `None` begins with the newest.
    pub before: Option<(DateTime<Utc>, Tie)>,
    pub limit: usize,
}

impl Span {
    /// The part that the source with this number has in the page after `from`. At one instant, the entries of the
    /// first source come first.
    pub fn of(source: usize, from: Option<&Place>, limit: usize) -> Self {
        let tie = |from: &Place| match source.cmp(&from.source) {
            std::cmp::Ordering::Less => Tie::None,
            std::cmp::Ordering::Equal => Tie::Below(from.tie.clone()),
            std::cmp::Ordering::Greater => Tie::All,
        };
        Self { before: from.map(|from| (from.at, tie(from))), limit }
    }

    fn admits(&self, entry: &Entry) -> bool {
        let Some((at, tie)) = &self.before else { return true };
        entry.at < *at
            || entry.at == *at
                && match tie {
                    Tie::None => false,
                    Tie::Below(last) => entry.tie < *last,
                    Tie::All => true,
                }
    }

    /// Of all entries of a source those that were asked for, in order.
    pub fn take(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        entries.retain(|entry| self.admits(entry));
        entries.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.tie.cmp(&a.tie)));
        entries.truncate(self.limit);
        entries
    }
}

/// The newest `limit` entries of all sources, each with its place.
pub fn merge(sources: Vec<Vec<Entry>>, limit: usize) -> Vec<(Place, Entry)> {
    let numbered = sources.into_iter().enumerate();
    let mut all: Vec<(Place, Entry)> = numbered
        .flat_map(|(source, entries)| {
            entries.into_iter().map(move |entry| (Place { at: entry.at, source, tie: entry.tie.clone() }, entry))
        })
        .collect();
    all.sort_by(|(a, _), (b, _)| b.at.cmp(&a.at).then_with(|| a.source.cmp(&b.source)).then_with(|| b.tie.cmp(&a.tie)));
    all.truncate(limit);
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(at: i64, tie: String) -> Entry {
        Entry {
            kind: "contact.updated",
            at: DateTime::from_timestamp(at, 0).expect("a time"),
            resource: "contact",
            resource_id: Uuid::nil(),
            title: String::new(),
            details: Value::Null,
            tie,
        }
    }

    proptest! {
        /// However many things happen at once, and whatever the size of the pages.
        #[test]
        fn pages_tell_everything_once_and_in_order(
            times in prop::collection::vec(prop::collection::vec(0i64..4, 0..12), 1..4),
            limit in 1usize..6,
        ) {
            let sources: Vec<Vec<Entry>> = times
                .iter()
                .map(|times| times.iter().enumerate().map(|(n, at)| entry(*at, format!("{n:03}"))).collect())
                .collect();
            let whole = merge(sources.clone(), usize::MAX);
            let mut told: Vec<(DateTime<Utc>, usize, String)> = Vec::new();
            let mut from: Option<Place> = None;
            loop {
                let parts = sources.iter().enumerate();
                let parts = parts.map(|(n, all)| Span::of(n, from.as_ref(), limit).take(all.clone())).collect();
                let page = merge(parts, limit);
                let Some((last, _)) = page.last() else { break };
                from = Some(last.clone());
                told.extend(page.into_iter().map(|(place, _)| (place.at, place.source, place.tie)));
            }
            let expected: Vec<_> = whole.into_iter().map(|(place, _)| (place.at, place.source, place.tie)).collect();
            prop_assert_eq!(told, expected);
        }
    }
}
