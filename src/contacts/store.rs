//! Every statement about contacts and their positions, each within one workspace.
mod handles;
mod history;
mod lists;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use futures_util::try_join;

pub use self::handles::{handles, handles_in_trash, phones, with_address, with_addresses, with_domain};
pub use self::history::{
    STAGE_MOVES, changes_of, inherit_stage_moves, insert_stage_move, insert_stage_moves, stage_moves_of,
};
pub use self::lists::{Hit, list, list_alike, total};
use super::api::Contact;
use super::model::{ContactId, ContactRow, ContactWrite, OriginRow, PositionRow, PositionView};
use super::search;
use super::touch::Touched;
use super::words::Stage;
use crate::companies::CompanyId;
use crate::db::columns::{Taken, array_text};
use crate::db::full_text::{TsVector, Vector};
use crate::db::schema::{contacts, lost_connectors, positions};
use crate::db::{Conn, Json, Prebuilt, WorkspaceId};
use crate::error::{ApiError, ApiResult, OnConstraint};
use crate::external_ids::ExternalIds;
use crate::insert_columns;
use crate::search::Found;
use crate::sort::{Position, keyset};
use crate::text;

/// Rows of one statement.
const CHUNK: usize = 1_000;

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
    write_many(conn, list, Taken::Fails).await
}

/// Writes these over the ones with their ids, which are there.
pub async fn update_many(conn: &Conn, list: &[ContactWrite]) -> ApiResult<()> {
    write_many(conn, list, Taken::Over(&["workspace_id", "id"])).await
}

async fn write_many(mut conn: &Conn, list: &[ContactWrite], taken: Taken<'_>) -> ApiResult<()> {
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
        }, taken taken)?;
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

/// Whether the contact is there; if so, it goes to no trash until the end of the transaction.
pub async fn stays(mut conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<bool> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::id.eq(id)).and(contacts::deleted_at.is_null());
    let held = contacts::table.filter(live).select(contacts::id).for_share();
    Ok(held.first::<ContactId>(&mut conn).await.optional()?.is_some())
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

/// How these contacts came in, deleted or not.
pub async fn origins(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<OriginRow>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    Ok(OriginRow::query().filter(wanted).load(&mut conn).await?)
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
/// those that are `apart`; says who, with their new versions, and whether they lie in the trash.
pub async fn reconnect(
    mut conn: &Conn,
    workspace: WorkspaceId,
    before: ContactId,
    after: Option<ContactId>,
    only: Option<&[ContactId]>,
    apart: &[ContactId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(ContactId, i32, bool)>> {
    let led = contacts::workspace_id.eq(workspace).and(contacts::connector_id.eq(before));
    let led = led.and(diesel::dsl::not(contacts::id.eq_any(apart)));
    let new =
        (contacts::connector_id.eq(after), contacts::version.eq(contacts::version + 1), contacts::updated_at.eq(now));
    let columns = (contacts::id, contacts::version, contacts::deleted_at.is_not_null());
    Ok(match only {
        None => diesel::update(contacts::table.filter(led)).set(new).returning(columns).get_results(&mut conn).await?,
        Some(only) => {
            let led = led.and(contacts::id.eq_any(only));
            diesel::update(contacts::table.filter(led)).set(new).returning(columns).get_results(&mut conn).await?
        }
    })
}

/// Those whose connector goes to the trash have none any more; who it was is kept aside. Says who they are, with their new
/// versions, and whether they lie in the trash themselves.
pub async fn part(
    mut conn: &Conn,
    workspace: WorkspaceId,
    connector: ContactId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(ContactId, i32, bool)>> {
    let parted = reconnect(conn, workspace, connector, None, None, &[], now).await?;
    for chunk in parted.chunks(CHUNK) {
        let row = |(contact, ..): &(ContactId, i32, bool)| {
            (
                lost_connectors::workspace_id.eq(workspace),
                lost_connectors::contact_id.eq(*contact),
                lost_connectors::connector_id.eq(connector),
            )
        };
        diesel::insert_into(lost_connectors::table)
            .values(chunk.iter().map(row).collect::<Vec<_>>())
            .on_conflict((lost_connectors::workspace_id, lost_connectors::contact_id))
            .do_update()
            .set(lost_connectors::connector_id.eq(connector))
            .execute(&mut conn)
            .await?;
    }
    Ok(parted)
}

/// Those who have lost this connector, and got no other, have it again. Says who, as [`part`] does.
pub async fn rejoin(
    mut conn: &Conn,
    workspace: WorkspaceId,
    connector: ContactId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(ContactId, i32, bool)>> {
    let own = lost_connectors::workspace_id.eq(workspace).and(lost_connectors::connector_id.eq(connector));
    let lost = diesel::delete(lost_connectors::table.filter(own)).returning(lost_connectors::contact_id);
    let lost: Vec<ContactId> = lost.get_results(&mut conn).await?;
    let free = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(lost));
    let new = (
        contacts::connector_id.eq(connector),
        contacts::version.eq(contacts::version + 1),
        contacts::updated_at.eq(now),
    );
    let columns = (contacts::id, contacts::version, contacts::deleted_at.is_not_null());
    let joined = diesel::update(contacts::table.filter(free.and(contacts::connector_id.is_null()))).set(new);
    Ok(joined.returning(columns).get_results(&mut conn).await?)
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

/// Makes those who work or worked there findable by the company's new name; tells them with their versions.
pub async fn company_renamed(
    mut conn: &Conn,
    workspace: WorkspaceId,
    company: CompanyId,
    (before, after): (&str, &str),
    now: DateTime<Utc>,
) -> ApiResult<Vec<(ContactId, i32)>> {
    // Each row once, with all that is searched: most of what a write costs are the indexes of words.
    const WRITE: &str = "UPDATE contacts SET search_text = replace(search_text, $2, $3), search_words = new.words,
            version = contacts.version + 1, updated_at = $4
        FROM unnest($5, $6) AS new (id, words)
        WHERE contacts.workspace_id = $1 AND contacts.id = new.id RETURNING contacts.id, contacts.version";
    let line = |name: &str| format!("\n{}\n", text::fold(name));
    let people = positions::table
        .filter(positions::workspace_id.eq(workspace).and(positions::company_id.eq(company)))
        .select(positions::contact_id);
    // In one order, so that two who lock the same contacts wait and do not block each other.
    let people: Vec<ContactId> = people.distinct().order(positions::contact_id).load(&mut conn).await?;
    let mut changed = Vec::with_capacity(people.len());
    for chunk in people.chunks(CHUNK) {
        let own = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(chunk));
        let rows = ContactRow::query().filter(own).order(contacts::id).for_update().load(&mut conn).await?;
        let contacts = shown(rows, self::positions(conn, workspace, chunk).await?).into_iter();
        let (ids, words): (Vec<ContactId>, Vec<Vector>) =
            contacts.map(|contact| (contact.id, search::words(workspace, contact))).unzip();
        let written: Vec<Versioned> = diesel::sql_query(WRITE)
            .bind::<Uuid, _>(workspace)
            .bind::<Text, _>(line(before))
            .bind::<Text, _>(line(after))
            .bind::<Timestamptz, _>(now)
            .bind::<Array<Uuid>, _>(ids)
            .bind::<Array<TsVector>, _>(words)
            .load(&mut conn)
            .await?;
        changed.extend(written.into_iter().map(|row| (row.id, row.version)));
    }
    Ok(changed)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Versioned {
    #[diesel(sql_type = Uuid)]
    id: ContactId,
    #[diesel(sql_type = Integer)]
    version: i32,
}

/// Gives those who work or worked there a new version; tells them with it.
pub async fn renew_employed(
    mut conn: &Conn,
    workspace: WorkspaceId,
    company: CompanyId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(ContactId, i32)>> {
    let changed = diesel::update(there(workspace, company))
        .set((contacts::version.eq(contacts::version + 1), contacts::updated_at.eq(now)))
        .returning((contacts::id, contacts::version));
    Ok(changed.get_results(&mut conn).await?)
}

#[diesel::dsl::auto_type]
fn there(workspace: WorkspaceId, company: CompanyId) -> _ {
    let there = positions::workspace_id.eq(workspace).and(positions::company_id.eq(company));
    let people = positions::table.filter(there).select(positions::contact_id);
    contacts::table.filter(contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(people)))
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
         AND there.workspace_id = $1 AND there.id = tie.connector AND there.id <> tie.id
         AND there.deleted_at IS NULL",
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
