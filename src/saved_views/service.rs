//! What can happen to a saved view, inside the caller's transaction.
use serde_json::{Value, json};
use uuid::Uuid;

use super::apply::check;
use super::model::{SavedView, SavedViewId, SavedViewInput, SavedViewRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::Kept;
use crate::fields;
use crate::http::{IfMatch, Patch};

/// The parameter of lists that names tags.
pub const TAG: &str = "tag";

pub async fn create(tx: &mut Tx<'_>, id: SavedViewId, input: SavedViewInput) -> ApiResult<SavedView> {
    check(&input)?;
    let row = input.into_row(tx.workspace, id, 1, tx.now, tx.now);
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::SavedViewCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// Views after this one in the order of ids, for an archive of the workspace.
pub async fn after(conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<SavedView>> {
    Ok(store::after(conn, workspace, after).await?.into_iter().map(SavedView::from).collect())
}

/// Adds views with the identity that they had, those whose id and name are free, and says which.
pub async fn load(tx: &mut Tx<'_>, items: Vec<(Kept, SavedViewInput)>) -> ApiResult<Vec<SavedViewId>> {
    let mut rows = Vec::with_capacity(items.len());
    for (kept, input) in items {
        check(&input)?;
        rows.push(input.into_row(tx.workspace, kept.id.into(), kept.version, kept.created_at, kept.updated_at));
    }
    let added = store::insert_missing(tx.conn, &rows).await?;
    for row in rows.iter().filter(|row| added.contains(&row.id)) {
        tx.record(Kind::SavedViewCreated, row.id, row.version, Vec::new());
    }
    Ok(added)
}

/// A change of nothing leaves the version as it is.
pub async fn patch(
    tx: &mut Tx<'_>,
    id: SavedViewId,
    if_match: &IfMatch,
    patch: &Patch<SavedViewInput>,
) -> ApiResult<SavedView> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    let (version, created_at) = (row.version, row.created_at);
    let before = SavedView::from(row);
    let input = patch.apply(&before.clone().into())?;
    check(&input)?;
    let row = input.into_row(tx.workspace, id, version + 1, created_at, tx.now);
    let after = SavedView::from(row.clone());
    let changed = fields::changed(&before, &after);
    if changed.is_empty() {
        return Ok(before);
    }
    store::update(tx.conn, &row).await?;
    tx.record(Kind::SavedViewUpdated, id, row.version, changed);
    Ok(after)
}

pub async fn delete(tx: &mut Tx<'_>, id: SavedViewId, if_match: &IfMatch) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    store::delete(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::SavedViewDeleted, id, row.version + 1, Vec::new());
    Ok(())
}

/// Tags are called otherwise from now on, or are gone: the filters that name them follow.
pub async fn retag(tx: &mut Tx<'_>, is_old: impl Fn(&str) -> bool, new: Option<&str>) -> ApiResult<()> {
    for row in store::lock_tagged(tx.conn, tx.workspace).await? {
        let Some(filter) = retagged(&row.filter, &is_old, new) else { continue };
        let row = SavedViewRow { filter, version: row.version + 1, updated_at: tx.now, ..row };
        store::update(tx.conn, &row).await?;
        tx.record(Kind::SavedViewUpdated, row.id, row.version, vec!["filter".to_owned()]);
    }
    Ok(())
}

/// The filter with `new` in the place of the first old tag, and without the others; nothing where that changes nothing.
/// The only tag of a filter is not taken out: the view would show all that there is.
fn retagged(filter: &Value, is_old: impl Fn(&str) -> bool, new: Option<&str>) -> Option<Value> {
    let named = filter.get(TAG)?;
    let mut tags: Vec<Value> = Vec::new();
    for tag in named.as_array().map_or(std::slice::from_ref(named), Vec::as_slice) {
        let tag = if tag.as_str().is_some_and(&is_old) { new.map(Value::from) } else { Some(tag.clone()) };
        tags.extend(tag.filter(|tag| !tags.contains(tag)));
    }
    let tags = if named.is_array() { Some(Value::from(tags)).filter(|tags| *tags != json!([])) } else { tags.pop() };
    let tags = tags.filter(|tags| tags != named)?;
    let mut filter = filter.clone();
    filter[TAG] = tags;
    Some(filter)
}

/// Those of these views that are there.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[SavedViewId]) -> ApiResult<Vec<SavedView>> {
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(SavedView::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_follow_their_tags() {
        let told = |tags: Value, new| {
            retagged(&json!({ "tag": tags, "q": "green" }), |tag| tag.to_lowercase() == "green", new)
                .map(|filter| filter["tag"].clone())
        };
        assert_eq!(told(json!(["a", "Green", "eco"]), Some("eco")), Some(json!(["a", "eco"])));
        assert_eq!(told(json!("green"), Some("eco")), Some(json!("eco")));
        assert_eq!(told(json!(["a", "green"]), None), Some(json!(["a"])));
        for (tags, new) in [(json!(["green"]), None), (json!("green"), None), (json!(["a"]), Some("eco"))] {
            assert_eq!(told(tags, new), None);
        }
    }
}
