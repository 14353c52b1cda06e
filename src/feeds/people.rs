//! What becomes of feeds when what they are about is merged, or goes for good.
use serde_json::Value;

use super::model::{Feed, FeedId, FeedRow};
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::fields;

/// Feeds about `from` are about `to`. Answers what an undo needs.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved: Vec<(FeedId, ContactId)> = Vec::new();
    for row in store::of_contacts(tx.conn, tx.workspace, from).await? {
        let before = row.contact_id.unwrap_or(to);
        moved.push((row.id, before));
        tie(tx, row.id, to).await?;
    }
    Ok(fields::store(&moved))
}

/// Gives back what still is `to`'s.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    let now: Vec<FeedId> = store::of_contacts(tx.conn, tx.workspace, &[to]).await?.iter().map(|row| row.id).collect();
    let moved: Vec<(FeedId, ContactId)> = fields::stored(moved);
    for (id, before) in moved.into_iter().filter(|(id, _)| now.contains(id)) {
        tie(tx, id, before).await?;
    }
    Ok(())
}

async fn tie(tx: &mut Tx<'_>, id: FeedId, contact: ContactId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    let row = FeedRow { contact_id: Some(contact), version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    tx.record(Kind::FeedUpdated, id, row.version, vec!["contact_id".to_owned()]);
    Ok(())
}

/// The feeds about these ids of one person.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::of_contacts(conn, workspace, ids).await?;
    Ok(fields::store(&rows.into_iter().map(Feed::from).collect::<Vec<_>>()))
}

/// These contacts go for good, and with them the feeds about them, and what these found.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for row in store::of_contacts(tx.conn, tx.workspace, ids).await? {
        service::remove(tx, &row).await?;
    }
    Ok(())
}

/// A company goes for good. Its feeds stay, and are about it no more.
pub async fn company_gone(tx: &mut Tx<'_>, company: CompanyId) -> ApiResult<()> {
    for row in store::of_company(tx.conn, tx.workspace, company).await? {
        let row = FeedRow { company_id: None, version: row.version + 1, updated_at: tx.now, ..row };
        store::update(tx.conn, &row).await?;
        tx.record(Kind::FeedUpdated, row.id, row.version, vec!["company_id".to_owned()]);
    }
    Ok(())
}
