//! Traces: from a goal to what was asked for it, what was answered, what was learned and what was decided; and the way
//! back from an insight.
//!
//! `GET /v1/goals/{id}/trace`, `GET /v1/insights/{id}/trace`.
mod model;
mod routes;
mod service;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::trace_goal).service(routes::trace_insight);
}
