//! `/v1/api-keys`.
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use super::model::{ApiKey, ApiKeyId, ApiKeyInput, ApiKeyQuery, ApiKeyRow, NewApiKey, RotateInput};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, ApiKeysRead, ApiKeysWrite};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of keys.
    ApiKeyPage of ApiKey
}

/// List the API keys, newest first
///
/// An owner sees those of all members, others their own.
#[utoipa::path(tag = "API keys", security(("bearer" = ["api_keys:read"])), params(ApiKeyQuery), responses(
    (status = 200, description = "A page of keys", body = ApiKeyPage),
))]
#[get("/api-keys")]
pub async fn list_api_keys(
    app: Data<App>,
    access: Access<ApiKeysRead>,
    Params(query): Params<ApiKeyQuery>,
    paging: Paging,
) -> ApiResult<Answer<ApiKeyPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let (workspace, fetch, of) = (access.workspace, i64::from(query.limit) + 1, service::seen_by(&access));
    let list = async |conn: &_| store::list(conn, workspace, of, from.as_ref(), fetch).await;
    let mut rows = app.db.read(workspace, list).await?;
    let at = |row: &ApiKeyRow| Position { id: row.id.into(), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    paging.answer(&ApiKeyPage { data: rows.into_iter().map(ApiKey::from).collect(), next_cursor })
}

/// Create an API key
///
/// The answer has the secret, which is shown this once. Asks for a sign-in within the last ten minutes.
#[utoipa::path(tag = "API keys", security(("bearer" = ["api_keys:write"])), request_body = ApiKeyInput, responses(
    (status = 201, description = "The key with its secret", body = NewApiKey),
    (status = 401, description = "`credential_missing`, `invalid_token` or `reauthentication_required`"),
    (status = 409, description = "`too_many_api_keys`"),
))]
#[post("/api-keys")]
pub async fn create_api_key(
    app: Data<App>,
    access: Access<ApiKeysWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<ApiKeyInput>,
) -> ApiResult<Answer<NewApiKey>> {
    access.require_recent(app.now())?;
    let (id, secret) = (app.new_id(), service::new_secret()?);
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let made = service::create(tx, &access, id, &secret, input).await?;
        Ok(Answer::created(&format!("/v1/api-keys/{id}"), 1, &made)?.secret())
    })
    .await
}

/// Read an API key
#[utoipa::path(tag = "API keys", security(("bearer" = ["api_keys:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The key, without its secret", body = ApiKey,
        headers(("ETag" = String, description = "Its version"))),
))]
#[get("/api-keys/{id}")]
pub async fn read_api_key(
    app: Data<App>,
    access: Access<ApiKeysRead>,
    Id(id): Id<ApiKeyId>,
    _none: NoParams,
) -> ApiResult<Answer<ApiKey>> {
    let (workspace, of) = (access.workspace, service::seen_by(&access));
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id, of).await).await?;
    Answer::resource(row.version, &ApiKey::from(row))
}

/// Change an API key
///
/// Its secret stays. Takes effect within five seconds. Asks for a sign-in within the last ten minutes.
#[utoipa::path(tag = "API keys", security(("bearer" = ["api_keys:write"])), params(("id" = Uuid, Path)),
    request_body = ApiKeyInput, responses(
    (status = 200, description = "The key as it is now", body = ApiKey,
        headers(("ETag" = String, description = "Its version"))),
    (status = 401, description = "`credential_missing`, `invalid_token` or `reauthentication_required`"),
))]
#[patch("/api-keys/{id}")]
pub async fn patch_api_key(
    app: Data<App>,
    access: Access<ApiKeysWrite>,
    Id(id): Id<ApiKeyId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<ApiKeyInput>,
) -> ApiResult<Answer<ApiKey>> {
    access.require_recent(app.now())?;
    let row = app.write(&access, async |tx| service::patch(tx, &access, id, &if_match, &patch).await).await?;
    app.verified.forget();
    Answer::resource(row.version, &row)
}

/// Replace the secret of an API key
///
/// The answer has the new one, which is shown this once; the one before works beside it for a while. Asks for a sign-in
/// within the last ten minutes.
#[utoipa::path(tag = "API keys", security(("bearer" = ["api_keys:write"])), params(("id" = Uuid, Path)),
    request_body = RotateInput, responses(
    (status = 200, description = "The key with its new secret", body = NewApiKey,
        headers(("ETag" = String, description = "Its version"))),
    (status = 401, description = "`credential_missing`, `invalid_token` or `reauthentication_required`"),
))]
#[post("/api-keys/{id}/rotate")]
pub async fn rotate_api_key(
    app: Data<App>,
    access: Access<ApiKeysWrite>,
    Id(id): Id<ApiKeyId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<RotateInput>,
) -> ApiResult<Answer<NewApiKey>> {
    access.require_recent(app.now())?;
    let secret = service::new_secret()?;
    let answer = app
        .post(&access, &key, &fingerprint(&input)?, async |tx| {
            let made = service::rotate(tx, &access, id, &if_match, &secret, &input).await?;
            Ok(Answer::resource(made.api_key.version, &made)?.secret())
        })
        .await?;
    app.verified.forget();
    Ok(answer)
}

/// Revoke an API key
///
/// For good; whatever uses it is refused within five seconds.
#[utoipa::path(tag = "API keys", security(("bearer" = ["api_keys:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/api-keys/{id}")]
pub async fn revoke_api_key(
    app: Data<App>,
    access: Access<ApiKeysWrite>,
    Id(id): Id<ApiKeyId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::revoke(tx, &access, id, &if_match).await).await?;
    app.verified.forget();
    Ok(Answer::no_content())
}
