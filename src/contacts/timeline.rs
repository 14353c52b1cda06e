//! What the timeline tells of the contact itself.
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{ContactId, StageMoveRow};
use super::store;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::timeline::{Entry, Span};

/// A change of a contact as the log has it.
#[derive(Debug)]
pub struct Logged {
    pub id: Uuid,
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub kind: String,
    pub fields: Vec<String>,
}

/// How it came in, with those that are part of it by now, and what was changed for as long as the change log is kept. A
/// contact that is not there is an error. The first of the ids is that of the contact, the others are its former ones.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId], span: &Span) -> ApiResult<Vec<Entry>> {
    let rows = store::origins(conn, workspace, ids).await?;
    if !rows.iter().any(|row| Some(&row.id) == ids.first() && row.deleted_at.is_none()) {
        return Err(ApiError::not_found());
    }
    let logged = store::changes_of(conn, workspace, ids, span).await?;
    let mut entries: Vec<Entry> = logged.into_iter().map(entry).collect();
    entries.extend(rows.into_iter().map(|row| Entry {
        kind: "contact.created",
        at: row.created_at,
        resource: super::RESOURCE,
        resource_id: row.id.into(),
        title: format!("{} was added", row.display_name),
        details: json!({ "how_found": row.how_found, "connector_id": row.connector_id }),
        // Before everything else that happened at that instant: a number of the log goes behind this.
        tie: format!("!{}", row.id),
    }));
    Ok(span.take(entries))
}

fn entry(change: Logged) -> Entry {
    let (kind, title, details) = match change.kind.as_str() {
        "contact.stage_changed" => ("contact.stage_changed", "Moved to another stage".to_owned(), move_of(None)),
        "contact.deleted" => ("contact.deleted", "Was deleted".to_owned(), json!({})),
        "contact.restored" => ("contact.restored", "Was restored".to_owned(), json!({})),
        _ => {
            let fields: Vec<String> = change.fields.iter().map(|name| words(name)).collect();
            ("contact.updated", format!("Changed: {}", fields.join(", ")), json!({ "fields": change.fields }))
        }
    };
    let tie = format!("{:020}", change.seq);
    Entry { kind, at: change.at, resource: super::RESOURCE, resource_id: change.id, title, details, tie }
}

/// From which stage to which it moved, under whatever id. This is kept when the change log has forgotten it.
pub async fn stage_timeline(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
    span: &Span,
) -> ApiResult<Vec<Entry>> {
    let moves = store::stage_moves_of(conn, workspace, ids).await?;
    let entries = moves.into_iter().map(|step| Entry {
        kind: "contact.stage_changed",
        at: step.moved_at,
        resource: super::RESOURCE,
        resource_id: step.contact_id.into(),
        title: format!("Moved from {} to {}", words(step.from_stage.name()), words(step.to_stage.name())),
        details: move_of(Some(&step)),
        tie: format!("{:010}/{}", i64::from(step.version) - i64::from(i32::MIN), step.contact_id),
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
