//! One test binary: it links once, and everything below shares one throw-away cluster.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod accounts;
mod companies;
mod contacts;
mod frame;
mod imports;
mod people;
mod process;
mod readme;
mod sessions;
mod support;
mod workspaces;
