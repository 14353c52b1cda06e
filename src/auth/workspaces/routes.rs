//! `/v1/workspaces`.
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use super::model::{MyWorkspace, Workspace, WorkspaceInput};
use super::store;
use crate::app::App;
use crate::audit;
use crate::auth::users::{self, clean_name};
use crate::auth::{Access, AccountRead, AccountWrite, Caller, WorkspaceRead, WorkspaceWrite, members};
use crate::changes::Kind;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult, Code};
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;

page! {
    /// A page of your workspaces.
    MyWorkspacePage of MyWorkspace
}

/// Only the workspace of the credential can be changed: to get at another, switch to it.
fn own(caller: &Caller, id: uuid::Uuid) -> ApiResult<WorkspaceId> {
    if id == uuid::Uuid::from(caller.workspace) { Ok(caller.workspace) } else { Err(ApiError::not_found()) }
}

/// List your workspaces, with your role in each
///
/// Those you made and those you joined, oldest first. `POST /v1/auth/switch` goes to another one.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["account:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of workspaces", body = MyWorkspacePage),
))]
#[get("/workspaces")]
pub async fn list_workspaces(
    app: Data<App>,
    access: Access<AccountRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<MyWorkspacePage>> {
    let from = paging.position(query.cursor.as_deref())?;
    let (user, limit) = (access.user, query.fetch());
    let mut rows = app.db.lookup(async |conn| store::list_mine(conn, user, from, limit).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |(row, _)| uuid::Uuid::from(row.id))?;
    paging.answer(&MyWorkspacePage { data: rows.into_iter().map(MyWorkspace::from).collect(), next_cursor })
}

/// Make another workspace
///
/// You become its owner. `POST /v1/auth/switch` goes there: a credential is in one workspace at a time.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["account:write"])), request_body = WorkspaceInput, responses(
    (status = 201, description = "The workspace as stored", body = MyWorkspace),
))]
#[post("/workspaces")]
pub async fn create_workspace(
    app: Data<App>,
    access: Access<AccountWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<WorkspaceInput>,
) -> ApiResult<Answer<MyWorkspace>> {
    let name = clean_name(&input.name)?;
    app.post_outside(&access, &key, &fingerprint(&input)?, async |conn| {
        let gone = || ApiError::new(Code::InvalidToken, "the account is gone");
        users::lock(conn, access.user).await?.ok_or_else(gone)?;
        let made = super::found(&app, conn, access.user, &name).await?;
        Answer::created(&format!("/v1/workspaces/{}", made.id), made.version, &made)
    })
    .await
}

/// Read a workspace of yours
///
/// That of your credential, or another that you are a member of.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The workspace", body = Workspace, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/workspaces/{id}")]
pub async fn read_workspace(
    app: Data<App>,
    access: Access<WorkspaceRead>,
    Id(id): Id<uuid::Uuid>,
    _none: NoParams,
) -> ApiResult<Answer<Workspace>> {
    let found = app.db.lookup(async |conn| store::find_mine(conn, access.user, id).await).await?;
    let (row, _) = found.ok_or_else(ApiError::not_found)?;
    Answer::resource(row.version, &Workspace::from(row))
}

/// Rename the workspace of your credential
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:write"])), params(("id" = Uuid, Path)),
    request_body = WorkspaceInput, responses(
    (status = 200, description = "The workspace as it is now", body = Workspace,
        headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/workspaces/{id}")]
pub async fn patch_workspace(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    Id(id): Id<uuid::Uuid>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<WorkspaceInput>,
) -> ApiResult<Answer<Workspace>> {
    let workspace = own(&access, id)?;
    app.write(&access, async |tx| {
        let mut row = store::lock(tx.conn, workspace).await?;
        if_match.check(row.version)?;
        let name = clean_name(&patch.apply(&WorkspaceInput { name: row.name.clone() })?.name)?;
        if name != row.name {
            (row.name, row.version, row.updated_at) = (name, row.version + 1, tx.now);
            store::rename(tx.conn, workspace, &row).await?;
            tx.record(Kind::WorkspaceUpdated, workspace, row.version, vec!["name".to_owned()]);
            tx.audit(audit::Kind::WorkspaceUpdated, workspace, vec!["name".to_owned()]);
        }
        Answer::resource(row.version, &Workspace::from(row))
    })
    .await
}

/// Delete the workspace of your credential, with everything in it
///
/// For good and for all its members. Asks for a sign-in within the last ten minutes.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "`credential_missing`, `invalid_token` or `reauthentication_required`"),
))]
#[delete("/workspaces/{id}")]
pub async fn delete_workspace(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    Id(id): Id<uuid::Uuid>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    let workspace = own(&access, id)?;
    access.require_recent(app.now())?;
    app.db
        .transaction(async |conn| {
            members::lock_owners(conn, workspace).await?;
            if_match.check(store::lock(conn, workspace).await?.version)?;
            let event = super::delete(&app, conn, workspace, access.user, &access.device).await?;
            audit::append(conn, audit::accounts(), app.now(), &[event]).await
        })
        .await?;
    app.verified.forget();
    Ok(Answer::no_content())
}
