use actix_web::web::Data;
use actix_web::{get, patch};

use super::model::{Profile, ProfileInput};
use super::service;
use crate::app::App;
use crate::auth::{Access, ProfileRead, ProfileWrite};
use crate::error::ApiResult;
use crate::http::params::NoParams;
use crate::http::{Answer, IfMatch, Patch};

/// Read the seeker's profile
#[utoipa::path(tag = "profile", security(("bearer" = ["profile:read"])), responses(
    (status = 200, description = "The profile", body = Profile, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/profile")]
pub async fn read_profile(app: Data<App>, access: Access<ProfileRead>, _none: NoParams) -> ApiResult<Answer<Profile>> {
    let workspace = access.workspace;
    let profile = app.db.read(workspace, async |conn| super::find(conn, workspace).await).await?;
    Answer::resource(profile.version, &profile)
}

/// Change the seeker's profile
///
/// Templates know its fields as `seeker`.
#[utoipa::path(tag = "profile", security(("bearer" = ["profile:write"])), request_body = ProfileInput, responses(
    (status = 200, description = "The profile as it is now", body = Profile, headers(("ETag" = String, description = "Its version"))),
    (status = 412, description = "`precondition_failed`: the profile has another version"),
))]
#[patch("/profile")]
pub async fn patch_profile(
    app: Data<App>,
    access: Access<ProfileWrite>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<ProfileInput>,
) -> ApiResult<Answer<Profile>> {
    app.write(&access, async |tx| {
        let row = service::lock(tx).await?;
        if_match.check(row.version)?;
        let input = patch.apply(&Profile::from(row.clone()).into())?;
        let profile = service::say(tx, row, input).await?;
        Answer::resource(profile.version, &profile)
    })
    .await
}
