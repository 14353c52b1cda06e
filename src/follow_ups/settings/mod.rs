//! How a workspace counts its days: `GET PATCH /v1/follow-ups/settings`.
mod model;
pub mod routes;
mod service;
mod store;

pub use self::service::{Settings, current};
pub use self::store::ROWS;
