//! What can be done with an attachment. Its note is locked before it. Of each file a row says what is to become of it
//! before that is done, so that whoever is interrupted leaves nothing behind: [`settle`] does the rest.
use std::io::{Read, Seek};

use actix_web::web::Bytes;
use chrono::Duration;
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::kinds::{self, media_type};
use super::model::{Attachment, AttachmentId, AttachmentRow, AttachmentTextState, AttachmentUsage, FileState};
use super::{extract, store};
use crate::app::App;
use crate::auth::{Access, Scope};
use crate::changes::{Actor, Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::http::idempotency::IdempotencyKey;
use crate::http::limits::NOTE_ATTACHMENTS;
use crate::http::upload::Upload;
use crate::http::{Answer, IfMatch};
use crate::jobs::{self, Job};
use crate::research_notes::{self, ResearchNoteId};

/// Bytes that are read of a file at once.
const PIECE: usize = 256 * 1024;
/// A file that is not in the store after this long never comes.
const LATE: Duration = Duration::hours(1);

/// Keeps a file that came in: notes that it comes, writes it into the store, notes that it is there.
pub async fn keep<S: Scope>(
    app: &App,
    access: &Access<S>,
    key: &IdempotencyKey,
    note: ResearchNoteId,
    upload: Upload,
) -> ApiResult<Answer<Attachment>> {
    let mut file = upload.file;
    let read = spawn_blocking(move || media_type(&mut file).map(|kind| (kind, file)));
    let read = read.await.map_err(|error| ApiError::internal(&error))?;
    let (kind, file) = read.map_err(|error| ApiError::unavailable(&error))?;
    let kind = kind.map_err(|found| {
        let detail = format!("must be a PDF, a picture or an office file; this {found}");
        ApiError::new(Code::UnsupportedFile, detail.clone()).with(Fault::field("/file", "unsupported", detail))
    })?;
    let id: AttachmentId = app.new_id();
    let fingerprint = [upload.sha256.as_slice(), Uuid::from(note).as_bytes()].concat();
    let size = i32::try_from(upload.size).unwrap_or(i32::MAX);
    let announce = async |tx: &mut Tx<'_>| {
        check(app, tx, note, size).await?;
        store::put_files(tx.conn, tx.workspace, &[id], FileState::Uploading, tx.now).await
    };
    app.write(access, announce).await?;
    let row = AttachmentRow {
        workspace_id: access.workspace,
        id,
        version: 1,
        created_at: app.now(),
        updated_at: app.now(),
        research_note_id: note,
        file_name: upload.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.to_string()),
        media_type: kind.to_owned(),
        size_bytes: size,
        sha256: hex::encode(&upload.sha256),
        text_state: if kind == kinds::PDF { AttachmentTextState::Waiting } else { AttachmentTextState::None },
    };
    let arrived = match app.files.put(access.workspace, id, pieces(file)?).await {
        Ok(()) => app.post(access, key, &fingerprint, async |tx| arrive(app, tx, row).await).await,
        Err(error) => Err(ApiError::unavailable(&error)),
    };
    // What was refused, or was there by the same key before, is not kept.
    app.write(access, async |tx| withdraw(tx, id).await).await?;
    arrived
}

/// The pieces of a file from its beginning, each read off the threads that serve.
pub fn pieces(mut file: std::fs::File) -> ApiResult<impl Stream<Item = std::io::Result<Bytes>> + Unpin> {
    file.rewind().map_err(|error| ApiError::unavailable(&error))?;
    Ok(Box::pin(stream::try_unfold(file, async |mut file| {
        let read = spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let count = file.read(&mut piece)?;
            piece.truncate(count);
            Ok::<_, std::io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(std::io::Error::other)??;
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    })))
}

/// Whether the note may have another file of so many bytes.
async fn check(app: &App, tx: &mut Tx<'_>, note: ResearchNoteId, size: i32) -> ApiResult<()> {
    if !research_notes::stays(tx, note).await? {
        return Err(ApiError::field("/research_note_id", "not_found", "is not a research note of this workspace"));
    }
    if store::count_of(tx.conn, tx.workspace, note).await? >= NOTE_ATTACHMENTS {
        let detail = format!("a note may have {NOTE_ATTACHMENTS} attachments");
        return Err(ApiError::field("/research_note_id", "too_many", detail));
    }
    store::hold_quota(tx.conn, tx.workspace).await?;
    let (_, bytes) = store::usage(tx.conn, tx.workspace).await?;
    within(app, bytes + i64::from(size))
}

/// Whether the files of a workspace may take so many bytes.
pub fn within(app: &App, bytes: i64) -> ApiResult<()> {
    let over = bytes - app.config.attachment_quota;
    if over > 0 {
        let detail = format!("the files of the workspace would take {over} bytes more than they may");
        return Err(ApiError::new(Code::AttachmentQuota, detail));
    }
    Ok(())
}

async fn arrive(app: &App, tx: &mut Tx<'_>, row: AttachmentRow) -> ApiResult<Answer<Attachment>> {
    check(app, tx, row.research_note_id, row.size_bytes).await?;
    let row = AttachmentRow { created_at: tx.now, updated_at: tx.now, ..row };
    // Housekeeping may have given it up: then it is gone.
    if store::lock_file(tx.conn, tx.workspace, row.id).await? != Some(FileState::Uploading) {
        return Err(ApiError::unavailable(&"the file took too long to arrive"));
    }
    store::put_files(tx.conn, tx.workspace, &[row.id], FileState::Stored, tx.now).await?;
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::AttachmentCreated, row.id, row.version, Vec::new());
    if row.text_state == AttachmentTextState::Waiting {
        let job = ReadWords { workspace: tx.workspace.into(), attachment: row.id.into() };
        jobs::enqueue(tx.conn, Some(tx.workspace), &job, app.new_id(), tx.now).await?;
    }
    let attachment = Attachment::from(row);
    Answer::created(&format!("/v1/attachments/{}", attachment.id), attachment.version, &attachment)
}

/// What is still on its way by now does not come.
async fn withdraw(tx: &mut Tx<'_>, id: AttachmentId) -> ApiResult<()> {
    if store::lock_file(tx.conn, tx.workspace, id).await? == Some(FileState::Uploading) {
        store::put_files(tx.conn, tx.workspace, &[id], FileState::Removed, tx.now).await?;
    }
    Ok(())
}

pub async fn read(conn: &Conn, workspace: WorkspaceId, id: AttachmentId) -> ApiResult<Attachment> {
    Ok(store::find(conn, workspace, id).await?.into())
}

/// The files of notes about these ids of one person.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::about(conn, workspace, ids).await?;
    Ok(fields::store(&rows.into_iter().map(Attachment::from).collect::<Vec<_>>()))
}

pub async fn usage(app: &App, conn: &Conn, workspace: WorkspaceId) -> ApiResult<AttachmentUsage> {
    let (files, bytes) = store::usage(conn, workspace).await?;
    Ok(AttachmentUsage { files, bytes, quota_bytes: app.config.attachment_quota })
}

/// Removes it for good.
pub async fn delete(tx: &mut Tx<'_>, id: AttachmentId, if_match: &IfMatch) -> ApiResult<()> {
    let note = store::find(tx.conn, tx.workspace, id).await?.research_note_id;
    research_notes::stays(tx, note).await?;
    let row = store::lock(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(row.version)?;
    store::delete(tx.conn, tx.workspace, id).await?;
    store::put_files(tx.conn, tx.workspace, &[id], FileState::Removed, tx.now).await?;
    tx.record(Kind::AttachmentDeleted, id, row.version + 1, Vec::new());
    attach_words(tx, note).await
}

/// These notes went to the trash, or came back, and their files with them.
pub async fn notes_moved(tx: &mut Tx<'_>, notes: &[ResearchNoteId], kind: Kind) -> ApiResult<()> {
    for (id, version) in store::renew(tx.conn, tx.workspace, notes, tx.now).await? {
        tx.record(kind, id, version, Vec::new());
    }
    Ok(())
}

/// A note goes for good, and its files with it.
pub async fn note_gone(tx: &mut Tx<'_>, note: ResearchNoteId) -> ApiResult<()> {
    let gone = store::delete_of(tx.conn, tx.workspace, note).await?;
    for (id, version) in &gone {
        tx.record(Kind::AttachmentDeleted, *id, version + 1, Vec::new());
    }
    let ids: Vec<AttachmentId> = gone.into_iter().map(|(id, _)| id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    store::put_files(tx.conn, tx.workspace, &ids, FileState::Removed, tx.now).await
}

/// Has a note found by the words of its files.
async fn attach_words(tx: &mut Tx<'_>, note: ResearchNoteId) -> ApiResult<()> {
    let mut words = store::words_of(tx.conn, tx.workspace, note).await?.join("\n");
    words.truncate(words.floor_char_boundary(extract::MOST));
    research_notes::attach_words(tx, note, &words).await
}

/// Removes what is to be removed from the store, and what never came.
pub async fn settle(app: &App) -> ApiResult<usize> {
    let before = app.now() - LATE;
    let rows = app.db.lookup(async |conn| store::unsettled(conn, before).await).await?;
    for (workspace, id) in &rows {
        let settled = async {
            app.files.remove(*workspace, *id).await.map_err(|error| ApiError::internal(&error))?;
            app.db.single(async |conn| store::forget_file(conn, *workspace, *id).await).await
        };
        jobs::went(settled.await, *id)?;
    }
    Ok(rows.len())
}

/// Has [`settle`] remove what belongs to nobody any more: files of a workspace that was deleted.
pub async fn find_left(app: &App) -> ApiResult<usize> {
    app.db.single(async |conn| store::find_left(conn, app.now()).await).await
}

/// Reads the words of a PDF.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadWords {
    pub workspace: Uuid,
    pub attachment: Uuid,
}

impl Job for ReadWords {
    const KIND: &'static str = "read_attachment";
    const SLOW: bool = true;

    async fn run(self, app: &App, _: Uuid) -> Result<(), String> {
        let (workspace, id) = (WorkspaceId::vouched(self.workspace), AttachmentId::from(self.attachment));
        let found = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await;
        // It may be gone by now, and its note, too.
        let Ok(AttachmentRow { research_note_id: note, .. }) = found else { return Ok(()) };
        let file = app.files.spool(workspace, id).await?;
        let program = app.config.program.clone();
        let words = spawn_blocking(move || extract::words(&program, file)).await.map_err(|error| error.to_string())?;
        let words = words.inspect_err(|error| tracing::info!(%id, "no words of attachment {id}: {error}")).ok();
        let kept = app.write_as(workspace, Actor::Job, async |tx| keep_words(tx, note, id, words.as_deref()).await);
        kept.await.map_err(|error| error.to_string())
    }
}

async fn keep_words(tx: &mut Tx<'_>, note: ResearchNoteId, id: AttachmentId, words: Option<&str>) -> ApiResult<()> {
    research_notes::stays(tx, note).await?;
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    let Some(row) = row else { return Ok(()) };
    // One that came back from an archive had its words before: it is the same with them.
    if let (AttachmentTextState::Read, Some(words)) = (row.text_state, words) {
        store::keep_words(tx.conn, &row, Some(words)).await?;
        return attach_words(tx, note).await;
    }
    if row.text_state != AttachmentTextState::Waiting {
        return Ok(());
    }
    let text_state = if words.is_some() { AttachmentTextState::Read } else { AttachmentTextState::Failed };
    let row = AttachmentRow { text_state, version: row.version + 1, updated_at: tx.now, ..row };
    store::keep_words(tx.conn, &row, words).await?;
    tx.record(Kind::AttachmentUpdated, id, row.version, vec!["text_state".to_owned()]);
    attach_words(tx, note).await
}

/// Those of these that are there: that of a note in the trash is not.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[AttachmentId]) -> ApiResult<Vec<Attachment>> {
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(Attachment::from).collect())
}
