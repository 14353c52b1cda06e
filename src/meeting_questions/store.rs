//! Every statement about questions of meetings, each within one workspace.
use chrono::{DateTime, Utc};
use diesel::dsl::{count, max, sum};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{MeetingQuestionId, MeetingQuestionRow, Usage};
use super::query::ListQuery;
use crate::changes::Kind;
use crate::db::schema::meeting_questions;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::{Link, Table};
use crate::goals::GoalId;
use crate::meetings::{self, MeetingId};
use crate::questions::QuestionId;
use crate::sort::{Position, keyset};

pub async fn insert(mut conn: &Conn, row: &MeetingQuestionRow) -> ApiResult<()> {
    diesel::insert_into(meeting_questions::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &MeetingQuestionRow) -> ApiResult<()> {
    diesel::update(meeting_questions::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

/// Makes those of these meetings a new version, and gives them.
pub async fn renew(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meetings: &[MeetingId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(MeetingQuestionId, i32)>> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::meeting_id.eq_any(meetings));
    Ok(diesel::update(meeting_questions::table.filter(own))
        .set((meeting_questions::version.eq(meeting_questions::version + 1), meeting_questions::updated_at.eq(now)))
        .returning((meeting_questions::id, meeting_questions::version))
        .get_results(&mut conn)
        .await?)
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: MeetingQuestionId) -> ApiResult<MeetingQuestionRow> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::id.eq(id));
    let live = meeting_questions::meeting_id.eq_any(meetings::live_ids(workspace));
    Ok(MeetingQuestionRow::query().filter(own.and(live)).first(&mut conn).await?)
}

/// Those of these questions that are there.
pub async fn find_many(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[MeetingQuestionId],
) -> ApiResult<Vec<MeetingQuestionRow>> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::id.eq_any(ids));
    let live = meeting_questions::meeting_id.eq_any(meetings::live_ids(workspace));
    Ok(MeetingQuestionRow::query().filter(own.and(live)).load(&mut conn).await?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: MeetingQuestionId) -> ApiResult<MeetingQuestionRow> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::id.eq(id));
    Ok(MeetingQuestionRow::query().filter(own).for_update().first(&mut conn).await?)
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: MeetingQuestionId) -> ApiResult<()> {
    diesel::delete(meeting_questions::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Removes those of a meeting.
pub async fn delete_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meeting: MeetingId,
) -> ApiResult<Vec<(MeetingQuestionId, i32)>> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::meeting_id.eq(meeting));
    let gone = diesel::delete(meeting_questions::table.filter(own));
    Ok(gone.returning((meeting_questions::id, meeting_questions::version)).get_results(&mut conn).await?)
}

/// How many a meeting has, and the last place among them.
pub async fn last(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<(i64, Option<i16>)> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::meeting_id.eq(meeting));
    let columns = (count(meeting_questions::id), max(meeting_questions::position));
    Ok(meeting_questions::table.filter(own).select(columns).first(&mut conn).await?)
}

/// Those of these meetings, each meeting's in their order.
pub async fn of_meetings(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[MeetingId],
) -> ApiResult<Vec<MeetingQuestionRow>> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::meeting_id.eq_any(ids));
    let ordered = (meeting_questions::meeting_id, meeting_questions::position, meeting_questions::id);
    Ok(MeetingQuestionRow::query().filter(own).order(ordered).load(&mut conn).await?)
}

/// Those that serve these goals, in the order in which they were written.
pub async fn of_goals(
    mut conn: &Conn,
    workspace: WorkspaceId,
    goals: &[GoalId],
    most: i64,
) -> ApiResult<Vec<MeetingQuestionRow>> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::goal_id.eq_any(goals));
    let live = meeting_questions::meeting_id.eq_any(meetings::live_ids(workspace));
    let rows = MeetingQuestionRow::query().filter(own.and(live)).order(meeting_questions::id);
    Ok(rows.limit(most).load(&mut conn).await?)
}

/// Lets go of a goal; gives the questions that served it, with their versions.
pub async fn release(
    mut conn: &Conn,
    workspace: WorkspaceId,
    goal: GoalId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(MeetingQuestionId, i32)>> {
    let serving = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::goal_id.eq(goal));
    Ok(diesel::update(meeting_questions::table.filter(serving))
        .set((
            meeting_questions::goal_id.eq(None::<GoalId>),
            meeting_questions::version.eq(meeting_questions::version + 1),
            meeting_questions::updated_at.eq(now),
        ))
        .returning((meeting_questions::id, meeting_questions::version))
        .get_results(&mut conn)
        .await?)
}

/// How often each of these questions was asked, and how its answers were rated.
pub async fn usage(mut conn: &Conn, workspace: WorkspaceId, ids: &[QuestionId]) -> ApiResult<Vec<(QuestionId, Usage)>> {
    let own = meeting_questions::workspace_id.eq(workspace).and(meeting_questions::question_id.eq_any(ids));
    let (asked, rated) = (count(meeting_questions::asked_at), count(meeting_questions::usefulness));
    let rows: Vec<(Option<QuestionId>, i64, i64, Option<i64>)> = meeting_questions::table
        .filter(own)
        .group_by(meeting_questions::question_id)
        .select((meeting_questions::question_id, asked, rated, sum(meeting_questions::usefulness)))
        .load(&mut conn)
        .await?;
    let usage = |(id, asked, rated, sum): (Option<QuestionId>, _, _, Option<i64>)| {
        Some((id?, Usage { asked, rated, sum: sum.unwrap_or(0) }))
    };
    Ok(rows.into_iter().filter_map(usage).collect())
}

/// Those that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<MeetingQuestionRow>> {
    let own = MeetingQuestionRow::query().filter(meeting_questions::workspace_id.eq(workspace)).into_boxed();
    let rows = keyset!(own, false, meeting_questions::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<MeetingQuestionRow>> {
    let own = meeting_questions::workspace_id.eq(workspace);
    let live = meeting_questions::meeting_id.eq_any(meetings::live_ids(workspace));
    let mut rows = MeetingQuestionRow::query().filter(own.and(live)).into_boxed();
    if !query.meeting_id.is_empty() {
        rows = rows.filter(meeting_questions::meeting_id.eq_any(&query.meeting_id));
    }
    if !query.goal_id.is_empty() {
        rows = rows.filter(meeting_questions::goal_id.eq_any(&query.goal_id));
    }
    if let Some(asked) = query.asked {
        rows = rows.filter(meeting_questions::asked_at.is_not_null().eq(asked));
    }
    let from = from.and_then(|from| Some((from.number?, from.id)));
    rows = keyset!(rows, false, meeting_questions::position, meeting_questions::id, from);
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "meeting_questions",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "meeting_id",
        "question_id",
        "goal_id",
        "text",
        "position",
        "asked_at",
        "answered_at",
        "answer",
        "usefulness",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[meetings::LINK, Link::to("goal_id", "goals")],
    created: Some(Kind::MeetingQuestionCreated),
    ..Table::NONE
};
