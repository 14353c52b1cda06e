//! What an account is, in the table and on the wire, and what its name and password may be.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::password::{self, WeakPassword};
use crate::db::schema::users;
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::Rules;

/// No `Debug`: nothing prints a password's hash by accident.
#[derive(Clone, HasQuery, Insertable)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct UserRow {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub email: String,
    pub email_key: String,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub name: String,
    pub password_hash: String,
    pub time_zone: String,
    pub locale: String,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    pub id: Uuid,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(format = "email", example = "ada@example.org")]
    pub email: String,
    /// An account works at once; only sending and inviting wait for a verified address.
    pub email_verified: bool,
    #[schema(example = "Ada Lovelace")]
    pub name: String,
    #[schema(format = "time-zone", example = "Europe/Vienna")]
    pub time_zone: String,
    #[schema(format = "language", example = "de-AT")]
    pub locale: String,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        let UserRow { id, version, created_at, updated_at, email, email_verified_at, name, time_zone, locale, .. } =
            row;
        let email_verified = email_verified_at.is_some();
        Self { id, version, created_at, updated_at, email, email_verified, name, time_zone, locale }
    }
}

/// An account to make; its fields are checked.
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub time_zone: Option<String>,
    pub locale: Option<String>,
}

impl NewUser {
    pub fn into_row(self, id: Uuid, now: DateTime<Utc>) -> UserRow {
        UserRow {
            id,
            version: 1,
            created_at: now,
            updated_at: now,
            email_key: email_key(&self.email),
            email: self.email.trim().to_owned(),
            email_verified_at: None,
            name: self.name,
            password_hash: self.password_hash,
            time_zone: self.time_zone.unwrap_or_else(|| "UTC".to_owned()),
            locale: self.locale.unwrap_or_else(|| "en".to_owned()),
        }
    }
}

/// What a new account needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterInput {
    #[schema(format = "email", max_length = 254, example = "ada@example.org")]
    pub email: String,
    /// 8 to 1024 characters of any kind; the commonest ones, your name and your address are refused.
    #[schema(format = "password", max_length = 4096, example = "a bicycle made of rain")]
    pub password: String,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "Ada Lovelace")]
    pub name: String,
    /// An IANA name; `UTC` unless given.
    #[schema(format = "time-zone", example = "Europe/Vienna")]
    pub time_zone: Option<String>,
    /// A BCP 47 tag; `en` unless given.
    #[schema(format = "language", example = "en")]
    pub locale: Option<String>,
}

/// What may be changed of an account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeInput {
    #[schema(min_length = 1, max_length = 200, example = "Ada Lovelace")]
    pub name: String,
    #[schema(format = "time-zone", example = "Europe/Vienna")]
    pub time_zone: String,
    #[schema(format = "language", example = "de-AT")]
    pub locale: String,
}

impl From<&UserRow> for MeInput {
    fn from(row: &UserRow) -> Self {
        Self { name: row.name.clone(), time_zone: row.time_zone.clone(), locale: row.locale.clone() }
    }
}

/// A new password, and the present one as proof.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordInput {
    #[schema(format = "password", max_length = 4096, example = "a bicycle made of rain")]
    pub current_password: String,
    /// 8 to 1024 characters of any kind; the commonest ones, your name and your address are refused.
    #[schema(format = "password", max_length = 4096, example = "forty quiet umbrellas")]
    pub new_password: String,
}

impl Rules for RegisterInput {
    fn faults(&self) -> Vec<Fault> {
        weaknesses("/password", &self.password, &self.email, &self.name)
    }
}

impl Rules for PasswordInput {
    fn faults(&self) -> Vec<Fault> {
        weaknesses("/new_password", &self.new_password, "", "")
    }
}

/// By which addresses are compared.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// A name without blanks around it and with single ones inside; it goes into mails and their headers.
pub fn clean_name(text: &str) -> ApiResult<String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { Err(ApiError::field("/name", "too_short", "must have a visible character")) } else { Ok(name) }
}

/// 422 with every rule that a new password breaks.
pub fn check_password(pointer: &str, password: &str, email: &str, name: &str) -> ApiResult<()> {
    let faults = weaknesses(pointer, password, email, name);
    if faults.is_empty() { Ok(()) } else { Err(ApiError::faults(Code::WeakPassword, "field", faults)) }
}

/// Every rule that a new password breaks. Without address and name it is held against the other rules only.
pub fn weaknesses(pointer: &str, password: &str, email: &str, name: &str) -> Vec<Fault> {
    let fault = |weak: WeakPassword| {
        let detail = match weak {
            WeakPassword::TooShort => format!("must have at least {} characters", password::MIN_CHARACTERS),
            WeakPassword::TooLong => format!("may have {} characters at most", password::MAX_CHARACTERS),
            WeakPassword::Common => "is one of the commonest passwords".to_owned(),
            WeakPassword::ContainsIdentity => "must not be your name or your address".to_owned(),
        };
        Fault::field(pointer.to_owned(), weak.code(), detail)
    };
    password::check_rules(password, email, name).into_iter().map(fault).collect()
}
