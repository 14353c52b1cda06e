//! What the seeker notes after a meeting: how it was, what was learned, who promised what, and who was named.
//!
//! `GET PUT PATCH /v1/meetings/{id}/debrief`, `POST /v1/meetings/{id}/thank-you`.
mod model;
mod names;
mod promises;
pub mod routes;
mod service;
mod thanks;

pub use self::model::{DebriefInput, DebriefRecord};
pub use self::service::put;
