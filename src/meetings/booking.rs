//! Meetings as somebody books them who was offered times.
use chrono::{DateTime, Utc};

use super::api::{Meeting, Place};
use super::model::{MeetingId, MeetingRow};
use super::service::{Locked, by_what_it_is, live, show, show_all, shown, write};
use super::words::{MeetingMedium, MeetingParty, MeetingState, MeetingStepKind};
use super::{settings, steps, store};
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::http::IfMatch;
use crate::spans::Span;

/// How often an invited person may move what they booked: each move is mailed to all who come.
const MOVES: usize = 10;

/// What an invited person chose.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub starts_at: DateTime<Utc>,
    pub duration_minutes: i16,
    /// Where they are: an IANA name.
    pub zone: String,
    pub medium: MeetingMedium,
    pub place: Option<Place>,
}

pub async fn read(conn: &Conn, workspace: WorkspaceId, id: MeetingId) -> ApiResult<Meeting> {
    let row = store::find(conn, workspace, id).await?;
    show(conn, workspace, row).await
}

/// The meeting, which nobody else changes until the end of the transaction.
pub async fn hold(tx: &mut Tx<'_>, id: MeetingId) -> ApiResult<Meeting> {
    let Locked { row, with } = live(tx, id, &IfMatch::default()).await?;
    let preferences = settings::preferences(tx.conn, tx.workspace).await?;
    shown(tx, row, &with, &preferences).await
}

/// Gives the meeting the time and the place that its contact chose, and confirms it; one that is confirmed is moved.
pub async fn book(tx: &mut Tx<'_>, id: MeetingId, chosen: Chosen) -> ApiResult<Meeting> {
    let Locked { mut row, with } = live(tx, id, &IfMatch::default()).await?;
    let moved = row.state == MeetingState::Confirmed;
    if !moved {
        row.state.go(MeetingState::Confirmed)?;
    } else if row.moves_of_contact() >= MOVES {
        let detail = format!("the time was changed {MOVES} times: write to whoever invited you for another one");
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    let preferences = settings::hold(tx).await?;
    let before = shown(tx, row.clone(), &with, &preferences).await?;
    let Chosen { starts_at, duration_minutes, zone, medium, place } = chosen;
    row.details.0.place = place;
    row = MeetingRow {
        state: MeetingState::Confirmed,
        starts_at: Some(starts_at),
        duration_minutes,
        contact_zone: zone,
        medium,
        reconfirmed_at: None,
        sequence: row.sequence + 1,
        ..row
    };
    row.unstart();
    row.set_busy(preferences.travel(medium));
    let (step, kind) = match moved {
        true => (MeetingStepKind::Rescheduled, Kind::MeetingRescheduled),
        false => (MeetingStepKind::Confirmed, Kind::MeetingConfirmed),
    };
    row.step(step, tx.now, Some(MeetingParty::Contact), None)?;
    let told = write(tx, row.clone(), &with, &preferences, kind, before).await?;
    if !moved {
        steps::join(tx, &row, &with).await?;
    }
    Ok(told)
}

/// What the meeting is called: by its title, or by what it is and with whom.
pub fn called(meeting: &Meeting) -> String {
    meeting.title.clone().unwrap_or_else(|| by_what_it_is(meeting.medium, &meeting.contacts))
}

/// Meetings that take place, or took place, from an instant on, in their order: so many, the next ones first of all.
pub async fn around(
    conn: &Conn,
    workspace: WorkspaceId,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    most: i64,
) -> ApiResult<Vec<Meeting>> {
    let rows = store::around(conn, workspace, since, now, most).await?;
    show_all(conn, workspace, rows).await
}

/// What confirmed meetings other than this one take of the span, with the ways to them.
pub async fn busy(
    conn: &Conn,
    workspace: WorkspaceId,
    other_than: Option<MeetingId>,
    span: Span,
) -> ApiResult<Vec<Span>> {
    store::busy(conn, workspace, other_than, span).await
}

/// Which meetings, deleted or not, these contacts are in.
pub async fn ids_with(conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<MeetingId>> {
    store::meetings_of(conn, workspace, contacts).await
}

/// These meetings, and whether each lies in the trash.
pub async fn deleted_or_not(conn: &Conn, workspace: WorkspaceId, ids: &[MeetingId]) -> ApiResult<Vec<(Meeting, bool)>> {
    let rows = store::deleted_or_not(conn, workspace, ids).await?;
    let deleted: Vec<bool> = rows.iter().map(|row| row.deleted_at.is_some()).collect();
    Ok(show_all(conn, workspace, rows).await?.into_iter().zip(deleted).collect())
}
