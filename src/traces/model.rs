//! Traces as the API shows them.
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::contacts::ContactId;
use crate::goals::{Goal, GoalId};
use crate::insights::Insight;
use crate::meeting_questions::MeetingQuestion;
use crate::meetings::{MeetingId, MeetingState};

/// A question with its answer, and what was learned by it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TracedQuestion {
    pub question: MeetingQuestion,
    pub insights: Vec<Insight>,
}

/// The meeting in which something was asked or learned.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TracedMeeting {
    pub id: MeetingId,
    pub state: MeetingState,
    #[schema(example = "Fifteen minutes about site operations")]
    pub title: Option<String>,
    pub starts_at: Option<DateTime<Utc>>,
    pub contact_ids: Vec<ContactId>,
}

/// What one meeting gave for a goal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TraceStep {
    pub meeting: TracedMeeting,
    pub questions: Vec<TracedQuestion>,
    /// What was learned without a question.
    pub insights: Vec<Insight>,
}

/// What was decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TracedDecision {
    /// The goal that it was decided for.
    pub goal_id: GoalId,
    #[schema(example = "I will spend a day on site before I apply for the course.")]
    pub text: String,
    pub decided_at: Option<DateTime<Utc>>,
}

/// From a goal to what was decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GoalTrace {
    pub goal: Goal,
    /// The goal of the search that it serves.
    pub serves: Option<Goal>,
    /// The goals of meetings that serve it, the oldest first.
    pub served_by: Vec<Goal>,
    /// Meeting by meeting, the earliest first: of this goal and of those that serve it.
    pub steps: Vec<TraceStep>,
    /// What was decided for this goal and for those that serve it.
    pub decisions: Vec<TracedDecision>,
    /// Whether this is all: a trace has 200 goals, 500 questions and 1,000 insights at most.
    pub complete: bool,
}

/// From an insight back to the goal, and on to what was decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InsightTrace {
    pub insight: Insight,
    pub meeting: TracedMeeting,
    /// The question that it answers, with the answer.
    pub question: Option<MeetingQuestion>,
    /// The goal that it serves.
    pub goal: Option<Goal>,
    /// The goal of the search that that one serves.
    pub serves: Option<Goal>,
    /// What was decided for these goals.
    pub decisions: Vec<TracedDecision>,
}
