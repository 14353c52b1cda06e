//! Agendas as the database has them and as the API shows and takes them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::schema::agendas;
use crate::db::{Json, WorkspaceId};
use crate::meeting_questions::MeetingQuestionId;
use crate::meetings::MeetingId;
use crate::text_enum;

text_enum! {
    /// What the minutes of an item are for.
    AgendaKind {
        Thanks = "thanks",
        Questions = "questions",
        /// "Who else should I talk to?"
        WhoElse = "who_else",
        NextStep = "next_step",
        Other = "other",
        /// For what takes longer than one thought.
        Spare = "spare",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = agendas, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(primary_key(workspace_id, meeting_id))]
pub struct AgendaRow {
    pub workspace_id: WorkspaceId,
    pub meeting_id: MeetingId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub items: Json<Vec<AgendaItem>>,
}

/// A timed part of a meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "questions", "minutes": 10, "question_ids": [] }))]
pub struct AgendaItem {
    pub kind: AgendaKind,
    #[schema(max_length = 200, example = "The week of a site manager")]
    pub title: Option<String>,
    #[schema(minimum = 1, maximum = 480, example = 10)]
    pub minutes: u16,
    /// The questions of the meeting that belong here, in their order.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    pub question_ids: Vec<MeetingQuestionId>,
}

/// What can be written of an agenda.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "items": [
    { "kind": "thanks", "minutes": 1 }, { "kind": "questions", "minutes": 10 }, { "kind": "who_else", "minutes": 2 },
    { "kind": "next_step", "minutes": 1 }, { "kind": "spare", "minutes": 1 }
] }))]
pub struct AgendaInput {
    /// In their order. Together they fit the duration of the meeting.
    #[schema(max_items = 50)]
    pub items: Vec<AgendaItem>,
}

/// How the minutes of a meeting are to be spent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Agenda {
    pub meeting_id: MeetingId,
    /// 0 until it is written for the first time.
    #[schema(example = 1)]
    pub version: i32,
    pub updated_at: Option<DateTime<Utc>>,
    pub items: Vec<AgendaItem>,
    /// What the items take together.
    #[schema(example = 15)]
    pub total_minutes: i32,
    /// That of the meeting.
    #[schema(example = 15)]
    pub duration_minutes: i16,
    /// By how much it does not fit any more, because the meeting became shorter.
    #[schema(example = 0)]
    pub over_minutes: i32,
}

/// What the items take together.
pub fn total(items: &[AgendaItem]) -> i32 {
    items.iter().map(|item| i32::from(item.minutes)).sum()
}

impl Agenda {
    pub fn new(meeting_id: MeetingId, row: Option<AgendaRow>, duration_minutes: i16) -> Self {
        let (version, updated_at, items) = match row {
            Some(AgendaRow { workspace_id: _, meeting_id: _, version, created_at: _, updated_at, items }) => {
                (version, Some(updated_at), items.0)
            }
            None => (0, None, Vec::new()),
        };
        let total_minutes = total(&items);
        let over_minutes = (total_minutes - i32::from(duration_minutes)).max(0);
        Self { meeting_id, version, updated_at, items, total_minutes, duration_minutes, over_minutes }
    }
}

/// Which preset.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresetInput {
    /// 15, 20 or 30; by default the longest that fits the meeting.
    #[schema(minimum = 15, maximum = 30, example = 15)]
    pub minutes: Option<i16>,
}

/// What shall fit. Nothing of it is kept.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FitInput {
    /// By default those of the agenda.
    #[schema(max_items = 50)]
    pub items: Option<Vec<AgendaItem>>,
    /// By default that of the meeting.
    #[schema(minimum = 5, maximum = 480, example = 15)]
    pub duration_minutes: Option<i16>,
}

text_enum! {
    /// What is proposed for an item.
    FitAction {
        Keep = "keep",
        Shorten = "shorten",
        Drop = "drop",
    }
}

/// What is proposed for one item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FitStep {
    /// Its place among those that were to fit, from 0 on.
    #[schema(example = 1)]
    pub index: usize,
    pub action: FitAction,
    #[schema(example = 12)]
    pub minutes_before: u16,
    #[schema(example = 9)]
    pub minutes_after: u16,
    /// The rank of the most important goal that its questions serve; `null` of none.
    #[schema(example = 2)]
    pub goal_rank: Option<i16>,
    /// The questions that it is proposed to leave out of the item, those that serve the least important goals.
    #[schema(value_type = Vec<Uuid>)]
    pub dropped_question_ids: Vec<MeetingQuestionId>,
}

/// What to shorten and what to drop, so that an agenda fits.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AgendaFit {
    /// Whether what is proposed fits. What is left can be too much all the same: thanks, the next name and the next step
    /// stay, a minute each.
    pub fits: bool,
    /// By how much it did not fit.
    #[schema(example = 7)]
    pub over_minutes: i32,
    pub duration_minutes: i16,
    #[schema(example = 15)]
    pub total_minutes: i32,
    /// The agenda as proposed: `PUT` it to have it so.
    pub items: Vec<AgendaItem>,
    /// One for each item, in their order.
    pub steps: Vec<FitStep>,
}
