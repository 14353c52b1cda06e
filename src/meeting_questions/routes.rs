use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use super::model::{AnswerInput, AskInput, LiveQuestion, MeetingQuestion, MeetingQuestionId, MeetingQuestionInput};
use super::query::{ListQuery, position};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, MeetingsRead, MeetingsWrite};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of questions of meetings.
    MeetingQuestionPage of MeetingQuestion
}

/// Mean to ask a question in a meeting
///
/// One of the bank or of one's own, or one that is written for this meeting alone.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:write"])), request_body = MeetingQuestionInput, responses(
    (status = 201, description = "The question as stored", body = MeetingQuestion),
))]
#[post("/meeting-questions")]
pub async fn create_meeting_question(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<MeetingQuestionInput>,
) -> ApiResult<Answer<MeetingQuestion>> {
    let id: MeetingQuestionId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let question = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/meeting-questions/{id}"), question.version, &question)
    })
    .await
}

/// List questions of meetings
///
/// In the order in which they are to be asked.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of questions", body = MeetingQuestionPage),
))]
#[get("/meeting-questions")]
pub async fn list_meeting_questions(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<MeetingQuestionPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows =
        app.db.read(workspace, async |conn| store::list(conn, workspace, &query, from.as_ref()).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, position)?;
    paging.answer(&MeetingQuestionPage { data: rows.into_iter().map(MeetingQuestion::from).collect(), next_cursor })
}

/// Read one question of a meeting
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The question", body = MeetingQuestion, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/meeting-questions/{id}")]
pub async fn read_meeting_question(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<MeetingQuestionId>,
    _none: NoParams,
) -> ApiResult<Answer<MeetingQuestion>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &MeetingQuestion::from(row))
}

/// Change a question of a meeting
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = MeetingQuestionInput, responses(
    (status = 200, description = "The question as it is now", body = MeetingQuestion, headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/meeting-questions/{id}")]
pub async fn patch_meeting_question(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingQuestionId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<MeetingQuestionInput>,
) -> ApiResult<Answer<MeetingQuestion>> {
    app.write(&access, async |tx| {
        let question = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(question.version, &question)
    })
    .await
}

/// Strike a question from a meeting
///
/// For good: it lies in no trash.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/meeting-questions/{id}")]
pub async fn delete_meeting_question(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingQuestionId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Note that a question was asked
///
/// By the client's clock, which may have been without a network. The body may be left out.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = AskInput, responses(
    (status = 200, description = "The question as it is now", body = LiveQuestion, headers(("ETag" = String, description = "Its version"))),
    (status = 412, description = "`precondition_failed`: the question has another version"),
))]
#[post("/meeting-questions/{id}/ask")]
pub async fn ask_meeting_question(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingQuestionId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<AskInput>,
) -> ApiResult<Answer<LiveQuestion>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let question = service::ask(tx, id, &if_match, input).await?;
        Answer::resource(question.question.version, &question)
    })
    .await
}

/// Note what was answered
///
/// What was answered was asked. The body may be left out, and the answer come later.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the call is meant for.", max_length = 1024)),
    request_body = AnswerInput, responses(
    (status = 200, description = "The question as it is now", body = LiveQuestion, headers(("ETag" = String, description = "Its version"))),
    (status = 412, description = "`precondition_failed`: the question has another version"),
))]
#[post("/meeting-questions/{id}/answer")]
pub async fn answer_meeting_question(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<MeetingQuestionId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<AnswerInput>,
) -> ApiResult<Answer<LiveQuestion>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let question = service::answer(tx, id, &if_match, input).await?;
        Answer::resource(question.question.version, &question)
    })
    .await
}
