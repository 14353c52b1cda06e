//! What can happen to the profile, inside the caller's transaction.
use super::model::{Profile, ProfileInput, ProfileRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::db::Json;
use crate::error::ApiResult;
use crate::fields;

/// The row, locked until the end of the transaction; one of version 0 where nobody has written it.
pub async fn lock(tx: &mut Tx<'_>) -> ApiResult<ProfileRow> {
    let fresh = ProfileRow {
        workspace_id: tx.workspace,
        version: 0,
        created_at: tx.now,
        updated_at: tx.now,
        profile: Json::default(),
    };
    store::lock(tx.conn, &fresh).await
}

/// Writes the whole profile.
pub async fn write(tx: &mut Tx<'_>, input: ProfileInput) -> ApiResult<Profile> {
    let row = lock(tx).await?;
    say(tx, row, input).await
}

/// Writes `input` over the locked row; a change of nothing leaves the version as it is.
pub async fn say(tx: &mut Tx<'_>, row: ProfileRow, input: ProfileInput) -> ApiResult<Profile> {
    let before = Profile::from(row.clone());
    let row = ProfileRow { profile: Json(input.tidy()), version: row.version + 1, updated_at: tx.now, ..row };
    let after = Profile::from(row.clone());
    let changed = fields::changed(&before, &after);
    if changed.is_empty() {
        return Ok(before);
    }
    store::update(tx.conn, &row).await?;
    tx.record(Kind::ProfileUpdated, tx.workspace, row.version, changed);
    Ok(after)
}
