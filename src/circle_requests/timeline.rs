//! What a contact's timeline tells of requests.
use serde_json::json;

use super::model::{CircleAnswer, CircleRequestRow};
use super::store;
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::timeline::{Entry, Span};

/// What this contact was asked for, and what it answered.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let rows = store::of_contact(conn, workspace, contact).await?;
    Ok(span.take(rows.iter().flat_map(entries).collect()))
}

fn entries(row: &CircleRequestRow) -> Vec<Entry> {
    let entry = |step: u8, kind, at, title, details| Entry {
        kind,
        at,
        resource: super::RESOURCE,
        resource_id: row.id.into(),
        title,
        details,
        tie: format!("{}/{step}", row.id),
    };
    let asked = json!({ "topic": row.topic, "channel": row.channel, "message": row.message });
    let mut entries =
        vec![entry(0, "circle_request.asked", row.asked_at, format!("Was asked whom they know: {}", row.topic), asked)];
    if let (Some(answer), Some(at)) = (row.answer, row.answered_at) {
        let said = match answer {
            CircleAnswer::None => "Knows nobody",
            CircleAnswer::Names => "Named people",
            CircleAnswer::Later => "Will think about it",
        };
        let details = json!({ "topic": row.topic, "answer": answer, "answer_text": row.answer_text });
        entries.push(entry(1, "circle_request.answered", at, format!("{said}: {}", row.topic), details));
    }
    entries
}
