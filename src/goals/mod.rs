//! Goals: what the seeker wants to learn, from the whole search or from one meeting.
//!
//! `POST GET /v1/goals`, `GET PATCH DELETE /v1/goals/{id}`.
mod model;
mod query;
mod routes;
mod search;
mod service;
mod store;
mod texts;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{Goal, GoalId, GoalInput};
pub use self::search::found;
pub use self::service::{
    RESOURCE, create, meeting_purged, meetings_moved, purge, ranks, read_many, restore, serves, serving,
};
pub use self::store::{ROWS, reindex};
pub use self::texts::free_texts;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_goal)
        .service(routes::list_goals)
        .service(routes::read_goal)
        .service(routes::patch_goal)
        .service(routes::delete_goal);
}
