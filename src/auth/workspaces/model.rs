//! What a workspace is, in the table and on the wire.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::Role;
use crate::db::WorkspaceId;
use crate::db::schema::workspaces;

#[derive(Debug, HasQuery, Insertable)]
#[diesel(table_name = workspaces, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct WorkspaceRow {
    pub id: WorkspaceId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
}

/// A workspace: the data of one seeker, and those who may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Workspace {
    pub id: Uuid,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "Ada's search")]
    pub name: String,
}

impl From<WorkspaceRow> for Workspace {
    fn from(row: WorkspaceRow) -> Self {
        let WorkspaceRow { id, version, created_at, updated_at, name } = row;
        Self { id: id.into(), version, created_at, updated_at, name }
    }
}

/// A workspace that you are a member of, and your role there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyWorkspace {
    pub id: Uuid,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "Ada's search")]
    pub name: String,
    /// Your role.
    pub role: Role,
}

impl MyWorkspace {
    pub fn new(row: WorkspaceRow, role: Role) -> Self {
        let WorkspaceRow { id, version, created_at, updated_at, name } = row;
        Self { id: id.into(), version, created_at, updated_at, name, role }
    }
}

impl From<(WorkspaceRow, String)> for MyWorkspace {
    fn from((row, role): (WorkspaceRow, String)) -> Self {
        Self::new(row, Role::from_name(&role))
    }
}

/// What may be written of a workspace.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceInput {
    #[schema(min_length = 1, max_length = 200, example = "Ada's search")]
    pub name: String,
}

/// What a new user's own workspace is called.
pub fn default_name(user: &str) -> String {
    let first: String = user.split_whitespace().next().unwrap_or("My").chars().take(100).collect();
    format!("{first}'s search")
}
