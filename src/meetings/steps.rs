//! What can happen to a meeting, inside the caller's transaction.
use std::collections::HashMap;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::api::{CancelInput, ConfirmInput, Meeting, NoShowInput, ReconfirmInput, RescheduleInput};
use super::model::{MeetingId, MeetingRow};
use super::service::{Locked, live, shown, write};
use super::settings::{self, MeetingSettingsInput};
use super::time;
use super::words::{MeetingParty, MeetingState, MeetingStepKind};
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId, Stage, Touch};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::IfMatch;
use crate::text::filled;

/// How far the clocks of clients may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// How long before its time a meeting may have taken place.
const EARLY: TimeDelta = TimeDelta::hours(1);

pub async fn confirm(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch, input: ConfirmInput) -> ApiResult<Meeting> {
    let Locked { mut row, with } = live(tx, id, if_match).await?;
    row.state.go(MeetingState::Confirmed)?;
    has_time(&row)?;
    let (preferences, before) = look(tx, &row, &with).await?;
    row.state = MeetingState::Confirmed;
    row.allow_overlap = input.allow_overlap.unwrap_or(row.allow_overlap);
    row.sequence += 1;
    row.step(MeetingStepKind::Confirmed, tx.now, None, None)?;
    let told = write(tx, row, &with, &preferences, Kind::MeetingConfirmed, before).await?;
    touch(tx, &with, Stage::Scheduled, tx.now).await?;
    Ok(told)
}

pub async fn reconfirm(
    tx: &mut Tx<'_>,
    id: MeetingId,
    if_match: &IfMatch,
    input: ReconfirmInput,
) -> ApiResult<Meeting> {
    let Locked { mut row, with } = live(tx, id, if_match).await?;
    if row.state != MeetingState::Confirmed {
        let detail = format!("a meeting that is `{}` cannot be confirmed again: confirm it first", row.state.name());
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    let at = match input.reconfirmed_at {
        Some(at) if at > tx.now + AHEAD => {
            return Err(ApiError::field("/reconfirmed_at", "out_of_range", "must not be to come"));
        }
        Some(at) => at.trunc_subsecs(6),
        None => tx.now,
    };
    let (preferences, before) = look(tx, &row, &with).await?;
    row.reconfirmed_at = Some(at);
    row.step(MeetingStepKind::Reconfirmed, at, Some(MeetingParty::Contact), None)?;
    let told = write(tx, row, &with, &preferences, Kind::MeetingUpdated, before).await?;
    touch(tx, &with, Stage::Scheduled, at).await?;
    Ok(told)
}

pub async fn reschedule(
    tx: &mut Tx<'_>,
    id: MeetingId,
    if_match: &IfMatch,
    input: RescheduleInput,
) -> ApiResult<Meeting> {
    let Locked { mut row, with } = live(tx, id, if_match).await?;
    let confirmed = input.confirmed.unwrap_or(row.state == MeetingState::Confirmed);
    let to = if confirmed { MeetingState::Confirmed } else { MeetingState::Proposed };
    if to != row.state {
        row.state.go(to)?;
    }
    let mut faults = Vec::new();
    let starts_at = time::start(input.starts_at, input.starts_local.as_ref(), &mut faults);
    match starts_at {
        Some(at) => time::check_range(at, tx.now, &mut faults),
        None if faults.is_empty() => {
            faults.push(Fault::field("/starts_at", "required", "is needed, or `starts_local`"));
        }
        None => {}
    }
    ApiError::check(faults)?;
    let (preferences, before) = look(tx, &row, &with).await?;
    row.starts_at = starts_at;
    row.duration_minutes = input.duration_minutes.unwrap_or(row.duration_minutes);
    row.allow_overlap = input.allow_overlap.unwrap_or(row.allow_overlap);
    row.set_busy(preferences.travel(row.medium));
    row.reconfirmed_at = None;
    row.unstart();
    row.sequence += 1;
    row.step(MeetingStepKind::Rescheduled, tx.now, input.by, filled(input.reason))?;
    let newly_confirmed = confirmed && row.state != to;
    row.state = to;
    if newly_confirmed {
        row.step(MeetingStepKind::Confirmed, tx.now, None, None)?;
    }
    let told = write(tx, row, &with, &preferences, Kind::MeetingRescheduled, before).await?;
    if newly_confirmed {
        touch(tx, &with, Stage::Scheduled, tx.now).await?;
    }
    Ok(told)
}

pub async fn complete(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch) -> ApiResult<Meeting> {
    let Locked { mut row, with } = live(tx, id, if_match).await?;
    row.state.go(MeetingState::Completed)?;
    let starts_at = match row.started_at {
        Some(at) => at,
        None => is_over(&row, tx.now + EARLY)?,
    };
    let (preferences, before) = look(tx, &row, &with).await?;
    row.state = MeetingState::Completed;
    row.finished_at = row.started_at.map(|at| at.max(tx.now));
    row.step(MeetingStepKind::Completed, tx.now, None, None)?;
    let told = write(tx, row, &with, &preferences, Kind::MeetingCompleted, before).await?;
    touch(tx, &with, Stage::Met, starts_at.min(tx.now)).await?;
    Ok(told)
}

pub async fn cancel(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch, input: CancelInput) -> ApiResult<Meeting> {
    let Locked { mut row, with } = live(tx, id, if_match).await?;
    row.state.go(MeetingState::Cancelled)?;
    let (preferences, before) = look(tx, &row, &with).await?;
    row.state = MeetingState::Cancelled;
    row.unstart();
    row.sequence += 1;
    row.step(MeetingStepKind::Cancelled, tx.now, input.by, filled(input.reason))?;
    write(tx, row, &with, &preferences, Kind::MeetingCancelled, before).await
}

pub async fn no_show(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch, input: NoShowInput) -> ApiResult<Meeting> {
    let Locked { mut row, with } = live(tx, id, if_match).await?;
    row.state.go(MeetingState::NoShow)?;
    is_over(&row, tx.now)?;
    let (preferences, before) = look(tx, &row, &with).await?;
    row.state = MeetingState::NoShow;
    row.unstart();
    row.step(MeetingStepKind::NoShow, tx.now, Some(input.by), filled(input.reason))?;
    write(tx, row, &with, &preferences, Kind::MeetingNotAttended, before).await
}

/// The settings, held, and the meeting as it was.
pub async fn look(tx: &mut Tx<'_>, row: &MeetingRow, with: &[ContactId]) -> ApiResult<(MeetingSettingsInput, Meeting)> {
    let preferences = settings::hold(tx).await?;
    let before = shown(tx, row.clone(), with, &preferences).await?;
    Ok((preferences, before))
}

fn has_time(row: &MeetingRow) -> ApiResult<DateTime<Utc>> {
    let detail = "the meeting has no time yet: `reschedule` it to one";
    row.starts_at.ok_or_else(|| ApiError::new(Code::ImpossibleTransition, detail))
}

fn is_over(row: &MeetingRow, now: DateTime<Utc>) -> ApiResult<DateTime<Utc>> {
    let starts_at = has_time(row)?;
    if starts_at > now {
        let detail = format!("the meeting begins only at {}", time::told(starts_at));
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    Ok(starts_at)
}

/// Tells the contacts' slice what a meeting's state means for these who are in it.
pub async fn join(tx: &mut Tx<'_>, row: &MeetingRow, with: &[ContactId]) -> ApiResult<()> {
    match (row.state, row.starts_at) {
        (MeetingState::Confirmed, _) => touch(tx, with, Stage::Scheduled, tx.now).await,
        (MeetingState::Completed, Some(at)) => touch(tx, with, Stage::Met, at.min(tx.now)).await,
        _ => Ok(()),
    }
}

/// Tells the contacts' slice what happened.
pub async fn touch(tx: &mut Tx<'_>, with: &[ContactId], stage: Stage, at: DateTime<Utc>) -> ApiResult<()> {
    let touches: HashMap<_, _> = with.iter().map(|id| (*id, Touch { at, stage, thanks: false })).collect();
    contacts::note_touches(tx, &touches).await
}
