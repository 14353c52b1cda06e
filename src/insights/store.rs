//! Every statement about insights, each within one workspace.
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{InsightId, InsightRow};
use super::query::{By, ListQuery};
use super::search::words;
use crate::changes::Kind;
use crate::db::full_text::Vector;
use crate::db::schema::{insights, meeting_contacts};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::{Link, Table};
use crate::goals::GoalId;
use crate::meeting_questions::MeetingQuestionId;
use crate::meetings::{self, MeetingId};
use crate::search;
use crate::sort::{Order, Position, keyset};

/// The row with what is derived from it.
fn written(row: &InsightRow) -> (&InsightRow, diesel::dsl::Eq<insights::search_words, Vector>) {
    (row, insights::search_words.eq(words(row)))
}

pub async fn insert(mut conn: &Conn, row: &InsightRow) -> ApiResult<()> {
    diesel::insert_into(insights::table).values(written(row)).execute(&mut conn).await?;
    Ok(())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &InsightRow) -> ApiResult<()> {
    let own = insights::table.find((row.workspace_id, row.id));
    diesel::update(own).set((row, insights::search_words.eq(words(row)))).execute(&mut conn).await?;
    Ok(())
}

/// Makes those of these meetings a new version, and gives them.
pub async fn renew(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meetings: &[MeetingId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(InsightId, i32)>> {
    let own = insights::workspace_id
        .eq(workspace)
        .and(insights::meeting_id.eq_any(meetings).and(insights::deleted_at.is_null()));
    Ok(diesel::update(insights::table.filter(own))
        .set((insights::version.eq(insights::version + 1), insights::updated_at.eq(now)))
        .returning((insights::id, insights::version))
        .get_results(&mut conn)
        .await?)
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: InsightId) -> ApiResult<InsightRow> {
    let own = insights::workspace_id.eq(workspace).and(insights::id.eq(id)).and(insights::deleted_at.is_null());
    let live = insights::meeting_id.eq_any(meetings::live_ids(workspace));
    Ok(InsightRow::query().filter(own.and(live)).first(&mut conn).await?)
}

/// Those with these ids that are not deleted.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<InsightRow>> {
    let own = insights::workspace_id.eq(workspace).and(insights::id.eq_any(ids)).and(insights::deleted_at.is_null());
    let live = insights::meeting_id.eq_any(meetings::live_ids(workspace));
    Ok(InsightRow::query().filter(own.and(live)).load(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: InsightId) -> ApiResult<Option<InsightRow>> {
    let own = insights::workspace_id.eq(workspace).and(insights::id.eq(id));
    Ok(InsightRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// How many a meeting has.
pub async fn count_of(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<i64> {
    let own = insights::workspace_id.eq(workspace).and(insights::meeting_id.eq(meeting));
    let live = insights::table.filter(own.and(insights::deleted_at.is_null()));
    Ok(live.select(count_star()).first(&mut conn).await?)
}

/// What was learned in these meetings, in the order in which it was written.
pub async fn of_meetings(mut conn: &Conn, workspace: WorkspaceId, ids: &[MeetingId]) -> ApiResult<Vec<InsightRow>> {
    let own = insights::workspace_id.eq(workspace).and(insights::meeting_id.eq_any(ids));
    let live = InsightRow::query().filter(own.and(insights::deleted_at.is_null()));
    Ok(live.order(insights::id).load(&mut conn).await?)
}

/// What was learned for any of these goals, or by any of these questions, in the order in which it was written.
pub async fn of_goals(
    mut conn: &Conn,
    workspace: WorkspaceId,
    goals: &[GoalId],
    questions: &[MeetingQuestionId],
    most: i64,
) -> ApiResult<Vec<InsightRow>> {
    let own = insights::workspace_id.eq(workspace).and(insights::deleted_at.is_null());
    let wanted = insights::goal_id.eq_any(goals).or(insights::question_id.eq_any(questions)).assume_not_null();
    let live = insights::meeting_id.eq_any(meetings::live_ids(workspace));
    let rows = InsightRow::query().filter(own.and(live)).filter(wanted);
    Ok(rows.order(insights::id).limit(most).load(&mut conn).await?)
}

/// Lets go of a goal; gives what served it, with its versions.
pub async fn release_goal(
    mut conn: &Conn,
    workspace: WorkspaceId,
    goal: GoalId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(InsightId, i32)>> {
    let own = insights::table.filter(insights::workspace_id.eq(workspace).and(insights::goal_id.eq(goal)));
    let written = (insights::version.eq(insights::version + 1), insights::updated_at.eq(now));
    let released = diesel::update(own).set((insights::goal_id.eq(None::<GoalId>), written));
    Ok(released.returning((insights::id, insights::version)).get_results(&mut conn).await?)
}

/// Lets go of a question; gives what was learned by it, with its versions.
pub async fn release_question(
    mut conn: &Conn,
    workspace: WorkspaceId,
    question: MeetingQuestionId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(InsightId, i32)>> {
    let own = insights::table.filter(insights::workspace_id.eq(workspace).and(insights::question_id.eq(question)));
    let written = (insights::version.eq(insights::version + 1), insights::updated_at.eq(now));
    let released = diesel::update(own).set((insights::question_id.eq(None::<MeetingQuestionId>), written));
    Ok(released.returning((insights::id, insights::version)).get_results(&mut conn).await?)
}

pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: InsightId) -> ApiResult<()> {
    diesel::delete(insights::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Removes what was learned in a meeting, deleted or not; says what, with its versions.
pub async fn purge_meeting(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meeting: MeetingId,
) -> ApiResult<Vec<(InsightId, i32)>> {
    let own = insights::workspace_id.eq(workspace).and(insights::meeting_id.eq(meeting));
    let removed = diesel::delete(insights::table.filter(own)).returning((insights::id, insights::version));
    Ok(removed.get_results(&mut conn).await?)
}

/// Renews what a search finds of these insights by. Whoever holds one of them writes it anew.
pub async fn reindex(mut conn: &Conn, workspace: WorkspaceId, ids: &[InsightId]) -> ApiResult<()> {
    let wanted = insights::workspace_id.eq(workspace).and(insights::id.eq_any(ids));
    let rows = InsightRow::query().filter(wanted).for_update().skip_locked().load(&mut conn).await?;
    let words = rows.iter().map(|row| (row.id.into(), words(row)));
    search::keep(conn, workspace, "insights", words).await
}

/// Insights that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<InsightRow>> {
    let live = insights::workspace_id.eq(workspace).and(insights::deleted_at.is_null());
    let rows = keyset!(InsightRow::query().filter(live).into_boxed(), false, insights::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<InsightRow>> {
    let own = insights::workspace_id.eq(workspace).and(insights::deleted_at.is_null());
    let live = insights::meeting_id.eq_any(meetings::live_ids(workspace));
    let mut rows = InsightRow::query().filter(own.and(live)).into_boxed();
    if !query.meeting_id.is_empty() {
        rows = rows.filter(insights::meeting_id.eq_any(&query.meeting_id));
    }
    if !query.contact_id.is_empty() {
        let theirs = meeting_contacts::table
            .filter(meeting_contacts::workspace_id.eq(workspace))
            .filter(meeting_contacts::meeting_id.eq(insights::meeting_id))
            .filter(meeting_contacts::contact_id.eq_any(&query.contact_id));
        rows = rows.filter(exists(theirs));
    }
    if !query.goal_id.is_empty() {
        rows = rows.filter(insights::goal_id.eq_any(&query.goal_id));
    }
    if !query.question_id.is_empty() {
        rows = rows.filter(insights::question_id.eq_any(&query.question_id));
    }
    if !query.topic.is_empty() {
        let wanted: Vec<String> = query.topic.iter().map(|topic| topic.to_lowercase()).collect();
        rows = rows.filter(inroad_lower(insights::topic).eq_any(wanted));
    }
    if !query.stance.is_empty() {
        rows = rows.filter(insights::stance.eq_any(&query.stance));
    }
    if !query.confidence.is_empty() {
        rows = rows.filter(insights::confidence.eq_any(&query.confidence));
    }
    if let Some(after) = query.updated_after {
        rows = rows.filter(insights::updated_at.gt(after));
    }
    if let Some(before) = query.updated_before {
        rows = rows.filter(insights::updated_at.lt(before));
    }
    let Order { by, descending } = query.sort.order();
    rows = match by {
        By::Created => keyset!(rows, descending, insights::id, from.map(|from| from.id)),
        By::Updated => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, insights::updated_at, insights::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

diesel::define_sql_function! {
    /// In lower case, as the index over topics has them.
    fn inroad_lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "insights",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "meeting_id",
        "question_id",
        "goal_id",
        "topic",
        "stance",
        "confidence",
        "text",
        "quote",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[meetings::LINK, Link::to("goal_id", "goals")],
    taken: "t.deleted_at IS NULL",
    created: Some(Kind::InsightCreated),
    ..Table::NONE
};
