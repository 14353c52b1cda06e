//! One search over everything with words: `GET /v1/search`.
//!
//! A resource is searched when its table has the columns `search_words` (made by [`vector`] from the resource's texts)
//! and `deleted_at`, when its slice offers a function that reads what was found, and when `sources` knows both.
mod model;
mod query;
mod routes;
mod sources;
mod store;
mod walk;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::model::{Found, SearchMatch};
pub use self::query::{marks, places, whole_words};
pub use self::store::keep;
pub use self::walk::walk;
pub use self::words::{Place, Text, vector};

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::search);
}
