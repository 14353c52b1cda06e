//! Insights as the database has them and as the API shows and takes them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::{InsightConfidence, InsightStance};
use crate::db::WorkspaceId;
use crate::db::schema::insights;
use crate::goals::GoalId;
use crate::meeting_questions::MeetingQuestionId;
use crate::meetings::MeetingId;
use crate::resource_id;

resource_id!(
    /// Identifies an insight.
    InsightId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = insights, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct InsightRow {
    pub workspace_id: WorkspaceId,
    pub id: InsightId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub meeting_id: MeetingId,
    pub question_id: Option<MeetingQuestionId>,
    pub goal_id: Option<GoalId>,
    pub topic: String,
    pub stance: InsightStance,
    pub confidence: InsightConfidence,
    pub text: String,
    pub quote: Option<String>,
}

/// What can be written of an insight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "meeting_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "topic": "night shifts", "stance": "mixed",
    "text": "Nights pay a fifth more, and cost two days of sleep each time."
}))]
pub struct InsightInput {
    /// The meeting in which it was learned.
    #[schema(value_type = Uuid)]
    pub meeting_id: MeetingId,
    /// What it is about, in a word or two: the same in each conversation, so that they can be held side by side.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S", example = "night shifts")]
    pub topic: String,
    #[serde(default = "neutral")]
    pub stance: InsightStance,
    #[serde(default = "medium")]
    pub confidence: InsightConfidence,
    /// What was learned.
    #[schema(
        min_length = 1,
        max_length = 2000,
        pattern = r"\S",
        example = "Nights pay a fifth more, and cost two days of sleep each time."
    )]
    pub text: String,
    /// What they said, word for word.
    #[schema(max_length = 2000, example = "You never get used to it, you only get better at it.")]
    pub quote: Option<String>,
    /// The question of the meeting that it answers.
    #[schema(value_type = Option<Uuid>)]
    pub question_id: Option<MeetingQuestionId>,
    /// The goal that it serves, of the meeting or of the search; that of the question, unless said otherwise.
    #[schema(value_type = Option<Uuid>)]
    pub goal_id: Option<GoalId>,
}

pub fn neutral() -> InsightStance {
    InsightStance::Neutral
}

pub fn medium() -> InsightConfidence {
    InsightConfidence::Medium
}

/// Something that was learned in a meeting.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Insight {
    pub id: InsightId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub meeting_id: MeetingId,
    #[schema(example = "night shifts")]
    pub topic: String,
    pub stance: InsightStance,
    pub confidence: InsightConfidence,
    pub text: String,
    pub quote: Option<String>,
    pub question_id: Option<MeetingQuestionId>,
    pub goal_id: Option<GoalId>,
}

impl From<InsightRow> for Insight {
    fn from(row: InsightRow) -> Self {
        let InsightRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            meeting_id,
            question_id,
            goal_id,
            topic,
            stance,
            confidence,
            text,
            quote,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            meeting_id,
            topic,
            stance,
            confidence,
            text,
            quote,
            question_id,
            goal_id,
        }
    }
}

impl From<Insight> for InsightInput {
    fn from(insight: Insight) -> Self {
        Self {
            meeting_id: insight.meeting_id,
            topic: insight.topic,
            stance: insight.stance,
            confidence: insight.confidence,
            text: insight.text,
            quote: insight.quote,
            question_id: insight.question_id,
            goal_id: insight.goal_id,
        }
    }
}
