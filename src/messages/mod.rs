//! Messages: each touch to and from a contact.
//!
//! `POST GET /v1/messages`, `GET PATCH DELETE /v1/messages/{id}`, and what can happen to one:
//! `POST /v1/messages/{id}/schedule`, `/cancel`, `/reopen`, `/mark-sent`, `/mark-bounced`, `/mark-failed`, `/reply`.
mod actions;
mod api;
mod draft;
mod model;
mod past;
mod query;
mod routes;
mod service;
mod states;
mod store;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use self::api::{Message, MessageInput};
pub use self::model::MessageId;
pub use self::past::{PastMessage, forget_past, record_past};
pub use self::service::{RESOURCE, purge, restore};
pub use self::words::{MessageChannel, MessageDirection, MessagePurpose, MessageSource, MessageState, ReplyKind};
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;

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

/// What was sent to a contact or came from it, newest first.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, limit: i64) -> ApiResult<Vec<Message>> {
    let rows = store::timeline(conn, workspace, contact, limit).await?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// Gives the messages of a contact that becomes part of another to that other.
pub async fn contact_merged(tx: &mut Tx<'_>, from: ContactId, into: ContactId) -> ApiResult<()> {
    for (id, version) in store::give(tx.conn, tx.workspace, from, into, tx.now).await? {
        tx.record(Kind::MessageUpdated, id, version, vec!["contact_id".to_owned()]);
    }
    Ok(())
}

/// Removes the messages of a contact that goes for good, and gives their ids.
pub async fn contact_erased(tx: &mut Tx<'_>, contact: ContactId) -> ApiResult<Vec<Uuid>> {
    let removed = store::purge_contact(tx.conn, tx.workspace, contact).await?;
    for (id, version) in &removed {
        tx.record(Kind::MessagePurged, *id, version + 1, Vec::new());
    }
    Ok(removed.into_iter().map(|(id, _)| id.into()).collect())
}
