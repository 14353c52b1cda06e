//! Requests to connectors ("whom do you know in renewable energy?"), their answers, and the names they brought.
//!
//! `POST GET /v1/circle-requests`, `GET PATCH DELETE /v1/circle-requests/{id}`, `POST /v1/circle-requests/{id}/answer`.
mod model;
mod people;
mod routes;
mod service;
mod store;
mod timeline;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{CircleAnswerInput, CircleRequest, CircleRequestId, CircleRequestInput};
pub use self::people::{
    contact_erased, contact_held, contact_merged, contact_unmerged, contacts_renamed, free_texts, introductions_moved,
};
pub use self::service::{RESOURCE, answer, create, purge, read_many, restore};
pub use self::store::{ROWS, asked, connector};
pub use self::timeline::timeline;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_circle_request)
        .service(routes::list_circle_requests)
        .service(routes::read_circle_request)
        .service(routes::patch_circle_request)
        .service(routes::delete_circle_request)
        .service(routes::answer_circle_request);
}
