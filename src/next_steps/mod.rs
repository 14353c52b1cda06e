//! What the seeker should do next, and with whom: each step of the loop that is due, the most pressing first.
//!
//! `GET /v1/next-steps`. Nothing is kept: each list is read off what the other slices know. A slice that knows of steps
//! offers a function that gives them in order and from a place on, and has a source in `sources.rs`.
mod model;
mod routes;
mod sources;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::list_next_steps);
}
