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

/// By what an item is known.
struct Keys {
    /// Of its guid and of its link.
    own: Vec<Vec<u8>>,
    /// Of its title. Offers of jobs have the same title and are others.
    title: Option<Vec<u8>>,
}

impl Keys {
    fn of(item: &Item, kind: FeedKind) -> Self {
        let key = |by: &str, text: &str| sha256(format!("{by} {text}").as_bytes())[..16].to_vec();
        let link = item.url.as_deref().and_then(|url| Url::parse(url).ok()).map(|url| key("link", &urls::key(&url)));
        let own: Vec<Vec<u8>> = item.guid.as_deref().map(|guid| key("guid", guid)).into_iter().chain(link).collect();
        // With neither, the title is all that it is known by.
        let by_title = kind == FeedKind::News || own.is_empty();
        Self { own, title: by_title.then(|| key("title", &text::fold(&item.title))) }
    }

    fn all(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.own.iter().chain(&self.title)
    }
}

/// Notes the items of a file, and makes alerts of those that are new and wanted. The feed is locked, or new.
pub async fn arrived(app: &App, tx: &mut Tx<'_>, row: &FeedRow, items: Vec<Item>) -> ApiResult<()> {
    let items: Vec<(Item, Keys)> =
        items.into_iter().map(|item| (Keys::of(&item, row.kind), item)).map(|(k, i)| (i, k)).collect();
    let keys: Vec<&Vec<u8>> = items.iter().flat_map(|(_, keys)| keys.all()).collect();
    let mut known: HashMap<Vec<u8>, (DateTime<Utc>, DateTime<Utc>)> = store::known(tx.conn, row, &keys).await?;
    let (mut added, mut still) = (HashMap::new(), Vec::new());
    let mut wanted = Vec::new();
    for (item, keys) in items {
        let by_title = |key: &Vec<u8>| known.get(key).is_some_and(|(first, _)| *first > tx.now - SAME_TITLE);
        let is_new = !keys.own.iter().any(|key| known.contains_key(key)) && !keys.title.as_ref().is_some_and(by_title);
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
