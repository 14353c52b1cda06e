//! What a contact's timeline tells of offers.
use chrono::{DateTime, Utc};
use serde_json::json;

use super::model::OfferRow;
use super::store;
use super::words::OfferStep;
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::meetings;
use crate::timeline::{Entry, Span};

/// What was offered to this contact, and what they said. What was booked the meetings tell.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let meetings = meetings::ids_with(conn, workspace, &[contact]).await?;
    let rows = store::of_meetings(conn, workspace, &meetings).await?;
    Ok(span.take(rows.iter().flat_map(entries).collect()))
}

fn entries(row: &OfferRow) -> impl Iterator<Item = Entry> {
    let answer = match row.state {
        OfferStep::Declined => ("meeting_offer.declined", "The invitation was declined"),
        _ => ("meeting_offer.answered", "None of the offered times suits"),
    };
    let offered = Some((("meeting_offer.created", "Times were offered"), row.created_at));
    let answered = row.answered_at.map(|at| (answer, at));
    offered.into_iter().chain(answered).map(|((kind, title), at)| entry(row, kind, title, at))
}

fn entry(row: &OfferRow, kind: &'static str, title: &str, at: DateTime<Utc>) -> Entry {
    Entry {
        kind,
        at,
        resource: super::RESOURCE,
        resource_id: row.id.into(),
        title: title.to_owned(),
        details: json!({
            "meeting_id": row.meeting_id,
            "title": row.invitation.0.title,
            "answer": row.answer.as_ref().filter(|_| row.answered_at == Some(at)),
        }),
        tie: format!("{}/{kind}", row.id),
    }
}
