//! Alerts: items of feeds that matched, from unread to kept or dismissed.
//!
//! `GET /v1/alerts`, `GET PATCH /v1/alerts/{id}`, `POST /v1/alerts/mark-read`, `POST /v1/alerts/{id}/talking-point`.
mod model;
mod query;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{Alert, AlertId, AlertState};
pub use self::service::{Found, about, forget_old, raise};
pub use self::store::ROWS;

/// `mark-read` is no alert's id: it goes before them.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::mark_alerts_read)
        .service(routes::list_alerts)
        .service(routes::read_alert)
        .service(routes::patch_alert)
        .service(routes::alert_talking_point);
}
