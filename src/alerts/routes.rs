//! `/v1/alerts`.
use actix_web::web::Data;
use actix_web::{get, patch, post};

use super::model::{
    Alert, AlertId, AlertInput, AlertNoteInput, AlertRow, MarkReadInput, MarkedRead, TalkingPointInput,
};
use super::query::ListQuery;
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, FeedsRead, FeedsWrite, MeetingsWrite, ResearchWrite};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::meeting_questions::{MeetingQuestion, MeetingQuestionId};
use crate::page;
use crate::research_notes::{ResearchNote, ResearchNoteId};
use crate::sort::Position;

page! {
    /// A page of alerts.
    AlertPage of Alert
}

/// List alerts, the latest first
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of alerts", body = AlertPage),
))]
#[get("/alerts")]
pub async fn list_alerts(
    app: Data<App>,
    access: Access<FeedsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<AlertPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows =
        app.db.read(workspace, async |conn| store::list(conn, workspace, &query, from.as_ref()).await).await?;
    let position = |row: &AlertRow| Position { id: row.id.into(), at: Some(row.dated_at), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, position)?;
    let data = app.db.read(workspace, async |conn| service::show_all(conn, workspace, rows.clone()).await).await?;
    paging.answer(&AlertPage { data, next_cursor })
}

/// Read one alert
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The alert", body = Alert, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/alerts/{id}")]
pub async fn read_alert(
    app: Data<App>,
    access: Access<FeedsRead>,
    Id(id): Id<AlertId>,
    _none: NoParams,
) -> ApiResult<Answer<Alert>> {
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let row = store::find(conn, workspace, id).await?;
        service::show(conn, workspace, row).await
    };
    let alert = app.db.read(workspace, read).await?;
    Answer::resource(alert.version, &alert)
}

/// Read, keep or dismiss an alert
///
/// From each state to each other. What is not kept is removed after 180 days.
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:write"])), params(("id" = Uuid, Path)),
    request_body = AlertInput, responses(
    (status = 200, description = "The alert as it is now", body = Alert, headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/alerts/{id}")]
pub async fn patch_alert(
    app: Data<App>,
    access: Access<FeedsWrite>,
    Id(id): Id<AlertId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<AlertInput>,
) -> ApiResult<Answer<Alert>> {
    app.write(&access, async |tx| {
        let alert = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(alert.version, &alert)
    })
    .await
}

/// Mark alerts as read
///
/// All that are unread, or some of them; at most 1000 at once.
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:write"])), request_body = MarkReadInput, responses(
    (status = 200, description = "How many were unread", body = MarkedRead),
))]
#[post("/alerts/mark-read")]
pub async fn mark_alerts_read(
    app: Data<App>,
    access: Access<FeedsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<MarkReadInput>,
) -> ApiResult<Answer<MarkedRead>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| Answer::ok(&service::mark_read(tx, &input).await?)).await
}

/// Make an alert a research note
///
/// About what the feed is about, unless you say otherwise, with the title, the text and the address of the alert. The
/// alert is kept, and says which note it became (`research_note_id`). It takes `research:write`, too.
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:write"])), params(("id" = Uuid, Path)),
    request_body = AlertNoteInput, responses(
    (status = 201, description = "The note as stored", body = ResearchNote),
    (status = 403, description = "`scope_missing`: it takes `research:write`, too"),
    (status = 409, description = "`impossible_transition`: it became a note already, which `errors` names"),
))]
#[post("/alerts/{id}/research-note")]
pub async fn alert_research_note(
    app: Data<App>,
    access: Access<FeedsWrite>,
    Id(id): Id<AlertId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<AlertNoteInput>,
) -> ApiResult<Answer<ResearchNote>> {
    access.require::<ResearchWrite>()?;
    let note: ResearchNoteId = app.new_id();
    app.post(&access, &key, &fingerprint(&(id, &input))?, async |tx| {
        let made = service::research_note(tx, id, note, input).await?;
        Answer::created(&format!("/v1/research-notes/{note}"), made.version, &made)
    })
    .await
}

/// Make an alert a talking point of a meeting
///
/// A question of the meeting, with the title of the alert unless you say it better. The alert is kept, and says which
/// questions it became (`meeting_question_ids`), one of a meeting at most. It takes `meetings:write`, too.
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:write"])), params(("id" = Uuid, Path)),
    request_body = TalkingPointInput, responses(
    (status = 201, description = "The question as stored", body = MeetingQuestion),
    (status = 403, description = "`scope_missing`: it takes `meetings:write`, too"),
    (status = 409, description = "`impossible_transition`: it is a question of this meeting already, which `errors` names"),
))]
#[post("/alerts/{id}/talking-point")]
pub async fn alert_talking_point(
    app: Data<App>,
    access: Access<FeedsWrite>,
    Id(id): Id<AlertId>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<TalkingPointInput>,
) -> ApiResult<Answer<MeetingQuestion>> {
    access.require::<MeetingsWrite>()?;
    let question: MeetingQuestionId = app.new_id();
    app.post(&access, &key, &fingerprint(&(id, &input))?, async |tx| {
        let point = service::talking_point(tx, id, question, input).await?;
        Answer::created(&format!("/v1/meeting-questions/{question}"), point.version, &point)
    })
    .await
}
