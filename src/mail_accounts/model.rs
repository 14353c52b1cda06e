//! Mail accounts as the database has them and as the API shows and takes them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::WorkspaceId;
use crate::db::schema::mail_accounts;
use crate::mail::smtp::MailSecurity;

/// No `Debug`: nothing prints a password by accident, not even an encrypted one.
#[derive(Clone, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = mail_accounts, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id))]
pub struct AccountRow {
    pub workspace_id: WorkspaceId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub host: String,
    pub port: i32,
    pub security: MailSecurity,
    pub username: String,
    /// Empty when the account came with an archive, which has none.
    pub password: Vec<u8>,
    pub address: String,
    pub name: Option<String>,
    pub verified_at: Option<DateTime<Utc>>,
    pub failure: Option<String>,
}

/// What is wrong with an account that came with an archive.
pub const NO_PASSWORD: &str = "the account came with an archive, which has no password: put it with one";

/// A mail account to send through.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailAccountInput {
    /// The mail server for outgoing mail (SMTP).
    #[schema(min_length = 1, max_length = 253, pattern = r"^[A-Za-z0-9.:\[\]-]+$", example = "smtp.example.org")]
    pub host: String,
    #[schema(minimum = 1, maximum = 65535, example = 587)]
    pub port: i32,
    pub security: MailSecurity,
    #[schema(min_length = 1, max_length = 320, format = "one-line", example = "ada@engines.example")]
    pub username: String,
    /// Encrypted where it is kept, and never shown again.
    #[schema(format = "password", min_length = 1, max_length = 1024, example = "abcd efgh ijkl mnop")]
    pub password: String,
    /// Messages come from this address.
    #[schema(format = "email", max_length = 254, example = "ada@engines.example")]
    pub address: String,
    /// The name before the address; the sender's, unless said otherwise.
    #[schema(max_length = 200, example = "Ada Lovelace")]
    pub name: Option<String>,
}

/// The mail account that the workspace sends through. Without one `version` is 0, and everything else `null`.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct MailAccount {
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
    #[schema(example = "smtp.example.org")]
    pub host: Option<String>,
    #[schema(example = 587)]
    pub port: Option<i32>,
    pub security: Option<MailSecurity>,
    #[schema(example = "ada@engines.example")]
    pub username: Option<String>,
    #[schema(format = "email", example = "ada@engines.example")]
    pub address: Option<String>,
    pub name: Option<String>,
    /// When a test mail went through it. Until then nothing is sent: neither through it nor through the service's mail server.
    pub verified_at: Option<DateTime<Utc>>,
    /// Why the last test mail did not go, in the words of the mail server.
    pub failure: Option<String>,
}

impl From<AccountRow> for MailAccount {
    fn from(row: AccountRow) -> Self {
        let AccountRow {
            workspace_id: _,
            version,
            created_at,
            updated_at,
            host,
            port,
            security,
            username,
            password,
            address,
            name,
            verified_at,
            failure,
        } = row;
        Self {
            version,
            created_at: Some(created_at),
            updated_at: Some(updated_at),
            host: Some(host),
            port: Some(port),
            security: Some(security),
            username: Some(username),
            address: Some(address),
            name,
            verified_at,
            failure: failure.or_else(|| password.is_empty().then(|| NO_PASSWORD.to_owned())),
        }
    }
}
