//! Every statement about offers, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Invitation, OfferId, OfferRow};
use crate::changes::Kind;
use crate::db::schema::meeting_offers;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, OnConstraint};
use crate::exports::Table;
use crate::meetings::{self, MeetingId};
use crate::sort::keyset;

pub async fn insert(mut conn: &Conn, row: &OfferRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(meeting_offers::table).values(row).execute(&mut conn).await;
    // Only somebody who removes the meeting at the same moment is met here.
    inserted.on_constraint("meeting_offers_meeting_fkey", ApiError::not_found).map(drop)
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &OfferRow) -> ApiResult<()> {
    diesel::update(meeting_offers::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId, id: OfferId) -> ApiResult<OfferRow> {
    let own = meeting_offers::workspace_id.eq(workspace).and(meeting_offers::id.eq(id));
    Ok(OfferRow::query().filter(own.and(meeting_offers::meeting_id.eq(meeting))).first(&mut conn).await?)
}

/// The offer that a link leads to.
pub async fn with_token(mut conn: &Conn, workspace: WorkspaceId, hash: &[u8]) -> ApiResult<OfferRow> {
    let own = meeting_offers::workspace_id.eq(workspace).and(meeting_offers::token_hash.eq(hash));
    Ok(OfferRow::query().filter(own).first(&mut conn).await?)
}

/// The row, locked until the end of the transaction. Whoever locks its meeting, too, does that first.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: OfferId) -> ApiResult<OfferRow> {
    let own = meeting_offers::workspace_id.eq(workspace).and(meeting_offers::id.eq(id));
    Ok(OfferRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// The offers of a meeting, newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meeting: MeetingId,
    from: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<OfferRow>> {
    let own = meeting_offers::workspace_id.eq(workspace).and(meeting_offers::meeting_id.eq(meeting));
    let rows = keyset!(OfferRow::query().filter(own).into_boxed(), true, meeting_offers::id, from);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// The offers of these meetings, in the order of their ids.
pub async fn of_meetings(mut conn: &Conn, workspace: WorkspaceId, meetings: &[MeetingId]) -> ApiResult<Vec<OfferRow>> {
    let own = meeting_offers::workspace_id.eq(workspace).and(meeting_offers::meeting_id.eq_any(meetings));
    Ok(OfferRow::query().filter(own).order(meeting_offers::id).load(&mut conn).await?)
}

/// Offers that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<OfferRow>> {
    let own = meeting_offers::workspace_id.eq(workspace);
    let rows = keyset!(OfferRow::query().filter(own).into_boxed(), false, meeting_offers::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// As an archive takes them: without the link, and without whose mailbox is told.
pub const ROWS: Table = Table {
    name: "meeting_offers",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "meeting_id",
        "state",
        "expires_at",
        "invitation",
        "booked_at",
        "answer",
        "answered_at",
        "wants_mail",
        "invite",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[meetings::LINK],
    checks: &[("invitation", Invitation::is_sound)],
    created: Some(Kind::MeetingOfferCreated),
    ..Table::NONE
};
