//! `/v1/webhook-endpoints`.
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use uuid::Uuid;

use super::api::{NewWebhookEndpoint, WebhookEndpoint, WebhookEndpointInput};
use super::model::{EndpointId, EndpointRow};
use super::{service, sign, store};
use crate::app::App;
use crate::auth::{Access, ChangesRead, WebhooksRead, WebhooksWrite};
use crate::error::ApiResult;
use crate::http::body::Ruled;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, NoBody, Paging, Params, Patch};
use crate::page;

page! {
    /// A page of endpoints.
    WebhookEndpointPage of WebhookEndpoint
}

/// Tell a URL of changes
///
/// By `POST`, as Standard Webhooks 1.0.0 has it, at least once each: what is answered with anything but 2xx within 15 seconds
/// is tried again for some three days and a half. The answer has the secret that requests are signed by, which is shown
/// this once. It takes `changes:read`, too. One that is made with an API key ends with it.
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:write"])), request_body = WebhookEndpointInput, responses(
    (status = 201, description = "The endpoint with its secret", body = NewWebhookEndpoint),
    (status = 409, description = "`too_many_webhook_endpoints`"),
))]
#[post("/webhook-endpoints")]
pub async fn create_webhook_endpoint(
    app: Data<App>,
    access: Access<WebhooksWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Ruled(input): Ruled<WebhookEndpointInput>,
) -> ApiResult<Answer<NewWebhookEndpoint>> {
    // It hears of what the log says.
    access.require::<ChangesRead>()?;
    let (id, secret): (EndpointId, _) = (app.new_id(), sign::new_secret()?);
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let made = service::create(&app, tx, id, &access, &secret, input).await?;
        Ok(Answer::created(&format!("/v1/webhook-endpoints/{id}"), 1, &made)?.secret())
    })
    .await
}

/// List the webhook endpoints, newest first
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of endpoints", body = WebhookEndpointPage),
))]
#[get("/webhook-endpoints")]
pub async fn list_webhook_endpoints(
    app: Data<App>,
    access: Access<WebhooksRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<WebhookEndpointPage>> {
    let from: Option<Uuid> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows = app.db.read(workspace, async |conn| store::list(conn, workspace, from, query.fetch()).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row: &EndpointRow| Uuid::from(row.id))?;
    let data = rows.into_iter().map(|row| service::shown(&app.ring, row)).collect::<ApiResult<_>>()?;
    paging.answer(&WebhookEndpointPage { data, next_cursor })
}

/// Read a webhook endpoint
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The endpoint, without its secret", body = WebhookEndpoint,
        headers(("ETag" = String, description = "Its version"))),
))]
#[get("/webhook-endpoints/{id}")]
pub async fn read_webhook_endpoint(
    app: Data<App>,
    access: Access<WebhooksRead>,
    Id(id): Id<EndpointId>,
    _none: NoParams,
) -> ApiResult<Answer<WebhookEndpoint>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    let endpoint = service::shown(&app.ring, row)?;
    Answer::resource(endpoint.version, &endpoint)
}

/// Change a webhook endpoint
///
/// Its secret stays. `headers` is merged by name; `null` takes one out. It takes `changes:read`, too. Whoever gives it another
/// `url` or `payload`, or turns it on, has made it from then on.
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:write"])), params(("id" = Uuid, Path)),
    request_body = WebhookEndpointInput, responses(
    (status = 200, description = "The endpoint as it is now", body = WebhookEndpoint,
        headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/webhook-endpoints/{id}")]
pub async fn patch_webhook_endpoint(
    app: Data<App>,
    access: Access<WebhooksWrite>,
    Id(id): Id<EndpointId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<WebhookEndpointInput>,
) -> ApiResult<Answer<WebhookEndpoint>> {
    access.require::<ChangesRead>()?;
    app.write(&access, async |tx| {
        let endpoint = service::patch(&app, tx, &access, id, &if_match, &patch).await?;
        Answer::resource(endpoint.version, &endpoint)
    })
    .await
}

/// Delete a webhook endpoint
///
/// With its deliveries, those that wait among them.
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/webhook-endpoints/{id}")]
pub async fn delete_webhook_endpoint(
    app: Data<App>,
    access: Access<WebhooksWrite>,
    Id(id): Id<EndpointId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Replace the secret of a webhook endpoint
///
/// The answer has the new one, which is shown this once. For 24 hours requests are signed by both, and by those that were
/// replaced in the 24 hours before.
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:write"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The endpoint with its new secret", body = NewWebhookEndpoint,
        headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`: eight secrets that were replaced still sign; `detail` says until when"),
))]
#[post("/webhook-endpoints/{id}/rotate")]
pub async fn rotate_webhook_secret(
    app: Data<App>,
    access: Access<WebhooksWrite>,
    Id(id): Id<EndpointId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<NewWebhookEndpoint>> {
    let secret = sign::new_secret()?;
    app.post(&access, &key, b"", async |tx| {
        let made = service::rotate(&app, tx, id, &if_match, &secret).await?;
        Ok(Answer::resource(made.endpoint.version, &made)?.secret())
    })
    .await
}

/// Try a webhook endpoint
///
/// It is told `webhook_endpoint.tested`, whatever else it wants. `GET …/deliveries` says what became of it.
#[utoipa::path(tag = "webhooks", security(("bearer" = ["webhooks:write"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The endpoint, which will be told", body = WebhookEndpoint,
        headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`: it is turned off"),
))]
#[post("/webhook-endpoints/{id}/test")]
pub async fn test_webhook_endpoint(
    app: Data<App>,
    access: Access<WebhooksWrite>,
    Id(id): Id<EndpointId>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<WebhookEndpoint>> {
    app.post(&access, &key, b"", async |tx| {
        let endpoint = service::test(&app, tx, id).await?;
        Answer::resource(endpoint.version, &endpoint)
    })
    .await
}
