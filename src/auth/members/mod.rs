//! Who is in a workspace, and as what. A workspace never loses its last owner.
mod model;
mod routes;
mod store;

use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use self::model::MemberRow;
pub use self::store::{Mailbox, is_member, lock_owners, lock_roles, mailbox, owner_zone, role};
use super::{Role, api_keys, invitations};
use crate::audit;
use crate::changes::{Actor, Kind, Tx};
use crate::db::Conn;
use crate::error::{ApiError, ApiResult, Code, OnConstraint};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::list_members)
        .service(routes::leave_workspace)
        .service(routes::read_member)
        .service(routes::patch_member)
        .service(routes::remove_member)
        .service(routes::hand_over);
}

/// Adds a member to the workspace of the transaction.
pub async fn add(tx: &mut Tx<'_>, user: Uuid, role: Role) -> ApiResult<()> {
    let row = MemberRow {
        workspace_id: tx.workspace,
        user_id: user,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        role: role.name().to_owned(),
    };
    store::insert(tx.conn, &row)
        .await
        .on_constraint("members_pkey", || ApiError::new(Code::AlreadyMember, "you are a member of this workspace"))?;
    tx.record(Kind::MemberCreated, user, 1, Vec::new());
    tx.audit(audit::Kind::MemberAdded, user, Vec::new());
    Ok(())
}

/// Notes in each of the user's workspaces that these fields of the account, which members see, have changed. In a
/// transaction of the service itself: an account belongs to no workspace.
pub async fn account_changed(conn: &mut Conn, user: Uuid, now: DateTime<Utc>, fields: &[&str]) -> ApiResult<()> {
    for (workspace, _) in store::lock_roles(conn, user).await? {
        let mut tx = Tx::new(conn, workspace, now, Actor::Member(user));
        let version = store::touch(tx.conn, workspace, user, now).await?;
        tx.record(Kind::MemberUpdated, user, version, fields.iter().map(|field| (*field).to_owned()).collect());
        tx.flush().await?;
    }
    Ok(())
}

/// Takes a member out, whose row is locked together with the owners', with their API keys and invitations.
pub async fn remove(tx: &mut Tx<'_>, user: Uuid) -> ApiResult<()> {
    api_keys::revoke_of(tx, user).await?;
    let version = store::delete(tx.conn, tx.workspace, user).await?;
    tx.record(Kind::MemberDeleted, user, version, Vec::new());
    tx.audit(audit::Kind::MemberRemoved, user, Vec::new());
    invitations::withdraw_of(tx, user).await
}
