//! Webhooks: whoever is named is told of changes by HTTP, as Standard Webhooks 1.0.0 has it, at least once each.
//!
//! `POST GET /v1/webhook-endpoints`, `GET PATCH DELETE /v1/webhook-endpoints/{id}`, `POST …/rotate`, `…/test`, `…/replay`,
//! `GET …/statistics`, `GET …/deliveries`, `GET …/deliveries/{delivery_id}`, `POST …/deliveries/{delivery_id}/resend`.
//!
//! A write knows nothing of it. `fan_out` follows the log, and makes a row of each change that an endpoint wants; `lanes`
//! tells what is due, an endpoint by itself, so that one that is slow keeps none of the others waiting. What is on its way
//! is a row whose time has moved forward: when whoever has it dies, somebody else takes it over.
mod api;
mod attempt;
mod deliveries;
mod fan_out;
mod lanes;
mod model;
mod objects;
mod outcome;
mod payload;
mod routes;
mod service;
mod sign;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::lanes::{gauge, run, work};
pub use self::payload::described;
pub use self::service::{forget_old, react, rekey};
pub use self::store::{Backlog, backlog};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_webhook_endpoint)
        .service(routes::list_webhook_endpoints)
        .service(routes::read_webhook_endpoint)
        .service(routes::patch_webhook_endpoint)
        .service(routes::delete_webhook_endpoint)
        .service(routes::rotate_webhook_secret)
        .service(routes::test_webhook_endpoint)
        .service(deliveries::replay_webhook_changes)
        .service(deliveries::read_webhook_statistics)
        .service(deliveries::list_webhook_deliveries)
        .service(deliveries::read_webhook_delivery)
        .service(deliveries::resend_webhook_delivery);
}
