//! Every statement about attachments, each within one workspace, but for the service's housekeeping.
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists, not, sum};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{AttachmentId, AttachmentRow, AttachmentTextState, FileState};
use super::routes::ListQuery;
use crate::changes::Kind;
use crate::contacts::ContactId;
use crate::db::schema::{attachment_files, attachments};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::{Link, Table};
use crate::http::idempotency;
use crate::research_notes::{self, ResearchNoteId};
use crate::sort::keyset;

/// Files that are settled in one turn.
const TURN: i64 = 200;

pub async fn insert(mut conn: &Conn, row: &AttachmentRow) -> ApiResult<()> {
    diesel::insert_into(attachments::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Nobody else adds a file to the workspace until the end of the transaction: what they take together is counted.
pub async fn hold_quota(conn: &Conn, workspace: WorkspaceId) -> ApiResult<()> {
    let key = Uuid::from(workspace).as_u64_pair().1.cast_signed();
    // Apart from the locks of idempotency keys.
    idempotency::wait_lock(conn, key ^ 0x6174_7461_6368_6564).await
}

/// How many files a workspace has, and their bytes.
pub async fn usage(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<(i64, i64)> {
    let own = attachments::table.filter(attachments::workspace_id.eq(workspace));
    let sums = (count_star(), sum(attachments::size_bytes));
    let (files, bytes): (i64, Option<i64>) = own.select(sums).first(&mut conn).await?;
    Ok((files, bytes.unwrap_or(0)))
}

/// How many files a note has.
pub async fn count_of(mut conn: &Conn, workspace: WorkspaceId, note: ResearchNoteId) -> ApiResult<i64> {
    let own = attachments::workspace_id.eq(workspace).and(attachments::research_note_id.eq(note));
    Ok(attachments::table.filter(own).select(count_star()).first(&mut conn).await?)
}

/// Makes those of these notes a new version, and gives them.
pub async fn renew(
    mut conn: &Conn,
    workspace: WorkspaceId,
    notes: &[ResearchNoteId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(AttachmentId, i32)>> {
    let own = attachments::workspace_id.eq(workspace).and(attachments::research_note_id.eq_any(notes));
    Ok(diesel::update(attachments::table.filter(own))
        .set((attachments::version.eq(attachments::version + 1), attachments::updated_at.eq(now)))
        .returning((attachments::id, attachments::version))
        .get_results(&mut conn)
        .await?)
}

/// That of a note in the trash is not there.
pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: AttachmentId) -> ApiResult<AttachmentRow> {
    let own = attachments::workspace_id.eq(workspace).and(attachments::id.eq(id));
    let live = attachments::research_note_id.eq_any(research_notes::live_ids(workspace));
    Ok(AttachmentRow::query().filter(own).filter(live).first(&mut conn).await?)
}

/// Those of notes about these contacts.
pub async fn about(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<AttachmentRow>> {
    let own = attachments::research_note_id.eq_any(research_notes::ids_about(workspace, contacts));
    let rows = AttachmentRow::query().filter(attachments::workspace_id.eq(workspace)).filter(own);
    Ok(rows.order(attachments::id).load(&mut conn).await?)
}

/// Those of these that are there: that of a note in the trash is not.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[AttachmentId]) -> ApiResult<Vec<AttachmentRow>> {
    let own = attachments::workspace_id.eq(workspace).and(attachments::id.eq_any(ids));
    let live = attachments::research_note_id.eq_any(research_notes::live_ids(workspace));
    Ok(AttachmentRow::query().filter(own.and(live)).load(&mut conn).await?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: AttachmentId) -> ApiResult<Option<AttachmentRow>> {
    let own = attachments::workspace_id.eq(workspace).and(attachments::id.eq(id));
    Ok(AttachmentRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// Keeps the words of a file, or that there are none to be had.
pub async fn keep_words(mut conn: &Conn, row: &AttachmentRow, words: Option<&str>) -> ApiResult<()> {
    let own = attachments::table.find((row.workspace_id, row.id));
    diesel::update(own).set((row, attachments::words.eq(words))).execute(&mut conn).await?;
    Ok(())
}

/// The words of all files of a note, in the order in which they came.
pub async fn words_of(mut conn: &Conn, workspace: WorkspaceId, note: ResearchNoteId) -> ApiResult<Vec<String>> {
    let own = attachments::workspace_id.eq(workspace).and(attachments::research_note_id.eq(note));
    let read = attachments::table.filter(own.and(attachments::text_state.eq(AttachmentTextState::Read)));
    Ok(read.select(attachments::words.assume_not_null()).order(attachments::id).load(&mut conn).await?)
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: AttachmentId) -> ApiResult<()> {
    diesel::delete(attachments::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Removes the attachments of a note; says which, with their versions.
pub async fn delete_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    note: ResearchNoteId,
) -> ApiResult<Vec<(AttachmentId, i32)>> {
    let own = attachments::workspace_id.eq(workspace).and(attachments::research_note_id.eq(note));
    let removed = diesel::delete(attachments::table.filter(own)).returning((attachments::id, attachments::version));
    Ok(removed.get_results(&mut conn).await?)
}

/// Says where files are. A file that nothing was said of yet is new.
pub async fn put_files(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[AttachmentId],
    state: FileState,
    now: DateTime<Utc>,
) -> ApiResult<()> {
    let row = |id: &AttachmentId| {
        (
            attachment_files::workspace_id.eq(workspace),
            attachment_files::id.eq(*id),
            attachment_files::state.eq(state),
            attachment_files::updated_at.eq(now),
        )
    };
    diesel::insert_into(attachment_files::table)
        .values(ids.iter().map(row).collect::<Vec<_>>())
        .on_conflict((attachment_files::workspace_id, attachment_files::id))
        .do_update()
        .set((attachment_files::state.eq(state), attachment_files::updated_at.eq(now)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Where a file is, locked until the end of the transaction.
pub async fn lock_file(mut conn: &Conn, workspace: WorkspaceId, id: AttachmentId) -> ApiResult<Option<FileState>> {
    let own = attachment_files::table.find((workspace, id)).select(attachment_files::state);
    Ok(own.for_update().first(&mut conn).await.optional()?)
}

/// Has the files removed that belong to nothing any more, as when their workspace was deleted; says how many.
pub async fn find_left(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<usize> {
    let owner = attachments::table
        .filter(attachments::workspace_id.eq(attachment_files::workspace_id))
        .filter(attachments::id.eq(attachment_files::id));
    let stored = attachment_files::table.filter(attachment_files::state.eq(FileState::Stored));
    let removed = (attachment_files::state.eq(FileState::Removed), attachment_files::updated_at.eq(now));
    Ok(diesel::update(stored.filter(not(exists(owner)))).set(removed).execute(&mut conn).await?)
}

/// Files that are to be removed, and those that never arrived.
pub async fn unsettled(
    mut conn: &Conn,
    uploading_before: DateTime<Utc>,
) -> ApiResult<Vec<(WorkspaceId, AttachmentId)>> {
    let late = attachment_files::state.eq(FileState::Uploading).and(attachment_files::updated_at.lt(uploading_before));
    let rows = attachment_files::table
        .filter(attachment_files::state.ne(FileState::Stored))
        .filter(attachment_files::state.eq(FileState::Removed).or(late))
        .select((attachment_files::workspace_id, attachment_files::id));
    Ok(rows.order(attachment_files::updated_at).limit(TURN).load(&mut conn).await?)
}

/// Those of these that are there, in the trash or not.
pub async fn known(mut conn: &Conn, workspace: WorkspaceId, ids: &[AttachmentId]) -> ApiResult<Vec<AttachmentId>> {
    let own = attachments::workspace_id.eq(workspace).and(attachments::id.eq_any(ids));
    Ok(attachments::table.filter(own).select(attachments::id).load(&mut conn).await?)
}

/// Those of these whose words are in one of these states.
pub async fn in_state(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[AttachmentId],
    states: &[AttachmentTextState],
) -> ApiResult<Vec<AttachmentId>> {
    let own = attachments::workspace_id.eq(workspace).and(attachments::id.eq_any(ids));
    let those = attachments::table.filter(own.and(attachments::text_state.eq_any(states)));
    Ok(those.select(attachments::id).load(&mut conn).await?)
}

/// How many of these files are on their way, locked until the end of the transaction.
pub async fn lock_uploading(mut conn: &Conn, workspace: WorkspaceId, ids: &[AttachmentId]) -> ApiResult<usize> {
    let own = attachment_files::workspace_id.eq(workspace).and(attachment_files::id.eq_any(ids));
    let coming = attachment_files::table.filter(own.and(attachment_files::state.eq(FileState::Uploading)));
    let locked = coming.select(attachment_files::id).order(attachment_files::id).for_update();
    Ok(locked.load::<AttachmentId>(&mut conn).await?.len())
}

/// What of these files is still on its way does not come.
pub async fn withdraw(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[AttachmentId],
    now: DateTime<Utc>,
) -> ApiResult<()> {
    let own = attachment_files::workspace_id.eq(workspace).and(attachment_files::id.eq_any(ids));
    let coming = attachment_files::table.filter(own.and(attachment_files::state.eq(FileState::Uploading)));
    let removed = (attachment_files::state.eq(FileState::Removed), attachment_files::updated_at.eq(now));
    diesel::update(coming).set(removed).execute(&mut conn).await?;
    Ok(())
}

/// A file is gone from the store.
pub async fn forget_file(mut conn: &Conn, workspace: WorkspaceId, id: AttachmentId) -> ApiResult<()> {
    diesel::delete(attachment_files::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<Uuid>,
) -> ApiResult<Vec<AttachmentRow>> {
    let live = attachments::research_note_id.eq_any(research_notes::live_ids(workspace));
    let mut rows = AttachmentRow::query().filter(attachments::workspace_id.eq(workspace)).filter(live).into_boxed();
    if !query.research_note_id.is_empty() {
        rows = rows.filter(attachments::research_note_id.eq_any(&query.research_note_id));
    }
    let rows = keyset!(rows, true, attachments::id, from);
    Ok(rows.limit(i64::from(query.limit) + 1).load(&mut conn).await?)
}

/// As an archive takes them, whose files lie beside them. Their words are read anew.
pub const ROWS: Table = Table {
    name: "attachments",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "research_note_id",
        "file_name",
        "media_type",
        "size_bytes",
        "sha256",
        "text_state",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[Link::required("research_note_id", "research_notes")],
    created: Some(Kind::AttachmentCreated),
    ..Table::NONE
};
