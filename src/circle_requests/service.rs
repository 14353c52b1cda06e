//! What can happen to a request, inside the caller's transaction.
use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::model::{
    CircleAnswer, CircleAnswerInput, CircleRequest, CircleRequestId, CircleRequestInput, CircleRequestRow,
    NamedPersonInput,
};
use super::store;
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::{IfMatch, Patch};
use crate::text::filled;
use crate::{fields, introductions, trash};

pub const RESOURCE: &str = "circle_request";

/// How far a client's clock may be ahead of ours.
const SKEW: Duration = Duration::days(1);

pub async fn create(tx: &mut Tx<'_>, id: CircleRequestId, input: CircleRequestInput) -> ApiResult<CircleRequest> {
    check(tx, &input, None).await?;
    let row = CircleRequestRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
        connector_id: input.connector_id,
        topic: input.topic.trim().to_owned(),
        message: filled(input.message),
        channel: input.channel,
        asked_at: input.asked_at.unwrap_or(tx.now),
        answer: None,
        answered_at: None,
        answer_text: None,
        notes: filled(input.notes),
    };
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::CircleRequestCreated, id, 1, Vec::new());
    show(tx.conn, tx.workspace, row).await
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: CircleRequestId,
    if_match: &IfMatch,
    patch: &Patch<CircleRequestInput>,
) -> ApiResult<CircleRequest> {
    let before = live(tx, id).await?;
    if_match.check(before.version)?;
    let input: CircleRequestInput = patch.apply(&(&before).into())?;
    check(tx, &input, Some(&before)).await?;
    let after = CircleRequestRow {
        connector_id: input.connector_id,
        topic: input.topic.trim().to_owned(),
        message: filled(input.message),
        channel: input.channel,
        asked_at: input.asked_at.unwrap_or(before.asked_at),
        notes: filled(input.notes),
        ..before.clone()
    };
    write(tx, before, after).await
}

/// Keeps the answer, and adds an introduction for each name. A connector who said "later", or named people before, may
/// name more.
pub async fn answer(tx: &mut Tx<'_>, id: CircleRequestId, input: CircleAnswerInput) -> ApiResult<CircleRequest> {
    let before = live(tx, id).await?;
    let brought = input.answer == CircleAnswer::Names;
    if before.answer == Some(CircleAnswer::Names) && !brought {
        let detail = "the request has brought names; possible is: names";
        return Err(ApiError::new(Code::ImpossibleTransition, detail).with(Fault::field(
            "/answer",
            "not_allowed",
            detail,
        )));
    }
    let mut faults = Vec::new();
    if brought && input.names.is_empty() {
        faults.push(Fault::field("/names", "required", "needs the names that the request brought"));
    } else if !brought && !input.names.is_empty() {
        faults.push(Fault::field("/names", "not_allowed", "only the answer `names` brings names"));
    }
    past("/answered_at", input.answered_at, tx.now, &mut faults);
    ApiError::check(faults)?;
    let at = input.answered_at.unwrap_or(tx.now);
    name_all(tx, &before, input.names, at).await?;
    let after = CircleRequestRow {
        answer: Some(input.answer),
        answered_at: Some(at),
        answer_text: filled(input.answer_text).or(before.answer_text.clone()),
        ..before.clone()
    };
    write(tx, before, after).await
}

/// Adds an introduction for each name, or tells what is wrong with all of them.
async fn name_all(
    tx: &mut Tx<'_>,
    request: &CircleRequestRow,
    names: Vec<NamedPersonInput>,
    at: DateTime<Utc>,
) -> ApiResult<()> {
    let (mut faults, mut conflict, mut invalid) = (Vec::new(), None, false);
    let mut seen = HashSet::new();
    for (index, name) in names.into_iter().enumerate() {
        let added = match seen.insert(name.key()) {
            true => {
                let (id, input) = (Uuid::now_v7().into(), name.by(request, at));
                tx.part(async |tx| introductions::create(tx, id, input).await.map(|_| ())).await
            }
            false => Err(ApiError::field("", "duplicate", "is named twice")),
        };
        let Err(mut error) = added else { continue };
        if !error.code.status().is_client_error() {
            return Err(error);
        }
        let place = format!("/names/{index}");
        faults.extend(std::mem::take(&mut error.errors).into_iter().map(|fault| fault.below(&place)));
        match error.code {
            Code::InvalidFields => invalid = true,
            _ => conflict = conflict.or(Some(error)),
        }
    }
    match conflict {
        Some(conflict) if !invalid => Err(faults.into_iter().fold(conflict, ApiError::with)),
        _ => ApiError::check(faults),
    }
}

/// Writes `after` over the locked row; a change of nothing leaves the version as it is.
async fn write(tx: &mut Tx<'_>, before: CircleRequestRow, after: CircleRequestRow) -> ApiResult<CircleRequest> {
    if after == before {
        return show(tx.conn, tx.workspace, before).await;
    }
    let after = CircleRequestRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    let shown = |row: CircleRequestRow| CircleRequest::new(row, None, Vec::new());
    let changed = fields::changed(&shown(before), &shown(after.clone()));
    tx.record(Kind::CircleRequestUpdated, after.id, after.version, changed);
    show(tx.conn, tx.workspace, after).await
}

async fn check(tx: &Tx<'_>, input: &CircleRequestInput, before: Option<&CircleRequestRow>) -> ApiResult<()> {
    let mut faults = Vec::new();
    past("/asked_at", input.asked_at, tx.now, &mut faults);
    let connector = input.connector_id;
    if before.is_none_or(|row| row.connector_id != connector) {
        if !contacts::names(tx.conn, tx.workspace, &[connector]).await?.contains_key(&connector) {
            faults.push(Fault::field("/connector_id", "not_found", "is not a contact of this workspace"));
        } else if before.is_some_and(|row| row.answer == Some(CircleAnswer::Names)) {
            let detail = "the request has brought names, which are this connector's";
            faults.push(Fault::field("/connector_id", "not_allowed", detail));
        }
    }
    ApiError::check(faults)
}

fn past(pointer: &str, at: Option<DateTime<Utc>>, now: DateTime<Utc>, faults: &mut Vec<Fault>) {
    let latest = now.checked_add_signed(SKEW).unwrap_or(now);
    if at.is_some_and(|at| at > latest) {
        faults.push(Fault::field(pointer, "out_of_range", "must not be in the future"));
    }
}

pub async fn delete(tx: &mut Tx<'_>, id: CircleRequestId, if_match: &IfMatch) -> ApiResult<()> {
    let row = live(tx, id).await?;
    if_match.check(row.version)?;
    let version = store::mark_deleted(tx.conn, tx.workspace, id, Some(tx.now), tx.now).await?;
    trash::put(tx, RESOURCE, id.into(), &row.topic).await?;
    tx.record(Kind::CircleRequestDeleted, id, version, Vec::new());
    Ok(())
}

/// Takes it out of the trash again.
pub async fn restore(tx: &mut Tx<'_>, id: CircleRequestId) -> ApiResult<()> {
    store::lock(tx.conn, tx.workspace, id).await?;
    let version = store::mark_deleted(tx.conn, tx.workspace, id, None, tx.now).await?;
    tx.record(Kind::CircleRequestRestored, id, version, Vec::new());
    Ok(())
}

/// Removes it for good; what it brought stays.
pub async fn purge(tx: &mut Tx<'_>, id: CircleRequestId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    introductions::request_gone(tx, id).await?;
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::CircleRequestPurged, id, row.version + 1, Vec::new());
    Ok(())
}

async fn live(tx: &mut Tx<'_>, id: CircleRequestId) -> ApiResult<CircleRequestRow> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if row.deleted_at.is_some() { Err(ApiError::not_found()) } else { Ok(row) }
}

/// These requests as the API shows them.
pub async fn show_all(
    conn: &Conn,
    workspace: WorkspaceId,
    rows: Vec<CircleRequestRow>,
) -> ApiResult<Vec<CircleRequest>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let connectors: Vec<ContactId> = rows.iter().map(|row| row.connector_id).collect();
    let ids: Vec<CircleRequestId> = rows.iter().map(|row| row.id).collect();
    let names = contacts::names(conn, workspace, &connectors).await?;
    let mut brought = introductions::of_request(conn, workspace, &ids).await?;
    let show = |row: CircleRequestRow| {
        let name = names.get(&row.connector_id).cloned();
        let introductions = brought.remove(&row.id).unwrap_or_default();
        CircleRequest::new(row, name, introductions)
    };
    Ok(rows.into_iter().map(show).collect())
}

/// The request as the API shows it.
pub async fn show(conn: &Conn, workspace: WorkspaceId, row: CircleRequestRow) -> ApiResult<CircleRequest> {
    show_all(conn, workspace, vec![row]).await?.pop().ok_or_else(ApiError::not_found)
}

/// Those of these requests that are not deleted.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[CircleRequestId]) -> ApiResult<Vec<CircleRequest>> {
    let rows = store::find_many(conn, workspace, ids).await?;
    show_all(conn, workspace, rows).await
}
