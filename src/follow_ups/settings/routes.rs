use actix_web::web::Data;
use actix_web::{get, patch};

use super::model::{FollowUpSettings, FollowUpSettingsInput};
use super::service;
use crate::app::App;
use crate::auth::{Access, FollowUpsRead, FollowUpsWrite};
use crate::error::ApiResult;
use crate::http::params::NoParams;
use crate::http::{Answer, IfMatch, Patch};

/// Read how the workspace counts its days
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:read"])), responses(
    (status = 200, description = "The settings", body = FollowUpSettings, headers(("ETag" = String, description = "Their version"))),
))]
#[get("/follow-ups/settings")]
pub async fn read_follow_up_settings(
    app: Data<App>,
    access: Access<FollowUpsRead>,
    _none: NoParams,
) -> ApiResult<Answer<FollowUpSettings>> {
    let workspace = access.workspace;
    let settings = app.db.read(workspace, async |conn| service::read(conn, workspace).await).await?;
    Answer::derived(settings.version, &settings)
}

/// Change how the workspace counts its days
///
/// In which zone, with whose holidays, and after how many days to be in touch again. `null` gives a setting back to its
/// default. When the zone changes, what is open stays due on its day and at its hour; holidays and numbers of days count
/// for what becomes due from then on.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), request_body = FollowUpSettingsInput, responses(
    (status = 200, description = "The settings as they are now", body = FollowUpSettings, headers(("ETag" = String, description = "Their version"))),
    (status = 412, description = "`precondition_failed`: the settings have another version"),
))]
#[patch("/follow-ups/settings")]
pub async fn patch_follow_up_settings(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<FollowUpSettingsInput>,
) -> ApiResult<Answer<FollowUpSettings>> {
    app.write(&access, async |tx| {
        let settings = service::patch(tx, &if_match, &patch).await?;
        Answer::derived(settings.version, &settings)
    })
    .await
}
