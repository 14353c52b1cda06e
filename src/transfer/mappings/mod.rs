//! What the columns of a table mean that is nobody's known format: saved under a name, or suggested by the headings.
//!
//! `POST GET /v1/import-mappings`, `GET PATCH DELETE /v1/import-mappings/{id}`.
mod model;
mod routes;
mod store;
pub mod suggest;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{MappedColumn, Mapping, MappingId, MappingInput};
pub use self::store::{ROWS, find};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_import_mapping)
        .service(routes::list_import_mappings)
        .service(routes::read_import_mapping)
        .service(routes::patch_import_mapping)
        .service(routes::delete_import_mapping);
}
