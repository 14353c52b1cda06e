//! Every statement about companies, each within one workspace.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Company, CompanyId, CompanyRow};
use super::routes::{ListQuery, Position};
use super::search::words;
use crate::db::columns::{Taken, array_text};
use crate::db::full_text::{TsVector, Vector};
use crate::db::schema::{companies, positions};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault, OnConstraint};
use crate::http::page::Count;
use crate::insert_columns;
use crate::search::{self, Found};
use crate::sort::{Order, keyset};
use crate::text::{self, composed_labels, inroad_lowered};

/// Rows of one statement.
const CHUNK: usize = 1_000;

/// The row with what is derived from it.
fn written(row: &CompanyRow) -> (&CompanyRow, diesel::dsl::Eq<companies::search_words, Vector>) {
    (row, companies::search_words.eq(words(row)))
}

pub async fn insert(mut conn: &Conn, row: &CompanyRow) -> ApiResult<()> {
    let taken = diesel::insert_into(companies::table).values(written(row)).execute(&mut conn).await;
    taken.on_constraint("companies_name_key", || exists(None))?;
    Ok(())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &CompanyRow) -> ApiResult<()> {
    let own = companies::table.find((row.workspace_id, row.id));
    let updated = diesel::update(own).set((row, companies::search_words.eq(words(row)))).execute(&mut conn).await;
    updated.on_constraint("companies_name_key", || exists(None))?;
    Ok(())
}

/// The name is another company's. Which one is known but when the two were written at the same moment.
pub fn exists(other: Option<CompanyId>) -> ApiError {
    let detail = match other {
        Some(id) => format!("the company {id} of this workspace has this name"),
        None => "another company of this workspace has this name".to_owned(),
    };
    ApiError::new(Code::CompanyExists, detail.clone()).with(Fault::field("/name", "taken", detail))
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: CompanyId) -> ApiResult<CompanyRow> {
    let live = companies::workspace_id.eq(workspace).and(companies::id.eq(id)).and(companies::deleted_at.is_null());
    Ok(CompanyRow::query().filter(live).first(&mut conn).await?)
}

/// Those of these companies that are not deleted.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[CompanyId]) -> ApiResult<Vec<CompanyRow>> {
    let own = companies::workspace_id.eq(workspace).and(companies::id.eq_any(ids));
    Ok(CompanyRow::query().filter(own.and(companies::deleted_at.is_null())).load(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: CompanyId) -> ApiResult<CompanyRow> {
    let own = companies::workspace_id.eq(workspace).and(companies::id.eq(id));
    Ok(CompanyRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// Live companies by their name keys.
pub async fn by_keys(
    mut conn: &Conn,
    workspace: WorkspaceId,
    keys: &[String],
) -> ApiResult<HashMap<String, (CompanyId, String)>> {
    let named = companies::workspace_id.eq(workspace).and(companies::name_key.eq_any(keys));
    let rows: Vec<(String, CompanyId, String)> = companies::table
        .filter(named.and(companies::deleted_at.is_null()))
        .select((companies::name_key, companies::id, companies::name))
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|(key, id, name)| (key, (id, name))).collect())
}

/// Which of these live companies there are, with their names.
pub async fn names(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[CompanyId],
) -> ApiResult<HashMap<CompanyId, String>> {
    let wanted = companies::workspace_id.eq(workspace).and(companies::id.eq_any(ids));
    let rows: Vec<(CompanyId, String)> = companies::table
        .filter(wanted.and(companies::deleted_at.is_null()))
        .select((companies::id, companies::name))
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Which of these companies there are, in the trash or not. None of them is purged before the end of the transaction.
pub async fn hold(mut conn: &Conn, workspace: WorkspaceId, ids: &[CompanyId]) -> ApiResult<HashSet<CompanyId>> {
    let wanted = companies::workspace_id.eq(workspace).and(companies::id.eq_any(ids));
    let rows = companies::table.filter(wanted).select(companies::id).order(companies::id);
    let held: Vec<CompanyId> = rows.for_key_share().load(&mut conn).await?;
    Ok(held.into_iter().collect())
}

/// Whether there is such a company, and not in the trash. It is not purged before the end of the transaction.
pub async fn holds(conn: &Conn, workspace: WorkspaceId, id: CompanyId) -> ApiResult<bool> {
    hold(conn, workspace, &[id]).await?;
    Ok(names(conn, workspace, &[id]).await?.contains_key(&id))
}

/// Companies that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<uuid::Uuid>,
    fetch: i64,
) -> ApiResult<Vec<CompanyRow>> {
    let live = companies::workspace_id.eq(workspace).and(companies::deleted_at.is_null());
    let rows = keyset!(CompanyRow::query().filter(live).into_boxed(), false, companies::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Added {
    #[diesel(sql_type = SqlUuid)]
    id: CompanyId,
}

/// Adds those whose names are still free, and says which.
pub async fn insert_missing(mut conn: &Conn, rows: &[CompanyRow]) -> ApiResult<Vec<CompanyId>> {
    let mut added = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(CHUNK) {
        let written = insert_columns!(&mut conn, "companies", chunk, row => {
            workspace_id: SqlUuid = row.workspace_id,
            id: SqlUuid = row.id,
            version: Integer = row.version,
            created_at: Timestamptz = row.created_at,
            updated_at: Timestamptz = row.updated_at,
            deleted_at: Nullable<Timestamptz> = row.deleted_at,
            name: Text = row.name.as_str(),
            name_key: Text = row.name_key.as_str(),
            sort_name: Text = row.sort_name.as_str(),
            search_text: Text = row.search_text.as_str(),
            website: Nullable<Text> = row.website.as_deref(),
            industries as "text[]": Text = array_text(&row.industries),
            size: Nullable<Text> = row.size,
            location: Nullable<Text> = row.location.as_deref(),
            country: Nullable<Text> = row.country.as_deref(),
            description: Nullable<Text> = row.description.as_deref(),
            notes: Nullable<Text> = row.notes.as_deref(),
            is_target: Bool = row.is_target,
            links: Jsonb = &row.links,
            tags as "text[]": Text = array_text(&row.tags),
            custom_fields: Jsonb = &row.custom_fields,
            external_ids: Jsonb = &row.external_ids,
            search_words: TsVector = words(row),
        }, taken Taken::Stays, giving Added)?;
        added.extend(written.into_iter().map(|row| row.id));
    }
    Ok(added)
}

pub async fn mark_deleted(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: CompanyId,
    deleted_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> ApiResult<i32> {
    let updated = diesel::update(companies::table.find((workspace, id)))
        .set((
            companies::deleted_at.eq(deleted_at),
            companies::version.eq(companies::version + 1),
            companies::updated_at.eq(now),
        ))
        .returning(companies::version)
        .get_result(&mut conn)
        .await;
    updated.on_constraint("companies_name_key", || {
        ApiError::new(Code::RestoreConflict, "another company took this name meanwhile")
    })
}

/// What a search shows of these companies.
pub async fn found(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<Found>> {
    let wanted = companies::workspace_id.eq(workspace).and(companies::id.eq_any(ids));
    let rows = CompanyRow::query().filter(wanted.and(companies::deleted_at.is_null())).load(&mut conn).await?;
    Ok(rows.into_iter().map(Company::from).map(Found::from).collect())
}

/// Live companies after this one, in the order of ids.
pub async fn after(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<CompanyRow>> {
    let live = companies::workspace_id.eq(workspace).and(companies::deleted_at.is_null());
    let after = companies::id.gt(after.unwrap_or_default());
    let rows = CompanyRow::query().filter(live.and(after)).order(companies::id).limit(fetch);
    Ok(rows.load(&mut conn).await?)
}

/// Renews what a search finds of these companies by, after their rows were changed in one go.
pub async fn reindex(mut conn: &Conn, workspace: WorkspaceId, ids: &[CompanyId]) -> ApiResult<()> {
    for chunk in ids.chunks(CHUNK) {
        let wanted = companies::workspace_id.eq(workspace).and(companies::id.eq_any(chunk));
        // Whoever holds one of them writes it anew.
        let rows = CompanyRow::query().filter(wanted).for_update().skip_locked().load(&mut conn).await?;
        let words = rows.iter().map(|row| (row.id.into(), words(row)));
        search::keep(conn, workspace, "companies", words).await?;
    }
    Ok(())
}

/// What a search would find these companies by, deleted or not, if they had these tags.
pub async fn words_with(
    mut conn: &Conn,
    workspace: WorkspaceId,
    mut tags: HashMap<CompanyId, Vec<String>>,
) -> ApiResult<HashMap<Uuid, Vector>> {
    let ids: Vec<CompanyId> = tags.keys().copied().collect();
    let own = companies::workspace_id.eq(workspace).and(companies::id.eq_any(ids));
    let rows: Vec<CompanyRow> = CompanyRow::query().filter(own).load(&mut conn).await?;
    let words = |row: CompanyRow| {
        let tags = tags.remove(&row.id).unwrap_or_default();
        (row.id.into(), words(&CompanyRow { tags, ..row }))
    };
    Ok(rows.into_iter().map(words).collect())
}

/// Removes the row; positions there keep the company's name.
pub async fn purge(mut conn: &Conn, row: &CompanyRow) -> ApiResult<()> {
    let there = positions::workspace_id.eq(row.workspace_id).and(positions::company_id.eq(row.id));
    diesel::update(positions::table.filter(there))
        .set((positions::company_id.eq(None::<CompanyId>), positions::company_name.eq(&row.name)))
        .execute(&mut conn)
        .await?;
    diesel::delete(companies::table.find((row.workspace_id, row.id))).execute(&mut conn).await?;
    Ok(())
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<CompanyRow>> {
    let mut rows = filtered(workspace, query).select(CompanyRow::as_select());
    let Order { by, descending } = query.sort.order();
    rows = match (by, from) {
        (By::Created, from) => keyset!(rows, descending, companies::id, from.map(|from| from.id)),
        (By::Updated, from) => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, companies::updated_at, companies::id, from)
        }
        (By::Name, from) => {
            let from = from.and_then(|from| Some((from.text.clone()?, from.id)));
            keyset!(rows, descending, companies::sort_name, companies::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// How many the filters find, if the query asks for it.
pub async fn total(mut conn: &Conn, workspace: WorkspaceId, query: &ListQuery) -> ApiResult<Option<i64>> {
    match query.count {
        None => Ok(None),
        Some(Count::Exact) => Ok(Some(filtered(workspace, query).count().get_result(&mut conn).await?)),
    }
}

fn filtered(workspace: WorkspaceId, query: &ListQuery) -> companies::BoxedQuery<'_, diesel::pg::Pg> {
    let live = companies::workspace_id.eq(workspace).and(companies::deleted_at.is_null());
    let mut rows = companies::table.filter(live).into_boxed();
    if !query.tag.is_empty() {
        // The index has those only that have any.
        rows = rows.filter(companies::tags.ne(Vec::<String>::new()));
        rows = rows.filter(inroad_lowered(companies::tags).overlaps_with(inroad_lowered(composed_labels(&query.tag))));
    }
    if !query.industry.is_empty() {
        // The index has those only that have any.
        rows = rows.filter(companies::industries.ne(Vec::<String>::new()));
        rows = rows.filter(
            inroad_lowered(companies::industries).overlaps_with(inroad_lowered(composed_labels(&query.industry))),
        );
    }
    if let Some(is_target) = query.is_target {
        rows = rows.filter(companies::is_target.eq(is_target));
    }
    if let Some(after) = query.created_after {
        rows = rows.filter(companies::created_at.gt(after));
    }
    if let Some(before) = query.created_before {
        rows = rows.filter(companies::created_at.lt(before));
    }
    if let Some(after) = query.updated_after {
        rows = rows.filter(companies::updated_at.gt(after));
    }
    if let Some(before) = query.updated_before {
        rows = rows.filter(companies::updated_at.lt(before));
    }
    for word in text::fold(query.q.as_deref().unwrap_or_default()).split(' ').filter(|word| !word.is_empty()) {
        rows = match text::has_trigram(word) {
            true => rows.filter(companies::search_text.like(text::anywhere(word))),
            false => rows.filter(text::strpos(companies::search_text, word.to_owned()).gt(0)),
        };
    }
    rows
}

pub use super::routes::By;
