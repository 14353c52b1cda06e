//! What can be done with a meeting, inside the caller's transaction. Contacts are locked before their meetings, and these
//! before the settings, so that nobody waits for whom they keep waiting.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::try_join;
use serde_json::Value;
use uuid::Uuid;

use super::api::{Meeting, MeetingContact, MeetingInput, MeetingWarning};
use super::draft;
use super::model::{MeetingContactRow, MeetingId, MeetingRow};
use super::settings::{self, MeetingSettingsInput};
use super::words::{MeetingMedium, MeetingState, MeetingStepKind};
use super::{steps, store};
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::external_ids::ExternalIds;
use crate::http::{IfMatch, IfNoneMatch, Patch};
use crate::sort::Position;
use crate::{
    agendas, external_ids, fields, goals, insights, introductions, meeting_questions, messages, research_notes, trash,
};

pub const RESOURCE: &str = "meeting";

/// A meeting and with whom it is, all locked until the end of the transaction.
pub struct Locked {
    pub row: MeetingRow,
    pub with: Vec<ContactId>,
}

pub async fn create(tx: &mut Tx<'_>, id: MeetingId, input: MeetingInput) -> ApiResult<Meeting> {
    let preferences = settings::preferences(tx.conn, tx.workspace).await?;
    let with = input.contact_ids.clone();
    let row = draft::fresh(tx, id, input, &preferences).await?;
    store::insert(tx.conn, &row).await?;
    store::insert_contacts(tx.conn, &links(tx.workspace, id, &with)).await?;
    external_ids::rewrite(tx.conn, tx.workspace, RESOURCE, id.into(), &row.external_ids.0).await?;
    tx.record(Kind::MeetingCreated, id, 1, Vec::new());
    shown(tx, row, &with, &preferences).await
}

/// The rows that say with whom a meeting is.
pub fn links(workspace_id: WorkspaceId, meeting_id: MeetingId, with: &[ContactId]) -> Vec<MeetingContactRow> {
    let link = |(ordinal, contact_id): (i16, &ContactId)| MeetingContactRow {
        workspace_id,
        meeting_id,
        contact_id: *contact_id,
        ordinal,
    };
    (0..).zip(with).map(link).collect()
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: MeetingId,
    if_match: &IfMatch,
    patch: &Patch<MeetingInput>,
) -> ApiResult<Meeting> {
    let locked = live_with(tx, id, if_match, &named_in(patch)).await?;
    edit(tx, locked, patch, |_| {}).await
}

/// Creates the meeting that another system knows by this id, or changes it; says whether it was created.
pub async fn upsert(
    tx: &mut Tx<'_>,
    new_id: MeetingId,
    (system, external_id): (&str, &str),
    (if_match, if_none_match): (&IfMatch, &IfNoneMatch),
    patch: &Patch<MeetingInput>,
) -> ApiResult<(bool, Meeting)> {
    external_ids::check_path(patch.get("external_ids"), system, external_id)?;
    let name = |input: &mut MeetingInput| {
        input.external_ids.insert(system.to_owned(), external_id.to_owned());
    };
    let Some(id) = external_ids::find(tx.conn, tx.workspace, RESOURCE, system, external_id).await? else {
        if_match.check_absent()?;
        let input = patch.create_ruled(name)?;
        return Ok((true, create(tx, new_id, input).await?));
    };
    let locked = live_with(tx, id.into(), if_match, &named_in(patch)).await?;
    if_none_match.check(locked.row.version)?;
    Ok((false, edit(tx, locked, patch, name).await?))
}

/// What the patch makes of the meeting. `settle` draws from it what follows of it.
async fn edit(
    tx: &mut Tx<'_>,
    Locked { row: before, with }: Locked,
    patch: &Patch<MeetingInput>,
    settle: impl FnOnce(&mut MeetingInput),
) -> ApiResult<Meeting> {
    let id = before.id;
    let preferences = settings::hold(tx).await?;
    let told = shown(tx, before.clone(), &with, &preferences).await?;
    let input = patch.apply_ruled(&told.clone().into(), |input| {
        // A time by the wall takes the place of the one that there is.
        if input.starts_local.is_some() && input.starts_at == before.starts_at {
            input.starts_at = None;
        }
        settle(input);
    })?;
    let now_with = input.contact_ids.clone();
    let mut after = draft::edited(tx, &before, &with, input, &preferences).await?;
    if after == before && now_with == with {
        return Ok(told);
    }
    let is_moved = after.starts_at != before.starts_at;
    if is_moved && after.state == MeetingState::Completed && after.starts_at.is_some_and(|at| at > tx.now) {
        return Err(ApiError::field("/starts_at", "out_of_range", "must not be to come: the meeting took place"));
    }
    if (after.starts_at, after.duration_minutes) != (before.starts_at, before.duration_minutes) {
        after.step(MeetingStepKind::Rescheduled, tx.now, None, None)?;
    }
    // What others are told; its own title is not.
    let invitation = |row: &MeetingRow| (row.starts_at, row.duration_minutes, row.medium, row.details.0.place.clone());
    if invitation(&after) != invitation(&before) || now_with != with {
        after.sequence += 1;
    }
    if now_with != with {
        store::delete_contacts(tx.conn, tx.workspace, id).await?;
        store::insert_contacts(tx.conn, &links(tx.workspace, id, &now_with)).await?;
        let come: Vec<ContactId> = now_with.iter().copied().filter(|contact| !with.contains(contact)).collect();
        steps::join(tx, &after, &come).await?;
    }
    let (known, named) = (&before.external_ids.0, &after.external_ids.0);
    external_ids::replace(tx.conn, tx.workspace, RESOURCE, id.into(), known, named).await?;
    write(tx, after, &now_with, &preferences, Kind::MeetingUpdated, told).await
}

/// Writes the row over the one that `before` tells of.
pub async fn write(
    tx: &mut Tx<'_>,
    row: MeetingRow,
    with: &[ContactId],
    preferences: &MeetingSettingsInput,
    kind: Kind,
    before: Meeting,
) -> ApiResult<Meeting> {
    let row = MeetingRow { version: before.version + 1, updated_at: tx.now, ..row };
    refuse_overlap(tx, &before, &row).await?;
    store::update(tx.conn, &row).await?;
    let mut after = shown(tx, row, with, preferences).await?;
    tx.record(kind, after.id, after.version, fields::changed(&before, &after));
    if after.duration_minutes < before.duration_minutes {
        let over = agendas::over(tx.conn, tx.workspace, after.id, after.duration_minutes).await?;
        after.warnings.extend((over > 0).then(|| agenda_is_long(over)));
    }
    Ok(after)
}

/// Told by the change that makes the meeting too short for its agenda, which says so itself from then on.
fn agenda_is_long(over: i32) -> MeetingWarning {
    MeetingWarning {
        code: "agenda_does_not_fit".to_owned(),
        pointer: "/duration_minutes".to_owned(),
        detail: format!("the agenda takes {over} minutes more: its `fit` proposes what to shorten and to drop"),
    }
}

/// The constraint would say so, too, but could not name the other; nor does it hold for one that may be overlapped. What
/// had its time before keeps it, whoever was allowed to overlap since.
async fn refuse_overlap(tx: &mut Tx<'_>, before: &Meeting, row: &MeetingRow) -> ApiResult<()> {
    let had_it = before.state == MeetingState::Confirmed
        && !before.allow_overlap
        && (before.starts_at, before.duration_minutes, before.medium)
            == (row.starts_at, row.duration_minutes, row.medium);
    if !had_it && let Some(other) = taken_by(tx, row).await? {
        return Err(store::overlaps(Some(other)));
    }
    Ok(())
}

/// Which confirmed meeting has something of the time that this one needs for itself, and when that begins.
async fn taken_by(tx: &Tx<'_>, row: &MeetingRow) -> ApiResult<Option<(MeetingId, DateTime<Utc>)>> {
    match (row.busy_from, row.busy_until) {
        (Some(from), Some(until)) if !row.allow_overlap && row.state == MeetingState::Confirmed => {
            store::overlapping(tx.conn, tx.workspace, row.id, from, until).await
        }
        _ => Ok(None),
    }
}

pub async fn delete(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch) -> ApiResult<()> {
    let Locked { mut row, with } = live(tx, id, if_match).await?;
    row.deleted_at = Some(tx.now);
    row.version += 1;
    row.updated_at = tx.now;
    store::update(tx.conn, &row).await?;
    external_ids::rewrite(tx.conn, tx.workspace, RESOURCE, id.into(), &ExternalIds::new()).await?;
    let names = contacts::names(tx.conn, tx.workspace, &with).await?;
    trash::put(tx, RESOURCE, id.into(), &title(&row, &named(&with, &names))).await?;
    tx.record(Kind::MeetingDeleted, id, row.version, Vec::new());
    Ok(())
}

/// Takes it out of the trash again.
pub async fn restore(tx: &mut Tx<'_>, id: MeetingId) -> ApiResult<()> {
    let mut row = store::lock(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
    settings::hold(tx).await?;
    row.deleted_at = None;
    row.version += 1;
    row.updated_at = tx.now;
    if let Some(other) = taken_by(tx, &row).await? {
        return Err(store::taken_meanwhile(Some(other)));
    }
    store::restore(tx.conn, &row).await?;
    external_ids::rewrite(tx.conn, tx.workspace, RESOURCE, id.into(), &row.external_ids.0).await?;
    tx.record(Kind::MeetingRestored, id, row.version, Vec::new());
    Ok(())
}

/// Removes it for good, if it is still there: it may have gone with its contact.
pub async fn purge(tx: &mut Tx<'_>, id: MeetingId) -> ApiResult<()> {
    let Some(row) = store::lock(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    external_ids::rewrite(tx.conn, tx.workspace, RESOURCE, id.into(), &ExternalIds::new()).await?;
    insights::meeting_purged(tx, id).await?;
    meeting_questions::meeting_purged(tx, id).await?;
    goals::meeting_purged(tx, id).await?;
    messages::meeting_gone(tx, id).await?;
    introductions::meeting_gone(tx, id).await?;
    research_notes::meeting_gone(tx, id).await?;
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::MeetingPurged, id, row.version + 1, Vec::new());
    Ok(())
}

/// Whether the meeting is there; if so, it stays until the end of the transaction.
pub async fn stays(tx: &mut Tx<'_>, id: MeetingId) -> ApiResult<bool> {
    Ok(store::lock(tx.conn, tx.workspace, id).await?.is_some_and(|row| row.deleted_at.is_none()))
}

/// How long the meeting takes, in minutes.
pub async fn duration(conn: &Conn, workspace: WorkspaceId, id: MeetingId) -> ApiResult<i16> {
    Ok(store::find(conn, workspace, id).await?.duration_minutes)
}

/// The meeting and with whom it is, locked.
pub async fn live(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch) -> ApiResult<Locked> {
    live_with(tx, id, if_match, &[]).await
}

/// As [`live`]; `others` may come to be in it, and are locked with those who are.
async fn live_with(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch, others: &[ContactId]) -> ApiResult<Locked> {
    let with = with_whom(tx, id).await?;
    contacts::read_many(tx, &[&with, others].concat()).await?;
    let row = store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_none());
    let row = row.ok_or_else(ApiError::not_found)?;
    if_match.check(row.version)?;
    if with_whom(tx, id).await? != with {
        return Err(ApiError::unavailable(&"the meeting went to other contacts while it was looked at"));
    }
    Ok(Locked { row, with })
}

/// Whom a patch would have the meeting be with.
fn named_in(patch: &Patch<MeetingInput>) -> Vec<ContactId> {
    let ids = patch.get("contact_ids").and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(|id| Some(Uuid::try_parse(id.as_str()?).ok()?.into())).collect()
}

async fn with_whom(tx: &mut Tx<'_>, id: MeetingId) -> ApiResult<Vec<ContactId>> {
    let links = store::contacts_of(tx.conn, tx.workspace, &[id]).await?;
    Ok(links.into_iter().map(|link| link.contact_id).collect())
}

/// The meeting as the API shows it, with people who were just read.
pub async fn shown(
    tx: &mut Tx<'_>,
    row: MeetingRow,
    with: &[ContactId],
    preferences: &MeetingSettingsInput,
) -> ApiResult<Meeting> {
    let names = contacts::names(tx.conn, tx.workspace, with).await?;
    Ok(Meeting::new(row, named(with, &names), preferences))
}

/// The meetings as the API shows them.
pub async fn show_all(conn: &Conn, workspace: WorkspaceId, rows: Vec<MeetingRow>) -> ApiResult<Vec<Meeting>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<MeetingId> = rows.iter().map(|row| row.id).collect();
    let (links, preferences) =
        try_join!(store::contacts_of(conn, workspace, &ids), settings::preferences(conn, workspace))?;
    let mut with: HashMap<MeetingId, Vec<ContactId>> = HashMap::new();
    for link in links {
        with.entry(link.meeting_id).or_default().push(link.contact_id);
    }
    let everybody: Vec<ContactId> = with.values().flatten().copied().collect();
    let names = contacts::names(conn, workspace, &everybody).await?;
    let show = |row: MeetingRow| {
        let with = with.remove(&row.id).unwrap_or_default();
        Meeting::new(row, named(&with, &names), &preferences)
    };
    Ok(rows.into_iter().map(show).collect())
}

/// Confirmed meetings that begin within this span, the first first, from a place on.
pub async fn confirmed(
    conn: &Conn,
    workspace: WorkspaceId,
    since: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
    from: Option<&Position>,
    limit: i64,
) -> ApiResult<Vec<Meeting>> {
    let rows = store::confirmed(conn, workspace, since, until, from, limit).await?;
    show_all(conn, workspace, rows).await
}

/// Those of these meetings that are not deleted.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[MeetingId]) -> ApiResult<Vec<Meeting>> {
    let ids: Vec<Uuid> = ids.iter().copied().map(Uuid::from).collect();
    let rows = store::find_many(conn, workspace, &ids).await?;
    show_all(conn, workspace, rows).await
}

/// The meeting as the API shows it.
pub async fn show(conn: &Conn, workspace: WorkspaceId, row: MeetingRow) -> ApiResult<Meeting> {
    show_all(conn, workspace, vec![row]).await?.pop().ok_or_else(ApiError::not_found)
}

pub fn named(with: &[ContactId], names: &HashMap<ContactId, String>) -> Vec<MeetingContact> {
    with.iter().map(|id| MeetingContact { id: *id, name: names.get(id).cloned() }).collect()
}

/// What a meeting is called: by its title, or by what it is and with whom.
pub fn title(row: &MeetingRow, with: &[MeetingContact]) -> String {
    row.title.clone().unwrap_or_else(|| by_what_it_is(row.medium, with))
}

/// `Coffee with Ada Lovelace`.
pub fn by_what_it_is(medium: MeetingMedium, with: &[MeetingContact]) -> String {
    let what = match medium {
        MeetingMedium::Phone => "Phone call",
        MeetingMedium::Video => "Video call",
        MeetingMedium::Coffee => "Coffee",
        MeetingMedium::OnSite | MeetingMedium::Other => "Meeting",
    };
    let names: Vec<&str> = with.iter().map(|contact| contact.name.as_deref().unwrap_or("somebody")).collect();
    let names = match &names[..] {
        [] => "somebody".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    format!("{what} with {names}").chars().take(200).collect()
}
