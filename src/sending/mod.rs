//! How a workspace wants its messages sent: how many a day, and at which hours of whom they go to.
//!
//! `GET PATCH /v1/sending-settings`.
mod model;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::SendingSettings;
pub use self::service::{lock, read};
pub use self::store::ROWS;

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::read_sending_settings).service(routes::patch_sending_settings);
}
