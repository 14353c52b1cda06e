use actix_web::web::Data;
use actix_web::{get, post};

use super::model::{Merge, MergeId, MergeInput, MergePreview, MergeReport, MergeRow, MergeUndone};
use super::{service, store, undo};
use crate::app::App;
use crate::auth::{Access, ContactsRead, ContactsWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, NoBody, Paging, Params};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of merges.
    MergePage of Merge
}

/// Merge contacts
///
/// The survivor keeps its id and gets what the others have: lists are united, of single values the survivor's stays,
/// else the first of the others' is taken, unless `fields` says otherwise. What pointed at the others points at the
/// survivor; their old ids lead to it. It can be undone for 30 days. `If-Match` is about the survivor.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])),
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the survivor that the merge is meant for.",
        min_length = 1, max_length = 1024)),
    request_body = MergeInput, responses(
    (status = 200, description = "What it came to", body = MergeReport),
    (status = 412, description = "`precondition_failed`: the survivor has another version"),
))]
#[post("/contacts/merge")]
pub async fn merge_contacts(
    app: Data<App>,
    access: Access<ContactsWrite>,
    key: IdempotencyKey,
    if_match: IfMatch,
    _none: NoParams,
    Body(input): Body<MergeInput>,
) -> ApiResult<Answer<MergeReport>> {
    let id: MergeId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let outcome = service::merge(&app, tx, &if_match, &input).await?;
        Answer::ok(&service::note(tx, id, &input, outcome).await?)
    })
    .await
}

/// Try what a merge would come to
///
/// It is the merge itself, taken back: the contact as it would be, and in which fields the contacts differ.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])),
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the survivor that the merge is meant for.",
        min_length = 1, max_length = 1024)),
    request_body = MergeInput, responses(
    (status = 200, description = "What it would come to", body = MergePreview),
    (status = 412, description = "`precondition_failed`: the survivor has another version"),
))]
#[post("/contacts/merge/preview")]
pub async fn preview_merge(
    app: Data<App>,
    access: Access<ContactsWrite>,
    key: IdempotencyKey,
    if_match: IfMatch,
    _none: NoParams,
    Body(input): Body<MergeInput>,
) -> ApiResult<Answer<MergePreview>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let outcome = tx.rehearse(async |tx| service::merge(&app, tx, &if_match, &input).await).await?;
        Answer::ok(&outcome.preview())
    })
    .await
}

/// List merges of the last 30 days, newest first
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of merges", body = MergePage),
))]
#[get("/contacts/merges")]
pub async fn list_merges(
    app: Data<App>,
    access: Access<ContactsRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<MergePage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let list = async |conn: &_| store::list(conn, workspace, from.as_ref(), query.fetch()).await;
    let mut rows = app.db.read(workspace, list).await?;
    let at = |row: &MergeRow| Position { id: row.id.into(), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    paging.answer(&MergePage { data: rows.into_iter().map(Merge::from).collect(), next_cursor })
}

/// Read one merge
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The merge", body = Merge, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/contacts/merges/{id}")]
pub async fn read_merge(
    app: Data<App>,
    access: Access<ContactsRead>,
    Id(id): Id<MergeId>,
    _none: NoParams,
) -> ApiResult<Answer<Merge>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &Merge::from(row))
}

/// Undo a merge
///
/// The merged contacts are back as they were, with what pointed at them, and the survivor is as before, as far as
/// neither was changed since; `not_restored` says what stays as it is.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "What is back", body = MergeUndone),
    (status = 409, description = "`merge_not_undoable`"),
))]
#[post("/contacts/merges/{id}/undo")]
pub async fn undo_merge(
    app: Data<App>,
    access: Access<ContactsWrite>,
    Id(id): Id<MergeId>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<MergeUndone>> {
    app.post(&access, &key, uuid::Uuid::from(id).as_bytes(), async |tx| Answer::ok(&undo::undo(tx, id).await?)).await
}
