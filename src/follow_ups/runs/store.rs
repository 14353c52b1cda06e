//! Every statement about plans at work, each within one workspace.
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{FollowUpRunState, RunId, RunRow};
use super::query::{By, ListQuery};
use crate::changes::Kind;
use crate::contacts::ContactId;
use crate::db::schema::follow_up_runs;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, AsConstraint};
use crate::exports::{Link, Table};
use crate::follow_ups::plans::{are_steps, is_wait};
use crate::messages::{self, MessageId};
use crate::sort::{Order, Position, keyset};

pub async fn insert(mut conn: &Conn, row: &RunRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(follow_up_runs::table).values(row).execute(&mut conn).await;
    inserted.map(|_| ()).map_err(|error| match error.constraint() {
        // Only who does the same at the same moment, or removes the contact, is met here.
        Some("follow_up_runs_message_key") => super::service::attached(),
        Some("follow_up_runs_contact_fkey") => {
            ApiError::field("/message_id", "not_found", "is not a message of this workspace")
        }
        _ => error.into(),
    })
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &RunRow) -> ApiResult<()> {
    diesel::update(follow_up_runs::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: RunId) -> ApiResult<RunRow> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::id.eq(id));
    Ok(RunRow::query().filter(own).first(&mut conn).await?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: RunId) -> ApiResult<Option<RunRow>> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::id.eq(id));
    Ok(RunRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// The one that is attached to a message, locked until the end of the transaction.
pub async fn lock_of_message(mut conn: &Conn, workspace: WorkspaceId, message: MessageId) -> ApiResult<Option<RunRow>> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::message_id.eq(message));
    Ok(RunRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// Those to these contacts that run, in the order of the ids, locked until the end of the transaction.
pub async fn lock_running(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<RunRow>> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::contact_id.eq_any(contacts));
    let running = own.and(follow_up_runs::state.eq(FollowUpRunState::Running));
    Ok(RunRow::query().filter(running).order(follow_up_runs::id).for_update().load(&mut conn).await?)
}

/// The one to a contact that was stopped at an instant, locked until the end of the transaction.
pub async fn lock_stopped(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contact: ContactId,
    since: DateTime<Utc>,
) -> ApiResult<Option<RunRow>> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::contact_id.eq(contact));
    let stopped = own.and(follow_up_runs::state.eq(FollowUpRunState::Stopped)).and(follow_up_runs::ended_at.ge(since));
    let last = RunRow::query().filter(stopped).order(follow_up_runs::ended_at.desc());
    Ok(last.for_update().first(&mut conn).await.optional()?)
}

/// Removes those to these contacts; says which, with their versions.
pub async fn purge_contacts(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<(RunId, i32)>> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::contact_id.eq_any(contacts));
    let removed = diesel::delete(follow_up_runs::table.filter(own));
    Ok(removed.returning((follow_up_runs::id, follow_up_runs::version)).get_results(&mut conn).await?)
}

/// Gives those to one contact, all of them or these, to another.
pub async fn give(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: ContactId,
    to: ContactId,
    only: Option<&[RunId]>,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(RunId, i32)>> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::contact_id.eq(from));
    let written = (follow_up_runs::version.eq(follow_up_runs::version + 1), follow_up_runs::updated_at.eq(now));
    let new = (follow_up_runs::contact_id.eq(to), written);
    let columns = (follow_up_runs::id, follow_up_runs::version);
    let runs = follow_up_runs::table;
    Ok(match only {
        None => diesel::update(runs.filter(own)).set(new).returning(columns).get_results(&mut conn).await?,
        Some(ids) => {
            let these = own.and(follow_up_runs::id.eq_any(ids));
            diesel::update(runs.filter(these)).set(new).returning(columns).get_results(&mut conn).await?
        }
    })
}

/// All to these contacts.
pub async fn of_contacts(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<RunRow>> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::contact_id.eq_any(contacts));
    Ok(RunRow::query().filter(own).order(follow_up_runs::id).load(&mut conn).await?)
}

/// These messages are gone for good: no run names them any more. Says which did, with their versions.
pub async fn unlink(
    mut conn: &Conn,
    workspace: WorkspaceId,
    gone: &[Uuid],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(RunId, i32)>> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::message_id.eq_any(gone));
    Ok(diesel::update(follow_up_runs::table.filter(own))
        .set((
            follow_up_runs::message_id.eq(None::<MessageId>),
            follow_up_runs::version.eq(follow_up_runs::version + 1),
            follow_up_runs::updated_at.eq(now),
        ))
        .returning((follow_up_runs::id, follow_up_runs::version))
        .get_results(&mut conn)
        .await?)
}

/// Those that run and whose day to try somebody else has come, with whom they wait for and since when, the longest first,
/// from a place on.
pub async fn unanswered(
    mut conn: &Conn,
    workspace: WorkspaceId,
    today: NaiveDate,
    from: Option<&Position>,
    limit: i64,
) -> ApiResult<Vec<(Uuid, ContactId, DateTime<Utc>)>> {
    let own = follow_up_runs::workspace_id.eq(workspace).and(follow_up_runs::state.eq(FollowUpRunState::Running));
    let waited = own.and(follow_up_runs::alternative_on.le(today)).and(follow_up_runs::started_at.is_not_null());
    let since = follow_up_runs::started_at.assume_not_null();
    let at = from.and_then(|from| Some((from.at?, from.id)));
    let columns = (follow_up_runs::id, follow_up_runs::contact_id, since);
    let rows = follow_up_runs::table.filter(waited).select(columns).into_boxed();
    let rows = keyset!(rows, false, since, follow_up_runs::id, at);
    Ok(rows.limit(limit).load(&mut conn).await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<RunRow>> {
    let mut rows = RunRow::query().filter(follow_up_runs::workspace_id.eq(workspace)).into_boxed();
    if !query.state.is_empty() {
        rows = rows.filter(follow_up_runs::state.eq_any(&query.state));
    }
    if !query.contact_id.is_empty() {
        rows = rows.filter(follow_up_runs::contact_id.eq_any(&query.contact_id));
    }
    if !query.message_id.is_empty() {
        rows = rows.filter(follow_up_runs::message_id.eq_any(&query.message_id));
    }
    if !query.plan_id.is_empty() {
        rows = rows.filter(follow_up_runs::plan_id.eq_any(&query.plan_id));
    }
    let Order { by, descending } = query.sort.order();
    rows = match by {
        By::Created => keyset!(rows, descending, follow_up_runs::id, from.map(|from| from.id)),
        By::Updated => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, follow_up_runs::updated_at, follow_up_runs::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "follow_up_runs",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "contact_id",
        "message_id",
        "plan_id",
        "plan_name",
        "steps",
        "alternative_after",
        "state",
        "attempt",
        "step",
        "started_at",
        "alternative_on",
        "ended_at",
        "stopped_reason",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[
        Link::required("contact_id", "contacts"),
        Link { and: messages::TAKEN, ..Link::to("message_id", "messages") },
    ],
    checks: &[("steps", are_steps), ("alternative_after", is_wait)],
    created: Some(Kind::FollowUpRunCreated),
    ..Table::NONE
};
