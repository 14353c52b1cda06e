//! How a workspace counts its days: `GET PATCH /v1/follow-ups/settings`.
mod model;
pub mod routes;
mod service;
mod store;

pub use self::model::Weekday;
pub use self::service::{Settings, current, follow_profile};
pub use self::store::ROWS;
