//! Starting and ending imports.
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use tokio::sync::{Notify, oneshot};
use tracing::Instrument;
use uuid::Uuid;

use super::formats::{self, FileError, Hints, Rows};
use super::interrupted::lock_key;
use super::model::{
    Import, ImportDbRow, ImportId, ImportKind, ImportReport, ImportRow, ImportState, Outcome, RowDbRow,
};
use super::progress::{Progress, cancelled};
use super::report::Report;
use super::store::{self, End};
use super::{archive, queue, run};
use crate::app::App;
use crate::attachments::{self, Staged};
use crate::auth::{Access, ImportsWrite};
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::exports::restore;
use crate::http::idempotency::wait_lock;
use crate::http::prefer::Prefer;
use crate::http::upload::Upload;
use crate::http::{Answer, IdempotencyKey};

/// Rows that come with the answer. Nobody waits for the import of more, unless the client says so.
pub const SHOWN: usize = 1_000;
/// Bytes: some thousand rows.
const LARGE: u64 = 256 * 1024;
/// Held while the tables are looked at anew after a large file: an import that began meanwhile would be planned by
/// statistics of smaller ones.
static STOCK: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
/// How long an answer is waited for where the rows are few, unless the client says; and at most.
const PATIENCE: Duration = Duration::from_secs(20);
const LONGEST: Duration = Duration::from_secs(60);

/// A file that was opened.
pub enum Opened {
    /// One with entries about people.
    Entries(Box<Rows>),
    /// A workspace.
    Archive(restore::Opened),
}

impl Opened {
    pub fn kind(&self) -> ImportKind {
        match self {
            Self::Entries(rows) => rows.kind,
            Self::Archive(_) => ImportKind::InroadArchive,
        }
    }

    pub fn encoding(&self) -> &'static str {
        match self {
            Self::Entries(rows) => rows.encoding,
            Self::Archive(_) => "UTF-8",
        }
    }

    /// Headings of a table that nothing is read from.
    pub fn ignored_columns(&self) -> Vec<String> {
        match self {
            Self::Entries(rows) => rows.ignored_columns(),
            Self::Archive(_) => Vec::new(),
        }
    }

    /// Whether it has more rows than an answer.
    fn is_long(&mut self) -> bool {
        match self {
            Self::Entries(rows) => rows.are_more_than(SHOWN),
            Self::Archive(archive) => archive.lines() > SHOWN as u64,
        }
    }
}

/// Opens a file, and finds out whether it is short enough to wait for its import.
pub async fn open_to_import(file: std::fs::File, hints: Hints) -> ApiResult<(Opened, bool)> {
    let mut file = open(file, hints).await?;
    let counted = tokio::task::spawn_blocking(move || {
        let is_short = !file.is_long();
        (file, is_short)
    });
    counted.await.map_err(|error| ApiError::internal(&error))
}

/// Opens the file; what is wrong with it as a whole is told before anything is stored.
pub async fn open(file: std::fs::File, hints: Hints) -> ApiResult<Opened> {
    let opened = tokio::task::spawn_blocking(move || open_now(file, &hints)).await;
    opened.map_err(|error| ApiError::internal(&error))?
}

fn open_now(mut file: std::fs::File, hints: &Hints) -> ApiResult<Opened> {
    let may_be = matches!(hints.kind, None | Some(ImportKind::InroadArchive)) && hints.mapping.is_none();
    let is_zip = archive::is_archive(&mut file).map_err(|error| ApiError::unavailable(&error))?;
    if hints.kind == Some(ImportKind::InroadArchive) || may_be && is_zip && restore::is_one(&file) {
        return restore::open(&file).map(Opened::Archive);
    }
    formats::open(file, hints).map(|rows| Opened::Entries(Box::new(rows))).map_err(|error| match error {
        FileError::Io(error) => ApiError::unavailable(&error),
        error => {
            let fault = Fault::field("/file", error.code(), error.to_string());
            ApiError::new(Code::UnreadableFile, error.to_string()).with(fault)
        }
    })
}

/// An import that runs apart from the request that asked for it.
pub struct Started {
    answer: oneshot::Receiver<ApiResult<Answer<ImportReport>>>,
    begun: oneshot::Receiver<ImportId>,
    /// Whether the answer is worth waiting for.
    is_short: bool,
}

/// Starts an import. It runs to its end, whether somebody waits for it or not.
pub fn start(
    app: Data<App>,
    access: Access<ImportsWrite>,
    key: IdempotencyKey,
    fingerprint: Vec<u8>,
    info: UploadInfo,
    (file, is_short): (Opened, bool),
) -> Started {
    let ((done, answer), (begin, begun)) = (oneshot::channel(), oneshot::channel());
    let work = async move {
        let outcome = queue(&app, &access, &key, &fingerprint, &info, file, begin).await;
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
    Started { answer, begun, is_short }
}

impl Started {
    /// The report, or, when that takes longer, 202 and how far the import is.
    pub async fn wait(mut self, app: &App, workspace: WorkspaceId, prefer: Prefer) -> ApiResult<Answer<ImportReport>> {
        let patience = if self.is_short && !prefer.respond_async { PATIENCE } else { Duration::ZERO };
        let wait = prefer.wait.unwrap_or(patience);
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

/// Writes the import down, waits for its turn, and runs it.
async fn queue(
    app: &App,
    access: &Access<ImportsWrite>,
    key: &IdempotencyKey,
    fingerprint: &[u8],
    info: &UploadInfo,
    file: Opened,
    begin: oneshot::Sender<ImportId>,
) -> ApiResult<Answer<ImportReport>> {
    if let Some(answer) = app.replay(access, key, fingerprint).await? {
        return Ok(answer);
    }
    let place = queue::enter(access.workspace)?;
    let id: ImportId = app.new_id();
    let row = info.row(access.workspace, id, access.user, app.now());
    app.db.write(access.workspace, async |conn| store::insert(conn, &row).await).await?;
    let _ = begin.send(id);
    let waits_no_more = Notify::new();
    let mut file = Some(file);
    let mut staged = Staged::default();
    let outcome = async {
        let _turn = place.turn(app, access.workspace, id).await?;
        drop(STOCK.lock().await);
        if let Some(Opened::Archive(archive)) = file.as_mut().filter(|_| !info.dry_run) {
            archive.stage(app, access.workspace, &mut staged).await?;
        }
        loop {
            let mut is_taken = false;
            let run = app.post(access, key, fingerprint, async |tx| {
                is_taken = !store::take_turn(tx.conn, tx.workspace).await?;
                if is_taken {
                    return Err(ApiError::unavailable(&"another import of the workspace runs"));
                }
                let report = import(app, tx, id, info, &mut file, &waits_no_more).await?;
                Answer::created(&location(report.import.id), report.import.version, &report)
            });
            let outcome = run.await;
            if !is_taken {
                return outcome;
            }
            // By an import of another instance of the service.
            queue::look_after(app, access.workspace, id).await?;
            tokio::time::sleep(queue::EVERY).await;
        }
    };
    let work = async {
        let outcome = outcome.await;
        waits_no_more.notify_one();
        outcome
    };
    let (outcome, ()) = tokio::join!(work, queue::keep(app, access.workspace, id, &waits_no_more));
    // What an import that came to nothing had brought is not kept.
    attachments::withdraw(app, access.workspace, &staged).await?;
    match &outcome {
        Err(error) => fail(app, access, id, error).await?,
        // The same request came twice, and the other one was first.
        Ok(_) if file.is_some() => fail(app, access, id, &cancelled()).await?,
        Ok(_) => {}
    }
    outcome
}

/// Imports an opened file in the caller's transaction, which has the turn.
async fn import(
    app: &App,
    tx: &mut Tx<'_>,
    id: ImportId,
    info: &UploadInfo,
    file: &mut Option<Opened>,
    waits_no_more: &Notify,
) -> ApiResult<ImportReport> {
    // Whoever asks how it stands has it for a moment.
    wait_lock(tx.conn, lock_key(id)).await?;
    waits_no_more.notify_one();
    // From here on the lock says that it runs.
    if app.db.write(tx.workspace, async |conn| store::wait_on(conn, tx.workspace, id, None).await).await? {
        return Err(cancelled());
    }
    let Some(file) = file.take() else { return Err(ApiError::internal(&"the file was read before")) };
    let encoding = file.encoding();
    let report = if info.dry_run {
        tx.rehearse(async |tx| read(app, tx, id, file).await).await?
    } else {
        read(app, tx, id, file).await?
    };
    // From here on it is too late to cancel: whoever would waits for the end.
    if store::lock(tx.conn, tx.workspace, id).await?.cancel_requested_at.is_some() {
        return Err(cancelled());
    }
    finish(app, tx, id, info.dry_run, encoding, report).await
}

async fn read(app: &App, tx: &mut Tx<'_>, id: ImportId, file: Opened) -> ApiResult<Report> {
    match file {
        Opened::Entries(rows) => run::run(tx, id, *rows, &mut Progress::new(app, tx.workspace, id)).await,
        Opened::Archive(archive) => {
            let mut report = Report::new(tx.workspace, id);
            for row in restore::load(app, tx, &archive).await? {
                report.tell_line(&row);
            }
            Ok(report)
        }
    }
}

/// Writes down, after the transaction that came to nothing, how the import ended.
async fn fail(app: &App, access: &Access<ImportsWrite>, id: ImportId, error: &ApiError) -> ApiResult<()> {
    let cancelled = error.code == Code::ImportCancelled;
    let end = End {
        state: if cancelled { ImportState::Cancelled } else { ImportState::Failed },
        counts: [0; 5],
        encoding: None,
        companies: &[],
        failure: Some((error.code.name(), "nothing was stored")),
    };
    app.write(access, async |tx| {
        if store::lock(tx.conn, tx.workspace, id).await?.state != ImportState::Running {
            return Ok(());
        }
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
    pub ignored_columns: Vec<String>,
}

impl UploadInfo {
    /// The kind and the columns are known once the file is opened.
    pub fn of(upload: &Upload, dry_run: bool) -> Self {
        let (kind, ignored_columns) = (ImportKind::Csv, Vec::new());
        let (name, sha256) = (upload.name.clone(), upload.sha256.clone());
        Self { kind, dry_run, name, size: upload.size, sha256, ignored_columns }
    }

    fn row(&self, workspace_id: WorkspaceId, id: ImportId, created_by: Uuid, now: DateTime<Utc>) -> ImportDbRow {
        ImportDbRow {
            workspace_id,
            id,
            version: 1,
            created_at: now,
            updated_at: now,
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
            waits_until: Some(now + queue::LEASE),
            ignored_columns: self.ignored_columns.clone(),
        }
    }
}

async fn finish(
    app: &App,
    tx: &mut Tx<'_>,
    id: ImportId,
    dry_run: bool,
    encoding: &str,
    mut report: Report,
) -> ApiResult<ImportReport> {
    if dry_run {
        // What it had stored of them was taken back with the rest.
        report.stored = 0;
        forget_what_never_was(&mut report.rows);
        report.companies.clear();
    }
    store::insert_rows(tx.conn, &report.rows[report.stored..]).await?;
    report.rows.sort_by_key(|row| row.line);
    let end = End {
        state: ImportState::Finished,
        counts: report.counts(),
        encoding: Some(encoding),
        companies: &report.companies,
        failure: None,
    };
    // The transaction's own time is that of its beginning.
    let row = store::finish(tx.conn, tx.workspace, id, app.now(), &end).await?;
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
        row.touches.clear();
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
