use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{
    CircleAnswer, CircleAnswerInput, CircleRequest, CircleRequestId, CircleRequestInput, CircleRequestRow,
};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, IntroductionsRead, IntroductionsWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, DEFAULT_LIMIT};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, Paging, Params, Patch};
use crate::sort::Position;
use crate::{page, sort_keys};

sort_keys! {
    /// What requests are sorted by; `-` in front for descending.
    CircleRequestSort by By { Created = "created_at", Updated = "updated_at", Asked = "asked_at" }
}

page! {
    /// A page of requests to connectors.
    CircleRequestPage of CircleRequest
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
    #[param(inline)]
    pub sort: CircleRequestSort,
    /// To any of these contacts.
    #[param(max_items = 100)]
    pub connector_id: Vec<Uuid>,
    /// Any of these.
    #[param(inline)]
    pub answer: Vec<CircleAnswer>,
    /// Whether there is an answer.
    pub answered: Option<bool>,
    pub asked_after: Option<DateTime<Utc>>,
    pub asked_before: Option<DateTime<Utc>>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            sort: CircleRequestSort::default(),
            connector_id: Vec::new(),
            answer: Vec::new(),
            answered: None,
            asked_after: None,
            asked_before: None,
        }
    }
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    fn position(&self, row: &CircleRequestRow) -> Position {
        let at = match self.sort.order().by {
            By::Created => None,
            By::Updated => Some(row.updated_at),
            By::Asked => Some(row.asked_at),
        };
        Position { id: row.id.into(), at, ..Position::default() }
    }
}

/// Ask your circle
///
/// Notes that a connector was asked for names: "whom do you know in renewable energy?"
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), request_body = CircleRequestInput,
    responses((status = 201, description = "The request as stored", body = CircleRequest)))]
#[post("/circle-requests")]
pub async fn create_circle_request(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<CircleRequestInput>,
) -> ApiResult<Answer<CircleRequest>> {
    let id: CircleRequestId = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let request = service::create(tx, id, input).await?;
        Answer::created(&format!("/v1/circle-requests/{id}"), request.version, &request)
    })
    .await
}

/// List requests to connectors
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of requests", body = CircleRequestPage),
))]
#[get("/circle-requests")]
pub async fn list_circle_requests(
    app: Data<App>,
    access: Access<IntroductionsRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<CircleRequestPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let mut rows = store::list(conn, workspace, &query, from.as_ref()).await?;
        let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
        Ok(CircleRequestPage { data: service::show_all(conn, workspace, rows).await?, next_cursor })
    };
    let page = app.db.read(workspace, read).await?;
    paging.answer(&page)
}

/// Read one request to a connector
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The request", body = CircleRequest, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/circle-requests/{id}")]
pub async fn read_circle_request(
    app: Data<App>,
    access: Access<IntroductionsRead>,
    Id(id): Id<CircleRequestId>,
    _none: NoParams,
) -> ApiResult<Answer<CircleRequest>> {
    let workspace = access.workspace;
    let read = async |conn: &_| {
        let row = store::find(conn, workspace, id).await?;
        service::show(conn, workspace, row).await
    };
    let request = app.db.read(workspace, read).await?;
    Answer::resource(request.version, &request)
}

/// Change a request to a connector
///
/// The answer is written by `POST /v1/circle-requests/{id}/answer`.
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)),
    request_body = CircleRequestInput, responses(
    (status = 200, description = "The request as it is now", body = CircleRequest, headers(("ETag" = String, description = "Its version"))),
))]
#[patch("/circle-requests/{id}")]
pub async fn patch_circle_request(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<CircleRequestId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<CircleRequestInput>,
) -> ApiResult<Answer<CircleRequest>> {
    app.write(&access, async |tx| {
        let request = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(request.version, &request)
    })
    .await
}

/// Delete a request to a connector
///
/// It goes to the trash for 30 days; the introductions that it brought stay.
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/circle-requests/{id}")]
pub async fn delete_circle_request(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<CircleRequestId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Note what the connector answered
///
/// Each name becomes an introduction by the connector. Whoever named people before may name more.
#[utoipa::path(tag = "introductions", security(("bearer" = ["introductions:write"])), params(("id" = Uuid, Path)),
    request_body = CircleAnswerInput, responses(
    (status = 200, description = "The request as it is now", body = CircleRequest, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`introduction_exists`: the connector named this person before; or `impossible_transition`"),
))]
#[post("/circle-requests/{id}/answer")]
pub async fn answer_circle_request(
    app: Data<App>,
    access: Access<IntroductionsWrite>,
    Id(id): Id<CircleRequestId>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<CircleAnswerInput>,
) -> ApiResult<Answer<CircleRequest>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let request = service::answer(tx, id, input).await?;
        Answer::resource(request.version, &request)
    })
    .await
}
