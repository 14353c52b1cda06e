use actix_web::web::Data;
use actix_web::{delete, get, patch, post, put};

use super::api::{Meeting, MeetingInput};
use super::model::MeetingId;
use super::query::ListQuery;
use super::settings::{self, MeetingSettings, MeetingSettingsInput};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, MeetingsRead, MeetingsWrite};
use crate::error::ApiResult;
use crate::external_ids::{ExternalId, overtaken};
use crate::http::body::Ruled;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, IfNoneMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of meetings.
    MeetingPage of Meeting
}

/// Propose a meeting
///
/// With one or several contacts; a time can come later. A time as a wall clock shows it is refused where the clocks are
/// changed over it, and the answer offers what may be meant.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), request_body = MeetingInput, responses(
    (status = 201, description = "The meeting as stored", body = Meeting),
))]
#[post("/meetings")]
pub async fn create_meeting(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Ruled(input): Ruled<MeetingInput>,
) -> ApiResult<Answer<Meeting>> {
    let id: MeetingId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let meeting = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/meetings/{id}"), meeting.version, &meeting)
    })
    .await
}

/// List meetings
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of meetings", body = MeetingPage),
))]
#[get("/meetings")]
pub async fn list_meetings(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<MeetingPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let mut rows = store::list(conn, workspace, &query, from.as_ref()).await?;
        let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
        Ok(MeetingPage { data: service::show_all(conn, workspace, rows).await?, next_cursor })
    };
    let page = app.db.read(workspace, read).await?;
    paging.answer(&page)
}

/// Read one meeting
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The meeting", body = Meeting, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/meetings/{id}")]
pub async fn read_meeting(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<MeetingId>,
    _none: NoParams,
) -> ApiResult<Answer<Meeting>> {
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let row = store::find(conn, workspace, id).await?;
        service::show(conn, workspace, row).await
    };
    let meeting = app.db.read(workspace, read).await?;
    Answer::resource(meeting.version, &meeting)
}

/// Change a meeting
///
/// Another time or duration is kept in its history, as by `POST /v1/meetings/{id}/reschedule`, which takes a reason, too.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = MeetingInput, responses(
    (status = 200, description = "The meeting as it is now", body = Meeting, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`meeting_overlaps`, or `impossible_transition`: too much has happened to it"),
))]
#[patch("/meetings/{id}")]
pub async fn patch_meeting(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<MeetingInput>,
) -> ApiResult<Answer<Meeting>> {
    app.write(&access, async |tx| {
        let meeting = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(meeting.version, &meeting)
    })
    .await
}

/// Create or change the meeting that another system knows by this id
///
/// A meeting that is there keeps the fields that the body does not name.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])),
    params(
        ("system" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$"),
        ("id" = String, Path, min_length = 1, max_length = 255),
    ),
    request_body = MeetingInput, responses(
    (status = 200, description = "It was there; as it is now", body = Meeting, headers(("ETag" = String, description = "Its version"))),
    (status = 201, description = "It was not there; as it is now", body = Meeting),
    (status = 409, description = "`meeting_overlaps`, `impossible_transition` or `external_id_taken`"),
))]
#[put("/meetings/by-external-id/{system}/{id}")]
pub async fn upsert_meeting(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    ExternalId { system, id }: ExternalId,
    if_match: IfMatch,
    if_none_match: IfNoneMatch,
    _none: NoParams,
    patch: Patch<MeetingInput>,
) -> ApiResult<Answer<Meeting>> {
    app.write_again(&access, overtaken, async |tx| {
        let name = (system.as_str(), id.as_str());
        let (created, meeting) = service::upsert(tx, app.new_id(), name, (&if_match, &if_none_match), &patch).await?;
        if created {
            return Answer::created(&format!("/v1/meetings/{}", meeting.id), meeting.version, &meeting);
        }
        Answer::resource(meeting.version, &meeting)
    })
    .await
}

/// Delete a meeting
///
/// It goes to the trash for 30 days, and keeps no time busy meanwhile. To call one off, `cancel` it.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/meetings/{id}")]
pub async fn delete_meeting(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Read how the workspace wants its meetings
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:read"])), responses(
    (status = 200, description = "The settings", body = MeetingSettings, headers(("ETag" = String, description = "Their version"))),
))]
#[get("/meetings/settings")]
pub async fn read_meeting_settings(
    app: Data<App>,
    access: Access<MeetingsRead>,
    _none: NoParams,
) -> ApiResult<Answer<MeetingSettings>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::settings(conn, workspace).await).await?;
    let settings = MeetingSettings::from(row);
    Answer::resource(settings.version, &settings)
}

/// Change how the workspace wants its meetings
///
/// `null` brings a default back.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), request_body = MeetingSettingsInput, responses(
    (status = 200, description = "The settings as they are now", body = MeetingSettings, headers(("ETag" = String, description = "Their version"))),
))]
#[patch("/meetings/settings")]
pub async fn patch_meeting_settings(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<MeetingSettingsInput>,
) -> ApiResult<Answer<MeetingSettings>> {
    app.write(&access, async |tx| {
        let settings = settings::patch(tx, &if_match, &patch).await?;
        Answer::resource(settings.version, &settings)
    })
    .await
}
