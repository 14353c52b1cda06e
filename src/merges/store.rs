//! Every statement about merges, each within one workspace.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{MergeId, MergeRow};
use crate::contacts::ContactId;
use crate::db::schema::{contact_merges as merges, contact_redirects as redirects, contacts};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::sort::Position;

/// How many are ended in one go.
const BATCH: i64 = 200;

pub async fn insert(mut conn: &Conn, row: &MergeRow) -> ApiResult<()> {
    diesel::insert_into(merges::table).values(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: MergeId) -> ApiResult<MergeRow> {
    let own = merges::workspace_id.eq(workspace).and(merges::id.eq(id));
    Ok(MergeRow::query().filter(own).first(&mut conn).await?)
}

/// Locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: MergeId) -> ApiResult<MergeRow> {
    let own = merges::workspace_id.eq(workspace).and(merges::id.eq(id));
    Ok(MergeRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// Newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: Option<&Position>,
    fetch: i64,
) -> ApiResult<Vec<MergeRow>> {
    let rows = MergeRow::query().filter(merges::workspace_id.eq(workspace)).into_boxed();
    let rows = crate::sort::keyset!(rows, true, merges::id, from.map(|from| from.id));
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// The merges that these contacts survived.
pub async fn survived_by(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<MergeRow>> {
    let own = merges::workspace_id.eq(workspace).and(merges::survivor_id.eq_any(ids));
    Ok(MergeRow::query().filter(own).order(merges::id).load(&mut conn).await?)
}

/// The newest merge in effect that took this contact up.
pub async fn took_up(mut conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<Option<MergeId>> {
    let own = merges::workspace_id.eq(workspace).and(merges::undone_at.is_null());
    let took = merges::table.filter(own.and(merges::merged_ids.contains(vec![Uuid::from(id)])));
    Ok(took.select(merges::id).order(merges::id.desc()).first(&mut conn).await.optional()?)
}

pub async fn mark_undone(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: MergeId,
    now: DateTime<Utc>,
) -> ApiResult<MergeRow> {
    Ok(diesel::update(merges::table.find((workspace, id)))
        .set((merges::undone_at.eq(now), merges::updated_at.eq(now), merges::version.eq(merges::version + 1)))
        .returning(MergeRow::as_returning())
        .get_result(&mut conn)
        .await?)
}

/// Those that can't be undone any more, over all workspaces, oldest first: it is the service's own housekeeping.
pub async fn over(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Vec<(WorkspaceId, MergeId)>> {
    let over = merges::table.filter(merges::undo_until.lt(now)).order(merges::undo_until).limit(BATCH);
    Ok(over.select((merges::workspace_id, merges::id)).load(&mut conn).await?)
}

pub async fn remove(mut conn: &Conn, workspace: WorkspaceId, id: MergeId) -> ApiResult<()> {
    diesel::delete(merges::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Removes the merges that these contacts survived or were taken up by, undone or not.
pub async fn remove_of(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<()> {
    let taken: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    let theirs = merges::survivor_id.eq_any(ids).or(merges::merged_ids.overlaps_with(taken));
    diesel::delete(merges::table.filter(merges::workspace_id.eq(workspace).and(theirs))).execute(&mut conn).await?;
    Ok(())
}

/// The contacts that are there for those of these ids that are old ones.
pub async fn survivors(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
) -> ApiResult<HashMap<ContactId, ContactId>> {
    let live = contacts::table.on(contacts::workspace_id
        .eq(redirects::workspace_id)
        .and(contacts::id.eq(redirects::survivor_id))
        .and(contacts::deleted_at.is_null()));
    let old = redirects::workspace_id.eq(workspace).and(redirects::id.eq_any(ids));
    let found = redirects::table.inner_join(live).filter(old).select((redirects::id, redirects::survivor_id));
    Ok(found.load(&mut conn).await?.into_iter().collect())
}

/// The contact that is there for an old id.
pub async fn survivor(conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<Option<ContactId>> {
    Ok(survivors(conn, workspace, &[id]).await?.remove(&id))
}

/// The old ids of a contact, whether it is there or lies in the trash.
pub async fn old_ids(mut conn: &Conn, workspace: WorkspaceId, survivor: ContactId) -> ApiResult<Vec<ContactId>> {
    let own = redirects::workspace_id.eq(workspace).and(redirects::survivor_id.eq(survivor));
    Ok(redirects::table.filter(own).select(redirects::id).order(redirects::id).load(&mut conn).await?)
}

/// Where an old id leads, whether the contact there is live or lies in the trash.
pub async fn leads_to(mut conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<Option<ContactId>> {
    let old = redirects::table.find((workspace, id));
    Ok(old.select(redirects::survivor_id).first(&mut conn).await.optional()?)
}

/// Old ids lead to `to`, and so do those that led to them; answers the latter, by where they led.
pub async fn redirect(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: &[ContactId],
    to: ContactId,
) -> ApiResult<Vec<(ContactId, ContactId)>> {
    let led = || redirects::workspace_id.eq(workspace).and(redirects::survivor_id.eq_any(from));
    let columns = (redirects::survivor_id, redirects::id);
    let before: Vec<(ContactId, ContactId)> = redirects::table.filter(led()).select(columns).load(&mut conn).await?;
    diesel::update(redirects::table.filter(led())).set(redirects::survivor_id.eq(to)).execute(&mut conn).await?;
    let row =
        |id: &ContactId| (redirects::workspace_id.eq(workspace), redirects::id.eq(*id), redirects::survivor_id.eq(to));
    let rows: Vec<_> = from.iter().map(row).collect();
    diesel::insert_into(redirects::table).values(rows).execute(&mut conn).await?;
    Ok(before)
}

/// These ids lead nowhere, for their contacts are back.
pub async fn no_redirect(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<()> {
    let own = redirects::workspace_id.eq(workspace).and(redirects::id.eq_any(ids));
    diesel::delete(redirects::table.filter(own)).execute(&mut conn).await?;
    Ok(())
}

/// An old id leads to a contact that is back.
pub async fn redirect_back(mut conn: &Conn, workspace: WorkspaceId, id: ContactId, to: ContactId) -> ApiResult<()> {
    let own = redirects::table.find((workspace, id));
    diesel::update(own).set(redirects::survivor_id.eq(to)).execute(&mut conn).await?;
    Ok(())
}
