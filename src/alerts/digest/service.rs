//! Who is told of new alerts, and when: inside the caller's transaction, and by the service itself.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{AlertDigest, AlertDigestInput, DigestFrequency, DigestRow};
use super::pages::MAILS;
use super::{letter, store};
use crate::alerts::service as alerts;
use crate::app::App;
use crate::changes::{Actor, Kind, Tx};
use crate::db::WorkspaceId;
use crate::digests;
use crate::error::{ApiError, ApiResult, Code};
use crate::fields;
use crate::http::limits::DIGEST_ALERTS;
use crate::http::{IfMatch, Patch};
use crate::jobs;
use crate::zones;

pub async fn patch(
    tx: &mut Tx<'_>,
    user: Uuid,
    if_match: &IfMatch,
    patch: &Patch<AlertDigestInput>,
) -> ApiResult<AlertDigest> {
    let before = store::lock(tx.conn, &DigestRow::fresh(tx.workspace, user, tx.now)).await?;
    if_match.check(before.version)?;
    let input = patch.apply(&AlertDigest::from(before.clone()).into())?;
    let reader = digests::reader(tx.conn, user).await?;
    if input.frequency != DigestFrequency::Off && reader.email_verified_at.is_none() {
        return Err(ApiError::new(Code::EmailNotVerified, "mail goes only to an address that is verified"));
    }
    let send_time = zones::time(&input.send_time).unwrap_or(before.send_time);
    let AlertDigestInput { frequency, weekday, send_time: _, time_zone } = input;
    let mut after = DigestRow { frequency, weekday, send_time, time_zone, ..before.clone() };
    let timing = |row: &DigestRow| (row.frequency, row.weekday, row.send_time, row.time_zone.clone());
    if timing(&after) != timing(&before) {
        let (old, new) = (before.zone(&reader.time_zone), after.zone(&reader.time_zone));
        let rhythm = |row: &DigestRow| (row.frequency, row.weekday);
        // Of another rhythm the days are others, too.
        let from = match rhythm(&before) == rhythm(&after) {
            true => digests::not_before(before.next_at, old, new, tx.now),
            false => tx.now,
        };
        after.next_at = after.next_after(new, from);
    }
    if before.frequency == DigestFrequency::Off {
        // What came while nobody was told is not news any more.
        after.told_until = tx.now;
    }
    write(tx, before, after).await
}

/// Off, as the link in the mail wants it.
pub async fn turn_off(tx: &mut Tx<'_>, user: Uuid) -> ApiResult<()> {
    let before = store::lock(tx.conn, &DigestRow::fresh(tx.workspace, user, tx.now)).await?;
    let after = DigestRow { frequency: DigestFrequency::Off, ..before.clone() };
    write(tx, before, after).await.map(|_| ())
}

async fn write(tx: &mut Tx<'_>, before: DigestRow, after: DigestRow) -> ApiResult<AlertDigest> {
    let shown = AlertDigest::from(before.clone());
    let changed = fields::changed(&shown, &AlertDigest::from(after.clone()));
    if changed.is_empty() {
        return Ok(shown);
    }
    let row = DigestRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &row).await?;
    tx.record(Kind::AlertDigestUpdated, row.user_id, row.version, changed);
    Ok(row.into())
}

/// Has a mail sent to everybody whose hour has come and for whom there is something new, some at a time. The hour is
/// moved in the transaction that enqueues the mail: of two instances, or after a crash, one sends it.
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
    if row.frequency == DigestFrequency::Off || row.next_at > tx.now {
        return Ok(false);
    }
    let reader = digests::reader(tx.conn, user).await?;
    let next_at = row.next_after(row.zone(&reader.time_zone), tx.now);
    store::update(tx.conn, &DigestRow { next_at, told_until: tx.now, ..row.clone() }).await?;
    let rows = store::unread(tx.conn, tx.workspace, row.told_until, tx.now, DIGEST_ALERTS + 1).await?;
    let mut shown = alerts::show_all(tx.conn, tx.workspace, rows).await?;
    if shown.is_empty() || reader.email_verified_at.is_none() {
        return Ok(false);
    }
    let named = usize::try_from(DIGEST_ALERTS).unwrap_or(usize::MAX);
    let more = shown.len() > named;
    shown.truncate(named);
    // The same article by two feeds is told once.
    let mut seen = HashSet::new();
    shown.retain(|alert| alert.url.as_ref().is_none_or(|url| seen.insert(url.clone())));
    let link = MAILS.link(app, tx.workspace, user)?;
    let mail = letter::write(&reader, &shown, more, row.frequency, &link);
    jobs::enqueue(tx.conn, Some(tx.workspace), &mail, app.new_id(), tx.now).await?;
    Ok(true)
}

/// As the API shows it.
pub fn show(row: Option<DigestRow>, workspace: WorkspaceId, user: Uuid, now: DateTime<Utc>) -> AlertDigest {
    row.unwrap_or_else(|| DigestRow::fresh(workspace, user, now)).into()
}
