//! The page behind the link in the mail. Opening it changes nothing, for mail programs open links by themselves; its button,
//! and mail programs that know RFC 8058, send a POST.
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, Path};
use actix_web::{HttpResponse, http::header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::service;
use crate::app::App;
use crate::auth::access;
use crate::changes::Actor;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};

/// What the tokens of these links are bound to.
const BOUND_TO: &str = "unsubscribe from digests";

pub fn configure(config: &mut web::ServiceConfig) {
    let page = web::resource("/unsubscribe/{token}").wrap(from_fn(access::visit));
    config.service(page.route(web::get().to(ask)).route(web::post().to(unsubscribe)));
}

/// Whose digest a link turns off.
#[derive(Debug, Serialize, Deserialize)]
struct Subscription {
    workspace: Uuid,
    user: Uuid,
}

/// The link of a member's mails. It can do nothing but turn them off, and is good for ever.
pub fn link(app: &App, workspace: WorkspaceId, user: Uuid) -> ApiResult<String> {
    let token = app.cursors.seal(BOUND_TO, &Subscription { workspace: workspace.into(), user })?;
    Ok(format!("{}/unsubscribe/{token}", app.base_url))
}

fn subscription(app: &App, token: &str) -> ApiResult<Subscription> {
    app.cursors.open(BOUND_TO, token).map_err(|_| ApiError::not_found())
}

async fn ask(app: Data<App>, token: Path<String>) -> ApiResult<HttpResponse> {
    subscription(&app, &token)?;
    page("Do you want no more mails with what is due?", "<form method=\"post\"><button>No more of them</button></form>")
}

async fn unsubscribe(app: Data<App>, token: Path<String>) -> ApiResult<HttpResponse> {
    let Subscription { workspace, user } = subscription(&app, &token)?;
    let workspace = WorkspaceId::vouched(workspace);
    app.write_as(workspace, Actor::Member(user), async |tx| service::turn_off(tx, user).await).await?;
    page("You get no more mails with what is due.", "")
}

/// A page with a title and, perhaps, a form.
pub fn page(title: &str, rest: &str) -> ApiResult<HttpResponse> {
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Inroad</title><h1>{title}</h1>{rest}\n"
    );
    let mut answer = HttpResponse::Ok();
    Ok(answer.content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, "no-store")).body(text))
}
