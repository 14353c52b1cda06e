//! What a contact's timeline tells of imports.
use serde_json::json;

use super::model::Outcome;
use super::store;
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::timeline::{Entry, Span};

/// The imports that added or changed a contact.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let touches = store::touches(conn, workspace, contact).await?;
    let entries = touches.into_iter().map(|(import, line, outcome, at, format, file_name, state)| {
        let did = if outcome == Outcome::Created { "Added" } else { "Changed" };
        Entry {
            kind: "contact.imported",
            at,
            resource: "import",
            resource_id: import.into(),
            title: format!("{did} by the import of {}", file_name.as_deref().unwrap_or("a file")),
            details: json!({
                "outcome": outcome, "line": line, "kind": format, "file_name": file_name, "state": state,
            }),
            tie: format!("{import}/{line:020}"),
        }
    });
    Ok(span.take(entries.collect()))
}
