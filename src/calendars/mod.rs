//! Meetings in other calendars (RFC 5545): each by itself, `GET /v1/meetings/{id}/ics`, and all of them as a feed to
//! subscribe to, `GET /calendar/{token}.ics`.
//!
//! `POST GET /v1/calendar-feeds`, `GET DELETE /v1/calendar-feeds/{id}`. Whoever has the address of a feed reads it, without
//! a credential; only a hash of the secret in it is stored.
mod feed;
mod ics;
mod meeting;
mod model;
mod routes;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::feed::one;
pub use self::ics::{Calendar, Event, Guest, Person};
pub use self::meeting::{Whose, event, guests, uid};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::read_meeting_ics)
        .service(routes::create_calendar_feed)
        .service(routes::list_calendar_feeds)
        .service(routes::read_calendar_feed)
        .service(routes::delete_calendar_feed);
}

/// Outside of `/v1`.
pub fn configure_feeds(config: &mut ServiceConfig) {
    config.service(routes::read_feed);
}
