//! From what a client wrote to the row: rules that one field cannot tell alone.
use std::collections::HashMap;

use super::api::{Cost, MeetingInput};
use super::model::{Details, MeetingId, MeetingRow};
use super::settings::MeetingSettingsInput;
use super::time;
use super::words::{MeetingState, MeetingStepKind};
use crate::changes::Tx;
use crate::contacts::{self, Contact, ContactId};
use crate::db::Json;
use crate::error::{ApiError, ApiResult, Fault};
use crate::http::body::Rules;
use crate::profile;
use crate::text::filled;

/// The row of a new meeting, which is a proposal.
pub async fn fresh(
    tx: &mut Tx<'_>,
    id: MeetingId,
    mut input: MeetingInput,
    preferences: &MeetingSettingsInput,
) -> ApiResult<MeetingRow> {
    let mut faults = input.faults();
    let contacts = known(tx, &input.contact_ids, &[], &mut faults).await?;
    if let Some(at) = time::start(input.starts_at, input.starts_local.as_ref(), &mut Vec::new()) {
        time::check_range(at, tx.now, &mut faults);
    }
    ApiError::check(faults)?;
    if input.contact_zone.is_none() {
        input.contact_zone = input.contact_ids.first().and_then(|first| contacts.get(first)?.time_zone.clone());
    }
    let mut row = blank(tx, id, input, preferences).await?;
    row.step(MeetingStepKind::Proposed, tx.now, None, None)?;
    Ok(row)
}

/// The row of a meeting to which nothing has happened.
pub async fn blank(
    tx: &mut Tx<'_>,
    id: MeetingId,
    input: MeetingInput,
    preferences: &MeetingSettingsInput,
) -> ApiResult<MeetingRow> {
    let mut faults = Vec::new();
    let starts_at = time::start(input.starts_at, input.starts_local.as_ref(), &mut faults);
    ApiError::check(faults)?;
    let seeker_zone = match &input.seeker_zone {
        Some(zone) => zone.clone(),
        None => profile::zone(tx.conn, tx.workspace).await?,
    };
    let blank = MeetingRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
        state: MeetingState::Proposed,
        medium: input.medium,
        title: None,
        details: Json::default(),
        starts_at,
        duration_minutes: input.duration_minutes.unwrap_or(preferences.duration_minutes),
        contact_zone: input.contact_zone.clone().unwrap_or_else(|| seeker_zone.clone()),
        seeker_zone,
        busy_from: None,
        busy_until: None,
        allow_overlap: false,
        payer: preferences.payer,
        cost_minor: None,
        cost_currency: None,
        notes: None,
        reconfirmed_at: None,
        history: Json::default(),
        sequence: 0,
        started_at: None,
        finished_at: None,
        debrief: None,
        external_ids: Json::default(),
    };
    let mut row = blank.told(input);
    row.set_busy(preferences.travel(row.medium));
    Ok(row)
}

/// The row as the client would have it, and with whom.
pub async fn edited(
    tx: &mut Tx<'_>,
    before: &MeetingRow,
    with: &[ContactId],
    input: MeetingInput,
    preferences: &MeetingSettingsInput,
) -> ApiResult<MeetingRow> {
    let mut faults = input.faults();
    known(tx, &input.contact_ids, with, &mut faults).await?;
    let starts_at = time::start(input.starts_at, input.starts_local.as_ref(), &mut Vec::new());
    match starts_at {
        Some(at) if starts_at != before.starts_at => time::check_range(at, tx.now, &mut faults),
        None if faults.is_empty() && !matches!(before.state, MeetingState::Proposed | MeetingState::Cancelled) => {
            let detail = format!("a meeting that is `{}` has a time", before.state.name());
            faults.push(Fault::field("/starts_at", "required", detail));
        }
        _ => {}
    }
    ApiError::check(faults)?;
    let mut after = MeetingRow {
        medium: input.medium,
        starts_at,
        duration_minutes: input.duration_minutes.unwrap_or(preferences.duration_minutes),
        seeker_zone: input.seeker_zone.clone().unwrap_or_else(|| before.seeker_zone.clone()),
        contact_zone: input.contact_zone.clone().unwrap_or_else(|| before.contact_zone.clone()),
        payer: preferences.payer,
        ..before.clone()
    }
    .told(input);
    let when = |row: &MeetingRow| (row.starts_at, row.duration_minutes, row.medium);
    if when(&after) != when(before) {
        after.set_busy(preferences.travel(after.medium));
    }
    if after.starts_at != before.starts_at {
        after.reconfirmed_at = None;
        if after.state.is_open() {
            after.unstart();
        }
    }
    Ok(after)
}

impl MeetingRow {
    /// With what can be written at any time, and follows from nothing.
    fn told(self, input: MeetingInput) -> Self {
        let (cost_minor, cost_currency) =
            input.cost.map(|Cost { amount_minor, currency }| (amount_minor, currency)).unzip();
        let (bring, dress) = (filled(input.bring), filled(input.dress));
        let details = Details { place: input.place, bring, dress, arrive_minutes_before: input.arrive_minutes_before };
        Self {
            title: filled(input.title),
            details: Json(details),
            allow_overlap: input.allow_overlap,
            payer: input.payer.unwrap_or(self.payer),
            cost_minor,
            cost_currency,
            notes: filled(input.notes),
            external_ids: Json(input.external_ids),
            ..self
        }
    }
}

/// The contacts with these ids, locked. Those who are `with` the meeting already may lie in the trash.
async fn known(
    tx: &mut Tx<'_>,
    ids: &[ContactId],
    with: &[ContactId],
    faults: &mut Vec<Fault>,
) -> ApiResult<HashMap<ContactId, Contact>> {
    let contacts = contacts::read_many(tx, ids).await?;
    for (index, id) in ids.iter().enumerate().filter(|(_, id)| !contacts.contains_key(id) && !with.contains(id)) {
        let detail = format!("{id} is not a contact of this workspace");
        faults.push(Fault::field(format!("/contact_ids/{index}"), "not_found", detail));
    }
    Ok(contacts)
}
