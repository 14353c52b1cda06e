//! Every statement about the settings of sending, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::model::SettingsRow;
use crate::changes::Kind;
use crate::db::schema::sending_settings;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::Table;
use crate::zones;

pub async fn find(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Option<SettingsRow>> {
    let own = sending_settings::workspace_id.eq(workspace);
    Ok(SettingsRow::query().filter(own).first(&mut conn).await.optional()?)
}

/// The row, locked until the end of the transaction; made first, if need be, so that there is one to lock.
pub async fn lock(mut conn: &Conn, fresh: &SettingsRow) -> ApiResult<SettingsRow> {
    diesel::insert_into(sending_settings::table).values(fresh).on_conflict_do_nothing().execute(&mut conn).await?;
    let own = sending_settings::workspace_id.eq(fresh.workspace_id);
    Ok(SettingsRow::query().filter(own).for_update().first(&mut conn).await?)
}

pub async fn update(mut conn: &Conn, row: &SettingsRow) -> ApiResult<()> {
    diesel::update(sending_settings::table.find(row.workspace_id)).set(row).execute(&mut conn).await?;
    Ok(())
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "sending_settings",
    columns: &["version", "created_at", "updated_at", "daily_limit", "hours_from", "hours_until"],
    checks: &[("hours_from", is_time), ("hours_until", is_time)],
    created: Some(Kind::SendingSettingsUpdated),
    ..Table::NONE
};

fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| zones::time(text).is_some())
}
