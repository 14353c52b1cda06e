//! Workspaces: the tenants. A user is a member of one or more; a credential is in one of them at a time.
mod model;
mod routes;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use self::model::{MyWorkspace, WorkspaceRow, default_name};
pub use self::store::{find, lock_alone};
use super::device::Device;
use super::{Role, members};
use crate::app::App;
use crate::audit::{self, Event};
use crate::changes::{Actor, Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::list_workspaces)
        .service(routes::create_workspace)
        .service(routes::read_workspace)
        .service(routes::patch_workspace)
        .service(routes::delete_workspace);
}

/// Makes a workspace with its owner, in a transaction of the service itself: there is no workspace to be in yet.
pub async fn found(app: &App, conn: &mut Conn, owner: Uuid, name: &str) -> ApiResult<MyWorkspace> {
    let now = app.now();
    let row = WorkspaceRow {
        id: WorkspaceId::vouched(app.new_id()),
        version: 1,
        created_at: now,
        updated_at: now,
        name: name.to_owned(),
    };
    store::insert(conn, &row).await?;
    let mut tx = Tx::new(conn, row.id, now, Actor::Member(owner));
    tx.record(Kind::WorkspaceCreated, row.id, row.version, Vec::new());
    tx.audit(audit::Kind::WorkspaceCreated, row.id, Vec::new());
    members::add(&mut tx, owner, Role::Owner).await?;
    tx.flush().await?;
    Ok(MyWorkspace::new(row, Role::Owner))
}

/// Deletes a workspace with all that is in it but its audit log, which tells so; gives what that of accounts is to tell,
/// the last of its transaction.
pub async fn delete(app: &App, conn: &Conn, id: WorkspaceId, user: Uuid, device: &Device) -> ApiResult<Event> {
    store::delete(conn, id).await?;
    let event = Event::new(audit::Kind::WorkspaceDeleted, audit::Actor::User(user)).of(id).from(Some(device));
    audit::append(conn, id, app.now(), std::slice::from_ref(&event)).await?;
    Ok(event)
}

/// The workspace that a sign-in of `user` is for: the wanted one, else the last one, else the oldest. Somebody who has
/// left all of them gets a new one.
pub async fn pick(
    app: &App,
    conn: &mut Conn,
    user: Uuid,
    name: &str,
    wanted: Option<Uuid>,
    last: Option<Uuid>,
) -> ApiResult<MyWorkspace> {
    if let Some(wanted) = wanted {
        let found = store::find_mine(conn, user, wanted).await?;
        let not_a_member =
            || ApiError::field("/workspace_id", "not_a_member", "you are not a member of this workspace");
        return found.map(MyWorkspace::from).ok_or_else(not_a_member);
    }
    if let Some(last) = last
        && let Some(mine) = store::find_mine(conn, user, last).await?
    {
        return Ok(mine.into());
    }
    match store::oldest_mine(conn, user).await? {
        Some(mine) => Ok(mine.into()),
        None => found(app, conn, user, &default_name(name)).await,
    }
}

/// A workspace that the user has just joined.
pub async fn find_mine(conn: &Conn, user: Uuid, workspace: WorkspaceId) -> ApiResult<MyWorkspace> {
    let found = store::find_mine(conn, user, workspace.into()).await?;
    found.map(MyWorkspace::from).ok_or_else(ApiError::not_found)
}
