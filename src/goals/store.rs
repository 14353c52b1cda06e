//! Every statement about goals, each within one workspace.
use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{GoalId, GoalRow};
use super::query::{By, ListQuery};
use super::search::words;
use crate::changes::Kind;
use crate::db::full_text::Vector;
use crate::db::schema::{self, goals};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::{Link, Table};
use crate::meetings::{self, MeetingId};
use crate::search;
use crate::sort::{Order, Position, keyset};

/// A goal of the search, or of a meeting that does not lie in the trash: what goes there takes its goals along.
macro_rules! has_place {
    ($workspace:expr) => {
        // Asked for each goal alone: a list of all meetings would be made for one goal, too.
        goals::meeting_id.is_null().or(diesel::dsl::exists(
            meetings::live_ids($workspace).filter(schema::meetings::id.nullable().eq(goals::meeting_id)),
        ))
    };
}

/// The row with what is derived from it.
fn written(row: &GoalRow) -> (&GoalRow, diesel::dsl::Eq<goals::search_words, Vector>) {
    (row, goals::search_words.eq(words(row)))
}

pub async fn insert(mut conn: &Conn, row: &GoalRow) -> ApiResult<()> {
    diesel::insert_into(goals::table).values(written(row)).execute(&mut conn).await?;
    Ok(())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &GoalRow) -> ApiResult<()> {
    let own = goals::table.find((row.workspace_id, row.id));
    diesel::update(own).set((row, goals::search_words.eq(words(row)))).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: GoalId) -> ApiResult<GoalRow> {
    let live = goals::workspace_id.eq(workspace).and(goals::id.eq(id)).and(goals::deleted_at.is_null());
    Ok(GoalRow::query().filter(live.and(has_place!(workspace))).first(&mut conn).await?)
}

/// Makes those of these meetings a new version, and gives them.
pub async fn renew(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meetings: &[MeetingId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(GoalId, i32)>> {
    let own = goals::workspace_id.eq(workspace).and(goals::meeting_id.eq_any(meetings));
    Ok(diesel::update(goals::table.filter(own).filter(goals::deleted_at.is_null()))
        .set((goals::version.eq(goals::version + 1), goals::updated_at.eq(now)))
        .returning((goals::id, goals::version))
        .get_results(&mut conn)
        .await?)
}

/// Those with these ids that are not deleted.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<GoalRow>> {
    let live = goals::workspace_id.eq(workspace).and(goals::id.eq_any(ids)).and(goals::deleted_at.is_null());
    Ok(GoalRow::query().filter(live.and(has_place!(workspace))).load(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: GoalId) -> ApiResult<Option<GoalRow>> {
    let own = goals::workspace_id.eq(workspace).and(goals::id.eq(id));
    Ok(GoalRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// The rank of the least important goal of a meeting, or of the search.
pub async fn last_rank(mut conn: &Conn, workspace: WorkspaceId, meeting: Option<MeetingId>) -> ApiResult<Option<i16>> {
    let live = goals::table.filter(goals::workspace_id.eq(workspace).and(goals::deleted_at.is_null()));
    let own = live.select(max(goals::rank)).into_boxed();
    // Not `IS NOT DISTINCT FROM`, which no index serves.
    let own = match meeting {
        Some(meeting) => own.filter(goals::meeting_id.eq(meeting)),
        None => own.filter(goals::meeting_id.is_null()),
    };
    Ok(own.first(&mut conn).await?)
}

/// The goals that serve this one, the oldest first.
pub async fn serving(mut conn: &Conn, workspace: WorkspaceId, id: GoalId, most: i64) -> ApiResult<Vec<GoalRow>> {
    let own = goals::workspace_id.eq(workspace).and(goals::serves_id.eq(id)).and(goals::deleted_at.is_null());
    Ok(GoalRow::query().filter(own).order(goals::id).limit(most).load(&mut conn).await?)
}

/// Lets go of a goal that those of meetings serve; gives these, with their versions.
pub async fn release(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: GoalId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(GoalId, i32)>> {
    let serving = goals::workspace_id.eq(workspace).and(goals::serves_id.eq(id));
    let freed = (goals::serves_id.eq(None::<GoalId>), goals::version.eq(goals::version + 1), goals::updated_at.eq(now));
    let freed = diesel::update(goals::table.filter(serving)).set(freed).returning((goals::id, goals::version));
    Ok(freed.get_results(&mut conn).await?)
}

pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: GoalId) -> ApiResult<()> {
    diesel::delete(goals::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Removes the goals of a meeting, deleted or not; says which, with their versions.
pub async fn purge_meeting(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meeting: MeetingId,
) -> ApiResult<Vec<(GoalId, i32)>> {
    let own = goals::workspace_id.eq(workspace).and(goals::meeting_id.eq(meeting));
    let removed = diesel::delete(goals::table.filter(own)).returning((goals::id, goals::version));
    Ok(removed.get_results(&mut conn).await?)
}

/// Renews what a search finds of these goals by. Whoever holds one of them writes it anew.
pub async fn reindex(mut conn: &Conn, workspace: WorkspaceId, ids: &[GoalId]) -> ApiResult<()> {
    let wanted = goals::workspace_id.eq(workspace).and(goals::id.eq_any(ids));
    let rows = GoalRow::query().filter(wanted).for_update().skip_locked().load(&mut conn).await?;
    let words = rows.iter().map(|row| (row.id.into(), words(row)));
    search::keep(conn, workspace, "goals", words).await
}

/// Goals that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<GoalRow>> {
    let live = goals::workspace_id.eq(workspace).and(goals::deleted_at.is_null());
    let rows = keyset!(GoalRow::query().filter(live).into_boxed(), false, goals::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<GoalRow>> {
    let live = goals::workspace_id.eq(workspace).and(goals::deleted_at.is_null());
    let mut rows = GoalRow::query().filter(live.and(has_place!(workspace))).into_boxed();
    if !query.meeting_id.is_empty() {
        rows = rows.filter(goals::meeting_id.eq_any(&query.meeting_id));
    }
    if let Some(of_search) = query.of_search {
        rows = rows.filter(goals::meeting_id.is_null().eq(of_search));
    }
    if !query.serves_id.is_empty() {
        rows = rows.filter(goals::serves_id.eq_any(&query.serves_id));
    }
    if !query.outcome.is_empty() {
        rows = rows.filter(goals::outcome.eq_any(&query.outcome));
    }
    if let Some(settled) = query.settled {
        rows = rows.filter(goals::outcome.is_not_null().eq(settled));
    }
    if let Some(after) = query.updated_after {
        rows = rows.filter(goals::updated_at.gt(after));
    }
    if let Some(before) = query.updated_before {
        rows = rows.filter(goals::updated_at.lt(before));
    }
    let Order { by, descending } = query.sort.order();
    rows = match by {
        By::Created => keyset!(rows, descending, goals::id, from.map(|from| from.id)),
        By::Updated => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, goals::updated_at, goals::id, from)
        }
        By::Rank => {
            let from = from.and_then(|from| Some((from.number?, from.id)));
            keyset!(rows, descending, goals::rank, goals::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "goals",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "meeting_id",
        "serves_id",
        "text",
        "how_known",
        "rank",
        "outcome",
        "outcome_note",
        "outcome_at",
        "decision",
        "decided_at",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[Link::to("serves_id", "goals")],
    taken: "t.deleted_at IS NULL AND (t.meeting_id IS NULL OR EXISTS (SELECT 1 FROM meetings AS m \
            JOIN meeting_contacts AS w ON w.workspace_id = m.workspace_id AND w.meeting_id = m.id \
            JOIN contacts AS c ON c.workspace_id = w.workspace_id AND c.id = w.contact_id AND c.deleted_at IS NULL \
            WHERE m.workspace_id = t.workspace_id AND m.id = t.meeting_id AND m.deleted_at IS NULL))",
    late: &["serves_id"],
    created: Some(Kind::GoalCreated),
    ..Table::NONE
};
