//! Who is told, and when: inside the caller's transaction, and by the service itself.
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::letter;
use super::model::{DigestRow, FollowUpDigest, FollowUpDigestInput};
use super::pages::MAILS;
use super::store;
use crate::app::App;
use crate::changes::{Actor, Kind, Tx};
use crate::db::WorkspaceId;
use crate::digests;
use crate::error::{ApiError, ApiResult, Code};
use crate::fields;
use crate::follow_ups::{service as follow_ups, store as follow_up_rows};
use crate::http::limits::DIGEST_FOLLOW_UPS;
use crate::http::{IfMatch, Patch};
use crate::jobs;
use crate::zones;

pub async fn patch(
    tx: &mut Tx<'_>,
    user: Uuid,
    if_match: &IfMatch,
    patch: &Patch<FollowUpDigestInput>,
) -> ApiResult<FollowUpDigest> {
    let before = store::lock(tx.conn, &DigestRow::fresh(tx.workspace, user, tx.now)).await?;
    if_match.check(before.version)?;
    let shown = FollowUpDigest::from(before.clone());
    let input = patch.apply(&shown.clone().into())?;
    let reader = digests::reader(tx.conn, user).await?;
    if input.enabled && reader.email_verified_at.is_none() {
        return Err(ApiError::new(Code::EmailNotVerified, "mail goes only to an address that is verified"));
    }
    let send_time = zones::time(&input.send_time).unwrap_or(before.send_time);
    let mut after = DigestRow { enabled: input.enabled, send_time, time_zone: input.time_zone, ..before.clone() };
    let timing = |row: &DigestRow| (row.enabled, row.send_time, row.time_zone.clone());
    if timing(&after) != timing(&before) {
        let (old, new) = (before.zone(&reader.time_zone), after.zone(&reader.time_zone));
        after.next_at = zones::next_at(new, send_time, digests::not_before(before.next_at, old, new, tx.now));
    }
    write(tx, before, after).await
}

/// Off, as the link in the mail wants it.
pub async fn turn_off(tx: &mut Tx<'_>, user: Uuid) -> ApiResult<()> {
    let before = store::lock(tx.conn, &DigestRow::fresh(tx.workspace, user, tx.now)).await?;
    let after = DigestRow { enabled: false, ..before.clone() };
    write(tx, before, after).await.map(|_| ())
}

async fn write(tx: &mut Tx<'_>, before: DigestRow, after: DigestRow) -> ApiResult<FollowUpDigest> {
    let shown = FollowUpDigest::from(before.clone());
    let changed = fields::changed(&shown, &FollowUpDigest::from(after.clone()));
    if changed.is_empty() {
        return Ok(shown);
    }
    let row = DigestRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &row).await?;
    tx.record(Kind::FollowUpDigestUpdated, row.user_id, row.version, changed);
    Ok(row.into())
}

/// Has a mail sent to everybody whose hour has come and for whom something is due, some at a time. The hour is moved to
/// the next day in the transaction that enqueues the mail: of two instances, or after a crash, one sends it.
pub async fn send_due(app: &App) -> ApiResult<usize> {
    let due = store::due(&*app.db.global().await?, app.now()).await?;
    let mut count = 0;
    for (workspace, user) in due {
        let sent = app.write_as(workspace, Actor::Job, async |tx| tell(app, tx, user).await).await;
        // One that cannot be sent keeps nobody else from theirs.
        count += usize::from(jobs::went(sent, user)?.unwrap_or(false));
    }
    Ok(count)
}

async fn tell(app: &App, tx: &mut Tx<'_>, user: Uuid) -> ApiResult<bool> {
    if store::find(tx.conn, tx.workspace, user).await?.is_none() {
        return Ok(false);
    }
    let row = store::lock(tx.conn, &DigestRow::fresh(tx.workspace, user, tx.now)).await?;
    // Somebody may have been faster.
    if !row.enabled || row.next_at > tx.now {
        return Ok(false);
    }
    let reader = digests::reader(tx.conn, user).await?;
    let zone = row.zone(&reader.time_zone);
    let next_at = zones::next_at(zone, row.send_time, tx.now);
    store::update(tx.conn, &DigestRow { next_at, ..row.clone() }).await?;
    let until = zones::end_of_day(zone, tx.now);
    let mut rows = follow_up_rows::open_until(tx.conn, tx.workspace, until, None, DIGEST_FOLLOW_UPS + 1).await?;
    if rows.is_empty() || reader.email_verified_at.is_none() {
        return Ok(false);
    }
    let named = usize::try_from(DIGEST_FOLLOW_UPS).unwrap_or(usize::MAX);
    let more = rows.len() > named;
    rows.truncate(named);
    let names = follow_ups::names(tx.conn, tx.workspace, &rows).await?;
    let link = MAILS.link(app, tx.workspace, user)?;
    let told =
        letter::Told { rows: &rows, more, names: &names, zone, now: tx.now, send_time: row.send_time, link: &link };
    let mail = letter::write(&reader, &told);
    jobs::enqueue(tx.conn, Some(tx.workspace), &mail, app.new_id(), tx.now).await?;
    Ok(true)
}

/// As the API shows it.
pub fn show(row: Option<DigestRow>, workspace: WorkspaceId, user: Uuid, now: DateTime<Utc>) -> FollowUpDigest {
    row.unwrap_or_else(|| DigestRow::fresh(workspace, user, now)).into()
}
