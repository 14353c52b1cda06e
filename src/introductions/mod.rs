//! Introductions: who named, promised or introduced whom, to a contact or, until there is one, to a name only.
//!
//! `POST GET /v1/introductions`, `GET PATCH DELETE /v1/introductions/{id}`, `POST /v1/introductions/batch`,
//! `POST /v1/introductions/{id}/promise`, `…/make`, `…/decline`, `…/thank`, `…/close-loop`.
mod input;
mod model;
mod people;
mod query;
mod routes;
mod service;
mod state;
mod steps;
mod store;
mod timeline;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::input::IntroductionInput;
pub use self::model::{Introduction, IntroductionId};
pub use self::people::{contact_erased, contact_held, contact_merged, contact_unmerged, free_texts};
pub use self::service::{RESOURCE, create, name_again, of_request, purge, read_many, restore};
pub use self::state::State;
pub use self::steps::{company_gone, let_go_stale, meeting_gone, renamed, request_gone};
pub use self::store::{ROWS, between, companies_named, introducers, parties};
pub use self::timeline::timeline;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_introduction)
        .service(routes::list_introductions)
        .service(routes::batch_introductions)
        .service(routes::read_introduction)
        .service(routes::patch_introduction)
        .service(routes::delete_introduction)
        .service(routes::promise_introduction)
        .service(routes::make_introduction)
        .service(routes::decline_introduction)
        .service(routes::thank_for_introduction)
        .service(routes::close_loop_of_introduction);
}
