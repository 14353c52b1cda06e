//! What becomes of meetings when two contacts turn out to be one, or one goes for good.
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::Place;
use super::model::{MeetingId, MeetingRow};
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;
use crate::{fields, trash};

/// A meeting, and which of the contacts that became one were in it.
#[derive(Debug, Serialize, Deserialize)]
struct Moved {
    id: MeetingId,
    was: Vec<ContactId>,
}

/// Who met one of `from` has met `to`. Answers what an undo needs.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved = Vec::new();
    for (id, with) in meetings_with(tx, from).await? {
        let is_one = |contact: &ContactId| *contact == to || from.contains(contact);
        let now = with.iter().map(|contact| if is_one(contact) { to } else { *contact });
        replace(tx, id, now.collect()).await?;
        moved.push(Moved { id, was: with.into_iter().filter(is_one).collect() });
    }
    Ok(fields::store(&moved))
}

/// Gives back what still is `to`'s.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    let moved: Vec<Moved> = fields::stored(moved);
    let theirs = meetings_with(tx, &[to]).await?;
    for Moved { id, was } in moved {
        let Some((_, with)) = theirs.iter().find(|(own, _)| *own == id) else { continue };
        let before = with.iter().flat_map(|contact| if *contact == to { was.clone() } else { vec![*contact] });
        replace(tx, id, before.collect()).await?;
    }
    Ok(())
}

/// The meetings that any of these are in, each with all who are in it.
async fn meetings_with(tx: &mut Tx<'_>, contacts: &[ContactId]) -> ApiResult<Vec<(MeetingId, Vec<ContactId>)>> {
    let ids = store::meetings_of(tx.conn, tx.workspace, contacts).await?;
    let links = store::contacts_of(tx.conn, tx.workspace, &ids).await?;
    let groups = links.chunk_by(|a, b| a.meeting_id == b.meeting_id);
    Ok(groups.map(|links| (links[0].meeting_id, links.iter().map(|link| link.contact_id).collect())).collect())
}

/// Writes with whom a meeting is, each once.
async fn replace(tx: &mut Tx<'_>, id: MeetingId, mut with: Vec<ContactId>) -> ApiResult<()> {
    let all = with.clone();
    let mut place = 0..;
    with.retain(|contact| place.next().is_some_and(|at| !all[..at].contains(contact)));
    store::delete_contacts(tx.conn, tx.workspace, id).await?;
    store::insert_contacts(tx.conn, &service::links(tx.workspace, id, &with)).await?;
    let version = store::touch(tx.conn, tx.workspace, id, tx.now).await?;
    tx.record(Kind::MeetingUpdated, id, version, vec!["contact_ids".to_owned(), "contacts".to_owned()]);
    Ok(())
}

/// The meetings that these ids of one person are in.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::rows_of(conn, workspace, ids).await?;
    Ok(fields::store(&service::show_all(conn, workspace, rows).await?))
}

/// These contacts go for good. Meetings with nobody else go with them, and others are the others'.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for (id, with) in meetings_with(tx, ids).await? {
        let left: Vec<ContactId> = with.into_iter().filter(|contact| !ids.contains(contact)).collect();
        if left.is_empty() {
            service::purge(tx, id).await?;
            trash::forget(tx, id.into()).await?;
        } else {
            replace(tx, id, left).await?;
            retitle(tx, id).await?;
        }
    }
    Ok(())
}

/// What lies in the trash is called after those who are left.
async fn retitle(tx: &mut Tx<'_>, id: MeetingId) -> ApiResult<()> {
    let Some(row) = store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_some()) else {
        return Ok(());
    };
    let meeting = service::show(tx.conn, tx.workspace, row.clone()).await?;
    trash::retitle(tx, id.into(), &service::title(&row, &meeting.contacts)).await
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
    Ok((rows.into_iter().flat_map(texts_of).collect(), last))
}

/// These people are called otherwise now, and so what shows their names is another.
pub async fn contacts_renamed(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for (id, version) in store::renew(tx.conn, tx.workspace, ids, tx.now).await? {
        tx.record(Kind::MeetingUpdated, id, version, vec!["contacts".to_owned()]);
    }
    Ok(())
}

fn texts_of(row: MeetingRow) -> Vec<FreeText> {
    let (id, details) = (row.id.into(), row.details.0);
    let mut texts = Vec::new();
    let mut add = |field: String, text: Option<String>| {
        texts.extend(text.map(|text| FreeText { id, field, text }));
    };
    add("title".to_owned(), row.title);
    if let Some(Place { name, address, phone: _, link: _, directions }) = details.place {
        add("place/name".to_owned(), name);
        add("place/address".to_owned(), address);
        add("place/directions".to_owned(), directions);
    }
    add("bring".to_owned(), details.bring);
    add("dress".to_owned(), details.dress);
    add("notes".to_owned(), row.notes);
    if let Some(debrief) = row.debrief.map(|debrief| debrief.0) {
        add("debrief/notes".to_owned(), debrief.notes);
        add("debrief/thanks_for".to_owned(), debrief.thanks_for);
        add("debrief/next_step".to_owned(), debrief.next_step);
    }
    for (index, step) in row.history.0.into_iter().enumerate() {
        add(format!("history/{index}/reason"), step.reason);
    }
    texts
}
