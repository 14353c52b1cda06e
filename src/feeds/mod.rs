//! Feeds: news and job offers of the web that are watched for the seeker. What matches becomes an alert.
//!
//! `POST GET /v1/feeds/opml`, `POST GET /v1/feeds`, `GET PATCH DELETE /v1/feeds/{id}`, `POST /v1/feeds/{id}/refresh`.
mod arrival;
mod fetch;
mod lists;
mod matching;
mod model;
mod opml;
mod people;
mod poller;
mod query;
mod read;
mod routes;
mod schedule;
mod service;
mod store;
mod urls;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::matching::MatchRules;
pub use self::model::{FeedId, FeedInput, FeedKind};
pub use self::people::{company_gone, contact_erased, contact_held, contact_merged, contact_unmerged};
pub use self::poller::{poll, poll_due};
pub use self::read::Item;
pub use self::service::{RESOURCE, forget_gone, purge, read_many, restore, told_of};
pub use self::store::{ITEMS, ROWS, Ties, is_web_address, ties};

/// `opml` is no feed's id: it goes before them.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(lists::import_opml)
        .service(lists::export_opml)
        .service(routes::create_feed)
        .service(routes::list_feeds)
        .service(routes::read_watched_feed)
        .service(routes::patch_feed)
        .service(routes::delete_feed)
        .service(routes::refresh_feed);
}
