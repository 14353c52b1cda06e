//! The HTTP server around the application.
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::HttpServer;
use actix_web::dev::Server;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::web::Data;

use super::{pages, routes};
use crate::app::App;
use crate::auth::keys;
use crate::changes::feed;
use crate::http::frame;
use crate::{alerts, bookings, follow_ups};

const PREFLIGHT_SECONDS: usize = 2 * 60 * 60;

/// A server that listens.
pub struct Running {
    pub server: Server,
    pub app: Data<App>,
}

/// Starts to serve; the future in the result runs until the server is stopped.
pub fn serve(app: Data<App>, listener: TcpListener) -> std::io::Result<Running> {
    let state = app.clone();
    let server = HttpServer::new(move || {
        let (routes, _) = routes::routes();
        // The last wrap is the outermost.
        routes
            .app_data(state.clone())
            .configure(alerts::configure_pages)
            .configure(follow_ups::configure_pages)
            .configure(bookings::configure_pages)
            .configure(pages::configure_pages)
            .wrap(from_fn(frame::bound))
            .wrap(Condition::new(state.config.has_cors(), cors(&state)))
            .wrap(from_fn(frame::mark_small_bodies))
            .wrap(Compress::default())
            .wrap(from_fn(frame::frame))
    })
    .workers(app.config.workers)
    .client_request_timeout(app.config.request_timeout)
    .client_disconnect_timeout(Duration::from_secs(2))
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(app.config.shutdown_timeout.as_secs())
    .disable_signals()
    .listen(listener)?
    .run();
    let weak = Arc::downgrade(&app.clone().into_inner());
    actix_web::rt::spawn(feed::watch(weak.clone()));
    actix_web::rt::spawn(keys::watch(weak));
    Ok(Running { server, app })
}

/// Exact origins only, and no cookies: the credential is a header that a page must set itself.
fn cors(app: &App) -> Cors {
    let allowed = ["idempotency-key", "if-match", "if-none-match", "last-event-id", "consistency-token"];
    let allowed = allowed.into_iter().chain(["x-request-id", "traceparent", "prefer"]).map(HeaderName::from_static);
    let exposed = ["ratelimit", "ratelimit-policy", "idempotency-replayed", "consistency-token", "x-request-id"];
    let exposed =
        exposed.into_iter().chain(["deprecation", "sunset", "preference-applied"]).map(HeaderName::from_static);
    let known = [header::ETAG, header::LOCATION, header::LINK, header::RETRY_AFTER, header::CONTENT_DISPOSITION];
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allowed_headers(allowed.chain([header::AUTHORIZATION, header::CONTENT_TYPE]))
        .expose_headers(exposed.chain(known).chain([header::WWW_AUTHENTICATE]))
        .max_age(PREFLIGHT_SECONDS);
    let cors = app.config.cors_origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin));
    if app.config.cors_localhost { cors.allowed_origin_fn(|origin, _| is_localhost(origin)) } else { cors }
}

/// A page of this machine, at whatever port.
fn is_localhost(origin: &HeaderValue) -> bool {
    let url = origin.to_str().ok().and_then(|origin| url::Url::parse(origin).ok());
    url.is_some_and(|url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")))
}
