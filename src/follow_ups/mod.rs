//! Follow-ups: what is due for whom, and when. They close by themselves when their reason is gone.
//!
//! `POST GET /v1/follow-ups`, `GET PATCH DELETE /v1/follow-ups/{id}`, `POST /v1/follow-ups/batch`, what can happen to one:
//! `POST /v1/follow-ups/{id}/done`, `/dismiss`, `/snooze`, `/reopen`, and how the workspace counts its days:
//! `GET PATCH /v1/follow-ups/settings`. Meetings make some due by themselves. Plans ask again as long as there is no answer: `/v1/follow-up-plans`, and those that
//! are at work, `/v1/follow-up-runs`. Whoever wants it is mailed what is due: `GET PATCH /v1/follow-ups/digest`.
mod actions;
mod api;
mod digest;
mod due;
mod facts;
mod meetings;
mod model;
mod people;
mod plans;
mod promises;
mod query;
mod reactions;
mod routes;
mod runs;
mod service;
mod settings;
mod store;
mod timeline;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::api::{FollowUp, FollowUpInput};
pub use self::digest::{configure_pages, send_due as send_due_digests};
pub use self::meetings::let_go_past as let_go_past_confirmations;
pub use self::model::FollowUpId;
pub use self::people::{contact_erased, contact_held, contact_merged, contact_unmerged, contacts_renamed, free_texts};
pub use self::plans::{PlanId, ROWS as PLANS, find as find_plan, read_many as read_plans};
pub use self::promises::{Promise, amend_promise, note_promise, withdraw_promise};
pub use self::reactions::react;
pub use self::runs::{ROWS as RUNS, read_many as read_runs, unanswered};
pub use self::service::{RESOURCE, create, due, due_until, purge, read_many, restore, today};
pub use self::settings::{ROWS as SETTINGS, Weekday};
pub use self::store::{ROWS, parties};
pub use self::timeline::timeline;
pub use self::words::{ClosedReason, FollowUpKind, FollowUpSource, FollowUpState};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_follow_up)
        .service(routes::list_follow_ups)
        .service(routes::batch_follow_ups)
        .service(settings::routes::read_follow_up_settings)
        .service(settings::routes::patch_follow_up_settings)
        .service(digest::routes::read_follow_up_digest)
        .service(digest::routes::patch_follow_up_digest)
        .service(routes::read_follow_up)
        .service(routes::patch_follow_up)
        .service(routes::delete_follow_up)
        .service(actions::finish_follow_up)
        .service(actions::dismiss_follow_up)
        .service(actions::snooze_follow_up)
        .service(actions::reopen_follow_up)
        .service(plans::routes::create_follow_up_plan)
        .service(plans::routes::list_follow_up_plans)
        .service(plans::routes::read_follow_up_plan)
        .service(plans::routes::patch_follow_up_plan)
        .service(plans::routes::delete_follow_up_plan)
        .service(runs::routes::create_follow_up_run)
        .service(runs::routes::list_follow_up_runs)
        .service(runs::routes::read_follow_up_run)
        .service(runs::routes::list_follow_up_alternatives)
        .service(runs::routes::stop_follow_up_run);
}
