//! Contacts that are likely the same person, found by what they share, and those that were said not to be.
//!
//! `GET /v1/contacts/duplicates`, `POST /v1/contacts/duplicates/dismiss`, `GET /v1/contacts/duplicates/dismissals`,
//! `DELETE /v1/contacts/duplicates/dismissals/{id}`.
mod find;
mod keys;
mod model;
mod nicknames;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::service::{contact_held, contact_merged, contact_unmerged};
pub use self::store::DISMISSALS;

/// Goes before the routes of contacts: `duplicates` is no contact's id.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::list_duplicates)
        .service(routes::dismiss_duplicates)
        .service(routes::list_dismissals)
        .service(routes::revoke_dismissal);
}
