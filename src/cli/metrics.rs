//! Prometheus' text format, on a listener of its own: what it tells is not for clients.
use std::net::SocketAddr;

use actix_web::{App, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

use super::{CliResult, text};

/// Seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Starts to count, and to tell.
pub fn serve(listen: SocketAddr) -> CliResult<()> {
    let buckets = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS);
    let handle = buckets.map_err(text)?.install_recorder().map_err(text)?;
    let server = HttpServer::new(move || {
        let handle = handle.clone();
        let tell = move || {
            handle.run_upkeep();
            let body = handle.render();
            async { HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(body) }
        };
        App::new().route("/metrics", web::get().to(tell))
    });
    let server = server.workers(1).disable_signals().bind(listen);
    let server = server.map_err(|error| format!("INROAD_METRICS_LISTEN: cannot listen on {listen}: {error}"))?;
    let listen = server.addrs().first().copied().unwrap_or(listen);
    actix_web::rt::spawn(server.run());
    tracing::info!("metrics are at http://{listen}/metrics");
    Ok(())
}
