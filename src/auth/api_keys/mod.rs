//! API keys: the credentials of programs, each for one workspace and with some of its maker's rights.
mod model;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::service::revoke_of;
pub use self::store::{credential, note_use};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::list_api_keys)
        .service(routes::create_api_key)
        .service(routes::read_api_key)
        .service(routes::patch_api_key)
        .service(routes::rotate_api_key)
        .service(routes::revoke_api_key);
}
