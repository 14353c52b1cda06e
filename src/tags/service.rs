//! Renaming, merging and deleting tags, inside the caller's transaction.
use super::model::{Carrier, Tag, TagMergeInput, key};
use super::store::{self, TagRow};
use crate::changes::Tx;
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::saved_views;
use crate::text::composed;

impl From<TagRow> for Tag {
    fn from(row: TagRow) -> Self {
        let TagRow { key: _, name, counts } = row;
        let total = counts.iter().sum();
        Self { name, total, counts: Carrier::ALL.iter().map(|carrier| carrier.name()).zip(counts).collect() }
    }
}

/// The tag, if something carries it.
pub async fn find(tx: &mut Tx<'_>, tag: &str) -> ApiResult<Option<Tag>> {
    // What PostgreSQL has no text for cannot be there.
    if tag.contains('\0') {
        return Ok(None);
    }
    let found = store::find(tx.conn, tx.workspace, &[key(tag)]).await?;
    Ok(found.into_iter().next().map(Tag::from))
}

pub async fn known(tx: &mut Tx<'_>, tag: &str) -> ApiResult<Tag> {
    find(tx, tag).await?.ok_or_else(ApiError::not_found)
}

/// Another name for it, or another spelling. A name that another tag has is refused: that would be a merge.
pub async fn rename(tx: &mut Tx<'_>, tag: &str, name: &str) -> ApiResult<Tag> {
    let name = &*composed(name.trim());
    if key(tag) != key(name)
        && let Some(other) = find(tx, name).await?
    {
        let detail =
            format!("{} resources carry `{}`; `POST /v1/tags/merge` makes the two one", other.total, other.name);
        return Err(ApiError::new(Code::TagExists, detail.clone()).with(Fault::field("/name", "taken", detail)));
    }
    replace(tx, &[key(tag), key(name)], Some(name)).await?;
    known(tx, name).await
}

pub async fn merge(tx: &mut Tx<'_>, input: &TagMergeInput) -> ApiResult<Tag> {
    let into = &*composed(input.into.trim());
    let mut keys: Vec<String> = input.from.iter().map(|tag| key(tag)).collect();
    let there: Vec<String> = store::find(tx.conn, tx.workspace, &keys).await?.into_iter().map(|row| row.key).collect();
    let missing = keys.iter().enumerate().filter(|(_, wanted)| !there.contains(wanted));
    let fault = |(index, _)| Fault::field(format!("/from/{index}"), "not_found", "nothing carries this tag");
    ApiError::check(missing.map(fault).collect())?;
    keys.push(key(into));
    replace(tx, &keys, Some(into)).await?;
    known(tx, into).await
}

pub async fn delete(tx: &mut Tx<'_>, tag: &str) -> ApiResult<()> {
    known(tx, tag).await?;
    replace(tx, &[key(tag)], None).await
}

/// Writes `new` for every spelling of these tags, or takes them off.
async fn replace(tx: &mut Tx<'_>, keys: &[String], new: Option<&str>) -> ApiResult<()> {
    for carrier in Carrier::ALL {
        let mut old = store::spellings(tx.conn, tx.workspace, carrier, keys).await?;
        old.retain(|tag| Some(tag.as_str()) != new);
        if old.is_empty() {
            continue;
        }
        // What is changed no longer has any of them.
        loop {
            let mut rows = store::lock_some(tx.conn, tx.workspace, carrier, &old).await?;
            if rows.is_empty() {
                break;
            }
            for row in &mut rows {
                row.tags = with(std::mem::take(&mut row.tags), &old, new);
            }
            let mut words = carrier.words(tx, &rows).await?;
            let rows = rows.into_iter().filter_map(|row| words.remove(&row.id).map(|words| (row, words))).collect();
            let touched = store::put(tx.conn, tx.workspace, carrier, rows, tx.now).await?;
            for row in touched.iter().filter(|row| row.live) {
                tx.record(carrier.changed(), row.id, row.version, vec!["tags".to_owned()]);
            }
        }
    }
    saved_views::retag(tx, |tag| keys.contains(&key(tag)), new).await
}

/// With `new` in the place of the first of these spellings, and without the others; or without all of them.
fn with(tags: Vec<String>, old: &[String], new: Option<&str>) -> Vec<String> {
    let mut changed: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        let tag = if old.contains(&tag) { new.map(str::to_owned) } else { Some(tag) };
        changed.extend(tag.filter(|tag| !changed.contains(tag)));
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_spelling_stands_where_the_first_old_one_stood() {
        let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        let old = owned(&["green", "Green"]);
        assert_eq!(with(owned(&["a", "Green", "b", "green"]), &old, Some("eco")), owned(&["a", "eco", "b"]));
        assert_eq!(with(owned(&["eco", "green"]), &old, Some("eco")), owned(&["eco"]));
        assert_eq!(with(owned(&["Green", "a"]), &old, None), owned(&["a"]));
    }
}
