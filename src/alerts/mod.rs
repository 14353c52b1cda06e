//! Alerts: items of feeds that matched, from unread to kept or dismissed.
//!
//! `GET /v1/alerts`, `GET PATCH /v1/alerts/{id}`, `POST /v1/alerts/mark-read`, `POST /v1/alerts/{id}/talking-point`,
//! `POST /v1/alerts/{id}/research-note`. Whoever wants it is mailed what is new: `GET PATCH /v1/alerts/digest`.
mod digest;
mod model;
mod query;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::digest::{configure_pages, send_due as send_due_digests};
pub use self::model::{Alert, AlertId, AlertState};
pub use self::service::{
    Found, feed_erased, feed_gone, forget_old, has_of_feed, keep, raise, react, read_many, timeline,
};
pub use self::store::ROWS;

/// `digest` and `mark-read` are no alerts' ids: they go before them.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(digest::routes::read_alert_digest)
        .service(digest::routes::patch_alert_digest)
        .service(routes::mark_alerts_read)
        .service(routes::list_alerts)
        .service(routes::read_alert)
        .service(routes::patch_alert)
        .service(routes::alert_research_note)
        .service(routes::alert_talking_point);
}
