//! All companies, a page at a time, and all of them back into another workspace.
use std::collections::HashSet;

use uuid::Uuid;

use super::model::{Company, CompanyId, CompanyInput};
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::Kept;
use crate::external_ids;

/// Companies that are read at once.
const PAGE: i64 = 500;

/// Companies after this one in the order of ids.
pub async fn after(conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<Company>> {
    Ok(store::after(conn, workspace, after, PAGE).await?.into_iter().map(Company::from).collect())
}

/// Adds companies with the identity that they had, those whose id and name are free, and says which.
pub async fn load(tx: &mut Tx<'_>, items: Vec<(Kept, CompanyInput)>) -> ApiResult<Vec<CompanyId>> {
    let mut rows = Vec::with_capacity(items.len());
    for (index, (kept, input)) in items.into_iter().enumerate() {
        let row = input.into_row(tx.workspace, kept.id.into(), kept.version, kept.created_at, kept.updated_at);
        rows.push(row.map_err(|mut error| {
            error.errors = error.errors.into_iter().map(|fault| fault.below(&format!("/{index}"))).collect();
            error
        })?);
    }
    let added: HashSet<CompanyId> = store::insert_missing(tx.conn, &rows).await?.into_iter().collect();
    rows.retain(|row| added.contains(&row.id));
    let ids: Vec<_> = rows.iter().map(|row| (Uuid::from(row.id), row.external_ids.0.clone())).collect();
    external_ids::insert_many(tx.conn, tx.workspace, service::RESOURCE, &ids).await?;
    for row in &rows {
        tx.record(Kind::CompanyCreated, row.id, row.version, Vec::new());
    }
    Ok(rows.into_iter().map(|row| row.id).collect())
}
