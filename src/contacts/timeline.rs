//! What the timeline tells of the contact itself.
use chrono::{DateTime, Utc};
use serde_json::json;

use super::model::ContactId;
use super::store;
use super::words::{Stage, StageReason};
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
    /// From which stage to which, and why.
    pub stages: Option<(Stage, Stage, Option<StageReason>)>,
}

/// How it came in, was changed, and moved from stage to stage. A contact that is not there is an error.
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
    let words = |name: &str| name.replace('_', " ");
    let (kind, title, details) = match (change.kind.as_str(), change.stages) {
        ("contact.stage_changed", Some((from, to, reason))) => (
            "contact.stage_changed",
            format!("Moved from {} to {}", words(from.name()), words(to.name())),
            json!({ "from": from, "to": to, "reason": reason, "fields": change.fields }),
        ),
        ("contact.stage_changed", None) => (
            "contact.stage_changed",
            "Moved to another stage".to_owned(),
            json!({ "from": null, "to": null, "reason": null, "fields": change.fields }),
        ),
        ("contact.deleted", _) => ("contact.deleted", "Went to the trash".to_owned(), json!({})),
        ("contact.restored", _) => ("contact.restored", "Came back from the trash".to_owned(), json!({})),
        _ => {
            let fields: Vec<String> = change.fields.iter().map(|name| words(name)).collect();
            ("contact.updated", format!("Changed: {}", fields.join(", ")), json!({ "fields": change.fields }))
        }
    };
    let tie = format!("{:020}", change.seq);
    Entry { kind, at: change.at, resource: super::RESOURCE, resource_id: id.into(), title, details, tie }
}
