//! Every statement about these settings, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{FollowUpSettingsInput, SettingsRow};
use crate::changes::Kind;
use crate::db::schema::follow_up_settings;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::Table;
use crate::exports::table::is;

pub async fn find(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Option<SettingsRow>> {
    let own = follow_up_settings::workspace_id.eq(workspace);
    Ok(SettingsRow::query().filter(own).first(&mut conn).await.optional()?)
}

/// The row, locked until the end of the transaction; made first, if need be, so that there is one to lock.
pub async fn lock(mut conn: &Conn, fresh: &SettingsRow) -> ApiResult<SettingsRow> {
    diesel::insert_into(follow_up_settings::table).values(fresh).on_conflict_do_nothing().execute(&mut conn).await?;
    let own = follow_up_settings::workspace_id.eq(fresh.workspace_id);
    Ok(SettingsRow::query().filter(own).for_update().first(&mut conn).await?)
}

pub async fn update(mut conn: &Conn, row: &SettingsRow) -> ApiResult<()> {
    diesel::update(follow_up_settings::table.find(row.workspace_id)).set(row).execute(&mut conn).await?;
    Ok(())
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "follow_up_settings",
    columns: &["version", "created_at", "updated_at", "settings"],
    checks: &[("settings", is::<FollowUpSettingsInput>)],
    created: Some(Kind::FollowUpSettingsUpdated),
    ..Table::NONE
};
