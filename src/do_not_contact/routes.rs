use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{DoNotContactKind, Entry, EntryId, EntryInput, EntryRow};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, MessagesRead, MessagesWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, DEFAULT_LIMIT};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of the do-not-contact list.
    DoNotContactPage of Entry
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct EntryQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
    /// Any of these.
    #[param(inline)]
    kind: Vec<DoNotContactKind>,
}

impl Default for EntryQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, kind: Vec::new() }
    }
}

/// Forbid writing to an address or a domain
///
/// From then on no message to it can be drafted, scheduled or sent.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), request_body = EntryInput, responses(
    (status = 201, description = "The entry as stored", body = Entry),
    (status = 409, description = "`already_listed`"),
))]
#[post("/do-not-contact")]
pub async fn create_do_not_contact(
    app: Data<App>,
    access: Access<MessagesWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<EntryInput>,
) -> ApiResult<Answer<Entry>> {
    let id = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let entry = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/do-not-contact/{id}"), entry.version, &entry)
    })
    .await
}

/// List what must not be written to, newest first
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:read"])), params(EntryQuery), responses(
    (status = 200, description = "A page of the list", body = DoNotContactPage),
))]
#[get("/do-not-contact")]
pub async fn list_do_not_contact(
    app: Data<App>,
    access: Access<MessagesRead>,
    Params(query): Params<EntryQuery>,
    paging: Paging,
) -> ApiResult<Answer<DoNotContactPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let (workspace, fetch) = (access.workspace, i64::from(query.limit) + 1);
    let list = async |conn: &_| store::list(conn, workspace, &query.kind, from.as_ref(), fetch).await;
    let mut rows = app.db.read(workspace, list).await?;
    let at = |row: &EntryRow| Position { id: row.id.into(), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    paging.answer(&DoNotContactPage { data: rows.into_iter().map(Entry::from).collect(), next_cursor })
}

/// Read one entry of the do-not-contact list
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The entry", body = Entry, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/do-not-contact/{id}")]
pub async fn read_do_not_contact(
    app: Data<App>,
    access: Access<MessagesRead>,
    Id(id): Id<EntryId>,
    _none: NoParams,
) -> ApiResult<Answer<Entry>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &Entry::from(row))
}

/// Change the note of an entry
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path)),
    request_body = EntryInput, responses(
    (status = 200, description = "The entry as it is now", body = Entry, headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/do-not-contact/{id}")]
pub async fn patch_do_not_contact(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<EntryId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<EntryInput>,
) -> ApiResult<Answer<Entry>> {
    app.write(&access, async |tx| {
        let entry = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(entry.version, &entry)
    })
    .await
}

/// Take an entry off the do-not-contact list
///
/// For good: it does not go to the trash.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/do-not-contact/{id}")]
pub async fn delete_do_not_contact(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<EntryId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}
