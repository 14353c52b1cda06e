//! What has happened to a meeting: kept with it, for whoever asks when and why it was moved.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::MeetingRow;
use super::words::{MeetingParty, MeetingStepKind};
use crate::error::{ApiError, ApiResult, Code};
use crate::http::limits::MEETING_STEPS as STEPS;

/// One thing that happened to a meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MeetingStep {
    pub kind: MeetingStepKind,
    pub at: DateTime<Utc>,
    /// Who wanted it so, or who did not come.
    pub by: Option<MeetingParty>,
    #[schema(example = "The train was cancelled.")]
    pub reason: Option<String>,
    /// The time that it had from then on.
    pub starts_at: Option<DateTime<Utc>>,
    #[schema(example = 15)]
    pub duration_minutes: i16,
}

impl MeetingRow {
    /// Notes what happened, with the time that the meeting has now.
    pub fn step(
        &mut self,
        kind: MeetingStepKind,
        at: DateTime<Utc>,
        by: Option<MeetingParty>,
        reason: Option<String>,
    ) -> ApiResult<()> {
        // However long it went to and fro, it can come to an end.
        let is_last = matches!(kind, MeetingStepKind::Completed | MeetingStepKind::Cancelled | MeetingStepKind::NoShow);
        if self.history.0.len() >= STEPS && !is_last {
            let detail = format!("{STEPS} things have happened to this meeting: make another one");
            return Err(ApiError::new(Code::ImpossibleTransition, detail));
        }
        let (starts_at, duration_minutes) = (self.starts_at, self.duration_minutes);
        self.history.0.push(MeetingStep { kind, at, by, reason, starts_at, duration_minutes });
        Ok(())
    }

    /// How often the contact moved it.
    pub fn moves_of_contact(&self) -> usize {
        let by_contact =
            |step: &&MeetingStep| step.kind == MeetingStepKind::Rescheduled && step.by == Some(MeetingParty::Contact);
        self.history.0.iter().filter(by_contact).count()
    }

    /// When it last came to this.
    pub fn last(&self, kind: MeetingStepKind) -> Option<&MeetingStep> {
        self.history.0.iter().rev().find(|step| step.kind == kind)
    }
}
