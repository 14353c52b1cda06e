use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{Mapping, MappingId, MappingInput, MappingRow};
use super::store;
use crate::app::App;
use crate::auth::{Access, ImportsRead, ImportsWrite};
use crate::changes::Kind;
use crate::error::ApiResult;
use crate::fields;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, DEFAULT_LIMIT};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of mappings.
    MappingPage of Mapping
}

/// Save a mapping of columns
///
/// For tables that are none of the known formats. `POST /v1/imports/preview` suggests one for a file.
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:write"])), request_body = MappingInput, responses(
    (status = 201, description = "The mapping as stored", body = Mapping),
    (status = 409, description = "`import_mapping_exists`"),
))]
#[post("/import-mappings")]
pub async fn create_import_mapping(
    app: Data<App>,
    access: Access<ImportsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<MappingInput>,
) -> ApiResult<Answer<Mapping>> {
    let id: MappingId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let row = input.check()?.into_row(tx.workspace, id, 1, [tx.now; 2]);
        store::insert(tx.conn, &row).await?;
        tx.record(Kind::ImportMappingCreated, id, 1, Vec::new());
        Answer::created(&format!("/v1/import-mappings/{id}"), 1, &Mapping::from(row))
    })
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct MappingsQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
}

impl Default for MappingsQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None }
    }
}

/// List saved mappings, newest first
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:read"])), params(MappingsQuery), responses(
    (status = 200, description = "A page of mappings", body = MappingPage),
))]
#[get("/import-mappings")]
pub async fn list_import_mappings(
    app: Data<App>,
    access: Access<ImportsRead>,
    Params(query): Params<MappingsQuery>,
    paging: Paging,
) -> ApiResult<Answer<MappingPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let (workspace, fetch) = (access.workspace, i64::from(query.limit) + 1);
    let list = async |conn: &_| store::list(conn, workspace, from.as_ref(), fetch).await;
    let mut rows = app.db.read(workspace, list).await?;
    let at = |row: &MappingRow| Position { id: row.id.into(), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    paging.answer(&MappingPage { data: rows.into_iter().map(Mapping::from).collect(), next_cursor })
}

/// Read one mapping
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The mapping", body = Mapping, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/import-mappings/{id}")]
pub async fn read_import_mapping(
    app: Data<App>,
    access: Access<ImportsRead>,
    Id(id): Id<MappingId>,
    _none: NoParams,
) -> ApiResult<Answer<Mapping>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &Mapping::from(row))
}

/// Change a mapping
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:write"])), params(("id" = Uuid, Path)),
    request_body = MappingInput, responses(
    (status = 200, description = "The mapping as it is now", body = Mapping, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`import_mapping_exists`"),
))]
#[patch("/import-mappings/{id}")]
pub async fn patch_import_mapping(
    app: Data<App>,
    access: Access<ImportsWrite>,
    Id(id): Id<MappingId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<MappingInput>,
) -> ApiResult<Answer<Mapping>> {
    app.write(&access, async |tx| {
        let before = store::lock(tx.conn, tx.workspace, id).await?;
        if_match.check(before.version)?;
        let (version, created_at) = (before.version, before.created_at);
        let shown = Mapping::from(before.clone());
        let input: MappingInput = patch.apply(&MappingInput::from(shown.clone()))?;
        let row = input.check()?.into_row(tx.workspace, id, version + 1, [created_at, tx.now]);
        let changed = fields::changed(&shown, &Mapping::from(row.clone()));
        if changed.is_empty() {
            return Answer::resource(version, &shown);
        }
        store::update(tx.conn, &row).await?;
        tx.record(Kind::ImportMappingUpdated, id, row.version, changed);
        Answer::resource(row.version, &Mapping::from(row))
    })
    .await
}

/// Delete a mapping
///
/// What was imported by it stays.
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/import-mappings/{id}")]
pub async fn delete_import_mapping(
    app: Data<App>,
    access: Access<ImportsWrite>,
    Id(id): Id<MappingId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| {
        let row = store::lock(tx.conn, tx.workspace, id).await?;
        if_match.check(row.version)?;
        store::delete(tx.conn, tx.workspace, id).await?;
        tx.record(Kind::ImportMappingDeleted, id, row.version + 1, Vec::new());
        Ok(())
    })
    .await?;
    Ok(Answer::no_content())
}
