//! The page behind the link in the mail.
use actix_web::HttpResponse;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, Path};

use super::service;
use crate::app::App;
use crate::auth::access;
use crate::changes::Actor;
use crate::digests::Mails;
use crate::error::ApiResult;

pub const MAILS: Mails = Mails { bound_to: "unsubscribe from digests", path: "/unsubscribe/", what: "what is due" };
const PATH: &str = "/unsubscribe/{token}";

pub fn configure(config: &mut web::ServiceConfig) {
    let page = web::resource(PATH).wrap(from_fn(access::visit));
    config.service(page.route(web::get().to(ask)).route(web::post().to(unsubscribe)));
}

async fn ask(app: Data<App>, token: Path<String>) -> ApiResult<HttpResponse> {
    MAILS.whose(&app, &token)?;
    Ok(MAILS.question())
}

async fn unsubscribe(app: Data<App>, token: Path<String>) -> ApiResult<HttpResponse> {
    let (workspace, user) = MAILS.whose(&app, &token)?;
    app.write_as(workspace, Actor::Member(user), async |tx| service::turn_off(tx, user).await).await?;
    Ok(MAILS.goodbye())
}
