//! Addresses and domains that nothing may be sent to. That a person wants no contact at all is a field of the contact.
//!
//! `POST GET /v1/do-not-contact`, `GET PATCH DELETE /v1/do-not-contact/{id}`.
mod model;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{DoNotContactKind, EntryId};
pub use self::service::{forbid, forbidden, listed, read_many, refuse, refuse_person, unwanted};
pub use self::store::ROWS;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_do_not_contact)
        .service(routes::list_do_not_contact)
        .service(routes::read_do_not_contact)
        .service(routes::patch_do_not_contact)
        .service(routes::delete_do_not_contact);
}
