//! Plans: when to ask again, and how often. Three are built in, a workspace can have others.
//!
//! `POST GET /v1/follow-up-plans`, `GET PATCH DELETE /v1/follow-up-plans/{id}`.
mod builtin;
mod model;
pub mod routes;
mod service;
mod store;

pub use self::builtin::STANDARD;
pub use self::model::{FollowUpPlan, PlanId, Step, are_steps, is_wait};
pub use self::service::{find, read_many};
pub use self::store::ROWS;
