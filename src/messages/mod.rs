//! Messages: each touch to and from a contact.
//!
//! `POST GET /v1/messages`, `GET PATCH DELETE /v1/messages/{id}`, and what can happen to one:
//! `POST /v1/messages/{id}/schedule`, `/cancel`, `/reopen`, `/mark-sent`, `/mark-bounced`, `/mark-failed`, `/reply`.
mod actions;
mod api;
mod draft;
mod model;
mod past;
mod people;
mod query;
mod routes;
mod service;
mod states;
mod store;
mod timeline;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::api::{Message, MessageInput};
pub use self::model::MessageId;
pub use self::past::{PastMessage, forget_past, record_past};
pub use self::people::{contact_erased, contact_held, contact_merged, contact_unmerged, free_texts};
pub use self::service::{RESOURCE, purge, read_many, restore};
pub use self::timeline::timeline;
pub use self::words::{MessageChannel, MessageDirection, MessagePurpose, MessageSource, MessageState, ReplyKind};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_message)
        .service(routes::list_messages)
        .service(routes::read_message)
        .service(routes::patch_message)
        .service(routes::delete_message)
        .service(actions::schedule_message)
        .service(actions::cancel_message)
        .service(actions::reopen_message)
        .service(actions::mark_message_sent)
        .service(actions::mark_message_bounced)
        .service(actions::mark_message_failed)
        .service(actions::reply_to_message);
}
