//! Every statement about templates and their versions, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{TemplateId, TemplateRow, VersionRow};
use super::query::{By, ListQuery, TemplateArchived};
use super::search::words;
use crate::db::full_text::Vector;
use crate::db::schema::{template_versions, templates};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::search;
use crate::sort::{Order, Position, keyset};
use crate::text;

/// The row with what is derived from it.
fn written(row: &TemplateRow) -> (&TemplateRow, diesel::dsl::Eq<templates::search_words, Vector>) {
    (row, templates::search_words.eq(words(row)))
}

pub async fn insert(mut conn: &Conn, row: &TemplateRow) -> ApiResult<()> {
    diesel::insert_into(templates::table).values(written(row)).execute(&mut conn).await?;
    insert_version(conn, &row.snapshot()).await
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &TemplateRow) -> ApiResult<()> {
    let own = templates::table.find((row.workspace_id, row.id));
    diesel::update(own).set(written(row)).execute(&mut conn).await?;
    Ok(())
}

pub async fn insert_version(mut conn: &Conn, row: &VersionRow) -> ApiResult<()> {
    diesel::insert_into(template_versions::table).values(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: TemplateId) -> ApiResult<TemplateRow> {
    let live = templates::workspace_id.eq(workspace).and(templates::id.eq(id)).and(templates::deleted_at.is_null());
    Ok(TemplateRow::query().filter(live).first(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: TemplateId) -> ApiResult<TemplateRow> {
    let own = templates::workspace_id.eq(workspace).and(templates::id.eq(id));
    Ok(TemplateRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// Removes the row and all its versions.
pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: TemplateId) -> ApiResult<()> {
    diesel::delete(templates::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

pub async fn version(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: TemplateId,
    version: i32,
) -> ApiResult<Option<VersionRow>> {
    let own = template_versions::workspace_id.eq(workspace).and(template_versions::template_id.eq(id));
    let row = VersionRow::query().filter(own.and(template_versions::version.eq(version)));
    Ok(row.first(&mut conn).await.optional()?)
}

/// The newest first, those before this one.
pub async fn versions(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: TemplateId,
    before: Option<i32>,
    fetch: i64,
) -> ApiResult<Vec<VersionRow>> {
    let own = template_versions::workspace_id.eq(workspace).and(template_versions::template_id.eq(id));
    let rows = VersionRow::query().filter(own).into_boxed();
    let rows = keyset!(rows, true, template_versions::version, before);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// All versions of these templates, oldest first.
pub async fn versions_of(mut conn: &Conn, workspace: WorkspaceId, ids: &[TemplateId]) -> ApiResult<Vec<VersionRow>> {
    let own = template_versions::workspace_id.eq(workspace).and(template_versions::template_id.eq_any(ids));
    let order = (template_versions::template_id, template_versions::version);
    Ok(VersionRow::query().filter(own).order(order).load(&mut conn).await?)
}

/// Adds the row if its id is free, and says whether it was. Its versions are the caller's.
pub async fn insert_missing(mut conn: &Conn, row: &TemplateRow) -> ApiResult<bool> {
    let added = diesel::insert_into(templates::table).values(written(row)).on_conflict_do_nothing();
    Ok(added.execute(&mut conn).await? > 0)
}

/// Live templates with these ids.
pub async fn read_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<TemplateRow>> {
    let live = templates::workspace_id.eq(workspace).and(templates::deleted_at.is_null());
    Ok(TemplateRow::query().filter(live.and(templates::id.eq_any(ids))).load(&mut conn).await?)
}

/// Renews what a search finds of these templates by. Whoever holds one of them writes it anew.
pub async fn reindex(mut conn: &Conn, workspace: WorkspaceId, ids: &[TemplateId]) -> ApiResult<()> {
    let wanted = templates::workspace_id.eq(workspace).and(templates::id.eq_any(ids));
    let rows = TemplateRow::query().filter(wanted).for_update().skip_locked().load(&mut conn).await?;
    let words = rows.iter().map(|row| (row.id.into(), words(row)));
    search::keep(conn, workspace, "templates", words).await
}

/// Live templates that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<TemplateRow>> {
    let live = templates::workspace_id.eq(workspace).and(templates::deleted_at.is_null());
    let rows = keyset!(TemplateRow::query().filter(live).into_boxed(), false, templates::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<TemplateRow>> {
    let live = templates::workspace_id.eq(workspace).and(templates::deleted_at.is_null());
    let mut rows = TemplateRow::query().filter(live).into_boxed();
    if !query.purpose.is_empty() {
        rows = rows.filter(templates::purpose.eq_any(&query.purpose));
    }
    if !query.channel.is_empty() {
        rows = rows.filter(templates::channel.eq_any(&query.channel));
    }
    if !query.language.is_empty() {
        rows = rows.filter(templates::language.eq_any(&query.language));
    }
    if !query.audience.is_empty() {
        rows = rows.filter(templates::audience.eq_any(&query.audience));
    }
    match query.archived {
        TemplateArchived::True => rows = rows.filter(templates::archived_at.is_not_null()),
        TemplateArchived::False => rows = rows.filter(templates::archived_at.is_null()),
        TemplateArchived::Any => {}
    }
    if let Some(after) = query.created_after {
        rows = rows.filter(templates::created_at.gt(after));
    }
    if let Some(before) = query.created_before {
        rows = rows.filter(templates::created_at.lt(before));
    }
    if let Some(after) = query.updated_after {
        rows = rows.filter(templates::updated_at.gt(after));
    }
    if let Some(before) = query.updated_before {
        rows = rows.filter(templates::updated_at.lt(before));
    }
    for word in text::fold(query.q.as_deref().unwrap_or_default()).split(' ').filter(|word| !word.is_empty()) {
        rows = match text::has_trigram(word) {
            true => rows.filter(templates::search_text.like(text::anywhere(word))),
            false => rows.filter(text::strpos(templates::search_text, word.to_owned()).gt(0)),
        };
    }
    let Order { by, descending } = query.sort.order();
    rows = match (by, from) {
        (By::Created, from) => keyset!(rows, descending, templates::id, from.map(|from| from.id)),
        (By::Updated, from) => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, templates::updated_at, templates::id, from)
        }
        (By::Name, from) => {
            let from = from.and_then(|from| Some((from.text.clone()?, from.id)));
            keyset!(rows, descending, templates::name, templates::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}
