//! Times offered to somebody who has no account: a link, and the page behind it, where one of them is booked.
//!
//! For the seeker: `POST GET /v1/meetings/{id}/offers`, `GET /v1/meetings/{id}/offers/{offer_id}`, its
//! `…/slots`, and `POST …/revoke`. For whoever has the link, without a credential: the page
//! `GET POST /book/{token}`, and for frontends that draw their own `GET /v1/bookings/{token}`, `POST …/book`,
//! `/reschedule`, `/cancel`, `/decline`, `/none-suit`.
//!
//! The token in the link names its workspace, so that it is looked up within it, and holds a secret, of which only the
//! hash is stored. Whatever somebody with the link changes, changes by the actor `invited_person`.
mod api;
mod form;
mod model;
mod notice;
mod page;
mod public;
mod routes;
mod service;
mod slots;
mod store;
mod timeline;
mod view;
mod visit;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::api::OfferInput;
pub use self::page::configure as configure_pages;
pub use self::service::{contact_held, create, free_texts};
pub use self::store::ROWS;
pub use self::timeline::timeline;

/// What the change log and the timeline call an offer.
pub const RESOURCE: &str = "meeting_offer";

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::create_meeting_offer)
        .service(routes::list_meeting_offers)
        .service(routes::read_meeting_offer)
        .service(routes::read_meeting_offer_slots)
        .service(routes::revoke_meeting_offer)
        .service(public::read_booking)
        .service(public::book_meeting)
        .service(public::reschedule_booking)
        .service(public::cancel_booking)
        .service(public::decline_booking)
        .service(public::say_none_suits);
}
