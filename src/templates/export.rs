//! All templates with their versions, a page at a time, and all of them back into another workspace.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::api::{Template, TemplateInput, TemplateVersion};
use super::model::{TemplateId, TemplateRow, VersionRow};
use super::store;
use crate::app::App;
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::exports::Kept;
use crate::http::{Rules, body};

/// Templates that are read at once, with all their versions.
const PAGE: i64 = 50;

/// A template of an archive: as the API shows it, and what it said before.
#[derive(Debug, Serialize)]
pub struct ArchivedTemplate {
    #[serde(flatten)]
    template: Template,
    versions: Vec<TemplateVersion>,
}

/// What of an archived template no client writes.
#[derive(Debug, Deserialize)]
struct Marks {
    text_version: i32,
    archived_at: Option<DateTime<Utc>>,
    library_slug: Option<String>,
    #[serde(default)]
    versions: Vec<Map<String, Value>>,
}

/// When a version was made, and its number.
#[derive(Debug, Deserialize)]
struct Stamp {
    version: i32,
    created_at: DateTime<Utc>,
}

/// Templates after this one in the order of ids.
pub async fn after(conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<ArchivedTemplate>> {
    let rows = store::following(conn, workspace, after, PAGE).await?;
    let ids: Vec<TemplateId> = rows.iter().map(|row| row.id).collect();
    let mut versions: HashMap<TemplateId, Vec<TemplateVersion>> = HashMap::new();
    for row in store::versions_of(conn, workspace, &ids).await? {
        versions.entry(row.template_id).or_default().push(row.into());
    }
    let archived = |row: TemplateRow| {
        let versions = versions.remove(&row.id).unwrap_or_default();
        ArchivedTemplate { template: row.into(), versions }
    };
    Ok(rows.into_iter().map(archived).collect())
}

/// Adds templates with the identity that they had, those whose ids are free, and says which.
pub async fn load(app: &App, tx: &mut Tx<'_>, rows: Vec<Map<String, Value>>) -> ApiResult<Vec<TemplateId>> {
    let mut added = Vec::new();
    for (index, object) in rows.into_iter().enumerate() {
        let (row, versions) = read(app, tx.workspace, object).map_err(|mut error| {
            error.errors = error.errors.into_iter().map(|fault| fault.below(&format!("/{index}"))).collect();
            error
        })?;
        if store::insert_missing(tx.conn, &row).await? {
            for version in &versions {
                store::insert_version(tx.conn, version).await?;
            }
            tx.record(Kind::TemplateCreated, row.id, row.version, Vec::new());
            added.push(row.id);
        }
    }
    Ok(added)
}

fn read(
    app: &App,
    workspace: WorkspaceId,
    mut object: Map<String, Value>,
) -> ApiResult<(TemplateRow, Vec<VersionRow>)> {
    let marks: Marks = take(&mut object, &["text_version", "archived_at", "library_slug", "versions"])?;
    let kept = Kept::take(&mut object, &[]).map_err(|why| ApiError::field("", "invalid_format", why))?;
    let Marks { text_version, archived_at, library_slug, versions } = marks;
    if !(1..=kept.version).contains(&text_version) {
        return Err(ApiError::field("/text_version", "out_of_range", "must be a version of the template"));
    }
    let row = TemplateRow::new(workspace, kept.id.into(), kept.created_at, text(app, object)?);
    let row = TemplateRow {
        version: kept.version,
        updated_at: kept.updated_at,
        archived_at,
        text_version,
        library_slug: library_slug.map(|slug| slug.chars().take(100).collect()),
        ..row
    };
    let mut all: Vec<VersionRow> = Vec::new();
    for mut version in versions {
        let Stamp { version: number, created_at } = take(&mut version, &["version", "created_at"])?;
        if (1..=text_version).contains(&number) && !all.iter().any(|one| one.version == number) {
            let said = TemplateRow::new(workspace, row.id, created_at, text(app, version)?);
            all.push(VersionRow { version: number, ..said.snapshot() });
        }
    }
    if !all.iter().any(|one| one.version == text_version) {
        all.push(row.snapshot());
    }
    Ok((row, all))
}

fn text(app: &App, object: Map<String, Value>) -> ApiResult<TemplateInput> {
    let input: TemplateInput = body::typed(&app.schemas, object)?;
    ApiError::check(input.faults())?;
    Ok(input)
}

/// Takes these fields out of an object.
fn take<T: serde::de::DeserializeOwned>(object: &mut Map<String, Value>, names: &[&str]) -> ApiResult<T> {
    let own = names.iter().filter_map(|name| Some(((*name).to_owned(), object.remove(*name)?))).collect();
    let read = serde_json::from_value(Value::Object(own));
    read.map_err(|error| ApiError::field("", "invalid_format", error.to_string()))
}
