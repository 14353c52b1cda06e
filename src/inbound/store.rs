//! Every statement about mail on its way in.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{AddressRow, InboundAddressId, InboundOutcome, MailRow};
use crate::db::schema::{inbound_addresses, inbound_mails};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::messages::MessageId;
use crate::sort::{Position, keyset};

pub async fn insert(mut conn: &Conn, row: &AddressRow) -> ApiResult<()> {
    diesel::insert_into(inbound_addresses::table).values(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: InboundAddressId) -> ApiResult<AddressRow> {
    let own = inbound_addresses::workspace_id.eq(workspace).and(inbound_addresses::id.eq(id));
    Ok(AddressRow::query().filter(own).first(&mut conn).await?)
}

/// Whose address it is: a hook says nothing else.
pub async fn find_anywhere(mut conn: &Conn, id: InboundAddressId) -> ApiResult<Option<AddressRow>> {
    Ok(AddressRow::query().filter(inbound_addresses::id.eq(id)).first(&mut conn).await.optional()?)
}

/// The newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: Option<&Position>,
    fetch: i64,
) -> ApiResult<Vec<AddressRow>> {
    let rows = AddressRow::query().filter(inbound_addresses::workspace_id.eq(workspace)).into_boxed();
    let rows = keyset!(rows, true, inbound_addresses::id, from.map(|from| from.id));
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// Tells whether it was there.
pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: InboundAddressId) -> ApiResult<bool> {
    let own = inbound_addresses::workspace_id.eq(workspace).and(inbound_addresses::id.eq(id));
    Ok(diesel::delete(inbound_addresses::table.filter(own)).execute(&mut conn).await? == 1)
}

pub async fn note_use(mut conn: &Conn, row: &AddressRow, now: DateTime<Utc>) -> ApiResult<()> {
    let own = inbound_addresses::table.find((row.workspace_id, row.id));
    diesel::update(own).set(inbound_addresses::last_used_at.eq(now)).execute(&mut conn).await?;
    Ok(())
}

/// All secrets there are, for encrypting them anew.
pub async fn secrets(mut conn: &Conn) -> ApiResult<Vec<AddressRow>> {
    Ok(AddressRow::query().load(&mut conn).await?)
}

pub async fn set_secret(mut conn: &Conn, row: &AddressRow, sealed: &[u8]) -> ApiResult<()> {
    let own = inbound_addresses::table.find((row.workspace_id, row.id));
    diesel::update(own).set(inbound_addresses::secret.eq(sealed)).execute(&mut conn).await?;
    Ok(())
}

/// Takes the mail in hand, unless it came in before: then what became of it. Of two at once the second waits.
pub async fn take(mut conn: &Conn, row: &MailRow) -> ApiResult<Option<MailRow>> {
    let taken =
        diesel::insert_into(inbound_mails::table).values(row).on_conflict_do_nothing().execute(&mut conn).await?;
    if taken == 1 {
        return Ok(None);
    }
    let own = inbound_mails::workspace_id.eq(row.workspace_id).and(inbound_mails::digest.eq(&row.digest));
    Ok(MailRow::query().filter(own).first(&mut conn).await.optional()?)
}

pub async fn note(
    mut conn: &Conn,
    row: &MailRow,
    outcome: InboundOutcome,
    message: Option<MessageId>,
) -> ApiResult<()> {
    diesel::update(inbound_mails::table.find((row.workspace_id, &row.digest)))
        .set((inbound_mails::outcome.eq(outcome), inbound_mails::message_id.eq(message.map(uuid::Uuid::from))))
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub async fn forget_mails(mut conn: &Conn, before: DateTime<Utc>) -> ApiResult<usize> {
    let old = inbound_mails::table.filter(inbound_mails::received_at.lt(before));
    Ok(diesel::delete(old).execute(&mut conn).await?)
}
