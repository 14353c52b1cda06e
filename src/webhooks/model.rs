//! Endpoints and deliveries as the database has them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::db::WorkspaceId;
use crate::db::schema::{webhook_deliveries, webhook_endpoints};
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies an endpoint of webhooks.
    EndpointId
);

resource_id!(
    /// Identifies a delivery of a change to an endpoint.
    DeliveryId
);

text_enum! {
    /// Why the service turned an endpoint off.
    DisabledReason {
        /// It answered 410.
        Gone = "gone",
        /// Nothing but failures for five days.
        Failing = "failing",
        /// Whoever made it has left the workspace.
        MakerLeft = "maker_left",
        /// The API key that it was made with was revoked.
        KeyRevoked = "key_revoked",
        /// The API key that it was made with has expired.
        KeyExpired = "key_expired",
        /// The API key that it was made with may read changes no more.
        ScopeLost = "scope_lost",
    }
}

text_enum! {
    /// What an endpoint is told of a change.
    WebhookPayload {
        /// Which resource, and which fields of it.
        Thin = "thin",
        /// The resource itself, too.
        Full = "full",
    }
}

text_enum! {
    /// How far a delivery has come.
    DeliveryState {
        Pending = "pending",
        /// It was answered with 2xx.
        Delivered = "delivered",
        /// No further attempt will be made by itself.
        Failed = "failed",
    }
}

/// No `Debug`: nothing prints a secret by accident, not even an encrypted one.
#[derive(Clone, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = webhook_endpoints, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct EndpointRow {
    pub workspace_id: WorkspaceId,
    pub id: EndpointId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub url: String,
    pub description: Option<String>,
    pub events: Vec<String>,
    pub enabled: bool,
    pub disabled_reason: Option<DisabledReason>,
    pub ordered: bool,
    pub headers: Option<Vec<u8>>,
    pub secret: Vec<u8>,
    pub previous_secret: Option<Vec<u8>>,
    pub previous_until: Option<DateTime<Utc>>,
    pub made_by: Uuid,
    pub payload: WebhookPayload,
    pub made_with: Option<Uuid>,
    /// Those before the previous one, the newest first: each holds as long as was said when it was replaced.
    pub earlier_secrets: Vec<Vec<u8>>,
    pub earlier_until: Vec<DateTime<Utc>>,
}

impl EndpointRow {
    /// The secrets that were replaced and still hold, as they are kept, each with its end; the newest first.
    pub fn overlapping(&self, now: DateTime<Utc>) -> Vec<(Vec<u8>, DateTime<Utc>)> {
        let previous = self.previous_secret.iter().zip(self.previous_until);
        let earlier = self.earlier_secrets.iter().zip(self.earlier_until.iter().copied());
        previous
            .chain(earlier)
            .filter(|(_, until)| *until > now)
            .map(|(sealed, until)| (sealed.clone(), until))
            .collect()
    }
}

#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = webhook_deliveries, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct DeliveryRow {
    pub workspace_id: WorkspaceId,
    pub id: DeliveryId,
    pub endpoint_id: EndpointId,
    pub seq: i64,
    pub kind: String,
    pub resource_id: Uuid,
    pub state: DeliveryState,
    pub created_at: DateTime<Utc>,
    pub next_attempt_at: DateTime<Utc>,
    pub attempts: i32,
    pub last_attempt_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub status: Option<i32>,
    pub latency_ms: Option<i32>,
    pub error: Option<String>,
    pub answer: Option<String>,
}
