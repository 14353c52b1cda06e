use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::ExternalIds;
use crate::db::schema::external_ids;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, OnConstraint};
use crate::insert_columns;

/// Rows of one statement.
const CHUNK: usize = 1_000;

/// The resource that a system's id names.
pub async fn find(
    mut conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    system: &str,
    external_id: &str,
) -> ApiResult<Option<Uuid>> {
    let row = external_ids::table.find((workspace, resource, system, external_id));
    Ok(row.select(external_ids::resource_id).first(&mut conn).await.optional()?)
}

/// Which resources these ids name, by system and id. They are looked for by their ids: two systems rarely share one.
pub async fn owners(
    mut conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    wanted: &[(String, String)],
) -> ApiResult<HashMap<(String, String), Uuid>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let (systems, ids): (Vec<&String>, Vec<&String>) = wanted.iter().map(|(system, id)| (system, id)).unzip();
    let own = external_ids::workspace_id.eq(workspace).and(external_ids::resource.eq(resource));
    let named = external_ids::system.eq_any(systems).and(external_ids::external_id.eq_any(ids));
    let columns = (external_ids::system, external_ids::external_id, external_ids::resource_id);
    let rows: Vec<(String, String, Uuid)> =
        external_ids::table.filter(own.and(named)).select(columns).load(&mut conn).await?;
    Ok(rows.into_iter().map(|(system, id, owner)| ((system, id), owner)).collect())
}

/// Forgets all ids of a resource.
pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: Uuid) -> ApiResult<()> {
    let own = external_ids::workspace_id.eq(workspace).and(external_ids::resource_id.eq(id));
    diesel::delete(external_ids::table.filter(own)).execute(&mut conn).await?;
    Ok(())
}

/// Tells whether the id was free.
pub async fn insert(
    mut conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    id: Uuid,
    system: &str,
    external_id: &str,
) -> ApiResult<bool> {
    let added = diesel::insert_into(external_ids::table)
        .values((
            external_ids::workspace_id.eq(workspace),
            external_ids::resource.eq(resource),
            external_ids::system.eq(system),
            external_ids::external_id.eq(external_id),
            external_ids::resource_id.eq(id),
        ))
        .on_conflict_do_nothing()
        .execute(&mut conn)
        .await?;
    Ok(added == 1)
}

/// Adds the ids of many resources that have none yet.
pub async fn insert_many(
    mut conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    owned: &[(Uuid, ExternalIds)],
) -> ApiResult<()> {
    let rows: Vec<_> = owned
        .iter()
        .flat_map(|(id, ids)| {
            ids.iter().map(move |(system, external_id)| (workspace, resource, system, external_id, *id))
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        let inserted = insert_columns!(&mut conn, "external_ids", chunk, row => {
            workspace_id: SqlUuid = row.0,
            resource: Text = row.1,
            system: Text = row.2,
            external_id: Text = row.3,
            resource_id: SqlUuid = row.4,
        });
        inserted.on_constraint("external_ids_pkey", || {
            ApiError::new(Code::ExternalIdTaken, "two resources have the same id of another system")
        })?;
    }
    Ok(())
}
