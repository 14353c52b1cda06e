//! What a member is, in the tables and on the wire.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::Role;
use crate::db::WorkspaceId;
use crate::db::schema::members;

#[derive(Debug, HasQuery, Insertable)]
#[diesel(table_name = members, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct MemberRow {
    pub workspace_id: WorkspaceId,
    pub user_id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub role: String,
}

/// A member with the name and the address of the account.
#[derive(Debug, Queryable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct NamedMember {
    pub member: MemberRow,
    pub name: String,
    pub email: String,
}

/// A user with a role in the workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// The user's id.
    pub id: Uuid,
    #[schema(example = 1)]
    pub version: i32,
    /// When they joined.
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "Ada Lovelace")]
    pub name: String,
    #[schema(format = "email", example = "ada@example.org")]
    pub email: String,
    pub role: Role,
}

impl From<NamedMember> for Member {
    fn from(named: NamedMember) -> Self {
        let NamedMember { member, name, email } = named;
        let MemberRow { workspace_id: _, user_id, version, created_at, updated_at, role } = member;
        Self { id: user_id, version, created_at, updated_at, name, email, role: Role::from_name(&role) }
    }
}

/// What may be changed of a member.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberInput {
    pub role: Role,
}
