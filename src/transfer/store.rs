//! Every statement about imports, each within one workspace.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::kept::Kept;
use super::model::{ExtraDbRow, ImportDbRow, ImportId, ImportState, KeyDbRow, Outcome, RowDbRow};
use super::record::Said;
use crate::contacts::ContactId;
use crate::db::columns::{Taken, array_text};
use crate::db::schema::{contact_extras, contacts, import_keys, import_rows, imports, positions};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::table::is;
use crate::exports::{Link, Table};
use crate::http::idempotency::try_lock;
use crate::sort::Position;
use crate::{
    circle_requests, fields, follow_ups, insert_columns, introductions, meetings, messages, research_notes, text,
};

const CHUNK: usize = 2_000;
/// Rows that one statement removes: what points to each is looked for.
const REMOVED: usize = 500;

/// Takes the workspace's turn for imports until the end of the transaction, if no other import has it.
pub async fn take_turn(conn: &Conn, workspace: WorkspaceId) -> ApiResult<bool> {
    let (high, low) = Uuid::from(workspace).as_u64_pair();
    try_lock(conn, i64::from_be_bytes((high ^ low.rotate_left(1)).to_be_bytes())).await
}

/// Promises to look after an import that waits; tells whether somebody wants it to stop.
pub async fn wait_on(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: ImportId,
    waits_until: Option<DateTime<Utc>>,
) -> ApiResult<bool> {
    let waiting =
        imports::workspace_id.eq(workspace).and(imports::id.eq(id)).and(imports::state.eq(ImportState::Running));
    let cancel: Option<bool> = diesel::update(imports::table.filter(waiting))
        .set(imports::waits_until.eq(waits_until))
        .returning(imports::cancel_requested_at.is_not_null())
        .get_result(&mut conn)
        .await
        .optional()?;
    // One that nobody looked after in time was settled.
    Ok(cancel.unwrap_or(true))
}

/// Lets the inverted indexes collect the import's entries in a list of their own, and sort them in when it is over:
/// [`take_stock`] does, or whoever writes meanwhile. Until then a search reads the list, too. No index may have the
/// option of this name: it would overrule the setting.
pub async fn defer_indexing(conn: &mut Conn) -> ApiResult<()> {
    Ok(conn.batch_execute("SET LOCAL gin_pending_list_limit = '64MB'").await?)
}

/// Sorts in what was deferred; and the tables have grown by more than their statistics know, so that the next import
/// would be planned for small ones. With the owner's rights, over all workspaces.
pub async fn take_stock(conn: &mut Conn) -> ApiResult<()> {
    const SORT_IN: &str = "SELECT gin_clean_pending_list('contacts_search_idx'), \
        gin_clean_pending_list('contacts_words_idx'), gin_clean_pending_list('contacts_email_keys_idx'), \
        gin_clean_pending_list('companies_search_idx'), gin_clean_pending_list('companies_words_idx')";
    conn.batch_execute(SORT_IN).await?;
    Ok(conn.batch_execute("ANALYZE contacts, positions, companies, import_keys, import_rows").await?)
}

pub async fn insert(mut conn: &Conn, row: &ImportDbRow) -> ApiResult<()> {
    diesel::insert_into(imports::table).values(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: ImportId) -> ApiResult<ImportDbRow> {
    let own = imports::workspace_id.eq(workspace).and(imports::id.eq(id));
    Ok(ImportDbRow::query().filter(own).first(&mut conn).await?)
}

/// Locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: ImportId) -> ApiResult<ImportDbRow> {
    let own = imports::workspace_id.eq(workspace).and(imports::id.eq(id));
    Ok(ImportDbRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// Newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: Option<&Position>,
    fetch: i64,
) -> ApiResult<Vec<ImportDbRow>> {
    let rows = ImportDbRow::query().filter(imports::workspace_id.eq(workspace)).into_boxed();
    let rows = crate::sort::keyset!(rows, true, imports::id, from.map(|from| from.id));
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// Those that say they run, over all workspaces: whether they do is asked of their locks.
pub async fn running(mut conn: &Conn) -> ApiResult<Vec<(WorkspaceId, ImportId)>> {
    let running = imports::table.filter(imports::state.eq(ImportState::Running)).order(imports::created_at).limit(100);
    Ok(running.select((imports::workspace_id, imports::id)).load(&mut conn).await?)
}

/// Writes down how far a running import is; tells whether somebody wants it to stop.
pub async fn progress(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: ImportId,
    now: DateTime<Utc>,
    [created, updated, unchanged, skipped, failed]: [i32; 5],
) -> ApiResult<bool> {
    let running =
        imports::workspace_id.eq(workspace).and(imports::id.eq(id)).and(imports::state.eq(ImportState::Running));
    let cancel: Option<bool> = diesel::update(imports::table.filter(running))
        .set((
            imports::version.eq(imports::version + 1),
            imports::updated_at.eq(now),
            imports::created_count.eq(created),
            imports::updated_count.eq(updated),
            imports::unchanged_count.eq(unchanged),
            imports::skipped_count.eq(skipped),
            imports::failed_count.eq(failed),
        ))
        .returning(imports::cancel_requested_at.is_not_null())
        .get_result(&mut conn)
        .await
        .optional()?;
    Ok(cancel.unwrap_or(false))
}

/// Asks a running import to stop.
pub async fn request_cancel(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: ImportId,
    now: DateTime<Utc>,
) -> ApiResult<ImportDbRow> {
    let asked = diesel::update(imports::table.find((workspace, id))).set((
        imports::version.eq(imports::version + 1),
        imports::updated_at.eq(now),
        imports::cancel_requested_at.eq(now),
    ));
    Ok(asked.returning(ImportDbRow::as_returning()).get_result(&mut conn).await?)
}

/// How an import ended.
pub struct End<'a> {
    pub state: ImportState,
    pub counts: [i32; 5],
    pub encoding: Option<&'a str>,
    pub companies: &'a [Uuid],
    pub failure: Option<(&'a str, &'a str)>,
}

pub async fn finish(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: ImportId,
    now: DateTime<Utc>,
    end: &End<'_>,
) -> ApiResult<ImportDbRow> {
    let [created, updated, unchanged, skipped, failed] = end.counts;
    Ok(diesel::update(imports::table.find((workspace, id)))
        .set((
            imports::state.eq(end.state),
            imports::version.eq(imports::version + 1),
            imports::updated_at.eq(now),
            imports::finished_at.eq(now),
            imports::created_count.eq(created),
            imports::updated_count.eq(updated),
            imports::unchanged_count.eq(unchanged),
            imports::skipped_count.eq(skipped),
            imports::failed_count.eq(failed),
            imports::encoding.eq(end.encoding),
            imports::created_companies.eq(end.companies),
            imports::failure_code.eq(end.failure.map(|(code, _)| code)),
            imports::failure_detail.eq(end.failure.map(|(_, detail)| detail)),
        ))
        .returning(ImportDbRow::as_returning())
        .get_result(&mut conn)
        .await?)
}

pub async fn mark_undone(mut conn: &Conn, workspace: WorkspaceId, id: ImportId, now: DateTime<Utc>) -> ApiResult<i32> {
    Ok(diesel::update(imports::table.find((workspace, id)))
        .set((
            imports::state.eq(ImportState::Undone),
            imports::version.eq(imports::version + 1),
            imports::updated_at.eq(now),
            imports::undone_at.eq(now),
        ))
        .returning(imports::version)
        .get_result(&mut conn)
        .await?)
}

pub async fn insert_rows(mut conn: &Conn, rows: &[RowDbRow]) -> ApiResult<()> {
    for chunk in rows.chunks(CHUNK) {
        insert_columns!(&mut conn, "import_rows", chunk, row => {
            workspace_id: SqlUuid = row.workspace_id,
            import_id: SqlUuid = row.import_id,
            line: BigInt = row.line,
            outcome: Text = row.outcome,
            name: Nullable<Text> = row.name.as_deref(),
            contact_id: Nullable<SqlUuid> = row.contact_id,
            contact_version: Nullable<Integer> = row.contact_version,
            before: Nullable<Jsonb> = row.before.as_ref(),
            problems: Jsonb = &row.problems,
            touches as "text[]": Text = array_text(&row.touches),
        })?;
    }
    Ok(())
}

/// By line, from after `from` on.
pub async fn rows(
    mut conn: &Conn,
    workspace: WorkspaceId,
    import: ImportId,
    outcomes: &[Outcome],
    from: Option<i64>,
    fetch: i64,
) -> ApiResult<Vec<RowDbRow>> {
    let own = import_rows::workspace_id.eq(workspace).and(import_rows::import_id.eq(import));
    let mut rows = RowDbRow::query().filter(own).into_boxed();
    if !outcomes.is_empty() {
        rows = rows.filter(import_rows::outcome.eq_any(outcomes));
    }
    if let Some(line) = from {
        rows = rows.filter(import_rows::line.gt(line));
    }
    Ok(rows.order(import_rows::line).limit(fetch).load(&mut conn).await?)
}

/// A row of a file that added or changed a contact: its import, line, outcome, and the import's time, kind, file and
/// state.
pub type Touch = (ImportId, i64, Outcome, DateTime<Utc>, String, Option<String>, ImportState);

/// The rows by which a contact was added or changed.
pub async fn touches(mut conn: &Conn, workspace: WorkspaceId, contact: ContactId) -> ApiResult<Vec<Touch>> {
    // In the text, for an index with a condition is used where the condition can be read.
    const TOLD: &str = "import_rows.outcome IN ('created', 'updated')";
    let real = imports::table.on(imports::workspace_id
        .eq(import_rows::workspace_id)
        .and(imports::id.eq(import_rows::import_id))
        .and(diesel::dsl::not(imports::dry_run)));
    let own = import_rows::workspace_id.eq(workspace).and(import_rows::contact_id.eq(contact));
    let row = (import_rows::import_id, import_rows::line, import_rows::outcome);
    let import = (imports::created_at, imports::kind, imports::file_name, imports::state);
    Ok(import_rows::table
        .inner_join(real)
        .filter(own.and(diesel::dsl::sql::<diesel::sql_types::Bool>(TOLD)))
        .select((row.0, row.1, row.2, import.0, import.1, import.2, import.3))
        .load(&mut conn)
        .await?)
}

/// Whom the source's keys stand for, and what it said of them.
pub async fn keys(mut conn: &Conn, workspace: WorkspaceId, source: &str) -> ApiResult<Vec<KnownKey>> {
    let own = import_keys::workspace_id.eq(workspace).and(import_keys::source.eq(source));
    let columns = (import_keys::key, import_keys::contact_id, import_keys::base);
    Ok(import_keys::table.filter(own).select(columns).load(&mut conn).await?)
}

/// A key, whom it stands for, and what the source said of them, as text: of a large source all are held at once, and
/// most are read but once.
pub type KnownKey = (String, ContactId, Json<Box<RawValue>>);

/// Remembers whom the keys stand for, and what the source said.
pub async fn put_keys(mut conn: &Conn, rows: &[KeyDbRow]) -> ApiResult<()> {
    for chunk in rows.chunks(CHUNK) {
        insert_columns!(&mut conn, "import_keys", chunk, row => {
            workspace_id: SqlUuid = row.workspace_id,
            source: Text = row.source.as_str(),
            key: Text = row.key.as_str(),
            contact_id: SqlUuid = row.contact_id,
            base: Jsonb = &row.base,
        }, taken Taken::Over(&["workspace_id", "source", "key"]))?;
    }
    Ok(())
}

/// Forgets whom the source knows this contact by, and what it has of the contact besides.
pub async fn drop_key(mut conn: &Conn, workspace: WorkspaceId, source: &str, key: &str) -> ApiResult<()> {
    diesel::delete(import_keys::table.find((workspace, source, key))).execute(&mut conn).await?;
    let own = contact_extras::workspace_id.eq(workspace).and(contact_extras::source.eq(source));
    diesel::delete(contact_extras::table.filter(own.and(contact_extras::key.eq(key)))).execute(&mut conn).await?;
    Ok(())
}

/// What a source has of these contacts and Inroad has no field for.
pub async fn extras_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    source: &str,
    contacts: &[ContactId],
) -> ApiResult<HashMap<ContactId, Kept>> {
    let theirs = contact_extras::workspace_id.eq(workspace).and(contact_extras::contact_id.eq_any(contacts));
    let rows = ExtraDbRow::query().filter(theirs.and(contact_extras::source.eq(source)));
    let rows: Vec<ExtraDbRow> = rows.load(&mut conn).await?;
    let mut found: HashMap<ContactId, Kept> = HashMap::new();
    for row in rows {
        found.entry(row.contact_id).or_default().insert(row.key, fields::stored(row.properties));
    }
    Ok(found)
}

/// What sources have of these contacts and Inroad has no field for: each contact's properties, by source and key. Those
/// of the source `vcard` are properties with `group`, `name`, `parameters` and `value`, escaped as vCard 3.0 and 4.0 are.
pub async fn extras(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<HashMap<ContactId, Vec<(String, Value)>>> {
    let theirs = contact_extras::workspace_id.eq(workspace).and(contact_extras::contact_id.eq_any(contacts));
    let rows = ExtraDbRow::query().filter(theirs);
    let rows: Vec<ExtraDbRow> = rows.order((contact_extras::source, contact_extras::key)).load(&mut conn).await?;
    let mut found: HashMap<ContactId, Vec<(String, Value)>> = HashMap::new();
    for row in rows {
        found.entry(row.contact_id).or_default().push((row.source, row.properties));
    }
    Ok(found)
}

pub async fn put_extras(mut conn: &Conn, rows: &[ExtraDbRow]) -> ApiResult<()> {
    use diesel::upsert::excluded;
    for chunk in rows.chunks(CHUNK) {
        let key =
            (contact_extras::workspace_id, contact_extras::contact_id, contact_extras::source, contact_extras::key);
        diesel::insert_into(contact_extras::table)
            .values(chunk)
            .on_conflict(key)
            .do_update()
            .set(contact_extras::properties.eq(excluded(contact_extras::properties)))
            .execute(&mut conn)
            .await?;
    }
    Ok(())
}

/// The keys of all sources that stand for one contact stand for another, with what the sources have besides; says which
/// keys.
pub async fn move_keys(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: ContactId,
    to: ContactId,
) -> ApiResult<Vec<(String, String)>> {
    let own = import_keys::workspace_id.eq(workspace).and(import_keys::contact_id.eq(from));
    let moved = diesel::update(import_keys::table.filter(own)).set(import_keys::contact_id.eq(to));
    let keys = moved.returning((import_keys::source, import_keys::key)).get_results(&mut conn).await?;
    let extras = contact_extras::workspace_id.eq(workspace).and(contact_extras::contact_id.eq(from));
    diesel::update(contact_extras::table.filter(extras))
        .set(contact_extras::contact_id.eq(to))
        .execute(&mut conn)
        .await?;
    Ok(keys)
}

/// Those of these keys that still stand for `from` stand for `to`, with what came by them.
pub async fn move_keys_back(
    mut conn: &Conn,
    workspace: WorkspaceId,
    keys: &[(String, String)],
    from: ContactId,
    to: ContactId,
) -> ApiResult<()> {
    let (sources, names): (Vec<&String>, Vec<&String>) = keys.iter().map(|(source, key)| (source, key)).unzip();
    // Source and key are looked for apart: keys name their kind, and two sources rarely share one.
    let own = import_keys::workspace_id.eq(workspace).and(import_keys::contact_id.eq(from));
    let named = import_keys::source.eq_any(&sources).and(import_keys::key.eq_any(&names));
    diesel::update(import_keys::table.filter(own.and(named)))
        .set(import_keys::contact_id.eq(to))
        .execute(&mut conn)
        .await?;
    let extras = contact_extras::workspace_id.eq(workspace).and(contact_extras::contact_id.eq(from));
    let named = contact_extras::source.eq_any(&sources).and(contact_extras::key.eq_any(&names));
    diesel::update(contact_extras::table.filter(extras.and(named)))
        .set(contact_extras::contact_id.eq(to))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// What sources know these contacts by.
pub async fn keys_of(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<KeyDbRow>> {
    let own = import_keys::workspace_id.eq(workspace).and(import_keys::contact_id.eq_any(contacts));
    Ok(KeyDbRow::query().filter(own).order((import_keys::source, import_keys::key)).load(&mut conn).await?)
}

/// The rows of all imports that are about these contacts.
pub async fn rows_of(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<RowDbRow>> {
    let own = import_rows::workspace_id.eq(workspace).and(import_rows::contact_id.eq_any(contacts));
    Ok(RowDbRow::query().filter(own).order((import_rows::import_id, import_rows::line)).load(&mut conn).await?)
}

/// Leaves of the rows about these contacts, or about people of these names in lower case, no more than their outcome.
pub async fn empty_rows(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
    names: &[String],
) -> ApiResult<()> {
    diesel::define_sql_function! { fn lower(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>; }
    let theirs = import_rows::contact_id.eq_any(contacts).or(lower(import_rows::name).eq_any(names));
    diesel::update(import_rows::table.filter(import_rows::workspace_id.eq(workspace)).filter(theirs.assume_not_null()))
        .set((
            import_rows::name.eq(None::<String>),
            import_rows::contact_id.eq(None::<ContactId>),
            import_rows::contact_version.eq(None::<i32>),
            import_rows::before.eq(None::<serde_json::Value>),
            import_rows::problems.eq(serde_json::json!([])),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Forgets the names of files in which one of these names stands, as whole words.
pub async fn forget_files(mut conn: &Conn, workspace: WorkspaceId, names: &[String]) -> ApiResult<()> {
    let words = |text: &str| text::words(text).into_iter().map(|word| word.text).collect::<Vec<_>>();
    let wanted: Vec<Vec<String>> = names.iter().map(|name| words(name)).filter(|name| !name.is_empty()).collect();
    let own = imports::workspace_id.eq(workspace).and(imports::file_name.is_not_null());
    let files = imports::table.filter(own).select((imports::id, imports::file_name.assume_not_null()));
    let mut files: Vec<(ImportId, String)> = files.load(&mut conn).await?;
    files.retain(|(_, file)| {
        let file = words(file);
        wanted.iter().any(|name| file.windows(name.len()).any(|run| run == name))
    });
    let named: Vec<ImportId> = files.into_iter().map(|(id, _)| id).collect();
    diesel::update(imports::table.filter(imports::workspace_id.eq(workspace).and(imports::id.eq_any(named))))
        .set(imports::file_name.eq(None::<String>))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// By what the messages are known that the import added.
pub async fn touches_of(mut conn: &Conn, workspace: WorkspaceId, import: ImportId) -> ApiResult<Vec<String>> {
    let own = import_rows::workspace_id.eq(workspace).and(import_rows::import_id.eq(import));
    let some = import_rows::table.filter(own.and(import_rows::touches.ne(Vec::<String>::new())));
    let lists: Vec<Vec<String>> = some.select(import_rows::touches).load(&mut conn).await?;
    Ok(lists.into_iter().flatten().collect())
}

/// How many contacts the import added or changed, there or not.
pub async fn count_touched(mut conn: &Conn, workspace: WorkspaceId, import: ImportId) -> ApiResult<i64> {
    let own = import_rows::workspace_id.eq(workspace).and(import_rows::import_id.eq(import));
    let changed = import_rows::outcome.eq_any([Outcome::Created, Outcome::Updated]);
    let told = own.and(changed).and(import_rows::contact_version.is_not_null());
    Ok(import_rows::table.filter(told).count().get_result(&mut conn).await?)
}

/// The last import after this one that changed contacts which this one had added or changed, and that was not undone.
pub async fn built_upon(mut conn: &Conn, workspace: WorkspaceId, import: ImportId) -> ApiResult<Option<ImportId>> {
    let (own, later) = diesel::alias!(import_rows as own, import_rows as later);
    let touched = own
        .filter(own.field(import_rows::workspace_id).eq(workspace).and(own.field(import_rows::import_id).eq(import)))
        .filter(own.field(import_rows::outcome).eq_any([Outcome::Created, Outcome::Updated]))
        .select(own.field(import_rows::contact_id));
    let changed = later
        .filter(
            later.field(import_rows::workspace_id).eq(workspace).and(later.field(import_rows::import_id).gt(import)),
        )
        .filter(later.field(import_rows::outcome).eq(Outcome::Updated))
        .filter(later.field(import_rows::contact_id).eq_any(touched))
        .select(later.field(import_rows::import_id));
    let stands = imports::workspace_id.eq(workspace).and(imports::state.eq(ImportState::Finished));
    let stands = imports::table.filter(stands.and(imports::dry_run.eq(false)).and(imports::id.eq_any(changed)));
    Ok(stands.select(imports::id).order(imports::id.desc()).first(&mut conn).await.optional()?)
}

/// Removes the contacts that the import added and that are still as it left them.
pub async fn remove_created(
    mut conn: &Conn,
    workspace: WorkspaceId,
    import: ImportId,
) -> ApiResult<Vec<(ContactId, i32)>> {
    let made = import_rows::table
        .filter(import_rows::workspace_id.eq(workspace).and(import_rows::import_id.eq(import)))
        .filter(import_rows::outcome.eq(Outcome::Created))
        .inner_join(
            contacts::table.on(contacts::workspace_id
                .eq(import_rows::workspace_id)
                .and(contacts::id.nullable().eq(import_rows::contact_id))
                .and(contacts::version.nullable().eq(import_rows::contact_version))),
        )
        .filter(contacts::deleted_at.is_null());
    // Locked: whoever edits one meanwhile waits, and finds it gone.
    let mut ids: Vec<ContactId> = made.select(contacts::id).for_update().load(&mut conn).await?;
    // Somebody whom a contact that stays has as its connector is in use, though unedited.
    let links: Vec<(ContactId, ContactId)> = contacts::table
        .filter(contacts::workspace_id.eq(workspace).and(contacts::connector_id.is_not_null()))
        .select((contacts::id, contacts::connector_id.assume_not_null()))
        .load(&mut conn)
        .await?;
    let mut used = introductions::parties(conn, workspace, &ids).await?;
    used.extend(circle_requests::asked(conn, workspace, &ids).await?);
    used.extend(messages::parties(conn, workspace, &ids).await?);
    used.extend(follow_ups::parties(conn, workspace, &ids).await?);
    used.extend(meetings::parties(conn, workspace, &ids).await?);
    used.extend(research_notes::parties(conn, workspace, &ids).await?);
    ids.retain(|id| !used.contains(id));
    let mut going: HashSet<ContactId> = ids.iter().copied().collect();
    let mut open: Vec<ContactId> = links.iter().map(|(led, _)| *led).filter(|led| !going.contains(led)).collect();
    let connectors: HashMap<ContactId, ContactId> = links.into_iter().collect();
    while let Some(staying) = open.pop() {
        if let Some(connector) = connectors.get(&staying).filter(|connector| going.remove(connector)) {
            open.push(*connector);
        }
    }
    ids.retain(|id| going.contains(id));
    // In parts, for a statement has its time: those that lead to each other let go first.
    for part in ids.chunks(REMOVED) {
        let led = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(part));
        diesel::update(contacts::table.filter(led.and(contacts::connector_id.is_not_null())))
            .set(contacts::connector_id.eq(None::<ContactId>))
            .execute(&mut conn)
            .await?;
    }
    let mut removed = Vec::with_capacity(ids.len());
    for part in ids.chunks(REMOVED) {
        let own = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(part));
        let gone = diesel::delete(contacts::table.filter(own)).returning((contacts::id, contacts::version));
        removed.extend(gone.get_results::<(ContactId, i32)>(&mut conn).await?);
    }
    Ok(removed)
}

/// Id, name, present version, version after the import, deletion.
pub type Touched = (ContactId, String, i32, Option<i32>, Option<DateTime<Utc>>);

/// The contacts that the import added or changed and that are there, in the trash or not.
pub async fn touched(mut conn: &Conn, workspace: WorkspaceId, import: ImportId) -> ApiResult<Vec<Touched>> {
    let rows = import_rows::table
        .filter(import_rows::workspace_id.eq(workspace).and(import_rows::import_id.eq(import)))
        .filter(import_rows::outcome.eq_any([Outcome::Created, Outcome::Updated]))
        .filter(import_rows::contact_version.is_not_null())
        .inner_join(
            contacts::table.on(contacts::workspace_id
                .eq(import_rows::workspace_id)
                .and(contacts::id.nullable().eq(import_rows::contact_id))),
        );
    let columns =
        (contacts::id, contacts::display_name, contacts::version, import_rows::contact_version, contacts::deleted_at);
    Ok(rows.select(columns).order(import_rows::line).load(&mut conn).await?)
}

/// A contact, and two of its versions.
pub type Step = (ContactId, i32, i32);

/// These contacts are in the second version what they were in the first, without anybody having edited them: an import
/// that left them in the first one has left them in the second.
pub async fn same_again(mut conn: &Conn, workspace: WorkspaceId, steps: &[Step]) -> ApiResult<()> {
    const CARRY: &str = "UPDATE import_rows SET contact_version = step.after \
        FROM unnest($2, $3, $4) AS step(contact_id, before, after) \
        WHERE import_rows.workspace_id = $1 AND import_rows.contact_id = step.contact_id \
        AND import_rows.contact_version = step.before AND import_rows.outcome IN ('created', 'updated')";
    if steps.is_empty() {
        return Ok(());
    }
    let ids: Vec<ContactId> = steps.iter().map(|(id, ..)| *id).collect();
    let (before, after): (Vec<i32>, Vec<i32>) = steps.iter().map(|(_, before, after)| (before, after)).unzip();
    diesel::sql_query(CARRY)
        .bind::<SqlUuid, _>(workspace)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Integer>, _>(before)
        .bind::<Array<Integer>, _>(after)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Removes those of these companies that nobody edited and nobody works at.
pub async fn remove_companies(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<(Uuid, i32)>> {
    use crate::db::schema::companies;
    let mut removed = Vec::new();
    for part in ids.chunks(REMOVED) {
        let there = positions::table
            .filter(positions::workspace_id.eq(workspace).and(positions::company_id.eq_any(part)))
            .select(positions::company_id.assume_not_null());
        let unused = companies::workspace_id
            .eq(workspace)
            .and(companies::id.eq_any(part))
            .and(companies::version.eq(1))
            .and(companies::deleted_at.is_null())
            .and(diesel::dsl::not(companies::id.eq_any(there)))
            .and(companies::id.ne_all(introductions::companies_named(conn, workspace, part).await?));
        let gone = diesel::delete(companies::table.filter(unused)).returning((companies::id, companies::version));
        removed.extend(gone.get_results::<(Uuid, i32)>(&mut conn).await?);
    }
    Ok(removed)
}

/// Whom sources know contacts by, as an archive takes it: so that the same file is known again in the copy.
pub const KEYS: Table = Table {
    name: "import_keys",
    columns: &["source", "key", "contact_id", "base"],
    id: Some("contact_id"),
    key: &["source", "key"],
    links: &[Link::required("contact_id", "contacts")],
    checks: &[("base", is::<Said>)],
    ..Table::NONE
};

/// What sources have and Inroad has no field for, as an archive takes it.
pub const EXTRAS: Table = Table {
    name: "contact_extras",
    columns: &["contact_id", "source", "key", "properties"],
    id: Some("contact_id"),
    key: &["contact_id", "source", "key"],
    links: &[Link::required("contact_id", "contacts")],
    checks: &[("properties", Value::is_array)],
    ..Table::NONE
};
