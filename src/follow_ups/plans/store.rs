//! Every statement about plans, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::builtin;
use super::model::{PlanId, PlanRow, are_steps, is_wait};
use crate::changes::Kind;
use crate::db::schema::follow_up_plans;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiResult, OnConstraint};
use crate::exports::Table;
use crate::sort::keyset;
use crate::text::name_key;

pub async fn insert(mut conn: &Conn, row: &PlanRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(follow_up_plans::table).values(row).execute(&mut conn).await;
    inserted.on_constraint("follow_up_plans_name_key", super::service::taken)?;
    Ok(())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &PlanRow) -> ApiResult<()> {
    let own = follow_up_plans::table.find((row.workspace_id, row.id));
    let updated = diesel::update(own).set(row).execute(&mut conn).await;
    updated.on_constraint("follow_up_plans_name_key", super::service::taken)?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: PlanId) -> ApiResult<PlanRow> {
    let own = follow_up_plans::workspace_id.eq(workspace).and(follow_up_plans::id.eq(id));
    Ok(PlanRow::query().filter(own).first(&mut conn).await?)
}

/// Those of these plans that are there.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[PlanId]) -> ApiResult<Vec<PlanRow>> {
    let own = follow_up_plans::workspace_id.eq(workspace).and(follow_up_plans::id.eq_any(ids));
    Ok(PlanRow::query().filter(own).load(&mut conn).await?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: PlanId) -> ApiResult<PlanRow> {
    let own = follow_up_plans::workspace_id.eq(workspace).and(follow_up_plans::id.eq(id));
    Ok(PlanRow::query().filter(own).for_update().first(&mut conn).await?)
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: PlanId) -> ApiResult<()> {
    diesel::delete(follow_up_plans::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Those that follow this one, oldest first.
pub async fn list(mut conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>, fetch: i64) -> ApiResult<Vec<PlanRow>> {
    let own = PlanRow::query().filter(follow_up_plans::workspace_id.eq(workspace)).into_boxed();
    let rows = keyset!(own, false, follow_up_plans::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "follow_up_plans",
    columns: &["id", "version", "created_at", "updated_at", "name", "name_key", "steps", "alternative_after"],
    id: Some("id"),
    key: &["id"],
    checks: &[("name_key", is_own), ("steps", are_steps), ("alternative_after", is_wait)],
    created: Some(Kind::FollowUpPlanCreated),
    ..Table::NONE
};

/// Not the name of a built-in one.
fn is_own(key: &Value) -> bool {
    !builtin::all().iter().any(|plan| *key == name_key(&plan.name))
}
