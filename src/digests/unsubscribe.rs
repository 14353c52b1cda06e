//! The link in such a mail, and the page behind it. Opening it changes nothing, for mail programs open links by
//! themselves; its button, and mail programs that know RFC 8058, send a POST.
use actix_web::HttpResponse;
use actix_web::http::header;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};

/// A kind of mail.
pub struct Mails {
    /// What the tokens of its links are bound to. Never changed: links are good for ever.
    pub bound_to: &'static str,
    /// Where its page is: the token comes behind.
    pub path: &'static str,
    /// What it tells, as in "mails with …".
    pub what: &'static str,
}

/// Whose mails a link turns off.
#[derive(Debug, Serialize, Deserialize)]
struct Subscription {
    workspace: Uuid,
    user: Uuid,
}

impl Mails {
    /// The link of a member's mails. It can do nothing but turn them off.
    pub fn link(&self, app: &App, workspace: WorkspaceId, user: Uuid) -> ApiResult<String> {
        let token = app.cursors.seal(self.bound_to, &Subscription { workspace: workspace.into(), user })?;
        Ok(format!("{}{}{token}", app.base_url, self.path))
    }

    /// Whose mails the link turns off.
    pub fn whose(&self, app: &App, token: &str) -> ApiResult<(WorkspaceId, Uuid)> {
        let opened = app.cursors.open(self.bound_to, token).map_err(|_| ApiError::not_found());
        opened.map(|Subscription { workspace, user }| (WorkspaceId::vouched(workspace), user))
    }

    /// The page that asks.
    pub fn question(&self) -> HttpResponse {
        let form = "<form method=\"post\"><button>No more of them</button></form>";
        page(&format!("Do you want no more mails with {}?", self.what), form)
    }

    /// The page that says that it is done.
    pub fn goodbye(&self) -> HttpResponse {
        page(&format!("You get no more mails with {}.", self.what), "")
    }
}

fn page(title: &str, rest: &str) -> HttpResponse {
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Inroad</title><h1>{title}</h1>{rest}\n"
    );
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, "no-store")).body(text)
}
