//! Every statement about follow-ups, each within one workspace.
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::model::{FollowUpId, FollowUpRow};
use super::query::{By, ListQuery};
use super::words::{FollowUpKind, FollowUpState};
use crate::changes::Kind;
use crate::contacts::ContactId;
use crate::db::schema::follow_ups;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, OnConstraint};
use crate::exports::table::is;
use crate::exports::{Link, Table};
use crate::introductions::IntroductionId;
use crate::meetings::{self, MeetingId};
use crate::messages::{self, MessageId};
use crate::sort::{Order, Position, keyset};

pub async fn insert(mut conn: &Conn, row: &FollowUpRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(follow_ups::table).values(row).execute(&mut conn).await;
    // Only somebody who removes the contact at the same moment is met here.
    let gone = || ApiError::field("/contact_id", "not_found", "is not a contact of this workspace");
    inserted.on_constraint("follow_ups_contact_fkey", gone)?;
    Ok(())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &FollowUpRow) -> ApiResult<()> {
    diesel::update(follow_ups::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: FollowUpId) -> ApiResult<FollowUpRow> {
    let live = follow_ups::workspace_id.eq(workspace).and(follow_ups::id.eq(id)).and(follow_ups::deleted_at.is_null());
    Ok(FollowUpRow::query().filter(live).first(&mut conn).await?)
}

/// Whom a follow-up, deleted or not, is about.
pub async fn contact_of(mut conn: &Conn, workspace: WorkspaceId, id: FollowUpId) -> ApiResult<ContactId> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::id.eq(id));
    Ok(follow_ups::table.filter(own).select(follow_ups::contact_id).first(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: FollowUpId) -> ApiResult<Option<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::id.eq(id));
    Ok(FollowUpRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// What is open about these contacts, in the order of the ids, locked until the end of the transaction.
pub async fn lock_open_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::contact_id.eq_any(contacts));
    let open = own.and(follow_ups::state.eq(FollowUpState::Open)).and(follow_ups::deleted_at.is_null());
    Ok(FollowUpRow::query().filter(open).order(follow_ups::id).for_update().load(&mut conn).await?)
}

/// What is open of a plan at work, locked until the end of the transaction.
pub async fn lock_open_of_run(mut conn: &Conn, workspace: WorkspaceId, run: Uuid) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::run_id.eq(run));
    let open = own.and(follow_ups::state.eq(FollowUpState::Open)).and(follow_ups::deleted_at.is_null());
    Ok(FollowUpRow::query().filter(open).order(follow_ups::id).for_update().load(&mut conn).await?)
}

/// What closed of a plan at work at an instant, locked until the end of the transaction.
pub async fn lock_closed_of_run(
    mut conn: &Conn,
    workspace: WorkspaceId,
    run: Uuid,
    at: DateTime<Utc>,
) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::run_id.eq(run));
    let closed = own.and(follow_ups::state.eq(FollowUpState::Closed)).and(follow_ups::settled_at.eq(at));
    let live = closed.and(follow_ups::deleted_at.is_null());
    Ok(FollowUpRow::query().filter(live).order(follow_ups::id).for_update().load(&mut conn).await?)
}

/// Whether somebody has done one of a plan at work since then.
pub async fn was_done_since(
    mut conn: &Conn,
    workspace: WorkspaceId,
    run: Uuid,
    since: DateTime<Utc>,
) -> ApiResult<bool> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::run_id.eq(run));
    let done = own.and(follow_ups::state.eq(FollowUpState::Done)).and(follow_ups::settled_at.ge(since));
    Ok(diesel::select(exists(follow_ups::table.filter(done))).get_result(&mut conn).await?)
}

/// These follow-ups, deleted or not.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[FollowUpId]) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::id.eq_any(ids));
    Ok(FollowUpRow::query().filter(own).order(follow_ups::id).load(&mut conn).await?)
}

/// What is open and has no zone of its own, some at a time in the order of the ids, locked until the end of the transaction.
pub async fn lock_in_own_zone(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    most: i64,
) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::own_time_zone.is_null());
    let open = own.and(follow_ups::state.eq(FollowUpState::Open)).and(follow_ups::deleted_at.is_null());
    let rows = FollowUpRow::query().filter(open).filter(follow_ups::id.gt(after.unwrap_or_default()));
    Ok(rows.order(follow_ups::id).limit(most).for_update().load(&mut conn).await?)
}

/// Writes when these rows, which the caller has locked, are due in another zone, as their next versions.
pub async fn write_zone(
    mut conn: &Conn,
    workspace: WorkspaceId,
    rows: &[FollowUpRow],
    now: DateTime<Utc>,
) -> ApiResult<()> {
    const WRITE: &str = "UPDATE follow_ups SET time_zone = t.time_zone, due_at = t.due_at, overdue_at = t.overdue_at,
            version = follow_ups.version + 1, updated_at = $6
        FROM unnest($2, $3, $4, $5) AS t (id, time_zone, due_at, overdue_at)
        WHERE follow_ups.workspace_id = $1 AND follow_ups.id = t.id";
    diesel::sql_query(WRITE)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Array<SqlUuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(rows.iter().map(|row| row.time_zone.as_str()).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(rows.iter().map(|row| row.due_at).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(rows.iter().map(|row| row.overdue_at).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(now)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// What is open about these introductions, in the order of the ids, locked until the end of the transaction.
pub async fn lock_open_about(
    mut conn: &Conn,
    workspace: WorkspaceId,
    introductions: &[Uuid],
) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::introduction_id.eq_any(introductions));
    let open = own.and(follow_ups::state.eq(FollowUpState::Open)).and(follow_ups::deleted_at.is_null());
    Ok(FollowUpRow::query().filter(open).order(follow_ups::id).for_update().load(&mut conn).await?)
}

/// All about these meetings, deleted or not, in the order of the ids, locked until the end of the transaction.
pub async fn lock_about_meetings(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meetings: &[Uuid],
) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::meeting_id.eq_any(meetings));
    Ok(FollowUpRow::query().filter(own).order(follow_ups::id).for_update().load(&mut conn).await?)
}

/// Open confirmations of meetings whose day is over, of all workspaces, those that are late for longest first, some at a
/// time.
pub async fn late_confirmations(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Vec<(WorkspaceId, FollowUpId)>> {
    let open = follow_ups::state.eq(FollowUpState::Open).and(follow_ups::deleted_at.is_null());
    let confirm = open.and(follow_ups::kind.eq(FollowUpKind::Confirm)).and(follow_ups::meeting_id.is_not_null());
    let late = follow_ups::table.filter(confirm.and(follow_ups::overdue_at.le(now))).order(follow_ups::overdue_at);
    Ok(late.limit(500).select((follow_ups::workspace_id, follow_ups::id)).load(&mut conn).await?)
}

/// These messages, meetings and introductions are gone for good: nothing names them any more. Says what did, with its
/// versions.
pub async fn unlink(
    mut conn: &Conn,
    workspace: WorkspaceId,
    gone: &[Uuid],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(FollowUpId, i32)>> {
    let written = (follow_ups::version.eq(follow_ups::version + 1), follow_ups::updated_at.eq(now));
    let columns = (follow_ups::id, follow_ups::version);
    let own = follow_ups::workspace_id.eq(workspace);
    let mut unlinked: Vec<(FollowUpId, i32)> =
        diesel::update(follow_ups::table.filter(own.and(follow_ups::message_id.eq_any(gone))))
            .set((follow_ups::message_id.eq(None::<MessageId>), written))
            .returning(columns)
            .get_results(&mut conn)
            .await?;
    let introduced: Vec<(FollowUpId, i32)> =
        diesel::update(follow_ups::table.filter(own.and(follow_ups::introduction_id.eq_any(gone))))
            .set((follow_ups::introduction_id.eq(None::<IntroductionId>), written))
            .returning(columns)
            .get_results(&mut conn)
            .await?;
    unlinked.extend(introduced);
    let met: Vec<(FollowUpId, i32)> =
        diesel::update(follow_ups::table.filter(own.and(follow_ups::meeting_id.eq_any(gone))))
            .set((follow_ups::meeting_id.eq(None::<MeetingId>), written))
            .returning(columns)
            .get_results(&mut conn)
            .await?;
    unlinked.extend(met);
    Ok(unlinked)
}

/// Makes those that show the names of these people a new version, and gives them.
pub async fn renew(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(FollowUpId, i32)>> {
    let shown = follow_ups::workspace_id
        .eq(workspace)
        .and(follow_ups::contact_id.eq_any(contacts))
        .and(follow_ups::deleted_at.is_null());
    Ok(diesel::update(follow_ups::table.filter(shown))
        .set((follow_ups::version.eq(follow_ups::version + 1), follow_ups::updated_at.eq(now)))
        .returning((follow_ups::id, follow_ups::version))
        .get_results(&mut conn)
        .await?)
}

pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: FollowUpId) -> ApiResult<()> {
    diesel::delete(follow_ups::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Removes all about these contacts; says which, with their versions.
pub async fn purge_contacts(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<(FollowUpId, i32)>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::contact_id.eq_any(contacts));
    let removed = diesel::delete(follow_ups::table.filter(own));
    Ok(removed.returning((follow_ups::id, follow_ups::version)).get_results(&mut conn).await?)
}

/// Gives what is about one contact, all of it or these, to another.
pub async fn give(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: ContactId,
    to: ContactId,
    only: Option<&[FollowUpId]>,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(FollowUpId, i32)>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::contact_id.eq(from));
    let new = (
        follow_ups::contact_id.eq(to),
        follow_ups::version.eq(follow_ups::version + 1),
        follow_ups::updated_at.eq(now),
    );
    let columns = (follow_ups::id, follow_ups::version);
    Ok(match only {
        None => {
            diesel::update(follow_ups::table.filter(own)).set(new).returning(columns).get_results(&mut conn).await?
        }
        Some(ids) => {
            let these = own.and(follow_ups::id.eq_any(ids));
            diesel::update(follow_ups::table.filter(these)).set(new).returning(columns).get_results(&mut conn).await?
        }
    })
}

/// All about these contacts, deleted or not.
pub async fn of_contacts(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::contact_id.eq_any(contacts));
    Ok(FollowUpRow::query().filter(own).order(follow_ups::id).load(&mut conn).await?)
}

/// Those of these contacts of whom there is something due, or was.
pub async fn parties(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<ContactId>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::contact_id.eq_any(contacts));
    Ok(follow_ups::table.filter(own).select(follow_ups::contact_id).distinct().load(&mut conn).await?)
}

/// All live ones about a contact.
pub async fn of_contact(mut conn: &Conn, workspace: WorkspaceId, contact: ContactId) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::contact_id.eq(contact));
    Ok(FollowUpRow::query().filter(own.and(follow_ups::deleted_at.is_null())).load(&mut conn).await?)
}

/// Those that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<FollowUpRow>> {
    let live = follow_ups::workspace_id.eq(workspace).and(follow_ups::deleted_at.is_null());
    let rows = keyset!(FollowUpRow::query().filter(live).into_boxed(), false, follow_ups::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// What is open and due by then, longest first, from a place on.
pub async fn open_until(
    mut conn: &Conn,
    workspace: WorkspaceId,
    until: DateTime<Utc>,
    from: Option<&Position>,
    limit: i64,
) -> ApiResult<Vec<FollowUpRow>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::deleted_at.is_null());
    let open = own.and(follow_ups::state.eq(FollowUpState::Open)).and(follow_ups::due_at.lt(until));
    let at = from.and_then(|from| Some((from.at?, from.id)));
    let rows = keyset!(FollowUpRow::query().filter(open).into_boxed(), false, follow_ups::due_at, follow_ups::id, at);
    Ok(rows.limit(limit).load(&mut conn).await?)
}

/// The introductions that follow-ups of this kind are about, with when these were made, whatever became of them.
pub async fn about_introductions(
    mut conn: &Conn,
    workspace: WorkspaceId,
    kind: FollowUpKind,
    introductions: &[Uuid],
) -> ApiResult<Vec<(Uuid, DateTime<Utc>)>> {
    let own = follow_ups::workspace_id.eq(workspace).and(follow_ups::introduction_id.eq_any(introductions));
    let about = follow_ups::table.filter(own.and(follow_ups::kind.eq(kind)));
    let columns = (follow_ups::introduction_id.assume_not_null(), follow_ups::created_at);
    Ok(about.select(columns).load(&mut conn).await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    now: DateTime<Utc>,
    from: Option<&Position>,
) -> ApiResult<Vec<FollowUpRow>> {
    let live = follow_ups::workspace_id.eq(workspace).and(follow_ups::deleted_at.is_null());
    let mut rows = FollowUpRow::query().filter(live).into_boxed();
    match query.state.as_slice() {
        [] => {}
        // Said so, the index of what is open serves.
        [FollowUpState::Open] => rows = rows.filter(follow_ups::state.eq(FollowUpState::Open)),
        states => rows = rows.filter(follow_ups::state.eq_any(states)),
    }
    if !query.kind.is_empty() {
        rows = rows.filter(follow_ups::kind.eq_any(&query.kind));
    }
    if !query.source.is_empty() {
        rows = rows.filter(follow_ups::source.eq_any(&query.source));
    }
    if !query.contact_id.is_empty() {
        rows = rows.filter(follow_ups::contact_id.eq_any(&query.contact_id));
    }
    if !query.message_id.is_empty() {
        rows = rows.filter(follow_ups::message_id.eq_any(&query.message_id));
    }
    if !query.meeting_id.is_empty() {
        rows = rows.filter(follow_ups::meeting_id.eq_any(&query.meeting_id));
    }
    if !query.introduction_id.is_empty() {
        rows = rows.filter(follow_ups::introduction_id.eq_any(&query.introduction_id));
    }
    if !query.run_id.is_empty() {
        rows = rows.filter(follow_ups::run_id.eq_any(&query.run_id));
    }
    macro_rules! reached {
        ($column:ident, $wanted:expr) => {
            if let Some(wanted) = $wanted {
                let reached = follow_ups::state.eq(FollowUpState::Open).and(follow_ups::$column.le(now));
                rows = if wanted { rows.filter(reached) } else { rows.filter(not(reached)) };
            }
        };
    }
    reached!(due_at, query.due);
    reached!(overdue_at, query.overdue);
    macro_rules! range {
        ($column:ident, $after:ident, $before:ident) => {
            if let Some(after) = query.$after {
                rows = rows.filter(follow_ups::$column.gt(after));
            }
            if let Some(before) = query.$before {
                rows = rows.filter(follow_ups::$column.lt(before));
            }
        };
    }
    range!(due_at, due_after, due_before);
    range!(created_at, created_after, created_before);
    range!(updated_at, updated_after, updated_before);
    let Order { by, descending } = query.sort.order();
    let at = from.and_then(|from| Some((from.at?, from.id)));
    rows = match by {
        By::Created => keyset!(rows, descending, follow_ups::id, from.map(|from| from.id)),
        By::Updated => keyset!(rows, descending, follow_ups::updated_at, follow_ups::id, at),
        By::Due => keyset!(rows, descending, follow_ups::due_at, follow_ups::id, at),
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "follow_ups",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "contact_id",
        "kind",
        "state",
        "source",
        "title",
        "notes",
        "message_id",
        "meeting_id",
        "introduction_id",
        "run_id",
        "attempt",
        "due_on",
        "due_time",
        "own_time_zone",
        "time_zone",
        "due_at",
        "overdue_at",
        "after_days",
        "repeat_after_days",
        "snoozes",
        "settled_at",
        "closed_reason",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[
        Link::required("contact_id", "contacts"),
        Link { and: messages::TAKEN, ..Link::to("message_id", "messages") },
        Link { and: meetings::TAKEN, ..Link::to("meeting_id", "meetings") },
        Link::to("introduction_id", "introductions"),
    ],
    taken: "t.deleted_at IS NULL",
    checks: &[("due_on", is::<NaiveDate>), ("after_days", are_days), ("repeat_after_days", are_days)],
    created: Some(Kind::FollowUpCreated),
    ..Table::NONE
};

/// Days that somebody may ask to wait.
fn are_days(value: &Value) -> bool {
    value.as_i64().is_some_and(|days| (0..=3650).contains(&days))
}
