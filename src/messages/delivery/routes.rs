use actix_web::web::Data;
use actix_web::{get, post};

use super::model::Delivery;
use super::request::Sender;
use super::store;
use crate::app::App;
use crate::auth::{Access, Caller, MessagesRead, MessagesSend, users};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch};
use crate::mail_accounts;
use crate::messages::api::{Message, ScheduleInput, SendInput};
use crate::messages::delivery;
use crate::messages::model::MessageId;
use crate::messages::routes::{host, location};

/// An account belongs to no workspace: a workspace's transaction sees only who its members are.
pub async fn sender(app: &App, caller: &Caller) -> ApiResult<Sender> {
    app.db.lookup(async |conn| users::find(conn, caller.user).await).await.map(Sender::from)
}

/// Send a message now
///
/// An e-mail, through the mail server. It is scheduled for this moment and sent within seconds; what becomes of it is in
/// its `state`, and in the change log. What exceeds the day's limit waits for the next day: `waits_for` is then
/// `daily_limit`. The hours of the contact are not looked at. The body may be left out.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:send"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = SendInput, responses(
    (status = 202, description = "The message, on its way", body = Message, headers(("ETag" = String, description = "Its version"))),
    (status = 403, description = "`email_not_verified` or `scope_missing`"),
    (status = 409, description = "`impossible_transition`, `do_not_contact`, `contact_in_trash`, `being_sent`, `mail_not_configured` or `mail_account_unverified`"),
    (status = 412, description = "`precondition_failed`: the message has another version"),
))]
#[post("/messages/{id}/send")]
pub async fn send_message(
    app: Data<App>,
    access: Access<MessagesSend>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<SendInput>,
) -> ApiResult<Answer<Message>> {
    let (sender, host) = (sender(&app, &access).await?, host(&app));
    let way_out = mail_accounts::way_out(&app, access.workspace).await?.check(&app);
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let message = delivery::send(tx, id, &if_match, &sender, &host, &way_out, input).await?;
        Answer::accepted(&location(id), message.version, &message)
    })
    .await
}

/// Schedule a message
///
/// An e-mail, to be sent through the mail server. Also one that is scheduled already, for another time. The time must be
/// one at which the contact is awake (`GET /v1/sending-settings`), by the clock of the contact's zone, or where that is
/// not known of the seeker's; `outside_hours` says what becomes of another time.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:send"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = ScheduleInput, responses(
    (status = 200, description = "The message as it is now", body = Message, headers(("ETag" = String, description = "Its version"))),
    (status = 403, description = "`email_not_verified` or `scope_missing`"),
    (status = 409, description = "`impossible_transition`, `do_not_contact`, `contact_in_trash` or `being_sent`"),
    (status = 412, description = "`precondition_failed`: the message has another version"),
))]
#[post("/messages/{id}/schedule")]
pub async fn schedule_message(
    app: Data<App>,
    access: Access<MessagesSend>,
    Id(id): Id<MessageId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<ScheduleInput>,
) -> ApiResult<Answer<Message>> {
    let (sender, host) = (sender(&app, &access).await?, host(&app));
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let message = delivery::schedule(tx, id, &if_match, input, &sender, &host).await?;
        Answer::resource(message.version, &message)
    })
    .await
}

/// Read how the sending of a message goes
///
/// 404 until somebody has it sent or scheduled.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "Attempts and the mail server's last words", body = Delivery),
))]
#[get("/messages/{id}/delivery")]
pub async fn read_message_delivery(
    app: Data<App>,
    access: Access<MessagesRead>,
    Id(id): Id<MessageId>,
    _none: NoParams,
) -> ApiResult<Answer<Delivery>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::ok(&Delivery::from(row))
}
