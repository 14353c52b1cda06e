//! One test binary: it links once, and everything below shares one throw-away cluster.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod accounts;
mod architecture;
mod authz;
mod changes;
mod companies;
mod contacts;
mod errors;
mod exports;
mod faults;
mod forged;
mod frame;
mod hostile;
mod imports;
mod introductions;
mod lint;
mod messages;
mod migrations;
mod network;
mod openapi;
mod people;
mod process;
mod readme;
mod saved_views;
mod search;
mod sessions;
mod settings;
mod support;
mod tags;
mod timeline;
mod walk;
mod workspaces;
