//! The agenda of a meeting: timed items, which must fit its duration.
//!
//! `GET PUT /v1/meetings/{id}/agenda`, `POST /v1/meetings/{id}/agenda/preset`, `POST /v1/meetings/{id}/agenda/fit`.
mod export;
mod fit;
mod model;
mod presets;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::export::{AgendaRecord, after, free_texts, load};
pub use self::model::{Agenda, AgendaInput, AgendaItem, AgendaKind};
pub use self::service::{RESOURCE, read};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::read_agenda)
        .service(routes::put_agenda)
        .service(routes::preset_agenda)
        .service(routes::fit_agenda);
}
