//! What a file brings that was not there before.
use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::model::{FeedKind, FeedRow, KeyRow};
use super::read::Item;
use super::{store, urls};
use crate::alerts;
use crate::app::App;
use crate::auth::sha256;
use crate::changes::Tx;
use crate::error::ApiResult;
use crate::text;

/// The same title is the same news as long; later it is another issue of it.
const SAME_TITLE: TimeDelta = TimeDelta::days(7);
/// How often it is noted that an item is still there.
const NOTED: TimeDelta = TimeDelta::days(7);
/// What has left the feed is remembered as long.
const REMEMBERED: TimeDelta = TimeDelta::days(90);

/// What is known of a feed: when each key was there first and last.
type Known = HashMap<Vec<u8>, (DateTime<Utc>, DateTime<Utc>)>;

/// By what an item is known.
struct Keys {
    guid: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    /// Offers of jobs have the same title and are others.
    title: Option<Vec<u8>>,
}

impl Keys {
    fn of(item: &Item, kind: FeedKind) -> Self {
        let key = |by: &str, text: &str| sha256(format!("{by} {text}").as_bytes())[..16].to_vec();
        let link =
            item.url.as_deref().and_then(|url| Url::parse(url).ok()).map(|url| key("link", &urls::item_key(&url)));
        let guid = item.guid.as_deref().map(|guid| key("guid", guid));
        // With neither, the title is all that it is known by.
        let by_title = kind == FeedKind::News || guid.is_none() && link.is_none();
        Self { guid, link, title: by_title.then(|| key("title", &text::fold(&item.title))) }
    }

    fn all(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.guid.iter().chain(&self.link).chain(&self.title)
    }

    /// Several items may lead to one page: of one with a guid that nobody knows the link says nothing by itself.
    fn are_known(&self, known: &Known, now: DateTime<Utc>) -> bool {
        let there = |key: &Option<Vec<u8>>| key.as_ref().is_some_and(|key| known.contains_key(key));
        let of_late = |key: &Vec<u8>| known.get(key).is_some_and(|(first, _)| *first > now - SAME_TITLE);
        let same_title = self.title.as_ref().is_some_and(of_late);
        match &self.guid {
            Some(_) => there(&self.guid) || same_title || there(&self.link) && there(&self.title),
            None => there(&self.link) || same_title,
        }
    }
}

/// Notes the items of a file, and makes alerts of those that are new and wanted. The feed is locked, or new.
pub async fn arrived(app: &App, tx: &mut Tx<'_>, row: &FeedRow, items: Vec<Item>) -> ApiResult<()> {
    let items: Vec<(Item, Keys)> =
        items.into_iter().map(|item| (Keys::of(&item, row.kind), item)).map(|(k, i)| (i, k)).collect();
    let keys: Vec<&Vec<u8>> = items.iter().flat_map(|(_, keys)| keys.all()).collect();
    let mut known: Known = store::known(tx.conn, row, &keys).await?;
    let (mut added, mut still) = (HashMap::new(), Vec::new());
    let mut wanted = Vec::new();
    for (item, keys) in items {
        let is_new = !keys.are_known(&known, tx.now);
        for key in keys.all() {
            match known.get(key) {
                Some((_, last)) if !is_new && *last > tx.now - NOTED => {}
                Some(_) if !is_new => still.push(key.clone()),
                _ => {
                    added.insert(key.clone(), ());
                    known.insert(key.clone(), (tx.now, tx.now));
                }
            }
        }
        if is_new && let Some(matched) = row.rules.0.matched(&item) {
            wanted.push(alerts::Found {
                title: item.title,
                url: item.url,
                author: item.author,
                summary: item.text,
                published_at: item.published_at,
                matched,
            });
        }
    }
    let rows: Vec<KeyRow> = added
        .into_keys()
        .map(|key| KeyRow {
            workspace_id: row.workspace_id,
            feed_id: row.id,
            key,
            first_seen_at: tx.now,
            last_seen_at: tx.now,
        })
        .collect();
    store::note(tx.conn, &rows).await?;
    store::note_again(tx.conn, row, &still, tx.now).await?;
    store::forget(tx.conn, row, tx.now - REMEMBERED).await?;
    alerts::raise(app, tx, row.id, wanted).await
}
