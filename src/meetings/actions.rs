//! What can happen to a meeting, over HTTP.
use actix_web::post;
use actix_web::web::Data;

use super::api::{CancelInput, ConfirmInput, Meeting, NoShowInput, ReconfirmInput, RescheduleInput};
use super::model::MeetingId;
use super::steps;
use crate::app::App;
use crate::auth::{Access, MeetingsWrite};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch};

/// Confirm a meeting
///
/// The time suits both. Its contacts move to `scheduled`, unless they are further on. The body may be left out.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = ConfirmInput, responses(
    (status = 200, description = "The meeting as it is now", body = Meeting, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition` or `meeting_overlaps`"),
    (status = 412, description = "`precondition_failed`: the meeting has another version"),
))]
#[post("/meetings/{id}/confirm")]
pub async fn confirm_meeting(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<ConfirmInput>,
) -> ApiResult<Answer<Meeting>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let meeting = steps::confirm(tx, id, &if_match, input).await?;
        Answer::resource(meeting.version, &meeting)
    })
    .await
}

/// Note that the other side will come
///
/// Said again, usually the day before. Another time asks for it anew. The body may be left out.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = ReconfirmInput, responses(
    (status = 200, description = "The meeting as it is now", body = Meeting, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`"),
    (status = 412, description = "`precondition_failed`: the meeting has another version"),
))]
#[post("/meetings/{id}/reconfirm")]
pub async fn reconfirm_meeting(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<ReconfirmInput>,
) -> ApiResult<Answer<Meeting>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let meeting = steps::reconfirm(tx, id, &if_match, input).await?;
        Answer::resource(meeting.version, &meeting)
    })
    .await
}

/// Give a meeting another time
///
/// Also one that was cancelled or missed. The time before stays in its history, with who moved it and why.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = RescheduleInput, responses(
    (status = 200, description = "The meeting as it is now", body = Meeting, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition` or `meeting_overlaps`"),
    (status = 412, description = "`precondition_failed`: the meeting has another version"),
))]
#[post("/meetings/{id}/reschedule")]
pub async fn reschedule_meeting(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<RescheduleInput>,
) -> ApiResult<Answer<Meeting>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let meeting = steps::reschedule(tx, id, &if_match, input).await?;
        Answer::resource(meeting.version, &meeting)
    })
    .await
}

/// Note that a meeting took place
///
/// Its contacts move to `met`, unless they are further on.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The meeting as it is now", body = Meeting, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`"),
    (status = 412, description = "`precondition_failed`: the meeting has another version"),
))]
#[post("/meetings/{id}/complete")]
pub async fn complete_meeting(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
) -> ApiResult<Answer<Meeting>> {
    app.post(&access, &key, b"", async |tx| {
        let meeting = steps::complete(tx, id, &if_match).await?;
        Answer::resource(meeting.version, &meeting)
    })
    .await
}

/// Call a meeting off
///
/// The body may be left out.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = CancelInput, responses(
    (status = 200, description = "The meeting as it is now", body = Meeting, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`"),
    (status = 412, description = "`precondition_failed`: the meeting has another version"),
))]
#[post("/meetings/{id}/cancel")]
pub async fn cancel_meeting(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<CancelInput>,
) -> ApiResult<Answer<Meeting>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let meeting = steps::cancel(tx, id, &if_match, input).await?;
        Answer::resource(meeting.version, &meeting)
    })
    .await
}

/// Note that somebody did not come
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = NoShowInput, responses(
    (status = 200, description = "The meeting as it is now", body = Meeting, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`"),
    (status = 412, description = "`precondition_failed`: the meeting has another version"),
))]
#[post("/meetings/{id}/no-show")]
pub async fn note_no_show(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<NoShowInput>,
) -> ApiResult<Answer<Meeting>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let meeting = steps::no_show(tx, id, &if_match, input).await?;
        Answer::resource(meeting.version, &meeting)
    })
    .await
}
