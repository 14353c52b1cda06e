//! What happened with one contact, newest first, whatever resource it came from: `GET /v1/contacts/{id}/timeline`.
//!
//! A slice that has something to tell offers a `timeline` function, which gives its entries in a [`Span`], and has a
//! line in `routes::gather`.
mod model;
mod routes;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{Entry, Span, Tie};

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::read_timeline);
}
