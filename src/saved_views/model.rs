//! Saved views as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::db::WorkspaceId;
use crate::db::schema::saved_views;
use crate::{fields, resource_id, text, text_enum};

resource_id!(
    /// Identifies a saved view.
    SavedViewId
);

text_enum! {
    /// A list that takes `?view=`.
    ViewResource {
        Contacts = "contacts",
        Companies = "companies",
    }
}

#[derive(Debug, Clone, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = saved_views, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct SavedViewRow {
    pub workspace_id: WorkspaceId,
    pub id: SavedViewId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
    pub name_key: String,
    pub resource: ViewResource,
    pub filter: Value,
    pub sort: Option<String>,
}

/// What can be written of a saved view.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Alumni in energy", "resource": "contacts",
    "filter": { "how_found": ["alumni"], "tag": ["energy"], "do_not_contact": false }, "sort": "-last_touch_at"
}))]
pub struct SavedViewInput {
    /// One view of a name per resource, whatever its case.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "Alumni in energy")]
    pub name: String,
    pub resource: ViewResource,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub filter: Map<String, Value>,
    /// One of the list's sort keys; without it, the list's own order.
    #[schema(max_length = 64, example = "-last_touch_at")]
    pub sort: Option<String>,
}

/// A filter and an order of a list, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SavedView {
    pub id: SavedViewId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "Alumni in energy")]
    pub name: String,
    pub resource: ViewResource,
    #[schema(value_type = Object)]
    pub filter: Map<String, Value>,
    #[schema(example = "-last_touch_at")]
    pub sort: Option<String>,
    /// Where its results are: the list with this view, to which other parameters can be added.
    #[schema(example = "/v1/contacts?view=019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e")]
    pub results_url: String,
}

/// As the document describes it: the list's parameters but for `limit`, `cursor`, `sort` and `view`.
pub fn filter() -> Value {
    let scalar = json!(["string", "number", "boolean"]);
    json!({
        "type": "object",
        "description": "Parameters of the list by name, all but `limit`, `cursor`, `sort`, `view` and `count`; one that \
            may be repeated is an array.",
        "maxProperties": 50,
        "additionalProperties": {
            "type": ["string", "number", "boolean", "array"], "maxLength": 200, "maxItems": 100,
            "items": { "type": scalar, "maxLength": 200 }
        },
        "example": { "how_found": ["alumni"], "tag": ["energy"], "do_not_contact": false },
    })
}

impl From<SavedViewRow> for SavedView {
    fn from(row: SavedViewRow) -> Self {
        let SavedViewRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            name,
            name_key: _,
            resource,
            filter,
            sort,
        } = row;
        let results_url = format!("/v1/{}?view={id}", resource.name());
        Self { id, version, created_at, updated_at, name, resource, filter: fields::stored(filter), sort, results_url }
    }
}

impl From<SavedView> for SavedViewInput {
    fn from(view: SavedView) -> Self {
        let SavedView { id: _, version: _, created_at: _, updated_at: _, results_url: _, name, resource, filter, sort } =
            view;
        Self { name, resource, filter, sort }
    }
}

impl SavedViewInput {
    /// The row of a checked input.
    pub fn into_row(
        self,
        workspace_id: WorkspaceId,
        id: SavedViewId,
        version: i32,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    ) -> SavedViewRow {
        let name = self.name.trim().to_owned();
        SavedViewRow {
            workspace_id,
            id,
            version,
            created_at,
            updated_at,
            name_key: text::name_key(&name),
            name,
            resource: self.resource,
            filter: Value::Object(self.filter),
            sort: self.sort,
        }
    }
}
