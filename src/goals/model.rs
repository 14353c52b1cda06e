//! Goals as the database has them and as the API shows and takes them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::WorkspaceId;
use crate::db::schema::goals;
use crate::meetings::MeetingId;
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies a goal.
    GoalId
);

text_enum! {
    /// What became of a goal.
    GoalOutcome {
        Met = "met",
        Partly = "partly",
        NotMet = "not_met",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = goals, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct GoalRow {
    pub workspace_id: WorkspaceId,
    pub id: GoalId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub meeting_id: Option<MeetingId>,
    pub serves_id: Option<GoalId>,
    pub text: String,
    pub how_known: Option<String>,
    pub rank: i16,
    pub outcome: Option<GoalOutcome>,
    pub outcome_note: Option<String>,
    pub outcome_at: Option<DateTime<Utc>>,
    pub decision: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
}

/// What can be written of a goal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "text": "Whether site operations suits somebody from logistics",
    "how_known": "I can name three tasks that I would do each week, and one that I would hate."
}))]
pub struct GoalInput {
    /// The meeting that it is for. Without one it is a goal of the whole search.
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    /// Of a meeting's goal: the goal of the search that it serves.
    #[schema(value_type = Option<Uuid>)]
    pub serves_id: Option<GoalId>,
    /// What the seeker wants to learn.
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = r"\S",
        example = "Whether site operations suits somebody from logistics"
    )]
    pub text: String,
    /// How the seeker will know.
    #[schema(max_length = 2000, example = "I can name three tasks that I would do each week.")]
    pub how_known: Option<String>,
    /// The most important is 1; by default the last of the search's, or of the meeting's.
    #[schema(minimum = 1, maximum = 1000, example = 1)]
    pub rank: Option<i16>,
    /// What became of it, afterwards.
    pub outcome: Option<GoalOutcome>,
    /// A word why.
    #[schema(max_length = 2000, example = "He told me about the week, not about the winter.")]
    pub outcome_note: Option<String>,
    /// What the seeker has decided by what was learned.
    #[schema(max_length = 2000, example = "I will spend a day on site before I apply for the course.")]
    pub decision: Option<String>,
}

/// Something that the seeker wants to learn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Goal {
    pub id: GoalId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// `null` is a goal of the whole search.
    pub meeting_id: Option<MeetingId>,
    pub serves_id: Option<GoalId>,
    #[schema(example = "Whether site operations suits somebody from logistics")]
    pub text: String,
    pub how_known: Option<String>,
    /// The most important is 1.
    #[schema(example = 1)]
    pub rank: i16,
    pub outcome: Option<GoalOutcome>,
    pub outcome_note: Option<String>,
    /// When that was said.
    pub outcome_at: Option<DateTime<Utc>>,
    pub decision: Option<String>,
    /// When that was said.
    pub decided_at: Option<DateTime<Utc>>,
}

impl From<GoalRow> for Goal {
    fn from(row: GoalRow) -> Self {
        let GoalRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            meeting_id,
            serves_id,
            text,
            how_known,
            rank,
            outcome,
            outcome_note,
            outcome_at,
            decision,
            decided_at,
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            meeting_id,
            serves_id,
            text,
            how_known,
            rank,
            outcome,
            outcome_note,
            outcome_at,
            decision,
            decided_at,
        }
    }
}

impl From<Goal> for GoalInput {
    fn from(goal: Goal) -> Self {
        Self {
            meeting_id: goal.meeting_id,
            serves_id: goal.serves_id,
            text: goal.text,
            how_known: goal.how_known,
            rank: Some(goal.rank),
            outcome: goal.outcome,
            outcome_note: goal.outcome_note,
            decision: goal.decision,
        }
    }
}
