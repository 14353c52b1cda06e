//! Questions to ask: the bank that comes with the program, and the seeker's own.
//!
//! `POST GET /v1/questions`, `GET PATCH DELETE /v1/questions/{id}`, `POST /v1/questions/lint`.
mod bank;
mod export;
mod lint;
mod model;
mod query;
mod routes;
mod service;
mod store;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::export::{DERIVED, after, free_texts, load};
pub use self::lint::{QuestionFinding, QuestionRule, check as findings};
pub use self::model::{QuestionId, QuestionInput};
pub use self::service::{RESOURCE, counted, purge, read_many, restore, text};

/// `lint` is no question's id: it goes before them.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::lint_question)
        .service(routes::create_question)
        .service(routes::list_questions)
        .service(routes::read_question)
        .service(routes::patch_question)
        .service(routes::delete_question);
}
