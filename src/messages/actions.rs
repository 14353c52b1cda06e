//! What can happen to a message, over HTTP.
use actix_web::post;
use actix_web::web::Data;

use super::api::{FailureInput, Message, ReplyInput, SentInput};
use super::model::MessageId;
use super::routes::{host, location};
use super::service;
use crate::app::App;
use crate::auth::{Access, MessagesWrite};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, NoBody};

/// Cancel a message
///
/// It is not sent. One that went out cannot be cancelled.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The message as it is now", body = Message, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition` or `being_sent`"),
    (status = 412, description = "`precondition_failed`: the message has another version"),
))]
#[post("/messages/{id}/cancel")]
pub async fn cancel_message(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Message>> {
    app.post(&access, &key, b"", async |tx| {
        let message = service::cancel(tx, id, &if_match).await?;
        Answer::resource(message.version, &message)
    })
    .await
}

/// Make a message a draft again
///
/// One that is scheduled, cancelled or failed.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The message as it is now", body = Message, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`, `do_not_contact`, `contact_in_trash` or `being_sent`"),
    (status = 412, description = "`precondition_failed`: the message has another version"),
))]
#[post("/messages/{id}/reopen")]
pub async fn reopen_message(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Message>> {
    app.post(&access, &key, b"", async |tx| {
        let message = service::reopen(tx, id, &if_match).await?;
        Answer::resource(message.version, &message)
    })
    .await
}

/// Note that a message was sent
///
/// By the seeker's own mail program, by LinkedIn, on the phone. Its contact moves to `contacted`, unless it is further
/// on. The body may be left out.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = SentInput, responses(
    (status = 200, description = "The message as it is now", body = Message, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`, `do_not_contact`, `contact_in_trash` or `being_sent`"),
    (status = 412, description = "`precondition_failed`: the message has another version"),
))]
#[post("/messages/{id}/mark-sent")]
pub async fn mark_message_sent(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<SentInput>,
) -> ApiResult<Answer<Message>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let message = service::mark_sent(tx, id, &if_match, input).await?;
        Answer::resource(message.version, &message)
    })
    .await
}

/// Note that a message did not arrive
///
/// The body may be left out.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = FailureInput, responses(
    (status = 200, description = "The message as it is now", body = Message, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition` or `being_sent`"),
    (status = 412, description = "`precondition_failed`: the message has another version"),
))]
#[post("/messages/{id}/mark-bounced")]
pub async fn mark_message_bounced(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<FailureInput>,
) -> ApiResult<Answer<Message>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let message = service::mark_bounced(tx, id, &if_match, input).await?;
        Answer::resource(message.version, &message)
    })
    .await
}

/// Note that a message could not be sent
///
/// The body may be left out.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = FailureInput, responses(
    (status = 200, description = "The message as it is now", body = Message, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition` or `being_sent`"),
    (status = 412, description = "`precondition_failed`: the message has another version"),
))]
#[post("/messages/{id}/mark-failed")]
pub async fn mark_message_failed(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<FailureInput>,
) -> ApiResult<Answer<Message>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let message = service::mark_failed(tx, id, &if_match, input).await?;
        Answer::resource(message.version, &message)
    })
    .await
}

/// Note an answer to a message
///
/// The answer becomes an incoming message of its own, and the answered one is `replied`; unless the answer is
/// `out_of_office`, which counts as none.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = ReplyInput, responses(
    (status = 201, description = "The answer", body = Message),
    (status = 409, description = "`impossible_transition` or `contact_in_trash`"),
    (status = 412, description = "`precondition_failed`: the message has another version"),
))]
#[post("/messages/{id}/reply")]
pub async fn reply_to_message(
    app: Data<App>,
    access: Access<MessagesWrite>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<ReplyInput>,
) -> ApiResult<Answer<Message>> {
    let (new_id, host) = (app.new_id(), host(&app));
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let message = service::reply(tx, new_id, &host, id, &if_match, input).await?;
        Answer::created(&location(message.id), message.version, &message)
    })
    .await
}
