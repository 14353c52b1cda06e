//! What becomes of messages when two contacts turn out to be one, or one goes for good.
use serde_json::Value;

use super::api::Message;
use super::model::MessageId;
use super::store;
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;
use crate::{fields, trash};

/// What went to or came from the contacts `from` is `to`'s. Answers what an undo needs.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved: Vec<(MessageId, ContactId)> = Vec::new();
    for before in from {
        let given = give(tx, *before, to, None).await?;
        moved.extend(given.into_iter().map(|id| (id, *before)));
    }
    Ok(fields::store(&moved))
}

/// Gives back what still is `to`'s.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    let mut moved: Vec<(MessageId, ContactId)> = fields::stored(moved);
    moved.sort_by_key(|(_, before)| *before);
    for group in moved.chunk_by(|a, b| a.1 == b.1) {
        let ids: Vec<MessageId> = group.iter().map(|(id, _)| *id).collect();
        give(tx, to, group[0].1, Some(&ids)).await?;
    }
    Ok(())
}

async fn give(
    tx: &mut Tx<'_>,
    from: ContactId,
    to: ContactId,
    only: Option<&[MessageId]>,
) -> ApiResult<Vec<MessageId>> {
    let given = store::give(tx.conn, tx.workspace, from, to, only, tx.now).await?;
    for (id, version) in &given {
        tx.record(Kind::MessageUpdated, *id, *version, vec!["contact_id".to_owned()]);
    }
    Ok(given.into_iter().map(|(id, _)| id).collect())
}

/// Every message to and from these ids of one person.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::of_contacts(conn, workspace, ids).await?;
    Ok(fields::store(&rows.into_iter().map(Message::from).collect::<Vec<_>>()))
}

/// These contacts go for good, and with them what was said to and by them.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    let removed = store::purge_contacts(tx.conn, tx.workspace, ids).await?;
    for (id, version) in &removed {
        tx.record(Kind::MessagePurged, *id, version + 1, Vec::new());
    }
    // Some of them may have lain there.
    trash::forget_many(tx, &removed.into_iter().map(|(id, _)| id.into()).collect::<Vec<_>>()).await
}

/// What people wrote in those that follow this one, in the order of their ids, and the last of these, if others may
/// follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<uuid::Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<uuid::Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let texts = rows.into_iter().flat_map(|row| {
        let id = row.id.into();
        let subject = row.subject.map(|text| FreeText { id, field: "subject".to_owned(), text });
        [subject, Some(FreeText { id, field: "body".to_owned(), text: row.body })].into_iter().flatten()
    });
    Ok((texts.collect(), last))
}
