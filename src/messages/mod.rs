//! Messages: each touch to and from a contact.
//!
//! `POST GET /v1/messages`, `GET PATCH DELETE /v1/messages/{id}`, and what can happen to one:
//! `POST /v1/messages/{id}/send`, `/schedule`, `/cancel`, `/reopen`, `/mark-sent`, `/mark-bounced`, `/mark-failed`,
//! `/reply`; how its sending goes: `GET /v1/messages/{id}/delivery`; and for other programs: `GET
//! /v1/messages/{id}/text`, `/mailto`, `/eml`.
mod actions;
mod api;
mod delivery;
mod draft;
mod incoming;
mod model;
mod past;
mod people;
mod query;
mod routes;
mod search;
mod service;
mod states;
mod store;
mod timeline;
mod ways_out;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::api::{Message, MessageInput};
pub use self::delivery::{SendMessage, more_may_go};
pub use self::incoming::{IncomingMail, bounced, receive_mail, sent_as, went_to, written_to};
pub use self::model::MessageId;
pub use self::past::{PastMessage, forget_past, record_past};
pub use self::people::{contact_erased, contact_held, contact_merged, contact_unmerged, free_texts};
pub use self::routes::host;
pub use self::service::{
    RESOURCE, cancel_nudges, create, mark_sent, meeting_gone, purge, read_many, reply, restore, template_gone,
};
pub use self::store::{
    Answer, ROWS, TAKEN, Unfinished, found, last_answers, parties, reindex, thanked_since, unfinished,
};
pub use self::timeline::timeline;
pub use self::words::{
    MessageChannel, MessageDirection, MessagePurpose, MessageSource, MessageState, MessageWait, ReplyKind,
};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_message)
        .service(routes::list_messages)
        .service(routes::read_message)
        .service(routes::patch_message)
        .service(routes::delete_message)
        .service(delivery::routes::send_message)
        .service(delivery::routes::schedule_message)
        .service(delivery::routes::read_message_delivery)
        .service(ways_out::read_message_text)
        .service(ways_out::read_message_link)
        .service(ways_out::read_message_file)
        .service(actions::cancel_message)
        .service(actions::reopen_message)
        .service(actions::mark_message_sent)
        .service(actions::mark_message_bounced)
        .service(actions::mark_message_failed)
        .service(actions::reply_to_message);
}
