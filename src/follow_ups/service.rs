//! What can happen to a follow-up, inside the caller's transaction. The contact is locked before the follow-up, as it is
//! whenever both are, so that nobody waits for whom they keep waiting.
use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::api::{FollowUp, FollowUpInput, SnoozeInput, out_of_reach};
use super::due::Due;
use super::model::{FollowUpId, FollowUpRow};
use super::settings::{self, Settings};
use super::store;
use super::words::{ClosedReason, FollowUpKind, FollowUpSource, FollowUpState};
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId, ContactRow};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::body::Rules;
use crate::http::{IfMatch, Patch};
use crate::introductions::Introduction;
use crate::messages::Message;
use crate::sort::Position;
use crate::text::filled;
use crate::zones::{self, Tz};
use crate::{do_not_contact, fields, introductions, meetings, messages, trash};

pub const RESOURCE: &str = "follow_up";
/// What a settled follow-up and a snoozed one differ by from what they were.
const SETTLED: [&str; 4] = ["state", "next_states", "settled_at", "closed_reason"];
const MOVED: [&str; 4] = ["due_on", "due_time", "due_at", "overdue_at"];

pub async fn create(tx: &mut Tx<'_>, id: FollowUpId, mut input: FollowUpInput) -> ApiResult<FollowUp> {
    let mut faults = input.faults();
    if input.due_on.is_some() && input.due_in_business_days.is_some() {
        faults.push(Fault::field("/due_in_business_days", "not_allowed", "give it or `due_on`, not both"));
    }
    let contact = contacts::lock(tx, input.contact_id).await?;
    if contact.is_none() {
        faults.push(Fault::field("/contact_id", "not_found", "is not a contact of this workspace"));
    }
    faults.extend(strangers(tx, &input).await?);
    ApiError::check(faults)?;
    if let Some(contact) = &contact {
        refuse_unwanted(tx, contact, input.kind).await?;
    }
    let settings = settings::current(tx.conn, tx.workspace).await?;
    let keeps = input.kind == FollowUpKind::KeepInTouch;
    if keeps && input.due_on.is_none() && input.due_in_business_days.is_none() {
        let days = TimeDelta::days(settings.values.keep_in_touch_days.into());
        input.due_on = settings.day(tx.now).checked_add_signed(days);
    }
    let today = Due::day(settings.day(tx.now), settings.zone);
    let row = FollowUpRow::fresh(tx.workspace, id, tx.now, input.contact_id, input.kind, today);
    let row = FollowUpRow { source: FollowUpSource::Manual, ..write_over(row, input, &settings) };
    add(tx, &row).await?;
    show(tx.conn, tx.workspace, row).await
}

/// The row with what was written of it.
fn write_over(row: FollowUpRow, input: FollowUpInput, settings: &Settings) -> FollowUpRow {
    let FollowUpInput {
        contact_id,
        kind,
        title,
        notes,
        message_id,
        meeting_id,
        introduction_id,
        due_on,
        due_in_business_days,
        due_time,
        own_time_zone,
        repeat_after_days,
    } = input;
    let zone = own_time_zone.as_deref().and_then(zones::zone).unwrap_or(settings.zone);
    let today = zones::day(zone, row.updated_at);
    let on = match due_in_business_days {
        Some(days) => settings.calendar.add(today, days),
        None => due_on.unwrap_or(row.due_on),
    };
    let due = Due { on, time: due_time.as_deref().and_then(zones::time), zone };
    let keeps = kind == FollowUpKind::KeepInTouch;
    let (before, meant) = (row.repeat_after_days, row.after_days);
    let mut row = FollowUpRow {
        contact_id,
        kind,
        title: filled(title),
        notes: filled(notes),
        message_id,
        meeting_id,
        introduction_id,
        own_time_zone,
        repeat_after_days: keeps.then(|| repeat_after_days.unwrap_or(settings.values.keep_in_touch_days)),
        ..row
    };
    if due != row.due() {
        row.fall_due(due);
        // A touch makes it due as long after itself as it was meant to be when it was written. A sooner day is for this once:
        // after a touch there is time for as long as the two want to be in touch again.
        let days = i32::try_from((on - today).num_days()).unwrap_or(1).clamp(1, 3650);
        row.after_days = row.repeat_after_days.map(|every| days.max(every));
    } else if row.repeat_after_days != before {
        // What waited for another rhythm waits for this one.
        let longer = meant.filter(|_| meant != before);
        row.after_days = row.repeat_after_days.map(|every| longer.map_or(every, |days| days.max(every)));
    }
    row
}

/// What the follow-up names and what is not the contact's.
async fn strangers(tx: &mut Tx<'_>, input: &FollowUpInput) -> ApiResult<Vec<Fault>> {
    let mut faults = Vec::new();
    if let Some(id) = input.message_id {
        let found: Vec<Message> = messages::read_many(tx.conn, tx.workspace, &[id]).await?;
        if !found.iter().any(|message| message.contact_id == input.contact_id) {
            faults.push(Fault::field("/message_id", "not_found", "is not a message with this contact"));
        }
    }
    if let Some(id) = input.meeting_id {
        let found = meetings::read_many(tx.conn, tx.workspace, &[id]).await?;
        if !found.iter().any(|meeting| meeting.contact_ids.contains(&input.contact_id)) {
            faults.push(Fault::field("/meeting_id", "not_found", "is not a meeting with this contact"));
        }
    }
    if let Some(id) = input.introduction_id {
        let found: Vec<Introduction> = introductions::read_many(tx.conn, tx.workspace, &[id]).await?;
        let theirs = |one: &Introduction| [one.introducer_id, one.introduced_id].contains(&Some(input.contact_id));
        if !found.iter().any(theirs) {
            let detail = "is not an introduction that this contact gave or got";
            faults.push(Fault::field("/introduction_id", "not_found", detail));
        }
    }
    Ok(faults)
}

/// Refuses what the do-not-contact list would close at once.
async fn refuse_unwanted(tx: &Tx<'_>, contact: &ContactRow, kind: FollowUpKind) -> ApiResult<()> {
    if !kind.writes() || !is_unwanted(tx, contact).await? {
        return Ok(());
    }
    let detail = if contact.wants_no_contact() {
        format!("{} asked not to be contacted", contact.display_name)
    } else {
        format!("the address of {}, or its domain, is on the do-not-contact list", contact.display_name)
    };
    let fault = Fault::field("/contact_id", "do_not_contact", detail.clone());
    Err(ApiError::new(Code::DoNotContact, detail).with(fault))
}

async fn is_unwanted(tx: &Tx<'_>, contact: &ContactRow) -> ApiResult<bool> {
    let unwanted = do_not_contact::unwanted(tx.conn, tx.workspace, std::slice::from_ref(contact)).await?;
    Ok(unwanted.contains(&contact.id))
}

/// Changes what was written of it. Whom it is about, and its kind, stay.
pub async fn patch(
    tx: &mut Tx<'_>,
    id: FollowUpId,
    if_match: &IfMatch,
    patch: &Patch<FollowUpInput>,
) -> ApiResult<FollowUp> {
    let (before, _) = live(tx, id, if_match).await?;
    let input = patch.apply_ruled(&before.clone().into(), |_| ())?;
    let mut faults = input.faults();
    for (pointer, stays) in
        [("/contact_id", input.contact_id == before.contact_id), ("/kind", input.kind == before.kind)]
    {
        if !stays {
            faults.push(Fault::field(pointer, "not_allowed", "stays as it is: make another follow-up"));
        }
    }
    ApiError::check(faults)?;
    // What is gone by now may still be named.
    let mut fresh = input.clone();
    fresh.message_id = fresh.message_id.filter(|id| Some(*id) != before.message_id);
    fresh.meeting_id = fresh.meeting_id.filter(|id| Some(*id) != before.meeting_id);
    fresh.introduction_id = fresh.introduction_id.filter(|id| Some(*id) != before.introduction_id);
    ApiError::check(strangers(tx, &fresh).await?)?;
    let settings = settings::current(tx.conn, tx.workspace).await?;
    let now = FollowUpRow { updated_at: tx.now, ..before.clone() };
    let after = FollowUpRow { updated_at: before.updated_at, ..write_over(now, input, &settings) };
    let none = HashMap::new();
    let changed = fields::changed(&FollowUp::new(before.clone(), &none), &FollowUp::new(after.clone(), &none));
    if changed.is_empty() {
        return show(tx.conn, tx.workspace, before).await;
    }
    let names: Vec<&str> = changed.iter().map(String::as_str).collect();
    let row = write(tx, after, Kind::FollowUpUpdated, &names).await?;
    show(tx.conn, tx.workspace, row).await
}

/// It was done. A `keep_in_touch` comes again.
pub async fn done(tx: &mut Tx<'_>, id: FollowUpId, new_id: FollowUpId, if_match: &IfMatch) -> ApiResult<FollowUp> {
    let (row, contact) = live(tx, id, if_match).await?;
    row.state.go(FollowUpState::Done)?;
    let row = settle(tx, row, FollowUpState::Done, None).await?;
    if let Some(contact) = contact
        && !is_unwanted(tx, &contact).await?
    {
        let settings = settings::current(tx.conn, tx.workspace).await?;
        repeat(tx, &row, new_id, settings.day(tx.now), &settings).await?;
    }
    show(tx.conn, tx.workspace, row).await
}

pub async fn dismiss(tx: &mut Tx<'_>, id: FollowUpId, if_match: &IfMatch) -> ApiResult<FollowUp> {
    let (row, _) = live(tx, id, if_match).await?;
    row.state.go(FollowUpState::Dismissed)?;
    let row = settle(tx, row, FollowUpState::Dismissed, None).await?;
    show(tx.conn, tx.workspace, row).await
}

/// Open again. Of a `keep_in_touch` the one that came after it closes.
pub async fn reopen(tx: &mut Tx<'_>, id: FollowUpId, if_match: &IfMatch) -> ApiResult<FollowUp> {
    let (row, contact) = live(tx, id, if_match).await?;
    row.state.go(FollowUpState::Open)?;
    if let Some(contact) = &contact {
        refuse_unwanted(tx, contact, row.kind).await?;
    } else {
        return Err(ApiError::new(Code::ContactInTrash, "restore the contact first"));
    }
    if row.kind == FollowUpKind::KeepInTouch {
        for other in store::lock_open_of(tx.conn, tx.workspace, &[row.contact_id]).await? {
            if other.kind == FollowUpKind::KeepInTouch {
                settle(tx, other, FollowUpState::Closed, Some(ClosedReason::Superseded)).await?;
            }
        }
    }
    let row = open_again(tx, row).await?;
    show(tx.conn, tx.workspace, row).await
}

/// Opens the locked row.
pub async fn open_again(tx: &mut Tx<'_>, row: FollowUpRow) -> ApiResult<FollowUpRow> {
    let row = FollowUpRow { state: FollowUpState::Open, settled_at: None, closed_reason: None, ..row };
    write(tx, row, Kind::FollowUpReopened, &SETTLED).await
}

/// Puts it off.
pub async fn snooze(tx: &mut Tx<'_>, id: FollowUpId, if_match: &IfMatch, input: SnoozeInput) -> ApiResult<FollowUp> {
    ApiError::check(input.faults())?;
    let (mut row, _) = live(tx, id, if_match).await?;
    if row.state != FollowUpState::Open {
        let detail = format!("a follow-up that is `{}` cannot be snoozed; reopen it first", row.state.name());
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    let settings = settings::current(tx.conn, tx.workspace).await?;
    let mut due = row.due();
    // What is due later than today is put off from its own day: it never comes sooner by that.
    let from = zones::day(due.zone, tx.now).max(due.on);
    let (on, pointer) = match (input.until_on, input.days, input.business_days) {
        (Some(on), ..) => (on, "/until_on"),
        (_, Some(days), _) => (from + TimeDelta::days(days.into()), "/days"),
        (.., days) => (settings.calendar.add(from, days.unwrap_or(1)), "/business_days"),
    };
    ApiError::check(out_of_reach(pointer, on).into_iter().collect())?;
    due.on = on;
    due.time = input.due_time.as_deref().and_then(zones::time).or(due.time);
    if due.over() <= tx.now {
        return Err(ApiError::field(pointer, "out_of_range", "must be to come"));
    }
    row.fall_due(due);
    row.snoozes = row.snoozes.saturating_add(1);
    let row = write(tx, row, Kind::FollowUpSnoozed, &[MOVED.as_slice(), &["snoozes"]].concat()).await?;
    show(tx.conn, tx.workspace, row).await
}

pub async fn delete(tx: &mut Tx<'_>, id: FollowUpId, if_match: &IfMatch) -> ApiResult<()> {
    let (mut row, _) = live(tx, id, if_match).await?;
    row.deleted_at = Some(tx.now);
    let names = contacts::names(tx.conn, tx.workspace, &[row.contact_id]).await?;
    let title = headline(&row, names.get(&row.contact_id).map(String::as_str));
    write(tx, row, Kind::FollowUpDeleted, &[]).await?;
    trash::put(tx, RESOURCE, id.into(), &title).await
}

/// Takes it out of the trash again.
pub async fn restore(tx: &mut Tx<'_>, id: FollowUpId) -> ApiResult<()> {
    let mut row = store::lock(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
    row.deleted_at = None;
    write(tx, row, Kind::FollowUpRestored, &[]).await?;
    Ok(())
}

/// Removes it for good, if it is still there: it may have gone with its contact.
pub async fn purge(tx: &mut Tx<'_>, id: FollowUpId) -> ApiResult<()> {
    let Some(row) = store::lock(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::FollowUpPurged, id, row.version + 1, Vec::new());
    Ok(())
}

/// What there is to do, in a few words.
pub fn headline(row: &FollowUpRow, name: Option<&str>) -> String {
    row.title.clone().unwrap_or_else(|| row.kind.words(name.unwrap_or("somebody")))
}

/// As [`headline`], and with whom, where nothing else tells that.
pub fn headline_with_name(row: &FollowUpRow, name: Option<&str>) -> String {
    match (&row.title, name) {
        (Some(title), Some(name)) if !title.contains(name) => format!("{name}: {title}"),
        _ => headline(row, name),
    }
}

/// Adds a fresh row.
pub async fn add(tx: &mut Tx<'_>, row: &FollowUpRow) -> ApiResult<()> {
    store::insert(tx.conn, row).await?;
    tx.record(Kind::FollowUpCreated, row.id, row.version, Vec::new());
    Ok(())
}

/// Writes a changed row, which the caller has locked, as its next version.
pub async fn write(tx: &mut Tx<'_>, row: FollowUpRow, kind: Kind, fields: &[&str]) -> ApiResult<FollowUpRow> {
    let row = FollowUpRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    tx.record(kind, row.id, row.version, fields.iter().map(|field| (*field).to_owned()).collect());
    Ok(row)
}

/// Ends one that is open.
pub async fn settle(
    tx: &mut Tx<'_>,
    row: FollowUpRow,
    state: FollowUpState,
    reason: Option<ClosedReason>,
) -> ApiResult<FollowUpRow> {
    let kind = match state {
        FollowUpState::Done => Kind::FollowUpDone,
        FollowUpState::Dismissed => Kind::FollowUpDismissed,
        FollowUpState::Closed | FollowUpState::Open => Kind::FollowUpClosed,
    };
    let row = FollowUpRow { state, settled_at: Some(tx.now), closed_reason: reason, ..row };
    write(tx, row, kind, &SETTLED).await
}

/// Makes the next of one that comes again, counted from a day.
pub async fn repeat(
    tx: &mut Tx<'_>,
    row: &FollowUpRow,
    id: FollowUpId,
    from: NaiveDate,
    settings: &Settings,
) -> ApiResult<()> {
    let Some(days) = row.repeat_after_days else { return Ok(()) };
    let zone: Tz = row.own_time_zone.as_deref().and_then(zones::zone).unwrap_or(settings.zone);
    let due = Due { on: from + TimeDelta::days(days.into()), time: row.due_time, zone };
    let next = FollowUpRow::fresh(tx.workspace, id, tx.now, row.contact_id, row.kind, due);
    let next = FollowUpRow {
        title: row.title.clone(),
        notes: row.notes.clone(),
        own_time_zone: row.own_time_zone.clone(),
        after_days: Some(days),
        repeat_after_days: Some(days),
        ..next
    };
    add(tx, &next).await
}

/// The live row and its contact, both locked until the end of the transaction; the contact is none when it lies in the
/// trash.
async fn live(tx: &mut Tx<'_>, id: FollowUpId, if_match: &IfMatch) -> ApiResult<(FollowUpRow, Option<ContactRow>)> {
    let contact_id = store::contact_of(tx.conn, tx.workspace, id).await?;
    let contact = contacts::lock(tx, contact_id).await?;
    let row = store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_none());
    let row = row.ok_or_else(ApiError::not_found)?;
    if_match.check(row.version)?;
    if row.contact_id != contact_id {
        return Err(ApiError::unavailable(&"the follow-up went to another contact while it was looked at"));
    }
    Ok((row, contact))
}

/// Those of these follow-ups that are not deleted, in the order of their ids.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[FollowUpId]) -> ApiResult<Vec<FollowUp>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = store::find_many(conn, workspace, ids).await?;
    rows.retain(|row| row.deleted_at.is_none());
    let names = names(conn, workspace, &rows).await?;
    Ok(rows.into_iter().map(|row| FollowUp::new(row, &names)).collect())
}

/// The day that the seeker's calendar shows, and when it is over.
#[derive(Debug, Clone, Copy)]
pub struct Today {
    pub on: NaiveDate,
    pub ends_at: DateTime<Utc>,
}

pub async fn today(conn: &Conn, workspace: WorkspaceId, now: DateTime<Utc>) -> ApiResult<Today> {
    let settings = settings::current(conn, workspace).await?;
    Ok(Today { on: settings.day(now), ends_at: zones::end_of_day(settings.zone, now) })
}

/// What is open and due by then, longest first, from a place on; without the contacts' names.
pub async fn due(
    conn: &Conn,
    workspace: WorkspaceId,
    until: DateTime<Utc>,
    from: Option<&Position>,
    limit: i64,
) -> ApiResult<Vec<FollowUp>> {
    let rows = store::open_until(conn, workspace, until, from, limit).await?;
    Ok(rows.into_iter().map(|row| FollowUp::new(row, &HashMap::new())).collect())
}

/// The follow-up as the API shows it.
pub async fn show(conn: &Conn, workspace: WorkspaceId, row: FollowUpRow) -> ApiResult<FollowUp> {
    let names = contacts::names(conn, workspace, &[row.contact_id]).await?;
    Ok(FollowUp::new(row, &names))
}

/// What the contacts of these rows are called.
pub async fn names(conn: &Conn, workspace: WorkspaceId, rows: &[FollowUpRow]) -> ApiResult<HashMap<ContactId, String>> {
    let mut ids: Vec<ContactId> = rows.iter().map(|row| row.contact_id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() { Ok(HashMap::new()) } else { contacts::names(conn, workspace, &ids).await }
}

/// What is open and due until then, longest first, each with what it is called.
pub async fn due_until(
    conn: &Conn,
    workspace: WorkspaceId,
    until: DateTime<Utc>,
    most: i64,
) -> ApiResult<Vec<(FollowUp, String)>> {
    let rows = store::open_until(conn, workspace, until, None, most).await?;
    let names = names(conn, workspace, &rows).await?;
    let told = |row: FollowUpRow| {
        let title = headline(&row, names.get(&row.contact_id).map(String::as_str));
        (FollowUp::new(row, &names), title)
    };
    Ok(rows.into_iter().map(told).collect())
}
