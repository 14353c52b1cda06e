//! Filters and orders of lists, by name: `POST GET /v1/saved-views`, `GET PATCH DELETE /v1/saved-views/{id}`. A list
//! takes one as `?view=`.
mod apply;
mod model;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::apply::apply;
pub use self::model::{SavedViewInput, ViewResource, filter};
pub use self::service::{after, load, read_many, retag};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_saved_view)
        .service(routes::list_saved_views)
        .service(routes::read_saved_view)
        .service(routes::patch_saved_view)
        .service(routes::delete_saved_view);
}
