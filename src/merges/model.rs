//! Merges as the database has them and as the API shows them.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contacts::{Contact, ContactId};
use crate::db::WorkspaceId;
use crate::db::schema::contact_merges;
use crate::resource_id;

resource_id!(
    /// Identifies a merge.
    MergeId
);

#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = contact_merges, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct MergeRow {
    pub workspace_id: WorkspaceId,
    pub id: MergeId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub merged_by: Option<Uuid>,
    pub survivor_id: ContactId,
    pub merged_ids: Vec<Uuid>,
    pub before: Value,
    pub after: Value,
    pub moved: Value,
    pub undo_until: DateTime<Utc>,
    pub undone_at: Option<DateTime<Utc>>,
}

/// Which value a field gets: another contact's, or one of your own.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldChoice {
    /// The value of this one of the contacts, as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub from: Option<ContactId>,
    /// This value; `null` clears the field.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub value: Option<Value>,
}

/// Tells `null` from nothing.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Contacts that are one person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "survivor_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "merged_ids": ["019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5f"],
    "fields": { "headline": { "from": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5f" }, "location": { "value": "London" } }
}))]
pub struct MergeInput {
    /// The contact that stays, with its id.
    #[schema(value_type = Uuid)]
    pub survivor_id: ContactId,
    /// Those that become part of it.
    #[schema(min_items = 1, max_items = 20, value_type = Vec<Uuid>)]
    pub merged_ids: Vec<ContactId>,
    /// Choices for single fields of a contact, by their names. For all others the rule is: lists are united, and of
    /// single values the survivor's stays, else the first of the others' is taken.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldChoice>,
}

/// Contacts that became one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Merge {
    pub id: MergeId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The member who merged them.
    pub merged_by: Option<Uuid>,
    #[schema(value_type = Uuid)]
    pub survivor_id: ContactId,
    pub merged_ids: Vec<Uuid>,
    /// Until when it can be undone.
    pub undo_until: DateTime<Utc>,
    pub undone_at: Option<DateTime<Utc>>,
}

/// A field in which the contacts differ.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MergeConflict {
    #[schema(example = "headline")]
    pub field: String,
    /// What each contact has that has something.
    pub values: Vec<ConflictValue>,
    /// What the survivor gets.
    pub chosen: Value,
}

/// What one of the contacts has.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConflictValue {
    #[schema(value_type = Uuid)]
    pub contact_id: ContactId,
    pub value: Value,
}

/// What a merge would come to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MergePreview {
    /// The survivor as it would be.
    pub contact: Contact,
    /// The fields in which the contacts differ.
    pub conflicts: Vec<MergeConflict>,
    /// How much that points at the merged contacts would point at the survivor, by kind.
    #[schema(example = json!({ "connectors": 1, "import_keys": 2 }))]
    pub moved: BTreeMap<String, usize>,
}

/// A merge, and what it came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MergeReport {
    #[serde(flatten)]
    pub merge: Merge,
    /// The survivor as it is now.
    pub contact: Contact,
    /// The fields in which the contacts differed.
    pub conflicts: Vec<MergeConflict>,
    /// How much that pointed at the merged contacts points at the survivor now, by kind.
    #[schema(example = json!({ "connectors": 1, "import_keys": 2 }))]
    pub moved: BTreeMap<String, usize>,
}

/// Something that an undo could not give back.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NotRestored {
    /// The contact that it is about.
    #[schema(value_type = Uuid)]
    pub contact_id: ContactId,
    #[schema(example = "headline")]
    pub field: String,
    #[schema(example = "was changed since the merge and stays as it is")]
    pub detail: String,
}

/// What an undo came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MergeUndone {
    #[serde(flatten)]
    pub merge: Merge,
    /// The survivor as it is now.
    pub contact: Contact,
    /// The contacts that are back.
    pub restored: Vec<Contact>,
    /// What could not be given back, and why.
    pub not_restored: Vec<NotRestored>,
}

impl From<MergeRow> for Merge {
    fn from(row: MergeRow) -> Self {
        let MergeRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            merged_by,
            survivor_id,
            merged_ids,
            before: _,
            after: _,
            moved: _,
            undo_until,
            undone_at,
        } = row;
        Self { id, version, created_at, updated_at, merged_by, survivor_id, merged_ids, undo_until, undone_at }
    }
}
