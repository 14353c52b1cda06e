//! What a session is, in the tables and on the wire, and what a sign-in answers.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::auth::token::OpaqueToken;
use crate::auth::users::{User, UserRow};
use crate::auth::workspaces::MyWorkspace;
use crate::auth::{self};
use crate::db::WorkspaceId;
use crate::db::schema::{refresh_tokens, sessions};
use crate::error::ApiResult;

#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct SessionRow {
    pub id: Uuid,
    pub user_id: Uuid,
    pub workspace_id: WorkspaceId,
    pub created_at: DateTime<Utc>,
    pub signed_in_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub version: i32,
}

#[derive(HasQuery)]
#[diesel(table_name = refresh_tokens, check_for_backend(diesel::pg::Pg))]
pub struct RefreshTokenRow {
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

/// A sign-in on one device.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    pub id: Uuid,
    #[schema(example = 1)]
    pub version: i32,
    /// When somebody signed in.
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// When it last got a new access token.
    pub last_used_at: DateTime<Utc>,
    /// When it ends unless it is used before.
    pub expires_at: DateTime<Utc>,
    /// The session of this request.
    pub current: bool,
    /// From where it was last used.
    #[schema(required, example = "203.0.113.9")]
    pub ip_address: Option<String>,
    #[schema(required, example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub user_agent: Option<String>,
    /// The workspace it is in.
    pub workspace_id: Uuid,
}

impl Session {
    pub fn new(row: SessionRow, current: Uuid) -> Self {
        let SessionRow {
            id,
            user_id: _,
            workspace_id,
            created_at,
            signed_in_at: _,
            last_used_at,
            expires_at,
            ended_at: _,
            ip_address,
            user_agent,
            version,
        } = row;
        let (current, workspace_id) = (id == current, workspace_id.into());
        // Nothing but its use changes a session.
        let updated_at = last_used_at;
        Self {
            id,
            version,
            created_at,
            updated_at,
            last_used_at,
            expires_at,
            current,
            ip_address,
            user_agent,
            workspace_id,
        }
    }
}

/// Who gets tokens for what, as the database has it; signing comes after the commit.
pub struct Grant {
    pub session: Uuid,
    pub user: UserRow,
    pub workspace: MyWorkspace,
    pub refresh: OpaqueToken,
}

/// An access token, and the refresh token for the next one.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// The scheme of access tokens (RFC 6750).
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// For `POST /v1/auth/refresh`, once: that gives another.
    #[schema(example = "inr_rt_9Hq0uYd3kfC2Vb1ZsX8nT7mRwQ5pLjKgEaOiUyN4xB6cMd2Fh")]
    pub refresh_token: String,
    /// What the access token allows, separated by spaces.
    #[schema(example = "account:read account:write workspace:read")]
    pub scope: String,
    pub user: User,
    /// The workspace that the access token is for.
    pub workspace: MyWorkspace,
}

/// An access token for another workspace; the session's refresh token stays as it is.
#[derive(Serialize, ToSchema)]
pub struct Switched {
    pub access_token: String,
    /// The scheme of access tokens (RFC 6750).
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// What the access token allows, separated by spaces.
    #[schema(example = "account:read account:write workspace:read")]
    pub scope: String,
    pub user: User,
    /// The workspace that the access token is for.
    pub workspace: MyWorkspace,
}

impl Grant {
    pub async fn sign(self, app: &App) -> ApiResult<SignedIn> {
        let Self { session, user, workspace, refresh } = self;
        let Switched { access_token, token_type, expires_in, scope, user, workspace } =
            Switched::sign(app, session, user, workspace).await?;
        let refresh_token = refresh.expose().to_owned();
        Ok(SignedIn { access_token, token_type, expires_in, refresh_token, scope, user, workspace })
    }
}

impl Switched {
    pub async fn sign(app: &App, session: Uuid, user: UserRow, workspace: MyWorkspace) -> ApiResult<Self> {
        let scopes = workspace.role.scopes();
        let id = WorkspaceId::vouched(workspace.id);
        Ok(Self {
            access_token: auth::access_token(app, user.id, id, session, scopes).await?,
            token_type: "Bearer",
            expires_in: app.config.access_token_lifetime.num_seconds(),
            scope: scopes.to_string(),
            user: user.into(),
            workspace,
        })
    }
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginInput {
    #[schema(format = "email", max_length = 254, example = "ada@example.org")]
    pub email: String,
    #[schema(format = "password", max_length = 4096, example = "a bicycle made of rain")]
    pub password: String,
    /// The workspace to work in; otherwise the one you used last.
    pub workspace_id: Option<Uuid>,
}

/// A refresh token to use up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshInput {
    #[schema(max_length = 200, example = "inr_rt_9Hq0uYd3kfC2Vb1ZsX8nT7mRwQ5pLjKgEaOiUyN4xB6cMd2Fh")]
    pub refresh_token: String,
    /// The workspace to go on in; otherwise the session stays where it is.
    pub workspace_id: Option<Uuid>,
}

/// Where to go on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchInput {
    pub workspace_id: Uuid,
}
