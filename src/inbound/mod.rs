//! Mail that comes in: answers, bounces and the words of machines, handed in by the mail hook of a platform.
//!
//! `POST GET /v1/inbound-addresses`, `GET DELETE /v1/inbound-addresses/{id}`, `POST /v1/inbound/email`.
//!
//! A hook signs what it hands in with the secret of its address, as Standard Webhooks have it. A mail is read into a
//! `mail::Mail` outside of any transaction, then placed by what it answers, or by who wrote it. The same mail twice is
//! one.
mod addresses;
mod bounce;
mod html;
mod mail;
mod model;
mod quote;
mod receive;
mod reply_kind;
mod routes;
mod signature;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::error::ApiResult;

/// How long a mail is known again.
const KEPT: chrono::Duration = chrono::Duration::days(90);

pub use self::addresses::rekey;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(routes::receive_email)
        .service(addresses::create_inbound_address)
        .service(addresses::list_inbound_addresses)
        .service(addresses::read_inbound_address)
        .service(addresses::delete_inbound_address);
}

/// Forgets by what old mails were known.
pub async fn forget_old(app: &App) -> ApiResult<usize> {
    let before = app.now() - KEPT;
    app.db.single(async |conn| store::forget_mails(conn, before).await).await
}
