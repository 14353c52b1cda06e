//! One test binary: it links once, and everything below shares one throw-away cluster.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod accounts;
mod architecture;
mod audit;
mod authz;
mod changes;
mod companies;
mod constraints;
mod contacts;
mod errors;
mod faults;
mod forged;
mod frame;
mod hostile;
mod imports;
mod migrations;
mod openapi;
mod people;
mod process;
mod readme;
mod sessions;
mod settings;
mod statements;
mod support;
mod walk;
mod walls;
mod workspaces;
