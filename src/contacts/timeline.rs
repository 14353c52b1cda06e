//! What the timeline tells of the contact itself.
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::model::{ContactId, StageMoveRow};
use super::store;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::timeline::{Entry, Span};

/// A change of a contact as the log has it.
#[derive(Debug)]
pub struct Logged {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub kind: String,
    pub fields: Vec<String>,
}

/// How it came in, and what was changed for as long as the change log is kept. A contact that is not there is an error.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, id: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let row = store::find(conn, workspace, id).await?;
    let logged = store::changes_of(conn, workspace, id, span).await?;
    let mut entries: Vec<Entry> = logged.into_iter().map(|change| entry(id, change)).collect();
    entries.push(Entry {
        kind: "contact.created",
        at: row.created_at,
        resource: super::RESOURCE,
        resource_id: id.into(),
        title: format!("{} was added", row.display_name),
        details: json!({ "how_found": row.how_found, "connector_id": row.connector_id }),
        // Before everything else that happened at that instant.
        tie: String::new(),
    });
    Ok(span.take(entries))
}

fn entry(id: ContactId, change: Logged) -> Entry {
    let (kind, title, details) = match change.kind.as_str() {
        "contact.stage_changed" => ("contact.stage_changed", "Moved to another stage".to_owned(), move_of(None)),
        "contact.deleted" => ("contact.deleted", "Went to the trash".to_owned(), json!({})),
        "contact.restored" => ("contact.restored", "Came back from the trash".to_owned(), json!({})),
        _ => {
            let fields: Vec<String> = change.fields.iter().map(|name| words(name)).collect();
            ("contact.updated", format!("Changed: {}", fields.join(", ")), json!({ "fields": change.fields }))
        }
    };
    let tie = format!("{:020}", change.seq);
    Entry { kind, at: change.at, resource: super::RESOURCE, resource_id: id.into(), title, details, tie }
}

/// From which stage to which it moved. This is kept when the change log has forgotten it.
pub async fn stage_timeline(conn: &Conn, workspace: WorkspaceId, id: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let moves = store::stage_moves_of(conn, workspace, id).await?;
    let entries = moves.into_iter().map(|step| Entry {
        kind: "contact.stage_changed",
        at: step.moved_at,
        resource: super::RESOURCE,
        resource_id: id.into(),
        title: format!("Moved from {} to {}", words(step.from_stage.name()), words(step.to_stage.name())),
        details: move_of(Some(&step)),
        tie: format!("{:010}", step.version),
    });
    Ok(span.take(entries.collect()))
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn move_of(step: Option<&StageMoveRow>) -> Value {
    json!({
        "from": step.map(|step| step.from_stage),
        "to": step.map(|step| step.to_stage),
        "reason": step.and_then(|step| step.reason),
    })
}
