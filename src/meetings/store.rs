//! Every statement about meetings, each within one workspace.
use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{MeetingContactRow, MeetingId, MeetingRow, SettingsRow};
use super::query::{By, ListQuery};
use super::search::words;
use super::settings::MeetingSettingsInput;
use super::time::told;
use super::words::MeetingState;
use crate::changes::Kind;
use crate::contacts::ContactId;
use crate::db::full_text::Vector;
use crate::db::schema::{meeting_contacts, meeting_settings, meetings};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault, OnConstraint};
use crate::exports::{Link, Table};
use crate::search;
use crate::sort::{Order, Position, keyset};
use crate::spans::Span;

/// Rows of one statement: 29 values each, and PostgreSQL takes 65,535 values.
const CHUNK: usize = 1_000;

/// The row with what is derived from it.
fn written(row: &MeetingRow) -> (&MeetingRow, diesel::dsl::Eq<meetings::search_words, Vector>) {
    (row, meetings::search_words.eq(words(row)))
}

pub async fn insert(mut conn: &Conn, row: &MeetingRow) -> ApiResult<()> {
    diesel::insert_into(meetings::table).values(written(row)).execute(&mut conn).await?;
    Ok(())
}

/// Adds those whose ids and times are free, and tells which that were.
pub async fn insert_missing(mut conn: &Conn, rows: &[MeetingRow]) -> ApiResult<Vec<MeetingId>> {
    let mut added = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(CHUNK) {
        let values: Vec<_> = chunk.iter().map(written).collect();
        let ids: Vec<MeetingId> = diesel::insert_into(meetings::table)
            .values(values)
            .on_conflict_do_nothing()
            .returning(meetings::id)
            .get_results(&mut conn)
            .await?;
        added.extend(ids);
    }
    Ok(added)
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &MeetingRow) -> ApiResult<()> {
    let own = meetings::table.find((row.workspace_id, row.id));
    let updated = diesel::update(own).set((row, meetings::search_words.eq(words(row)))).execute(&mut conn).await;
    updated.on_constraint("meetings_overlap_excl", || overlaps(None))?;
    Ok(())
}

/// As [`update`], of one that comes out of the trash.
pub async fn restore(conn: &Conn, row: &MeetingRow) -> ApiResult<()> {
    update(conn, row).await.map_err(|error| match error.code {
        Code::MeetingOverlaps => taken_meanwhile(None),
        _ => error,
    })
}

/// As [`overlaps`], of one that comes out of the trash.
pub fn taken_meanwhile(other: Option<(MeetingId, DateTime<Utc>)>) -> ApiError {
    let detail = match other {
        Some((id, at)) => format!("the meeting {id}, confirmed for {}, has its time by now", told(at)),
        None => "another meeting is confirmed for that time by now".to_owned(),
    };
    ApiError::new(Code::RestoreConflict, detail)
}

/// The time is another meeting's. Which one is known but when the two were written at the same moment.
pub fn overlaps(other: Option<(MeetingId, DateTime<Utc>)>) -> ApiError {
    let detail = match other {
        Some((id, at)) => format!("the meeting {id}, with the way to it, overlaps: it begins at {}", told(at)),
        None => "another confirmed meeting, with the way to it, overlaps".to_owned(),
    };
    ApiError::new(Code::MeetingOverlaps, detail.clone()).with(Fault::field("/starts_at", "taken", detail))
}

/// A confirmed meeting other than this one that has something of this span.
pub async fn overlapping(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: MeetingId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> ApiResult<Option<(MeetingId, DateTime<Utc>)>> {
    let confirmed = meetings::workspace_id.eq(workspace).and(meetings::deleted_at.is_null());
    let others = meetings::table.filter(confirmed.and(meetings::state.eq(MeetingState::Confirmed)));
    Ok(others
        .filter(meetings::id.ne(id))
        .filter(tstzrange(meetings::busy_from, meetings::busy_until).overlaps_with(tstzrange(Some(from), Some(until))))
        .select((meetings::id, meetings::starts_at.assume_not_null()))
        .first(&mut conn)
        .await
        .optional()?)
}

/// Those that take place, or took place, from an instant on, in their order. When there are more than so many, what is to
/// come next goes before what is over.
pub async fn around(
    mut conn: &Conn,
    workspace: WorkspaceId,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    most: i64,
) -> ApiResult<Vec<MeetingRow>> {
    let timed = || {
        let live = meetings::workspace_id.eq(workspace).and(meetings::deleted_at.is_null());
        let live = live.and(meetings::state.ne_all([MeetingState::Cancelled, MeetingState::NoShow]));
        MeetingRow::query().filter(live.and(meetings::starts_at.is_not_null()))
    };
    let to_come = timed().filter(meetings::starts_at.ge(now)).order((meetings::starts_at, meetings::id));
    let to_come: Vec<MeetingRow> = to_come.limit(most).load(&mut conn).await?;
    let room = most.saturating_sub(i64::try_from(to_come.len()).unwrap_or(most));
    let over = timed().filter(meetings::starts_at.ge(since)).filter(meetings::starts_at.lt(now));
    let over = over.order((meetings::starts_at.desc(), meetings::id.desc()));
    let over: Vec<MeetingRow> = over.limit(room).load(&mut conn).await?;
    Ok(over.into_iter().rev().chain(to_come).collect())
}

/// Those with these ids, deleted or not.
pub async fn deleted_or_not(mut conn: &Conn, workspace: WorkspaceId, ids: &[MeetingId]) -> ApiResult<Vec<MeetingRow>> {
    let own = meetings::workspace_id.eq(workspace).and(meetings::id.eq_any(ids));
    Ok(MeetingRow::query().filter(own).order(meetings::id).load(&mut conn).await?)
}

/// The busy times of confirmed meetings other than this one that have something of the span.
pub async fn busy(
    mut conn: &Conn,
    workspace: WorkspaceId,
    other_than: Option<MeetingId>,
    span: Span,
) -> ApiResult<Vec<Span>> {
    let confirmed = meetings::workspace_id.eq(workspace).and(meetings::deleted_at.is_null());
    let mut others = meetings::table
        .filter(confirmed.and(meetings::state.eq(MeetingState::Confirmed)))
        .filter(
            tstzrange(meetings::busy_from, meetings::busy_until)
                .overlaps_with(tstzrange(Some(span.from), Some(span.until))),
        )
        .select((meetings::busy_from.assume_not_null(), meetings::busy_until.assume_not_null()))
        .into_boxed();
    if let Some(id) = other_than {
        others = others.filter(meetings::id.ne(id));
    }
    let found: Vec<(DateTime<Utc>, DateTime<Utc>)> = others.load(&mut conn).await?;
    Ok(found.into_iter().map(|(from, until)| Span { from, until }).collect())
}

diesel::define_sql_function! {
    /// A span of time, as the index over busy times has it.
    fn tstzrange(
        from: diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>,
        until: diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>,
    ) -> diesel::sql_types::Range<diesel::sql_types::Timestamptz>;
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: MeetingId) -> ApiResult<MeetingRow> {
    let live = meetings::workspace_id.eq(workspace).and(meetings::id.eq(id)).and(meetings::deleted_at.is_null());
    Ok(MeetingRow::query().filter(live).first(&mut conn).await?)
}

/// Confirmed ones that begin within this span, in the order of their beginnings, from a place on.
pub async fn confirmed(
    mut conn: &Conn,
    workspace: WorkspaceId,
    since: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
    from: Option<&Position>,
    limit: i64,
) -> ApiResult<Vec<MeetingRow>> {
    let live = meetings::workspace_id.eq(workspace).and(meetings::deleted_at.is_null());
    let confirmed = live.and(meetings::state.eq(MeetingState::Confirmed)).and(meetings::starts_at.is_not_null());
    let mut rows = MeetingRow::query().filter(confirmed).filter(meetings::starts_at.lt(until)).into_boxed();
    if let Some(since) = since {
        rows = rows.filter(meetings::starts_at.ge(since));
    }
    let at = from.and_then(|from| Some((from.at?, from.id)));
    let rows = keyset!(rows, false, meetings::starts_at.assume_not_null(), meetings::id, at);
    Ok(rows.limit(limit).load(&mut conn).await?)
}

/// Those of these contacts with whom a meeting is proposed or confirmed.
pub async fn open_with(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<ContactId>> {
    let open = meetings::workspace_id.eq(workspace).and(meetings::deleted_at.is_null());
    let open = open.and(meetings::state.eq_any([MeetingState::Proposed, MeetingState::Confirmed]));
    let open = meetings::table.filter(open.and(meetings::id.eq(meeting_contacts::meeting_id)));
    let theirs = meeting_contacts::workspace_id.eq(workspace).and(meeting_contacts::contact_id.eq_any(contacts));
    let busy = meeting_contacts::table.filter(theirs.and(exists(open))).select(meeting_contacts::contact_id);
    Ok(busy.distinct().load(&mut conn).await?)
}

/// Those with these ids that are not deleted.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<MeetingRow>> {
    let live = meetings::workspace_id.eq(workspace).and(meetings::id.eq_any(ids)).and(meetings::deleted_at.is_null());
    Ok(MeetingRow::query().filter(live).load(&mut conn).await?)
}

/// Whether there is such a meeting, and it is not deleted.
pub async fn is_there(conn: &Conn, workspace: WorkspaceId, id: MeetingId) -> ApiResult<bool> {
    Ok(!find_many(conn, workspace, &[id.into()]).await?.is_empty())
}

/// Which meetings an archive has, in SQL about `r`: those with somebody who does not lie in the trash.
pub const TAKEN: &str = "EXISTS (SELECT 1 FROM meeting_contacts AS m JOIN contacts AS c ON c.workspace_id = m.workspace_id \
    AND c.id = m.contact_id WHERE m.workspace_id = r.workspace_id AND m.meeting_id = r.id AND c.deleted_at IS NULL)";

/// Renews what a search finds of these meetings by. Whoever holds one of them writes it anew.
pub async fn reindex(mut conn: &Conn, workspace: WorkspaceId, ids: &[MeetingId]) -> ApiResult<()> {
    let wanted = meetings::workspace_id.eq(workspace).and(meetings::id.eq_any(ids));
    let rows = MeetingRow::query().filter(wanted).for_update().skip_locked().load(&mut conn).await?;
    let words = rows.iter().map(|row| (row.id.into(), words(row)));
    search::keep(conn, workspace, "meetings", words).await
}

/// The meetings that are not deleted, for what belongs to one: that of another is not there.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn live_ids(workspace: WorkspaceId) -> _ {
    meetings::table
        .filter(meetings::workspace_id.eq(workspace))
        .filter(meetings::deleted_at.is_null())
        .select(meetings::id)
}

/// How the rows of an archive that belong to a meeting point to it: one with nobody who is there is not brought back.
pub const LINK: Link = Link {
    and: "EXISTS (SELECT 1 FROM meeting_contacts AS w JOIN contacts AS c ON c.workspace_id = w.workspace_id \
          AND c.id = w.contact_id WHERE w.workspace_id = r.workspace_id AND w.meeting_id = r.id AND c.deleted_at IS NULL)",
    ..Link::required("meeting_id", "meetings")
};

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: MeetingId) -> ApiResult<Option<MeetingRow>> {
    let own = meetings::workspace_id.eq(workspace).and(meetings::id.eq(id));
    Ok(MeetingRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: MeetingId) -> ApiResult<()> {
    diesel::delete(meetings::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

pub async fn insert_contacts(mut conn: &Conn, rows: &[MeetingContactRow]) -> ApiResult<()> {
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(meeting_contacts::table).values(chunk).execute(&mut conn).await?;
    }
    Ok(())
}

pub async fn delete_contacts(mut conn: &Conn, workspace: WorkspaceId, meeting: MeetingId) -> ApiResult<()> {
    let own = meeting_contacts::workspace_id.eq(workspace).and(meeting_contacts::meeting_id.eq(meeting));
    diesel::delete(meeting_contacts::table.filter(own)).execute(&mut conn).await?;
    Ok(())
}

/// With whom these meetings are, the first of each first.
pub async fn contacts_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meetings: &[MeetingId],
) -> ApiResult<Vec<MeetingContactRow>> {
    let own = meeting_contacts::workspace_id.eq(workspace).and(meeting_contacts::meeting_id.eq_any(meetings));
    let ordered = (meeting_contacts::meeting_id, meeting_contacts::ordinal, meeting_contacts::contact_id);
    Ok(MeetingContactRow::query().filter(own).order(ordered).load(&mut conn).await?)
}

/// Which meetings, deleted or not, these contacts are in.
pub async fn meetings_of(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<MeetingId>> {
    let own = meeting_contacts::workspace_id.eq(workspace).and(meeting_contacts::contact_id.eq_any(contacts));
    let ids = meeting_contacts::table.filter(own).select(meeting_contacts::meeting_id).distinct();
    Ok(ids.load(&mut conn).await?)
}

/// Those of these contacts who are in a meeting, deleted or not.
pub async fn parties(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<ContactId>> {
    let own = meeting_contacts::workspace_id.eq(workspace).and(meeting_contacts::contact_id.eq_any(contacts));
    Ok(meeting_contacts::table.filter(own).select(meeting_contacts::contact_id).distinct().load(&mut conn).await?)
}

/// The rows of the meetings that these contacts are in, deleted or not.
pub async fn rows_of(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<MeetingRow>> {
    let theirs = meeting_contacts::workspace_id.eq(workspace).and(meeting_contacts::contact_id.eq_any(contacts));
    let theirs = meeting_contacts::table.filter(theirs).select(meeting_contacts::meeting_id);
    let own = meetings::workspace_id.eq(workspace).and(meetings::id.eq_any(theirs));
    Ok(MeetingRow::query().filter(own).order(meetings::id).load(&mut conn).await?)
}

/// Notes that other people are in the meeting; gives its version.
pub async fn touch(mut conn: &Conn, workspace: WorkspaceId, id: MeetingId, now: DateTime<Utc>) -> ApiResult<i32> {
    Ok(diesel::update(meetings::table.find((workspace, id)))
        .set((meetings::version.eq(meetings::version + 1), meetings::updated_at.eq(now)))
        .returning(meetings::version)
        .get_result(&mut conn)
        .await?)
}

/// Meetings that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<MeetingRow>> {
    let live = meetings::workspace_id.eq(workspace).and(meetings::deleted_at.is_null());
    let rows = keyset!(MeetingRow::query().filter(live).into_boxed(), false, meetings::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// Makes those that show the names of these people a new version, and gives them.
pub async fn renew(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(MeetingId, i32)>> {
    let ids = meetings_of(conn, workspace, contacts).await?;
    let shown = meetings::workspace_id.eq(workspace).and(meetings::id.eq_any(ids)).and(meetings::deleted_at.is_null());
    Ok(diesel::update(meetings::table.filter(shown))
        .set((meetings::version.eq(meetings::version + 1), meetings::updated_at.eq(now)))
        .returning((meetings::id, meetings::version))
        .get_results(&mut conn)
        .await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<MeetingRow>> {
    let live = meetings::workspace_id.eq(workspace).and(meetings::deleted_at.is_null());
    let mut rows = MeetingRow::query().filter(live).into_boxed();
    if !query.contact_id.is_empty() {
        let theirs = meeting_contacts::table
            .filter(meeting_contacts::workspace_id.eq(workspace))
            .filter(meeting_contacts::meeting_id.eq(meetings::id))
            .filter(meeting_contacts::contact_id.eq_any(&query.contact_id));
        rows = rows.filter(exists(theirs));
    }
    if !query.state.is_empty() {
        rows = rows.filter(meetings::state.eq_any(&query.state));
    }
    if !query.medium.is_empty() {
        rows = rows.filter(meetings::medium.eq_any(&query.medium));
    }
    if let Some(after) = query.starts_after {
        rows = rows.filter(meetings::starts_at.gt(after));
    }
    if let Some(before) = query.starts_before {
        rows = rows.filter(meetings::starts_at.lt(before));
    }
    if let Some(after) = query.created_after {
        rows = rows.filter(meetings::created_at.gt(after));
    }
    if let Some(before) = query.created_before {
        rows = rows.filter(meetings::created_at.lt(before));
    }
    if let Some(after) = query.updated_after {
        rows = rows.filter(meetings::updated_at.gt(after));
    }
    if let Some(before) = query.updated_before {
        rows = rows.filter(meetings::updated_at.lt(before));
    }
    let Order { by, descending } = query.sort.order();
    let at = from.and_then(|from| Some((from.at?, from.id)));
    rows = match by {
        By::Created => keyset!(rows, descending, meetings::id, from.map(|from| from.id)),
        By::Updated => keyset!(rows, descending, meetings::updated_at, meetings::id, at),
        By::Starts => {
            let rows = rows.filter(meetings::starts_at.is_not_null());
            keyset!(rows, descending, meetings::starts_at.assume_not_null(), meetings::id, at)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

pub async fn settings(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Option<SettingsRow>> {
    let own = meeting_settings::workspace_id.eq(workspace);
    Ok(SettingsRow::query().filter(own).first(&mut conn).await.optional()?)
}

/// The row, locked until the end of the transaction; made first, if need be, so that there is one to lock.
pub async fn lock_settings(mut conn: &Conn, fresh: &SettingsRow) -> ApiResult<SettingsRow> {
    diesel::insert_into(meeting_settings::table).values(fresh).on_conflict_do_nothing().execute(&mut conn).await?;
    let own = meeting_settings::workspace_id.eq(fresh.workspace_id);
    Ok(SettingsRow::query().filter(own).for_update().first(&mut conn).await?)
}

pub async fn update_settings(mut conn: &Conn, row: &SettingsRow) -> ApiResult<()> {
    diesel::update(meeting_settings::table.find(row.workspace_id)).set(row).execute(&mut conn).await?;
    Ok(())
}

/// How a workspace wants its meetings, as an archive takes it.
pub const SETTINGS: Table = Table {
    name: "meeting_settings",
    columns: &["version", "created_at", "updated_at", "preferences"],
    checks: &[("preferences", MeetingSettingsInput::is_sound)],
    created: Some(Kind::MeetingSettingsUpdated),
    ..Table::NONE
};
