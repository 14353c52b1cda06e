//! `/book/{token}`: the page of an invitation. It needs no script, loads nothing, and sets no cookie: the token in its
//! address is all that it takes.
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::form::{self, Sent};
use super::view::{self, Filled, Notice};
use super::visit::Link;
use crate::app::App;
use crate::auth::access;
use crate::error::{ApiError, ApiResult, Code};
use crate::http::body;
use crate::zones;

/// Bytes that a form may have.
const LARGEST: usize = 16 * 1024;

pub fn configure(config: &mut web::ServiceConfig) {
    let page = web::resource("/book/{token}").route(web::get().to(show)).route(web::post().to(submit));
    config.service(page.default_service(web::to(other)));
    config.route("/book/{token}/meeting.ics", web::get().to(calendar));
}

#[derive(Debug, Deserialize)]
struct Shown {
    zone: Option<String>,
    /// What cannot be read is left out, for people do not write it.
    from: Option<String>,
}

async fn show(app: Data<App>, request: HttpRequest, token: Path<String>, query: Query<Shown>) -> HttpResponse {
    let zone = query.zone.as_deref().and_then(zones::zone).map(|zone| zone.name());
    let from = query.from.as_deref().and_then(|from| DateTime::parse_from_rfc3339(from).ok()).map(|at| at.to_utc());
    let unknown = query.zone.is_some() && zone.is_none();
    let notice = unknown.then(|| Notice { wrong: true, text: "There is no such time zone.".to_owned() });
    let page = async {
        access::count_visitor(&app, &request)?;
        draw(&app, &token, (zone, from), StatusCode::OK, notice, Filled::default()).await
    };
    page.await.unwrap_or_else(|error| failed(&error))
}

async fn submit(app: Data<App>, request: HttpRequest, token: Path<String>, payload: Payload) -> HttpResponse {
    let outcome = async {
        access::count_visitor(&app, &request)?;
        body::check_type(&request, &["application/x-www-form-urlencoded"], "accept-post")?;
        let sent = Sent::read(&body::read(&request, &mut payload.into_inner(), LARGEST).await?);
        // Apart, for the compiler counts how deep calls go inside each other.
        Box::pin(act(&app, &request, &token, &sent)).await
    };
    outcome.await.unwrap_or_else(|error| failed(&error))
}

/// Does what a form asks for. The answer is the page by another request, so that reading it again sends nothing again;
/// or the page at once, with what is wrong.
async fn act(app: &App, request: &HttpRequest, token: &str, sent: &Sent) -> ApiResult<HttpResponse> {
    let link = Link::read(token)?;
    let wrong = async |status, text: &str| {
        let notice = Notice { wrong: true, text: text.to_owned() };
        draw(app, token, (sent.zone.as_deref(), sent.from), status, Some(notice), sent.filled()).await
    };
    if form::is_foreign(app, request) {
        return wrong(StatusCode::FORBIDDEN, "That came from another site. Nothing was done.").await;
    }
    if !sent.is_ours(app, token) {
        let text = "The page was open for too long. Nothing was done: please choose again.";
        return wrong(StatusCode::UNPROCESSABLE_ENTITY, text).await;
    }
    let way = link.way(app).await?;
    let done = match (sent.action.as_str(), sent.time()) {
        ("book" | "reschedule", None) => {
            return wrong(StatusCode::UNPROCESSABLE_ENTITY, "Please choose one of the times.").await;
        }
        ("book", Some(time)) => link.write(app, async |tx| link.book(tx, &way, time).await).await,
        ("reschedule", Some(time)) => link.write(app, async |tx| link.reschedule(tx, &way, time).await).await,
        ("cancel", _) => link.write(app, async |tx| link.cancel(tx, sent.note()).await).await,
        ("decline", _) => link.write(app, async |tx| link.decline(tx, sent.note()).await).await,
        ("none_suit", _) => link.write(app, async |tx| link.none_suits(tx, sent.note()).await).await,
        _ => return wrong(StatusCode::UNPROCESSABLE_ENTITY, "That is none of the buttons of this page.").await,
    };
    let error = match done {
        Ok(_) => return Ok(go_back(sent)),
        Err(error) => error,
    };
    let text = match error.code {
        Code::SlotTaken => "Somebody was faster, or the time is not free any more. These times are left.",
        Code::AlreadyBooked => "A time is agreed on already. This is how it stands.",
        Code::ImpossibleTransition => "That is not possible any more. This is how it stands.",
        Code::InvalidFields => "That time is not on offer any more. Please choose another one.",
        _ => return Err(error),
    };
    wrong(error.code.status(), text).await
}

fn go_back(sent: &Sent) -> HttpResponse {
    // Relative to the page's own address, of which a query alone is told.
    let location = sent.zone.as_deref().map_or_else(|| "?".to_owned(), |zone| view::query(zone, None));
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, location)).insert_header((header::CACHE_CONTROL, "no-store")).finish()
}

async fn draw(
    app: &App,
    token: &str,
    (zone, from): (Option<&str>, Option<DateTime<Utc>>),
    status: StatusCode,
    notice: Option<Notice>,
    filled: Filled,
) -> ApiResult<HttpResponse> {
    let booking = Link::read(token)?.look(app, zone, from).await?;
    let calendar = format!("{}/book/{token}/meeting.ics", app.base_url);
    Ok(html(status, view::page(&booking, &form::mark(app, token)?, &calendar, from, notice, filled)?))
}

fn html(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, view::policy()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((HeaderName::from_static("x-robots-tag"), "noindex, nofollow"))
        .insert_header((HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .body(page)
}

/// A page for a failure. What it cannot explain the frame explains as everywhere.
fn failed(error: &ApiError) -> HttpResponse {
    let (title, text) = match error.code {
        Code::NotFound => (
            "This link does not work",
            "It may be incomplete, or not good any more. Ask whoever sent it for another one.",
        ),
        Code::RateLimited => ("Too many requests", "Please try again in a minute."),
        code if code.status().is_server_error() => ("Something went wrong", "Please try again in a moment."),
        _ => ("That could not be read", "Please go back to the page and try again."),
    };
    let page = view::plain(title, text).unwrap_or_else(|_| text.to_owned());
    let mut answer = html(error.code.status(), page);
    for (name, value) in error.headers() {
        answer.headers_mut().insert(name.clone(), value.clone());
    }
    answer
}

/// What was booked, for the visitor's own calendar. It asks nothing of anybody, and names nobody.
async fn calendar(app: Data<App>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    let file = async {
        access::count_visitor(&app, &request)?;
        Link::read(&token)?.calendar(&app).await
    };
    match file.await {
        Ok(text) => HttpResponse::Ok()
            .content_type("text/calendar; charset=utf-8")
            .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"meeting.ics\""))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((HeaderName::from_static("x-robots-tag"), "noindex, nofollow"))
            .body(text),
        Err(error) => failed(&error),
    }
}

async fn other(request: HttpRequest) -> HttpResponse {
    let status =
        if request.method() == Method::OPTIONS { StatusCode::NO_CONTENT } else { StatusCode::METHOD_NOT_ALLOWED };
    let mut answer = match status {
        StatusCode::NO_CONTENT => HttpResponse::build(status).finish(),
        _ => html(
            status,
            view::plain("That is not possible here", "This page can be opened, and its forms sent.")
                .unwrap_or_default(),
        ),
    };
    answer.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD, OPTIONS, POST"));
    answer
}
