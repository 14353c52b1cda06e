//! People who register, and the mail they get.
use inroad::jobs;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Member, Reply, TestApp};

pub const PASSWORD: &str = "a bicycle made of rain";

/// What a sign-in answered, as somebody who can call.
pub fn member(reply: &Reply) -> Member {
    let id = |value: &Value| value.as_str().and_then(|text| Uuid::try_parse(text).ok()).expect("an id");
    Member {
        token: reply.json["access_token"].as_str().expect("a token").to_owned(),
        user: id(&reply.json["user"]["id"]),
        workspace: id(&reply.json["workspace"]["id"]),
        session: Uuid::nil(),
    }
}

pub fn refresh_token(reply: &Reply) -> String {
    reply.json["refresh_token"].as_str().expect("a refresh token").to_owned()
}

impl TestApp {
    pub async fn register(&self, email: &str) -> Reply {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Ada Lovelace" });
        self.post_publicly("/v1/auth/register", body).await.expect(201)
    }

    pub async fn login(&self, email: &str, password: &str) -> Reply {
        self.post_publicly("/v1/auth/login", json!({ "email": email, "password": password })).await
    }

    pub async fn refresh(&self, token: &str) -> Reply {
        self.post_publicly("/v1/auth/refresh", json!({ "refresh_token": token })).await
    }

    /// Runs what is due, and gives the mails that were sent so far, the oldest first.
    pub async fn mails(&self) -> Vec<String> {
        while jobs::run_one(&self.app, &inroad::server::jobs()).await.expect("jobs can be claimed") {}
        let folder = self.app.config.data_dir.join("mail");
        let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        paths.sort();
        let read = |path| std::fs::read_to_string(path).expect("a mail").replace("=\r\n", "").replace("=3D", "=");
        paths.into_iter().map(read).collect()
    }

    /// The token in the newest mail to this address.
    pub async fn mailed_token(&self, to: &str, prefix: &str) -> String {
        let mails = self.mails().await;
        let mail =
            mails.iter().rev().find(|mail| mail.contains(&format!("To: {to}")) || mail.contains(&format!("<{to}>")));
        let mail = mail.unwrap_or_else(|| panic!("no mail to {to} in {mails:?}"));
        let line = mail.lines().map(str::trim).find(|line| line.contains(prefix) && !line.contains("://"));
        line.unwrap_or_else(|| panic!("no {prefix} in {mail}")).to_owned()
    }

    /// A registered user with a verified address.
    pub async fn verified(&self, email: &str) -> Member {
        let reply = self.register(email).await;
        let token = self.mailed_token(email, "inr_ev_").await;
        self.post_publicly("/v1/auth/verify-email", json!({ "token": token })).await.expect(204);
        member(&reply)
    }
}
