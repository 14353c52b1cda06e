//! `/v1/webhook-endpoints/{id}/deliveries`, and what is told again.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, get, post};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::IntoParams;

use super::api::{
    WebhookDelivery, WebhookDeliveryDetails, WebhookReplay, WebhookReplayInput, WebhookRequest, WebhookStatistics,
};
use super::model::{DeliveryId, DeliveryRow, DeliveryState, EndpointId};
use super::payload::WebhookEvent;
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, WebhooksRead, WebhooksWrite};
use crate::changes;
use crate::error::{ApiError, ApiResult};
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, DEFAULT_LIMIT};
use crate::http::params::{NoParams, path_id};
use crate::http::{Answer, Body, Id, IdempotencyKey, NoBody, Paging, Params};
use crate::page;

page! {
    /// A page of deliveries.
    WebhookDeliveryPage of WebhookDelivery
}

/// The two ids in the path of a delivery.
pub struct DeliveryPath {
    endpoint: EndpointId,
    delivery: DeliveryId,
}

impl FromRequest for DeliveryPath {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read =
            || Ok(Self { endpoint: path_id(request, "id")?.into(), delivery: path_id(request, "delivery_id")?.into() });
        ready(read())
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only those that have come so far.
    #[param(inline)]
    state: Option<DeliveryState>,
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
}

impl Default for DeliveryQuery {
    fn default() -> Self {
        Self { state: None, limit: DEFAULT_LIMIT, cursor: None }
    }
}

/// List what a webhook endpoint was told, the newest change first
///
/// Of the last 30 days.
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:read"])), params(("id" = Uuid, Path), DeliveryQuery), responses(
    (status = 200, description = "A page of deliveries", body = WebhookDeliveryPage),
))]
#[get("/webhook-endpoints/{id}/deliveries")]
pub async fn list_webhook_deliveries(
    app: Data<App>,
    access: Access<WebhooksRead>,
    Id(id): Id<EndpointId>,
    Params(query): Params<DeliveryQuery>,
    paging: Paging,
) -> ApiResult<Answer<WebhookDeliveryPage>> {
    let from: Option<i64> = paging.position(query.cursor.as_deref())?;
    let (workspace, fetch) = (access.workspace, i64::from(query.limit) + 1);
    let list = async |conn: &_| {
        store::find(conn, workspace, id).await?;
        store::list_deliveries(conn, workspace, id, query.state, from, fetch).await
    };
    let mut rows = app.db.read(workspace, list).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row: &DeliveryRow| row.seq)?;
    paging.answer(&WebhookDeliveryPage { data: rows.into_iter().map(WebhookDelivery::from).collect(), next_cursor })
}

/// Read a delivery, and what was sent
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:read"])),
    params(("id" = Uuid, Path), ("delivery_id" = Uuid, Path)), responses(
    (status = 200, description = "The delivery", body = WebhookDeliveryDetails),
))]
#[get("/webhook-endpoints/{id}/deliveries/{delivery_id}")]
pub async fn read_webhook_delivery(
    app: Data<App>,
    access: Access<WebhooksRead>,
    path: DeliveryPath,
    _none: NoParams,
) -> ApiResult<Answer<WebhookDeliveryDetails>> {
    let (workspace, DeliveryPath { endpoint, delivery }) = (access.workspace, path);
    let read = async |conn: &_| {
        let row = store::find_delivery(conn, workspace, endpoint, delivery).await?;
        let change = changes::numbered(conn, workspace, &[row.seq]).await?.pop();
        Ok((store::find(conn, workspace, endpoint).await?.url, row, change))
    };
    let (url, row, change) = app.db.read(workspace, read).await?;
    let body = change.map(|change| WebhookEvent::new(&app, workspace, change)).transpose()?;
    Answer::ok(&WebhookDeliveryDetails { delivery: row.into(), request: WebhookRequest { url, body } })
}

/// Tell a webhook endpoint of one change again
///
/// With the same `webhook-id`.
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:write"])),
    params(("id" = Uuid, Path), ("delivery_id" = Uuid, Path)), responses(
    (status = 200, description = "The delivery, which waits again", body = WebhookDelivery),
    (status = 409, description = "`impossible_transition`: the endpoint is turned off"),
))]
#[post("/webhook-endpoints/{id}/deliveries/{delivery_id}/resend")]
pub async fn resend_webhook_delivery(
    app: Data<App>,
    access: Access<WebhooksWrite>,
    path: DeliveryPath,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<WebhookDelivery>> {
    let DeliveryPath { endpoint, delivery } = path;
    app.post(&access, &key, b"", async |tx| {
        service::resend(tx, endpoint, delivery).await?;
        let row = store::find_delivery(tx.conn, tx.workspace, endpoint, delivery).await?;
        Answer::ok(&WebhookDelivery::from(row))
    })
    .await
}

/// Tell a webhook endpoint of the changes of a time again
///
/// Those that it wants: what was given up, what it was never told of, for it was turned off or not there yet, and, if that is
/// wished for, what has arrived. At most 100,000 of them.
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:write"])), params(("id" = Uuid, Path)),
    request_body = WebhookReplayInput, responses(
    (status = 200, description = "How many will be told", body = WebhookReplay),
    (status = 409, description = "`impossible_transition`: the endpoint is turned off"),
))]
#[post("/webhook-endpoints/{id}/replay")]
pub async fn replay_webhook_changes(
    app: Data<App>,
    access: Access<WebhooksWrite>,
    Id(id): Id<EndpointId>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<WebhookReplayInput>,
) -> ApiResult<Answer<WebhookReplay>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| Answer::ok(&service::replay(&app, tx, id, &input).await?))
        .await
}

/// Read how it goes with a webhook endpoint
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "How it goes", body = WebhookStatistics),
))]
#[get("/webhook-endpoints/{id}/statistics")]
pub async fn read_webhook_statistics(
    app: Data<App>,
    access: Access<WebhooksRead>,
    Id(id): Id<EndpointId>,
    _none: NoParams,
) -> ApiResult<Answer<WebhookStatistics>> {
    let (workspace, since) = (access.workspace, app.now() - TimeDelta::hours(24));
    let read = async |conn: &_| {
        Ok((store::waiting(conn, workspace, id).await?, store::tally(conn, workspace, id, since).await?))
    };
    let (waiting, tally) = app.db.read(workspace, read).await?;
    Answer::ok(&WebhookStatistics {
        pending: waiting.pending,
        delivered: tally.delivered,
        failed: tally.failed,
        latency_p50_ms: tally.p50,
        latency_p99_ms: tally.p99,
        // Of the endpoint it is noted once a minute.
        last_success_at: waiting.last_success_at.max(tally.last_success_at),
        failing_since: waiting.failing_since,
        oldest_pending_at: waiting.oldest,
    })
}
