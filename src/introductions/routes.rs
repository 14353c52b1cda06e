use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use super::input::IntroductionInput;
use super::model::{Introduction, IntroductionId, IntroductionRow};
use super::query::ListQuery;
use super::steps::{MomentInput, Step};
use super::{service, steps, store};
use crate::app::App;
use crate::auth::{Access, IntroductionsRead, IntroductionsWrite};
use crate::batch::{self, BatchAnswer, BatchInput};
use crate::error::ApiResult;
use crate::http::body::MaybeBody;
use crate::http::frame::RequestId;
use crate::http::idempotency::fingerprint;
use crate::http::page;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::page;
use crate::sort::Position;

page! {
    /// A page of introductions.
    IntroductionPage of Introduction
}

fn location(id: IntroductionId) -> String {
    format!("/v1/introductions/{id}")
}

/// Add an introduction
///
/// Somebody was named, or more. The introducer is a contact; the other one is a contact, or a name until there is one.
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), request_body = IntroductionInput,
    responses(
    (status = 201, description = "The introduction as stored", body = Introduction),
    (status = 409, description = "`introduction_exists`"),
))]
#[post("/introductions")]
pub async fn create_introduction(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<IntroductionInput>,
) -> ApiResult<Answer<Introduction>> {
    let id = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let introduction = service::create(tx, id, input).await?;
        Answer::created(&location(id), introduction.version, &introduction)
    })
    .await
}

/// List introductions
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of introductions", body = IntroductionPage),
))]
#[get("/introductions")]
pub async fn list_introductions(
    app: Data<App>,
    access: Access<IntroductionsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<IntroductionPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let query = query.clone().followed(conn, workspace).await?;
        let rows = store::list(conn, workspace, &query, from.as_ref()).await?;
        let names = service::names(conn, workspace, &rows.iter().collect::<Vec<_>>()).await?;
        Ok((rows, names))
    };
    let (mut rows, names) = app.db.read(workspace, read).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
    let show = |row: IntroductionRow| Introduction::new(row, &names);
    paging.answer(&IntroductionPage { data: rows.into_iter().map(show).collect(), next_cursor })
}

/// Read one introduction
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The introduction", body = Introduction, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/introductions/{id}")]
pub async fn read_introduction(
    app: Data<App>,
    access: Access<IntroductionsRead>,
    Id(id): Id<IntroductionId>,
    _none: NoParams,
) -> ApiResult<Answer<Introduction>> {
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let row = store::find(conn, workspace, id).await?;
        service::show(conn, workspace, row).await
    };
    let introduction = app.db.read(workspace, read).await?;
    Answer::resource(introduction.version, &introduction)
}

/// Change an introduction
///
/// So a name is linked to the contact that it has become: `{"introduced_id": …}`. A state that cannot follow on the
/// present one is refused, and the answer says which ones can.
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)),
    request_body = IntroductionInput, responses(
    (status = 200, description = "The introduction as it is now", body = Introduction, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`introduction_exists` or `impossible_transition`"),
))]
#[patch("/introductions/{id}")]
pub async fn patch_introduction(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<IntroductionId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<IntroductionInput>,
) -> ApiResult<Answer<Introduction>> {
    app.write(&access, async |tx| {
        let introduction = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(introduction.version, &introduction)
    })
    .await
}

/// Delete an introduction
///
/// It goes to the trash for 30 days.
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/introductions/{id}")]
pub async fn delete_introduction(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<IntroductionId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Add many introductions at once
///
/// Each item is an `IntroductionInput`. Without `atomic` each succeeds or fails alone.
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), request_body = BatchInput, responses(
    (status = 207, description = "What became of each item, in order", body = BatchAnswer),
    (status = 422, description = "`batch_failed`: an item of an atomic batch failed, none was stored"),
))]
#[post("/introductions/batch")]
pub async fn batch_introductions(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    request_id: RequestId,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<BatchInput>,
) -> ApiResult<Answer<BatchAnswer>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let answer = batch::run(&app, tx, &request_id, input, async |tx, input: IntroductionInput| {
            let introduction = service::create(tx, app.new_id(), input).await?;
            Ok((location(introduction.id), introduction))
        })
        .await?;
        Answer::status(StatusCode::MULTI_STATUS, &answer)
    })
    .await
}

async fn take(
    app: &App,
    access: &Access<IntroductionsWrite>,
    key: &IdempotencyKey,
    id: IntroductionId,
    step: Step,
    input: MomentInput,
) -> ApiResult<Answer<Introduction>> {
    app.post(access, key, &fingerprint(&input)?, async |tx| {
        let introduction = steps::take(tx, id, step, input.at).await?;
        Answer::resource(introduction.version, &introduction)
    })
    .await
}

/// Note that the introduction was promised
///
/// After seven days without news it becomes `stale`: time for a gentle reminder.
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)),
    request_body = MomentInput, responses(
    (status = 200, description = "The introduction as it is now", body = Introduction, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`: `detail` says which states can follow"),
))]
#[post("/introductions/{id}/promise")]
pub async fn promise_introduction(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<IntroductionId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<MomentInput>,
) -> ApiResult<Answer<Introduction>> {
    take(&app, &access, &key, id, Step::Promise, input).await
}

/// Note that the introduction was made
///
/// The contact who was introduced gets the introducer for a connector, unless there is one already.
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)),
    request_body = MomentInput, responses(
    (status = 200, description = "The introduction as it is now", body = Introduction, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`: `detail` says which states can follow"),
))]
#[post("/introductions/{id}/make")]
pub async fn make_introduction(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<IntroductionId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<MomentInput>,
) -> ApiResult<Answer<Introduction>> {
    take(&app, &access, &key, id, Step::Make, input).await
}

/// Note that the introducer would rather not
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)),
    request_body = MomentInput, responses(
    (status = 200, description = "The introduction as it is now", body = Introduction, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`impossible_transition`: `detail` says which states can follow"),
))]
#[post("/introductions/{id}/decline")]
pub async fn decline_introduction(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<IntroductionId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<MomentInput>,
) -> ApiResult<Answer<Introduction>> {
    take(&app, &access, &key, id, Step::Decline, input).await
}

/// Note that the introducer was thanked
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)),
    request_body = MomentInput, responses(
    (status = 200, description = "The introduction as it is now", body = Introduction, headers(("ETag" = String, description = "Its version"))),
))]
#[post("/introductions/{id}/thank")]
pub async fn thank_for_introduction(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<IntroductionId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<MomentInput>,
) -> ApiResult<Answer<Introduction>> {
    take(&app, &access, &key, id, Step::Thank, input).await
}

/// Note that the introducer was told what came of it
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)),
    request_body = MomentInput, responses(
    (status = 200, description = "The introduction as it is now", body = Introduction, headers(("ETag" = String, description = "Its version"))),
))]
#[post("/introductions/{id}/close-loop")]
pub async fn close_loop_of_introduction(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<IntroductionId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<MomentInput>,
) -> ApiResult<Answer<Introduction>> {
    take(&app, &access, &key, id, Step::CloseLoop, input).await
}
