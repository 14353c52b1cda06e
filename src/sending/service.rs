//! Reading and changing the settings, inside the caller's transaction. `most` is what the service allows a workspace a day.
use super::model::{SendingSettings, SendingSettingsInput, SettingsRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::http::{IfMatch, Patch, Rules};
use crate::{fields, messages};

pub async fn read(conn: &Conn, workspace: WorkspaceId, most: i32) -> ApiResult<SendingSettings> {
    let row = store::find(conn, workspace).await?;
    let untouched = || SettingsRow::untouched(workspace, chrono::DateTime::UNIX_EPOCH);
    Ok(SendingSettings::new(row.unwrap_or_else(untouched), most))
}

/// As [`read`]; until the end of the transaction nobody else sends for this workspace, so that its limit holds.
pub async fn lock(tx: &mut Tx<'_>, most: i32) -> ApiResult<SendingSettings> {
    let row = store::lock(tx.conn, &SettingsRow::untouched(tx.workspace, tx.now)).await?;
    Ok(SendingSettings::new(row, most))
}

pub async fn patch(
    tx: &mut Tx<'_>,
    if_match: &IfMatch,
    patch: &Patch<SendingSettingsInput>,
    most: i32,
) -> ApiResult<SendingSettings> {
    let before = store::lock(tx.conn, &SettingsRow::untouched(tx.workspace, tx.now)).await?;
    if_match.check(before.version)?;
    let input = patch.apply_ruled(&before.clone().into(), |_| ())?;
    ApiError::check(input.faults())?;
    let SendingSettingsInput { daily_limit, hours_from, hours_until } = input;
    let after = SettingsRow { daily_limit, hours_from, hours_until, ..before.clone() };
    let changed =
        fields::changed(&SendingSettings::new(before.clone(), most), &SendingSettings::new(after.clone(), most));
    if changed.is_empty() {
        return Ok(SendingSettings::new(before, most));
    }
    let after = SettingsRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    tx.record(Kind::SendingSettingsUpdated, tx.workspace, after.version, changed);
    let (before, after) = (SendingSettings::new(before, most), SendingSettings::new(after, most));
    if after.effective_daily_limit > before.effective_daily_limit {
        messages::more_may_go(tx, after.effective_daily_limit).await?;
    }
    Ok(after)
}
