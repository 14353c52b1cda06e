//! One attempt to tell an endpoint.
use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

use super::model::{DeliveryRow, EndpointRow};
use super::objects::Objects;
use super::outcome::Attempt;
use super::payload::{WebhookEvent, webhook_id};
use super::sign::{self, Vault};
use crate::app::App;
use crate::changes::ChangeRow;
use crate::error::{ApiError, ApiResult};
use crate::outgoing::{Answer, Ask, Keep, Refusal};

/// Of an answer. Bytes.
const KEPT: usize = 1024;

/// What there is to tell.
pub struct News {
    /// By their numbers.
    pub changes: HashMap<i64, ChangeRow>,
    /// Of an endpoint that asked for them.
    pub objects: Option<Objects>,
}

/// An endpoint, made ready for requests.
pub struct Receiver {
    url: String,
    headers: HeaderMap,
    /// The newest first.
    secrets: Vec<Vec<u8>>,
}

impl Receiver {
    pub fn new(app: &App, row: &EndpointRow) -> ApiResult<Self> {
        let vault = Vault { ring: &app.ring, workspace: row.workspace_id, endpoint: row.id };
        let mut headers = HeaderMap::new();
        for (name, value) in vault.open_headers(row.headers.as_ref())? {
            let name: HeaderName = name.parse().map_err(|error| ApiError::internal(&error))?;
            headers.insert(name, value.parse().map_err(|error| ApiError::internal(&error))?);
        }
        let mut secrets = vec![vault.open("secret", &row.secret)?];
        for (before, _) in row.overlapping(app.now()) {
            secrets.push(vault.open("previous_secret", &before)?);
        }
        Ok(Self { url: row.url.clone(), headers, secrets })
    }

    /// Tells of the change. No connection of the database is held meanwhile.
    pub async fn tell(&self, app: &App, delivery: &DeliveryRow, news: &News) -> Attempt {
        let at = app.now();
        let none = Attempt {
            id: delivery.id,
            attempts: delivery.attempts,
            at,
            status: None,
            latency_ms: None,
            retry_after: None,
            error: None,
            answer: None,
        };
        let Some(change) = news.changes.get(&delivery.seq) else {
            // Nothing can be told any more: as good as given up.
            let error = Some("the change has left the log".to_owned());
            return Attempt { attempts: i32::MAX, error, ..none };
        };
        let answer = self.ask(app, delivery, change.clone(), news.objects.as_ref(), at).await;
        // The wait begins when the attempt has ended.
        let at = app.now();
        let none = Attempt { at, ..none };
        match answer {
            Ok(answer) => answered(none, &answer, at),
            Err(error) => Attempt { error: Some(error), ..none },
        }
    }

    async fn ask(
        &self,
        app: &App,
        delivery: &DeliveryRow,
        change: ChangeRow,
        objects: Option<&Objects>,
        at: DateTime<Utc>,
    ) -> Result<Answer, String> {
        let object = objects.map(|objects| objects.of(&change));
        let body = WebhookEvent::new(app, delivery.workspace_id, change).and_then(|event| match object {
            Some(object) => event.with(object).sent(),
            None => event.sent(),
        });
        let body = body.map_err(|error| error.to_string())?;
        let id = webhook_id(delivery.id);
        let signature = sign::signature(&self.secrets, &id, at.timestamp(), &body);
        let mut headers = self.headers.clone();
        let own = [
            (CONTENT_TYPE, "application/json".to_owned()),
            (HeaderName::from_static("webhook-id"), id),
            (HeaderName::from_static("webhook-timestamp"), at.timestamp().to_string()),
            (HeaderName::from_static("webhook-signature"), signature),
        ];
        for (name, value) in own {
            headers.insert(name, HeaderValue::try_from(value).map_err(|error| error.to_string())?);
        }
        let url = app.outgoing.read_secure(&self.url).map_err(told)?;
        let ask =
            Ask { method: Method::POST, url, headers, body: body.into_bytes(), redirects: 0, keep: Keep::First(KEPT) };
        app.outgoing.send(ask).await.map_err(told)
    }
}

fn told(refusal: Refusal) -> String {
    refusal.to_string()
}

fn answered(none: Attempt, answer: &Answer, at: DateTime<Utc>) -> Attempt {
    let text = String::from_utf8_lossy(&answer.body).replace('\0', "");
    Attempt {
        status: Some(answer.status.as_u16()),
        latency_ms: Some(i32::try_from(answer.took.as_millis()).unwrap_or(i32::MAX)),
        retry_after: answer.headers.get(RETRY_AFTER).and_then(|value| retry_after(value, at)),
        answer: Some(text).filter(|text| !text.is_empty()),
        ..none
    }
}

/// Seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(value: &HeaderValue, now: DateTime<Utc>) -> Option<TimeDelta> {
    let text = value.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // However long that is: it is cut later on.
        return Some(text.parse().ok().and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::MAX));
    }
    Some(DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now)
}
