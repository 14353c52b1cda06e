use std::collections::HashMap;

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{Found, SearchHit, SearchKind};
use super::query::Query;
use super::sources::{self, Standing};
use crate::app::App;
use crate::auth::{Access, SearchRead};
use crate::error::ApiResult;
use crate::http::page;
use crate::http::{Answer, Paging, Params};
use crate::page;

page! {
    /// A page of what was found, best first.
    SearchPage of SearchHit
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words that all have to be there, without regard to accents and case; `"several words"` in this order; `-word` and
    /// `-"several words"` must not be there. The last word also stands for longer ones, unless a space or a quotation
    /// mark ends it.
    #[param(min_length = 1, max_length = 200, pattern = r"\S", example = "lovelace")]
    q: String,
    /// Any of these.
    #[serde(default)]
    #[param(inline)]
    kind: Vec<SearchKind>,
    /// How many at most.
    #[serde(default = "usual")]
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
}

fn usual() -> u16 {
    20
}

/// Search everything
///
/// Names first, then what lists show, then notes, tags and all else; within a rank the newest first. What the credential
/// may not read (`contacts:read`, `companies:read`, `messages:read`) is not found.
#[utoipa::path(tag = "search", security(("bearer" = ["search:read"])), params(SearchQuery), responses(
    (status = 200, description = "A page of what was found", body = SearchPage),
))]
#[get("/search")]
pub async fn search(
    app: Data<App>,
    access: Access<SearchRead>,
    Params(query): Params<SearchQuery>,
    paging: Paging,
) -> ApiResult<Answer<SearchPage>> {
    let from: Option<Standing> = paging.position(query.cursor.as_deref())?;
    let wanted = Query::parse(&query.q);
    let asked = |kind: &SearchKind| query.kind.is_empty() || query.kind.contains(kind);
    let kinds: Vec<SearchKind> =
        SearchKind::ALL.into_iter().filter(|kind| asked(kind) && kind.may_read(&access)).collect();
    if wanted.is_empty() || kinds.is_empty() {
        return paging.answer(&SearchPage { data: Vec::new(), next_cursor: None });
    }
    let (workspace, fetch) = (access.workspace, usize::from(query.limit) + 1);
    let (found, next_cursor, ranks) = app
        .db
        .read(workspace, async |conn| {
            let mut standings = sources::find(conn, workspace, &wanted, &kinds, from, fetch).await?;
            let next_cursor = page::cut(&paging, query.limit, &mut standings, |(standing, _)| *standing)?;
            let ranks: HashMap<Uuid, i16> = standings.iter().map(|(at, _)| (at.id, at.rank)).collect();
            Ok((sources::read(conn, workspace, &standings).await?, next_cursor, ranks))
        })
        .await?;
    let hit = |(kind, found): (SearchKind, Found)| {
        let rank = ranks.get(&found.id).copied().unwrap_or(1);
        SearchHit::new(kind, found, rank, &wanted)
    };
    paging.answer(&SearchPage { data: found.into_iter().map(hit).collect(), next_cursor })
}
