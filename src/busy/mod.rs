//! When the seeker is busy beside the meetings: calendars from files and from URLs, of which nothing but the times is
//! looked at, so that offers avoid them.
//!
//! `POST GET /v1/busy`, `GET PUT DELETE /v1/busy/{id}`, `POST /v1/busy/{id}/refresh`, `GET /v1/free-busy`.
mod clock;
mod expand;
mod model;
mod own_zone;
mod recurrence;
mod routes;
mod service;
mod store;
mod subscription;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::clock::instant;
pub use self::service::{FollowCalendar, follow_later, refresh, taken};
pub use self::store::ROWS;
pub use self::subscription::{FetchCalendar, fetch_due, rekey};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_busy_calendar)
        .service(routes::list_busy_calendars)
        .service(routes::read_busy_calendar)
        .service(routes::put_busy_calendar)
        .service(routes::delete_busy_calendar)
        .service(routes::refresh_busy_calendar)
        .service(routes::read_free_busy);
}
