//! `/v1/invitations`.
use actix_web::web::Data;
use actix_web::{delete, get, post};
use uuid::Uuid;

use super::model::{self, AcceptInput, Invitation, InvitationId, InvitationInput, InvitationRow};
use super::store;
use crate::app::App;
use crate::audit;
use crate::auth::token::Prefix;
use crate::auth::workspaces::{self, MyWorkspace};
use crate::auth::{Access, AccountWrite, Role, WorkspaceRead, WorkspaceWrite, link, members, recovery, users};
use crate::changes::{Actor, Kind, Tx};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::idempotency::fingerprint;
use crate::http::limits::PENDING_INVITATIONS;
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params};
use crate::{mail, page};

page! {
    /// A page of invitations.
    InvitationPage of Invitation
}

/// List the open invitations
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of invitations", body = InvitationPage),
))]
#[get("/invitations")]
pub async fn list_invitations(
    app: Data<App>,
    access: Access<WorkspaceRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<InvitationPage>> {
    let from = paging.position(query.cursor.as_deref())?;
    let (workspace, limit, now) = (access.workspace, query.fetch(), app.now());
    let mut rows = app.db.read(workspace, async |conn| store::list(conn, workspace, from, limit, now).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| Uuid::from(row.id))?;
    paging.answer(&InvitationPage { data: rows.into_iter().map(Invitation::from).collect(), next_cursor })
}

/// Invite somebody
///
/// They get a mail with a link that works for seven days. Inviting the same address again replaces the invitation
/// before. Your own address must be verified.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:write"])), request_body = InvitationInput, responses(
    (status = 201, description = "The invitation as stored", body = Invitation),
    (status = 403, description = "`email_not_verified`, `scope_missing` or `role_insufficient`"),
    (status = 409, description = "`already_member` or `too_many_invitations`"),
))]
#[post("/invitations")]
pub async fn create_invitation(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<InvitationInput>,
) -> ApiResult<Answer<Invitation>> {
    let (token, token_hash) = link::generate(access.workspace, Prefix::Invitation)?;
    // An account belongs to no workspace: a workspace's transaction sees only who its members are.
    let inviter = app.db.lookup(async |conn| users::find(conn, access.user).await).await?;
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        if inviter.email_verified_at.is_none() {
            return Err(ApiError::new(Code::EmailNotVerified, "verify your e-mail address before you invite"));
        }
        let email_key = users::email_key(&input.email);
        if members::is_member(tx.conn, tx.workspace, &email_key).await? {
            let detail = "this person is a member already";
            return Err(ApiError::new(Code::AlreadyMember, detail).with(Fault::field("/email", "taken", detail)));
        }
        let former = store::lock_of_address(tx.conn, tx.workspace, &email_key).await?;
        store::lock_list(tx.conn, tx.workspace).await?;
        if former.is_none() && store::count(tx.conn, tx.workspace, tx.now).await? >= PENDING_INVITATIONS {
            let detail = format!("a workspace has at most {PENDING_INVITATIONS} open invitations: withdraw some first");
            return Err(ApiError::new(Code::TooManyInvitations, detail));
        }
        if let Some((former, version)) = former {
            tx.record(Kind::InvitationDeleted, former, version, Vec::new());
            tx.audit(audit::Kind::InvitationWithdrawn, former, Vec::new());
        }
        let row = InvitationRow {
            workspace_id: tx.workspace,
            id: app.new_id(),
            version: 1,
            created_at: tx.now,
            updated_at: tx.now,
            email: input.email.trim().to_owned(),
            email_key,
            role: input.role.name().to_owned(),
            token_hash,
            invited_by: access.user,
            expires_at: tx.now + model::LIFETIME,
        };
        store::upsert(tx.conn, &row).await?;
        tx.record(Kind::InvitationCreated, row.id, row.version, Vec::new());
        tx.audit(audit::Kind::InvitationCreated, row.id, Vec::new());
        let workspace = workspaces::find(tx.conn, tx.workspace).await?;
        let way = recovery::way_back(&app, "accept-invitation", &token);
        let letter = model::mail(&input, &inviter.name, &workspace.name, &way);
        // The token stands in the mail, and is nobody's business while that waits.
        mail::enqueue_sealed(&app, tx.conn, tx.workspace, &letter, tx.now).await?;
        let invitation = Invitation::from(row);
        Answer::created(&format!("/v1/invitations/{}", invitation.id), invitation.version, &invitation)
    })
    .await
}

/// Read one invitation
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The invitation", body = Invitation,
        headers(("ETag" = String, description = "Its version"))),
))]
#[get("/invitations/{id}")]
pub async fn read_invitation(
    app: Data<App>,
    access: Access<WorkspaceRead>,
    Id(id): Id<InvitationId>,
    _none: NoParams,
) -> ApiResult<Answer<Invitation>> {
    let (workspace, now) = (access.workspace, app.now());
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id, now).await).await?;
    Answer::resource(row.version, &Invitation::from(row))
}

/// Withdraw an invitation
#[utoipa::path(tag = "workspaces", security(("bearer" = ["workspace:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "Its link no longer works"),
))]
#[delete("/invitations/{id}")]
pub async fn withdraw_invitation(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    Id(id): Id<InvitationId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| {
        let version = store::find(tx.conn, tx.workspace, id, tx.now).await?.version;
        if_match.check(version)?;
        store::delete(tx.conn, tx.workspace, id).await?;
        tx.record(Kind::InvitationDeleted, id, version, Vec::new());
        tx.audit(audit::Kind::InvitationWithdrawn, id, Vec::new());
        Ok(Answer::no_content())
    })
    .await
}

/// Accept an invitation
///
/// It must have been sent to the address of your account, which counts as verified from then on. `POST /v1/auth/switch`
/// goes to the workspace that you have joined.
#[utoipa::path(tag = "workspaces", security(("bearer" = ["account:write"])), request_body = AcceptInput, responses(
    (status = 200, description = "The workspace that you have joined", body = MyWorkspace),
    (status = 409, description = "`invitation_for_other` or `already_member`"),
    (status = 410, description = "`link_expired`: accepted, withdrawn or expired"),
))]
#[post("/invitations/accept")]
pub async fn accept_invitation(
    app: Data<App>,
    access: Access<AccountWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<AcceptInput>,
) -> ApiResult<Answer<MyWorkspace>> {
    let expired = || ApiError::new(Code::LinkExpired, "the invitation was accepted or withdrawn, or has expired");
    let (workspace, hash) = link::read(Prefix::Invitation, &input.token).ok_or_else(expired)?;
    // With the owner's rights: it is not the workspace of the credential, which keeps the answer, that is joined.
    app.post_outside(&access, &key, &fingerprint(&input)?, async |conn| {
        let user = users::lock(conn, access.user).await?.ok_or_else(ApiError::not_found)?;
        let now = app.now();
        let invitation = store::lock_by_token(conn, workspace, &hash, now).await?.ok_or_else(expired)?;
        if invitation.email_key != user.email_key {
            let detail = "the invitation was sent to another address than that of your account";
            return Err(ApiError::new(Code::InvitationForOther, detail));
        }
        users::set_verified(conn, user.id, now).await?;
        let mut tx = Tx::new(conn, workspace, now, Actor::Member(user.id)).on(Some(access.device.clone()));
        members::add(&mut tx, user.id, Role::from_name(&invitation.role)).await?;
        store::delete(tx.conn, workspace, invitation.id).await?;
        tx.record(Kind::InvitationDeleted, invitation.id, invitation.version, Vec::new());
        tx.audit(audit::Kind::InvitationAccepted, invitation.id, Vec::new());
        tx.flush().await?;
        Answer::ok(&workspaces::find_mine(conn, user.id, workspace).await?)
    })
    .await
}
