//! What an invitation is, in the table, on the wire and in the mail.
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::Role;
use crate::db::WorkspaceId;
use crate::db::schema::invitations;
use crate::mail::SendMail;

pub const LIFETIME: Duration = Duration::days(7);

crate::resource_id!(
    /// An invitation.
    InvitationId
);

#[derive(Debug, HasQuery, Insertable)]
#[diesel(table_name = invitations, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct InvitationRow {
    pub workspace_id: WorkspaceId,
    pub id: InvitationId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub email: String,
    pub email_key: String,
    pub role: String,
    pub token_hash: Vec<u8>,
    pub invited_by: Uuid,
    pub expires_at: DateTime<Utc>,
}

/// Somebody who was invited and has not come yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    pub id: InvitationId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(format = "email", example = "grace@example.org")]
    pub email: String,
    pub role: Role,
    /// The user who invited them.
    pub invited_by: Uuid,
    pub expires_at: DateTime<Utc>,
}

impl From<InvitationRow> for Invitation {
    fn from(row: InvitationRow) -> Self {
        let InvitationRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            email,
            email_key: _,
            role,
            token_hash: _,
            invited_by,
            expires_at,
        } = row;
        let role = Role::from_name(&role);
        Self { id, version, created_at, updated_at, email, role, invited_by, expires_at }
    }
}

/// Whom to invite, and as what.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationInput {
    #[schema(format = "email", max_length = 254, example = "grace@example.org")]
    pub email: String,
    pub role: Role,
}

/// The token of the mail.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInput {
    #[schema(
        max_length = 200,
        example = "019ab0c46c3e7bd18f570d9a0c0a4b5e.inr_inv_9Hq0uYd3kfC2Vb1ZsX8nT7mRwQ5pLjKgEaOiUyN4xB6cMd2Fh"
    )]
    pub token: String,
}

/// `way` says where to go with the token.
pub fn mail(input: &InvitationInput, inviter: &str, workspace: &str, way: &str) -> SendMail {
    let text = format!(
        "Hello,\n\n{inviter} invites you to \"{workspace}\" on Inroad, as {} {}. With an account for this address you \
         can accept.\n\n{way}\n\nThat works for seven days. If you don't know {inviter}, just leave this mail alone.\n",
        if input.role == Role::Viewer { "a" } else { "an" },
        input.role.name(),
    );
    let subject = format!("{inviter} invites you to Inroad");
    SendMail { to: input.email.clone(), to_name: None, subject, text, unsubscribe_url: None }
}
