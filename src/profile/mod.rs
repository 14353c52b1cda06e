//! The seeker whom templates speak for: `GET PATCH /v1/profile`, one for each workspace.
mod model;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{Profile, ProfileInput};
pub use self::service::write;
pub use self::store::ROWS;
use crate::auth::members;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::read_profile).service(routes::patch_profile);
}

/// The workspace's profile; one without a word until somebody writes it.
pub async fn find(conn: &Conn, workspace: WorkspaceId) -> ApiResult<Profile> {
    Ok(store::find(conn, workspace).await?.map_or_else(Profile::untouched, Profile::from))
}

/// In which zone the seeker lives, as an IANA name: what the profile says, else the account of the workspace's first owner.
pub async fn zone(conn: &Conn, workspace: WorkspaceId) -> ApiResult<String> {
    match find(conn, workspace).await?.time_zone {
        Some(zone) => Ok(zone),
        None => members::owner_zone(conn, workspace).await,
    }
}
