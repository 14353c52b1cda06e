//! Plans as the database has them and as the API shows and takes them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::db::schema::follow_up_plans;
use crate::db::{Json, WorkspaceId};
use crate::{resource_id, text};

resource_id!(
    /// Identifies a plan.
    PlanId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = follow_up_plans, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct PlanRow {
    pub workspace_id: WorkspaceId,
    pub id: PlanId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
    pub name_key: String,
    pub steps: Json<Vec<Step>>,
    pub alternative_after: Option<i32>,
}

/// A nudge of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FollowUpPlanStep)]
pub struct Step {
    /// Business days after the message before it.
    #[schema(minimum = 1, maximum = 90, example = 7)]
    pub after_business_days: i32,
    /// What the follow-up is called.
    #[schema(format = "one-line", max_length = 200, example = "Ask once more, with the article about storage")]
    pub title: Option<String>,
}

/// Whether a value of JSON is business days to wait for.
pub fn is_wait(value: &Value) -> bool {
    value.as_i64().is_some_and(|days| (1..=90).contains(&days))
}

/// Whether a value of JSON is the nudges of a plan.
pub fn are_steps(value: &Value) -> bool {
    let Ok(steps) = serde_json::from_value::<Vec<Step>>(value.clone()) else { return false };
    steps.len() <= 10 && steps.iter().all(|step| is_wait(&step.after_business_days.into()))
}

/// What can be written of a plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "patient", "steps": [{ "after_business_days": 10 }], "try_someone_else_after_business_days": 5
}))]
pub struct FollowUpPlanInput {
    /// One plan of a name, whatever its case.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S", example = "patient")]
    pub name: String,
    /// The nudges, in order, as long as there is no answer.
    #[schema(max_items = 10)]
    pub steps: Vec<Step>,
    /// Business days after the first message on which it is time to try somebody else at the company; never, unless
    /// said otherwise.
    #[schema(minimum = 1, maximum = 90, example = 3)]
    pub try_someone_else_after_business_days: Option<i32>,
}

/// When to ask again, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FollowUpPlan {
    #[schema(value_type = Uuid)]
    pub id: PlanId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "standard")]
    pub name: String,
    /// Every workspace has it, and nobody can change it.
    #[schema(example = true)]
    pub is_built_in: bool,
    /// The nudges, in order, as long as there is no answer.
    pub steps: Vec<Step>,
    /// Business days after the first message on which it is time to try somebody else at the company.
    #[schema(example = 3)]
    pub try_someone_else_after_business_days: Option<i32>,
}

impl From<PlanRow> for FollowUpPlan {
    fn from(row: PlanRow) -> Self {
        let PlanRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            name,
            name_key: _,
            steps,
            alternative_after: try_someone_else_after_business_days,
        } = row;
        let (is_built_in, steps) = (false, steps.0);
        Self { id, version, created_at, updated_at, name, is_built_in, steps, try_someone_else_after_business_days }
    }
}

impl From<FollowUpPlan> for FollowUpPlanInput {
    fn from(plan: FollowUpPlan) -> Self {
        Self {
            name: plan.name,
            steps: plan.steps,
            try_someone_else_after_business_days: plan.try_someone_else_after_business_days,
        }
    }
}

impl FollowUpPlanInput {
    /// The row of a plan that is written at `now`, its first version unless it was there before.
    pub fn into_row(self, workspace: WorkspaceId, id: PlanId, now: DateTime<Utc>, before: Option<&PlanRow>) -> PlanRow {
        let name = self.name.trim().to_owned();
        PlanRow {
            workspace_id: workspace,
            id,
            version: before.map_or(1, |row| row.version + 1),
            created_at: before.map_or(now, |row| row.created_at),
            updated_at: now,
            name_key: text::name_key(&name),
            name,
            steps: Json(self.steps),
            alternative_after: self.try_someone_else_after_business_days,
        }
    }
}
