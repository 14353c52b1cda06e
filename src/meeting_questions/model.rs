//! Questions of meetings as the database has them and as the API shows and takes them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::WorkspaceId;
use crate::db::schema::meeting_questions;
use crate::goals::GoalId;
use crate::meetings::{MeetingClock, MeetingId};
use crate::questions::{self, QuestionFinding, QuestionId, QuestionRule};
use crate::resource_id;

resource_id!(
    /// Identifies a question of a meeting.
    MeetingQuestionId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = meeting_questions, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct MeetingQuestionRow {
    pub workspace_id: WorkspaceId,
    pub id: MeetingQuestionId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub meeting_id: MeetingId,
    pub question_id: Option<QuestionId>,
    pub goal_id: Option<GoalId>,
    pub text: String,
    pub position: i16,
    pub asked_at: Option<DateTime<Utc>>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answer: Option<String>,
    pub usefulness: Option<i16>,
}

/// What can be written of a question of a meeting.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "meeting_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "text": "What does a night shift in the control room look like?"
}))]
pub struct MeetingQuestionInput {
    #[schema(value_type = Uuid)]
    pub meeting_id: MeetingId,
    /// The question that it is, of the bank or of one's own.
    #[schema(value_type = Option<Uuid>)]
    pub question_id: Option<QuestionId>,
    /// The goal that it serves: of the same meeting, or of the search.
    #[schema(value_type = Option<Uuid>)]
    pub goal_id: Option<GoalId>,
    /// By default that of the question.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub text: Option<String>,
    /// The first to ask is 1; by default the last.
    #[schema(minimum = 1, maximum = 1000, example = 1)]
    pub position: Option<i16>,
    /// What they answered. Markdown.
    #[schema(max_length = 65536)]
    pub answer: Option<String>,
    /// How useful the answer is: 1 is not at all, 5 is very.
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub usefulness: Option<i16>,
}

/// A question of a meeting, asked or not.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MeetingQuestion {
    pub id: MeetingQuestionId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub meeting_id: MeetingId,
    pub question_id: Option<QuestionId>,
    pub goal_id: Option<GoalId>,
    #[schema(example = "What does a night shift in the control room look like?")]
    pub text: String,
    #[schema(example = 1)]
    pub position: i16,
    /// `null` until it was asked.
    pub asked_at: Option<DateTime<Utc>>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answer: Option<String>,
    pub usefulness: Option<i16>,
    /// What speaks against it as it is put here.
    pub findings: Vec<QuestionFinding>,
}

/// Of one of the bank its category, which is not known here, says whether yes or no may be an answer.
fn findings(text: &str, question: Option<QuestionId>) -> Vec<QuestionFinding> {
    let mut found = questions::findings(text, None);
    found.retain(|finding| question.is_none() || finding.rule != QuestionRule::YesOrNo);
    found
}

impl From<MeetingQuestionRow> for MeetingQuestion {
    fn from(row: MeetingQuestionRow) -> Self {
        let MeetingQuestionRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            meeting_id,
            question_id,
            goal_id,
            text,
            position,
            asked_at,
            answered_at,
            answer,
            usefulness,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            meeting_id,
            question_id,
            goal_id,
            findings: findings(&text, question_id),
            text,
            position,
            asked_at,
            answered_at,
            answer,
            usefulness,
        }
    }
}

impl From<MeetingQuestion> for MeetingQuestionInput {
    fn from(question: MeetingQuestion) -> Self {
        Self {
            meeting_id: question.meeting_id,
            question_id: question.question_id,
            goal_id: question.goal_id,
            text: Some(question.text),
            position: Some(question.position),
            answer: question.answer,
            usefulness: question.usefulness,
        }
    }
}

/// A question that was just asked or answered, and how much time the meeting has left.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LiveQuestion {
    #[serde(flatten)]
    pub question: MeetingQuestion,
    pub clock: MeetingClock,
}

/// When it was asked.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskInput {
    /// By the client's clock; now, unless said otherwise or before.
    pub asked_at: Option<DateTime<Utc>>,
}

/// What they answered, and when.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    /// By the client's clock; now, unless said otherwise or before.
    pub answered_at: Option<DateTime<Utc>>,
    /// Markdown; it can come later.
    #[schema(max_length = 65536)]
    pub answer: Option<String>,
    /// How useful the answer is: 1 is not at all, 5 is very.
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub usefulness: Option<i16>,
}

/// How often a question was asked, and how useful its answers were.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    pub asked: i64,
    pub rated: i64,
    /// Of all ratings.
    pub sum: i64,
}

impl Usage {
    /// On average, to one place behind the point.
    pub fn usefulness(self) -> Option<f64> {
        // Both are far below what a float can tell apart.
        #[expect(clippy::cast_precision_loss, reason = "a workspace has few meetings")]
        let average = |usage: Self| (usage.sum as f64 / usage.rated as f64 * 10.0).round() / 10.0;
        (self.rated > 0).then(|| average(self))
    }
}
