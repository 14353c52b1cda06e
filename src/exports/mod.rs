//! Files out: contacts as vCard and CSV, a whole workspace as an archive; and the archive's way back.
//!
//! `GET /v1/contacts/{id}/vcard`, `GET /v1/exports/contacts.vcf`, `GET /v1/exports/contacts.csv`,
//! `GET /v1/exports/workspace.zip`.
mod archive;
mod content_lines;
mod csv;
mod foreign;
mod kept;
mod params;
mod resources;
pub mod restore;
mod routes;
mod spool;
mod store;
pub mod table;
mod vcard;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::foreign::{ONCE, SAID, components};
pub use self::kept::Kept;
pub use self::table::{Link, Table};
pub use self::vcard::is_call;

/// The media type of archives.
const ZIP: &str = "application/zip";

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::read_vcard)
        .service(routes::export_vcards)
        .service(routes::export_csv)
        .service(routes::export_workspace);
}
