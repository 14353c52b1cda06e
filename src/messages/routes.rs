use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use url::Url;

use super::api::{Message, MessageInput};
use super::model::MessageId;
use super::query::ListQuery;
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, MessagesRead, MessagesWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of messages.
    MessagePage of Message
}

pub fn location(id: MessageId) -> String {
    format!("/v1/messages/{id}")
}

/// The right side of a `Message-ID`: where this service is reached.
pub fn host(app: &App) -> String {
    let url = Url::parse(&app.base_url).ok();
    url.as_ref().and_then(Url::host_str).unwrap_or("localhost").to_owned()
}

/// Draft a message, or note one that came in
///
/// An outgoing message begins as a draft. An incoming one is received, moves its contact to `replied`, and marks the
/// message that it answers as answered.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), request_body = MessageInput, responses(
    (status = 201, description = "The message as stored", body = Message),
    (status = 409, description = "`do_not_contact`"),
))]
#[post("/messages")]
pub async fn create_message(
    app: Data<App>,
    access: Access<MessagesWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<MessageInput>,
) -> ApiResult<Answer<Message>> {
    let (id, host) = (app.new_id(), host(&app));
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let message = service::create(tx, id, &host, input).await?;
        Answer::created(&location(message.id), message.version, &message)
    })
    .await
}

/// List messages
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of messages", body = MessagePage),
))]
#[get("/messages")]
pub async fn list_messages(
    app: Data<App>,
    access: Access<MessagesRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<MessagePage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows =
        app.db.read(workspace, async |conn| store::list(conn, workspace, &query, from.as_ref()).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
    paging.answer(&MessagePage { data: rows.into_iter().map(Message::from).collect(), next_cursor })
}

/// Read one message
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The message", body = Message, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/messages/{id}")]
pub async fn read_message(
    app: Data<App>,
    access: Access<MessagesRead>,
    Id(id): Id<MessageId>,
    _none: NoParams,
) -> ApiResult<Answer<Message>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &Message::from(row))
}

/// Change a message
///
/// Of one that went out, only what is known of it can change, not what it says. Of one that is scheduled a change takes
/// `messages:send`, too.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path)),
    request_body = MessageInput, responses(
    (status = 200, description = "The message as it is now", body = Message, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`, `do_not_contact`, `contact_in_trash` or `being_sent`"),
))]
#[patch("/messages/{id}")]
pub async fn patch_message(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<MessageInput>,
) -> ApiResult<Answer<Message>> {
    app.write(&access, async |tx| {
        let message = service::patch(tx, &access, id, &if_match, &patch).await?;
        Answer::resource(message.version, &message)
    })
    .await
}

/// Delete a message
///
/// It goes to the trash for 30 days, and is not sent meanwhile.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
    (status = 409, description = "`being_sent`"),
))]
#[delete("/messages/{id}")]
pub async fn delete_message(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}
