//! Every statement about requests to connectors, each within one workspace.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{CircleRequestId, CircleRequestRow};
use super::routes::{By, ListQuery};
use crate::changes::Kind;
use crate::contacts::ContactId;
use crate::db::schema::{circle_requests, introductions};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, OnConstraint};
use crate::exports::{Link, Table};
use crate::sort::{Order, Position, keyset};

pub async fn insert(mut conn: &Conn, row: &CircleRequestRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(circle_requests::table).values(row).execute(&mut conn).await;
    inserted.on_constraint("circle_requests_connector_fkey", connector_gone).map(|_| ())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &CircleRequestRow) -> ApiResult<()> {
    let own = circle_requests::table.find((row.workspace_id, row.id));
    let updated = diesel::update(own).set(row).execute(&mut conn).await;
    updated.on_constraint("circle_requests_connector_fkey", connector_gone).map(|_| ())
}

/// The connector was there when it was looked for, and was purged since.
fn connector_gone() -> ApiError {
    ApiError::field("/connector_id", "not_found", "is not a contact of this workspace")
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: CircleRequestId) -> ApiResult<CircleRequestRow> {
    let own = circle_requests::workspace_id.eq(workspace).and(circle_requests::id.eq(id));
    Ok(CircleRequestRow::query().filter(own.and(circle_requests::deleted_at.is_null())).first(&mut conn).await?)
}

/// Those of these requests that are not deleted.
pub async fn find_many(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[CircleRequestId],
) -> ApiResult<Vec<CircleRequestRow>> {
    let own = circle_requests::workspace_id.eq(workspace).and(circle_requests::id.eq_any(ids));
    Ok(CircleRequestRow::query().filter(own.and(circle_requests::deleted_at.is_null())).load(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: CircleRequestId) -> ApiResult<CircleRequestRow> {
    let own = circle_requests::workspace_id.eq(workspace).and(circle_requests::id.eq(id));
    Ok(CircleRequestRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// To whom a live request was made.
pub async fn connector(mut conn: &Conn, workspace: WorkspaceId, id: CircleRequestId) -> ApiResult<Option<ContactId>> {
    let own = circle_requests::workspace_id.eq(workspace).and(circle_requests::id.eq(id));
    let live = circle_requests::table.filter(own.and(circle_requests::deleted_at.is_null()));
    Ok(live.select(circle_requests::connector_id).first(&mut conn).await.optional()?)
}

pub async fn mark_deleted(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: CircleRequestId,
    deleted_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> ApiResult<i32> {
    let own = circle_requests::table.find((workspace, id));
    Ok(diesel::update(own)
        .set((
            circle_requests::deleted_at.eq(deleted_at),
            circle_requests::version.eq(circle_requests::version + 1),
            circle_requests::updated_at.eq(now),
        ))
        .returning(circle_requests::version)
        .get_result(&mut conn)
        .await?)
}

pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: CircleRequestId) -> ApiResult<()> {
    diesel::delete(circle_requests::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// All requests that were made to a contact, and whether they lie in the trash.
pub async fn made_to(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contact: ContactId,
) -> ApiResult<Vec<(CircleRequestId, bool)>> {
    let own = circle_requests::workspace_id.eq(workspace).and(circle_requests::connector_id.eq(contact));
    let columns = (circle_requests::id, circle_requests::deleted_at.is_not_null());
    Ok(circle_requests::table.filter(own).select(columns).load(&mut conn).await?)
}

/// All requests that were made to these contacts.
pub async fn rows_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<CircleRequestRow>> {
    let own = circle_requests::workspace_id.eq(workspace).and(circle_requests::connector_id.eq_any(contacts));
    Ok(CircleRequestRow::query().filter(own).order(circle_requests::id).load(&mut conn).await?)
}

/// Makes it a request to another contact; answers its version.
pub async fn ask(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: CircleRequestId,
    connector: ContactId,
    now: DateTime<Utc>,
) -> ApiResult<i32> {
    let own = circle_requests::table.find((workspace, id));
    let asked = diesel::update(own)
        .set((
            circle_requests::connector_id.eq(connector),
            circle_requests::version.eq(circle_requests::version + 1),
            circle_requests::updated_at.eq(now),
        ))
        .returning(circle_requests::version)
        .get_result(&mut conn)
        .await;
    asked.on_constraint("circle_requests_connector_fkey", connector_gone)
}

/// Live requests that were made to a contact.
pub async fn of_contact(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contact: ContactId,
) -> ApiResult<Vec<CircleRequestRow>> {
    let own = circle_requests::workspace_id.eq(workspace).and(circle_requests::connector_id.eq(contact));
    let live = CircleRequestRow::query().filter(own.and(circle_requests::deleted_at.is_null()));
    Ok(live.load(&mut conn).await?)
}

/// Those of these contacts to whom a request was made, a deleted one included.
pub async fn asked(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<ContactId>> {
    let own = circle_requests::workspace_id.eq(workspace).and(circle_requests::connector_id.eq_any(ids));
    Ok(circle_requests::table.filter(own).select(circle_requests::connector_id).load(&mut conn).await?)
}

/// Makes those that show the names of these people a new version, and gives them.
pub async fn renew(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(CircleRequestId, i32)>> {
    let shown = circle_requests::workspace_id
        .eq(workspace)
        .and(circle_requests::connector_id.eq_any(contacts))
        .and(circle_requests::deleted_at.is_null());
    Ok(diesel::update(circle_requests::table.filter(shown))
        .set((circle_requests::version.eq(circle_requests::version + 1), circle_requests::updated_at.eq(now)))
        .returning((circle_requests::id, circle_requests::version))
        .get_results(&mut conn)
        .await?)
}

/// Makes those that brought these introductions a new version, but for some, and gives them.
pub async fn renew_that_brought(
    mut conn: &Conn,
    workspace: WorkspaceId,
    brought: &[Uuid],
    but: &[Uuid],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(CircleRequestId, i32)>> {
    let theirs = introductions::workspace_id.eq(workspace).and(introductions::id.eq_any(brought));
    let theirs = introductions::table.filter(theirs).select(introductions::circle_request_id.assume_not_null());
    let shown = circle_requests::workspace_id
        .eq(workspace)
        .and(circle_requests::id.eq_any(theirs))
        .and(circle_requests::id.ne_all(but))
        .and(circle_requests::deleted_at.is_null());
    Ok(diesel::update(circle_requests::table.filter(shown))
        .set((circle_requests::version.eq(circle_requests::version + 1), circle_requests::updated_at.eq(now)))
        .returning((circle_requests::id, circle_requests::version))
        .get_results(&mut conn)
        .await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<CircleRequestRow>> {
    let live = circle_requests::workspace_id.eq(workspace).and(circle_requests::deleted_at.is_null());
    let mut rows = CircleRequestRow::query().filter(live).into_boxed();
    if !query.connector_id.is_empty() {
        rows = rows.filter(circle_requests::connector_id.eq_any(&query.connector_id));
    }
    if !query.answer.is_empty() {
        rows = rows.filter(circle_requests::answer.eq_any(&query.answer));
    }
    if let Some(answered) = query.answered {
        rows = rows.filter(circle_requests::answer.is_not_null().eq(answered));
    }
    if let Some(after) = query.asked_after {
        rows = rows.filter(circle_requests::asked_at.gt(after));
    }
    if let Some(before) = query.asked_before {
        rows = rows.filter(circle_requests::asked_at.lt(before));
    }
    let Order { by, descending } = query.sort.order();
    rows = match by {
        By::Created => keyset!(rows, descending, circle_requests::id, from.map(|from| from.id)),
        By::Updated => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, circle_requests::updated_at, circle_requests::id, from)
        }
        By::Asked => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, circle_requests::asked_at, circle_requests::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// Those that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<uuid::Uuid>,
    fetch: i64,
) -> ApiResult<Vec<CircleRequestRow>> {
    let live = circle_requests::workspace_id.eq(workspace).and(circle_requests::deleted_at.is_null());
    let rows = keyset!(CircleRequestRow::query().filter(live).into_boxed(), false, circle_requests::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "circle_requests",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "connector_id",
        "topic",
        "message",
        "channel",
        "asked_at",
        "answer",
        "answered_at",
        "answer_text",
        "notes",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[Link::required("connector_id", "contacts")],
    taken: "t.deleted_at IS NULL",
    created: Some(Kind::CircleRequestCreated),
    ..Table::NONE
};
