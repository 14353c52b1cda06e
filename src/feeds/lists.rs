//! `/v1/feeds/opml`: feeds from other readers, and for them.
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{FeedId, FeedKind};
use super::{opml, read, service, store};
use crate::app::App;
use crate::auth::{Access, FeedsRead, FeedsWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, IdempotencyKey, Params, body};

const OPML: &str = "text/x-opml; charset=utf-8";
const TAKEN: [&str; 5] = ["text/x-opml", "application/xml", "text/xml", "text/x-opml+xml", "application/opml+xml"];

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OpmlQuery {
    /// What they bring; news, unless said otherwise.
    #[param(inline)]
    kind: Option<FeedKind>,
}

/// What became of a list of feeds.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct OpmlImport {
    /// Those that are new. They are read within the next minutes.
    pub created: Vec<FeedId>,
    /// How many were there already: of a list of another reader whatever they are about, of one of Inroad about the same.
    #[schema(example = 3)]
    pub existing: usize,
    pub refused: Vec<OpmlRefusal>,
}

/// A feed that cannot be watched.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpmlRefusal {
    pub url: String,
    #[schema(example = "the URL must begin with http:// or https://")]
    pub reason: String,
}

/// Watch the feeds of a list
///
/// OPML, as other readers export it; at most 1000 feeds. The folder of a feed is its industry, and what is shown of it its name,
/// if it calls itself otherwise. A list of Inroad brings each feed as it was, with its rules; the companies and contacts of
/// feeds where they are of this workspace. Nothing is asked yet: a
/// feed that cannot be read says so by itself (`failing`).
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:write"])), params(OpmlQuery),
    request_body(content((String = "text/x-opml"), (String = "application/xml"), (String = "text/xml"),
        (String = "text/x-opml+xml"), (String = "application/opml+xml"))), responses(
    (status = 200, description = "What became of them", body = OpmlImport),
    (status = 409, description = "`too_many_feeds`"),
    (status = 422, description = "`unreadable_file`"),
))]
#[post("/feeds/opml")]
pub async fn import_opml(
    app: Data<App>,
    access: Access<FeedsWrite>,
    key: IdempotencyKey,
    Params(query): Params<OpmlQuery>,
    request: HttpRequest,
    payload: Payload,
) -> ApiResult<Answer<OpmlImport>> {
    body::check_type(&request, &TAKEN, "accept-post")?;
    let bytes = body::read(&request, &mut payload.into_inner(), app.config.body_limit).await?;
    let text = read::decode(&bytes);
    let outlines = opml::read(text.trim_start_matches('\u{feff}'))?;
    let kind = query.kind.unwrap_or(FeedKind::News);
    app.post(&access, &key, &fingerprint(&(kind, &text))?, async |tx| {
        Answer::ok(&service::take_in(&app, tx, outlines, kind).await?)
    })
    .await
}

/// All feeds as a list
///
/// OPML 2.0, for other readers; with attributes of our own (`inroad:match` and others) for what they have no words for.
#[utoipa::path(tag = "feeds", security(("bearer" = ["feeds:read"])), responses(
    (status = 200, description = "The list", body = String, content_type = "text/x-opml"),
))]
#[get("/feeds/opml")]
pub async fn export_opml(app: Data<App>, access: Access<FeedsRead>, _none: NoParams) -> ApiResult<Answer<String>> {
    let workspace = access.workspace;
    let rows = app.db.read(workspace, async |conn| store::all(conn, workspace).await).await?;
    Ok(Answer::rendered(OPML, opml::write(&rows)?))
}
