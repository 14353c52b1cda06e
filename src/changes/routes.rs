use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{HttpRequest, get, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::feed;
use super::model::{Change, ChangeCursor, ChangePage, KindFilter, StreamTicket};
use super::store::{self, Extent};
use super::stream::EventStream;
use crate::app::App;
use crate::auth::{Access, Caller, ChangesRead, tickets};
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::page::DEFAULT_LIMIT;
use crate::http::params::NoParams;
use crate::http::{Answer, NoBody, Paging, Params};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u16,
    /// The `next_cursor` of the page before, or the `cursor` of any change; without it, from the oldest that is kept.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
    /// Any of these kinds: a name, or a beginning such as `contact.*`.
    #[param(max_items = 100, example = json!(["contact.*"]))]
    pub kind: Vec<String>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, kind: Vec::new() }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// Where to go on; without it, from now. `Last-Event-ID` goes before it.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
    /// Any of these kinds: a name, or a beginning such as `contact.*`.
    #[param(max_items = 100, example = json!(["contact.*"]))]
    pub kind: Vec<String>,
    /// Instead of the `Authorization` header, for browsers.
    #[param(min_length = 1, max_length = 255)]
    pub ticket: Option<String>,
}

fn kinds(names: &[String]) -> ApiResult<KindFilter> {
    KindFilter::parse(names).map_err(|name| {
        let fault = Fault::parameter("kind", "unknown_value", format!("`{name}` is no kind of change"));
        ApiError::faults(Code::InvalidParameter, "parameter", vec![fault])
    })
}

/// The place that a cursor names, if the log still has what follows.
fn place(app: &App, workspace: WorkspaceId, cursor: &str, extent: &Extent) -> ApiResult<i64> {
    let seq = feed::open(app, workspace, cursor)?;
    if seq < extent.forgotten {
        let detail = "changes after this cursor are no longer kept: take `GET /v1/changes/latest`, list everything \
            again, and go on from there";
        return Err(ApiError::new(Code::ChangesExpired, detail).with(Fault::parameter("cursor", "expired", detail)));
    }
    Ok(seq)
}

/// List changes
///
/// Everything that was written, oldest first, in the order of commit and without gaps, for 30 days. Keep
/// `next_cursor` and ask again: it is never `null`. A page may be empty though `has_more` is true when few of many
/// changes are of the wanted kinds.
#[utoipa::path(tag = "changes", security(("bearer" = ["changes:read"])), params(ListQuery), responses(
    (status = 200, description = "Some changes", body = ChangePage),
    (status = 410, description = "`changes_expired`: what follows the cursor is no longer kept"),
))]
#[get("/changes")]
pub async fn list_changes(
    app: Data<App>,
    access: Access<ChangesRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<ChangePage>> {
    let (workspace, kinds) = (access.workspace, kinds(&query.kind)?);
    let extent = app.db.read(workspace, async |conn| store::extent(conn, workspace).await).await?;
    let from = match &query.cursor {
        Some(cursor) => place(&app, workspace, cursor, &extent)?,
        None => extent.forgotten,
    };
    let window = store::Window::new(from, &extent, query.limit);
    let rows = app.db.read(workspace, async |conn| store::list(conn, workspace, &window, &kinds).await).await?;
    let reached = window.reached(&rows);
    let data = rows
        .into_iter()
        .map(|row| feed::seal(&app, workspace, row.seq).map(|cursor| Change::new(row, cursor)))
        .collect::<ApiResult<_>>()?;
    let next_cursor = feed::seal(&app, workspace, reached)?;
    paging.answer(&ChangePage { data, next_cursor, has_more: reached < extent.head })
}

/// The newest place in the log
///
/// Take it first, then list what you need, then follow the log from here: you end with the server's own state.
#[utoipa::path(tag = "changes", security(("bearer" = ["changes:read"])), responses(
    (status = 200, description = "The cursor behind the newest change", body = ChangeCursor),
))]
#[get("/changes/latest")]
pub async fn read_latest_change(
    app: Data<App>,
    access: Access<ChangesRead>,
    _none: NoParams,
) -> ApiResult<Answer<ChangeCursor>> {
    let workspace = access.workspace;
    let extent = app.db.read(workspace, async |conn| store::extent(conn, workspace).await).await?;
    Answer::ok(&ChangeCursor { cursor: feed::seal(&app, workspace, extent.head)? })
}

/// Follow changes
///
/// Server-Sent Events without an end: `id` is the cursor, `event` the kind, `data` a `Change`. `Last-Event-ID` (or
/// `cursor`) goes on where a broken stream ended. A comment comes every 15 seconds. The stream ends when the
/// credential does.
#[utoipa::path(tag = "changes", security(("bearer" = ["changes:read"])),
    params(StreamQuery, ("Last-Event-ID" = Option<String>, Header, max_length = 4096,
        description = "The `id` of the last event that arrived")), responses(
    (status = 200, description = "Events, as they happen", content_type = "text/event-stream", body = String),
    (status = 410, description = "`changes_expired`: what follows the cursor is no longer kept"),
))]
#[get("/changes/stream")]
pub async fn stream_changes(
    app: Data<App>,
    access: Access<ChangesRead>,
    Params(query): Params<StreamQuery>,
    request: HttpRequest,
) -> ApiResult<EventStream> {
    let (workspace, kinds) = (access.workspace, kinds(&query.kind)?);
    let extent = app.db.read(workspace, async |conn| store::extent(conn, workspace).await).await?;
    let from = match (last_event_id(request.headers()), query.cursor.as_deref()) {
        (Some(cursor), _) => place(&app, workspace, cursor, &extent).map_err(of_header)?,
        (None, Some(cursor)) => place(&app, workspace, cursor, &extent)?,
        (None, None) => extent.head,
    };
    EventStream::new(app, Caller::of(&request)?, kinds, from, extent.head)
}

/// What is said of a cursor that came in the header.
fn of_header(mut error: ApiError) -> ApiError {
    for fault in error.errors.iter_mut().filter(|fault| fault.parameter.is_some()) {
        (fault.parameter, fault.header) = (None, Some("Last-Event-ID".into()));
    }
    error
}

/// An empty one is what browsers send that had none yet.
fn last_event_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("last-event-id")?.to_str().ok().filter(|id| !id.is_empty())
}

/// Get a ticket for the stream
///
/// A browser's `EventSource` can send no `Authorization`: put the ticket into the URL instead. It is good for 30
/// seconds and opens one stream; when that breaks, get another and pass the last event's `id` as `cursor`.
#[utoipa::path(tag = "changes", security(("bearer" = ["changes:read"])), responses(
    (status = 200, description = "The ticket", body = StreamTicket),
))]
#[post("/changes/stream-tickets")]
pub async fn create_stream_ticket(
    app: Data<App>,
    access: Access<ChangesRead>,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<StreamTicket>> {
    let (ticket, expires_at) = tickets::issue(&app, &access).await?;
    Ok(Answer::ok(&StreamTicket { ticket, expires_at })?.secret())
}
