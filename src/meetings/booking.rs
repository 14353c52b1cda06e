//! Meetings as somebody books them who was offered times.
use chrono::{DateTime, Utc};

use super::api::{Meeting, Place};
use super::model::{MeetingId, MeetingRow};
use super::service::{Locked, live, show, shown, write};
use super::words::{MeetingMedium, MeetingParty, MeetingState, MeetingStepKind};
use super::{settings, steps, store};
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::http::IfMatch;
use crate::spans::Span;

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
