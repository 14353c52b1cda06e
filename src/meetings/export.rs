//! All meetings, a page at a time, and all of them back into another workspace.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::api::{Meeting, MeetingInput};
use super::debrief::DebriefRecord;
use super::history::MeetingStep;
use super::model::{MeetingId, MeetingRow};
use super::words::MeetingState;
use super::{draft, service, settings, store};
use crate::changes::{Kind, Tx};
use crate::contacts;
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::exports::Kept;
use crate::external_ids;

/// As often as a meeting of an archive may have been changed: further changes have room above it.
const MOST_SEQUENCE: i32 = 1_000_000;

/// Meetings that are read at once.
const PAGE: i64 = 500;

/// What the service itself has written of a meeting, beside what every resource has.
#[derive(Debug, Deserialize)]
pub struct MeetingRecord {
    state: MeetingState,
    reconfirmed_at: Option<DateTime<Utc>>,
    history: Vec<MeetingStep>,
    sequence: i32,
    // Archives of before have none of these.
    #[serde(default)]
    started_at: Option<DateTime<Utc>>,
    #[serde(default)]
    finished_at: Option<DateTime<Utc>>,
    #[serde(default)]
    debrief: Option<DebriefRecord>,
}

impl MeetingRecord {
    const FIELDS: [&str; 7] =
        ["state", "reconfirmed_at", "history", "sequence", "started_at", "finished_at", "debrief"];
    /// What follows from the other fields.
    const DERIVED: [&str; 8] = [
        "next_states",
        "contacts",
        "ends_at",
        "seeker_local",
        "contact_local",
        "arrive_by_at",
        "time_up_at",
        "warnings",
    ];

    /// Takes it out of a meeting as the API shows it. What is left is an input.
    pub fn take(object: &mut Map<String, Value>) -> ApiResult<Self> {
        let own = Self::FIELDS.into_iter().filter_map(|name| Some((name.to_owned(), object.remove(name)?)));
        let own = Value::Object(own.collect());
        Self::DERIVED.iter().for_each(|name| drop(object.remove(*name)));
        serde_json::from_value(own).map_err(|error| ApiError::field("", "invalid_format", error.to_string()))
    }
}

/// Meetings after this one in the order of ids, and the last id that was looked at. Who lies in the trash is in none, and
/// a meeting with nobody else is left out.
pub async fn after(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
) -> ApiResult<(Vec<Meeting>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, PAGE).await?;
    let last = rows.last().map(|row| row.id.into());
    let mut meetings = service::show_all(conn, workspace, rows).await?;
    for meeting in &mut meetings {
        meeting.contacts.retain(|contact| contact.name.is_some());
        meeting.contact_ids = meeting.contacts.iter().map(|contact| contact.id).collect();
    }
    meetings.retain(|meeting| !meeting.contacts.is_empty());
    Ok((meetings, last))
}

/// Adds meetings with the identity that they had, those whose id and time are free, and says which. Of those whom a
/// meeting was with, it is with those who are there; with nobody, it is none.
pub async fn load(tx: &mut Tx<'_>, items: Vec<((Kept, MeetingInput), MeetingRecord)>) -> ApiResult<Vec<MeetingId>> {
    let preferences = settings::hold(tx).await?;
    let everybody: Vec<_> = items.iter().flat_map(|((_, input), _)| input.contact_ids.iter().copied()).collect();
    let there = contacts::names(tx.conn, tx.workspace, &everybody).await?;
    let (mut rows, mut links) = (Vec::with_capacity(items.len()), Vec::new());
    for (index, ((kept, mut input), record)) in items.into_iter().enumerate() {
        input.contact_ids.retain(|id| there.contains_key(id));
        if input.contact_ids.is_empty() {
            continue;
        }
        let with = input.contact_ids.clone();
        let blank = draft::blank(tx, kept.id.into(), input, &preferences).await;
        let blank = blank.map_err(|error| error.below(&format!("/{index}")))?;
        if record.finished_at.is_some_and(|end| record.started_at.is_none_or(|start| end < start)) {
            let detail = "is before `started_at`, or there is none";
            return Err(ApiError::field(format!("/{index}/finished_at"), "out_of_range", detail));
        }
        if !(0..=MOST_SEQUENCE).contains(&record.sequence) {
            let detail = format!("must be from 0 to {MOST_SEQUENCE}");
            return Err(ApiError::field(format!("/{index}/sequence"), "out_of_range", detail));
        }
        let row = MeetingRow {
            version: kept.version,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
            // What cannot be without a time was not with one that anybody wrote.
            state: if blank.starts_at.is_none() && record.state != MeetingState::Cancelled {
                MeetingState::Proposed
            } else {
                record.state
            },
            reconfirmed_at: record.reconfirmed_at,
            history: Json(record.history),
            sequence: record.sequence,
            started_at: record.started_at,
            finished_at: record.finished_at,
            debrief: record.debrief.map(Json),
            ..blank
        };
        links.extend(service::links(tx.workspace, row.id, &with));
        rows.push(row);
    }
    let added = store::insert_missing(tx.conn, &rows).await?;
    links.retain(|link| added.contains(&link.meeting_id));
    store::insert_contacts(tx.conn, &links).await?;
    let named = rows.iter().filter(|row| added.contains(&row.id));
    let named: Vec<_> = named.map(|row| (Uuid::from(row.id), row.external_ids.0.clone())).collect();
    external_ids::insert_many(tx.conn, tx.workspace, service::RESOURCE, &named).await?;
    for row in rows.iter().filter(|row| added.contains(&row.id)) {
        tx.record(Kind::MeetingCreated, row.id, row.version, Vec::new());
    }
    Ok(added)
}
