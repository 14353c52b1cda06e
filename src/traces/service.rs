//! Puts a trace together from what the slices tell: a few statements, however long it is.
use std::collections::HashMap;

use futures_util::try_join;

use super::model::{GoalTrace, InsightTrace, TraceStep, TracedDecision, TracedMeeting, TracedQuestion};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::goals::{self, Goal, GoalId};
use crate::insights::{self, Insight, InsightId};
use crate::meeting_questions::{self, MeetingQuestion, MeetingQuestionId};
use crate::meetings::{self, Meeting, MeetingId};

/// Goals that serve one, questions and insights of a trace.
const GOALS: i64 = 200;
const QUESTIONS: i64 = 500;
const INSIGHTS: i64 = 1_000;

pub async fn of_goal(conn: &Conn, workspace: WorkspaceId, id: GoalId) -> ApiResult<GoalTrace> {
    let goal = goals::read_many(conn, workspace, &[id]).await?.pop().ok_or_else(ApiError::not_found)?;
    let (mut served_by, served) = try_join!(
        goals::serving(conn, workspace, id, GOALS + 1),
        goals::read_many(conn, workspace, goal.serves_id.as_slice())
    )?;
    let mut complete = cut(&mut served_by, GOALS);
    let ids: Vec<GoalId> = std::iter::once(id).chain(served_by.iter().map(|goal| goal.id)).collect();
    let mut questions = meeting_questions::of_goals(conn, workspace, &ids, QUESTIONS + 1).await?;
    complete &= cut(&mut questions, QUESTIONS);
    let asked: Vec<MeetingQuestionId> = questions.iter().map(|question| question.id).collect();
    let mut learned = insights::of_goals(conn, workspace, &ids, &asked, INSIGHTS + 1).await?;
    complete &= cut(&mut learned, INSIGHTS);
    let met =
        questions.iter().map(|question| question.meeting_id).chain(learned.iter().map(|insight| insight.meeting_id));
    let mut met: Vec<MeetingId> = met.collect();
    met.sort_unstable();
    met.dedup();
    let meetings = meetings::read_many(conn, workspace, &met).await?;
    let decisions = std::iter::once(&goal).chain(&served_by).filter_map(decision).collect();
    let steps = steps(meetings, questions, learned);
    Ok(GoalTrace { goal, serves: served.into_iter().next(), served_by, steps, decisions, complete })
}

/// Leaves so many, and tells whether that is all.
fn cut<T>(list: &mut Vec<T>, most: i64) -> bool {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let complete = list.len() <= most;
    list.truncate(most);
    complete
}

/// Meeting by meeting, the earliest first; those without a time by when they were proposed.
fn steps(mut meetings: Vec<Meeting>, questions: Vec<MeetingQuestion>, learned: Vec<Insight>) -> Vec<TraceStep> {
    meetings
        .sort_by_key(|meeting| (meeting.started_at.or(meeting.starts_at).unwrap_or(meeting.created_at), meeting.id));
    let mut asked: HashMap<MeetingId, Vec<TracedQuestion>> = HashMap::new();
    let mut by_question: HashMap<MeetingQuestionId, Vec<Insight>> = HashMap::new();
    let mut alone: HashMap<MeetingId, Vec<Insight>> = HashMap::new();
    let known: Vec<MeetingQuestionId> = questions.iter().map(|question| question.id).collect();
    for insight in learned {
        match insight.question_id.filter(|id| known.contains(id)) {
            Some(id) => by_question.entry(id).or_default().push(insight),
            None => alone.entry(insight.meeting_id).or_default().push(insight),
        }
    }
    for question in questions {
        let insights = by_question.remove(&question.id).unwrap_or_default();
        asked.entry(question.meeting_id).or_default().push(TracedQuestion { question, insights });
    }
    let step = |meeting: Meeting| TraceStep {
        questions: asked.remove(&meeting.id).unwrap_or_default(),
        insights: alone.remove(&meeting.id).unwrap_or_default(),
        meeting: meeting.into(),
    };
    meetings.into_iter().map(step).collect()
}

impl From<Meeting> for TracedMeeting {
    fn from(meeting: Meeting) -> Self {
        let Meeting { id, state, title, starts_at, contact_ids, .. } = meeting;
        Self { id, state, title, starts_at, contact_ids }
    }
}

fn decision(goal: &Goal) -> Option<TracedDecision> {
    let text = goal.decision.clone()?;
    Some(TracedDecision { goal_id: goal.id, text, decided_at: goal.decided_at })
}

pub async fn of_insight(conn: &Conn, workspace: WorkspaceId, id: InsightId) -> ApiResult<InsightTrace> {
    let insight = insights::read(conn, workspace, id).await?;
    let by = async {
        match insight.question_id {
            Some(id) => meeting_questions::find(conn, workspace, id).await,
            None => Ok(None),
        }
    };
    let met = [insight.meeting_id];
    let (question, mut meetings) = try_join!(by, meetings::read_many(conn, workspace, &met))?;
    let meeting = meetings.pop().ok_or_else(ApiError::not_found)?.into();
    let aim = insight.goal_id.or(question.as_ref().and_then(|question| question.goal_id));
    let goal = goals::read_many(conn, workspace, aim.as_slice()).await?.pop();
    let served = goal.as_ref().and_then(|goal| goal.serves_id);
    let serves = goals::read_many(conn, workspace, served.as_slice()).await?.pop();
    let decisions = goal.iter().chain(&serves).filter_map(decision).collect();
    Ok(InsightTrace { insight, meeting, question, goal, serves, decisions })
}
