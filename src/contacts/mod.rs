//! Contacts: people to talk to, and connectors who can introduce.
//!
//! `POST GET /v1/contacts`, `GET PATCH DELETE /v1/contacts/{id}`, `PUT /v1/contacts/by-external-id/{system}/{id}`,
//! `POST /v1/contacts/batch`.
mod api;
mod bulk;
mod draft;
mod export;
mod gradual;
mod merging;
mod model;
mod parts;
mod query;
mod routes;
mod search;
mod service;
mod store;
mod timeline;
mod touch;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::api::{Contact, ContactInput};
pub use self::bulk::{create_many, free_texts, known, read_many, replace, show, words_with};
pub use self::draft::{Draft, Identity, e164};
pub use self::export::{after, connect_all, load, one, page};
pub use self::gradual::{Gradual, Rewrite};
pub use self::merging::{
    absorb, contact_erased, contact_held, contact_merged, contact_unmerged, inherit_stages, locked, reclaim, release,
    remove, stages_held, touch,
};
pub use self::model::{ContactId, ContactRow, ContactWrite, Profile as ContactProfile};
pub use self::parts::{Education, Email, Phone, Position, PostalAddress};
pub use self::query::ListQuery;
pub use self::service::{Companies, RESOURCE, connect, create, draft, fresh, purge, restore};
pub use self::store::{
    STAGE_MOVES, all_names, found, handles, handles_in_trash, hold, names, phones, reindex, unwritten, versions,
    waiting, with_address, with_addresses, with_domain,
};
pub use self::timeline::{stage_timeline, timeline};
pub use self::touch::{
    Touch, colleagues, company_moved, company_renamed, find, find_many, lock, note_touches, take_back_reply,
};
pub use self::words::{Channel, HowFound, Relationship, Stage, StageReason};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_contact)
        .service(routes::list_contacts)
        .service(routes::batch_contacts)
        .service(routes::upsert_contact)
        .service(routes::read_contact)
        .service(routes::patch_contact)
        .service(routes::delete_contact);
}
