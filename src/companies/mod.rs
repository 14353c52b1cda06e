//! Companies: where contacts work, or where the seeker would like to.
//!
//! `POST GET /v1/companies`, `GET PATCH DELETE /v1/companies/{id}`, `PUT /v1/companies/by-external-id/{system}/{id}`,
//! `POST /v1/companies/batch`.
mod export;
mod model;
mod routes;
mod search;
mod service;
mod store;

use std::collections::HashMap;

use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use self::export::{after, load};
pub use self::model::{Company, CompanyId, CompanyInput};
pub use self::routes::ListQuery;
pub use self::service::{RESOURCE, create, purge, read_many, restore};
pub use self::store::{found, hold, holds, names, reindex, words_with};
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiResult, Code};
use crate::text::{self, FreeText};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_company)
        .service(routes::list_companies)
        .service(routes::batch_companies)
        .service(routes::upsert_company)
        .service(routes::read_company)
        .service(routes::patch_company)
        .service(routes::delete_company);
}

/// The company; none when it is deleted or of another workspace.
pub async fn one(conn: &Conn, workspace: WorkspaceId, id: CompanyId) -> ApiResult<Option<Company>> {
    match store::find(conn, workspace, id).await {
        Err(error) if error.code == Code::NotFound => Ok(None),
        found => found.map(|row| Some(row.into())),
    }
}

/// Ids and names of the companies with these names, by [`text::name_key`]; those that are not there yet are added.
pub async fn find_or_create(tx: &mut Tx<'_>, names: &[String]) -> ApiResult<HashMap<String, (CompanyId, String)>> {
    let (mut found, missing) = find(tx.conn, tx.workspace, names).await?;
    let missing = missing.into_iter().map(|name| (CompanyId::from(Uuid::now_v7()), name)).collect();
    found.extend(add(tx, missing).await?);
    Ok(found)
}

/// Ids and names of the companies with these names, by [`text::name_key`]; and the names that no company has, each once,
/// in the order in which they are to be added.
pub async fn find(
    conn: &Conn,
    workspace: WorkspaceId,
    names: &[String],
) -> ApiResult<(HashMap<String, (CompanyId, String)>, Vec<String>)> {
    let mut wanted: Vec<(String, &String)> = names.iter().map(|name| (text::name_key(name), name)).collect();
    // Stable, so that the first spelling is the one that is kept.
    wanted.sort_by(|a, b| a.0.cmp(&b.0));
    wanted.dedup_by(|a, b| a.0 == b.0);
    let keys: Vec<String> = wanted.iter().map(|(key, _)| key.clone()).collect();
    let found = store::by_keys(conn, workspace, &keys).await?;
    let missing = wanted.into_iter().filter(|(key, _)| !found.contains_key(key)).map(|(_, name)| name.clone());
    let missing = missing.collect();
    Ok((found, missing))
}

/// Adds companies with these ids and names, and tells which ids and names there are now, by [`text::name_key`]: somebody
/// else may have added one of them meanwhile. Until the end of the transaction whoever names one of them waits; so that
/// two who do never wait for each other, the names have to come in the order of [`find`].
pub async fn add(
    tx: &mut Tx<'_>,
    missing: Vec<(CompanyId, String)>,
) -> ApiResult<HashMap<String, (CompanyId, String)>> {
    if missing.is_empty() {
        return Ok(HashMap::new());
    }
    let mut rows = Vec::with_capacity(missing.len());
    for (id, name) in &missing {
        rows.push(CompanyInput::named(name).into_row(tx.workspace, *id, 1, tx.now, tx.now)?);
    }
    let added = store::insert_missing(tx.conn, &rows).await?;
    for id in &added {
        tx.record(Kind::CompanyCreated, *id, 1, Vec::new());
    }
    if added.len() == rows.len() {
        return Ok(rows.into_iter().map(|row| (row.name_key, (row.id, row.name))).collect());
    }
    let keys: Vec<String> = rows.into_iter().map(|row| row.name_key).collect();
    store::by_keys(tx.conn, tx.workspace, &keys).await
}

/// What people wrote about the companies that follow this one, in the order of their ids, and the last of these
/// companies, if others may follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let mut texts = Vec::new();
    for row in rows {
        let id = row.id.into();
        for (field, text) in [("notes", row.notes), ("description", row.description)] {
            texts.extend(text.map(|text| FreeText { id, field: field.to_owned(), text }));
        }
        for (index, tag) in row.tags.into_iter().enumerate() {
            texts.push(FreeText { id, field: format!("tags/{index}"), text: tag });
        }
        for (name, value) in row.custom_fields.0 {
            let text = value.as_str().map(str::to_owned);
            texts.extend(text.map(|text| FreeText { id, field: format!("custom_fields/{name}"), text }));
        }
    }
    Ok((texts, last))
}
