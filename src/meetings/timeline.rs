//! What a contact's timeline tells of meetings.
use serde_json::json;

use super::history::MeetingStep;
use super::model::MeetingRow;
use super::service::{show_all, title};
use super::store;
use super::words::MeetingStepKind;
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::timeline::{Entry, Span};

/// What happened to the meetings that this contact is in.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let mut rows = store::rows_of(conn, workspace, &[contact]).await?;
    rows.retain(|row| row.deleted_at.is_none());
    let shown = show_all(conn, workspace, rows.clone()).await?;
    let entries = rows.iter().zip(&shown).flat_map(|(row, meeting)| {
        let called = title(row, &meeting.contacts);
        let noted = debriefed(row, &called);
        (0..).zip(&row.history.0).map(move |(place, step)| entry(row, place, step, &called)).chain(noted)
    });
    Ok(span.take(entries.collect()))
}

/// That the seeker noted what was said.
fn debriefed(row: &MeetingRow, called: &str) -> Option<Entry> {
    let debrief = &row.debrief.as_ref()?.0;
    Some(Entry {
        kind: "meeting.debriefed",
        at: debrief.written_at,
        resource: super::RESOURCE,
        resource_id: row.id.into(),
        title: format!("You noted what came of it: {called}"),
        details: json!({
            "usefulness": debrief.usefulness,
            "energy": debrief.energy,
            "promises": debrief.follow_up_ids.len(),
            "names": debrief.introduction_ids.len(),
        }),
        tie: format!("{}/debrief", row.id),
    })
}

fn entry(row: &MeetingRow, place: usize, step: &MeetingStep, called: &str) -> Entry {
    let (kind, what) = match step.kind {
        MeetingStepKind::Proposed => ("meeting.proposed", "was proposed"),
        MeetingStepKind::Confirmed => ("meeting.confirmed", "was confirmed"),
        MeetingStepKind::Reconfirmed => ("meeting.reconfirmed", "was confirmed once more"),
        MeetingStepKind::Rescheduled => ("meeting.rescheduled", "got another time"),
        MeetingStepKind::Started => ("meeting.started", "began"),
        MeetingStepKind::Completed => ("meeting.completed", "took place"),
        MeetingStepKind::Cancelled => ("meeting.cancelled", "was called off"),
        MeetingStepKind::NoShow => ("meeting.no_show", "was missed"),
    };
    Entry {
        kind,
        at: step.at,
        resource: super::RESOURCE,
        resource_id: row.id.into(),
        title: format!("{called} {what}"),
        details: json!({
            "medium": row.medium,
            "state": row.state,
            "starts_at": step.starts_at,
            "duration_minutes": step.duration_minutes,
            "by": step.by,
            "reason": step.reason,
        }),
        tie: format!("{}/{place:03}", row.id),
    }
}
