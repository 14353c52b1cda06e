//! What can be done with an agenda, inside the caller's transaction.
use futures_util::try_join;

use super::fit::fit;
use super::model::{Agenda, AgendaFit, AgendaInput, AgendaItem, AgendaRow, FitInput, PresetInput, total};
use super::{presets, store};
use crate::changes::{Kind, Tx};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::goals::{self, GoalId};
use crate::http::IfMatch;
use crate::meeting_questions::{self, MeetingQuestion, MeetingQuestionId};
use crate::meetings::{self, MeetingId};

pub const RESOURCE: &str = "agenda";

pub async fn read(conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<Agenda> {
    let duration = meetings::duration(conn, workspace, meeting).await?;
    Ok(Agenda::new(meeting, store::find(conn, workspace, meeting).await?, duration))
}

/// By how many minutes the agenda of a meeting that lasts so long is too long for it.
pub async fn over(conn: &Conn, workspace: WorkspaceId, meeting: MeetingId, duration: i16) -> ApiResult<i32> {
    Ok(Agenda::new(meeting, store::find(conn, workspace, meeting).await?, duration).over_minutes)
}

/// The meeting's duration; its agenda is nobody else's to write until the end of the transaction.
async fn hold(tx: &mut Tx<'_>, meeting: MeetingId) -> ApiResult<i16> {
    if !meetings::stays(tx, meeting).await? {
        return Err(ApiError::not_found());
    }
    meetings::duration(tx.conn, tx.workspace, meeting).await
}

pub async fn put(tx: &mut Tx<'_>, meeting: MeetingId, if_match: &IfMatch, input: AgendaInput) -> ApiResult<Agenda> {
    let duration = hold(tx, meeting).await?;
    let questions = meeting_questions::of_meeting(tx.conn, tx.workspace, meeting).await?;
    let mut faults = check(&input.items, &questions);
    let over = total(&input.items) - i32::from(duration);
    if over > 0 {
        let detail = format!("takes {} minutes, {over} more than the meeting's {duration}", total(&input.items));
        faults.push(Fault::field("/items", "does_not_fit", detail));
    }
    ApiError::check(faults)?;
    write(tx, meeting, if_match, input.items, duration).await
}

pub async fn preset(tx: &mut Tx<'_>, meeting: MeetingId, if_match: &IfMatch, input: PresetInput) -> ApiResult<Agenda> {
    let duration = hold(tx, meeting).await?;
    let questions = meeting_questions::of_meeting(tx.conn, tx.workspace, meeting).await?;
    let ids: Vec<MeetingQuestionId> = questions.iter().map(|question| question.id).collect();
    let minutes = match input.minutes.or_else(|| presets::longest(duration)) {
        Some(minutes) if minutes <= duration => minutes,
        Some(minutes) => {
            let detail = format!("{minutes} minutes are more than the meeting's {duration}");
            return Err(ApiError::field("/minutes", "does_not_fit", detail));
        }
        None => {
            let detail = format!("no preset fits {duration} minutes");
            return Err(ApiError::field("/minutes", "does_not_fit", detail));
        }
    };
    let items = presets::preset(minutes, &ids);
    let items = items.ok_or_else(|| ApiError::field("/minutes", "not_allowed", "must be 15, 20 or 30"))?;
    write(tx, meeting, if_match, items, duration).await
}

/// Writes the items; a change of nothing leaves the version as it is.
async fn write(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    if_match: &IfMatch,
    items: Vec<AgendaItem>,
    duration: i16,
) -> ApiResult<Agenda> {
    let before = store::find(tx.conn, tx.workspace, meeting).await?;
    if_match.check(before.as_ref().map_or(0, |row| row.version))?;
    let row = match before {
        Some(before) if before.items.0 == items => return Ok(Agenda::new(meeting, Some(before), duration)),
        Some(before) => {
            let row = AgendaRow { version: before.version + 1, updated_at: tx.now, items: Json(items), ..before };
            store::update(tx.conn, &row).await?;
            row
        }
        None => {
            let row = AgendaRow {
                workspace_id: tx.workspace,
                meeting_id: meeting,
                version: 1,
                created_at: tx.now,
                updated_at: tx.now,
                items: Json(items),
            };
            store::insert(tx.conn, &row).await?;
            row
        }
    };
    tx.record(Kind::AgendaUpdated, meeting, row.version, vec!["items".to_owned()]);
    Ok(Agenda::new(meeting, Some(row), duration))
}

/// Questions must be the meeting's, and each stands once.
fn check(items: &[AgendaItem], questions: &[MeetingQuestion]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen: Vec<MeetingQuestionId> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        for (place, id) in item.question_ids.iter().enumerate() {
            let pointer = format!("/items/{at}/question_ids/{place}");
            if !questions.iter().any(|question| question.id == *id) {
                faults.push(Fault::field(pointer, "not_found", "is not a question of this meeting"));
            } else if seen.contains(id) {
                faults.push(Fault::field(pointer, "duplicate", "stands in the agenda already"));
            }
            seen.push(*id);
        }
    }
    faults
}

/// What to shorten and to drop of these items, or of the agenda, by the ranks of the goals that their questions serve.
pub async fn propose(conn: &Conn, workspace: WorkspaceId, meeting: MeetingId, input: FitInput) -> ApiResult<AgendaFit> {
    let (agenda, questions) =
        try_join!(read(conn, workspace, meeting), meeting_questions::of_meeting(conn, workspace, meeting))?;
    let given = input.items.is_some();
    let items = input.items.unwrap_or(agenda.items);
    if given {
        ApiError::check(check(&items, &questions))?;
    }
    let aims: Vec<GoalId> = questions.iter().filter_map(|question| question.goal_id).collect();
    let ranks = goals::ranks(conn, workspace, &aims).await?;
    let rank = |id: MeetingQuestionId| {
        let question = questions.iter().find(|question| question.id == id)?;
        ranks.get(&question.goal_id?).copied()
    };
    Ok(fit(&items, rank, input.duration_minutes.unwrap_or(agenda.duration_minutes)))
}

/// A question is struck from a meeting that the caller holds: it goes from its agenda, too.
pub async fn question_struck(tx: &mut Tx<'_>, meeting: MeetingId, question: MeetingQuestionId) -> ApiResult<()> {
    let Some(mut row) = store::find(tx.conn, tx.workspace, meeting).await? else { return Ok(()) };
    if !row.items.0.iter().any(|item| item.question_ids.contains(&question)) {
        return Ok(());
    }
    row.items.0.iter_mut().for_each(|item| item.question_ids.retain(|id| *id != question));
    row.version += 1;
    row.updated_at = tx.now;
    store::update(tx.conn, &row).await?;
    tx.record(Kind::AgendaUpdated, meeting, row.version, vec!["items".to_owned()]);
    Ok(())
}
