//! What an endpoint is told. It is made from the log, which does not change, and so is the same each time; of one that asked
//! for it the resource comes along as it is by then.
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::DeliveryId;
use super::objects;
use crate::app::App;
use crate::changes::{self, ChangeActor, ChangeRow, ChangedResource, Kind, LoggedChange};
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};

/// Bytes of a body, at most: Standard Webhooks has them below 20 KB.
const MOST: usize = 20_000;

/// A change as webhooks tell of it: which resource, by its id and version, and what of it. Read the resource for the rest, or
/// ask for `full` payloads.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookEvent {
    /// The kind of the change.
    #[serde(rename = "type")]
    #[schema(example = "contact.updated")]
    pub kind: String,
    /// When it happened.
    pub timestamp: DateTime<Utc>,
    pub data: WebhookData,
}

/// What changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookData {
    pub workspace_id: Uuid,
    /// The place in the log, from which `GET /v1/changes?cursor=` goes on.
    #[schema(example = "MTczcJfWx0nYw1mB2s8Qe1dQ")]
    pub cursor: String,
    pub resource: ChangedResource,
    /// The top-level fields that changed, if it was an update.
    #[schema(example = json!(["headline", "tags"]))]
    pub fields: Vec<String>,
    pub actor: ChangeActor,
    /// What else there is to tell, as the log has it.
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
    /// Of endpoints with `full` payloads only: the resource as its `GET` answers it at the time of sending, which may be a
    /// later version than that of the change, and another one at another attempt. `null` when it is gone by then, when whoever
    /// made the endpoint may not read it, when it is of a type that is not told so, and when it is `truncated`.
    #[schema(value_type = Option<Object>)]
    pub object: Option<Value>,
    /// Whether the resource was left out for its size, for a body has less than 20 KB.
    pub truncated: bool,
}

impl WebhookEvent {
    pub fn new(app: &App, workspace: WorkspaceId, row: ChangeRow) -> ApiResult<Self> {
        let cursor = changes::feed::seal(app, workspace, row.seq)?;
        let LoggedChange { kind, occurred_at: timestamp, resource, fields, actor, details, .. } =
            LoggedChange::new(row, cursor.clone());
        Ok(Self {
            kind,
            timestamp,
            data: WebhookData {
                workspace_id: workspace.into(),
                cursor,
                resource,
                fields,
                actor,
                details,
                object: None,
                truncated: false,
            },
        })
    }

    /// With the resource, or that there is none to be had.
    pub fn with(mut self, object: Option<Value>) -> Self {
        self.data.object = object;
        self
    }

    /// As it is sent.
    pub fn sent(mut self) -> ApiResult<String> {
        let text = self.text()?;
        if self.data.object.is_none() || text.len() < MOST {
            return Ok(text);
        }
        (self.data.object, self.data.truncated) = (None, true);
        self.text()
    }

    fn text(&self) -> ApiResult<String> {
        serde_json::to_string(self).map_err(|error| ApiError::internal(&error))
    }
}

/// `webhook-id`.
pub fn webhook_id(id: DeliveryId) -> String {
    format!("msg_{}", Uuid::from(id).simple())
}

/// The section `webhooks` of the document: an entry for each kind of change.
pub fn described() -> Value {
    let entry = |kind: &Kind| {
        let mut properties = json!({ "type": { "const": kind.name() } });
        if let Some(schema) = objects::schema(kind.resource_type()) {
            let object = json!({ "oneOf": [{ "$ref": format!("#/components/schemas/{schema}") }, { "type": "null" }] });
            properties["data"] = json!({ "type": "object", "properties": { "object": object } });
        }
        let event = json!({ "allOf": [
            { "$ref": "#/components/schemas/WebhookEvent" },
            { "type": "object", "properties": properties },
        ] });
        let header = |name: &str, description: &str, example: &str| {
            json!({ "name": name, "in": "header", "required": true, "description": description,
                "schema": { "type": "string", "maxLength": 1024 }, "example": example })
        };
        let operation = json!({
            "operationId": format!("on_{}", kind.name().replace('.', "_")),
            "summary": kind.explanation().lines().next().unwrap_or_default().trim(),
            "description": "Told to endpoints (`/v1/webhook-endpoints`) as Standard Webhooks 1.0.0 has it, at least once.",
            "parameters": [
                header("webhook-id", "The same at each attempt.", "msg_019ab0c46c3e7bd18f570d9a0c0a4b5e"),
                header("webhook-timestamp", "When it was sent, in seconds of the Unix epoch.", "1772442000"),
                header("webhook-signature", "`v1,` and the HMAC-SHA256 over `id.timestamp.body` in base64; two of them, with a \
                    space between, for 24 hours after the secret was replaced.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
            ],
            "requestBody": { "required": true, "content": { "application/json": { "schema": event } } },
            "responses": {
                "2XX": { "description": "It has arrived. Anything else is tried again." },
                "410": { "description": "Never again: the endpoint is turned off." },
            },
        });
        (kind.name().to_owned(), json!({ "post": operation }))
    };
    Value::Object(Kind::ALL.iter().map(entry).collect::<Map<_, _>>())
}
