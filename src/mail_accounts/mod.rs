//! The workspace's own mail account: what it sends goes through that, and comes from its address.
//!
//! `GET PUT DELETE /v1/mail-account`, `POST /v1/mail-account/verify`.
mod model;
mod routes;
mod service;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::service::{Barred, OwnServer, VerifyMailAccount, WayOut, rekey, way_out};
pub use self::store::{ACCOUNTS, address};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::read_mail_account)
        .service(routes::put_mail_account)
        .service(routes::delete_mail_account)
        .service(routes::verify_mail_account);
}
