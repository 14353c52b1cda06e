//! `/v1/members`.
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use uuid::Uuid;

use super::model::{Member, MemberInput};
use super::store;
use crate::app::App;
use crate::audit;
use crate::auth::{Access, AccountWrite, Role, WorkspaceRead, WorkspaceWrite, invitations};
use crate::changes::{Kind, Tx};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, NoBody, Paging, Params, Patch};
use crate::page;

page! {
    /// A page of members.
    MemberPage of Member
}

fn last_owner() -> ApiError {
    ApiError::new(Code::LastOwner, "a workspace keeps at least one owner: make somebody else an owner first")
}

/// Locks the owners, and refuses when `user` is the only one.
async fn require_other_owner(tx: &mut Tx<'_>, user: Uuid) -> ApiResult<()> {
    let owners = store::lock_owners(tx.conn, tx.workspace).await?;
    if owners == [user] { Err(last_owner()) } else { Ok(()) }
}

async fn set_role(tx: &mut Tx<'_>, user: Uuid, role: Role) -> ApiResult<()> {
    let version = store::set_role(tx.conn, tx.workspace, user, role.name(), tx.now).await?;
    tx.record(Kind::MemberUpdated, user, version, vec!["role".to_owned()]);
    tx.audit(audit::Kind::MemberRoleChanged, user, vec!["role".to_owned()]);
    if role == Role::Owner { Ok(()) } else { invitations::withdraw_of(tx, user).await }
}

/// List the members of the workspace
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of members", body = MemberPage),
))]
#[get("/members")]
pub async fn list_members(
    app: Data<App>,
    access: Access<WorkspaceRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<MemberPage>> {
    let from = paging.position(query.cursor.as_deref())?;
    let (workspace, limit) = (access.workspace, query.fetch());
    let mut rows = app.db.read(workspace, async |conn| store::list(conn, workspace, from, limit).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| row.member.user_id)?;
    paging.answer(&MemberPage { data: rows.into_iter().map(Member::from).collect(), next_cursor })
}

/// Read one member
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:read"])),
    params(("id" = Uuid, Path, description = "The user's id")), responses(
    (status = 200, description = "The member", body = Member, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/members/{id}")]
pub async fn read_member(
    app: Data<App>,
    access: Access<WorkspaceRead>,
    Id(id): Id<Uuid>,
    _none: NoParams,
) -> ApiResult<Answer<Member>> {
    let workspace = access.workspace;
    let member = Member::from(app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?);
    Answer::resource(member.version, &member)
}

/// Change a member's role
///
/// It takes effect within five seconds; a role with more scopes needs a new access token, too.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:write"])),
    params(("id" = Uuid, Path, description = "The user's id")), request_body = MemberInput, responses(
    (status = 200, description = "The member as it is now", body = Member,
        headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`last_owner`"),
))]
#[patch("/members/{id}")]
pub async fn patch_member(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    Id(id): Id<Uuid>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<MemberInput>,
) -> ApiResult<Answer<Member>> {
    let answer = app
        .write(&access, async |tx| {
            let owners = store::lock_owners(tx.conn, tx.workspace).await?;
            let row = store::lock(tx.conn, tx.workspace, id).await?;
            if_match.check(row.version)?;
            let current = Role::from_name(&row.role);
            let MemberInput { role } = patch.apply(&MemberInput { role: current })?;
            if role != Role::Owner && owners == [id] {
                return Err(last_owner());
            }
            if role != current {
                set_role(tx, id, role).await?;
            }
            let member = Member::from(store::find(tx.conn, tx.workspace, id).await?);
            Answer::resource(member.version, &member)
        })
        .await?;
    app.verified.forget();
    Ok(answer)
}

/// Remove a member
///
/// Their credentials end here within five seconds; the invitations they made are withdrawn.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:write"])),
    params(("id" = Uuid, Path, description = "The user's id")), responses(
    (status = 204, description = "They are out"),
    (status = 409, description = "`last_owner`"),
))]
#[delete("/members/{id}")]
pub async fn remove_member(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    Id(id): Id<Uuid>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| {
        require_other_owner(tx, id).await?;
        if_match.check(store::lock(tx.conn, tx.workspace, id).await?.version)?;
        super::remove(tx, id).await
    })
    .await?;
    app.verified.forget();
    Ok(Answer::no_content())
}

/// Leave the workspace
///
/// Your credential ends there; `POST /v1/auth/refresh` goes on in another of your workspaces.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["account:write"])), responses(
    (status = 204, description = "You are out"),
    (status = 409, description = "`last_owner`"),
))]
#[post("/members/leave")]
pub async fn leave_workspace(
    app: Data<App>,
    access: Access<AccountWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<()>> {
    let answer = app
        .post(&access, &key, b"", async |tx| {
            require_other_owner(tx, access.user).await?;
            super::remove(tx, access.user).await?;
            Ok(Answer::no_content())
        })
        .await?;
    app.verified.forget();
    Ok(answer)
}

/// Hand the workspace over to another member
///
/// They become an owner and you an editor, both at once.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:write"])),
    params(("id" = Uuid, Path, description = "The user's id")), responses(
    (status = 200, description = "The new owner", body = Member, headers(("ETag" = String, description = "Its version"))),
))]
#[post("/members/{id}/hand-over")]
pub async fn hand_over(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    Id(id): Id<Uuid>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Member>> {
    if id == access.user {
        let fault = Fault::parameter("id", "not_allowed", "must be another member than yourself");
        return Err(ApiError::faults(Code::InvalidParameter, "parameter", vec![fault]));
    }
    let answer = app
        .post(&access, &key, b"", async |tx| {
            let owners = store::lock_owners(tx.conn, tx.workspace).await?;
            if !owners.contains(&access.user) {
                // The credential was an owner's until a moment ago.
                return Err(ApiError::new(Code::RoleInsufficient, "only an owner can hand the workspace over"));
            }
            let row = store::lock(tx.conn, tx.workspace, id).await?;
            if row.role != Role::Owner.name() {
                set_role(tx, id, Role::Owner).await?;
            }
            set_role(tx, access.user, Role::Editor).await?;
            let member = Member::from(store::find(tx.conn, tx.workspace, id).await?);
            Answer::resource(member.version, &member)
        })
        .await?;
    app.verified.forget();
    Ok(answer)
}
