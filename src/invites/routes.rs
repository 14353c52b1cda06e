use actix_web::web::Data;
use actix_web::{get, post};

use super::model::{InviteInput, MeetingInvite, MeetingInvites};
use super::service::{self, Way};
use super::store;
use crate::app::App;
use crate::auth::{Access, MeetingsRead, MessagesSend};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey};
use crate::meetings::{self, MeetingId};

/// Invite the contacts of a meeting by mail
///
/// As calendars understand it (iMIP, RFC 6047): `REQUEST`, from the service's address or the workspace's own account, with
/// answers to you. From then on they are told of each change by themselves, and when it is called off. Their calendars'
/// answers come in by `POST /v1/inbound/email`: who accepts confirms, who declines calls it off. The body may be left out.
#[utoipa::path(tag = "calendars", security(("bearer" = ["messages:send"])), params(("id" = Uuid, Path)),
    request_body = InviteInput, responses(
    (status = 200, description = "All who are invited", body = MeetingInvites),
    (status = 403, description = "`email_not_verified`, `scope_missing` or `role_insufficient`"),
    (status = 409, description = "`impossible_transition`, `do_not_contact`, `mail_not_configured` or `mail_account_unverified`"),
))]
#[post("/meetings/{id}/invites")]
pub async fn send_meeting_invites(
    app: Data<App>,
    access: Access<MessagesSend>,
    Id(id): Id<MeetingId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<InviteInput>,
) -> ApiResult<Answer<MeetingInvites>> {
    let way = Way::of(&app, access.workspace).await?;
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let invites = service::invite(tx, id, access.user, &way, input).await?;
        Answer::ok(&MeetingInvites { invites })
    })
    .await
}

/// Read who was invited to a meeting by mail, and what they answered
#[utoipa::path(tag = "calendars", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "All who were invited", body = MeetingInvites),
))]
#[get("/meetings/{id}/invites")]
pub async fn list_meeting_invites(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<MeetingId>,
    _none: NoParams,
) -> ApiResult<Answer<MeetingInvites>> {
    let workspace = access.workspace;
    let read = async |conn: &_| {
        meetings::read(conn, workspace, id).await?;
        store::of_meetings(conn, workspace, &[id]).await
    };
    let rows = app.db.read(workspace, read).await?;
    Answer::ok(&MeetingInvites { invites: rows.into_iter().map(MeetingInvite::from).collect() })
}
