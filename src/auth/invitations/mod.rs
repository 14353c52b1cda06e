//! Invitations into a workspace, by mail.
mod model;
mod routes;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::app::App;
use crate::audit;
use crate::changes::{Actor, Kind, Tx};
use crate::db::WorkspaceId;
use crate::error::ApiResult;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::list_invitations)
        .service(routes::create_invitation)
        .service(routes::accept_invitation)
        .service(routes::read_invitation)
        .service(routes::withdraw_invitation);
}

/// Withdraws what somebody invited who may not invite any more.
pub async fn withdraw_of(tx: &mut Tx<'_>, user: Uuid) -> ApiResult<()> {
    for (id, version) in store::delete_of(tx.conn, tx.workspace, user).await? {
        tx.record(Kind::InvitationDeleted, id, version, Vec::new());
        tx.audit(audit::Kind::InvitationWithdrawn, id, Vec::new());
    }
    Ok(())
}

/// Throws away what has expired, workspace by workspace, for each has its own log.
pub async fn forget_old(app: &App) -> ApiResult<usize> {
    let now = app.now();
    let workspaces: Vec<WorkspaceId> = app.db.lookup(async |conn| store::with_expired(conn, now).await).await?;
    let mut count = 0;
    for workspace in workspaces {
        count += app
            .write_as(workspace, Actor::Job, async |tx| {
                let gone = store::delete_expired(tx.conn, tx.workspace, now).await?;
                for (id, version) in &gone {
                    tx.record(Kind::InvitationDeleted, *id, *version, Vec::new());
                }
                Ok(gone.len())
            })
            .await?;
    }
    Ok(count)
}
