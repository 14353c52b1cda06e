//! What can be done with a question of a meeting, inside the caller's transaction.
use std::collections::HashMap;

use serde_json::Value;

use super::model::{
    AnswerInput, AskInput, LiveQuestion, MeetingQuestion, MeetingQuestionId, MeetingQuestionInput, MeetingQuestionRow,
    Usage,
};
use super::store;
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::goals::{self, GoalId};
use crate::http::limits::MEETING_QUESTIONS;
use crate::http::{IfMatch, Patch};
use crate::meetings::{self, MeetingId};
use crate::questions::{self, QuestionId};
use crate::text::filled;
use crate::{agendas, fields, insights};

pub const RESOURCE: &str = "meeting_question";

pub async fn create(tx: &mut Tx<'_>, id: MeetingQuestionId, input: MeetingQuestionInput) -> ApiResult<MeetingQuestion> {
    let mut faults = Vec::new();
    if !meetings::stays(tx, input.meeting_id).await? {
        faults.push(Fault::field("/meeting_id", "not_found", "is not a meeting of this workspace"));
    }
    let (count, last) = store::last(tx.conn, tx.workspace, input.meeting_id).await?;
    if count >= MEETING_QUESTIONS {
        let detail = format!("a meeting may have {MEETING_QUESTIONS} questions");
        faults.push(Fault::field("/meeting_id", "too_many", detail));
    }
    let text = check(tx, &input, None, &mut faults).await?;
    ApiError::check(faults)?;
    let position = input.position.unwrap_or_else(|| last.map_or(1, |last| last.saturating_add(1).min(1000)));
    let row = MeetingQuestionRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        meeting_id: input.meeting_id,
        question_id: input.question_id,
        goal_id: input.goal_id,
        text,
        position,
        asked_at: None,
        answered_at: None,
        answer: filled(input.answer),
        usefulness: input.usefulness,
    };
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::MeetingQuestionCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// Everything that does not fit, and the text: that of the question, unless the seeker puts it another way.
async fn check(
    tx: &mut Tx<'_>,
    input: &MeetingQuestionInput,
    before: Option<&MeetingQuestionRow>,
    faults: &mut Vec<Fault>,
) -> ApiResult<String> {
    let mut text = filled(input.text.clone());
    if let Some(id) = input.question_id.filter(|id| before.is_none_or(|row| row.question_id != Some(*id))) {
        match questions::text(tx.conn, tx.workspace, id).await? {
            Some(known) => text = text.or(Some(known)),
            None => faults.push(Fault::field("/question_id", "not_found", "is not a question of the bank or your own")),
        }
    }
    if text.is_none() && input.question_id.is_none() {
        faults.push(Fault::field("/text", "required", "is needed where no `question_id` says what to ask"));
    }
    if let Some(goal) = input.goal_id.filter(|id| before.is_none_or(|row| row.goal_id != Some(*id)))
        && !goals::serves(tx, goal, input.meeting_id).await?
    {
        faults.push(Fault::field("/goal_id", "not_found", "is not a goal of this meeting or of the search"));
    }
    Ok(text.or_else(|| before.map(|row| row.text.clone())).unwrap_or_default())
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: MeetingQuestionId,
    if_match: &IfMatch,
    patch: &Patch<MeetingQuestionInput>,
) -> ApiResult<MeetingQuestion> {
    let before = live(tx, id, if_match).await?;
    let input = patch.apply(&MeetingQuestion::from(before.clone()).into())?;
    let mut faults = Vec::new();
    if input.meeting_id != before.meeting_id {
        faults.push(Fault::field("/meeting_id", "not_allowed", "cannot change: write another question"));
    }
    let text = check(tx, &input, Some(&before), &mut faults).await?;
    ApiError::check(faults)?;
    let after = MeetingQuestionRow {
        question_id: input.question_id,
        goal_id: input.goal_id,
        text,
        position: input.position.unwrap_or(before.position),
        answer: filled(input.answer),
        usefulness: input.usefulness,
        ..before.clone()
    };
    write(tx, before, after, Kind::MeetingQuestionUpdated).await
}

pub async fn ask(
    tx: &mut Tx<'_>,
    id: MeetingQuestionId,
    if_match: &IfMatch,
    input: AskInput,
) -> ApiResult<LiveQuestion> {
    let before = live(tx, id, if_match).await?;
    let asked_at = Some(meetings::stamp(input.asked_at.or(before.asked_at), tx.now, "/asked_at")?);
    if before.answered_at.is_some() && asked_at > before.answered_at {
        return Err(ApiError::field("/asked_at", "out_of_range", "must not be later than `answered_at`"));
    }
    let after = MeetingQuestionRow { asked_at, ..before.clone() };
    live_write(tx, before, after, Kind::MeetingQuestionAsked).await
}

/// What was answered was asked.
pub async fn answer(
    tx: &mut Tx<'_>,
    id: MeetingQuestionId,
    if_match: &IfMatch,
    input: AnswerInput,
) -> ApiResult<LiveQuestion> {
    let before = live(tx, id, if_match).await?;
    let at = meetings::stamp(input.answered_at.or(before.answered_at), tx.now, "/answered_at")?;
    let at = match before.asked_at {
        Some(asked_at) if input.answered_at.is_some() && at < asked_at => {
            return Err(ApiError::field("/answered_at", "out_of_range", "must not be earlier than `asked_at`"));
        }
        // The clock of whoever asked may be a little ahead.
        asked_at => asked_at.map_or(at, |asked_at| at.max(asked_at)),
    };
    let after = MeetingQuestionRow {
        asked_at: before.asked_at.or(Some(at)),
        answered_at: Some(at),
        answer: filled(input.answer).or_else(|| before.answer.clone()),
        usefulness: input.usefulness.or(before.usefulness),
        ..before.clone()
    };
    live_write(tx, before, after, Kind::MeetingQuestionAnswered).await
}

/// As [`write`], and says how much time the meeting has left.
async fn live_write(
    tx: &mut Tx<'_>,
    before: MeetingQuestionRow,
    after: MeetingQuestionRow,
    kind: Kind,
) -> ApiResult<LiveQuestion> {
    let (meeting, version) = (before.meeting_id, before.version);
    let question = write(tx, before, after, kind).await?;
    let clock = meetings::clock(tx.conn, tx.workspace, meeting, tx.now).await?;
    if question.version != version {
        tx.detail(fields::store(&clock));
        if let Some(id) = question.question_id {
            questions::counted(tx, id).await?;
        }
    }
    Ok(LiveQuestion { question, clock })
}

/// Writes `after` over the locked row; a change of nothing leaves the version as it is.
async fn write(
    tx: &mut Tx<'_>,
    before: MeetingQuestionRow,
    after: MeetingQuestionRow,
    kind: Kind,
) -> ApiResult<MeetingQuestion> {
    let changed = fields::changed(&MeetingQuestion::from(before.clone()), &MeetingQuestion::from(after.clone()));
    if changed.is_empty() {
        return Ok(before.into());
    }
    let after = MeetingQuestionRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    tx.record(kind, after.id, after.version, changed);
    Ok(after.into())
}

/// These meetings went to the trash, or came back, and their questions with them.
pub async fn meetings_moved(tx: &mut Tx<'_>, meetings: &[MeetingId], kind: Kind) -> ApiResult<()> {
    for (id, version) in store::renew(tx.conn, tx.workspace, meetings, tx.now).await? {
        tx.record(kind, id, version, Vec::new());
    }
    Ok(())
}

/// For good: it is a line of a meeting.
pub async fn delete(tx: &mut Tx<'_>, id: MeetingQuestionId, if_match: &IfMatch) -> ApiResult<()> {
    let row = live(tx, id, if_match).await?;
    insights::question_struck(tx, id).await?;
    agendas::question_struck(tx, row.meeting_id, id).await?;
    store::delete(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::MeetingQuestionDeleted, id, row.version + 1, Vec::new());
    Ok(())
}

/// A goal goes for good; the questions that served it stay.
pub async fn goal_purged(tx: &mut Tx<'_>, goal: GoalId) -> ApiResult<()> {
    for (id, version) in store::release(tx.conn, tx.workspace, goal, tx.now).await? {
        tx.record(Kind::MeetingQuestionUpdated, id, version, vec!["goal_id".to_owned()]);
    }
    Ok(())
}

/// A meeting goes for good, and its questions with it.
pub async fn meeting_purged(tx: &mut Tx<'_>, meeting: MeetingId) -> ApiResult<()> {
    for (id, version) in store::delete_of(tx.conn, tx.workspace, meeting).await? {
        tx.record(Kind::MeetingQuestionPurged, id, version + 1, Vec::new());
    }
    Ok(())
}

/// Those of a meeting, in their order.
pub async fn of_meeting(conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Vec<MeetingQuestion>> {
    Ok(store::of_meetings(conn, workspace, &[meeting]).await?.into_iter().map(MeetingQuestion::from).collect())
}

/// Those that serve these goals, in the order in which they were written.
pub async fn of_goals(
    conn: &Conn,
    workspace: WorkspaceId,
    goals: &[GoalId],
    most: i64,
) -> ApiResult<Vec<MeetingQuestion>> {
    Ok(store::of_goals(conn, workspace, goals, most).await?.into_iter().map(MeetingQuestion::from).collect())
}

/// The question, if it is there.
pub async fn find(conn: &Conn, workspace: WorkspaceId, id: MeetingQuestionId) -> ApiResult<Option<MeetingQuestion>> {
    match store::find(conn, workspace, id).await {
        Err(error) if error.code == Code::NotFound => Ok(None),
        found => found.map(|row| Some(row.into())),
    }
}

/// What these ids of one person were asked, and what they answered.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let meetings = meetings::ids_with(conn, workspace, ids).await?;
    let rows = store::of_meetings(conn, workspace, &meetings).await?;
    Ok(fields::store(&rows.into_iter().map(MeetingQuestion::from).collect::<Vec<_>>()))
}

/// How often these questions were asked, and how useful that was.
pub async fn usage(conn: &Conn, workspace: WorkspaceId, ids: &[QuestionId]) -> ApiResult<HashMap<QuestionId, Usage>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store::usage(conn, workspace, ids).await?.into_iter().collect())
}

/// The question, locked until the end of the transaction. That of a meeting in the trash is not there.
async fn live(tx: &mut Tx<'_>, id: MeetingQuestionId, if_match: &IfMatch) -> ApiResult<MeetingQuestionRow> {
    let meeting = store::find(tx.conn, tx.workspace, id).await?.meeting_id;
    if !meetings::stays(tx, meeting).await? {
        return Err(ApiError::not_found());
    }
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    Ok(row)
}

/// Those of these questions that are there.
pub async fn read_many(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: &[MeetingQuestionId],
) -> ApiResult<Vec<MeetingQuestion>> {
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(MeetingQuestion::from).collect())
}
