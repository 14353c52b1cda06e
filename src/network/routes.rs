use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::{CompanyPath, NetworkGraph};
use super::{dot, paths, service, svg};
use crate::app::App;
use crate::auth::{Access, ContactsRead, IntroductionsRead};
use crate::companies::CompanyId;
use crate::error::{ApiError, ApiResult};
use crate::http::accept::negotiated;
use crate::http::page::{self, PageQuery};
use crate::http::{Answer, Id, Paging, Params};
use crate::{merges, page};

const DOT: &str = "text/vnd.graphviz";
const SVG: &str = "image/svg+xml";
const FORMATS: [(&str, GraphFormat); 3] =
    [("application/json", GraphFormat::Json), (DOT, GraphFormat::Dot), (SVG, GraphFormat::Svg)];
/// Steps from those with whom a part begins, unless said otherwise.
const NEAR: u8 = 2;

page! {
    /// A page of ways into a company, the best first.
    CompanyPathPage of CompanyPath
}

/// How the graph is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GraphFormat {
    Json,
    /// For Graphviz.
    Dot,
    /// A picture.
    Svg,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct GraphQuery {
    /// Begin with any of these contacts.
    #[param(max_items = 100)]
    contact_id: Vec<Uuid>,
    /// Begin with those who work or worked at any of these companies.
    #[param(max_items = 100)]
    company_id: Vec<Uuid>,
    /// Begin with those who carry any of these tags.
    #[param(max_items = 100)]
    tag: Vec<String>,
    /// How many introductions to follow from there, in both directions: 2 unless said otherwise. Without a beginning,
    /// how many away from whom the seeker knows: all.
    #[param(minimum = 0, maximum = 100)]
    depth: Option<u8>,
    /// How many people at most: 200 unless said otherwise. `truncated` says whether there are more.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u16>,
    /// Goes before `Accept`.
    #[param(inline)]
    format: Option<GraphFormat>,
}

impl GraphQuery {
    fn part(self) -> service::Part {
        let whole = self.contact_id.is_empty() && self.company_id.is_empty() && self.tag.is_empty();
        let depth = match self.depth {
            Some(depth) => depth.into(),
            None if whole => u32::MAX,
            None => NEAR.into(),
        };
        service::Part {
            contacts: self.contact_id,
            companies: self.company_id,
            tags: self.tag,
            depth,
            limit: self.limit.unwrap_or(200).into(),
        }
    }
}

/// Read the network: who led to whom
///
/// Introductions, and connectors where there is no introduction. As JSON, as DOT for Graphviz
/// (`Accept: text/vnd.graphviz`), or drawn by the service (`Accept: image/svg+xml`). Whoever was deleted is an
/// anonymous node, so that the shape stays.
#[utoipa::path(tag = "network", security(("bearer" = ["introductions:read"])), params(GraphQuery), responses(
    (status = 200, description = "The network, or the part that was asked for", content(
        (NetworkGraph = "application/json"), (String = "text/vnd.graphviz"), (String = "image/svg+xml"),
    )),
    (status = 406, description = "`not_acceptable`: none of the three"),
))]
#[get("/network/graph")]
pub async fn read_network_graph(
    app: Data<App>,
    access: Access<IntroductionsRead>,
    Params(query): Params<GraphQuery>,
    request: HttpRequest,
) -> ApiResult<Answer<NetworkGraph>> {
    let format = match query.format {
        Some(format) => format,
        None => negotiated(&request, &FORMATS)?,
    };
    let workspace = access.workspace;
    let part = query.part();
    let read = async |conn: &_| {
        let part =
            service::Part { contacts: merges::followed(conn, workspace, part.contacts.clone()).await?, ..part.clone() };
        service::material(conn, workspace, &part).await
    };
    let material = app.db.read(workspace, read).await?;
    // Away from the threads that answer others meanwhile.
    let drawn = web::block(move || {
        let graph = service::graph(&material);
        match format {
            GraphFormat::Json => Answer::ok(&graph),
            GraphFormat::Dot => Ok(Answer::rendered(DOT, dot::render(&graph))),
            GraphFormat::Svg => Ok(Answer::rendered(SVG, svg::render(&graph))),
        }
    });
    let answer = drawn.await.map_err(|error| ApiError::internal(&error))??;
    answer.header(header::VARY, "accept")
}

/// Where a page of ways ended.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    score: i16,
    key: String,
}

/// List the ways into a company
///
/// Whom the seeker knows there, now or formerly, and who can introduce to somebody there; the best first, with the
/// reasons. The company is the one with this id, never one with a similar name. Nobody is an answer: an empty list.
/// Takes `contacts:read`, too.
#[utoipa::path(tag = "network", security(("bearer" = ["introductions:read"])), params(("id" = Uuid, Path), PageQuery), responses(
    (status = 200, description = "A page of ways, the best first", body = CompanyPathPage),
))]
#[get("/companies/{id}/paths")]
pub async fn list_company_paths(
    app: Data<App>,
    access: Access<IntroductionsRead>,
    Id(id): Id<CompanyId>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<CompanyPathPage>> {
    access.require::<ContactsRead>()?;
    let from: Option<Place> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let around = app.db.read(workspace, async |conn| service::surroundings(conn, workspace, id).await).await?;
    let mut ways = paths::ways(&around);
    if let Some(from) = &from {
        ways.retain(|(key, way)| way.score < from.score || way.score == from.score && *key > from.key);
    }
    let place = |(key, way): &(String, CompanyPath)| Place { score: way.score, key: key.clone() };
    let next_cursor = page::cut(&paging, query.limit, &mut ways, place)?;
    paging.answer(&CompanyPathPage { data: ways.into_iter().map(|(_, way)| way).collect(), next_cursor })
}
