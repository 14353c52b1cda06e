//! Attachments on their way into an archive of the workspace, and back from one. What they hold is put where files are kept
//! before the transaction that brings their rows, so that nothing of the database waits for it.
use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Seek};

use actix_web::web::Bytes;
use aws_lc_rs::digest;
use futures_util::stream::BoxStream;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::kinds::media_type;
use super::model::{AttachmentId, AttachmentTextState, FileState};
use super::service::{ReadWords, pieces, within};
use super::store;
use crate::app::App;
use crate::changes::Tx;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::jobs;

/// What a line of an archive says of a file.
#[derive(Deserialize)]
struct Line {
    id: AttachmentId,
    media_type: String,
    size_bytes: i64,
    sha256: String,
}

/// Files of an archive that are where files are kept, and wait for their rows.
#[derive(Debug, Default)]
pub struct Staged {
    pub ids: Vec<AttachmentId>,
    bytes: i64,
}

/// What an attachment holds; nothing when it was deleted meanwhile.
pub async fn content(
    app: &App,
    workspace: WorkspaceId,
    id: AttachmentId,
) -> ApiResult<Option<BoxStream<'static, Result<Bytes, object_store::Error>>>> {
    match app.files.get(workspace, id, None).await {
        Ok(content) => Ok(Some(content.bytes)),
        Err(why) => {
            let known = app.db.read(workspace, async |conn| store::known(conn, workspace, &[id]).await).await?;
            if known.is_empty() { Ok(None) } else { Err(ApiError::unavailable(&why)) }
        }
    }
}

/// The attachments of these lines that the workspace does not have.
pub async fn unknown(app: &App, workspace: WorkspaceId, lines: &[Map<String, Value>]) -> ApiResult<HashSet<Uuid>> {
    let id = |line: &Map<String, Value>| line.get("id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
    let mut ids: HashSet<Uuid> = lines.iter().filter_map(id).collect();
    let all: Vec<AttachmentId> = ids.iter().map(|id| (*id).into()).collect();
    for known in app.db.read(workspace, async |conn| store::known(conn, workspace, &all).await).await? {
        ids.remove(&known.into());
    }
    Ok(ids)
}

/// Puts the file of a line where files are kept, if it is what the line says.
///
/// # Errors
/// `unreadable_file`, `attachment_quota`.
pub async fn stage(
    app: &App,
    workspace: WorkspaceId,
    line: &Map<String, Value>,
    file: File,
    staged: &mut Staged,
) -> ApiResult<()> {
    let line: Line = serde_json::from_value(Value::Object(line.clone())).map_err(|error| refused(error.to_string()))?;
    let read = spawn_blocking(move || checked(&line, file).map(|checked| (line, checked))).await;
    let (line, checked) =
        read.map_err(|error| ApiError::internal(&error))?.map_err(|error| ApiError::unavailable(&error))?;
    let file = checked.map_err(refused)?;
    staged.bytes += line.size_bytes;
    let (id, now, waiting) = (line.id, app.now(), staged.bytes);
    let announce = async |conn: &mut Conn| {
        let (_, bytes) = store::usage(conn, workspace).await?;
        within(app, bytes + waiting)?;
        store::put_files(conn, workspace, &[id], FileState::Uploading, now).await
    };
    app.db.write(workspace, announce).await?;
    staged.ids.push(id);
    app.files.put(workspace, id, pieces(file)?).await.map_err(|error| ApiError::unavailable(&error))
}

/// The file at its beginning, or why it is not that of the line.
fn checked(line: &Line, mut file: File) -> std::io::Result<Result<File, String>> {
    let mut sum = digest::Context::new(&digest::SHA256);
    let mut piece = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            break;
        }
        sum.update(&piece[..count]);
        size += i64::try_from(count).unwrap_or(i64::MAX);
    }
    file.rewind()?;
    let same = (size, hex::encode(sum.finish())) == (line.size_bytes, line.sha256.to_ascii_lowercase());
    let kind = media_type(&mut file)?;
    file.rewind()?;
    Ok(match kind {
        _ if !same => Err(format!("the file of the attachment {} is not what attachments.jsonl says", line.id)),
        Ok(kind) if kind == line.media_type => Ok(file),
        _ => Err(format!("the file of the attachment {} is no {}", line.id, line.media_type)),
    })
}

fn refused(detail: String) -> ApiError {
    ApiError::new(Code::UnreadableFile, detail.clone()).with(Fault::field("/file", "attachment", detail))
}

/// Files whose rows were written are there to stay. Words of PDFs are read anew.
pub async fn arrived(app: &App, tx: &mut Tx<'_>, ids: &[AttachmentId]) -> ApiResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    store::hold_quota(tx.conn, tx.workspace).await?;
    let (_, bytes) = store::usage(tx.conn, tx.workspace).await?;
    within(app, bytes)?;
    if store::lock_uploading(tx.conn, tx.workspace, ids).await? < ids.len() {
        return Err(ApiError::unavailable(&"the files took too long to arrive"));
    }
    store::put_files(tx.conn, tx.workspace, ids, FileState::Stored, tx.now).await?;
    let with_words = [AttachmentTextState::Waiting, AttachmentTextState::Read];
    let read = store::in_state(tx.conn, tx.workspace, ids, &with_words).await?;
    let workspace = tx.workspace.into();
    let jobs: Vec<_> =
        read.into_iter().map(|id| (app.new_id(), ReadWords { workspace, attachment: id.into() })).collect();
    jobs::enqueue_many(tx.conn, tx.workspace, &jobs, tx.now).await
}

/// What got no row is not kept.
pub async fn withdraw(app: &App, workspace: WorkspaceId, staged: &Staged) -> ApiResult<()> {
    let now = app.now();
    for ids in staged.ids.chunks(1_000) {
        app.db.write(workspace, async |conn| store::withdraw(conn, workspace, ids, now).await).await?;
    }
    Ok(())
}
