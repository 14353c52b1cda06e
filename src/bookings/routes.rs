//! `/v1/meetings/{id}/offers`.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, get, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::api::{NewOffer, Offer, OfferInput, OfferSlots};
use super::model::{OfferId, OfferRow};
use super::{service, store};
use crate::app::App;
use crate::auth::token::Prefix;
use crate::auth::{Access, MeetingsRead, MeetingsWrite, MessagesSend, link, users};
use crate::error::{ApiError, ApiResult};
use crate::http::body::Ruled;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, PageQuery};
use crate::http::params::{NoParams, path_id};
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, NoBody, Paging, Params};
use crate::meetings::{self, MeetingId};
use crate::page;

page! {
    /// A page of offers.
    OfferPage of Offer
}

/// The two ids in the path of an offer.
pub struct OfferPath {
    meeting: MeetingId,
    offer: OfferId,
}

impl FromRequest for OfferPath {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || Ok(Self { meeting: path_id(request, "id")?.into(), offer: path_id(request, "offer_id")?.into() });
        ready(read())
    }
}

/// Offer times for a meeting
///
/// Two to ten of them, or hours of which every time that is free is on offer. The answer has the link to a page where
/// whoever has it books one, without an account: that confirms the meeting. The link is shown this once. Unless `notify` is
/// off, you are told by mail what is done with it.
#[utoipa::path(tag = "bookings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = OfferInput, responses(
    (status = 201, description = "The offer as stored, and its link", body = NewOffer),
    (status = 409, description = "`impossible_transition`: the meeting is no proposal; or `do_not_contact`: one of its contacts asked not to be written to"),
))]
#[post("/meetings/{id}/offers")]
pub async fn create_meeting_offer(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(meeting): Id<MeetingId>,
    key: IdempotencyKey,
    _none: NoParams,
    Ruled(input): Ruled<OfferInput>,
) -> ApiResult<Answer<NewOffer>> {
    if input.send_invite {
        access.require::<MessagesSend>()?;
    }
    let id: OfferId = app.new_id();
    let (token, hash) = link::generate(access.workspace, Prefix::Booking)?;
    // An account belongs to no workspace.
    let member = app.db.lookup(async |conn| users::find(conn, access.user).await).await?;
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let offer = service::create(tx, id, meeting, hash, &member, input).await?;
        let url = format!("{}/book/{token}", app.base_url);
        let new = NewOffer { offer, token, url };
        Ok(Answer::created(&format!("/v1/meetings/{meeting}/offers/{id}"), 1, &new)?.secret())
    })
    .await
}

/// List the offers of a meeting, newest first
#[utoipa::path(tag = "bookings", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path), PageQuery), responses(
    (status = 200, description = "A page of offers", body = OfferPage),
))]
#[get("/meetings/{id}/offers")]
pub async fn list_meeting_offers(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(meeting): Id<MeetingId>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<OfferPage>> {
    let from: Option<Uuid> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let meeting = meetings::read(conn, workspace, meeting).await?;
        let mut rows = store::list(conn, workspace, meeting.id, from, query.fetch()).await?;
        let next_cursor = page::cut(&paging, query.limit, &mut rows, |row: &OfferRow| Uuid::from(row.id))?;
        let data = rows.into_iter().map(|row| Offer::new(row, Some(&meeting), app.now())).collect();
        Ok(OfferPage { data, next_cursor })
    };
    let page = app.db.read(workspace, read).await?;
    paging.answer(&page)
}

/// Read an offer of a meeting
#[utoipa::path(tag = "bookings", security(("bearer" = ["meetings:read"])),
    params(("id" = Uuid, Path), ("offer_id" = Uuid, Path)), responses(
    (status = 200, description = "The offer", body = Offer, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/meetings/{id}/offers/{offer_id}")]
pub async fn read_meeting_offer(
    app: Data<App>,
    access: Access<MeetingsRead>,
    path: OfferPath,
    _none: NoParams,
) -> ApiResult<Answer<Offer>> {
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let meeting = meetings::read(conn, workspace, path.meeting).await?;
        let row = store::find(conn, workspace, meeting.id, path.offer).await?;
        Ok(Offer::new(row, Some(&meeting), app.now()))
    };
    let offer = app.db.read(workspace, read).await?;
    Answer::resource(offer.version, &offer)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SlotsQuery {
    /// From when on: `next_slots_from` of the answer before.
    from: Option<DateTime<Utc>>,
}

/// Read which times of an offer can be booked now
///
/// None, unless it is `open`.
#[utoipa::path(tag = "bookings", security(("bearer" = ["meetings:read"])),
    params(("id" = Uuid, Path), ("offer_id" = Uuid, Path), SlotsQuery), responses(
    (status = 200, description = "The times", body = OfferSlots),
))]
#[get("/meetings/{id}/offers/{offer_id}/slots")]
pub async fn read_meeting_offer_slots(
    app: Data<App>,
    access: Access<MeetingsRead>,
    path: OfferPath,
    Params(query): Params<SlotsQuery>,
) -> ApiResult<Answer<OfferSlots>> {
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let meeting = meetings::read(conn, workspace, path.meeting).await?;
        let row = store::find(conn, workspace, meeting.id, path.offer).await?;
        service::slots(conn, workspace, &meeting, row, app.now(), query.from).await
    };
    Answer::ok(&app.db.read(workspace, read).await?)
}

/// Revoke an offer
///
/// Its link leads nowhere from then on. What was booked by it stays booked.
#[utoipa::path(tag = "bookings", security(("bearer" = ["meetings:write"])),
    params(("id" = Uuid, Path), ("offer_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    responses(
    (status = 200, description = "The offer as it is now", body = Offer, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`: it is revoked already"),
    (status = 412, description = "`precondition_failed`: the offer has another version"),
))]
#[post("/meetings/{id}/offers/{offer_id}/revoke")]
pub async fn revoke_meeting_offer(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    path: OfferPath,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<Offer>> {
    app.post(&access, &key, b"", async |tx| {
        let offer = service::revoke(tx, path.meeting, path.offer, &if_match).await?;
        Answer::resource(offer.version, &offer)
    })
    .await
}
