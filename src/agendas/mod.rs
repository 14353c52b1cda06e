//! The agenda of a meeting: timed items, which must fit its duration.
//!
//! `GET PUT /v1/meetings/{id}/agenda`, `POST /v1/meetings/{id}/agenda/preset`, `POST /v1/meetings/{id}/agenda/fit`.
mod fit;
mod model;
mod presets;
mod routes;
mod service;
mod store;
mod texts;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{AgendaItem, AgendaKind, PresetInput};
pub use self::service::{RESOURCE, over, preset, question_struck};
pub use self::store::ROWS;
pub use self::texts::free_texts;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::read_agenda)
        .service(routes::put_agenda)
        .service(routes::preset_agenda)
        .service(routes::fit_agenda);
}
