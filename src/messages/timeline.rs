//! What a contact's timeline tells of messages.
use serde_json::json;

use super::model::MessageRow;
use super::store;
use super::words::{MessageDirection, MessageState};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::timeline::{Entry, Span};

/// What went to the contact and what came from it.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let rows = store::timeline(conn, workspace, contact, span).await?;
    Ok(span.take(rows.into_iter().map(entry).collect()))
}

fn entry(row: MessageRow) -> Entry {
    let kind = match (row.direction, row.state) {
        (MessageDirection::Incoming, _) => "message.received",
        (_, MessageState::Bounced) => "message.bounced",
        _ => "message.sent",
    };
    Entry {
        kind,
        at: row.occurred_at,
        resource: super::RESOURCE,
        resource_id: row.id.into(),
        title: row.title(),
        details: json!({
            "direction": row.direction,
            "channel": row.channel,
            "purpose": row.purpose,
            "state": row.state,
            "attempt": row.attempt,
            "reply_kind": row.reply_kind,
        }),
        tie: row.id.to_string(),
    }
}
