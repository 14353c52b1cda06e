//! Tags of all resources: `GET /v1/tags`, `PATCH DELETE /v1/tags/{tag}`, `POST /v1/tags/merge`.
//!
//! A tag has no row of its own: it is there while something carries it. Spellings that differ by case are one tag.
mod model;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::list_tags)
        .service(routes::merge_tags)
        .service(routes::rename_tag)
        .service(routes::delete_tag);
}
