//! Addresses and mails as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::WorkspaceId;
use crate::db::schema::{inbound_addresses, inbound_mails};
use crate::meetings::MeetingId;
use crate::messages::MessageId;
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies an address at which mail is handed in.
    InboundAddressId
);

text_enum! {
    /// What a mail that came in was.
    InboundOutcome {
        /// An answer to a message.
        Replied = "replied",
        /// A contact wrote without answering anything.
        Received = "received",
        /// A machine answered for a contact; it counts as no answer.
        OutOfOffice = "out_of_office",
        /// A message could not be delivered.
        Bounced = "bounced",
        /// A mail server said that it will go on trying.
        Delayed = "delayed",
        /// A mail server said that it delivered a message or passed it on, or a mail program that it was opened.
        Delivered = "delivered",
        /// Somebody's calendar answered an invitation to a meeting.
        MeetingAnswered = "meeting_answered",
        /// Whoever wrote does not want to be written to again: the address is on the do-not-contact list now.
        Unsubscribed = "unsubscribed",
        /// The seeker's own, or another member's: it answers nothing. Nothing of it is kept.
        Own = "own",
        /// It is from nobody who is known, and answers nothing. Nothing of it is kept.
        Unmatched = "unmatched",
    }
}

/// No `Debug`: nothing prints a secret by accident, not even an encrypted one.
#[derive(Clone, HasQuery, Insertable)]
#[diesel(table_name = inbound_addresses, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct AddressRow {
    pub workspace_id: WorkspaceId,
    pub id: InboundAddressId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
    pub secret: Vec<u8>,
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = inbound_mails, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct MailRow {
    pub workspace_id: WorkspaceId,
    pub digest: Vec<u8>,
    pub received_at: DateTime<Utc>,
    pub outcome: InboundOutcome,
    pub message_id: Option<Uuid>,
}

/// What can be written of an address.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InboundAddressInput {
    /// What you call it.
    #[schema(min_length = 1, max_length = 200, example = "the platform's mail hook")]
    pub name: String,
}

/// Where a mail hook hands mail in for a workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboundAddress {
    pub id: InboundAddressId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "the platform's mail hook")]
    pub name: String,
    /// Whereto the hook sends mail.
    #[schema(
        format = "http-url",
        example = "https://inroad.example/v1/inbound/email?address=019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e"
    )]
    pub url: String,
    /// When a mail with a good signature last came in, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A new address, and the secret that its hook signs with. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewInboundAddress {
    #[serde(flatten)]
    pub address: InboundAddress,
    /// `whsec_` and the key in base64, as libraries for Standard Webhooks take it.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: String,
}

impl InboundAddress {
    pub fn new(row: AddressRow, base_url: &str) -> Self {
        let AddressRow { workspace_id: _, id, version, created_at, updated_at, name, secret: _, last_used_at } = row;
        let url = format!("{base_url}/v1/inbound/email?address={id}");
        Self { id, version, created_at, updated_at, name, url, last_used_at }
    }
}

/// What became of a mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboundResult {
    pub outcome: InboundOutcome,
    /// The message that it became, or that it is about.
    pub message_id: Option<MessageId>,
    /// The meeting that it answers an invitation to.
    pub meeting_id: Option<MeetingId>,
    /// It came in before; nothing was done now.
    pub duplicate: bool,
}
