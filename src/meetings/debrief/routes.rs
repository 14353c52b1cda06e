use actix_web::web::Data;
use actix_web::{get, patch, post, put};

use super::model::{Debrief, DebriefInput};
use super::service;
use super::thanks::{self, ThanksInput};
use crate::app::App;
use crate::auth::users;
use crate::auth::{
    Access, Caller, ContactsWrite, FollowUpsRead, FollowUpsWrite, IntroductionsRead, IntroductionsWrite, MeetingsRead,
    MeetingsWrite, MessagesWrite,
};
use crate::error::ApiResult;
use crate::http::body::{MaybeBody, Ruled};
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, Patch};
use crate::meetings::MeetingId;
use crate::messages::{self, Message};

/// Read what was noted after a meeting
///
/// With what was learned, promised, and who was named. Empty until it is written. Takes `follow_ups:read` and
/// `introductions:read`, too.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The debrief", body = Debrief, headers(("ETag" = String, description = "The meeting's version"))),
))]
#[get("/meetings/{id}/debrief")]
pub async fn read_debrief(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<MeetingId>,
    _none: NoParams,
) -> ApiResult<Answer<Debrief>> {
    access.require::<FollowUpsRead>()?;
    access.require::<IntroductionsRead>()?;
    let workspace = access.workspace;
    let debrief = app.db.read(workspace, async |conn| service::read(conn, workspace, id).await).await?;
    Answer::resource(debrief.version, &debrief)
}

/// What becomes of a debrief takes the scopes to write it.
fn may_write(caller: &Caller) -> ApiResult<()> {
    caller.require::<FollowUpsWrite>()?;
    caller.require::<ContactsWrite>()?;
    caller.require::<IntroductionsWrite>()
}

/// Write what was noted after a meeting
///
/// All of it; the same once more changes nothing. Promises become follow-ups, names become contacts and introductions,
/// what was learned becomes insights. Takes `follow_ups:write`, `contacts:write` and `introductions:write`, too.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = DebriefInput, responses(
    (status = 200, description = "The debrief as it is now", body = Debrief, headers(("ETag" = String, description = "The meeting's version"))),
    (status = 409, description = "`impossible_transition`: the meeting was neither started nor completed; `introduction_exists`"),
))]
#[put("/meetings/{id}/debrief")]
pub async fn put_debrief(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    _none: NoParams,
    Ruled(input): Ruled<DebriefInput>,
) -> ApiResult<Answer<Debrief>> {
    may_write(&access)?;
    app.write(&access, async |tx| {
        let debrief = service::put(tx, id, &if_match, input).await?;
        Answer::resource(debrief.version, &debrief)
    })
    .await
}

/// Change what was noted after a meeting
///
/// As `PUT`, but for what is left out: that stays.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = DebriefInput, responses(
    (status = 200, description = "The debrief as it is now", body = Debrief, headers(("ETag" = String, description = "The meeting's version"))),
    (status = 409, description = "`impossible_transition`: the meeting was neither started nor completed; `introduction_exists`"),
))]
#[patch("/meetings/{id}/debrief")]
pub async fn patch_debrief(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<DebriefInput>,
) -> ApiResult<Answer<Debrief>> {
    may_write(&access)?;
    app.write(&access, async |tx| {
        let debrief = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(debrief.version, &debrief)
    })
    .await
}

/// Draft the thanks for a meeting
///
/// A message of the purpose `thank_you`, with one specific thing of the debrief in it: `thanks_for`, else what was learned
/// and is surest. Sending it is another step. The body may be left out. Takes `messages:write`, too.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = ThanksInput, responses(
    (status = 201, description = "The draft", body = Message),
    (status = 409, description = "`impossible_transition`: the meeting did not take place; `do_not_contact`"),
    (status = 422, description = "`template_failed`, or the debrief has nothing to be thankful for yet"),
))]
#[post("/meetings/{id}/thank-you")]
pub async fn draft_thank_you(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<ThanksInput>,
) -> ApiResult<Answer<Message>> {
    access.require::<MessagesWrite>()?;
    let (new_id, host) = (app.new_id(), messages::host(&app));
    let member = app.db.lookup(async |conn| users::find(conn, access.user).await).await?;
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let message = thanks::draft(tx, new_id, &host, &member.name, id, input).await?;
        Answer::created(&format!("/v1/messages/{}", message.id), message.version, &message)
    })
    .await
}
