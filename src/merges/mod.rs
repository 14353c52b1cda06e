//! Contacts that become one: tried first, undone for 30 days, and found under their old ids afterwards.
//!
//! `POST /v1/contacts/merge`, `POST /v1/contacts/merge/preview`, `GET /v1/contacts/merges`,
//! `GET /v1/contacts/merges/{id}`, `POST /v1/contacts/merges/{id}/undo`.
//!
//! A merged contact stays in its table, deleted, until its merge cannot be undone any more; what pointed at it points
//! at the survivor, by [`references`].
mod combine;
mod model;
mod redirect;
pub mod references;
mod revert;
mod routes;
mod service;
mod store;
mod timeline;
mod undo;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::redirect::redirect;
pub use self::revert::{object, revert};
pub use self::service::{contact_held, followed, former, hidden, purge_hidden, purge_old, survivor};
pub use self::store::survivors;
pub use self::timeline::timeline;

/// Goes before the routes of contacts: `merge` is no contact's id.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::merge_contacts)
        .service(routes::preview_merge)
        .service(routes::list_merges)
        .service(routes::read_merge)
        .service(routes::undo_merge);
}
