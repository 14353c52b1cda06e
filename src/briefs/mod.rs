//! The brief of a meeting: who they are, what was said, what is known, what to ask, where to be, and what is missing; as
//! JSON, as Markdown and as a page to print. It is made of facts alone: the same facts make the same brief.
//!
//! `GET /v1/meetings/{id}/brief`.
mod api;
mod fit;
mod model;
mod page;
mod readiness;
mod routes;
mod service;
mod sheet;
mod staleness;
mod store;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::read_brief);
}
