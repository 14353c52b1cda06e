use actix_web::web::Data;
use actix_web::{get, patch};

use super::model::{FollowUpDigest, FollowUpDigestInput};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, AccountWrite, FollowUpsRead};
use crate::error::ApiResult;
use crate::http::params::NoParams;
use crate::http::{Answer, IfMatch, Patch};

/// Read whether and when you are mailed what is due
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:read"])), responses(
    (status = 200, description = "Your digest in this workspace", body = FollowUpDigest, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/follow-ups/digest")]
pub async fn read_follow_up_digest(
    app: Data<App>,
    access: Access<FollowUpsRead>,
    _none: NoParams,
) -> ApiResult<Answer<FollowUpDigest>> {
    let (workspace, user) = (access.workspace, access.user);
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, user).await).await?;
    let digest = service::show(row, workspace, user, app.now());
    Answer::resource(digest.version, &digest)
}

/// Change whether and when you are mailed what is due
///
/// Off by default. A mail a day, at the hour of your choosing, on days on which something of this workspace is due by the
/// day's end. It goes to your account's address, which has to be verified.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["account:write"])), request_body = FollowUpDigestInput, responses(
    (status = 200, description = "Your digest as it is now", body = FollowUpDigest, headers(("ETag" = String, description = "Its version"))),
    (status = 403, description = "`scope_missing` or `email_not_verified`"),
    (status = 412, description = "`precondition_failed`: it has another version"),
))]
#[patch("/follow-ups/digest")]
pub async fn patch_follow_up_digest(
    app: Data<App>,
    access: Access<AccountWrite>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<FollowUpDigestInput>,
) -> ApiResult<Answer<FollowUpDigest>> {
    access.require::<FollowUpsRead>()?;
    let user = access.user;
    app.write(&access, async |tx| {
        let digest = service::patch(tx, user, &if_match, &patch).await?;
        Answer::resource(digest.version, &digest)
    })
    .await
}
