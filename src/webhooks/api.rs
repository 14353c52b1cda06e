//! Endpoints and deliveries as the API shows and takes them.
use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::{Object, ObjectBuilder, Type};
use uuid::Uuid;

use super::model::{DeliveryId, DeliveryRow, DeliveryState, DisabledReason, EndpointId, EndpointRow, WebhookPayload};
use super::payload::WebhookEvent;
use crate::changes::KindFilter;
use crate::error::Fault;
use crate::http::Rules;

/// Headers that say what the request is, or that somebody on the way acts on.
const RESERVED: [&str; 19] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];

/// Where to tell of changes, and of which.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "url": "https://platform.example/hooks/inroad",
    "events": ["contact.*", "meeting.confirmed"],
    "description": "The CRM"
}))]
pub struct WebhookEndpointInput {
    /// `https`; `http` only at hosts that the operator has named (`INROAD_OUTGOING_HOSTS`). Redirects are not followed.
    #[schema(
        min_length = 1,
        max_length = 2048,
        format = "one-line",
        example = "https://platform.example/hooks/inroad"
    )]
    pub url: String,
    /// Kinds of change as `GET /v1/changes` has them, or beginnings such as `contact.*`, each once. None is all of them.
    #[serde(default)]
    #[schema(required = false, max_items = 100, max_length = 100, example = json!(["contact.*", "meeting.confirmed"]))]
    pub events: Vec<String>,
    #[schema(max_length = 500, format = "no-control", example = "The CRM")]
    pub description: Option<String>,
    /// While it is off, nothing is noted down for it: what happened meanwhile can be replayed. Turning it on again begins with
    /// what happens then.
    #[serde(default = "yes")]
    #[schema(required = false, default = true)]
    pub enabled: bool,
    /// Whether a change waits until the one before of the same resource has arrived, or was given up.
    #[serde(default)]
    #[schema(required = false, default = false)]
    pub ordered: bool,
    /// `full`: with each change comes the resource, too (`data.object`), as its `GET` answers it, with notes and addresses:
    /// as far as whoever made the endpoint may read it then.
    #[serde(default = "thin")]
    #[schema(required = false, default = "thin")]
    pub payload: WebhookPayload,
    /// Headers of yours, a credential for a gateway, say: ten at most. Encrypted where they are kept, and never shown again
    /// but by their names. Not those that HTTP and Standard Webhooks need.
    #[serde(default)]
    #[schema(schema_with = header_map)]
    pub headers: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

fn thin() -> WebhookPayload {
    WebhookPayload::Thin
}

fn header_map() -> Object {
    let value = ObjectBuilder::new().schema_type(Type::String).max_length(Some(1024)).build();
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(utoipa::openapi::Schema::from(value)))
        .max_properties(Some(10))
        .examples([serde_json::json!({ "X-Gateway-Key": "2f8a" })])
        .build()
}

impl Rules for WebhookEndpointInput {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, name) in self.events.iter().enumerate() {
            if KindFilter::parse(std::slice::from_ref(name)).is_err() {
                let detail = format!("`{name}` is no kind of change, nor the beginning of one, such as `contact.*`");
                faults.push(Fault::field(format!("/events/{index}"), "not_allowed", detail));
            }
        }
        let mut names = HashSet::new();
        for (name, value) in &self.headers {
            let twice = !names.insert(name.to_ascii_lowercase());
            let twice = twice.then_some("is there twice: in names of headers the case makes no difference");
            if let Some(detail) = wrong_header(name, value).or(twice) {
                let pointer = format!("/headers/{}", name.replace('~', "~0").replace('/', "~1"));
                faults.push(Fault::field(pointer, "not_allowed", detail));
            }
        }
        faults
    }
}

fn wrong_header(name: &str, value: &str) -> Option<&'static str> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let lower = name.to_ascii_lowercase();
    if name.is_empty() || name.len() > 64 || !name.bytes().all(token) {
        return Some("is no name of a header (RFC 9110, 5.1) of 64 characters at most");
    }
    let kept = ["webhook-", "proxy-", "sec-", "access-control-", "x-forwarded-"];
    if RESERVED.contains(&lower.as_str()) || kept.iter().any(|prefix| lower.starts_with(prefix)) {
        return Some("is a header that Inroad, or HTTP, sets itself");
    }
    let visible = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if !visible || value.trim() != value { Some("must be visible ASCII, without spaces around it") } else { None }
}

/// An endpoint, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookEndpoint {
    pub id: EndpointId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "https://platform.example/hooks/inroad")]
    pub url: String,
    pub events: Vec<String>,
    pub description: Option<String>,
    pub enabled: bool,
    /// Why the service turned it off; `null` when you did, or it is on.
    pub disabled_reason: Option<DisabledReason>,
    pub ordered: bool,
    pub payload: WebhookPayload,
    /// The names of your headers.
    #[schema(example = json!(["X-Gateway-Key"]))]
    pub header_names: Vec<String>,
    /// Until when requests are signed by the secret that was replaced last, too. Those before it sign as long as was said
    /// when they were replaced.
    pub previous_secret_until: Option<DateTime<Utc>>,
    /// The user who made it, or last gave it another URL or payload, or turned it on: by their rights it hears of what it
    /// does, and they are told when it is turned off.
    pub made_by: Uuid,
    /// The API key with which they did, if it was one: the endpoint ends with it.
    pub made_with: Option<Uuid>,
}

impl WebhookEndpoint {
    pub fn new(row: EndpointRow, headers: &BTreeMap<String, String>) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            url: row.url,
            events: row.events,
            description: row.description,
            enabled: row.enabled,
            disabled_reason: row.disabled_reason,
            ordered: row.ordered,
            payload: row.payload,
            header_names: headers.keys().cloned().collect(),
            previous_secret_until: row.previous_until,
            made_by: row.made_by,
            made_with: row.made_with,
        }
    }
}

/// An endpoint with its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewWebhookEndpoint {
    #[serde(flatten)]
    pub endpoint: WebhookEndpoint,
    /// `whsec_` and the key in base64, as libraries for Standard Webhooks take it.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: String,
}

/// What was told to an endpoint, and what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookDelivery {
    pub id: DeliveryId,
    /// `webhook-id`: the same at each attempt.
    #[schema(example = "msg_019ab0c46c3e7bd18f570d9a0c0a4b5e")]
    pub webhook_id: String,
    /// The kind of the change.
    #[serde(rename = "type")]
    #[schema(example = "contact.updated")]
    pub kind: String,
    pub resource_id: Uuid,
    pub state: DeliveryState,
    pub created_at: DateTime<Utc>,
    #[schema(example = 1)]
    pub attempts: i32,
    pub last_attempt_at: Option<DateTime<Utc>>,
    /// When it is tried again; `null` when it is not.
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    /// The status of the last answer.
    #[schema(example = 204)]
    pub status: Option<i32>,
    /// How long the last answer took, in milliseconds.
    #[schema(example = 87)]
    pub latency_ms: Option<i32>,
    /// Why there was no answer.
    #[schema(example = "no answer within 15 seconds")]
    pub error: Option<String>,
    /// The first KiB of the last answer.
    pub answer: Option<String>,
}

impl From<DeliveryRow> for WebhookDelivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            webhook_id: super::payload::webhook_id(row.id),
            kind: row.kind,
            resource_id: row.resource_id,
            state: row.state,
            created_at: row.created_at,
            attempts: row.attempts,
            last_attempt_at: row.last_attempt_at,
            next_attempt_at: Some(row.next_attempt_at).filter(|_| row.state == DeliveryState::Pending),
            delivered_at: row.delivered_at,
            status: row.status,
            latency_ms: row.latency_ms,
            error: row.error,
            answer: row.answer,
        }
    }
}

/// A delivery with what was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDeliveryDetails {
    #[serde(flatten)]
    pub delivery: WebhookDelivery,
    pub request: WebhookRequest,
}

/// What is sent. The signature and your headers are left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookRequest {
    #[schema(example = "https://platform.example/hooks/inroad")]
    pub url: String,
    /// Without the resource, of which nothing is kept here. `null` once the change has left the log.
    pub body: Option<WebhookEvent>,
}

/// What to tell again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "from": "2026-03-02T09:00:00Z", "until": "2026-03-02T12:00:00Z" }))]
pub struct WebhookReplayInput {
    /// Changes from this instant on. The log goes back 30 days.
    pub from: DateTime<Utc>,
    /// And before this one; by default until now.
    pub until: Option<DateTime<Utc>>,
    /// By default what arrived already is left out.
    #[serde(default)]
    #[schema(required = false, default = false)]
    pub delivered: bool,
}

/// What will be told again.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookReplay {
    #[schema(example = 42)]
    pub deliveries: usize,
}

/// How it goes with an endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookStatistics {
    /// Deliveries that wait: for their first attempt, or for another.
    #[schema(example = 0)]
    pub pending: i64,
    /// Of the last 24 hours.
    #[schema(example = 1280)]
    pub delivered: i64,
    /// Of the last 24 hours, given up.
    #[schema(example = 0)]
    pub failed: i64,
    /// Of the last 24 hours, half of the answers took so long at most, in milliseconds.
    #[schema(example = 85)]
    pub latency_p50_ms: Option<i32>,
    /// And 99 of a hundred.
    #[schema(example = 420)]
    pub latency_p99_ms: Option<i32>,
    pub last_success_at: Option<DateTime<Utc>>,
    /// Since when nothing has arrived; `null` when it goes well.
    pub failing_since: Option<DateTime<Utc>>,
    /// When the oldest that waits was to be told.
    pub oldest_pending_at: Option<DateTime<Utc>>,
}
