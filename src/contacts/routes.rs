use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, delete, get, patch, post, put};
use futures_util::try_join;

use super::api::{Contact, ContactInput};
use super::model::{ContactId, PositionView};
use super::query::ListQuery;
use super::store::Hit;
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, ContactsRead, ContactsWrite};
use crate::batch::{self, BatchAnswer, BatchInput};
use crate::changes::Tx;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::external_ids::{ExternalId, overtaken};
use crate::http::frame::RequestId;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, IfNoneMatch, Paging, Params, Patch, Ruled};
use crate::saved_views::{self, ViewResource};
use crate::sort::Position;
use crate::{merges, page};

page! {
    /// A page of contacts.
    ContactPage of Contact, counted
}

fn location(id: ContactId) -> String {
    format!("/v1/contacts/{id}")
}

/// Add a contact
///
/// It needs a name, an e-mail address or a company. Companies that positions name are found by name, or added.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])), request_body = ContactInput, responses(
    (status = 201, description = "The contact as stored", body = Contact),
    (status = 409, description = "`external_id_taken`"),
))]
#[post("/contacts")]
pub async fn create_contact(
    app: Data<App>,
    access: Access<ContactsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Ruled(input): Ruled<ContactInput>,
) -> ApiResult<Answer<Contact>> {
    let id = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let contact = service::create(tx, id, input).await?;
        Answer::created(&location(contact.id), contact.version, &contact)
    })
    .await
}

/// List contacts
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of contacts", body = ContactPage),
))]
#[get("/contacts")]
pub async fn list_contacts(
    app: Data<App>,
    access: Access<ContactsRead>,
    Params(query): Params<ListQuery>,
    request: HttpRequest,
    mut paging: Paging,
) -> ApiResult<Answer<ContactPage>> {
    let workspace = access.workspace;
    let view = query.view;
    let mut query =
        saved_views::apply(&app, workspace, ViewResource::Contacts, view, query, &request, &mut paging).await?;
    if !query.connector_id.is_empty() {
        let connectors = std::mem::take(&mut query.connector_id);
        let followed = async |conn: &_| merges::followed(conn, workspace, connectors.clone()).await;
        query.connector_id = app.db.read(workspace, followed).await?;
    }
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let mut fuzzy = from.as_ref().is_some_and(|from| from.fuzzy);
    let mut page = Found::default();
    if !fuzzy {
        page = app.db.read(workspace, async |conn| page_of(conn, workspace, &query, from.as_ref()).await).await?;
        fuzzy = page.hits.is_empty() && query.q.is_some() && from.is_none();
    }
    if fuzzy {
        page = app.db.read(workspace, async |conn| page_alike(conn, workspace, &query, from.as_ref()).await).await?;
    }
    let Found { mut hits, mut positions, total } = page;
    let next_cursor = page::cut(&paging, query.limit, &mut hits, |(row, fit)| query.position(row, *fit, fuzzy))?;
    let contact = |(row, _): Hit| {
        let positions = positions.remove(&row.id).unwrap_or_default();
        Contact::new(row, positions)
    };
    let data = hits.into_iter().map(contact).collect();
    paging.answer(&ContactPage { data, next_cursor, total })
}

/// What a page of contacts is made of.
#[derive(Default)]
struct Found {
    hits: Vec<Hit>,
    positions: HashMap<ContactId, Vec<PositionView>>,
    total: Option<i64>,
}

async fn page_of(conn: &Conn, workspace: WorkspaceId, query: &ListQuery, from: Option<&Position>) -> ApiResult<Found> {
    let list = store::list(conn, workspace, query, from, None);
    let (hits, total) = try_join!(list, store::total(conn, workspace, query, false))?;
    with_positions(conn, workspace, hits, total).await
}

async fn page_alike(
    conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Found> {
    let list = store::list_alike(conn, workspace, query, from);
    let (hits, total) = try_join!(list, store::total(conn, workspace, query, true))?;
    with_positions(conn, workspace, hits, total).await
}

async fn with_positions(conn: &Conn, workspace: WorkspaceId, hits: Vec<Hit>, total: Option<i64>) -> ApiResult<Found> {
    let ids: Vec<ContactId> = hits.iter().map(|(row, _)| row.id).collect();
    let mut positions: HashMap<ContactId, Vec<PositionView>> = HashMap::with_capacity(ids.len());
    if !ids.is_empty() {
        for position in store::positions(conn, workspace, &ids).await? {
            positions.entry(position.contact_id).or_default().push(position);
        }
    }
    Ok(Found { hits, positions, total })
}

/// Read one contact
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The contact", body = Contact, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/contacts/{id}")]
pub async fn read_contact(
    app: Data<App>,
    access: Access<ContactsRead>,
    Id(id): Id<ContactId>,
    _none: NoParams,
) -> ApiResult<Answer<Contact>> {
    let workspace = access.workspace;
    let (row, positions) = app
        .db
        .read(workspace, async |conn| {
            try_join!(store::find(conn, workspace, id), store::positions_of(conn, workspace, id))
        })
        .await?;
    Answer::resource(row.version, &Contact::new(row, positions))
}

/// Change a contact
///
/// Lists are replaced as a whole. A position that is sent with its `id` stays the same position.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = Uuid, Path)),
    request_body = ContactInput, responses(
    (status = 200, description = "The contact as it is now", body = Contact, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`external_id_taken`"),
))]
#[patch("/contacts/{id}")]
pub async fn patch_contact(
    app: Data<App>,
    access: Access<ContactsWrite>,
    Id(id): Id<ContactId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<ContactInput>,
) -> ApiResult<Answer<Contact>> {
    app.write(&access, async |tx| {
        let contact = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(contact.version, &contact)
    })
    .await
}

/// Delete a contact
///
/// It goes to the trash for 30 days.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/contacts/{id}")]
pub async fn delete_contact(
    app: Data<App>,
    access: Access<ContactsWrite>,
    Id(id): Id<ContactId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Create or change the contact that another system knows by this id
///
/// A contact that is there keeps the fields that the body does not name.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])),
    params(
        ("system" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$"),
        ("id" = String, Path, min_length = 1, max_length = 255),
    ),
    request_body = ContactInput, responses(
    (status = 200, description = "It was there; as it is now", body = Contact, headers(("ETag" = String, description = "Its version"))),
    (status = 201, description = "It was not there; as it is now", body = Contact),
    (status = 409, description = "`external_id_taken`"),
))]
#[put("/contacts/by-external-id/{system}/{id}")]
pub async fn upsert_contact(
    app: Data<App>,
    access: Access<ContactsWrite>,
    ExternalId { system, id }: ExternalId,
    if_match: IfMatch,
    if_none_match: IfNoneMatch,
    _none: NoParams,
    patch: Patch<ContactInput>,
) -> ApiResult<Answer<Contact>> {
    app.write_again(&access, overtaken, async |tx| {
        let (created, contact) =
            service::upsert(tx, app.new_id(), &system, &id, (&if_match, &if_none_match), &patch).await?;
        if created {
            return Answer::created(&location(contact.id), contact.version, &contact);
        }
        Answer::resource(contact.version, &contact)
    })
    .await
}

/// Add many contacts at once
///
/// Each item is a `ContactInput`. Without `atomic` each succeeds or fails alone.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])), request_body = BatchInput, responses(
    (status = 207, description = "What became of each item, in order", body = BatchAnswer),
    (status = 422, description = "`batch_failed`: an item of an atomic batch failed, none was stored"),
))]
#[post("/contacts/batch")]
pub async fn batch_contacts(
    app: Data<App>,
    access: Access<ContactsWrite>,
    request_id: RequestId,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<BatchInput>,
) -> ApiResult<Answer<BatchAnswer>> {
    let fingerprint = fingerprint(&input)?;
    let write = async |tx: &mut Tx<'_>| {
        let answer = batch::run_ruled(&app, tx, &request_id, input.clone(), async |tx, input: ContactInput| {
            let contact = service::create(tx, app.new_id(), input).await?;
            Ok((location(contact.id), contact))
        })
        .await?;
        Answer::status(StatusCode::MULTI_STATUS, &answer)
    };
    batch::in_turn(access.workspace, async || app.post(&access, &key, &fingerprint, &write).await).await
}
