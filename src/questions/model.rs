//! Questions as the database has them and as the API shows and takes them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bank::{self, BankQuestion};
use super::lint::{self, QuestionFinding};
use super::words::{QuestionAudience, QuestionCategory, QuestionSource, QuestionStage};
use crate::db::WorkspaceId;
use crate::db::schema::questions;
use crate::meeting_questions::Usage;
use crate::resource_id;

resource_id!(
    /// Identifies a question.
    QuestionId
);

/// A question of the seeker's own.
#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = questions, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct QuestionRow {
    pub workspace_id: WorkspaceId,
    pub id: QuestionId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub based_on_id: Option<QuestionId>,
    pub category: QuestionCategory,
    pub text: String,
    pub stage: QuestionStage,
    pub audience: Vec<QuestionAudience>,
    pub tags: Vec<String>,
    pub follow_up: Option<String>,
    pub folded: String,
}

/// What can be written of a question.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "category": "daily_work", "text": "What does a night shift in the control room look like?", "tags": ["shifts"]
}))]
pub struct QuestionInput {
    /// The question of the bank that it is made from.
    #[schema(value_type = Option<Uuid>)]
    pub based_on_id: Option<QuestionId>,
    pub category: QuestionCategory,
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = r"\S",
        example = "What does a night shift in the control room look like?"
    )]
    pub text: String,
    /// When in a conversation to ask it.
    #[serde(default = "core")]
    pub stage: QuestionStage,
    /// Whom to ask it; anyone, unless said otherwise.
    #[serde(default)]
    #[schema(max_items = 8)]
    pub audience: Vec<QuestionAudience>,
    #[serde(default)]
    #[schema(max_items = 100, min_length = 1, max_length = 100)]
    pub tags: Vec<String>,
    /// What to ask next.
    #[schema(max_length = 500, example = "And the morning after it?")]
    pub follow_up: Option<String>,
}

fn core() -> QuestionStage {
    QuestionStage::Core
}

/// A question to ask.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Question {
    pub id: QuestionId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// A question of the bank is everybody's, and cannot change: make one of your own from it.
    pub source: QuestionSource,
    pub based_on_id: Option<QuestionId>,
    pub category: QuestionCategory,
    #[schema(example = "What does a night shift in the control room look like?")]
    pub text: String,
    pub stage: QuestionStage,
    pub audience: Vec<QuestionAudience>,
    pub tags: Vec<String>,
    pub follow_up: Option<String>,
    /// How often it was asked in meetings of the workspace.
    #[schema(example = 3)]
    pub asked_count: i64,
    /// How useful its answers were, from 1 to 5 on average; `null` until one was rated.
    #[schema(example = 4.5)]
    pub usefulness: Option<f64>,
    /// What speaks against it.
    pub findings: Vec<QuestionFinding>,
}

impl Question {
    pub fn own(row: QuestionRow, usage: Usage) -> Self {
        let QuestionRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            based_on_id,
            category,
            text,
            stage,
            audience,
            tags,
            follow_up,
            folded: _,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            source: QuestionSource::Own,
            based_on_id,
            category,
            findings: lint::check(&text, Some(category)),
            text,
            stage,
            audience,
            tags,
            follow_up,
            asked_count: usage.asked,
            usefulness: usage.usefulness(),
        }
    }

    pub fn of_bank(question: &BankQuestion, usage: Usage) -> Self {
        let BankQuestion { id, category, text, stage, audience, tags, follow_up } = question.clone();
        let written_at = bank::written_at();
        Self {
            id,
            version: 1,
            created_at: written_at,
            updated_at: written_at,
            source: QuestionSource::Bank,
            based_on_id: None,
            category,
            findings: lint::check(&text, Some(category)),
            text,
            stage,
            audience,
            tags,
            follow_up,
            asked_count: usage.asked,
            usefulness: usage.usefulness(),
        }
    }
}

impl From<Question> for QuestionInput {
    fn from(question: Question) -> Self {
        Self {
            based_on_id: question.based_on_id,
            category: question.category,
            text: question.text,
            stage: question.stage,
            audience: question.audience,
            tags: question.tags,
            follow_up: question.follow_up,
        }
    }
}
