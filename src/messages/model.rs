//! Messages as the database has them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::words::{
    MessageChannel, MessageDirection, MessagePurpose, MessageSource, MessageState, MessageWait, ReplyKind,
};
use crate::contacts::ContactId;
use crate::db::schema::messages;
use crate::db::{Json, WorkspaceId};
use crate::follow_ups::PlanId;
use crate::lint::Report;
use crate::meetings::MeetingId;
use crate::resource_id;
use crate::templates::TemplateId;

resource_id!(
    /// Identifies a message.
    MessageId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = messages, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct MessageRow {
    pub workspace_id: WorkspaceId,
    pub id: MessageId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub contact_id: ContactId,
    pub direction: MessageDirection,
    pub channel: MessageChannel,
    pub purpose: Option<MessagePurpose>,
    pub state: MessageState,
    pub subject: Option<String>,
    pub body: String,
    pub address: Option<String>,
    pub template_id: Option<TemplateId>,
    pub template_version: Option<i32>,
    pub attempt: i16,
    pub in_reply_to_id: Option<MessageId>,
    pub reply_kind: Option<ReplyKind>,
    pub rfc_message_id: Option<String>,
    pub scheduled_at: Option<DateTime<Utc>>,
    pub sent_at: Option<DateTime<Utc>>,
    pub received_at: Option<DateTime<Utc>>,
    pub occurred_at: DateTime<Utc>,
    pub lint: Option<Json<Report>>,
    pub failure: Option<String>,
    pub source: MessageSource,
    pub external_key: Option<String>,
    pub waits_for: Option<MessageWait>,
    pub meeting_id: Option<MeetingId>,
    pub follow_up_plan_id: Option<PlanId>,
}

impl MessageRow {
    /// When it happened, or shall happen.
    pub fn occurrence(&self) -> DateTime<Utc> {
        let scheduled = self.scheduled_at.filter(|_| self.state == MessageState::Scheduled);
        self.received_at.or(self.sent_at).or(scheduled).unwrap_or(self.created_at)
    }

    /// A person's, not a machine's.
    pub fn is_answer(&self) -> bool {
        self.direction == MessageDirection::Incoming && self.reply_kind != Some(ReplyKind::OutOfOffice)
    }

    /// What it is called in the trash.
    pub fn title(&self) -> String {
        let line = self.subject.as_deref().or_else(|| self.body.lines().map(str::trim).find(|line| !line.is_empty()));
        line.unwrap_or_else(|| self.channel.name()).chars().take(200).collect()
    }
}
