use actix_web::web::Data;
use actix_web::{get, post, put};

use super::model::{Agenda, AgendaFit, AgendaInput, FitInput, PresetInput};
use super::service;
use crate::app::App;
use crate::auth::{Access, MeetingsRead, MeetingsWrite};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch};
use crate::meetings::MeetingId;

/// Read the agenda of a meeting
///
/// Without items until one is written.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The agenda", body = Agenda, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/meetings/{id}/agenda")]
pub async fn read_agenda(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<MeetingId>,
    _none: NoParams,
) -> ApiResult<Answer<Agenda>> {
    let workspace = access.workspace;
    let agenda = app.db.read(workspace, async |conn| service::read(conn, workspace, id).await).await?;
    Answer::resource(agenda.version, &agenda)
}

/// Write the agenda of a meeting
///
/// All of it. What does not fit the duration is refused, with by how much it does not.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = AgendaInput, responses(
    (status = 200, description = "The agenda as it is now", body = Agenda, headers(("ETag" = String, description = "Its version"))),
))]
#[put("/meetings/{id}/agenda")]
pub async fn put_agenda(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    _none: NoParams,
    Body(input): Body<AgendaInput>,
) -> ApiResult<Answer<Agenda>> {
    app.write(&access, async |tx| {
        let agenda = service::put(tx, id, &if_match, input).await?;
        Answer::resource(agenda.version, &agenda)
    })
    .await
}

/// Write the agenda of a meeting by a preset
///
/// Of 15 minutes: 1 for thanks, 10 for questions, 2 for "who else should I talk to?", 1 for the next step, 1 to spare; of
/// 20: 1, 14, 3, 1, 1; of 30: 2, 22, 3, 1, 2. The first five questions of the meeting belong to it. The body may be left
/// out.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = PresetInput, responses(
    (status = 200, description = "The agenda as it is now", body = Agenda, headers(("ETag" = String, description = "Its version"))),
    (status = 412, description = "`precondition_failed`: the agenda has another version"),
))]
#[post("/meetings/{id}/agenda/preset")]
pub async fn preset_agenda(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<PresetInput>,
) -> ApiResult<Answer<Agenda>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let agenda = service::preset(tx, id, &if_match, input).await?;
        Answer::resource(agenda.version, &agenda)
    })
    .await
}

/// Propose what fits
///
/// What to shorten and what to drop of an agenda, or of items that are none yet, by the ranks of the goals that their
/// questions serve. Nothing is stored. The body may be left out.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)),
    request_body = FitInput, responses(
    (status = 200, description = "The proposal", body = AgendaFit),
))]
#[post("/meetings/{id}/agenda/fit")]
pub async fn fit_agenda(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<MeetingId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<FitInput>,
) -> ApiResult<Answer<AgendaFit>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        Answer::ok(&service::propose(tx.conn, tx.workspace, id, input).await?)
    })
    .await
}
