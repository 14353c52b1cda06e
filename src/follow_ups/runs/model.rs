//! Plans at work, as the database has them and as the API shows and takes them.
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::companies::CompanyId;
use crate::contacts::{ContactId, Stage};
use crate::db::schema::follow_up_runs;
use crate::db::{Json, WorkspaceId};
use crate::follow_ups::plans::{FollowUpPlan, PlanId, Step};
use crate::follow_ups::words::ClosedReason;
use crate::messages::MessageId;
use crate::{resource_id, text_enum};

resource_id!(
    /// Identifies a plan at work.
    RunId
);

text_enum! {
    /// Where a plan at work stands.
    FollowUpRunState {
        /// For its message to be sent.
        Waiting = "waiting",
        /// For an answer.
        Running = "running",
        /// `stopped_reason` says why.
        Stopped = "stopped",
        /// All its nudges were sent.
        Finished = "finished",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = follow_up_runs, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct RunRow {
    pub workspace_id: WorkspaceId,
    pub id: RunId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub contact_id: ContactId,
    pub message_id: Option<MessageId>,
    pub plan_id: PlanId,
    pub plan_name: String,
    pub steps: Json<Vec<Step>>,
    pub alternative_after: Option<i32>,
    pub state: FollowUpRunState,
    pub attempt: i16,
    pub step: i16,
    pub started_at: Option<DateTime<Utc>>,
    pub alternative_on: Option<NaiveDate>,
    pub ended_at: Option<DateTime<Utc>>,
    pub stopped_reason: Option<ClosedReason>,
}

impl RunRow {
    /// Waiting for its message.
    pub fn fresh(
        workspace: WorkspaceId,
        id: RunId,
        now: DateTime<Utc>,
        contact_id: ContactId,
        message_id: MessageId,
        plan: FollowUpPlan,
    ) -> Self {
        Self {
            workspace_id: workspace,
            id,
            version: 1,
            created_at: now,
            updated_at: now,
            contact_id,
            message_id: Some(message_id),
            plan_id: plan.id,
            plan_name: plan.name,
            steps: Json(plan.steps),
            alternative_after: plan.try_someone_else_after_business_days,
            state: FollowUpRunState::Waiting,
            attempt: 0,
            step: 0,
            started_at: None,
            alternative_on: None,
            ended_at: None,
            stopped_reason: None,
        }
    }

    /// The nudge that comes next, if one does.
    pub fn next_step(&self) -> Option<&Step> {
        self.steps.0.get(usize::try_from(self.step).ok()?)
    }
}

/// Attaches a plan to a message.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpRunInput {
    /// A message to a contact, sent or not.
    #[schema(value_type = Uuid)]
    pub message_id: MessageId,
    /// The workspace's default, unless said otherwise.
    #[schema(value_type = Option<Uuid>, example = "00000000-0000-7000-8000-000000000002")]
    pub plan_id: Option<PlanId>,
}

/// A plan at work.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowUpRun {
    pub id: RunId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(value_type = Uuid)]
    pub contact_id: ContactId,
    /// The message that it is attached to.
    #[schema(value_type = Option<Uuid>)]
    pub message_id: Option<MessageId>,
    #[schema(value_type = Uuid)]
    pub plan_id: PlanId,
    /// What the plan was called when it was attached.
    #[schema(example = "standard")]
    pub plan_name: String,
    /// Its nudges, as they were when it was attached.
    pub steps: Vec<Step>,
    pub state: FollowUpRunState,
    /// Which try the last message was: 1 is the message itself, 2 the first nudge; 0 as long as it waits.
    #[schema(example = 1)]
    pub attempt: i16,
    /// Nudges that are still to come, the one that waits to be sent among them.
    #[schema(example = 2)]
    pub nudges_left: usize,
    /// When the message was sent.
    pub started_at: Option<DateTime<Utc>>,
    /// The day from which on it is worth to try somebody else at the company, as long as there is no answer; `…/alternatives`
    /// says whom.
    #[schema(example = "2026-03-05")]
    pub try_someone_else_on: Option<NaiveDate>,
    pub ended_at: Option<DateTime<Utc>>,
    pub stopped_reason: Option<ClosedReason>,
}

impl From<RunRow> for FollowUpRun {
    fn from(row: RunRow) -> Self {
        let RunRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            contact_id,
            message_id,
            plan_id,
            plan_name,
            steps: Json(steps),
            alternative_after: _,
            state,
            attempt,
            step,
            started_at,
            alternative_on: try_someone_else_on,
            ended_at,
            stopped_reason,
        } = row;
        let open = matches!(state, FollowUpRunState::Waiting | FollowUpRunState::Running);
        let nudges_left = if open { steps.len().saturating_sub(usize::try_from(step).unwrap_or(0)) } else { 0 };
        Self {
            id,
            version,
            created_at,
            updated_at,
            contact_id,
            message_id,
            plan_id,
            plan_name,
            steps,
            state,
            attempt,
            nudges_left,
            started_at,
            try_someone_else_on,
            ended_at,
            stopped_reason,
        }
    }
}

/// Whom else to try.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowUpAlternatives {
    /// The day from which on it is worth it; `null` where the plan does not say so.
    #[schema(example = "2026-03-05")]
    pub try_someone_else_on: Option<NaiveDate>,
    /// Others who work at the same company now, twenty at most: those whom nobody has written to yet first.
    pub candidates: Vec<FollowUpCandidate>,
}

/// Somebody else at the company.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowUpCandidate {
    #[schema(value_type = Uuid)]
    pub contact_id: ContactId,
    #[schema(example = "Charles Babbage")]
    pub name: String,
    #[schema(value_type = Option<Uuid>)]
    pub company_id: Option<CompanyId>,
    #[schema(example = "Analytical Engines Ltd")]
    pub company_name: Option<String>,
    #[schema(example = "Engineer")]
    pub title: Option<String>,
    pub stage: Stage,
}
