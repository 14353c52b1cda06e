//! What was deleted, for 30 days: `GET /v1/trash`, `POST /v1/trash/{id}/restore`, `DELETE /v1/trash/{id}`.
mod routes;
mod store;

use chrono::Duration;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::app::App;
use crate::changes::{Actor, Tx};
use crate::error::{ApiError, ApiResult};
use crate::jobs;
use crate::{
    audit, circle_requests, companies, contacts, feeds, follow_ups, goals, insights, introductions, meetings, messages,
    questions, research_notes, templates,
};

const KEPT: Duration = Duration::days(30);

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::list_trash).service(routes::restore_from_trash).service(routes::purge_from_trash);
}

/// Notes that something was deleted. The resource's slice has hidden it already.
pub async fn put(tx: &mut Tx<'_>, kind: &'static str, id: Uuid, title: &str) -> ApiResult<()> {
    let deleted_by = tx.actor.member();
    store::insert(tx.conn, tx.workspace, id, kind, title, deleted_by, tx.now, tx.now + KEPT).await
}

/// Something that was deleted goes for good by another way than the trash's.
pub async fn forget(tx: &mut Tx<'_>, id: Uuid) -> ApiResult<()> {
    store::remove(tx.conn, tx.workspace, id).await
}

/// As [`forget`], of several.
pub async fn forget_many(tx: &mut Tx<'_>, ids: &[Uuid]) -> ApiResult<()> {
    store::remove_many(tx.conn, tx.workspace, ids).await
}

/// What was deleted is called something else by now.
pub async fn retitle(tx: &mut Tx<'_>, id: Uuid, title: &str) -> ApiResult<()> {
    store::retitle(tx.conn, tx.workspace, id, title).await
}

/// Gives it back to its slice.
async fn restore(tx: &mut Tx<'_>, kind: &str, id: Uuid) -> ApiResult<()> {
    match kind {
        contacts::RESOURCE => contacts::restore(tx, id.into()).await?,
        companies::RESOURCE => companies::restore(tx, id.into()).await?,
        introductions::RESOURCE => introductions::restore(tx, id.into()).await?,
        circle_requests::RESOURCE => circle_requests::restore(tx, id.into()).await?,
        messages::RESOURCE => messages::restore(tx, id.into()).await?,
        meetings::RESOURCE => meetings::restore(tx, id.into()).await?,
        follow_ups::RESOURCE => follow_ups::restore(tx, id.into()).await?,
        templates::RESOURCE => templates::restore(tx, id.into()).await?,
        goals::RESOURCE => goals::restore(tx, id.into()).await?,
        questions::RESOURCE => questions::restore(tx, id.into()).await?,
        insights::RESOURCE => insights::restore(tx, id.into()).await?,
        research_notes::RESOURCE => research_notes::restore(tx, id.into()).await?,
        feeds::RESOURCE => feeds::restore(tx, id.into()).await?,
        _ => return Err(ApiError::not_found()),
    }
    store::remove(tx.conn, tx.workspace, id).await
}

async fn purge(tx: &mut Tx<'_>, kind: &str, id: Uuid) -> ApiResult<()> {
    match kind {
        contacts::RESOURCE => contacts::purge(tx, id.into()).await?,
        companies::RESOURCE => companies::purge(tx, id.into()).await?,
        introductions::RESOURCE => introductions::purge(tx, id.into()).await?,
        circle_requests::RESOURCE => circle_requests::purge(tx, id.into()).await?,
        messages::RESOURCE => messages::purge(tx, id.into()).await?,
        meetings::RESOURCE => meetings::purge(tx, id.into()).await?,
        follow_ups::RESOURCE => follow_ups::purge(tx, id.into()).await?,
        templates::RESOURCE => templates::purge(tx, id.into()).await?,
        goals::RESOURCE => goals::purge(tx, id.into()).await?,
        questions::RESOURCE => questions::purge(tx, id.into()).await?,
        insights::RESOURCE => insights::purge(tx, id.into()).await?,
        research_notes::RESOURCE => research_notes::purge(tx, id.into()).await?,
        feeds::RESOURCE => feeds::purge(tx, id.into()).await?,
        _ => return Err(ApiError::not_found()),
    }
    tx.audit(audit::Kind::DataErased, id, Vec::new());
    store::remove(tx.conn, tx.workspace, id).await
}

/// Empties what has lain there for its 30 days, some at a time.
pub async fn purge_old(app: &App) -> ApiResult<usize> {
    let due = app.db.lookup(async |conn| store::due(conn, app.now()).await).await?;
    for (workspace, id) in &due {
        let purged = app.write_as(*workspace, Actor::Job, async |tx| {
            let entry = store::lock(tx.conn, tx.workspace, *id).await?;
            purge(tx, &entry.kind, *id).await
        });
        jobs::went(purged.await, *id)?;
    }
    Ok(due.len())
}
