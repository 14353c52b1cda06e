//! Who sends the requests.
use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::client::{once, request};
use crate::server::Server;

pub const JSON: &str = "Content-Type: application/json\r\n";
const PASSWORD: &str = "a bicycle made of rain";

/// An account with its own workspace.
pub struct User {
    pub token: String,
    pub workspace: String,
}

impl User {
    pub fn register(server: &Server, name: &str) -> Result<Self> {
        let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD, "name": name });
        Self::signed_in(server, "register", &body)
    }

    /// The account of this name in a database that is kept, or a new one.
    pub fn known(server: &Server, name: &str) -> Result<Self> {
        let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        Self::signed_in(server, "login", &body).or_else(|_| Self::register(server, name))
    }

    fn signed_in(server: &Server, how: &str, body: &Value) -> Result<Self> {
        let body = body.to_string();
        let answer = once(server.address, &request("POST", &format!("/v1/auth/{how}"), None, JSON, body.as_bytes()))?;
        Ok(Self { token: text(&answer["access_token"])?, workspace: text(&answer["workspace"]["id"])? })
    }

    pub fn get(&self, path: &str) -> Vec<u8> {
        request("GET", path, Some(&self.token), "", b"")
    }

    /// `headers` is whole lines.
    pub fn patch(&self, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        request("PATCH", path, Some(&self.token), headers, body)
    }

    /// `headers` is whole lines.
    pub fn post(&self, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        request("POST", path, Some(&self.token), headers, body)
    }
}

pub fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("the answer is not as expected")?.to_owned())
}
