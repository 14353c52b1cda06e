//! What the links are for, and what they are used with.
use chrono::Duration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::users;
use crate::error::Fault;
use crate::http::Rules;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    VerifyEmail,
    ResetPassword,
    /// Proves a new address, which then takes the place of the present one.
    ChangeEmail,
}

impl Purpose {
    /// As the column has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::ChangeEmail => "change_email",
        }
    }

    pub fn lifetime(self) -> Duration {
        match self {
            Self::VerifyEmail | Self::ChangeEmail => Duration::hours(24),
            Self::ResetPassword => Duration::minutes(30),
        }
    }
}

/// A mail is on its way, if there is somebody to get it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailRequested {
    #[schema(example = "If there is an account with this address, a mail is on its way.")]
    pub detail: &'static str,
}

/// A new address, and the password as proof.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailInput {
    #[schema(format = "email", max_length = 254, example = "ada@lovelace.example")]
    pub email: String,
    #[schema(format = "password", max_length = 4096, example = "a bicycle made of rain")]
    pub current_password: String,
}

/// Whose password is forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgotPasswordInput {
    #[schema(format = "email", max_length = 254, example = "ada@example.org")]
    pub email: String,
}

/// A new password, and the token of the mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPasswordInput {
    #[schema(max_length = 200, example = "inr_pr_9Hq0uYd3kfC2Vb1ZsX8nT7mRwQ5pLjKgEaOiUyN4xB6cMd2Fh")]
    pub token: String,
    /// 8 to 1024 characters of any kind; the commonest ones, your name and your address are refused.
    #[schema(format = "password", max_length = 4096, example = "a bicycle made of rain")]
    pub password: String,
}

impl Rules for ResetPasswordInput {
    fn faults(&self) -> Vec<Fault> {
        users::weaknesses("/password", &self.password, "", "")
    }
}

/// The token of the mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmailInput {
    #[schema(max_length = 200, example = "inr_ev_9Hq0uYd3kfC2Vb1ZsX8nT7mRwQ5pLjKgEaOiUyN4xB6cMd2Fh")]
    pub token: String,
}
