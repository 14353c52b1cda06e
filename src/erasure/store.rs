//! The statements about the digests of erased people, each within one workspace.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::db::schema::erased_keys;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

pub async fn remember(
    mut conn: &Conn,
    workspace: WorkspaceId,
    digests: &[[u8; 32]],
    now: DateTime<Utc>,
) -> ApiResult<()> {
    let row = |digest: &[u8; 32]| {
        (
            erased_keys::workspace_id.eq(workspace),
            erased_keys::digest.eq(digest.to_vec()),
            erased_keys::created_at.eq(now),
        )
    };
    let rows: Vec<_> = digests.iter().map(row).collect();
    diesel::insert_into(erased_keys::table).values(rows).on_conflict_do_nothing().execute(&mut conn).await?;
    Ok(())
}

pub async fn digests(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<HashSet<Vec<u8>>> {
    let own = erased_keys::table.filter(erased_keys::workspace_id.eq(workspace)).select(erased_keys::digest);
    Ok(own.load::<Vec<u8>>(&mut conn).await?.into_iter().collect())
}
