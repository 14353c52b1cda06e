//! What can happen to a plan, inside the caller's transaction.
use uuid::Uuid;

use super::builtin;
use super::model::{FollowUpPlan, FollowUpPlanInput, PlanId, PlanRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::follow_ups::settings;
use crate::http::{IfMatch, Patch};
use crate::text;

pub async fn create(tx: &mut Tx<'_>, id: PlanId, input: FollowUpPlanInput) -> ApiResult<FollowUpPlan> {
    let row = checked(input.into_row(tx.workspace, id, tx.now, None))?;
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::FollowUpPlanCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// The names of the built-in ones are theirs.
fn checked(row: PlanRow) -> ApiResult<PlanRow> {
    let builtin = builtin::all().iter().any(|plan| text::name_key(&plan.name) == row.name_key);
    if builtin { Err(taken()) } else { Ok(row) }
}

pub fn taken() -> ApiError {
    let detail = "another plan has this name";
    ApiError::new(Code::FollowUpPlanExists, detail).with(Fault::field("/name", "taken", detail))
}

/// A change of nothing leaves the version as it is. Plans at work go on as they were attached.
pub async fn patch(
    tx: &mut Tx<'_>,
    id: PlanId,
    if_match: &IfMatch,
    patch: &Patch<FollowUpPlanInput>,
) -> ApiResult<FollowUpPlan> {
    refuse_builtin(id)?;
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    let before = FollowUpPlan::from(row.clone());
    let input = patch.apply(&before.clone().into())?;
    let row = checked(input.into_row(tx.workspace, id, tx.now, Some(&row)))?;
    let after = FollowUpPlan::from(row.clone());
    let changed = fields::changed(&before, &after);
    if changed.is_empty() {
        return Ok(before);
    }
    store::update(tx.conn, &row).await?;
    tx.record(Kind::FollowUpPlanUpdated, id, row.version, changed);
    Ok(after)
}

pub async fn delete(tx: &mut Tx<'_>, id: PlanId, if_match: &IfMatch) -> ApiResult<()> {
    refuse_builtin(id)?;
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    let settings = settings::current(tx.conn, tx.workspace).await?;
    if settings.values.default_plan_id == Uuid::from(id) {
        let detail = "it is the workspace's default: choose another one first";
        return Err(ApiError::new(Code::FollowUpPlanInUse, detail));
    }
    store::delete(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::FollowUpPlanDeleted, id, row.version + 1, Vec::new());
    Ok(())
}

fn refuse_builtin(id: PlanId) -> ApiResult<()> {
    if builtin::all().iter().any(|plan| plan.id == id) {
        let detail = "a built-in plan stays as it is: add one of your own";
        return Err(ApiError::new(Code::FollowUpPlanInUse, detail));
    }
    Ok(())
}

/// A built-in plan, or one of the workspace.
pub async fn find(conn: &Conn, workspace: WorkspaceId, id: PlanId) -> ApiResult<Option<FollowUpPlan>> {
    if let Some(plan) = builtin::all().into_iter().find(|plan| plan.id == id) {
        return Ok(Some(plan));
    }
    match store::find(conn, workspace, id).await {
        Err(error) if error.code == Code::NotFound => Ok(None),
        found => found.map(|row| Some(row.into())),
    }
}

/// Those that follow this one: the built-in ones first, then the workspace's, oldest first.
pub async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<FollowUpPlan>> {
    let builtin = builtin::all().into_iter().filter(|plan| after.is_none_or(|after| Uuid::from(plan.id) > after));
    let mut plans: Vec<FollowUpPlan> = builtin.collect();
    plans.extend(store::list(conn, workspace, after, fetch).await?.into_iter().map(FollowUpPlan::from));
    plans.truncate(usize::try_from(fetch).unwrap_or(usize::MAX));
    Ok(plans)
}

/// Those of these plans of the workspace that are there.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[PlanId]) -> ApiResult<Vec<FollowUpPlan>> {
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(FollowUpPlan::from).collect())
}
