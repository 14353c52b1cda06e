//! What is meant to be asked in a meeting, what was asked, and what came back.
//!
//! `POST GET /v1/meeting-questions`, `GET PATCH DELETE /v1/meeting-questions/{id}`,
//! `POST /v1/meeting-questions/{id}/ask`, `/answer`.
mod model;
mod query;
mod routes;
mod service;
mod store;
mod texts;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{AnswerInput, MeetingQuestion, MeetingQuestionId, MeetingQuestionInput, Usage};
pub use self::service::{
    RESOURCE, answer, contact_held, create, find, goal_purged, meeting_purged, meetings_moved, of_goals, of_meeting,
    read_many, usage,
};
pub use self::store::ROWS;
pub use self::texts::free_texts;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_meeting_question)
        .service(routes::list_meeting_questions)
        .service(routes::read_meeting_question)
        .service(routes::patch_meeting_question)
        .service(routes::delete_meeting_question)
        .service(routes::ask_meeting_question)
        .service(routes::answer_meeting_question);
}
