//! What of a meeting is searched. The people in it are found by themselves.
use uuid::Uuid;

use super::api::Place;
use super::model::MeetingRow;
use super::service::{show_all, title};
use super::store;
use crate::db::full_text::Vector;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::search::{self, Found, Place as Rank, Text};

/// All texts that `GET /v1/search` looks into.
fn texts(row: &MeetingRow) -> Vec<Text<'_>> {
    let details = &row.details.0;
    let place = |part: fn(&Place) -> Option<&str>| details.place.as_ref().and_then(part);
    let debrief = row.debrief.as_ref().map(|debrief| &debrief.0);
    let fields = [
        (Rank::Name, "/title", row.title.as_deref()),
        (Rank::Heading, "/place/name", place(|place| place.name.as_deref())),
        (Rank::Rest, "/place/address", place(|place| place.address.as_deref())),
        (Rank::Rest, "/place/directions", place(|place| place.directions.as_deref())),
        (Rank::Rest, "/bring", details.bring.as_deref()),
        (Rank::Rest, "/dress", details.dress.as_deref()),
        (Rank::Rest, "/notes", row.notes.as_deref()),
        (Rank::Rest, "/debrief/notes", debrief.and_then(|own| own.notes.as_deref())),
        (Rank::Rest, "/debrief/thanks_for", debrief.and_then(|own| own.thanks_for.as_deref())),
        (Rank::Rest, "/debrief/next_step", debrief.and_then(|own| own.next_step.as_deref())),
    ];
    fields.into_iter().filter_map(|(rank, pointer, text)| Some(Text::new(rank, pointer, text?))).collect()
}

/// What the row's column `search_words` has.
pub fn words(row: &MeetingRow) -> Vector {
    search::vector(row.workspace_id, texts(row))
}

/// What was found, for whoever shows it.
pub async fn found(conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<Found>> {
    let rows = store::find_many(conn, workspace, ids).await?;
    let shown = show_all(conn, workspace, rows.clone()).await?;
    let found = rows.into_iter().zip(shown).map(|(row, meeting)| Found {
        id: row.id.into(),
        title: title(&row, &meeting.contacts),
        subtitle: meeting
            .seeker_local
            .map(|local| format!("{} {}", local.starts[..16].replace('T', " "), local.abbreviation)),
        url: format!("/v1/meetings/{}", row.id),
        texts: texts(&row).into_iter().map(Text::into_owned).collect(),
    });
    Ok(found.collect())
}
