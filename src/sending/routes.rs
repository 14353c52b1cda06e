use actix_web::web::Data;
use actix_web::{get, patch};

use super::model::{SendingSettings, SendingSettingsInput};
use super::service;
use crate::app::App;
use crate::auth::{Access, MessagesRead, MessagesWrite};
use crate::error::ApiResult;
use crate::http::params::NoParams;
use crate::http::{Answer, IfMatch, Patch};

/// Read how the workspace wants its messages sent
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:read"])), responses(
    (status = 200, description = "The settings", body = SendingSettings, headers(("ETag" = String, description = "Their version"))),
))]
#[get("/sending-settings")]
pub async fn read_sending_settings(
    app: Data<App>,
    access: Access<MessagesRead>,
    _none: NoParams,
) -> ApiResult<Answer<SendingSettings>> {
    let (workspace, most) = (access.workspace, app.config.daily_messages);
    let settings = app.db.read(workspace, async |conn| service::read(conn, workspace, most).await).await?;
    Answer::resource(settings.version, &settings)
}

/// Change how the workspace wants its messages sent
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), request_body = SendingSettingsInput, responses(
    (status = 200, description = "The settings as they are now", body = SendingSettings, headers(("ETag" = String, description = "Their version"))),
    (status = 412, description = "`precondition_failed`: the settings have another version"),
))]
#[patch("/sending-settings")]
pub async fn patch_sending_settings(
    app: Data<App>,
    access: Access<MessagesWrite>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<SendingSettingsInput>,
) -> ApiResult<Answer<SendingSettings>> {
    app.write(&access, async |tx| {
        let settings = service::patch(tx, &if_match, &patch, app.config.daily_messages).await?;
        Answer::resource(settings.version, &settings)
    })
    .await
}
