//! Messages as the API shows and takes them.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{MessageId, MessageRow};
use super::words::{
    MessageChannel, MessageDirection, MessagePurpose, MessageSource, MessageState, MessageWait, OutsideHours, ReplyKind,
};
use crate::contacts::ContactId;
use crate::follow_ups::PlanId;
use crate::lint::Report;
use crate::meetings::MeetingId;
use crate::templates::TemplateId;
use crate::text::lines;

/// What can be written of a message: a draft of the seeker's, or something that came in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "contact_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "channel": "email", "purpose": "introduction",
    "subject": "Fifteen minutes about computing?", "body": "Dear Ada, …"
}))]
pub struct MessageInput {
    /// Whom it goes to or came from.
    #[schema(value_type = Uuid)]
    pub contact_id: ContactId,
    /// An outgoing message begins as a draft, an incoming one is received.
    #[serde(default = "outgoing")]
    pub direction: MessageDirection,
    pub channel: MessageChannel,
    pub purpose: Option<MessagePurpose>,
    /// Of an e-mail.
    #[schema(format = "one-line", max_length = 500, example = "Fifteen minutes about computing?")]
    pub subject: Option<String>,
    #[serde(default, deserialize_with = "lines")]
    #[schema(format = "multi-line", max_length = 65536, example = "Dear Ada, …")]
    pub body: String,
    /// Of an e-mail: whom it goes to, unless said otherwise the contact's primary address, or where it came from.
    #[schema(format = "email", max_length = 254, example = "ada@engines.example")]
    pub address: Option<String>,
    /// The template that its text was made from, as a rendering tells.
    #[schema(value_type = Option<Uuid>)]
    pub template_id: Option<TemplateId>,
    /// And the version of its text; the present one, unless said otherwise.
    #[schema(minimum = 1, example = 1)]
    pub template_version: Option<i32>,
    /// The message with the same contact that it answers.
    #[schema(value_type = Option<Uuid>)]
    pub in_reply_to_id: Option<MessageId>,
    /// The meeting with the same contact that it belongs to.
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    /// Of an outgoing message: the follow-up plan that begins when it goes out, in place of any that runs. Without one,
    /// the workspace's default begins if the message asks for an answer and no plan runs.
    #[schema(value_type = Option<Uuid>, example = "00000000-0000-7000-8000-000000000002")]
    pub follow_up_plan_id: Option<PlanId>,
    /// Of an incoming message. `out_of_office` counts as no answer.
    pub reply_kind: Option<ReplyKind>,
    /// Of an incoming message; now, unless said otherwise.
    pub received_at: Option<DateTime<Utc>>,
}

fn outgoing() -> MessageDirection {
    MessageDirection::Outgoing
}

/// One touch to or from a contact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Message {
    pub id: MessageId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub contact_id: ContactId,
    pub direction: MessageDirection,
    pub channel: MessageChannel,
    pub purpose: Option<MessagePurpose>,
    pub state: MessageState,
    /// The states that can follow.
    pub next_states: Vec<MessageState>,
    pub subject: Option<String>,
    pub body: String,
    pub address: Option<String>,
    /// The template that its text was made from, and the version of that.
    #[schema(value_type = Option<Uuid>)]
    pub template_id: Option<TemplateId>,
    #[schema(example = 1)]
    pub template_version: Option<i32>,
    /// Which try it is: 1, and one more for each message sent since the contact last answered.
    #[schema(example = 1)]
    pub attempt: i16,
    pub in_reply_to_id: Option<MessageId>,
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    /// The follow-up plan that was chosen for it.
    #[schema(value_type = Option<Uuid>)]
    pub follow_up_plan_id: Option<PlanId>,
    pub reply_kind: Option<ReplyKind>,
    /// The `Message-ID` (RFC 5322) of an e-mail, without its angle brackets.
    pub rfc_message_id: Option<String>,
    pub scheduled_at: Option<DateTime<Utc>>,
    pub sent_at: Option<DateTime<Utc>>,
    pub received_at: Option<DateTime<Utc>>,
    /// When it was sent or received; until then, when it shall be sent, or was written.
    pub occurred_at: DateTime<Utc>,
    /// What the rules of outreach found in it when it was last written; `null` of what came in or was imported.
    pub lint: Option<Report>,
    /// Why it failed or bounced.
    pub failure: Option<String>,
    pub source: MessageSource,
    /// By what an import knows it again.
    pub external_key: Option<String>,
    /// Why a scheduled message is not sent yet. `scheduled_at` is then when it is tried next.
    pub waits_for: Option<MessageWait>,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        let next_states = row.next_states();
        let MessageRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            contact_id,
            direction,
            channel,
            purpose,
            state,
            subject,
            body,
            address,
            template_id,
            template_version,
            attempt,
            in_reply_to_id,
            reply_kind,
            rfc_message_id,
            scheduled_at,
            sent_at,
            received_at,
            occurred_at,
            lint,
            failure,
            source,
            external_key,
            waits_for,
            meeting_id,
            follow_up_plan_id,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            contact_id,
            direction,
            channel,
            purpose,
            state,
            next_states,
            subject,
            body,
            address,
            template_id,
            template_version,
            attempt,
            in_reply_to_id,
            meeting_id,
            follow_up_plan_id,
            reply_kind,
            rfc_message_id,
            scheduled_at,
            sent_at,
            received_at,
            occurred_at,
            lint: lint.map(|lint| lint.0),
            failure,
            source,
            external_key,
            waits_for,
        }
    }
}

impl From<Message> for MessageInput {
    fn from(message: Message) -> Self {
        Self {
            contact_id: message.contact_id,
            direction: message.direction,
            channel: message.channel,
            purpose: message.purpose,
            subject: message.subject,
            body: message.body,
            address: message.address,
            template_id: message.template_id,
            template_version: message.template_version,
            in_reply_to_id: message.in_reply_to_id,
            meeting_id: message.meeting_id,
            follow_up_plan_id: message.follow_up_plan_id,
            reply_kind: message.reply_kind,
            received_at: message.received_at,
        }
    }
}

/// When it was sent.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentInput {
    /// Now, unless said otherwise.
    pub sent_at: Option<DateTime<Utc>>,
    /// The follow-up plan that begins with it; as the message says, unless said otherwise.
    #[schema(value_type = Option<Uuid>, example = "00000000-0000-7000-8000-000000000002")]
    pub follow_up_plan_id: Option<PlanId>,
}

/// How it shall be sent.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendInput {
    /// The follow-up plan that begins when it goes out; as the message says, unless said otherwise.
    #[schema(value_type = Option<Uuid>, example = "00000000-0000-7000-8000-000000000002")]
    pub follow_up_plan_id: Option<PlanId>,
}

/// When it shall be sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleInput {
    /// An instant to come.
    #[schema(example = "2030-03-02T09:00:00Z")]
    pub scheduled_at: DateTime<Utc>,
    /// What becomes of a time at which the contact is not awake; `refuse`, unless said otherwise.
    #[serde(default = "refuse")]
    pub outside_hours: OutsideHours,
    /// The follow-up plan that begins when it goes out; as the message says, unless said otherwise.
    #[schema(value_type = Option<Uuid>, example = "00000000-0000-7000-8000-000000000002")]
    pub follow_up_plan_id: Option<PlanId>,
}

fn refuse() -> OutsideHours {
    OutsideHours::Refuse
}

/// Why it did not arrive.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FailureInput {
    /// In the words of whoever refused it.
    #[schema(format = "no-control", max_length = 4096, example = "550 5.1.1 no such user")]
    pub failure: Option<String>,
}

/// An answer that came in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "body": "Happy to. Tuesday at ten?", "reply_kind": "yes" }))]
pub struct ReplyInput {
    /// What they wrote or said.
    #[serde(default, deserialize_with = "lines")]
    #[schema(format = "multi-line", max_length = 65536)]
    pub body: String,
    #[schema(format = "one-line", max_length = 500)]
    pub subject: Option<String>,
    /// `out_of_office` counts as no answer.
    pub reply_kind: Option<ReplyKind>,
    /// As the message that it answers, unless said otherwise.
    pub channel: Option<MessageChannel>,
    /// Where an e-mail came from.
    #[schema(format = "email", max_length = 254)]
    pub address: Option<String>,
    /// Now, unless said otherwise.
    pub received_at: Option<DateTime<Utc>>,
}
