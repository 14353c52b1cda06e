//! Files in: contacts of LinkedIn, Google and Outlook, vCards, and any other table.
//!
//! `POST GET /v1/imports`, `POST /v1/imports/preview`, `GET /v1/imports/{id}`, `GET /v1/imports/{id}/rows`,
//! `POST /v1/imports/{id}/cancel`, `POST /v1/imports/{id}/undo`, and the mappings of columns.
//!
//! A format (`formats`) turns a file into records (`record`), one by one. What a source said before, what it says now
//! and what a person wrote are merged (`merge`); `directory` tells whom a record is about, `run` does it all.
pub mod archive;
mod columns;
mod country;
mod dealings;
mod directory;
pub mod formats;
mod google;
mod interrupted;
mod kept;
pub mod linkedin;
mod mappings;
mod merge;
mod model;
mod outlook;
mod params;
mod people;
mod preview;
mod progress;
mod queue;
mod reading;
mod record;
pub mod records;
mod report;
mod routes;
mod run;
mod service;
mod settle;
mod store;
mod table;
#[cfg(test)]
mod tests;
pub mod text;
mod timeline;
mod touches;
mod undo;
mod value;
pub mod vcard;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::interrupted::settle_interrupted;
pub use self::mappings::ROWS as MAPPINGS;
pub use self::people::{contact_erased, contact_held, contact_merged, contact_unmerged};
pub use self::queue::at_rest;
pub use self::store::{EXTRAS, KEYS, extras, same_again};
pub use self::timeline::timeline;
pub use self::value::split_name;

pub fn configure(config: &mut ServiceConfig) {
    config
        .configure(mappings::configure)
        .service(preview::preview_import)
        .service(routes::create_import)
        .service(routes::list_imports)
        .service(routes::read_import)
        .service(routes::list_import_rows)
        .service(routes::cancel_import)
        .service(routes::undo_import);
}
