//! Every statement about contacts and their positions, each within one workspace.
//!
//! Longer than others, for nearly every slice asks something of contacts: lists, search, imports, merges, touches.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Float, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use futures_util::try_join;

use super::api::Contact;
use super::model::{ContactId, ContactRow, ContactWrite, OriginRow, PositionRow, PositionView, StageMoveRow};
use super::query::{By, Employment, ListQuery, never};
use super::search;
use super::timeline::Logged;
use super::touch::Touched;
use super::words::{Stage, StageReason};
use crate::companies::CompanyId;
use crate::db::columns::array_text;
use crate::db::full_text::TsVector;
use crate::db::schema::{changes, companies, contact_redirects, contacts, positions, stage_moves};
use crate::db::{Conn, Json, Prebuilt, WorkspaceId};
use crate::error::{ApiError, ApiResult, OnConstraint};
use crate::exports::table::is;
use crate::exports::{Link, Table};
use crate::external_ids::ExternalIds;
use crate::http::page::Count;
use crate::insert_columns;
use crate::search::Found;
use crate::sort::{Order, Position, keyset};
use crate::text::{self, inroad_lowered};
use crate::timeline::{Span, Tie};

/// Rows of one statement.
const CHUNK: usize = 1_000;
/// How like a word of the contact a word of the search must be at least. Two letters that changed places leave a name
/// of five to seven letters a third of its trigrams.
const LIKE: Likeness = Likeness("0.3");
/// What is very like.
const VERY_LIKE: Likeness = Likeness("0.6");
/// Contacts that are like a search of which no more is asked than how like they are: that costs more than finding them.
const RANKED: i64 = 2_000;

/// From 0 to 1, as PostgreSQL reads it.
#[derive(Debug, Clone, Copy)]
pub struct Likeness(&'static str);

diesel::infix_operator!(Resembles, " <% ", Bool, backend: diesel::pg::Pg);

pub async fn insert(mut conn: &Conn, contact: &ContactWrite) -> ApiResult<()> {
    let inserted = diesel::insert_into(contacts::table).values(contact).execute(&mut conn).await;
    inserted.on_constraint("contacts_connector_fkey", connector_gone)?;
    Ok(())
}

/// The connector was there when it was looked for, and was purged since.
fn connector_gone() -> ApiError {
    ApiError::field("/connector_id", "not_found", "is not a contact of this workspace")
}

/// As with the connector.
fn company_gone() -> ApiError {
    ApiError::field("/positions", "not_found", "names a company that is not of this workspace")
}

pub async fn insert_many(conn: &Conn, list: &[ContactWrite]) -> ApiResult<()> {
    write_many(conn, list, None).await
}

/// Writes these over the ones with their ids, which are there.
pub async fn update_many(conn: &Conn, list: &[ContactWrite]) -> ApiResult<()> {
    write_many(conn, list, Some(&["workspace_id", "id"])).await
}

async fn write_many(mut conn: &Conn, list: &[ContactWrite], over: Option<&[&str]>) -> ApiResult<()> {
    for chunk in list.chunks(CHUNK) {
        insert_columns!(&mut conn, "contacts", chunk, write => {
            workspace_id: Uuid = write.row.workspace_id,
            id: Uuid = write.row.id,
            version: Integer = write.row.version,
            created_at: Timestamptz = write.row.created_at,
            updated_at: Timestamptz = write.row.updated_at,
            deleted_at: Nullable<Timestamptz> = write.row.deleted_at,
            display_name: Text = write.row.display_name.as_str(),
            sort_name: Text = write.row.sort_name.as_str(),
            search_text: Text = write.search_text.as_str(),
            given_name: Nullable<Text> = write.row.given_name.as_deref(),
            family_name: Nullable<Text> = write.row.family_name.as_deref(),
            profile: Jsonb = &write.row.profile,
            emails: Jsonb = &write.row.emails,
            email_keys as "text[]": Text = array_text(&write.email_keys),
            linkedin_slug: Nullable<Text> = write.row.linkedin_slug.as_deref(),
            industries as "text[]": Text = array_text(&write.row.industries),
            tags as "text[]": Text = array_text(&write.row.tags),
            how_found: Nullable<Text> = write.row.how_found,
            connector_id: Nullable<Uuid> = write.row.connector_id,
            relationship: Nullable<Text> = write.row.relationship,
            strength: Nullable<SmallInt> = write.row.strength,
            stage: Text = write.row.stage,
            stage_reason: Nullable<Text> = write.row.stage_reason,
            stage_changed_at: Timestamptz = write.row.stage_changed_at,
            do_not_contact: Bool = write.row.do_not_contact,
            last_touch_at: Nullable<Timestamptz> = write.row.last_touch_at,
            notes: Nullable<Text> = write.row.notes.as_deref(),
            custom_fields: Jsonb = &write.row.custom_fields,
            external_ids: Jsonb = &write.row.external_ids,
            search_words: TsVector = &write.search_words,
        }, over over)?;
    }
    Ok(())
}

pub async fn insert_positions(mut conn: &Conn, rows: &[PositionRow]) -> ApiResult<()> {
    // A single row is inserted by a statement that stays prepared; one of several rows never does.
    if let [row] = rows {
        let inserted = diesel::insert_into(positions::table).values(row).execute(&mut conn).await;
        inserted.on_constraint("positions_company_fkey", company_gone)?;
        return Ok(());
    }
    for chunk in rows.chunks(CHUNK) {
        let inserted = insert_columns!(&mut conn, "positions", chunk, row => {
            workspace_id: Uuid = row.workspace_id,
            id: Uuid = row.id,
            contact_id: Uuid = row.contact_id,
            company_id: Nullable<Uuid> = row.company_id,
            company_name: Nullable<Text> = row.company_name.as_deref(),
            title: Nullable<Text> = row.title.as_deref(),
            started_on: Nullable<Date> = row.started_on,
            ended_on: Nullable<Date> = row.ended_on,
            is_current: Bool = row.is_current,
            ordinal: Integer = row.ordinal,
        });
        inserted.on_constraint("positions_company_fkey", company_gone)?;
    }
    Ok(())
}

pub async fn replace_positions(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
    rows: &[PositionRow],
) -> ApiResult<()> {
    for chunk in contacts.chunks(CHUNK) {
        let theirs = positions::workspace_id.eq(workspace).and(positions::contact_id.eq_any(chunk));
        diesel::delete(positions::table.filter(theirs)).execute(&mut conn).await?;
    }
    insert_positions(conn, rows).await
}

/// Writes the contact over the one with its id.
pub async fn update(mut conn: &Conn, contact: &ContactWrite) -> ApiResult<()> {
    let own = contacts::table.find((contact.row.workspace_id, contact.row.id));
    let derived = (
        contacts::search_text.eq(&contact.search_text),
        contacts::email_keys.eq(&contact.email_keys),
        contacts::search_words.eq(&contact.search_words),
    );
    let updated = diesel::update(own).set((&contact.row, derived)).execute(&mut conn).await;
    updated.on_constraint("contacts_connector_fkey", connector_gone)?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<ContactRow> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::id.eq(id)).and(contacts::deleted_at.is_null());
    Ok(Prebuilt(ContactRow::query().filter(live)).get_result(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<ContactRow> {
    let own = contacts::workspace_id.eq(workspace).and(contacts::id.eq(id));
    Ok(ContactRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// Those of these contacts that are not deleted.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<ContactRow>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    Ok(ContactRow::query().filter(wanted.and(contacts::deleted_at.is_null())).load(&mut conn).await?)
}

/// Others who work at the same company now and may be written to, those whom nobody has written to yet first.
pub async fn colleagues(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contact: ContactId,
    limit: i64,
) -> ApiResult<Vec<ContactId>> {
    let now = positions::workspace_id.eq(workspace).and(positions::is_current);
    let own =
        positions::table.filter(now.and(positions::contact_id.eq(contact)).and(positions::company_id.is_not_null()));
    let companies: Vec<CompanyId> = own.select(positions::company_id.assume_not_null()).load(&mut conn).await?;
    let there = positions::table.filter(now.and(positions::company_id.eq_any(companies))).select(positions::contact_id);
    let others = contacts::workspace_id.eq(workspace).and(contacts::id.ne(contact)).and(contacts::id.eq_any(there));
    let wanted = contacts::deleted_at.is_null().and(contacts::stage.ne(Stage::Closed));
    let wanted = wanted.and(contacts::do_not_contact.eq(false));
    let order = (contacts::last_touch_at.asc().nulls_first(), contacts::strength.desc().nulls_last(), contacts::id);
    let found = contacts::table.filter(others.and(wanted)).order(order).limit(limit);
    Ok(found.select(contacts::id).load(&mut conn).await?)
}

/// Contacts at a stage who may be written to, those who came to it first first, from a place on; each with its place.
pub async fn waiting(
    mut conn: &Conn,
    workspace: WorkspaceId,
    stage: Stage,
    from: Option<&Position>,
    limit: i64,
) -> ApiResult<Vec<(ContactId, Position)>> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    let there = live.and(contacts::stage.eq(stage)).and(contacts::do_not_contact.eq(false));
    let rows = contacts::table.filter(there).select((contacts::id, contacts::stage_changed_at)).into_boxed();
    let at = from.and_then(|from| Some((from.at?, from.id)));
    let rows = keyset!(rows, false, contacts::stage_changed_at, contacts::id, at);
    let rows: Vec<(ContactId, DateTime<Utc>)> = rows.limit(limit).load(&mut conn).await?;
    let place = |id: ContactId, at| Position { id: id.into(), at: Some(at), ..Position::default() };
    Ok(rows.into_iter().map(|(id, at)| (id, place(id, at))).collect())
}

/// Contacts to whom nothing was sent yet and who may be written to, the closest first, from a place on; each with its place.
pub async fn unwritten(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: Option<&Position>,
    limit: i64,
) -> ApiResult<Vec<(ContactId, Position)>> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    let fresh = live.and(contacts::stage.eq_any([Stage::Identified, Stage::Researching]));
    let fresh = fresh.and(contacts::do_not_contact.eq(false));
    let rows = contacts::table.filter(fresh).select((contacts::id, contacts::strength_rank)).into_boxed();
    let at = from.and_then(|from| Some((from.number?, from.id)));
    let rows = keyset!(rows, true, contacts::strength_rank, contacts::id, at);
    let rows: Vec<(ContactId, i16)> = rows.limit(limit).load(&mut conn).await?;
    let place = |id: ContactId, rank| Position { id: id.into(), number: Some(rank), ..Position::default() };
    Ok(rows.into_iter().map(|(id, rank)| (id, place(id, rank))).collect())
}

/// Those of these contacts that are not deleted, locked until the end of the transaction.
pub async fn lock_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<ContactRow>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    // In one order, so that two who lock the same contacts wait and do not block each other.
    let rows = ContactRow::query().filter(wanted.and(contacts::deleted_at.is_null())).order(contacts::id);
    Ok(rows.for_update().load(&mut conn).await?)
}

/// Which of these contacts are not deleted. They are locked until the end of the transaction.
pub async fn hold(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<HashSet<ContactId>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids)).and(contacts::deleted_at.is_null());
    let rows = contacts::table.filter(wanted).select(contacts::id).order(contacts::id);
    let held: Vec<ContactId> = rows.for_no_key_update().load(&mut conn).await?;
    Ok(held.into_iter().collect())
}

/// The versions of these contacts.
pub async fn versions(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
) -> ApiResult<HashMap<ContactId, i32>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    let rows = contacts::table.filter(wanted).select((contacts::id, contacts::version));
    Ok(rows.load(&mut conn).await?.into_iter().collect())
}

/// Those that are not deleted and have this e-mail address, whatever its case, oldest first.
pub async fn with_address(mut conn: &Conn, workspace: WorkspaceId, address: &str) -> ApiResult<Vec<ContactId>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::email_keys.contains(vec![address.to_lowercase()]));
    let live = contacts::table.filter(wanted.and(contacts::deleted_at.is_null()));
    Ok(live.select(contacts::id).order(contacts::id).limit(100).load(&mut conn).await?)
}

/// By what a file may know a contact: id, LinkedIn slug, e-mail addresses in lower case, and the name it sorts by.
pub type Handle = (ContactId, Option<String>, Vec<String>, String);

/// The handles of all contacts, oldest first.
pub async fn handles(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<Handle>> {
    let live = contacts::table.filter(contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null()));
    let columns = (contacts::id, contacts::linkedin_slug, contacts::email_keys, contacts::sort_name);
    Ok(live.select(columns).order(contacts::id).load(&mut conn).await?)
}

/// The contacts that lie in the trash, by what a file may know them by.
pub async fn handles_in_trash(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<Handle>> {
    // Whoever was merged into another is no more to be restored than to be added anew.
    let merged = contact_redirects::table.filter(contact_redirects::workspace_id.eq(workspace));
    let gone = contacts::table
        .filter(contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_not_null()))
        .filter(diesel::dsl::not(contacts::id.eq_any(merged.select(contact_redirects::id))));
    let columns = (contacts::id, contacts::linkedin_slug, contacts::email_keys, contacts::sort_name);
    Ok(gone.select(columns).load(&mut conn).await?)
}

/// The telephone numbers of all contacts that have some, as the profile keeps them; oldest first.
pub async fn phones(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<(ContactId, serde_json::Value)>> {
    let live = contacts::table.filter(contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null()));
    let list = contacts::profile.retrieve_as_object("phones");
    let with_some = live.filter(list.ne(serde_json::json!([])));
    Ok(with_some.select((contacts::id, list)).order(contacts::id).load(&mut conn).await?)
}

pub async fn exists(mut conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<bool> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::id.eq(id)).and(contacts::deleted_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(contacts::table.filter(live))).get_result(&mut conn).await?)
}

/// What those of these contacts that are not deleted are called.
pub async fn names(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
) -> ApiResult<HashMap<ContactId, String>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    let live = contacts::table.filter(wanted.and(contacts::deleted_at.is_null()));
    let rows: Vec<(ContactId, String)> = live.select((contacts::id, contacts::display_name)).load(&mut conn).await?;
    Ok(rows.into_iter().collect())
}

/// What these contacts are or were called, deleted or not.
pub async fn all_names(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
) -> ApiResult<HashMap<ContactId, String>> {
    let wanted = contacts::table.filter(contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids)));
    let rows: Vec<(ContactId, String)> = wanted.select((contacts::id, contacts::display_name)).load(&mut conn).await?;
    Ok(rows.into_iter().collect())
}

/// Keeps from which stages to which contacts have moved.
pub async fn insert_stage_moves(mut conn: &Conn, rows: &[StageMoveRow]) -> ApiResult<()> {
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(stage_moves::table).values(chunk).execute(&mut conn).await?;
    }
    Ok(())
}

/// Keeps from which stage to which a contact has moved.
pub async fn insert_stage_move(mut conn: &Conn, row: &StageMoveRow) -> ApiResult<()> {
    diesel::insert_into(stage_moves::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// The kinds of change that the timeline tells, as the index of them has it: in the text, for an index with a
/// condition is used where the condition can be read.
const TOLD: &str =
    "changes.kind IN ('contact.updated', 'contact.stage_changed', 'contact.deleted', 'contact.restored')";

/// The moves of a contact from stage to stage, under all of its ids.
pub async fn stage_moves_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
) -> ApiResult<Vec<StageMoveRow>> {
    let own = stage_moves::workspace_id.eq(workspace).and(stage_moves::contact_id.eq_any(ids));
    Ok(StageMoveRow::query().filter(own).order(stage_moves::moved_at).load(&mut conn).await?)
}

/// Gives the moves of a contact that goes to another. They were of other versions: their numbers are less than any.
pub async fn inherit_stage_moves(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: ContactId,
    to: ContactId,
) -> ApiResult<()> {
    diesel::sql_query(
        "UPDATE stage_moves AS own SET contact_id = $3, version = new.version
         FROM (
             SELECT version AS old, (row_number() OVER (ORDER BY version DESC) * -1 + coalesce((
                 SELECT least(min(version), 0) FROM stage_moves WHERE workspace_id = $1 AND contact_id = $3
             ), 0))::integer AS version
             FROM stage_moves WHERE workspace_id = $1 AND contact_id = $2
         ) AS new
         WHERE own.workspace_id = $1 AND own.contact_id = $2 AND own.version = new.old",
    )
    .bind::<Uuid, _>(workspace)
    .bind::<Uuid, _>(from)
    .bind::<Uuid, _>(to)
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// How these contacts came in, deleted or not.
pub async fn origins(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<OriginRow>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    Ok(OriginRow::query().filter(wanted).load(&mut conn).await?)
}

/// Whose change it is, its number, when, its kind, and the fields that changed.
type LoggedRow = (uuid::Uuid, i64, DateTime<Utc>, String, Vec<String>);

/// What the change log has of a contact under all of its ids, newest first, but for moves from stage to stage that are
/// kept apart.
pub async fn changes_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
    span: &Span,
) -> ApiResult<Vec<Logged>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| (*id).into()).collect();
    // A former one was hidden by the merge, which is told by itself.
    let hidden = changes::resource_id.eq_any(ids.get(1..).unwrap_or_default().to_vec());
    let hidden = hidden.and(changes::kind.eq_any(["contact.deleted", "contact.restored"]));
    let moved = stage_moves::workspace_id
        .eq(changes::workspace_id)
        .and(stage_moves::contact_id.eq(changes::resource_id))
        .and(stage_moves::version.eq(changes::resource_version));
    let own = changes::workspace_id.eq(workspace).and(changes::resource_id.eq_any(ids));
    let mut rows = changes::table
        .left_join(stage_moves::table.on(moved))
        .filter(own.and(diesel::dsl::sql::<Bool>(TOLD)).and(not(hidden)))
        .filter(changes::kind.ne("contact.stage_changed").or(stage_moves::version.nullable().is_null()))
        .select((changes::resource_id, changes::seq, changes::occurred_at, changes::kind, changes::fields))
        .order((changes::occurred_at.desc(), changes::seq.desc()))
        .into_boxed();
    if let Some((at, tie)) = &span.before {
        rows = match tie {
            Tie::None => rows.filter(changes::occurred_at.lt(at)),
            Tie::All => rows.filter(changes::occurred_at.le(at)),
            Tie::Below(seq) => {
                let earlier = changes::seq.lt(seq.parse::<i64>().unwrap_or(0));
                rows.filter(changes::occurred_at.le(at).and(changes::occurred_at.lt(at).or(earlier)))
            }
        };
    }
    let limit = i64::try_from(span.limit).unwrap_or(i64::MAX);
    let rows: Vec<LoggedRow> = rows.limit(limit).load(&mut conn).await?;
    Ok(rows.into_iter().map(|(id, seq, at, kind, fields)| Logged { id, seq, at, kind, fields }).collect())
}

/// The positions of one contact, in their order. Not by a list of one: for that PostgreSQL makes a new plan at every
/// call, which takes it longer than the reading.
pub async fn positions_of(mut conn: &Conn, workspace: WorkspaceId, contact: ContactId) -> ApiResult<Vec<PositionView>> {
    let own = positions::workspace_id.eq(workspace).and(positions::contact_id.eq(contact));
    Ok(Prebuilt(PositionView::query().filter(own).order(positions::ordinal)).load(&mut conn).await?)
}

/// The positions of these contacts, in their order.
pub async fn positions(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<PositionView>> {
    let theirs = positions::workspace_id.eq(workspace).and(positions::contact_id.eq_any(contacts));
    let ordered = PositionView::query().filter(theirs).order((positions::contact_id, positions::ordinal));
    Ok(Prebuilt(ordered).load(&mut conn).await?)
}

pub async fn mark_deleted(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: ContactId,
    deleted_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> ApiResult<()> {
    diesel::update(contacts::table.find((workspace, id)))
        .set((
            contacts::deleted_at.eq(deleted_at),
            contacts::version.eq(contacts::version + 1),
            contacts::updated_at.eq(now),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Removes the row and its positions; those it connected lose their connector.
pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<()> {
    let led = contacts::workspace_id.eq(workspace).and(contacts::connector_id.eq(id));
    diesel::update(contacts::table.filter(led))
        .set(contacts::connector_id.eq(None::<ContactId>))
        .execute(&mut conn)
        .await?;
    diesel::delete(contacts::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Gives those of these contacts (all, when none are named) whose connector is `before` the connector `after`, but for
/// those that are `apart`; says who, with their new versions.
pub async fn reconnect(
    mut conn: &Conn,
    workspace: WorkspaceId,
    before: ContactId,
    after: Option<ContactId>,
    only: Option<&[ContactId]>,
    apart: &[ContactId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(ContactId, i32)>> {
    let led = contacts::workspace_id.eq(workspace).and(contacts::connector_id.eq(before));
    let led = led.and(diesel::dsl::not(contacts::id.eq_any(apart)));
    let new =
        (contacts::connector_id.eq(after), contacts::version.eq(contacts::version + 1), contacts::updated_at.eq(now));
    let columns = (contacts::id, contacts::version);
    Ok(match only {
        None => diesel::update(contacts::table.filter(led)).set(new).returning(columns).get_results(&mut conn).await?,
        Some(only) => {
            let led = led.and(contacts::id.eq_any(only));
            diesel::update(contacts::table.filter(led)).set(new).returning(columns).get_results(&mut conn).await?
        }
    })
}

/// Whose connector one of these is.
pub async fn led_by(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<ContactId>> {
    let led = contacts::workspace_id.eq(workspace).and(contacts::connector_id.eq_any(ids));
    Ok(contacts::table.filter(led).select(contacts::id).order(contacts::id).load(&mut conn).await?)
}

/// The rows, deleted or not.
pub async fn rows(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<ContactRow>> {
    let own = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    Ok(ContactRow::query().filter(own).order(contacts::id).load(&mut conn).await?)
}

/// Contacts that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<uuid::Uuid>,
    fetch: i64,
) -> ApiResult<Vec<ContactRow>> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    let rows = keyset!(ContactRow::query().filter(live).into_boxed(), false, contacts::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// A new version, with nothing else new.
pub async fn touch(mut conn: &Conn, workspace: WorkspaceId, id: ContactId, now: DateTime<Utc>) -> ApiResult<i32> {
    Ok(diesel::update(contacts::table.find((workspace, id)))
        .set((contacts::version.eq(contacts::version + 1), contacts::updated_at.eq(now)))
        .returning(contacts::version)
        .get_result(&mut conn)
        .await?)
}

pub async fn set_external_ids(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: ContactId,
    ids: ExternalIds,
) -> ApiResult<()> {
    let own = contacts::table.find((workspace, id));
    diesel::update(own).set(contacts::external_ids.eq(Json(ids))).execute(&mut conn).await?;
    Ok(())
}

/// Writes what touches changed, in one statement however many there are.
pub async fn write_touches(
    mut conn: &Conn,
    workspace: WorkspaceId,
    list: &[Touched],
    now: DateTime<Utc>,
) -> ApiResult<()> {
    const WRITE: &str = "UPDATE contacts SET stage = t.stage, stage_changed_at = t.stage_changed_at,
            last_touch_at = t.last_touch_at, version = contacts.version + 1, updated_at = $6
        FROM unnest($2, $3, $4, $5) AS t (id, stage, stage_changed_at, last_touch_at)
        WHERE contacts.workspace_id = $1 AND contacts.id = t.id";
    if list.is_empty() {
        return Ok(());
    }
    diesel::sql_query(WRITE)
        .bind::<Uuid, _>(workspace)
        .bind::<Array<Uuid>, _>(list.iter().map(|touched| touched.id).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(list.iter().map(|touched| touched.stage).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(list.iter().map(|touched| touched.stage_changed_at).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(list.iter().map(|touched| touched.last_touch_at).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(now)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Makes those who work or worked there findable by the company's new name.
pub async fn company_renamed(
    mut conn: &Conn,
    workspace: WorkspaceId,
    company: CompanyId,
    before: &str,
    after: &str,
) -> ApiResult<()> {
    diesel::define_sql_function! { fn replace(text: Text, before: Text, after: Text) -> Text; }
    let there = positions::workspace_id.eq(workspace).and(positions::company_id.eq(company));
    let people = positions::table.filter(there).select(positions::contact_id);
    let line = |name: &str| format!("\n{}\n", text::fold(name));
    let theirs = contacts::table.filter(contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(people)));
    let ids: Vec<ContactId> = diesel::update(theirs)
        .set(contacts::search_text.eq(replace(contacts::search_text, line(before), line(after))))
        .returning(contacts::id)
        .get_results(&mut conn)
        .await?;
    reindex(conn, workspace, &ids).await
}

/// What a search shows of these contacts.
pub async fn found(mut conn: &Conn, workspace: WorkspaceId, ids: &[uuid::Uuid]) -> ApiResult<Vec<Found>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    let theirs = positions::workspace_id.eq(workspace).and(positions::contact_id.eq_any(ids));
    let rows = ContactRow::query().filter(wanted.and(contacts::deleted_at.is_null()));
    let positions = PositionView::query().filter(theirs).order((positions::contact_id, positions::ordinal));
    let mut twin = conn;
    let (rows, positions) = try_join!(rows.load(&mut conn), positions.load(&mut twin))?;
    Ok(shown(rows, positions).into_iter().map(Found::from).collect())
}

/// These contacts as the API shows them.
pub async fn with_positions(conn: &Conn, workspace: WorkspaceId, rows: Vec<ContactRow>) -> ApiResult<Vec<Contact>> {
    let ids: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
    let positions = if ids.is_empty() { Vec::new() } else { positions(conn, workspace, &ids).await? };
    Ok(shown(rows, positions))
}

/// Live contacts after this one, in the order of ids.
pub async fn after(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<uuid::Uuid>,
    fetch: i64,
) -> ApiResult<Vec<ContactRow>> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    let after = contacts::id.gt(after.unwrap_or_default());
    let rows = ContactRow::query().filter(live.and(after)).order(contacts::id).limit(fetch);
    Ok(rows.load(&mut conn).await?)
}

/// Which of these are live contacts.
pub async fn present(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<HashSet<ContactId>> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    let rows = contacts::table.filter(live.and(contacts::id.eq_any(ids))).select(contacts::id);
    Ok(rows.load(&mut conn).await?.into_iter().collect())
}

/// Which of these ids contacts have, live or not.
pub async fn taken(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<HashSet<ContactId>> {
    let own = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    Ok(contacts::table.filter(own).select(contacts::id).load(&mut conn).await?.into_iter().collect())
}

/// Which of these ids positions have.
pub async fn taken_positions(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[uuid::Uuid],
) -> ApiResult<HashSet<uuid::Uuid>> {
    let own = positions::workspace_id.eq(workspace).and(positions::id.eq_any(ids));
    Ok(positions::table.filter(own).select(positions::id).load(&mut conn).await?.into_iter().collect())
}

/// Gives each of the first its connector, where that one is there.
pub async fn connect(mut conn: &Conn, workspace: WorkspaceId, ties: &[(ContactId, ContactId)]) -> ApiResult<()> {
    let (ids, connectors): (Vec<ContactId>, Vec<ContactId>) = ties.iter().copied().unzip();
    let updated = diesel::sql_query(
        "UPDATE contacts SET connector_id = there.id
         FROM unnest($2, $3) AS tie (id, connector), contacts AS there
         WHERE contacts.workspace_id = $1 AND contacts.id = tie.id
         AND there.workspace_id = $1 AND there.id = tie.connector AND there.id <> tie.id",
    )
    .bind::<Uuid, _>(workspace)
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Uuid>, _>(connectors)
    .execute(&mut conn)
    .await;
    updated.on_constraint("contacts_connector_fkey", connector_gone)?;
    Ok(())
}

fn shown(rows: Vec<ContactRow>, positions: Vec<PositionView>) -> Vec<Contact> {
    let mut by_contact: HashMap<ContactId, Vec<PositionView>> = HashMap::with_capacity(rows.len());
    for position in positions {
        by_contact.entry(position.contact_id).or_default().push(position);
    }
    let contact = |row: ContactRow| {
        let positions = by_contact.remove(&row.id).unwrap_or_default();
        Contact::new(row, positions)
    };
    rows.into_iter().map(contact).collect()
}

/// Renews what a search finds of these contacts by, after their rows were changed in one go.
pub async fn reindex(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<()> {
    for chunk in ids.chunks(CHUNK) {
        let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(chunk));
        // Whoever holds one of them writes it anew.
        let rows = ContactRow::query().filter(wanted).for_update().skip_locked().load(&mut conn).await?;
        let contacts = shown(rows, self::positions(conn, workspace, chunk).await?).into_iter();
        let words = contacts.map(|contact| (contact.id.into(), search::words(workspace, contact)));
        crate::search::keep(conn, workspace, "contacts", words).await?;
    }
    Ok(())
}

/// Contacts whose words are like those of the search, for when none has them as they are.
///
/// The best come first unless the query says otherwise. For that those that are very like are looked at before the
/// others, and of either no more than [`RANKED`]: a word that nearly every contact has would take seconds.
pub async fn list_alike(
    conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<Hit>> {
    let Some(text) = query.relevance() else { return list(conn, workspace, query, from, Some(LIKE)).await };
    let from = from.and_then(|from| Some((from.fit?, from.id)));
    let fetch = usize::try_from(query.fetch()).unwrap_or(usize::MAX);
    let mut fits: HashMap<ContactId, f32> = HashMap::new();
    let mut best: Vec<(f32, ContactId)> = Vec::new();
    for likeness in [VERY_LIKE, LIKE] {
        fits.extend(fits_of(conn, workspace, query, &text, likeness).await?);
        let follows = |&(fit, id): &(f32, ContactId)| from.is_none_or(|(last, at)| (fit, id.into()) < (last, at));
        best = fits.iter().map(|(id, fit)| (*fit, *id)).filter(follows).collect();
        best.sort_unstable_by(|(a, at), (b, bt)| b.total_cmp(a).then(bt.cmp(at)));
        best.truncate(fetch);
        if best.len() == fetch {
            break;
        }
    }
    let ids: Vec<ContactId> = best.iter().map(|(_, id)| *id).collect();
    let rows = find_many(conn, workspace, &ids).await?;
    let mut rows: HashMap<ContactId, ContactRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(best.into_iter().filter_map(|(fit, id)| Some((rows.remove(&id)?, fit))).collect())
}

/// Contacts that are so like the search, and how like they are.
async fn fits_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    text: &str,
    likeness: Likeness,
) -> ApiResult<Vec<(ContactId, f32)>> {
    let alike = filtered(workspace, query, Some(likeness)).select((contacts::id, fit(Some(text), true)));
    Ok(alike.limit(RANKED).load(&mut conn).await?)
}

/// A contact of a list, and how well it fits what was searched for: see [`fit`].
pub type Hit = (ContactRow, f32);

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
    alike: Option<Likeness>,
) -> ApiResult<Vec<Hit>> {
    let relevance = query.relevance();
    let best = || fit(relevance.as_deref(), alike.is_some());
    let mut rows = filtered(workspace, query, alike).select((ContactRow::as_select(), best()));
    if relevance.is_some() {
        if let Some((fit, id)) = from.and_then(|from| Some((from.fit?, from.id))) {
            rows = rows.filter(best().lt(fit).or(best().eq(fit).and(contacts::id.lt(id))));
        }
        let rows = rows.order((best().desc(), contacts::id.desc()));
        return Ok(rows.limit(query.fetch()).load(&mut conn).await?);
    }
    let Order { by, descending } = query.order();
    rows = match by {
        By::Created => keyset!(rows, descending, contacts::id, from.map(|from| from.id)),
        By::Updated => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, contacts::updated_at, contacts::id, from)
        }
        By::Name => {
            let from = from.and_then(|from| Some((from.text.clone()?, from.id)));
            keyset!(rows, descending, contacts::sort_name, contacts::id, from)
        }
        By::LastTouch => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, contacts::touch_rank, contacts::id, from)
        }
        By::Strength => {
            let from = from.and_then(|from| Some((from.number?, from.id)));
            keyset!(rows, descending, contacts::strength_rank, contacts::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// How many the filters find, if the query asks for it.
pub async fn total(mut conn: &Conn, workspace: WorkspaceId, query: &ListQuery, alike: bool) -> ApiResult<Option<i64>> {
    match query.count {
        None => Ok(None),
        Some(Count::Exact) => {
            Ok(Some(filtered(workspace, query, alike.then_some(LIKE)).count().get_result(&mut conn).await?))
        }
    }
}

/// The contacts that the filters find. An index serves each filter that may find few of many: see the migrations.
fn filtered(
    workspace: WorkspaceId,
    query: &ListQuery,
    alike: Option<Likeness>,
) -> contacts::BoxedQuery<'_, diesel::pg::Pg> {
    diesel::define_sql_function! { fn set_config(name: Text, value: Text, is_local: Bool) -> Text; }
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    let mut rows = contacts::table.filter(live).into_boxed();
    if let Some(Likeness(threshold)) = alike {
        // In the statement itself, before all that depends on it, for as long as it runs: under row security, where a
        // transaction could set it, the index of trigrams is out of reach.
        let set = set_config("pg_trgm.word_similarity_threshold", threshold, true);
        rows = rows.filter(diesel::select(set).single_value().is_not_null());
    }
    for word in text::fold(query.q.as_deref().unwrap_or_default()).split(' ').filter(|word| !word.is_empty()) {
        rows = match (alike, text::has_trigram(word)) {
            (Some(_), _) => rows.filter(Resembles::new(word.to_owned().into_sql::<Text>(), contacts::search_text)),
            (None, true) => rows.filter(contacts::search_text.like(text::anywhere(word))),
            (None, false) => rows.filter(text::strpos(contacts::search_text, word.to_owned()).gt(0)),
        };
    }
    if !query.stage.is_empty() {
        rows = rows.filter(contacts::stage.eq_any(query.stage.clone()));
    }
    if !query.tag.is_empty() {
        // The index has those only that have any.
        rows = rows.filter(contacts::tags.ne(Vec::<String>::new()));
        rows = rows.filter(inroad_lowered(contacts::tags).overlaps_with(inroad_lowered(query.tag.clone())));
    }
    if !query.industry.is_empty() {
        // The index has those only that have any.
        rows = rows.filter(contacts::industries.ne(Vec::<String>::new()));
        rows = rows.filter(inroad_lowered(contacts::industries).overlaps_with(inroad_lowered(query.industry.clone())));
    }
    if !query.how_found.is_empty() {
        rows = rows.filter(contacts::how_found.eq_any(query.how_found.clone()));
    }
    if !query.relationship.is_empty() {
        rows = rows.filter(contacts::relationship.eq_any(query.relationship.clone()));
    }
    if !query.connector_id.is_empty() {
        rows = rows.filter(contacts::connector_id.eq_any(query.connector_id.clone()));
    }
    if !query.strength.is_empty() {
        rows = rows.filter(contacts::strength_rank.eq_any(query.strengths()));
    }
    if let Some(do_not_contact) = query.do_not_contact {
        rows = rows.filter(contacts::do_not_contact.eq(do_not_contact));
    }
    let employed = matches!(query.employment, Some(Employment::Current | Employment::Former));
    if employed || !query.company_id.is_empty() || query.company.is_some() {
        rows = rows.filter(contacts::id.eq_any(people_at(workspace, query)));
    }
    macro_rules! range {
        ($column:ident, $after:ident, $before:ident) => {
            if let Some(after) = query.$after {
                rows = rows.filter(contacts::$column.gt(after));
            }
            if let Some(before) = query.$before {
                rows = rows.filter(contacts::$column.lt(before));
            }
        };
    }
    range!(created_at, created_after, created_before);
    range!(updated_at, updated_after, updated_before);
    range!(touch_rank, last_touch_after, last_touch_before);
    if query.last_touch_before.is_some() {
        // Whoever was never touched was not touched before either.
        rows = rows.filter(contacts::touch_rank.gt(never()));
    }
    rows
}

type Fit<'a> = Box<dyn BoxableExpression<contacts::table, diesel::pg::Pg, SqlType = Float> + 'a>;

/// What search results are ordered by: where nothing has the words as they are, how like they are, from 0 to 1; else
/// 1 when a word begins with what is searched for, and 0.
fn fit<'a>(text: Option<&str>, alike: bool) -> Fit<'a> {
    diesel::define_sql_function! { fn word_similarity(part: Text, text: Text) -> Float; }
    match text {
        None => Box::new(0.0.into_sql::<Float>()),
        Some(text) if alike => Box::new(word_similarity(text.to_owned(), contacts::search_text)),
        Some(text) => {
            Box::new(diesel::dsl::case_when(begins(text), 1.0.into_sql::<Float>()).otherwise(0.0.into_sql::<Float>()))
        }
    }
}

type Condition<'a> = Box<dyn BoxableExpression<contacts::table, diesel::pg::Pg, SqlType = Bool> + 'a>;

/// Whether a word of the contact begins with what is searched for.
fn begins<'a>(text: &str) -> Condition<'a> {
    let line = text::anywhere(&format!("\n{text}"));
    let word = text::anywhere(&format!(" {text}"));
    Box::new(contacts::search_text.like(line).or(contacts::search_text.like(word)))
}

/// Those who work or worked at the companies of the query, or anywhere.
fn people_at(workspace: WorkspaceId, query: &ListQuery) -> positions::BoxedQuery<'_, diesel::pg::Pg, Uuid> {
    let here = positions::table.filter(positions::workspace_id.eq(workspace));
    let mut people = here.select(positions::contact_id).into_boxed();
    if !query.company_id.is_empty() {
        people = people.filter(positions::company_id.eq_any(&query.company_id));
    }
    if let Some(name) = &query.company {
        let named = companies::workspace_id.eq(workspace).and(companies::deleted_at.is_null());
        let ids = companies::table.filter(named).select(companies::id.nullable()).into_boxed();
        let part = text::fold(name);
        people = people.filter(positions::company_id.eq_any(match text::has_trigram(&part) {
            true => ids.filter(companies::search_text.like(text::anywhere(&part))),
            false => ids.filter(text::strpos(companies::search_text, part).gt(0)),
        }));
    }
    match query.employment {
        None | Some(Employment::Any) => people,
        Some(Employment::Current) => people.filter(positions::is_current),
        Some(Employment::Former) => people.filter(diesel::dsl::not(positions::is_current)),
    }
}

/// The moves of contacts from stage to stage, as an archive takes them.
pub const STAGE_MOVES: Table = Table {
    name: "stage_moves",
    columns: &["contact_id", "version", "moved_at", "from_stage", "to_stage", "reason"],
    id: Some("contact_id"),
    key: &["contact_id", "version"],
    links: &[Link::required("contact_id", "contacts")],
    checks: &[("from_stage", is::<Stage>), ("to_stage", is::<Stage>), ("reason", is::<StageReason>)],
    ..Table::NONE
};
