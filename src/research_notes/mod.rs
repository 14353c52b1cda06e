//! Research notes: what was found out about contacts, companies, industries and meetings, by kind of source.
//!
//! `POST GET /v1/research-notes`, `GET PATCH DELETE /v1/research-notes/{id}`, `POST /v1/research-notes/from-url`.
mod found;
mod from_url;
mod markdown;
mod model;
mod page;
mod people;
mod query;
mod robots;
mod routes;
mod search;
mod service;
mod store;
mod told;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::markdown::plain;
pub use self::model::{ResearchNote, ResearchNoteId, ResearchNoteInput};
pub use self::page::{COMMAND as READ_PAGE, run as read_page};
pub use self::people::{contact_erased, contact_held, contact_merged, contact_unmerged, timeline};
pub use self::search::{found, free_texts};
pub use self::service::{RESOURCE, attach_words, company_gone, create, meeting_gone, purge, read_many, restore, stays};
pub use self::store::{ROWS, ids_about, live_ids, parties, reindex, words_with};
pub use self::words::{ResearchNoteImportance, ResearchNoteKind};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_research_note)
        .service(routes::create_research_note_from_url)
        .service(routes::list_research_notes)
        .service(routes::read_research_note)
        .service(routes::patch_research_note)
        .service(routes::delete_research_note);
}
