//! Keys as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{Array, ArrayBuilder, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::scope::Scopes;
use crate::db::WorkspaceId;
use crate::db::schema::{api_key_secrets, api_keys};
use crate::http::page::DEFAULT_LIMIT;
use crate::resource_id;

/// Seconds for which a secret still works that another replaces, unless the caller says otherwise.
const OVERLAP: i64 = 24 * 3600;

resource_id!(
    /// Identifies an API key; it is no secret.
    ApiKeyId
);

#[derive(Debug, Clone, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false, treat_none_as_null = true)]
#[diesel(primary_key(workspace_id, id))]
pub struct ApiKeyRow {
    pub workspace_id: WorkspaceId,
    pub id: ApiKeyId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_by: Uuid,
    pub hint: String,
    pub expires_at: Option<DateTime<Utc>>,
    pub rotated_until: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = api_key_secrets, treat_none_as_default_value = false)]
pub struct SecretRow {
    pub workspace_id: WorkspaceId,
    pub token_hash: Vec<u8>,
    pub api_key_id: ApiKeyId,
    pub valid_until: Option<DateTime<Utc>>,
}

/// What can be written of a key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyInput {
    /// What you call it: the program that has it, say.
    #[schema(min_length = 1, max_length = 200, example = "nightly sync")]
    pub name: String,
    /// What it may do: never more than its maker may at the time. With a key nothing can be done to accounts, members,
    /// invitations and other credentials, and none of them read but who the members are (`workspace:read`).
    #[schema(schema_with = scope_names, example = json!(["contacts:read", "changes:read"]))]
    pub scopes: Vec<String>,
    /// When it ends by itself. Without it a key works until it is revoked.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

fn scope_names() -> Array {
    let names = Scopes::of_keys().names();
    ArrayBuilder::new()
        .items(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)))
        .min_items(Some(1))
        .max_items(Some(100))
        .build()
}

/// A key, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKey {
    pub id: ApiKeyId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "nightly sync")]
    pub name: String,
    #[schema(example = json!(["contacts:read", "changes:read"]))]
    pub scopes: Vec<String>,
    /// The user who made it. It may do what this member may, at most, and ends when they leave.
    pub created_by: Uuid,
    /// How its secret begins.
    #[schema(example = "inr_live_9Hq0")]
    pub hint: String,
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
    /// Until when the secret works that was replaced last.
    #[schema(required)]
    pub rotated_until: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    #[schema(required)]
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A key with its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewApiKey {
    #[serde(flatten)]
    pub api_key: ApiKey,
    /// Send it as `Authorization: Bearer …`. Scanners find leaked ones by `inr_live_[0-9A-Za-z]{49}`.
    #[schema(example = "inr_live_9Hq0uYd3kfC2Vb1ZsX8nT7mRwQ5pLjKgEaOiUyN4xB6cMd2Fh")]
    pub key: String,
}

/// How to replace a secret.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RotateInput {
    /// For how many seconds the secret before works beside the new one: a day unless said otherwise, a week at most. Those
    /// that were replaced earlier work as long as was said then. 0, for one that has leaked, ends them all.
    #[schema(minimum = 0, maximum = 604_800, default = 86_400, example = 3600)]
    pub overlap: i64,
}

impl Default for RotateInput {
    fn default() -> Self {
        Self { overlap: OVERLAP }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ApiKeyQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
}

impl Default for ApiKeyQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None }
    }
}

impl From<ApiKeyRow> for ApiKey {
    fn from(row: ApiKeyRow) -> Self {
        let ApiKeyRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            name,
            scopes,
            created_by,
            hint,
            expires_at,
            rotated_until,
            last_used_at,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            name,
            scopes,
            created_by,
            hint,
            expires_at,
            rotated_until,
            last_used_at,
        }
    }
}

impl From<&ApiKeyRow> for ApiKeyInput {
    fn from(row: &ApiKeyRow) -> Self {
        Self { name: row.name.clone(), scopes: row.scopes.clone(), expires_at: row.expires_at }
    }
}
