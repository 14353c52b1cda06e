//! Who led to whom: the graph of introductions, and the ways into a company.
//!
//! `GET /v1/network/graph`, `GET /v1/companies/{id}/paths`.
mod dot;
mod graph;
mod layout;
mod model;
mod paths;
mod routes;
mod service;
mod store;
mod style;
mod svg;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(config: &mut ServiceConfig) {
    config.service(routes::read_network_graph).service(routes::list_company_paths);
}
