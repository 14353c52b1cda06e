//! Requests as the database has them and as the API shows and takes them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::companies::CompanyId;
use crate::contacts::{Channel, ContactId};
use crate::db::WorkspaceId;
use crate::db::schema::circle_requests;
use crate::introductions::{IntroductionId, IntroductionInput, State};
use crate::text::name_key;
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies a request to a connector.
    CircleRequestId
);

text_enum! {
    /// What the connector said: nobody comes to mind, these people, or ask me later.
    CircleAnswer {
        None = "none",
        Names = "names",
        Later = "later",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = circle_requests, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct CircleRequestRow {
    pub workspace_id: WorkspaceId,
    pub id: CircleRequestId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub connector_id: ContactId,
    pub topic: String,
    pub message: Option<String>,
    pub channel: Option<Channel>,
    pub asked_at: DateTime<Utc>,
    pub answer: Option<CircleAnswer>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answer_text: Option<String>,
    pub notes: Option<String>,
}

/// What can be written of a request: whom the seeker asked, and about what.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "connector_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "topic": "renewable energy", "channel": "in_person",
    "message": "Whom do you know in renewable energy?"
}))]
pub struct CircleRequestInput {
    /// The contact who is asked.
    #[schema(value_type = Uuid)]
    pub connector_id: ContactId,
    /// The field, company or role for which names are sought.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "renewable energy")]
    pub topic: String,
    /// What was said or written.
    #[schema(max_length = 4096, example = "Whom do you know in renewable energy?")]
    pub message: Option<String>,
    pub channel: Option<Channel>,
    /// Now, unless said otherwise.
    pub asked_at: Option<DateTime<Utc>>,
    /// Markdown.
    #[schema(max_length = 65536)]
    pub notes: Option<String>,
}

/// A connector's answer, with the names that it brought.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "answer": "names", "answer_text": "Talk to Tom, he moved over from logistics.",
    "names": [{ "introduced_name": "Tom Hargreaves", "introduced_company_name": "Northwind Renewables", "may_use_name": true }]
}))]
pub struct CircleAnswerInput {
    pub answer: CircleAnswer,
    /// Now, unless said otherwise.
    pub answered_at: Option<DateTime<Utc>>,
    /// What the connector said or wrote.
    #[schema(max_length = 4096)]
    pub answer_text: Option<String>,
    /// Each becomes an introduction by the connector. With `names`, at least one; else none.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub names: Vec<NamedPersonInput>,
}

/// Somebody whom a connector named: a contact, or a name until there is one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedPersonInput {
    /// The contact who was named. Until there is one, `introduced_name` will do.
    #[schema(value_type = Option<Uuid>)]
    pub introduced_id: Option<ContactId>,
    #[schema(max_length = 200, example = "Tom Hargreaves")]
    pub introduced_name: Option<String>,
    /// One of the workspace's companies. Without it, `introduced_company_name` finds or makes one.
    #[schema(value_type = Option<Uuid>)]
    pub introduced_company_id: Option<CompanyId>,
    #[schema(max_length = 200, example = "Northwind Renewables")]
    pub introduced_company_name: Option<String>,
    #[schema(max_length = 200, example = "Site Operations Manager")]
    pub introduced_title: Option<String>,
    #[schema(format = "email", max_length = 254, example = "tom@northwind-renewables.example")]
    pub introduced_email: Option<String>,
    /// Whether the seeker may say who named this person.
    #[serde(default)]
    pub may_use_name: bool,
    /// The connector promised to introduce them, or has done so already.
    #[serde(default = "named")]
    pub state: State,
    /// Markdown.
    #[schema(max_length = 65536)]
    pub notes: Option<String>,
}

fn named() -> State {
    State::Named
}

/// A request to a connector, and what came of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CircleRequest {
    pub id: CircleRequestId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub connector_id: ContactId,
    /// What that contact is called; `null` while it lies in the trash.
    #[schema(example = "Miriam Okafor")]
    pub connector_name: Option<String>,
    #[schema(example = "renewable energy")]
    pub topic: String,
    pub message: Option<String>,
    pub channel: Option<Channel>,
    pub asked_at: DateTime<Utc>,
    /// `null` until there is an answer.
    pub answer: Option<CircleAnswer>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answer_text: Option<String>,
    pub notes: Option<String>,
    /// What it brought, oldest first: `GET /v1/introductions?circle_request_id=` gives them as a whole.
    pub introduction_ids: Vec<IntroductionId>,
}

impl CircleRequest {
    pub fn new(row: CircleRequestRow, connector_name: Option<String>, introduction_ids: Vec<IntroductionId>) -> Self {
        let CircleRequestRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            connector_id,
            topic,
            message,
            channel,
            asked_at,
            answer,
            answered_at,
            answer_text,
            notes,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            connector_id,
            connector_name,
            topic,
            message,
            channel,
            asked_at,
            answer,
            answered_at,
            answer_text,
            notes,
            introduction_ids,
        }
    }
}

impl From<&CircleRequestRow> for CircleRequestInput {
    fn from(row: &CircleRequestRow) -> Self {
        Self {
            connector_id: row.connector_id,
            topic: row.topic.clone(),
            message: row.message.clone(),
            channel: row.channel,
            asked_at: Some(row.asked_at),
            notes: row.notes.clone(),
        }
    }
}

impl NamedPersonInput {
    /// What two have that are the same person: the contact, or the name with the company.
    pub fn key(&self) -> (Option<ContactId>, Option<String>, Option<String>) {
        if self.introduced_id.is_some() {
            return (self.introduced_id, None, None);
        }
        let company = self.introduced_company_id.map(|id| id.to_string());
        let company = company.or(self.introduced_company_name.as_deref().map(name_key));
        (None, self.introduced_name.as_deref().map(name_key), company)
    }

    /// The introduction that the name becomes.
    pub fn by(self, request: &CircleRequestRow, named_at: DateTime<Utc>) -> IntroductionInput {
        let reached = |state: State| (self.state == state).then_some(named_at);
        IntroductionInput {
            introducer_id: request.connector_id,
            introduced_id: self.introduced_id,
            introduced_name: self.introduced_name,
            introduced_company_id: self.introduced_company_id,
            introduced_company_name: self.introduced_company_name,
            introduced_title: self.introduced_title,
            introduced_email: self.introduced_email,
            circle_request_id: Some(request.id),
            meeting_id: None,
            may_use_name: self.may_use_name,
            state: self.state,
            named_at: Some(named_at),
            promised_at: reached(State::Promised),
            made_at: reached(State::Made),
            declined_at: reached(State::Declined),
            thanked_at: None,
            loop_closed_at: None,
            notes: self.notes,
        }
    }
}
