use actix_web::web::Data;
use actix_web::{delete, get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store::{self, TrashRow};
use crate::app::App;
use crate::auth::{Access, TrashRead, TrashWrite};
use crate::error::ApiResult;
use crate::http::page::{self, DEFAULT_LIMIT};
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, NoBody, Paging, Params};
use crate::page;
use crate::sort::Position;

/// Something that was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrashEntry {
    /// The id of what was deleted.
    pub id: Uuid,
    /// What it is.
    #[schema(example = "contact")]
    pub kind: String,
    /// What it was called.
    #[schema(example = "Ada Lovelace")]
    pub title: String,
    pub deleted_at: DateTime<Utc>,
    /// The member who deleted it.
    pub deleted_by: Option<Uuid>,
    /// When it goes for good.
    pub purge_at: DateTime<Utc>,
}

page! {
    /// A page of the trash.
    TrashPage of TrashEntry
}

impl From<TrashRow> for TrashEntry {
    fn from(row: TrashRow) -> Self {
        let TrashRow { workspace_id: _, id, kind, title, deleted_at, deleted_by, purge_at } = row;
        Self { id, kind, title, deleted_at, deleted_by, purge_at }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct TrashQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
    /// Any of these: `contact`, `company`, `introduction`, `circle_request`, `message`, `meeting`, `follow_up`, `template`,
    /// `goal`, `question`, `insight`, `research_note`, `feed`.
    #[param(max_items = 20)]
    kind: Vec<String>,
}

impl Default for TrashQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, kind: Vec::new() }
    }
}

/// List what was deleted, newest first
#[utoipa::path(tag = "trash", security(("bearer" = ["trash:read"])), params(TrashQuery), responses(
    (status = 200, description = "A page of the trash", body = TrashPage),
))]
#[get("/trash")]
pub async fn list_trash(
    app: Data<App>,
    access: Access<TrashRead>,
    Params(query): Params<TrashQuery>,
    paging: Paging,
) -> ApiResult<Answer<TrashPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let (workspace, fetch) = (access.workspace, i64::from(query.limit) + 1);
    let list = async |conn: &_| store::list(conn, workspace, &query.kind, from.as_ref(), fetch).await;
    let mut rows = app.db.read(workspace, list).await?;
    let at = |row: &TrashRow| Position { at: Some(row.deleted_at), id: row.id, ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    paging.answer(&TrashPage { data: rows.into_iter().map(TrashEntry::from).collect(), next_cursor })
}

/// Restore something that was deleted
#[utoipa::path(tag = "trash", security(("bearer" = ["trash:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is back"),
    (status = 409, description = "`restore_conflict` or `external_id_taken`: something took its place"),
))]
#[post("/trash/{id}/restore")]
pub async fn restore_from_trash(
    app: Data<App>,
    access: Access<TrashWrite>,
    Id(id): Id<Uuid>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<()>> {
    app.post(&access, &key, id.as_bytes(), async |tx| {
        let entry = store::lock(tx.conn, tx.workspace, id).await?;
        super::restore(tx, &entry.kind, id).await?;
        Ok(Answer::no_content())
    })
    .await
}

/// Remove something that was deleted for good
#[utoipa::path(tag = "trash", security(("bearer" = ["trash:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone for good"),
))]
#[delete("/trash/{id}")]
pub async fn purge_from_trash(
    app: Data<App>,
    access: Access<TrashWrite>,
    Id(id): Id<Uuid>,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| {
        let entry = store::lock(tx.conn, tx.workspace, id).await?;
        super::purge(tx, &entry.kind, id).await
    })
    .await?;
    Ok(Answer::no_content())
}
