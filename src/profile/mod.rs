//! The seeker whom templates speak for: `GET PATCH /v1/profile`, one for each workspace.
mod model;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{Profile, ProfileInput};
pub use self::service::write;
pub use self::store::ROWS;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::read_profile).service(routes::patch_profile);
}

/// The workspace's profile; one without a word until somebody writes it.
pub async fn find(conn: &Conn, workspace: WorkspaceId) -> ApiResult<Profile> {
    Ok(store::find(conn, workspace).await?.map_or_else(Profile::untouched, Profile::from))
}
