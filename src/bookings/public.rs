//! `/v1/bookings/{token}`: the page as JSON, for frontends that draw their own. The token in the path is all that it
//! takes; there is no cookie that another site could make use of.
use actix_web::http::header::HeaderName;
use actix_web::web::{Data, Path};
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::api::{BookInput, Booking, BookingNoteInput};
use super::visit::Link;
use crate::app::App;
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, IdempotencyKey, Params};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BookingQuery {
    /// In which zone to tell the times; by default the offer's.
    #[param(format = "time-zone", max_length = 64, example = "Europe/Vienna")]
    time_zone: Option<String>,
    /// From when on to tell the times: `next_slots_from` of the answer before.
    from: Option<DateTime<Utc>>,
}

/// Nobody keeps it, and nobody finds it.
fn answer(booking: &Booking) -> ApiResult<Answer<Booking>> {
    Answer::ok(booking)?.secret().header(HeaderName::from_static("x-robots-tag"), "noindex, nofollow")
}

/// Read an invitation by its link
///
/// What the page `/book/{token}` shows. A link that was revoked or has expired is 404 as one that never was. Of a meeting
/// that was agreed in another way meanwhile it says so: `closed`.
#[utoipa::path(tag = "bookings", params(("token" = String, Path, max_length = 128), BookingQuery), responses(
    (status = 200, description = "The invitation", body = Booking),
    (status = 404, description = "`not_found`: the link does not work, or not any more"),
))]
#[get("/bookings/{token}")]
pub async fn read_booking(
    app: Data<App>,
    token: Path<String>,
    Params(query): Params<BookingQuery>,
) -> ApiResult<Answer<Booking>> {
    answer(&Link::read(&token)?.look(&app, query.time_zone.as_deref(), query.from).await?)
}

/// Book a time by a link
///
/// It confirms the meeting. Of several who book one time at once one gets it; the others get 409 `slot_taken` with the
/// times that are left in `alternatives`.
#[utoipa::path(tag = "bookings", params(("token" = String, Path, max_length = 128)), request_body = BookInput, responses(
    (status = 200, description = "The invitation, booked", body = Booking),
    (status = 404, description = "`not_found`: the link does not work, or not any more"),
    (status = 409, description = "`slot_taken`, `already_booked` or `impossible_transition`"),
))]
#[post("/bookings/{token}/book")]
pub async fn book_meeting(
    app: Data<App>,
    token: Path<String>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<BookInput>,
) -> ApiResult<Answer<Booking>> {
    let (link, body) = (Link::read(&token)?, fingerprint(&input)?);
    let way = link.way(&app).await?;
    link.post(&app, &key, &body, async |tx| answer(&link.book(tx, &way, input).await?)).await
}

/// Move what was booked by a link to another time
#[utoipa::path(tag = "bookings", params(("token" = String, Path, max_length = 128)), request_body = BookInput, responses(
    (status = 200, description = "The invitation, booked for another time", body = Booking),
    (status = 404, description = "`not_found`: the link does not work, or not any more"),
    (status = 409, description = "`slot_taken` or `impossible_transition`"),
))]
#[post("/bookings/{token}/reschedule")]
pub async fn reschedule_booking(
    app: Data<App>,
    token: Path<String>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<BookInput>,
) -> ApiResult<Answer<Booking>> {
    let (link, body) = (Link::read(&token)?, fingerprint(&input)?);
    let way = link.way(&app).await?;
    link.post(&app, &key, &body, async |tx| answer(&link.reschedule(tx, &way, input).await?)).await
}

/// Call off what was booked by a link
///
/// The body may be left out.
#[utoipa::path(tag = "bookings", params(("token" = String, Path, max_length = 128)), request_body = BookingNoteInput, responses(
    (status = 200, description = "The invitation, called off", body = Booking),
    (status = 404, description = "`not_found`: the link does not work, or not any more"),
    (status = 409, description = "`impossible_transition`"),
))]
#[post("/bookings/{token}/cancel")]
pub async fn cancel_booking(
    app: Data<App>,
    token: Path<String>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<BookingNoteInput>,
) -> ApiResult<Answer<Booking>> {
    let (link, body) = (Link::read(&token)?, fingerprint(&input)?);
    link.post(&app, &key, &body, async |tx| answer(&link.cancel(tx, input).await?)).await
}

/// Decline an invitation by its link
///
/// There will be no meeting. The body may be left out.
#[utoipa::path(tag = "bookings", params(("token" = String, Path, max_length = 128)), request_body = BookingNoteInput, responses(
    (status = 200, description = "The invitation, declined", body = Booking),
    (status = 404, description = "`not_found`: the link does not work, or not any more"),
    (status = 409, description = "`already_booked` or `impossible_transition`"),
))]
#[post("/bookings/{token}/decline")]
pub async fn decline_booking(
    app: Data<App>,
    token: Path<String>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<BookingNoteInput>,
) -> ApiResult<Answer<Booking>> {
    let (link, body) = (Link::read(&token)?, fingerprint(&input)?);
    link.post(&app, &key, &body, async |tx| answer(&link.decline(tx, input).await?)).await
}

/// Say that none of the times suits
///
/// With a few words, best about which would. The times stay on offer. The body may be left out.
#[utoipa::path(tag = "bookings", params(("token" = String, Path, max_length = 128)), request_body = BookingNoteInput, responses(
    (status = 200, description = "The invitation, with the answer noted", body = Booking),
    (status = 404, description = "`not_found`: the link does not work, or not any more"),
    (status = 409, description = "`already_booked` or `impossible_transition`"),
))]
#[post("/bookings/{token}/none-suit")]
pub async fn say_none_suits(
    app: Data<App>,
    token: Path<String>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<BookingNoteInput>,
) -> ApiResult<Answer<Booking>> {
    let (link, body) = (Link::read(&token)?, fingerprint(&input)?);
    link.post(&app, &key, &body, async |tx| answer(&link.none_suits(tx, input).await?)).await
}
