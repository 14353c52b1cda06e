use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, delete, get, patch, post, put};
use chrono::{DateTime, Utc};
use futures_util::try_join;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{Company, CompanyId, CompanyInput, CompanyRow};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, CompaniesRead, CompaniesWrite};
use crate::batch::{self, BatchAnswer, BatchInput};
use crate::changes::Tx;
use crate::error::ApiResult;
use crate::external_ids::{ExternalId, overtaken};
use crate::http::frame::RequestId;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, Count, DEFAULT_LIMIT};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, IfMatch, IfNoneMatch, Paging, Params, Patch};
use crate::saved_views::{self, ViewResource};
use crate::{page, sort_keys};

pub use crate::sort::Position;

sort_keys! {
    /// What companies are sorted by; `-` in front for descending.
    CompanySort by By { Created = "created_at", Updated = "updated_at", Name = "name" }
}

page! {
    /// A page of companies.
    CompanyPage of Company, counted
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
    /// `exact` counts what the filters find on all pages, into `total`. It takes as long as reading all of it: ask
    /// for it once, not with every page.
    #[param(inline)]
    pub count: Option<Count>,
    /// A saved view of companies: its filter and order, as far as this request does not say otherwise.
    pub view: Option<Uuid>,
    #[param(inline)]
    pub sort: CompanySort,
    /// Any part of the name or an industry, without regard to accents and case.
    #[param(min_length = 1, max_length = 200, pattern = r"\S")]
    pub q: Option<String>,
    /// Any of these.
    #[param(max_items = 100)]
    pub tag: Vec<String>,
    /// Any of these.
    #[param(max_items = 100)]
    pub industry: Vec<String>,
    /// Only those that the seeker would like to work for, or only the others.
    pub is_target: Option<bool>,
    pub created_after: Option<DateTime<Utc>>,
    pub created_before: Option<DateTime<Utc>>,
    pub updated_after: Option<DateTime<Utc>>,
    pub updated_before: Option<DateTime<Utc>>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            count: None,
            view: None,
            sort: CompanySort::default(),
            q: None,
            tag: Vec::new(),
            industry: Vec::new(),
            is_target: None,
            created_after: None,
            created_before: None,
            updated_after: None,
            updated_before: None,
        }
    }
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    fn position(&self, row: &CompanyRow) -> Position {
        let id = row.id.into();
        match self.sort.order().by {
            By::Created => Position { id, ..Position::default() },
            By::Updated => Position { id, at: Some(row.updated_at), ..Position::default() },
            By::Name => Position { id, text: Some(row.sort_name.clone()), ..Position::default() },
        }
    }
}

fn location(id: CompanyId) -> String {
    format!("/v1/companies/{id}")
}

/// Add a company
#[utoipa::path(tag = "companies", security(("bearer" = ["companies:write"])), request_body = CompanyInput, responses(
    (status = 201, description = "The company as stored", body = Company),
    (status = 409, description = "`company_exists` or `external_id_taken`"),
))]
#[post("/companies")]
pub async fn create_company(
    app: Data<App>,
    access: Access<CompaniesWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<CompanyInput>,
) -> ApiResult<Answer<Company>> {
    let id = app.new_id();
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let company = service::create(tx, id, input).await?;
        Answer::created(&location(company.id), company.version, &company)
    })
    .await
}

/// List companies
#[utoipa::path(tag = "companies", security(("bearer" = ["companies:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of companies", body = CompanyPage),
))]
#[get("/companies")]
pub async fn list_companies(
    app: Data<App>,
    access: Access<CompaniesRead>,
    Params(query): Params<ListQuery>,
    request: HttpRequest,
    mut paging: Paging,
) -> ApiResult<Answer<CompanyPage>> {
    let workspace = access.workspace;
    let view = query.view;
    let query =
        saved_views::apply(&app, workspace, ViewResource::Companies, view, query, &request, &mut paging).await?;
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let (mut rows, total) = app
        .db
        .read(workspace, async |conn| {
            try_join!(store::list(conn, workspace, &query, from.as_ref()), store::total(conn, workspace, &query))
        })
        .await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| query.position(row))?;
    paging.answer(&CompanyPage { data: rows.into_iter().map(Company::from).collect(), next_cursor, total })
}

/// Read one company
#[utoipa::path(tag = "companies", security(("bearer" = ["companies:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The company", body = Company, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/companies/{id}")]
pub async fn read_company(
    app: Data<App>,
    access: Access<CompaniesRead>,
    Id(id): Id<CompanyId>,
    _none: NoParams,
) -> ApiResult<Answer<Company>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &Company::from(row))
}

/// Change a company
#[utoipa::path(tag = "companies", security(("bearer" = ["companies:write"])), params(("id" = Uuid, Path)),
    request_body = CompanyInput, responses(
    (status = 200, description = "The company as it is now", body = Company, headers(("ETag" = String, description = "Its version"))),
    (status = 409, description = "`company_exists` or `external_id_taken`"),
))]
#[patch("/companies/{id}")]
pub async fn patch_company(
    app: Data<App>,
    access: Access<CompaniesWrite>,
    Id(id): Id<CompanyId>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<CompanyInput>,
) -> ApiResult<Answer<Company>> {
    app.write(&access, async |tx| {
        let company = service::patch(tx, id, &if_match, &patch).await?;
        Answer::resource(company.version, &company)
    })
    .await
}

/// Delete a company
///
/// It goes to the trash for 30 days; contacts keep their positions there.
#[utoipa::path(tag = "companies", security(("bearer" = ["companies:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It lies in the trash"),
))]
#[delete("/companies/{id}")]
pub async fn delete_company(
    app: Data<App>,
    access: Access<CompaniesWrite>,
    Id(id): Id<CompanyId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Create or change the company that another system knows by this id
///
/// A company that is there keeps the fields that the body does not name.
#[utoipa::path(tag = "companies", security(("bearer" = ["companies:write"])),
    params(
        ("system" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$"),
        ("id" = String, Path, min_length = 1, max_length = 255),
    ),
    request_body = CompanyInput, responses(
    (status = 200, description = "It was there; as it is now", body = Company, headers(("ETag" = String, description = "Its version"))),
    (status = 201, description = "It was not there; as it is now", body = Company),
    (status = 409, description = "`company_exists` or `external_id_taken`"),
))]
#[put("/companies/by-external-id/{system}/{id}")]
pub async fn upsert_company(
    app: Data<App>,
    access: Access<CompaniesWrite>,
    ExternalId { system, id }: ExternalId,
    if_match: IfMatch,
    if_none_match: IfNoneMatch,
    _none: NoParams,
    patch: Patch<CompanyInput>,
) -> ApiResult<Answer<Company>> {
    app.write_again(&access, overtaken, async |tx| {
        let (created, company) =
            service::upsert(tx, app.new_id(), &system, &id, (&if_match, &if_none_match), &patch).await?;
        if created {
            return Answer::created(&location(company.id), company.version, &company);
        }
        Answer::resource(company.version, &company)
    })
    .await
}

/// Add many companies at once
///
/// Each item is a `CompanyInput`. Without `atomic` each succeeds or fails alone.
#[utoipa::path(tag = "companies", security(("bearer" = ["companies:write"])), request_body = BatchInput, responses(
    (status = 207, description = "What became of each item, in order", body = BatchAnswer),
    (status = 422, description = "`batch_failed`: an item of an atomic batch failed, none was stored"),
))]
#[post("/companies/batch")]
pub async fn batch_companies(
    app: Data<App>,
    access: Access<CompaniesWrite>,
    request_id: RequestId,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<BatchInput>,
) -> ApiResult<Answer<BatchAnswer>> {
    let fingerprint = fingerprint(&input)?;
    let write = async |tx: &mut Tx<'_>| {
        let answer = batch::run(&app, tx, &request_id, input.clone(), async |tx, input: CompanyInput| {
            let company = service::create(tx, app.new_id(), input).await?;
            Ok((location(company.id), company))
        })
        .await?;
        Answer::status(StatusCode::MULTI_STATUS, &answer)
    };
    batch::in_turn(access.workspace, async || app.post(&access, &key, &fingerprint, &write).await).await
}
