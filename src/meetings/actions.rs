//! What can happen to a meeting, over HTTP.
use actix_web::web::Data;
use actix_web::{get, post};

use super::api::{CancelInput, ConfirmInput, Meeting, NoShowInput, ReconfirmInput, RescheduleInput};
use super::live::{self, FinishInput, LiveMeeting, MeetingClock, StartInput};
use super::model::MeetingId;
use super::steps;
use crate::app::App;
use crate::auth::{Access, MeetingsRead, MeetingsWrite};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, NoBody};

/// One thing that can happen to a meeting: they differ by what they are told, what they do, and what stands in their way.
macro_rules! action {
    ($(#[$doc:meta])* $name:ident, $path:tt, $body:ident of $input:ident, $step:path => $answer:ident, $conflict:tt) => {
        $(#[$doc])*
        #[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
                ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
            request_body = $input, responses(
            (status = 200, description = "The meeting as it is now", body = $answer, headers(("ETag" = String, description = "Its version"))),
            (status = 409, description = $conflict),
            (status = 412, description = "`precondition_failed`: the meeting has another version"),
        ))]
        #[post($path)]
        pub async fn $name(
            app: Data<App>,
            access: Access<MeetingsWrite>,
            Id(id): Id<MeetingId>,
            if_match: IfMatch,
            key: IdempotencyKey,
            _none: NoParams,
            $body(input): $body<$input>,
        ) -> ApiResult<Answer<$answer>> {
            app.post(&access, &key, &fingerprint(&input)?, async |tx| {
                let meeting = $step(tx, id, &if_match, input).await?;
                Answer::resource(meeting.version(), &meeting)
            })
            .await
        }
    };
}

action! {
    /// Confirm a meeting
    ///
    /// The time suits both. Its contacts move to `scheduled`, unless they are further on. The body may be left out.
    confirm_meeting, "/meetings/{id}/confirm", MaybeBody of ConfirmInput, steps::confirm => Meeting,
    "`impossible_transition` or `meeting_overlaps`"
}

action! {
    /// Note that the other side will come
    ///
    /// Said again, usually the day before. Another time asks for it anew. The body may be left out.
    reconfirm_meeting, "/meetings/{id}/reconfirm", MaybeBody of ReconfirmInput, steps::reconfirm => Meeting,
    "`impossible_transition`"
}

action! {
    /// Give a meeting another time
    ///
    /// Also one that was cancelled or missed. The time before stays in its history, with who moved it and why.
    reschedule_meeting, "/meetings/{id}/reschedule", Body of RescheduleInput, steps::reschedule => Meeting,
    "`impossible_transition` or `meeting_overlaps`"
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
    _nothing: NoBody,
) -> ApiResult<Answer<Meeting>> {
    app.post(&access, &key, b"", async |tx| {
        let meeting = steps::complete(tx, id, &if_match).await?;
        Answer::resource(meeting.version, &meeting)
    })
    .await
}

action! {
    /// Call a meeting off
    ///
    /// The body may be left out.
    cancel_meeting, "/meetings/{id}/cancel", MaybeBody of CancelInput, steps::cancel => Meeting,
    "`impossible_transition`"
}

action! {
    /// Note that somebody did not come
    note_no_show, "/meetings/{id}/no-show", Body of NoShowInput, steps::no_show => Meeting,
    "`impossible_transition`"
}

action! {
    /// Note that a meeting begins
    ///
    /// By the client's clock; the planned time stays what it was. From then on the change log tells each minute how much
    /// time is left, as `meeting.time_left`. Once more, it corrects when that was. The body may be left out.
    start_meeting, "/meetings/{id}/start", MaybeBody of StartInput, live::start => LiveMeeting,
    "`impossible_transition`"
}

action! {
    /// Note that a meeting is over
    ///
    /// It took place: its contacts move to `met`, unless they are further on. Once more, it corrects when that was. The
    /// body may be left out.
    finish_meeting, "/meetings/{id}/finish", MaybeBody of FinishInput, live::finish => LiveMeeting,
    "`impossible_transition`: it was not started"
}

/// Read the clock of a meeting
///
/// How much time is left at this moment.
#[utoipa::path(tag = "meetings", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The clock", body = MeetingClock),
))]
#[get("/meetings/{id}/clock")]
pub async fn read_meeting_clock(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<MeetingId>,
    _none: NoParams,
) -> ApiResult<Answer<MeetingClock>> {
    let (workspace, now) = (access.workspace, app.now());
    Answer::ok(&app.db.read(workspace, async |conn| live::clock(conn, workspace, id, now).await).await?)
}
