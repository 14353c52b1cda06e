//! What can be done with a goal, inside the caller's transaction.
use std::collections::HashMap;

use uuid::Uuid;

use super::model::{Goal, GoalId, GoalInput, GoalRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::http::{IfMatch, Patch};
use crate::meetings::{self, MeetingId};
use crate::text::filled;
use crate::{fields, insights, meeting_questions, trash};

pub const RESOURCE: &str = "goal";

pub async fn create(tx: &mut Tx<'_>, id: GoalId, input: GoalInput) -> ApiResult<Goal> {
    check(tx, id, &input, None).await?;
    let rank = match input.rank {
        Some(rank) => rank,
        None => next_rank(tx, input.meeting_id).await?,
    };
    let row = fresh(tx, id, rank, input);
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::GoalCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// The row of a new goal.
fn fresh(tx: &Tx<'_>, id: GoalId, rank: i16, input: GoalInput) -> GoalRow {
    let blank = GoalRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
        meeting_id: input.meeting_id,
        serves_id: None,
        text: String::new(),
        how_known: None,
        rank,
        outcome: None,
        outcome_note: None,
        outcome_at: None,
        decision: None,
        decided_at: None,
    };
    blank.told(tx, input)
}

/// Behind all that there are.
async fn next_rank(tx: &Tx<'_>, meeting: Option<MeetingId>) -> ApiResult<i16> {
    let last = store::last_rank(tx.conn, tx.workspace, meeting).await?;
    Ok(last.map_or(1, |last| last.saturating_add(1).min(1000)))
}

impl GoalRow {
    /// With what can be written at any time.
    fn told(self, tx: &Tx<'_>, input: GoalInput) -> Self {
        let (outcome, decision) = (input.outcome, filled(input.decision));
        let since = |said: bool, same: bool, before| if same { before } else { said.then_some(tx.now) };
        Self {
            serves_id: input.serves_id,
            text: input.text.trim().to_owned(),
            how_known: filled(input.how_known),
            rank: input.rank.unwrap_or(self.rank),
            outcome,
            outcome_note: filled(input.outcome_note),
            outcome_at: since(outcome.is_some(), outcome == self.outcome, self.outcome_at),
            decided_at: since(decision.is_some(), decision == self.decision, self.decided_at),
            decision,
            ..self
        }
    }
}

pub async fn patch(tx: &mut Tx<'_>, id: GoalId, if_match: &IfMatch, patch: &Patch<GoalInput>) -> ApiResult<Goal> {
    let before = live(tx, id, if_match).await?;
    let shown = Goal::from(before.clone());
    let input = patch.apply(&shown.clone().into())?;
    check(tx, id, &input, Some(&before)).await?;
    let after = before.clone().told(tx, input);
    let changed = fields::changed(&shown, &Goal::from(after.clone()));
    if changed.is_empty() {
        return Ok(shown);
    }
    let after = GoalRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    tx.record(Kind::GoalUpdated, id, after.version, changed);
    Ok(after.into())
}

async fn check(tx: &mut Tx<'_>, id: GoalId, input: &GoalInput, before: Option<&GoalRow>) -> ApiResult<()> {
    let mut faults = Vec::new();
    match before {
        Some(before) if before.meeting_id != input.meeting_id => {
            let detail = "cannot change: write another goal";
            faults.push(Fault::field("/meeting_id", "not_allowed", detail));
        }
        Some(_) => {}
        None => {
            if let Some(meeting) = input.meeting_id
                && !meetings::stays(tx, meeting).await?
            {
                faults.push(Fault::field("/meeting_id", "not_found", "is not a meeting of this workspace"));
            }
        }
    }
    if let Some(serves) = input.serves_id.filter(|serves| before.is_none_or(|row| row.serves_id != Some(*serves))) {
        if input.meeting_id.is_none() {
            let detail = "only a goal of a meeting serves one of the search";
            faults.push(Fault::field("/serves_id", "not_allowed", detail));
        } else {
            let served = store::lock(tx.conn, tx.workspace, serves).await?;
            let served = served.filter(|goal| goal.deleted_at.is_none() && goal.meeting_id.is_none() && goal.id != id);
            if served.is_none() {
                faults.push(Fault::field("/serves_id", "not_found", "is not a goal of the search"));
            }
        }
    }
    if input.outcome.is_none() && input.outcome_note.is_some() {
        let detail = "says why an outcome is what it is, and there is none";
        faults.push(Fault::field("/outcome_note", "not_allowed", detail));
    }
    ApiError::check(faults)
}

pub async fn delete(tx: &mut Tx<'_>, id: GoalId, if_match: &IfMatch) -> ApiResult<()> {
    let row = live(tx, id, if_match).await?;
    let row = GoalRow { deleted_at: Some(tx.now), version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    trash::put(tx, RESOURCE, id.into(), &row.text.chars().take(200).collect::<String>()).await?;
    tx.record(Kind::GoalDeleted, id, row.version, Vec::new());
    Ok(())
}

/// Takes it out of the trash again.
pub async fn restore(tx: &mut Tx<'_>, id: GoalId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
    let row = GoalRow { deleted_at: None, version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    tx.record(Kind::GoalRestored, id, row.version, Vec::new());
    Ok(())
}

/// Removes it for good, if it is still there: it may have gone with its meeting. What served it stays.
pub async fn purge(tx: &mut Tx<'_>, id: GoalId) -> ApiResult<()> {
    let Some(row) = store::lock(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    for (serving, version) in store::release(tx.conn, tx.workspace, id, tx.now).await? {
        tx.record(Kind::GoalUpdated, serving, version, vec!["serves_id".to_owned()]);
    }
    meeting_questions::goal_purged(tx, id).await?;
    insights::goal_purged(tx, id).await?;
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::GoalPurged, id, row.version + 1, Vec::new());
    Ok(())
}

/// A meeting goes for good, and its goals with it.
pub async fn meeting_purged(tx: &mut Tx<'_>, meeting: MeetingId) -> ApiResult<()> {
    let removed = store::purge_meeting(tx.conn, tx.workspace, meeting).await?;
    for (id, version) in &removed {
        tx.record(Kind::GoalPurged, *id, version + 1, Vec::new());
    }
    // Some of them may have lain there.
    trash::forget_many(tx, &removed.into_iter().map(|(id, _)| id.into()).collect::<Vec<_>>()).await
}

/// Whether a question of the meeting can serve the goal, which then stays until the end of the transaction.
pub async fn serves(tx: &mut Tx<'_>, id: GoalId, meeting: MeetingId) -> ApiResult<bool> {
    let row = store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_none());
    Ok(row.is_some_and(|row| row.meeting_id.is_none_or(|own| own == meeting)))
}

/// Those of these goals that are not deleted.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[GoalId]) -> ApiResult<Vec<Goal>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::find_many(conn, workspace, &ids).await?.into_iter().map(Goal::from).collect())
}

/// The goals that serve this one, the oldest first.
pub async fn serving(conn: &Conn, workspace: WorkspaceId, id: GoalId, most: i64) -> ApiResult<Vec<Goal>> {
    Ok(store::serving(conn, workspace, id, most).await?.into_iter().map(Goal::from).collect())
}

/// How important these goals are: 1 is the most.
pub async fn ranks(conn: &Conn, workspace: WorkspaceId, ids: &[GoalId]) -> ApiResult<HashMap<GoalId, i16>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    Ok(store::find_many(conn, workspace, &ids).await?.into_iter().map(|row| (row.id, row.rank)).collect())
}

/// The goal, locked until the end of the transaction.
async fn live(tx: &mut Tx<'_>, id: GoalId, if_match: &IfMatch) -> ApiResult<GoalRow> {
    let row = store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_none());
    let row = row.ok_or_else(ApiError::not_found)?;
    if let Some(meeting) = row.meeting_id
        && !meetings::is_there(tx.conn, tx.workspace, meeting).await?
    {
        return Err(ApiError::not_found());
    }
    if_match.check(row.version)?;
    Ok(row)
}

/// These meetings went to the trash, or came back, and their goals with them.
pub async fn meetings_moved(tx: &mut Tx<'_>, meetings: &[MeetingId], kind: Kind) -> ApiResult<()> {
    for (id, version) in store::renew(tx.conn, tx.workspace, meetings, tx.now).await? {
        tx.record(kind, id, version, Vec::new());
    }
    Ok(())
}
