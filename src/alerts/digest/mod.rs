//! A mail a day or a week with new alerts, for members who want one: `GET PATCH /v1/alerts/digest`, and the page behind
//! the link in the mail, `GET POST /unsubscribe/alerts/{token}`.
mod letter;
mod model;
mod pages;
pub mod routes;
mod service;
mod store;

pub use self::pages::configure as configure_pages;
pub use self::service::send_due;
