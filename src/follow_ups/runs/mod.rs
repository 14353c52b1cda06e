//! Plans at work: each is attached to one message, and waits for the answer to it.
//!
//! `POST GET /v1/follow-up-runs`, `GET /v1/follow-up-runs/{id}`, `POST /v1/follow-up-runs/{id}/stop`,
//! `GET /v1/follow-up-runs/{id}/alternatives`.
mod model;
mod query;
pub mod reactions;
pub mod routes;
mod service;
pub mod store;

pub use self::model::{FollowUpRun, RunId};
pub use self::service::{end, read_many};
pub use self::store::{ROWS, unanswered};
