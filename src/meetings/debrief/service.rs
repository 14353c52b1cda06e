//! Reading and writing debriefs, the latter inside the caller's transaction.
use futures_util::try_join;
use uuid::Uuid;

use super::model::{Debrief, DebriefInput, DebriefInsight, DebriefRecord};
use super::{names, promises};
use crate::changes::{Kind, Tx};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::http::{IfMatch, Patch};
use crate::insights::{self, Insight};
use crate::meetings::model::{MeetingId, MeetingRow};
use crate::meetings::service::{Locked, live, shown, write};
use crate::meetings::words::MeetingState;
use crate::meetings::{settings, store};
use crate::text::filled;

pub async fn read(conn: &Conn, workspace: WorkspaceId, id: MeetingId) -> ApiResult<Debrief> {
    let row = store::find(conn, workspace, id).await?;
    show(conn, workspace, &row).await
}

/// The debrief of a meeting as the API shows it.
pub async fn show(conn: &Conn, workspace: WorkspaceId, row: &MeetingRow) -> ApiResult<Debrief> {
    let record = row.debrief.as_ref().map(|record| record.0.clone());
    let (written_at, updated_at) =
        (record.as_ref().map(|own| own.written_at), record.as_ref().map(|own| own.updated_at));
    let DebriefRecord { notes, thanks_for, next_step, usefulness, energy, follow_up_ids, introduction_ids, .. } =
        record.unwrap_or_default();
    let (insights, promises, names) = try_join!(
        insights::of_meeting(conn, workspace, row.id),
        promises::read(conn, workspace, &follow_up_ids),
        names::read(conn, workspace, &introduction_ids),
    )?;
    Ok(Debrief {
        meeting_id: row.id,
        version: row.version,
        written_at,
        updated_at,
        notes,
        thanks_for,
        next_step,
        usefulness,
        energy,
        insights,
        promises,
        names,
    })
}

pub async fn put(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch, input: DebriefInput) -> ApiResult<Debrief> {
    let locked = live(tx, id, if_match).await?;
    let before = show(tx.conn, tx.workspace, &locked.row).await?;
    note(tx, locked, before, input).await
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: MeetingId,
    if_match: &IfMatch,
    patch: &Patch<DebriefInput>,
) -> ApiResult<Debrief> {
    let locked = live(tx, id, if_match).await?;
    let before = show(tx.conn, tx.workspace, &locked.row).await?;
    let input = patch.apply_ruled(&before.clone().into(), |_| ())?;
    note(tx, locked, before, input).await
}

/// Writes what was noted; the same once more changes nothing.
async fn note(tx: &mut Tx<'_>, locked: Locked, before: Debrief, input: DebriefInput) -> ApiResult<Debrief> {
    let Locked { mut row, with } = locked;
    if row.state != MeetingState::Completed && row.started_at.is_none() {
        let detail =
            format!("a meeting that is `{}` has nothing to note yet: `start` or `complete` it", row.state.name());
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    let preferences = settings::preferences(tx.conn, tx.workspace).await?;
    let told = shown(tx, row.clone(), &with, &preferences).await?;
    let record = row.debrief.take().map(|record| record.0);
    let known = record.clone().unwrap_or_default();
    let DebriefInput { notes, thanks_for, next_step, usefulness, energy, insights, promises, names } = input;
    learn(tx, row.id, &before.insights, insights).await?;
    let follow_up_ids = promises::write(tx, row.id, &with, &known.follow_up_ids, promises).await?;
    let introduction_ids = names::write(tx, row.id, &with, &known.introduction_ids, names).await?;
    let fresh = DebriefRecord {
        written_at: record.as_ref().map_or(tx.now, |record| record.written_at),
        updated_at: record.as_ref().map_or(tx.now, |record| record.updated_at),
        notes: filled(notes),
        thanks_for: filled(thanks_for),
        next_step: filled(next_step),
        usefulness,
        energy,
        follow_up_ids,
        introduction_ids,
    };
    row.debrief = Some(Json(fresh));
    let after = show(tx.conn, tx.workspace, &row).await?;
    if record.is_some() && fields::changed(&before, &after).is_empty() {
        return Ok(after);
    }
    if let Some(record) = &mut row.debrief {
        record.0.updated_at = tx.now;
    }
    let meeting = write(tx, row, &with, &preferences, Kind::MeetingDebriefed, told).await?;
    Ok(Debrief { version: meeting.version, updated_at: Some(tx.now), ..after })
}

/// Makes the insights of a meeting say what the debrief does.
async fn learn(tx: &mut Tx<'_>, meeting: MeetingId, known: &[Insight], wanted: Vec<DebriefInsight>) -> ApiResult<()> {
    let mut left: Vec<&Insight> = known.iter().collect();
    let mut faults = Vec::new();
    let mut matched = Vec::with_capacity(wanted.len());
    for (at, one) in wanted.into_iter().enumerate() {
        let same = |insight: &&Insight| match one.id {
            Some(id) => insight.id == id,
            None => insight.text == one.text.trim() && insight.topic.to_lowercase() == one.topic.trim().to_lowercase(),
        };
        let before = left.iter().position(same).map(|place| left.remove(place));
        if one.id.is_some() && before.is_none() {
            let detail = "is not an insight of this meeting, or named twice";
            faults.push(Fault::field(format!("/insights/{at}/id"), "not_found", detail));
        }
        matched.push((before, one));
    }
    ApiError::check(faults)?;
    // These first: a meeting has so many at most.
    for gone in left {
        insights::delete(tx, gone.id, None).await?;
    }
    for (at, (before, one)) in matched.into_iter().enumerate() {
        let below = |error: ApiError| error.below(&format!("/insights/{at}"));
        match before {
            Some(insight) => insights::rewrite(tx, insight.id, one.of(meeting)).await.map_err(below)?,
            None => insights::create(tx, Uuid::now_v7().into(), one.of(meeting)).await.map_err(below)?,
        };
    }
    Ok(())
}
