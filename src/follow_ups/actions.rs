//! What can happen to a follow-up, over HTTP.
use actix_web::post;
use actix_web::web::Data;

use super::api::{FollowUp, SnoozeInput};
use super::model::FollowUpId;
use super::service;
use crate::app::App;
use crate::auth::{Access, FollowUpsWrite};
use crate::error::ApiResult;
use crate::http::body::Ruled;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, NoBody};

/// Note that a follow-up was done
///
/// A `keep_in_touch` comes again: another one is made, due `repeat_after_days` after today.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The follow-up as it is now", body = FollowUp, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`"),
    (status = 412, description = "`precondition_failed`: the follow-up has another version"),
))]
#[post("/follow-ups/{id}/done")]
pub async fn finish_follow_up(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    Id(id): Id<FollowUpId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<FollowUp>> {
    let new_id = app.new_id();
    app.post(&access, &key, b"", async |tx| {
        let follow_up = service::done(tx, id, new_id, &if_match).await?;
        Answer::resource(follow_up.version, &follow_up)
    })
    .await
}

/// Dismiss a follow-up
///
/// It need not be done, and does not come again.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The follow-up as it is now", body = FollowUp, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`"),
    (status = 412, description = "`precondition_failed`: the follow-up has another version"),
))]
#[post("/follow-ups/{id}/dismiss")]
pub async fn dismiss_follow_up(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    Id(id): Id<FollowUpId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<FollowUp>> {
    app.post(&access, &key, b"", async |tx| {
        let follow_up = service::dismiss(tx, id, &if_match).await?;
        Answer::resource(follow_up.version, &follow_up)
    })
    .await
}

/// Put a follow-up off
///
/// Until a day, or for a number of days or business days.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = SnoozeInput, responses(
    (status = 200, description = "The follow-up as it is now", body = FollowUp, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`"),
    (status = 412, description = "`precondition_failed`: the follow-up has another version"),
))]
#[post("/follow-ups/{id}/snooze")]
pub async fn snooze_follow_up(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    Id(id): Id<FollowUpId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    Ruled(input): Ruled<SnoozeInput>,
) -> ApiResult<Answer<FollowUp>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let follow_up = service::snooze(tx, id, &if_match, input).await?;
        Answer::resource(follow_up.version, &follow_up)
    })
    .await
}

/// Open a follow-up again
///
/// One that was done, dismissed, or closed by itself.
#[utoipa::path(tag = "follow-ups", security(("bearer" = ["follow_ups:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The follow-up as it is now", body = FollowUp, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`, `do_not_contact` or `contact_in_trash`"),
    (status = 412, description = "`precondition_failed`: the follow-up has another version"),
))]
#[post("/follow-ups/{id}/reopen")]
pub async fn reopen_follow_up(
    app: Data<App>,
    access: Access<FollowUpsWrite>,
    Id(id): Id<FollowUpId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<FollowUp>> {
    app.post(&access, &key, b"", async |tx| {
        let follow_up = service::reopen(tx, id, &if_match).await?;
        Answer::resource(follow_up.version, &follow_up)
    })
    .await
}
