//! Lint: holds a message against the rules of outreach, the same way each time, without a language model.
//!
//! `POST /v1/lint`, `GET /v1/lint/rules`, `GET PATCH /v1/lint/settings`.
mod checks;
#[cfg(test)]
mod corpus;
mod duration;
mod engine;
mod greeting;
#[cfg(test)]
mod hostile;
mod job;
#[cfg(test)]
mod limits;
mod model;
mod names;
mod particular;
mod pattern;
mod phrases;
mod placeholders;
mod report;
mod routes;
mod rules;
mod service;
mod store;
mod text;
mod thresholds;
mod vacancy;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::engine::{Draft, Mutual, Rules, check};
pub use self::job::JOB;
pub use self::pattern::Phrases;
pub use self::report::{Finding, LintField, Praise, Report, Span};
pub use self::rules::{LintRule, Severity};
pub use self::service::{report, report_of};
pub use self::store::SETTINGS;
pub use self::text::{Text as ReadText, Word};
pub use self::thresholds::LintThresholds;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::lint_message)
        .service(routes::list_lint_rules)
        .service(routes::read_lint_settings)
        .service(routes::patch_lint_settings);
}
