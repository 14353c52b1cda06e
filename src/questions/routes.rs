use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lint::{self, QuestionFinding};
use super::model::{Question, QuestionId, QuestionInput};
use super::query::ListQuery;
use super::words::{QuestionCategory, QuestionSource};
use super::{bank, service, store};
use crate::app::App;
use crate::auth::{Access, MeetingsRead, MeetingsWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of questions.
    QuestionPage of Question
}

/// A question to be looked at. Nothing of it is kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "What does your company do?" }))]
pub struct QuestionLintInput {
    #[schema(max_length = 500, example = "What does your company do?")]
    pub text: String,
    pub category: Option<QuestionCategory>,
}

/// What speaks against a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionLint {
    /// The gravest first; none is a good question.
    pub findings: Vec<QuestionFinding>,
}

/// Add a question of your own
///
/// What speaks against it is told, and keeps nobody from asking it.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:write"])), request_body = QuestionInput, responses(
    (status = 201, description = "The question as stored", body = Question),
))]
#[post("/questions")]
pub async fn create_question(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<QuestionInput>,
) -> ApiResult<Answer<Question>> {
    let id: QuestionId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let question = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/questions/{id}"), question.version, &question)
    })
    .await
}

/// List questions
///
/// The workspace's own, newest first, then those of the bank.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of questions", body = QuestionPage),
))]
#[get("/questions")]
pub async fn list_questions(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<QuestionPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let in_bank = from.as_ref().is_some_and(|from| bank::place(from.id.into()).is_some());
    let wanted = query.wants(QuestionSource::Own) && !in_bank;
    let read = async |conn: &_| {
        let last = from.as_ref().map(|from| from.id);
        let own = if wanted { store::list(conn, workspace, &query, last).await? } else { Vec::new() };
        let missing = (usize::from(query.limit) + 1).saturating_sub(own.len());
        let bank = query.of_bank(from.as_ref()).take(missing).collect();
        service::show_all(conn, workspace, own, bank).await
    };
    let mut data = app.db.read(workspace, read).await?;
    let position = |question: &Question| Position { id: question.id.into(), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut data, position)?;
    paging.answer(&QuestionPage { data, next_cursor })
}

/// Read one question
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The question", body = Question, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/questions/{id}")]
pub async fn read_question(
    app: Data<App>,
    access: Access<MeetingsRead>,
    Id(id): Id<QuestionId>,
    _none: NoParams,
) -> ApiResult<Answer<Question>> {
    let workspace = access.workspace;
    let question = app.db.read(workspace, async |conn| service::read(conn, workspace, id).await).await?;
    Answer::derived(question.version, &question)
}

/// Change a question of your own
///
/// One of the bank cannot change: make one of your own from it.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)),
    request_body = QuestionInput, responses(
    (status = 200, description = "The question as it is now", body = Question, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`: it is one of the bank"),
))]
#[patch("/questions/{id}")]
pub async fn patch_question(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<QuestionId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<QuestionInput>,
) -> ApiResult<Answer<Question>> {
    app.write(&access, async |tx| {
        let question = service::patch(tx, id, &if_match, &patch).await?;
        Answer::derived(question.version, &question)
    })
    .await
}

/// Delete a question of your own
///
/// It goes to the trash for 30 days.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
    (status = 409, description = "`impossible_transition`: it is one of the bank"),
))]
#[delete("/questions/{id}")]
pub async fn delete_question(
    app: Data<App>,
    access: Access<MeetingsWrite>,
    Id(id): Id<QuestionId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Hold a question against the rules
///
/// Whether the web would answer it, whether it asks for a job, and how it is put. Nothing is stored.
#[utoipa::path(tag = "questions", security(("bearer" = ["meetings:read"])), request_body = QuestionLintInput, responses(
    (status = 200, description = "What speaks against it", body = QuestionLint),
))]
#[post("/questions/lint")]
pub async fn lint_question(
    app: Data<App>,
    access: Access<MeetingsRead>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<QuestionLintInput>,
) -> ApiResult<Answer<QuestionLint>> {
    app.post(&access, &key, &fingerprint(&input)?, async |_tx| {
        let category = input.category.unwrap_or(QuestionCategory::Insights);
        Answer::ok(&QuestionLint { findings: lint::check(&input.text, Some(category)) })
    })
    .await
}
