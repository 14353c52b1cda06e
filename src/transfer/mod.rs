//! Files in: LinkedIn's connections so far.
//!
//! `POST GET /v1/imports`, `GET /v1/imports/{id}`, `GET /v1/imports/{id}/rows`, `POST /v1/imports/{id}/undo`.
pub mod archive;
pub mod linkedin;
mod merge;
mod model;
mod people;
pub mod records;
mod routes;
mod run;
mod service;
mod store;
pub mod text;
mod timeline;
mod upload;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::people::{contact_erased, contact_held, contact_merged, contact_unmerged};
pub use self::service::settle_interrupted;
pub use self::timeline::timeline;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_import)
        .service(routes::list_imports)
        .service(routes::read_import)
        .service(routes::list_import_rows)
        .service(routes::undo_import);
}
