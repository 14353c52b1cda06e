//! What becomes of research notes when two contacts turn out to be one, or one goes for good; and what a timeline tells
//! of them.
use serde_json::{Value, json};

use super::model::{ResearchNote, ResearchNoteId, ResearchNoteRow};
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::timeline::{Entry, Span};
use crate::{fields, trash};

/// What is about the contacts `from` is about `to`. Answers what an undo needs.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved: Vec<(ResearchNoteId, ContactId)> = Vec::new();
    for before in from {
        let theirs = store::of_contacts(tx.conn, tx.workspace, &[*before]).await?;
        let ids: Vec<ResearchNoteId> = theirs.iter().map(|row| row.id).collect();
        moved.extend(give(tx, &ids, *before, to).await?.into_iter().map(|id| (id, *before)));
    }
    Ok(fields::store(&moved))
}

/// Gives back what still is about `to`.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    let mut moved: Vec<(ResearchNoteId, ContactId)> = fields::stored(moved);
    moved.sort_by_key(|(_, before)| *before);
    for theirs in moved.chunk_by(|a, b| a.1 == b.1) {
        let ids: Vec<ResearchNoteId> = theirs.iter().map(|(id, _)| *id).collect();
        give(tx, &ids, to, theirs[0].1).await?;
    }
    Ok(())
}

async fn give(
    tx: &mut Tx<'_>,
    ids: &[ResearchNoteId],
    from: ContactId,
    to: ContactId,
) -> ApiResult<Vec<ResearchNoteId>> {
    let given = store::give(tx.conn, tx.workspace, ids, (from, to), tx.now).await?;
    for (id, version) in &given {
        tx.record(Kind::ResearchNoteUpdated, *id, *version, vec!["contact_id".to_owned()]);
    }
    Ok(given.into_iter().map(|(id, _)| id).collect())
}

/// What was noted about these ids of one person.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::of_contacts(conn, workspace, ids).await?;
    Ok(fields::store(&rows.into_iter().map(ResearchNote::from).collect::<Vec<_>>()))
}

/// These contacts go for good, and with them what was noted about them.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for row in store::of_contacts(tx.conn, tx.workspace, ids).await? {
        service::purge(tx, row.id).await?;
        if row.deleted_at.is_some() {
            trash::forget(tx, row.id.into()).await?;
        }
    }
    Ok(())
}

/// What was noted about this contact.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let rows = store::of_contacts(conn, workspace, &[contact]).await?;
    let live = rows.into_iter().filter(|row| row.deleted_at.is_none());
    Ok(span.take(live.map(entry).collect()))
}

fn entry(row: ResearchNoteRow) -> Entry {
    Entry {
        kind: "research_note.created",
        at: row.created_at,
        resource: super::RESOURCE,
        resource_id: row.id.into(),
        title: format!("You noted: {}", row.title),
        details: json!({ "kind": row.kind, "source_url": row.source_url, "published_on": row.published_on }),
        tie: row.id.to_string(),
    }
}
