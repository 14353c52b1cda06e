//! What becomes of requests when two contacts turn out to be one, or one goes for good.
use serde_json::Value;
use uuid::Uuid;

use super::model::CircleRequestId;
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;
use crate::{fields, trash};

/// What the contacts `from` were asked for, `to` was asked for. Answers what an undo needs.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved: Vec<(CircleRequestId, ContactId)> = Vec::new();
    for before in from {
        for (id, _) in store::made_to(tx.conn, tx.workspace, *before).await? {
            ask(tx, id, to).await?;
            moved.push((id, *before));
        }
    }
    Ok(fields::store(&moved))
}

/// Gives back what still is `to`'s.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    let now: Vec<CircleRequestId> =
        store::made_to(tx.conn, tx.workspace, to).await?.into_iter().map(|(id, _)| id).collect();
    let moved: Vec<(CircleRequestId, ContactId)> = fields::stored(moved);
    for (id, before) in moved.into_iter().filter(|(id, _)| now.contains(id)) {
        ask(tx, id, before).await?;
    }
    Ok(())
}

async fn ask(tx: &mut Tx<'_>, id: CircleRequestId, connector: ContactId) -> ApiResult<()> {
    let version = store::ask(tx.conn, tx.workspace, id, connector, tx.now).await?;
    tx.record(Kind::CircleRequestUpdated, id, version, vec!["connector_id".to_owned()]);
    Ok(())
}

/// What these ids of one person were asked for, and what they answered.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::rows_of(conn, workspace, ids).await?;
    Ok(fields::store(&service::show_all(conn, workspace, rows).await?))
}

/// These contacts go for good, and with them what was said to and by them.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for contact in ids {
        for (id, deleted) in store::made_to(tx.conn, tx.workspace, *contact).await? {
            service::purge(tx, id).await?;
            if deleted {
                trash::forget(tx, id.into()).await?;
            }
        }
    }
    Ok(())
}

/// Introductions came, went or changed: a request lists those that it brought. Of a request that itself changed in this
/// write, that is told.
pub async fn introductions_moved(tx: &mut Tx<'_>, ids: &[Uuid]) -> ApiResult<()> {
    let of_itself = |kind: Kind| kind.resource_type() == "circle_request";
    let told: Vec<Uuid> =
        tx.changes().iter().filter(|change| of_itself(change.kind)).map(|change| change.resource_id).collect();
    for (id, version) in store::renew_that_brought(tx.conn, tx.workspace, ids, &told, tx.now).await? {
        tx.record(Kind::CircleRequestUpdated, id, version, vec!["introduction_ids".to_owned()]);
    }
    Ok(())
}

/// These people are called otherwise now, and so what shows their names is another.
pub async fn contacts_renamed(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for (id, version) in store::renew(tx.conn, tx.workspace, ids, tx.now).await? {
        tx.record(Kind::CircleRequestUpdated, id, version, vec!["connector_name".to_owned()]);
    }
    Ok(())
}

/// What people wrote in those that follow this one, in the order of their ids, and the last of these, if others may
/// follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let mut texts = Vec::new();
    for row in rows {
        let id = row.id.into();
        for (field, text) in [
            ("topic", Some(row.topic)),
            ("message", row.message),
            ("answer_text", row.answer_text),
            ("notes", row.notes),
        ] {
            texts.extend(text.map(|text| FreeText { id, field: field.to_owned(), text }));
        }
    }
    Ok((texts, last))
}
