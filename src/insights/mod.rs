//! Insights: what was learned in a meeting, of which topic, how sure it is, and what question and goal it answers.
//!
//! `POST GET /v1/insights`, `GET PATCH DELETE /v1/insights/{id}`. The debrief of a meeting writes them all at once.
mod model;
mod query;
mod routes;
mod search;
mod service;
mod store;
mod texts;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{Insight, InsightId, InsightInput};
pub use self::search::found;
pub use self::service::{
    RESOURCE, contact_held, create, delete, goal_purged, meeting_purged, meetings_moved, of_goals, of_meeting,
    of_meetings, purge, question_struck, read, read_many, restore, rewrite,
};
pub use self::store::{ROWS, reindex};
pub use self::texts::free_texts;
pub use self::words::{InsightConfidence, InsightStance};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_insight)
        .service(routes::list_insights)
        .service(routes::read_insight)
        .service(routes::patch_insight)
        .service(routes::delete_insight);
}
