//! What can be done with an insight, inside the caller's transaction. Its meeting is locked before it.
use serde_json::Value;
use uuid::Uuid;

use super::model::{Insight, InsightId, InsightInput, InsightRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::goals::{self, GoalId};
use crate::http::limits::INSIGHTS;
use crate::http::{IfMatch, Patch};
use crate::meeting_questions::{self, MeetingQuestionId};
use crate::meetings::{self, MeetingId};
use crate::text::filled;
use crate::{fields, trash};

pub const RESOURCE: &str = "insight";

pub async fn create(tx: &mut Tx<'_>, id: InsightId, input: InsightInput) -> ApiResult<Insight> {
    let mut faults = Vec::new();
    if !meetings::stays(tx, input.meeting_id).await? {
        faults.push(Fault::field("/meeting_id", "not_found", "is not a meeting of this workspace"));
    } else if store::count_of(tx.conn, tx.workspace, input.meeting_id).await? >= INSIGHTS {
        let detail = format!("a meeting may have {INSIGHTS} insights");
        faults.push(Fault::field("/meeting_id", "too_many", detail));
    }
    let goal_id = check(tx, &input, None, &mut faults).await?;
    ApiError::check(faults)?;
    let blank = InsightRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
        meeting_id: input.meeting_id,
        question_id: None,
        goal_id: None,
        topic: String::new(),
        stance: input.stance,
        confidence: input.confidence,
        text: String::new(),
        quote: None,
    };
    let row = blank.told(input, goal_id);
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::InsightCreated, id, 1, Vec::new());
    Ok(row.into())
}

impl InsightRow {
    /// With what can be written at any time.
    fn told(self, input: InsightInput, goal_id: Option<GoalId>) -> Self {
        Self {
            question_id: input.question_id,
            goal_id,
            topic: input.topic.split_whitespace().collect::<Vec<_>>().join(" "),
            stance: input.stance,
            confidence: input.confidence,
            text: input.text.trim().to_owned(),
            quote: filled(input.quote),
            ..self
        }
    }
}

/// Everything that does not fit, and the goal: that of the question, unless the seeker names one.
async fn check(
    tx: &mut Tx<'_>,
    input: &InsightInput,
    before: Option<&InsightRow>,
    faults: &mut Vec<Fault>,
) -> ApiResult<Option<GoalId>> {
    let mut goal_id = input.goal_id;
    if let Some(id) = input.question_id {
        let question = meeting_questions::find(tx.conn, tx.workspace, id).await?;
        let question = question.filter(|question| question.meeting_id == input.meeting_id);
        goal_id = goal_id.or(question.as_ref().and_then(|question| question.goal_id));
        if question.is_none() && before.is_none_or(|row| row.question_id != Some(id)) {
            faults.push(Fault::field("/question_id", "not_found", "is not a question of this meeting"));
        }
    }
    if let Some(goal) = input.goal_id.filter(|id| before.is_none_or(|row| row.goal_id != Some(*id)))
        && !goals::serves(tx, goal, input.meeting_id).await?
    {
        faults.push(Fault::field("/goal_id", "not_found", "is not a goal of this meeting or of the search"));
    }
    Ok(goal_id)
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: InsightId,
    if_match: &IfMatch,
    patch: &Patch<InsightInput>,
) -> ApiResult<Insight> {
    let before = live(tx, id, Some(if_match)).await?;
    let input = patch.apply(&Insight::from(before.clone()).into())?;
    write(tx, before, input).await
}

/// Writes all of what an insight says.
pub async fn rewrite(tx: &mut Tx<'_>, id: InsightId, input: InsightInput) -> ApiResult<Insight> {
    let before = live(tx, id, None).await?;
    write(tx, before, input).await
}

/// A change of nothing leaves the version as it is.
async fn write(tx: &mut Tx<'_>, before: InsightRow, input: InsightInput) -> ApiResult<Insight> {
    let mut faults = Vec::new();
    if input.meeting_id != before.meeting_id {
        faults.push(Fault::field("/meeting_id", "not_allowed", "cannot change: write another insight"));
    }
    let goal_id = check(tx, &input, Some(&before), &mut faults).await?;
    ApiError::check(faults)?;
    let after = before.clone().told(input, goal_id);
    let shown = Insight::from(before);
    let changed = fields::changed(&shown, &Insight::from(after.clone()));
    if changed.is_empty() {
        return Ok(shown);
    }
    let after = InsightRow { version: after.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    tx.record(Kind::InsightUpdated, after.id, after.version, changed);
    Ok(after.into())
}

/// These meetings went to the trash, or came back, and their insights with them.
pub async fn meetings_moved(tx: &mut Tx<'_>, meetings: &[MeetingId], kind: Kind) -> ApiResult<()> {
    for (id, version) in store::renew(tx.conn, tx.workspace, meetings, tx.now).await? {
        tx.record(kind, id, version, Vec::new());
    }
    Ok(())
}

pub async fn delete(tx: &mut Tx<'_>, id: InsightId, if_match: Option<&IfMatch>) -> ApiResult<()> {
    let row = live(tx, id, if_match).await?;
    let row = InsightRow { deleted_at: Some(tx.now), version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    let title = format!("{}: {}", row.topic, row.text);
    trash::put(tx, RESOURCE, id.into(), &title.chars().take(200).collect::<String>()).await?;
    tx.record(Kind::InsightDeleted, id, row.version, Vec::new());
    Ok(())
}

/// Takes it out of the trash again.
pub async fn restore(tx: &mut Tx<'_>, id: InsightId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
    let row = InsightRow { deleted_at: None, version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    tx.record(Kind::InsightRestored, id, row.version, Vec::new());
    Ok(())
}

/// Removes it for good, if it is still there: it may have gone with its meeting.
pub async fn purge(tx: &mut Tx<'_>, id: InsightId) -> ApiResult<()> {
    let Some(row) = store::lock(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::InsightPurged, id, row.version + 1, Vec::new());
    Ok(())
}

/// A meeting goes for good, and what was learned in it.
pub async fn meeting_purged(tx: &mut Tx<'_>, meeting: MeetingId) -> ApiResult<()> {
    let removed = store::purge_meeting(tx.conn, tx.workspace, meeting).await?;
    for (id, version) in &removed {
        tx.record(Kind::InsightPurged, *id, version + 1, Vec::new());
    }
    // Some of them may have lain there.
    trash::forget_many(tx, &removed.into_iter().map(|(id, _)| id.into()).collect::<Vec<_>>()).await
}

/// A goal goes for good; what serves it stays.
pub async fn goal_purged(tx: &mut Tx<'_>, goal: GoalId) -> ApiResult<()> {
    let released = store::release_goal(tx.conn, tx.workspace, goal, tx.now).await?;
    released.into_iter().for_each(|(id, version)| {
        tx.record(Kind::InsightUpdated, id, version, vec!["goal_id".to_owned()]);
    });
    Ok(())
}

/// A question is struck from its meeting; what was learned by it stays.
pub async fn question_struck(tx: &mut Tx<'_>, question: MeetingQuestionId) -> ApiResult<()> {
    let released = store::release_question(tx.conn, tx.workspace, question, tx.now).await?;
    released.into_iter().for_each(|(id, version)| {
        tx.record(Kind::InsightUpdated, id, version, vec!["question_id".to_owned()]);
    });
    Ok(())
}

pub async fn read(conn: &Conn, workspace: WorkspaceId, id: InsightId) -> ApiResult<Insight> {
    Ok(store::find(conn, workspace, id).await?.into())
}

/// What was learned in a meeting, in the order in which it was written.
pub async fn of_meeting(conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<Insight>> {
    of_meetings(conn, workspace, &[meeting]).await
}

/// As [`of_meeting`], of several.
pub async fn of_meetings(conn: &Conn, workspace: WorkspaceId, meetings: &[MeetingId]) -> ApiResult<Vec<Insight>> {
    Ok(store::of_meetings(conn, workspace, meetings).await?.into_iter().map(Insight::from).collect())
}

/// What was learned from these ids of one person.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let meetings = meetings::ids_with(conn, workspace, ids).await?;
    Ok(fields::store(&of_meetings(conn, workspace, &meetings).await?))
}

/// What was learned for any of these goals, or by any of these questions, in the order in which it was written.
pub async fn of_goals(
    conn: &Conn,
    workspace: WorkspaceId,
    goals: &[GoalId],
    questions: &[MeetingQuestionId],
    most: i64,
) -> ApiResult<Vec<Insight>> {
    let rows = store::of_goals(conn, workspace, goals, questions, most).await?;
    Ok(rows.into_iter().map(Insight::from).collect())
}

/// The insight, locked until the end of the transaction. That of a meeting in the trash is not there.
async fn live(tx: &mut Tx<'_>, id: InsightId, if_match: Option<&IfMatch>) -> ApiResult<InsightRow> {
    let meeting = store::find(tx.conn, tx.workspace, id).await?.meeting_id;
    if !meetings::stays(tx, meeting).await? {
        return Err(ApiError::not_found());
    }
    let row = store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_none());
    let row = row.ok_or_else(ApiError::not_found)?;
    if let Some(if_match) = if_match {
        if_match.check(row.version)?;
    }
    Ok(row)
}

/// Those of these insights that are not deleted.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[InsightId]) -> ApiResult<Vec<Insight>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    Ok(store::find_many(conn, workspace, &ids).await?.into_iter().map(Insight::from).collect())
}
