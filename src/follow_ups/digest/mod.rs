//! A mail a day with what is due, for members who want one: `GET PATCH /v1/follow-ups/digest`, and the page behind the link
//! in the mail, `GET POST /unsubscribe/{token}`.
mod letter;
mod model;
mod pages;
pub mod routes;
mod service;
mod store;

pub use self::pages::configure as configure_pages;
pub use self::service::send_due;
