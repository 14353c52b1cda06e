use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType, ExtendedValue};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::{Attachment, AttachmentId, AttachmentUsage};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, ResearchRead, ResearchWrite};
use crate::error::{ApiError, ApiResult, Fault};
use crate::http::limits::ATTACHMENT_BYTES;
use crate::http::page::{self, DEFAULT_LIMIT};
use crate::http::params::NoParams;
use crate::http::upload;
use crate::http::{Answer, Id, IdempotencyKey, IfMatch, IfNoneMatch, Paging, Params};
use crate::page;
use crate::research_notes::ResearchNoteId;

page! {
    /// A page of attachments.
    AttachmentPage of Attachment
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
    /// Of any of these notes.
    #[param(max_items = 100)]
    pub research_note_id: Vec<Uuid>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, research_note_id: Vec::new() }
    }
}

/// A file as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the document's shape of the form; the stream is read by hand")]
pub struct AttachmentForm {
    #[schema(value_type = String, format = "binary")]
    file: Vec<u8>,
    /// The note that it belongs to.
    research_note_id: Uuid,
}

/// Attach a file to a research note
///
/// A PDF, a picture or an office file, as a form with a `file` and a `research_note_id`. What it is is told by what it
/// holds. The words of a PDF are read a moment later, and are searched with the note's (`GET /v1/research-notes?q=`).
/// `GET /v1/limits` tells how large a file may be, and how much all of them may take together.
#[utoipa::path(tag = "attachments", security(("bearer" = ["research:write"])),
    request_body(content((AttachmentForm = "multipart/form-data")), description = "The file and its note"),
    responses(
    (status = 201, description = "The attachment", body = Attachment),
    (status = 409, description = "`attachment_quota`: the workspace's files would take too much"),
    (status = 422, description = "`unsupported_file` or `invalid_fields`"),
))]
#[post("/attachments")]
pub async fn create_attachment(
    app: Data<App>,
    access: Access<ResearchWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    request: HttpRequest,
    payload: Payload,
) -> ApiResult<Answer<Attachment>> {
    let received = upload::receive(&request, payload, ATTACHMENT_BYTES, &[]).await?;
    let note = note_of(&received.words)?;
    service::keep(&app, &access, &key, note, received).await
}

/// The one word that the form has.
fn note_of(words: &[(String, String)]) -> ApiResult<ResearchNoteId> {
    let (mut note, mut faults) = (None, Vec::new());
    for (name, word) in words {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        match (name.as_str(), Uuid::try_parse(word.trim())) {
            ("research_note_id", _) if note.is_some() => {
                faults.push(Fault::field(pointer, "duplicate", "may be given once"));
            }
            ("research_note_id", Ok(id)) => note = Some(ResearchNoteId::from(id)),
            ("research_note_id", Err(_)) => faults.push(Fault::field(pointer, "invalid_format", "must be a UUID")),
            _ => faults.push(Fault::field(pointer, "unknown_field", "is not a known field")),
        }
    }
    if note.is_none() && faults.is_empty() {
        faults.push(Fault::field("/research_note_id", "required", "say which note the file belongs to"));
    }
    ApiError::check(faults)?;
    note.ok_or_else(ApiError::not_found)
}

/// List attachments, newest first
#[utoipa::path(tag = "attachments", security(("bearer" = ["research:read"])), params(ListQuery), responses(
    (status = 200, description = "A page of attachments", body = AttachmentPage),
))]
#[get("/attachments")]
pub async fn list_attachments(
    app: Data<App>,
    access: Access<ResearchRead>,
    Params(query): Params<ListQuery>,
    paging: Paging,
) -> ApiResult<Answer<AttachmentPage>> {
    let from: Option<Uuid> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let mut rows = app.db.read(workspace, async |conn| store::list(conn, workspace, &query, from).await).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut rows, |row| Uuid::from(row.id))?;
    paging.answer(&AttachmentPage { data: rows.into_iter().map(Attachment::from).collect(), next_cursor })
}

/// Read what the workspace's files take
#[utoipa::path(tag = "attachments", security(("bearer" = ["research:read"])), responses(
    (status = 200, description = "How many there are, and their bytes", body = AttachmentUsage),
))]
#[get("/attachments/usage")]
pub async fn read_attachment_usage(
    app: Data<App>,
    access: Access<ResearchRead>,
    _none: NoParams,
) -> ApiResult<Answer<AttachmentUsage>> {
    let workspace = access.workspace;
    Answer::ok(&app.db.read(workspace, async |conn| service::usage(&app, conn, workspace).await).await?)
}

/// Read one attachment
#[utoipa::path(tag = "attachments", security(("bearer" = ["research:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "What is known of the file", body = Attachment,
        headers(("ETag" = String, description = "Its version"))),
))]
#[get("/attachments/{id}")]
pub async fn read_attachment(
    app: Data<App>,
    access: Access<ResearchRead>,
    Id(id): Id<AttachmentId>,
    _none: NoParams,
) -> ApiResult<Answer<Attachment>> {
    let workspace = access.workspace;
    let attachment = app.db.read(workspace, async |conn| service::read(conn, workspace, id).await).await?;
    Answer::resource(attachment.version, &attachment)
}

/// Download an attachment
///
/// The file as it came, to be saved and not to be shown. `Range` reads a part of it.
#[utoipa::path(tag = "attachments", security(("bearer" = ["research:read"])), params(("id" = Uuid, Path),
    ("Range" = Option<String>, Header, max_length = 255, description = "One range of bytes (RFC 9110, 14.2)")), responses(
    (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream",
        headers(("ETag" = String, description = "Its SHA-256"))),
    (status = 206, description = "The part that was asked for", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 416, description = "`range_not_satisfiable`: the file has no such bytes"),
))]
#[get("/attachments/{id}/content")]
pub async fn download_attachment(
    app: Data<App>,
    access: Access<ResearchRead>,
    Id(id): Id<AttachmentId>,
    _none: NoParams,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let workspace = access.workspace;
    let attachment = app.db.read(workspace, async |conn| service::read(conn, workspace, id).await).await?;
    let etag =
        header::HeaderValue::from_str(&format!("\"{}\"", attachment.sha256)).map_err(|e| ApiError::internal(&e))?;
    if IfNoneMatch::of(&request)?.matches(&etag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish());
    }
    let size = u64::try_from(attachment.size_bytes).unwrap_or(0);
    let range = super::range::asked(&request, &etag, size)?;
    let content = app.files.get(workspace, id, range.clone()).await.map_err(|error| ApiError::unavailable(&error))?;
    let mut answer = HttpResponse::build(if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK });
    answer
        .insert_header((header::CONTENT_TYPE, attachment.media_type.as_str()))
        .insert_header((header::ETAG, etag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(disposition(&attachment.file_name))
        // As it is stored, whatever the client would like.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .no_chunking(content.range.end - content.range.start);
    if range.is_some() {
        let (from, to) = (content.range.start, content.range.end.saturating_sub(1));
        answer.insert_header((header::CONTENT_RANGE, format!("bytes {from}-{to}/{size}")));
    }
    Ok(answer.streaming(content.bytes))
}

/// To be saved under its name (RFC 6266): as far as that is ASCII, and as it is.
fn disposition(name: &str) -> ContentDisposition {
    let plain = |c: char| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' };
    let mut parameters = vec![DispositionParam::Filename(name.chars().map(plain).collect())];
    if name.chars().any(|c| plain(c) != c) {
        parameters.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: header::Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        }));
    }
    ContentDisposition { disposition: DispositionType::Attachment, parameters }
}

/// Delete an attachment
///
/// At once and for good: what is attached to a note in the trash stays with it.
#[utoipa::path(tag = "attachments", security(("bearer" = ["research:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/attachments/{id}")]
pub async fn delete_attachment(
    app: Data<App>,
    access: Access<ResearchWrite>,
    Id(id): Id<AttachmentId>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, id, &if_match).await).await?;
    Ok(Answer::no_content())
}
