//! Inroad: a self-hostable REST API for informational interviews. `docs/ARCHITECTURE.md` says how it hangs together.
pub mod app;
pub mod auth;
pub mod changes;
pub mod cli;
pub mod companies;
pub mod config;
pub mod contacts;
pub mod db;
pub mod error;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod transfer;
pub mod trash;
