//! Other systems' ids of our resources: one resource per system and id.
use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::schema::external_ids;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault, OnConstraint};
use crate::insert_columns;

/// Rows of one statement.
const CHUNK: usize = 1_000;

/// System → id.
pub type ExternalIds = BTreeMap<String, String>;

/// `external_ids` as the document describes them.
pub fn described() -> Value {
    json!({
        "type": "object",
        "description": "This resource in other systems: the system's name to the id there.",
        "maxProperties": 20,
        "propertyNames": { "pattern": "^[A-Za-z0-9_.-]{1,64}$" },
        "additionalProperties": { "type": "string", "minLength": 1, "maxLength": 255 },
        "example": { "crm": "4711" },
    })
}

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

/// Makes the table say what the resource's column says.
pub async fn replace(
    conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    id: Uuid,
    before: &ExternalIds,
    after: &ExternalIds,
) -> ApiResult<()> {
    if before == after { Ok(()) } else { rewrite(conn, workspace, resource, id, after).await }
}

/// Makes the table say this of a resource, whatever it said before.
pub async fn rewrite(
    mut conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    id: Uuid,
    after: &ExternalIds,
) -> ApiResult<()> {
    let own = external_ids::workspace_id.eq(workspace).and(external_ids::resource_id.eq(id));
    diesel::delete(external_ids::table.filter(own)).execute(&mut conn).await?;
    for (system, external_id) in after {
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
        if added == 0 {
            let other = find(conn, workspace, resource, system, external_id).await?;
            return Err(taken(resource, system, external_id, other));
        }
    }
    Ok(())
}

/// Whether an upsert may have failed because another took the id, or what goes with it, at the same moment: done again
/// it finds what the other one made, or tells of the same conflict.
pub fn overtaken(error: &ApiError) -> bool {
    matches!(error.code, Code::ExternalIdTaken | Code::CompanyExists | Code::NotFound)
}

fn taken(resource: &str, system: &str, external_id: &str, other: Option<Uuid>) -> ApiError {
    let other = other.map_or_else(|| "another one".to_owned(), |id| id.to_string());
    let detail = format!("`{external_id}` in `{system}` is the {resource} {other}");
    let fault = Fault::field(format!("/external_ids/{system}"), "taken", detail.clone());
    ApiError::new(Code::ExternalIdTaken, detail).with(fault)
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
