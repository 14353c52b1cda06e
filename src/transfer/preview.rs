//! A file as it would be read, before anything is imported.
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::columns::{Column, Field};
use super::formats::{Hints, Layout, Rows};
use super::linkedin::{Party, Touch};
use super::mappings::{MappedColumn, suggest};
use super::merge;
use super::model::{ImportKind, ImportProblem, Outcome};
use super::params::{self, FileParams, ImportForm};
use super::record::Entry;
use super::service::{self, Opened};
use crate::app::App;
use crate::auth::{Access, ImportsWrite};
use crate::contacts::ContactInput;
use crate::error::{ApiError, ApiResult, Code};
use crate::http::upload;
use crate::http::{Answer, IdempotencyKey, Params};

/// Entries that are shown.
const SHOWN: usize = 20;
/// Values of a column that are shown, and how much of each.
const SAMPLES: usize = 5;
const SAMPLE: usize = 100;

/// A column of the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewColumn {
    /// From 1.
    #[schema(example = 4)]
    pub number: usize,
    #[schema(example = "Mail dienstlich")]
    pub heading: String,
    /// What it is taken for; `null` where it is left out.
    pub field: Option<Field>,
    #[schema(example = "work")]
    pub label: Option<String>,
    /// The first values.
    #[schema(example = json!(["ada@engines.example"]))]
    pub samples: Vec<String>,
}

/// An entry as it would be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewRow {
    /// The line on which it begins, from 1.
    #[schema(example = 2)]
    pub line: u64,
    /// `skipped` or `failed`, where it would be no contact.
    pub outcome: Option<Outcome>,
    /// The contact that it would make, were it not known.
    pub contact: Option<ContactInput>,
    /// The message that it is.
    pub message: Option<PreviewMessage>,
    pub problems: Vec<ImportProblem>,
}

/// A message as it would be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewMessage {
    pub at: DateTime<Utc>,
    #[schema(example = "Ada Lovelace")]
    pub from: String,
    #[schema(example = json!(["Grace Hopper"]))]
    pub to: Vec<String>,
    pub subject: Option<String>,
    pub body: String,
}

/// How a file would be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportPreview {
    pub kind: ImportKind,
    #[schema(example = "windows-1252")]
    pub encoding: String,
    /// Of a table.
    pub layout: Option<Layout>,
    /// Of a table that is none of the known formats.
    pub columns: Vec<PreviewColumn>,
    /// Headings of columns that nothing is read from.
    #[schema(example = json!(["Shoe size"]))]
    pub ignored_columns: Vec<String>,
    /// The mapping that was used, or that the headings suggest: to be corrected, and saved as a mapping's `columns`.
    pub mapping: Vec<MappedColumn>,
    /// The first entries.
    pub rows: Vec<PreviewRow>,
    /// Whether there are more.
    pub has_more: bool,
}

/// See how a file would be read
///
/// Nothing is stored. What is recognised (format, encoding, delimiter, order of dates, columns) can be corrected by
/// parameters, or by a `mapping` in the form.
#[utoipa::path(tag = "imports", security(("bearer" = ["imports:write"])), params(FileParams),
    request_body(content(
        (ImportForm = "multipart/form-data"), (String = "text/csv"), (String = "text/vcard"),
        (String = "application/zip"), (String = "application/octet-stream"),
    ), description = "The file"),
    responses(
        (status = 200, description = "The first entries", body = ImportPreview),
        (status = 422, description = "`unreadable_file`"),
    ))]
#[post("/imports/preview")]
pub async fn preview_import(
    app: Data<App>,
    access: Access<ImportsWrite>,
    _key: IdempotencyKey,
    Params(params): Params<FileParams>,
    request: HttpRequest,
    payload: Payload,
) -> ApiResult<Answer<ImportPreview>> {
    let received = upload::receive(&request, payload, app.config.import_limit, &params::RAW).await?;
    let said = params::words(&received, params, None)?;
    let hints = said.hints(&app, &access).await?;
    // A table whose columns nobody knows is shown all the same: that is what a preview is for.
    let again = received.file.try_clone().map_err(|error| ApiError::unavailable(&error))?;
    let rows = match service::open(received.file, hints.clone()).await {
        Err(error)
            if error.code == Code::UnreadableFile
                && error.errors.iter().any(|fault| fault.code == "mapping_required") =>
        {
            service::open(again, Hints { unmapped: true, ..hints }).await?
        }
        other => other?,
    };
    let rows = match rows {
        Opened::Entries(rows) => *rows,
        archive @ Opened::Archive(_) => return Answer::ok(&ImportPreview::of_archive(&archive)),
    };
    let preview = tokio::task::spawn_blocking(move || preview(rows)).await;
    Answer::ok(&preview.map_err(|error| ApiError::internal(&error))?)
}

impl ImportPreview {
    /// Of a workspace's archive there is nothing to be corrected.
    fn of_archive(archive: &Opened) -> Self {
        let (kind, encoding) = (archive.kind(), archive.encoding().to_owned());
        let (columns, ignored_columns, mapping, rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { kind, encoding, layout: None, columns, ignored_columns, mapping, rows, has_more: true }
    }
}

fn preview(mut file: Rows) -> ImportPreview {
    let ignored_columns = file.ignored_columns();
    let layout = file.layout.take();
    let entries: Vec<Entry> = file.by_ref().take(SHOWN + 1).collect();
    let has_more = entries.len() > SHOWN;
    let (mut columns, mut mapping) = (Vec::new(), Vec::new());
    if let Some(layout) = &layout
        && file.kind == ImportKind::Csv
    {
        columns = layout.headings.iter().enumerate().map(|(index, heading)| column(layout, index, heading)).collect();
        mapping = suggest::mapped(&layout.headings, &layout.columns);
    }
    let rows = entries.into_iter().take(SHOWN).map(row).collect();
    let (kind, encoding) = (file.kind, file.encoding.to_owned());
    ImportPreview { kind, encoding, layout, columns, ignored_columns, mapping, rows, has_more }
}

fn column(layout: &Layout, index: usize, heading: &str) -> PreviewColumn {
    let known: Option<&Column> = layout.columns.get(index).and_then(Option::as_ref);
    let cells = layout.sample.iter().filter_map(|row| row.get(index)).filter(|cell| !cell.is_empty());
    PreviewColumn {
        number: index + 1,
        heading: heading.to_owned(),
        field: known.map(|column| column.field),
        label: known.map(|column| column.label.clone()).filter(|label| !label.is_empty()),
        samples: cells.take(SAMPLES).map(|cell| cell.chars().take(SAMPLE).collect()).collect(),
    }
}

fn row(entry: Entry) -> PreviewRow {
    let none = |line, outcome, problems| PreviewRow { line, outcome, contact: None, message: None, problems };
    match entry {
        Entry::Person(record) => {
            let mut contact = merge::new_contact(&record.said);
            (contact.how_found, contact.how_found_on) = (record.how_found, record.how_found_on);
            PreviewRow { contact: Some(contact), ..none(record.line, None, record.problems) }
        }
        Entry::Touch(touch) => {
            let Touch { line, from, to, at, subject, body, .. } = *touch;
            let to = to.iter().map(Party::shown).collect();
            let message = PreviewMessage { at, from: from.shown(), to, subject, body };
            PreviewRow { message: Some(message), ..none(line, None, Vec::new()) }
        }
        Entry::Skipped { line, reason } => none(line, Some(Outcome::Skipped), vec![ImportProblem::skipped(reason)]),
        Entry::Error { line, column, heading, code, detail } => {
            let problem = ImportProblem::new(code, detail);
            let problem = ImportProblem { column: heading, column_number: column, ..problem };
            none(line, Some(Outcome::Failed), vec![problem])
        }
    }
}
