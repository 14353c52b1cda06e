//! What an entry is, in the table and on the wire.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::kinds::Kind;
use crate::db::WorkspaceId;
use crate::db::schema::{audit_heads, audit_log};
use crate::http::page::DEFAULT_LIMIT;

#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = audit_log, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct EntryRow {
    pub workspace_id: WorkspaceId,
    pub seq: i64,
    pub occurred_at: DateTime<Utc>,
    pub kind: String,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub subject_id: Option<Uuid>,
    pub fields: Vec<String>,
    pub operation: Option<String>,
    pub reason: Option<String>,
    pub repeated: i32,
    pub origin_digest: Option<Vec<u8>>,
    pub origin_salt: Option<Vec<u8>>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub hash: Vec<u8>,
}

/// The end of a chain, and the last entry that was let go.
#[derive(Debug, HasQuery)]
#[diesel(table_name = audit_heads, check_for_backend(diesel::pg::Pg))]
pub struct HeadRow {
    pub seq: i64,
    pub hash: Vec<u8>,
    pub floor_seq: i64,
    pub floor_hash: Vec<u8>,
}

/// Something that matters for the security of the workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its number in the workspace's log, from 1 on, without gaps.
    #[schema(example = 17)]
    pub seq: i64,
    pub occurred_at: DateTime<Utc>,
    /// What happened; new kinds may come.
    #[schema(example = "member.role_changed")]
    pub kind: String,
    /// `user`, `key`, `anonymous`, `job` or `operator`.
    #[schema(example = "user")]
    pub actor_kind: String,
    /// The user or the API key that did it.
    #[schema(required)]
    pub actor_id: Option<Uuid>,
    /// What it happened to.
    #[schema(required)]
    pub subject_id: Option<Uuid>,
    /// The names of the fields that changed, never their values.
    pub fields: Vec<String>,
    /// The operation that was refused.
    #[schema(required, example = "DELETE /v1/members/{id}")]
    pub operation: Option<String>,
    /// The code of the error that the refusal was.
    #[schema(required, example = "scope_missing")]
    pub reason: Option<String>,
    /// How many events like it the entry stands for: refusals that come too often are counted.
    #[schema(example = 1)]
    pub repeated: i32,
    /// From where, until it is forgotten.
    #[schema(required, example = "203.0.113.9")]
    pub ip_address: Option<String>,
    #[schema(required, example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub user_agent: Option<String>,
    /// SHA-256 over the entry and the hash of the one before, in hexadecimal.
    #[schema(example = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9")]
    pub hash: String,
}

impl From<EntryRow> for AuditEntry {
    fn from(row: EntryRow) -> Self {
        let EntryRow {
            workspace_id: _,
            seq,
            occurred_at,
            kind,
            actor_kind,
            actor_id,
            subject_id,
            fields,
            operation,
            reason,
            repeated,
            origin_digest: _,
            origin_salt: _,
            ip_address,
            user_agent,
            hash,
        } = row;
        Self {
            seq,
            occurred_at,
            kind,
            actor_kind,
            actor_id,
            subject_id,
            fields,
            operation,
            reason,
            repeated,
            ip_address,
            user_agent,
            hash: hex::encode(hash),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
    /// Any of these.
    #[param(inline)]
    pub kind: Vec<Kind>,
    /// By any of these users.
    #[param(max_items = 100)]
    pub actor_id: Vec<Uuid>,
    pub occurred_after: Option<DateTime<Utc>>,
    pub occurred_before: Option<DateTime<Utc>>,
}

impl Default for AuditQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            kind: Vec::new(),
            actor_id: Vec::new(),
            occurred_after: None,
            occurred_before: None,
        }
    }
}

/// The last entry of a page.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct At {
    pub occurred_at: DateTime<Utc>,
    pub seq: i64,
}
