//! The page behind the link in the mail. Opening it changes nothing, for mail programs open links by themselves; its button,
//! and mail programs that know RFC 8058, send a POST.
use actix_web::HttpResponse;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, Path};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::service;
use crate::app::App;
use crate::auth::access;
use crate::changes::Actor;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};
use crate::follow_ups::unsubscribe_page;

/// What the tokens of these links are bound to.
const BOUND_TO: &str = "unsubscribe from alerts";
const PATH: &str = "/unsubscribe/alerts/{token}";

pub fn configure(config: &mut web::ServiceConfig) {
    let page = web::resource(PATH).wrap(from_fn(access::visit));
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
    Ok(format!("{}/unsubscribe/alerts/{token}", app.base_url))
}

fn subscription(app: &App, token: &str) -> ApiResult<Subscription> {
    app.cursors.open(BOUND_TO, token).map_err(|_| ApiError::not_found())
}

async fn ask(app: Data<App>, token: Path<String>) -> ApiResult<HttpResponse> {
    subscription(&app, &token)?;
    unsubscribe_page(
        "Do you want no more mails with new alerts?",
        "<form method=\"post\"><button>No more of them</button></form>",
    )
}

async fn unsubscribe(app: Data<App>, token: Path<String>) -> ApiResult<HttpResponse> {
    let Subscription { workspace, user } = subscription(&app, &token)?;
    let workspace = WorkspaceId::vouched(workspace);
    app.write_as(workspace, Actor::Member(user), async |tx| service::turn_off(tx, user).await).await?;
    unsubscribe_page("You get no more mails with new alerts.", "")
}
