//! What can be done with a research note, inside the caller's transaction. What it is about is locked before it.
use serde_json::Value;
use uuid::Uuid;

use super::model::{ResearchNote, ResearchNoteId, ResearchNoteInput, ResearchNoteRow};
use super::query::{ListQuery, Render};
use super::{found, markdown, store};
use crate::changes::{Kind, Tx};
use crate::companies::{self, CompanyId};
use crate::contacts;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::http::{IfMatch, Patch};
use crate::meetings::{self, MeetingId};
use crate::sort::Position;
use crate::text::{distinct_labels, filled};
use crate::{attachments, fields, trash};

pub const RESOURCE: &str = "research_note";

pub async fn create(tx: &mut Tx<'_>, id: ResearchNoteId, input: ResearchNoteInput) -> ApiResult<ResearchNote> {
    check(tx, &input, None).await?;
    let blank = ResearchNoteRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
        contact_id: None,
        company_id: None,
        meeting_id: None,
        industry: None,
        kind: input.kind,
        title: String::new(),
        body: None,
        excerpt: None,
        source_url: None,
        site: None,
        author: None,
        published_on: None,
        accessed_on: None,
        importance: input.importance,
        pinned: false,
        tags: Vec::new(),
        language: None,
    };
    let row = blank.told(input);
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::ResearchNoteCreated, id, 1, Vec::new());
    Ok(row.into())
}

impl ResearchNoteRow {
    /// With what can be written at any time.
    fn told(self, input: ResearchNoteInput) -> Self {
        Self {
            contact_id: input.contact_id,
            company_id: input.company_id,
            meeting_id: input.meeting_id,
            industry: filled(input.industry),
            kind: input.kind,
            title: input.title.trim().to_owned(),
            body: input.body.filter(|body| !body.trim().is_empty()),
            excerpt: filled(input.excerpt),
            source_url: filled(input.source_url),
            site: filled(input.site),
            author: filled(input.author),
            published_on: input.published_on,
            accessed_on: input.accessed_on,
            importance: input.importance,
            pinned: input.pinned,
            tags: distinct_labels(input.tags),
            language: filled(input.language),
            ..self
        }
    }

    fn is_about_nothing(&self) -> bool {
        self.contact_id.is_none() && self.company_id.is_none() && self.meeting_id.is_none() && self.industry.is_none()
    }
}

/// Everything that does not fit. What it is about stays until the end of the transaction; what it was about before may
/// lie in the trash by now.
pub async fn check(tx: &mut Tx<'_>, input: &ResearchNoteInput, before: Option<&ResearchNoteRow>) -> ApiResult<()> {
    let mut faults = Vec::new();
    let mut unknown = |pointer: &str, what: &str| {
        faults.push(Fault::field(pointer, "not_found", format!("is not a {what} of this workspace")));
    };
    let known = before.and_then(|row| row.contact_id);
    if let Some(id) = input.contact_id.filter(|id| known != Some(*id))
        && !contacts::hold(tx.conn, tx.workspace, &[id]).await?.contains(&id)
    {
        unknown("/contact_id", "contact");
    }
    let known = before.and_then(|row| row.company_id);
    if let Some(id) = input.company_id.filter(|id| known != Some(*id))
        && !companies::holds(tx.conn, tx.workspace, id).await?
    {
        unknown("/company_id", "company");
    }
    let known = before.and_then(|row| row.meeting_id);
    if let Some(id) = input.meeting_id.filter(|id| known != Some(*id))
        && !meetings::stays(tx, id).await?
    {
        unknown("/meeting_id", "meeting");
    }
    let industry = input.industry.as_deref().filter(|industry| !industry.trim().is_empty());
    if industry.is_none() && input.contact_id.is_none() && input.company_id.is_none() && input.meeting_id.is_none() {
        let detail = "say what it is about: `contact_id`, `company_id`, `industry` or `meeting_id`";
        faults.push(Fault::field("", "required", detail));
    }
    ApiError::check(faults)
}

/// A change of nothing leaves the version as it is.
pub async fn patch(
    tx: &mut Tx<'_>,
    id: ResearchNoteId,
    if_match: &IfMatch,
    patch: &Patch<ResearchNoteInput>,
) -> ApiResult<ResearchNote> {
    hold_named(tx, patch).await?;
    let before = live(tx, id, if_match).await?;
    let input = patch.apply(&ResearchNote::from(before.clone()).into())?;
    check(tx, &input, Some(&before)).await?;
    let after = before.clone().told(input);
    let shown = ResearchNote::from(before);
    let changed = fields::changed(&shown, &ResearchNote::from(after.clone()));
    if changed.is_empty() {
        return Ok(shown);
    }
    write(tx, after, Kind::ResearchNoteUpdated, changed).await.map(ResearchNote::from)
}

/// Locks what the note may come to be about before the note, as whoever removes that does.
async fn hold_named(tx: &mut Tx<'_>, patch: &Patch<ResearchNoteInput>) -> ApiResult<()> {
    let named = |field: &str| patch.get(field).and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
    if let Some(id) = named("contact_id") {
        contacts::hold(tx.conn, tx.workspace, &[id.into()]).await?;
    }
    if let Some(id) = named("company_id") {
        companies::hold(tx.conn, tx.workspace, &[id.into()]).await?;
    }
    if let Some(id) = named("meeting_id") {
        meetings::stays(tx, id.into()).await?;
    }
    Ok(())
}

/// Writes a row that has changed, as another version.
async fn write(tx: &mut Tx<'_>, row: ResearchNoteRow, kind: Kind, changed: Vec<String>) -> ApiResult<ResearchNoteRow> {
    let row = ResearchNoteRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    tx.record(kind, row.id, row.version, changed);
    Ok(row)
}

pub async fn delete(tx: &mut Tx<'_>, id: ResearchNoteId, if_match: &IfMatch) -> ApiResult<()> {
    let row = live(tx, id, if_match).await?;
    let row = ResearchNoteRow { deleted_at: Some(tx.now), ..row };
    let row = write(tx, row, Kind::ResearchNoteDeleted, Vec::new()).await?;
    trash::put(tx, RESOURCE, id.into(), &row.title.chars().take(200).collect::<String>()).await
}

/// Takes it out of the trash again.
pub async fn restore(tx: &mut Tx<'_>, id: ResearchNoteId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
    let row = ResearchNoteRow { deleted_at: None, ..row };
    write(tx, row, Kind::ResearchNoteRestored, Vec::new()).await.map(drop)
}

/// Removes it for good, if it is still there: it may have gone with what it was about.
pub async fn purge(tx: &mut Tx<'_>, id: ResearchNoteId) -> ApiResult<()> {
    let Some(row) = store::lock(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    attachments::note_gone(tx, id).await?;
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::ResearchNotePurged, id, row.version + 1, Vec::new());
    Ok(())
}

/// A company goes for good: what was noted about it alone goes with it.
pub async fn company_gone(tx: &mut Tx<'_>, company: CompanyId) -> ApiResult<()> {
    for row in store::lock_company(tx.conn, tx.workspace, company).await? {
        release(tx, ResearchNoteRow { company_id: None, ..row }, "company_id").await?;
    }
    Ok(())
}

/// A meeting goes for good: what was noted for it alone goes with it.
pub async fn meeting_gone(tx: &mut Tx<'_>, meeting: MeetingId) -> ApiResult<()> {
    for row in store::lock_meeting(tx.conn, tx.workspace, meeting).await? {
        release(tx, ResearchNoteRow { meeting_id: None, ..row }, "meeting_id").await?;
    }
    Ok(())
}

/// Writes a note that has let go of something, or removes it when it is about nothing else.
async fn release(tx: &mut Tx<'_>, row: ResearchNoteRow, field: &str) -> ApiResult<()> {
    if row.is_about_nothing() {
        purge(tx, row.id).await?;
        return trash::forget(tx, row.id.into()).await;
    }
    write(tx, row, Kind::ResearchNoteUpdated, vec![field.to_owned()]).await.map(drop)
}

/// Whether the note is there; if so, it stays until the end of the transaction.
pub async fn stays(tx: &mut Tx<'_>, id: ResearchNoteId) -> ApiResult<bool> {
    Ok(store::lock(tx.conn, tx.workspace, id).await?.is_some_and(|row| row.deleted_at.is_none()))
}

/// Has a note found by the words of its files as well.
pub async fn attach_words(tx: &mut Tx<'_>, id: ResearchNoteId, words: &str) -> ApiResult<()> {
    store::attach_words(tx.conn, tx.workspace, id, Some(words).filter(|words| !words.is_empty())).await
}

pub async fn read(
    conn: &Conn,
    workspace: WorkspaceId,
    id: ResearchNoteId,
    render: Option<Render>,
) -> ApiResult<ResearchNote> {
    Ok(rendered(store::find(conn, workspace, id).await?.into(), render))
}

/// One more than the page holds: those that fit `q` best, or in the order that is asked for.
pub async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<ResearchNote>> {
    let notes = match query.wanted() {
        Some(wanted) => found::best(conn, workspace, query, &wanted, from).await?,
        None => store::list(conn, workspace, query, from).await?.into_iter().map(ResearchNote::from).collect(),
    };
    Ok(notes.into_iter().map(|note| rendered(note, query.render)).collect())
}

fn rendered(note: ResearchNote, render: Option<Render>) -> ResearchNote {
    match render {
        Some(Render::Html) => ResearchNote { body_html: note.body.as_deref().map(markdown::html), ..note },
        None => note,
    }
}

/// The note, locked until the end of the transaction.
async fn live(tx: &mut Tx<'_>, id: ResearchNoteId, if_match: &IfMatch) -> ApiResult<ResearchNoteRow> {
    let row = store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_none());
    let row = row.ok_or_else(ApiError::not_found)?;
    if_match.check(row.version)?;
    Ok(row)
}

/// Those of these notes that are not deleted.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[ResearchNoteId]) -> ApiResult<Vec<ResearchNote>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    Ok(store::find_many(conn, workspace, &ids).await?.into_iter().map(ResearchNote::from).collect())
}
