use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::mappings::MappingId;
use super::model::{
    Import, ImportDbRow, ImportId, ImportKind, ImportReport, ImportRow, ImportState, KeptContact, Outcome,
};
use super::params::{self, FileParams, ImportForm};
use super::service::{self, UploadInfo};
use super::value::DateOrder;
use super::{interrupted, store, undo};
use crate::app::App;
use crate::auth::{Access, ImportsRead, ImportsWrite};
use crate::error::ApiResult;
use crate::http::page::{self, DEFAULT_LIMIT};
use crate::http::params::NoParams;
use crate::http::prefer::Prefer;
use crate::http::upload;
use crate::http::{Answer, Id, IdempotencyKey, NoBody, Paging, Params};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of imports.
    ImportPage of Import
}

page! {
    /// A page of an import's rows.
    ImportRowPage of ImportRow
}

/// As those of a preview, and whether to try only.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// What the file is; recognised by its content, unless said.
    #[param(inline)]
    kind: Option<ImportKind>,
    /// A name of the WHATWG standard such as `windows-1252`; recognised, unless said.
    #[param(min_length = 1, max_length = 40, format = "encoding")]
    encoding: Option<String>,
    /// Of a table: comma, semicolon, tab or bar; recognised, unless said.
    #[param(max_length = 1, pattern = r"^[,;\t|]$")]
    delimiter: Option<String>,
    /// Of dates in figures; recognised, unless said.
    #[param(inline)]
    date_order: Option<DateOrder>,
    /// A saved mapping, for a table that is none of the known formats.
    #[param(value_type = Option<Uuid>)]
    mapping_id: Option<MappingId>,
    /// Of LinkedIn messages: the address of the member's own profile; recognised, unless said.
    #[param(min_length = 1, max_length = 2048)]
    owner: Option<String>,
    /// Do everything and take it back.
    dry_run: Option<bool>,
}

/// Import a file
///
/// As a form with a `file`, or as the body itself. The format is recognised by the content. Known contacts are found by
/// what the source said of them before, then LinkedIn profile, e-mail address, telephone number and name, then name and
/// company; what a person has written is never overwritten, and the same file twice changes nothing.
///
/// Of 1,000 rows at most the answer is waited for 20 seconds; of more rows, or with `Prefer: respond-async` (RFC 7240),
/// not at all; and in any case as long as `Prefer: wait=…` says (60 seconds at most). After that the import goes on, and
/// `GET /v1/imports/{id}` tells how far it is.
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:write"])), params(ImportParams,
        ("Prefer" = Option<String>, Header, max_length = 255, description = "`wait=…` in seconds, or `respond-async` (RFC 7240)")),
    request_body(content(
        (ImportForm = "multipart/form-data"), (String = "text/csv"), (String = "text/vcard"),
        (String = "application/zip"), (String = "application/octet-stream"),
    ), description = "The file, 32 MiB at most unless the service says otherwise"),
    responses(
        (status = 201, description = "What became of it", body = ImportReport),
        (status = 202, description = "It runs; `Location` tells how far it is", body = ImportReport,
            headers(("Location" = String, description = "The import"), ("Retry-After" = u32, description = "Seconds"))),
        (status = 409, description = "`import_cancelled`: nothing was stored"),
        (status = 422, description = "`unreadable_file`: nothing was stored"),
    ))]
#[post("/imports")]
pub async fn create_import(
    app: Data<App>,
    access: Access<ImportsWrite>,
    key: IdempotencyKey,
    Params(params): Params<ImportParams>,
    request: HttpRequest,
    payload: Payload,
) -> ApiResult<Answer<ImportReport>> {
    let ImportParams { kind, encoding, delimiter, date_order, mapping_id, owner, dry_run } = params;
    let params = FileParams { kind, encoding, delimiter, date_order, mapping_id, owner };
    let received = upload::receive(&request, payload, app.config.import_limit, &params::RAW).await?;
    let said = params::words(&received, params, dry_run)?;
    let dry_run = said.dry_run.unwrap_or(false);
    let hints = said.hints(&app, &access).await?;
    let said = hints.fingerprint();
    let mut info = UploadInfo::of(&received, dry_run);
    let file = service::open_to_import(received.file, hints).await?;
    (info.kind, info.ignored_columns) = (file.0.kind(), file.0.ignored_columns());
    let fingerprint = [info.sha256.as_slice(), &said, &[u8::from(dry_run)]].concat();
    let workspace = access.workspace;
    let started = service::start(app.clone(), access, key, fingerprint, info, file);
    started.wait(&app, workspace, Prefer::of(&request)).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ImportsQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
}

impl Default for ImportsQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None }
    }
}

/// List imports, newest first
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:read"])), params(ImportsQuery), responses(
    (status = 200, description = "A page of imports", body = ImportPage),
))]
#[get("/imports")]
pub async fn list_imports(
    app: Data<App>,
    access: Access<ImportsRead>,
    Params(query): Params<ImportsQuery>,
    paging: Paging,
) -> ApiResult<Answer<ImportPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let (workspace, fetch) = (access.workspace, i64::from(query.limit) + 1);
    let list = async |conn: &_| store::list(conn, workspace, from.as_ref(), fetch).await;
    let mut rows = app.db.read(workspace, list).await?;
    let at = |row: &ImportDbRow| Position { id: row.id.into(), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    paging.answer(&ImportPage { data: rows.into_iter().map(Import::from).collect(), next_cursor })
}

/// Read one import
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The import", body = ImportReport, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/imports/{id}")]
pub async fn read_import(
    app: Data<App>,
    access: Access<ImportsRead>,
    Id(id): Id<ImportId>,
    _none: NoParams,
) -> ApiResult<Answer<ImportReport>> {
    let workspace = access.workspace;
    let read = async || app.db.read(workspace, async |conn| service::report(conn, workspace, id).await).await;
    let mut report = read().await?;
    if report.import.state == ImportState::Running && interrupted::settle(&app, workspace, id).await? {
        report = read().await?;
    }
    Answer::resource(report.import.version, &report)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct RowsQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
    /// Any of these.
    #[param(inline)]
    outcome: Vec<Outcome>,
}

impl Default for RowsQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, outcome: Vec::new() }
    }
}

/// List what became of an import's rows, by line
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:read"])), params(("id" = Uuid, Path), RowsQuery), responses(
    (status = 200, description = "A page of rows", body = ImportRowPage),
))]
#[get("/imports/{id}/rows")]
pub async fn list_import_rows(
    app: Data<App>,
    access: Access<ImportsRead>,
    Id(id): Id<ImportId>,
    Params(query): Params<RowsQuery>,
    paging: Paging,
) -> ApiResult<Answer<ImportRowPage>> {
    let from: Option<i64> = paging.position(query.cursor.as_deref())?;
    let (workspace, fetch) = (access.workspace, i64::from(query.limit) + 1);
    let mut rows = app
        .db
        .read(workspace, async |conn| {
            store::find(conn, workspace, id).await?;
            store::rows(conn, workspace, id, &query.outcome, from, fetch).await
        })
        .await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| row.line)?;
    paging.answer(&ImportRowPage { data: rows.into_iter().map(ImportRow::from).collect(), next_cursor })
}

/// Cancel a running import
///
/// It stops within moments and stores nothing. One that is over by then has ended as it has.
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:write"])), params(("id" = Uuid, Path)), responses(
    (status = 202, description = "It is asked to stop", body = Import),
    (status = 409, description = "`import_not_running`"),
))]
#[post("/imports/{id}/cancel")]
pub async fn cancel_import(
    app: Data<App>,
    access: Access<ImportsWrite>,
    Id(id): Id<ImportId>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Import>> {
    interrupted::settle_if_running(&app, access.workspace, id).await?;
    app.post(&access, &key, uuid::Uuid::from(id).as_bytes(), async |tx| {
        let import = service::cancel(tx, id).await?;
        Answer::status(StatusCode::ACCEPTED, &import)
    })
    .await
}

/// What an undo came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportUndone {
    pub import: Import,
    /// Contacts that the import had added and that are gone.
    #[schema(example = 40)]
    pub removed: usize,
    /// Contacts that the import had changed and that are as before.
    #[schema(example = 1)]
    pub restored: usize,
    /// Contacts that somebody has edited since, or uses, and that stay as they are.
    #[schema(example = 0)]
    pub kept: usize,
    /// Which those are and why, the first 1,000 of them. Who was deleted for good since is counted, but not here.
    pub kept_contacts: Vec<KeptContact>,
}

/// Undo an import
///
/// What it added is removed and what it changed is as before, as far as nobody has edited it since.
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:write"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "What could be taken back", body = ImportUndone),
    (status = 409, description = "`import_not_undoable`"),
))]
#[post("/imports/{id}/undo")]
pub async fn undo_import(
    app: Data<App>,
    access: Access<ImportsWrite>,
    Id(id): Id<ImportId>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<ImportUndone>> {
    app.post(&access, &key, uuid::Uuid::from(id).as_bytes(), async |tx| {
        let undone = undo::undo(tx, id).await?;
        let import = Import::from(store::find(tx.conn, tx.workspace, id).await?);
        let undo::Undone { removed, restored, kept, kept_contacts } = undone;
        Answer::ok(&ImportUndone { import, removed, restored, kept, kept_contacts })
    })
    .await
}
