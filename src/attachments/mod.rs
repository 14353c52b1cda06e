//! Attachments: files that belong to research notes.
//!
//! `POST GET /v1/attachments`, `GET DELETE /v1/attachments/{id}`, `GET /v1/attachments/{id}/content`,
//! `GET /v1/attachments/usage`.
mod archive;
mod extract;
mod kinds;
mod model;
mod range;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::archive::{Staged, arrived, content, stage, unknown, withdraw};
pub use self::extract::{COMMAND as READ_PDF, run as read_pdf};
pub use self::model::{Attachment, AttachmentId};
pub use self::service::{ReadWords, contact_held, find_left, note_gone, notes_moved, read_many, settle};
pub use self::store::ROWS;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_attachment)
        .service(routes::list_attachments)
        .service(routes::read_attachment_usage)
        .service(routes::download_attachment)
        .service(routes::read_attachment)
        .service(routes::delete_attachment);
}
