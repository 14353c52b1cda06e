use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use super::from_url::{self, FromUrlInput};
use super::model::{ResearchNote, ResearchNoteId, ResearchNoteInput};
use super::query::{ListQuery, ReadQuery};
use super::service;
use crate::app::App;
use crate::auth::{Access, ResearchRead, ResearchWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of research notes.
    ResearchNotePage of ResearchNote
}

/// Keep a research note
#[utoipa::path(tag = "research notes", security(("bearer" = ["research:write"])), request_body = ResearchNoteInput,
    responses(
    (status = 201, description = "The note as stored", body = ResearchNote),
))]
#[post("/research-notes")]
pub async fn create_research_note(
    app: Data<App>,
    access: Access<ResearchWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<ResearchNoteInput>,
) -> ApiResult<Answer<ResearchNote>> {
    let id: ResearchNoteId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let note = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/research-notes/{id}"), note.version, &note)
    })
    .await
}

/// Keep a page of the web as a research note
///
/// Fetches it, as far as its site's `robots.txt` allows, and fills in title, site, author, date, description, language and
/// the text to be read, as Markdown.
#[utoipa::path(tag = "research notes", security(("bearer" = ["research:write"])), request_body = FromUrlInput, responses(
    (status = 201, description = "The note as stored", body = ResearchNote),
    (status = 422, description = "`fetch_failed` or `invalid_fields`"),
))]
#[post("/research-notes/from-url")]
pub async fn create_research_note_from_url(
    app: Data<App>,
    access: Access<ResearchWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<FromUrlInput>,
) -> ApiResult<Answer<ResearchNote>> {
    let fingerprint = fingerprint(&input)?;
    if let Some(answer) = app.replay(&access, &key, &fingerprint).await? {
        return Ok(answer);
    }
    let id: ResearchNoteId = app.new_id();
    let about = input.clone().into();
    app.write(&access, async |tx| service::check(tx, &about, None).await).await?;
    let input = from_url::fetch(&app, input).await?;
    app.post(&access, &key, &fingerprint, async |tx| {
        let note = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/research-notes/{id}"), note.version, &note)
    })
    .await
}

/// List research notes
///
/// With `q` those that fit best come first, and `found` says where the words stand. Each note is searched in its own
/// language: in English, `office` finds `offices`.
#[utoipa::path(tag = "research notes", security(("bearer" = ["research:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of notes", body = ResearchNotePage),
))]
#[get("/research-notes")]
pub async fn list_research_notes(
    app: Data<App>,
    access: Access<ResearchRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<ResearchNotePage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let read = async |conn: &_| service::list(conn, workspace, &query, from.as_ref()).await;
    let mut data = app.db.read(workspace, read).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut data, |note| query.position(note))?;
    paging.answer(&ResearchNotePage { data, next_cursor })
}

/// Read one research note
#[utoipa::path(tag = "research notes", security(("bearer" = ["research:read"])), params(("id" = Uuid, Path), ReadQuery),
    responses(
    (status = 200, description = "The note", body = ResearchNote, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/research-notes/{id}")]
pub async fn read_research_note(
    app: Data<App>,
    access: Access<ResearchRead>,
    Id(id): Id<ResearchNoteId>,
    Params(query): Params<ReadQuery>,
) -> ApiResult<Answer<ResearchNote>> {
    let workspace = access.workspace;
    let read = async |conn: &_| service::read(conn, workspace, id, query.render).await;
    let note = app.db.read(workspace, read).await?;
    Answer::resource(note.version, &note)
}

/// Change a research note
#[utoipa::path(tag = "research notes", security(("bearer" = ["research:write"])), params(("id" = Uuid, Path)),
    request_body = ResearchNoteInput, responses(
    (status = 200, description = "The note as it is now", body = ResearchNote, headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/research-notes/{id}")]
pub async fn patch_research_note(
    app: Data<App>,
    access: Access<ResearchWrite>,
    Id(id): Id<ResearchNoteId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<ResearchNoteInput>,
) -> ApiResult<Answer<ResearchNote>> {
    app.write(&access, async |tx| {
        let note = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(note.version, &note)
    })
    .await
}

/// Delete a research note
///
/// It goes to the trash for 30 days.
#[utoipa::path(tag = "research notes", security(("bearer" = ["research:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/research-notes/{id}")]
pub async fn delete_research_note(
    app: Data<App>,
    access: Access<ResearchWrite>,
    Id(id): Id<ResearchNoteId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}
