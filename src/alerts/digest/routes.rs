//! `/v1/alerts/digest`.
use actix_web::web::Data;
use actix_web::{get, patch};

use super::model::{AlertDigest, AlertDigestInput};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, AccountWrite, FeedsRead};
use crate::error::ApiResult;
use crate::http::params::NoParams;
use crate::http::{Answer, IfMatch, Patch};

/// Read whether and when you are mailed new alerts
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:read"])), responses(
    (status = 200, description = "Your digest in this workspace", body = AlertDigest, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/alerts/digest")]
pub async fn read_alert_digest(
    app: Data<App>,
    access: Access<FeedsRead>,
    _none: NoParams,
) -> ApiResult<Answer<AlertDigest>> {
    let (workspace, user) = (access.workspace, access.user);
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, user).await).await?;
    let digest = service::show(row, workspace, user, app.now());
    Answer::resource(digest.version, &digest)
}

/// Change whether and when you are mailed new alerts
///
/// Off by default. A mail a day or a week, at the hour of your choosing, when alerts were found since the last one and are
/// unread. It goes to your account's address, which has to be verified. It takes `account:write`, for it is about your mail,
/// and `feeds:read`, for the mail has what the feeds brought; not `feeds:write`.
#[utoipa::path(tag = "feeds", security(("bearer" = ["account:write"])), request_body = AlertDigestInput, responses(
    (status = 200, description = "Your digest as it is now", body = AlertDigest, headers(("ETag" = String, description = "Its version"))),
    (status = 403, description = "`scope_missing` or `email_not_verified`"),
    (status = 412, description = "`precondition_failed`: it has another version"),
))]
#[patch("/alerts/digest")]
pub async fn patch_alert_digest(
    app: Data<App>,
    access: Access<AccountWrite>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<AlertDigestInput>,
) -> ApiResult<Answer<AlertDigest>> {
    access.require::<FeedsRead>()?;
    let user = access.user;
    app.write(&access, async |tx| {
        let digest = service::patch(tx, user, &if_match, &patch).await?;
        Answer::resource(digest.version, &digest)
    })
    .await
}
