//! The page behind the link in the mail.
use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path};

use super::service;
use crate::app::App;
use crate::changes::Actor;
use crate::digests::Mails;
use crate::error::ApiResult;

pub const MAILS: Mails = Mails { bound_to: "unsubscribe from digests", path: "/unsubscribe/", what: "what is due" };
const PATH: &str = "/unsubscribe/{token}";

pub fn configure(config: &mut web::ServiceConfig) {
    config.route(PATH, web::get().to(ask)).route(PATH, web::post().to(unsubscribe));
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
