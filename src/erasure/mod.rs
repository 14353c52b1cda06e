//! A person's right to be told what is held about them, and to be forgotten.
//!
//! `GET /v1/contacts/{id}/export`, `POST /v1/contacts/{id}/erase`.
mod mentions;
mod model;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::service::Forgotten;

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::export_contact).service(routes::erase_contact);
}
