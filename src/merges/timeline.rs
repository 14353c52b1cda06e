//! What a contact's timeline tells of merges.
use serde_json::json;

use super::model::MergeRow;
use super::store;
use crate::contacts::{self, ContactId};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::timeline::{Entry, Span};

/// When others became part of this contact, and when that was undone, as long as merges are kept.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let rows = store::survived_by(conn, workspace, &[contact]).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let merged: Vec<ContactId> = rows.iter().flat_map(|row| &row.merged_ids).map(|id| (*id).into()).collect();
    let names = contacts::all_names(conn, workspace, &merged).await?;
    let called = |row: &MergeRow| {
        let names = row.merged_ids.iter().filter_map(|id| names.get(&ContactId::from(*id)).cloned());
        let names: Vec<String> = names.collect();
        if names.is_empty() { "others".to_owned() } else { names.join(", ") }
    };
    let steps = rows.iter().flat_map(|row| {
        let merged = ("contact.merged", Some(row.created_at), format!("Became one with {}", called(row)));
        let undone = ("contact.unmerged", row.undone_at, format!("Was parted from {} again", called(row)));
        [merged, undone].into_iter().enumerate().map(move |(step, told)| (row, step, told))
    });
    let entry = |(row, step, (kind, at, title)): (&MergeRow, usize, (&'static str, Option<_>, String))| {
        Some(Entry {
            kind,
            at: at?,
            resource: "merge",
            resource_id: row.id.into(),
            title,
            details: json!({ "merged_ids": row.merged_ids, "undo_until": row.undo_until }),
            tie: format!("{}/{step}", row.id),
        })
    };
    Ok(span.take(steps.filter_map(entry).collect()))
}
