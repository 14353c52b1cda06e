//! Starting, ending, settling and undoing imports.
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::web::Data;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tracing::Instrument;
use uuid::Uuid;

use super::formats::{self, FileError, Hints, Rows};
use super::model::{
    ExtraDbRow, Import, ImportDbRow, ImportId, ImportKind, ImportReport, ImportRow, ImportState, KeptContact,
    KeptReason, KeyDbRow, Outcome, RowDbRow,
};
use super::progress::Progress;
use super::record::Said;
use super::run::{self, Before, Report};
use super::store::{self, End};
use super::upload::Upload;
use crate::app::App;
use crate::auth::{Access, ImportsWrite};
use crate::changes::{Actor, Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::idempotency::try_lock;
use crate::http::prefer::Prefer;
use crate::http::{Answer, IdempotencyKey};

/// Rows that come with the answer.
pub const SHOWN: usize = 1_000;
/// Bytes: some thousand rows.
const LARGE: u64 = 256 * 1024;
/// Imports at once: each holds two connections.
static TURNS: Semaphore = Semaphore::const_new(2);
/// Held while the tables are looked at anew after a large file: an import that began meanwhile would be planned by
/// statistics of smaller ones.
static STOCK: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
const WAIT: Duration = Duration::from_secs(10);
/// How long an answer is waited for, unless the client says; and at most.
const PATIENCE: Duration = Duration::from_secs(20);
const LONGEST: Duration = Duration::from_secs(60);

/// Opens the file; what is wrong with it as a whole is told before anything is stored.
pub async fn open(file: std::fs::File, hints: Hints) -> ApiResult<Rows> {
    let opened = tokio::task::spawn_blocking(move || formats::open(file, &hints)).await;
    opened.map_err(|error| ApiError::internal(&error))?.map_err(|error| match error {
        FileError::Io(error) => ApiError::unavailable(&error),
        error => {
            let fault = Fault::field("/file", error.code(), error.to_string());
            ApiError::new(Code::UnreadableFile, error.to_string()).with(fault)
        }
    })
}

/// Waits for one of the places for imports. Before the transaction begins: inside one, only the database is waited for.
async fn turn() -> ApiResult<SemaphorePermit<'static>> {
    let turn = tokio::time::timeout(WAIT, TURNS.acquire()).await;
    let turn = turn.map_err(|_| ApiError::unavailable(&"too many imports at once"))?;
    turn.map_err(|error| ApiError::internal(&error))
}

/// An import that runs apart from the request that asked for it.
pub struct Started {
    answer: oneshot::Receiver<ApiResult<Answer<ImportReport>>>,
    begun: oneshot::Receiver<ImportId>,
}

/// Starts an import. It runs to its end, whether somebody waits for it or not.
pub fn start(
    app: Data<App>,
    access: Access<ImportsWrite>,
    key: IdempotencyKey,
    fingerprint: Vec<u8>,
    info: UploadInfo,
    file: Rows,
) -> Started {
    let ((done, answer), (begin, begun)) = (oneshot::channel(), oneshot::channel());
    let work = async move {
        let outcome = async {
            let _turn = turn().await?;
            drop(STOCK.lock().await);
            app.post(&access, &key, &fingerprint, async |tx| {
                let report = import(&app, tx, access.user, &info, file, begin).await?;
                Answer::created(&location(report.import.id), report.import.version, &report)
            })
            .await
        };
        let outcome = outcome.await;
        if info.size < LARGE {
            let _ = done.send(outcome);
            return;
        }
        // Taken before the answer: whoever has it and imports again at once waits.
        let _taking = STOCK.lock().await;
        let _ = done.send(outcome);
        take_stock(&app).await;
    };
    actix_web::rt::spawn(work.in_current_span());
    Started { answer, begun }
}

impl Started {
    /// The report, or, when that takes longer, 202 and how far the import is.
    pub async fn wait(mut self, app: &App, workspace: WorkspaceId, prefer: Prefer) -> ApiResult<Answer<ImportReport>> {
        let wait = if prefer.respond_async { prefer.wait.unwrap_or_default() } else { prefer.wait.unwrap_or(PATIENCE) };
        if let Ok(answer) = tokio::time::timeout(wait.min(LONGEST), &mut self.answer).await {
            return answer.map_err(|error| ApiError::internal(&error))?;
        }
        let begun = tokio::select! {
            answer = &mut self.answer => return answer.map_err(|error| ApiError::internal(&error))?,
            begun = &mut self.begun => begun,
        };
        // Nothing begins where an earlier answer is replayed, or where it is refused.
        let Ok(id) = begun else { return self.answer.await.map_err(|error| ApiError::internal(&error))? };
        let report = app.db.read(workspace, async |conn| report(conn, workspace, id).await).await?;
        let answer = Answer::status(StatusCode::ACCEPTED, &report)?;
        let answer = answer.header(header::LOCATION, &location(id))?.header(header::RETRY_AFTER, "1")?;
        if prefer.respond_async {
            return answer.header(HeaderName::from_static("preference-applied"), "respond-async");
        }
        Ok(answer)
    }
}

fn location(id: ImportId) -> String {
    format!("/v1/imports/{id}")
}

/// Imports an opened file in the caller's transaction. Before that, and apart from it, the import is written down as
/// running, so that one that is killed can be told from one that never was.
async fn import(
    app: &App,
    tx: &mut Tx<'_>,
    by: Uuid,
    upload: &UploadInfo,
    file: Rows,
    begin: oneshot::Sender<ImportId>,
) -> ApiResult<ImportReport> {
    let id: ImportId = app.new_id();
    // Whoever finds the lock free knows that this process is gone.
    try_lock(tx.conn, lock_key(id)).await?;
    let row = upload.row(tx, id, by);
    app.db.write(tx.workspace, async |conn| store::insert(conn, &row).await).await?;
    let _ = begin.send(id);
    let (kind, encoding) = (file.kind, file.encoding);
    let mut progress = Progress::new(app, tx.workspace, id);
    let outcome = if upload.dry_run {
        tx.rehearse(async |tx| run::run(tx, id, kind, file, &mut progress).await).await
    } else {
        tx.part(async |tx| run::run(tx, id, kind, file, &mut progress).await).await
    };
    match outcome {
        Ok(report) => finish(tx, id, upload.dry_run, encoding, report).await,
        Err(error) => {
            fail(app, tx, id, &error).await?;
            Err(error)
        }
    }
}

/// Writes down, apart from the transaction that comes to nothing, how the import ended.
async fn fail(app: &App, tx: &Tx<'_>, id: ImportId, error: &ApiError) -> ApiResult<()> {
    let cancelled = error.code == Code::ImportCancelled;
    let end = End {
        state: if cancelled { ImportState::Cancelled } else { ImportState::Failed },
        counts: [0; 5],
        encoding: None,
        companies: &[],
        failure: Some((error.code.name(), "nothing was stored")),
    };
    app.write_as(tx.workspace, tx.actor, async |tx| {
        let row = store::finish(tx.conn, tx.workspace, id, tx.now, &end).await?;
        tx.record(Kind::ImportFinished, id, row.version, Vec::new());
        Ok(())
    })
    .await
}

/// Asks a running import to stop.
pub async fn cancel(tx: &mut Tx<'_>, id: ImportId) -> ApiResult<Import> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if row.state != ImportState::Running {
        let detail = format!("this import does not run: it is {}", row.state.name());
        return Err(ApiError::new(Code::ImportNotRunning, detail));
    }
    Ok(Import::from(store::request_cancel(tx.conn, tx.workspace, id, tx.now).await?))
}

/// After a large file the database looks at its tables anew. It is no part of the import: whether it works changes
/// nothing of the answer.
async fn take_stock(app: &App) {
    let taken = match app.db.global().await {
        Ok(mut conn) => store::take_stock(&mut conn).await,
        Err(error) => Err(error),
    };
    if let Err(error) = taken {
        tracing::warn!("the tables' statistics could not be renewed: {error}");
    }
}

/// What is known of a file before it is read.
#[derive(Debug)]
pub struct UploadInfo {
    pub kind: ImportKind,
    pub dry_run: bool,
    pub name: Option<String>,
    pub size: u64,
    pub sha256: Vec<u8>,
}

impl UploadInfo {
    /// The kind is known once the file is opened.
    pub fn of(upload: &Upload, dry_run: bool) -> Self {
        let kind = ImportKind::Csv;
        let (name, sha256) = (upload.name.clone(), upload.sha256.clone());
        Self { kind, dry_run, name, size: upload.size, sha256 }
    }

    fn row(&self, tx: &Tx<'_>, id: ImportId, created_by: Uuid) -> ImportDbRow {
        ImportDbRow {
            workspace_id: tx.workspace,
            id,
            version: 1,
            created_at: tx.now,
            updated_at: tx.now,
            kind: self.kind,
            dry_run: self.dry_run,
            state: ImportState::Running,
            file_name: self.name.clone(),
            file_size: i64::try_from(self.size).unwrap_or(i64::MAX),
            file_sha256: self.sha256.clone(),
            encoding: None,
            created_by,
            created_count: 0,
            updated_count: 0,
            unchanged_count: 0,
            skipped_count: 0,
            failed_count: 0,
            created_companies: Vec::new(),
            failure_code: None,
            failure_detail: None,
            finished_at: None,
            undone_at: None,
            cancel_requested_at: None,
        }
    }
}

async fn finish(
    tx: &mut Tx<'_>,
    id: ImportId,
    dry_run: bool,
    encoding: &str,
    mut report: Report,
) -> ApiResult<ImportReport> {
    if dry_run {
        forget_what_never_was(&mut report.rows);
        report.companies.clear();
    }
    store::insert_rows(tx.conn, &report.rows).await?;
    let end = End {
        state: ImportState::Finished,
        counts: report.counts(),
        encoding: Some(encoding),
        companies: &report.companies,
        failure: None,
    };
    let row = store::finish(tx.conn, tx.workspace, id, tx.now, &end).await?;
    tx.record(Kind::ImportFinished, id, row.version, Vec::new());
    let rows_complete = report.rows.len() <= SHOWN;
    report.rows.truncate(SHOWN);
    let rows = report.rows.into_iter().map(ImportRow::from).collect();
    Ok(ImportReport { import: Import::from(row), rows, rows_complete })
}

/// In a dry run, contacts that would have been added have no id.
fn forget_what_never_was(rows: &mut [RowDbRow]) {
    for row in rows {
        if row.outcome == Outcome::Created {
            row.contact_id = None;
        }
        (row.contact_version, row.before) = (None, None);
    }
}

/// The import and its first rows. One that says it runs while nobody runs it was interrupted.
pub async fn report(conn: &Conn, workspace: WorkspaceId, id: ImportId) -> ApiResult<ImportReport> {
    let row = store::find(conn, workspace, id).await?;
    let fetch = i64::try_from(SHOWN).unwrap_or(i64::MAX) + 1;
    let mut rows = store::rows(conn, workspace, id, &[], None, fetch).await?;
    let rows_complete = rows.len() <= SHOWN && row.state != ImportState::Running;
    rows.truncate(SHOWN);
    let rows = rows.into_iter().map(ImportRow::from).collect();
    Ok(ImportReport { import: Import::from(row), rows, rows_complete })
}

/// Writes down an import as failed whose process is gone.
pub async fn settle(app: &App, workspace: WorkspaceId, id: ImportId) -> ApiResult<bool> {
    app.write_as(workspace, Actor::Job, async |tx| {
        if !try_lock(tx.conn, lock_key(id)).await? {
            return Ok(false);
        }
        let row = store::lock(tx.conn, workspace, id).await?;
        if row.state != ImportState::Running {
            return Ok(false);
        }
        let detail = "the service stopped in the middle of it; nothing of the file was stored";
        let end = End {
            state: ImportState::Failed,
            counts: [0; 5],
            encoding: None,
            companies: &[],
            failure: Some(("interrupted", detail)),
        };
        let row = store::finish(tx.conn, workspace, id, tx.now, &end).await?;
        tx.record(Kind::ImportFinished, id, row.version, Vec::new());
        Ok(true)
    })
    .await
}

/// As [`settle`], where the import says that it runs.
pub async fn settle_if_running(app: &App, workspace: WorkspaceId, id: ImportId) -> ApiResult<()> {
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    if row.state == ImportState::Running {
        settle(app, workspace, id).await?;
    }
    Ok(())
}

/// Settles every import that says it runs while nobody runs it.
pub async fn settle_interrupted(app: &App) -> ApiResult<usize> {
    let mut settled = 0;
    for (workspace, id) in app.db.lookup(async |conn| store::running(conn).await).await? {
        settled += usize::from(settle(app, workspace, id).await?);
    }
    Ok(settled)
}

/// How much of an import could be taken back.
pub struct Undone {
    pub removed: usize,
    pub restored: usize,
    pub kept: usize,
    pub kept_contacts: Vec<KeptContact>,
}

/// Takes back what nobody has edited since.
pub async fn undo(tx: &mut Tx<'_>, id: ImportId) -> ApiResult<Undone> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if row.dry_run || row.state != ImportState::Finished {
        let why = if row.dry_run { "it was a dry run" } else { row.state.name() };
        return Err(ApiError::new(Code::ImportNotUndoable, format!("this import cannot be undone: {why}")));
    }
    let removed = store::remove_created(tx.conn, tx.workspace, id).await?;
    for (contact, version) in &removed {
        tx.record(Kind::ContactPurged, *contact, version + 1, Vec::new());
    }
    let restored = restore_updated(tx, id, row.kind).await?;
    for (company, version) in store::remove_companies(tx.conn, tx.workspace, &row.created_companies).await? {
        tx.record(Kind::CompanyPurged, company, version + 1, Vec::new());
    }
    let version = store::mark_undone(tx.conn, tx.workspace, id, tx.now).await?;
    tx.record(Kind::ImportUndone, id, version, Vec::new());
    let touched = usize::try_from(row.created_count + row.updated_count).unwrap_or(0);
    let kept_contacts = kept(tx, id, &restored).await?;
    let kept = touched - removed.len() - restored.len();
    Ok(Undone { removed: removed.len(), restored: restored.len(), kept, kept_contacts })
}

/// The contacts of an import that are there in spite of its undoing, and why.
async fn kept(tx: &mut Tx<'_>, id: ImportId, restored: &[ContactId]) -> ApiResult<Vec<KeptContact>> {
    let touched = store::touched(tx.conn, tx.workspace, id).await?;
    let kept = touched.into_iter().filter(|(contact, ..)| !restored.contains(contact)).take(SHOWN);
    let reason = |unedited: bool, in_trash: bool| match (in_trash, unedited) {
        (true, _) => KeptReason::InTrash,
        (false, true) => KeptReason::InUse,
        (false, false) => KeptReason::Edited,
    };
    let contact = |(id, name, version, imported, deleted_at): store::Touched| KeptContact {
        id,
        name,
        reason: reason(Some(version) == imported, deleted_at.is_some()),
    };
    Ok(kept.map(contact).collect())
}

async fn restore_updated(tx: &mut Tx<'_>, id: ImportId, kind: ImportKind) -> ApiResult<Vec<ContactId>> {
    let rows = store::rows(tx.conn, tx.workspace, id, &[Outcome::Updated], None, i64::MAX).await?;
    let ids: Vec<_> = rows.iter().filter_map(|row| row.contact_id).collect();
    let present = contacts::read_many(tx, &ids).await?;
    let mut restored = Vec::new();
    for row in rows {
        let (Some(contact), Some(before)) = (row.contact_id, row.before) else { continue };
        let unedited = present.get(&contact).is_some_and(|present| Some(present.version) == row.contact_version);
        let Ok(before) = serde_json::from_value::<Before>(before) else { continue };
        if unedited {
            contacts::replace(tx, contact, before.input).await?;
            if let Some(key) = before.key {
                restore_said(tx, contact, kind.source(), key, before.base, before.extras).await?;
            }
            restored.push(contact);
        }
    }
    Ok(restored)
}

/// What the source had said before, so that the next import finds news where this one did.
async fn restore_said(
    tx: &mut Tx<'_>,
    contact_id: ContactId,
    source: &str,
    key: String,
    base: Option<Said>,
    extras: Option<serde_json::Value>,
) -> ApiResult<()> {
    let (workspace_id, source) = (tx.workspace, source.to_owned());
    store::drop_key(tx.conn, workspace_id, &source, &key).await?;
    if let Some(base) = base {
        let (source, key) = (source.clone(), key.clone());
        let row = KeyDbRow { workspace_id, source, key, contact_id, base: base.compact() };
        store::put_keys(tx.conn, &[row]).await?;
    }
    if let Some(properties) = extras {
        store::put_extras(tx.conn, &[ExtraDbRow { workspace_id, contact_id, source, key, properties }]).await?;
    }
    Ok(())
}

fn lock_key(id: ImportId) -> i64 {
    let (high, low) = Uuid::from(id).as_u64_pair();
    i64::from_be_bytes((high ^ low).to_be_bytes())
}
