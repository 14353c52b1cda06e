//! `/v1/audit-log`.
use actix_web::get;
use actix_web::web::Data;

use super::model::{At, AuditEntry, AuditQuery, EntryRow};
use super::store;
use crate::app::App;
use crate::auth::{Access, AuditRead};
use crate::error::ApiResult;
use crate::http::{Answer, Paging, Params, page};
use crate::page;

page! {
    /// A page of the audit log.
    AuditPage of AuditEntry
}

/// Read the audit log of the workspace, newest first
///
/// For owners: sign-ins and failed ones, what was refused, members, invitations, what was erased. Each entry hashes the
/// one before it. Addresses and user agents are forgotten after some time.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["audit:read"])), params(AuditQuery), responses(
    (status = 200, description = "A page of the audit log", body = AuditPage),
))]
#[get("/audit-log")]
pub async fn list_audit_log(
    app: Data<App>,
    access: Access<AuditRead>,
    Params(query): Params<AuditQuery>,
    paging: Paging,
) -> ApiResult<Answer<AuditPage>> {
    let from: Option<At> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows = app.db.read(workspace, async |conn| store::list(conn, workspace, &query, from).await).await?;
    let at = |row: &EntryRow| At { occurred_at: row.occurred_at, seq: row.seq };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    paging.answer(&AuditPage { data: rows.into_iter().map(AuditEntry::from).collect(), next_cursor })
}
