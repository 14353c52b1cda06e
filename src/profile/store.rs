//! Every statement about the seeker's profile, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{ProfileInput, ProfileRow};
use crate::changes::Kind;
use crate::db::schema::seeker_profiles;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::Table;
use crate::exports::table::is;

pub async fn find(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Option<ProfileRow>> {
    let own = seeker_profiles::workspace_id.eq(workspace);
    Ok(ProfileRow::query().filter(own).first(&mut conn).await.optional()?)
}

/// The row, locked until the end of the transaction; made first, if need be, so that there is one to lock.
pub async fn lock(mut conn: &Conn, fresh: &ProfileRow) -> ApiResult<ProfileRow> {
    diesel::insert_into(seeker_profiles::table).values(fresh).on_conflict_do_nothing().execute(&mut conn).await?;
    let own = seeker_profiles::workspace_id.eq(fresh.workspace_id);
    Ok(ProfileRow::query().filter(own).for_update().first(&mut conn).await?)
}

pub async fn update(mut conn: &Conn, row: &ProfileRow) -> ApiResult<()> {
    diesel::update(seeker_profiles::table.find(row.workspace_id)).set(row).execute(&mut conn).await?;
    Ok(())
}

/// As an archive takes it.
pub const ROWS: Table = Table {
    name: "seeker_profiles",
    columns: &["version", "created_at", "updated_at", "profile"],
    checks: &[("profile", is::<ProfileInput>)],
    created: Some(Kind::ProfileUpdated),
    ..Table::NONE
};
