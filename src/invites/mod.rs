//! Meetings by mail (iMIP, RFC 6047 over RFC 5546): invitations, what changes, what is called off; and the answers of those
//! who are invited.
//!
//! `POST GET /v1/meetings/{id}/invites`. Who was invited once is told of each change, for a calendar that nobody corrects
//! is worse than none. Answers come in by `POST /v1/inbound/email`.
mod job;
mod letter;
mod model;
mod reply;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::job::SendInvite;
pub use self::model::InviteInput;
pub use self::reply::{Reply, read};
pub use self::service::{Way, answer, contact_erased, contact_held, invite, react};

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::send_meeting_invites).service(routes::list_meeting_invites);
}
