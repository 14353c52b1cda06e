//! What becomes of alerts, inside the caller's transaction, and by the service itself.
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::model::{
    Alert, AlertId, AlertInput, AlertNoteInput, AlertRow, AlertState, MarkReadInput, MarkedRead, TalkingPointInput,
};
use super::store;
use crate::app::App;
use crate::changes::{Actor, Kind, Tx};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::feeds::{self, FeedId, FeedKind};
use crate::http::{IfMatch, Patch};
use crate::jobs;
use crate::meeting_questions::{self, MeetingQuestion, MeetingQuestionId, MeetingQuestionInput};
use crate::research_notes::{
    self, ResearchNote, ResearchNoteId, ResearchNoteImportance, ResearchNoteInput, ResearchNoteKind,
};
use crate::timeline::{Entry, Span};

/// What nobody kept is removed then.
const REMEMBERED: TimeDelta = TimeDelta::days(180);
/// Characters of a question.
const QUESTION: usize = 500;

/// An item of a feed that matched.
#[derive(Debug)]
pub struct Found {
    pub title: String,
    pub url: Option<String>,
    pub author: Option<String>,
    pub summary: String,
    pub published_at: Option<DateTime<Utc>>,
    pub matched: Vec<String>,
}

/// Makes alerts of what a feed brought.
pub async fn raise(app: &App, tx: &mut Tx<'_>, feed: FeedId, found: Vec<Found>) -> ApiResult<()> {
    let row = |found: Found| AlertRow {
        workspace_id: tx.workspace,
        id: app.new_id(),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        feed_id: feed,
        state: AlertState::Unread,
        title: found.title,
        url: found.url,
        author: found.author,
        summary: found.summary,
        published_at: found.published_at,
        dated_at: found.published_at.unwrap_or(tx.now),
        matched: found.matched,
        research_note_id: None,
        meeting_question_ids: Vec::new(),
    };
    let rows: Vec<AlertRow> = found.into_iter().map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    store::insert(tx.conn, &rows).await?;
    for row in &rows {
        tx.record(Kind::AlertCreated, row.id, 1, Vec::new());
    }
    Ok(())
}

/// As the API shows them. One whose feed went meanwhile is gone, too.
pub async fn show_all(conn: &Conn, workspace: WorkspaceId, rows: Vec<AlertRow>) -> ApiResult<Vec<Alert>> {
    let ids: Vec<FeedId> = rows.iter().map(|row| row.feed_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ties = feeds::ties(conn, workspace, &ids).await?;
    let shown = |row: AlertRow| {
        let ties = ties.get(&row.feed_id)?;
        Some(Alert::new(row, ties))
    };
    Ok(rows.into_iter().filter_map(shown).collect())
}

pub async fn show(conn: &Conn, workspace: WorkspaceId, row: AlertRow) -> ApiResult<Alert> {
    show_all(conn, workspace, vec![row]).await?.pop().ok_or_else(ApiError::not_found)
}

pub async fn patch(tx: &mut Tx<'_>, id: AlertId, if_match: &IfMatch, patch: &Patch<AlertInput>) -> ApiResult<Alert> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    let AlertInput { state } = patch.apply(&AlertInput { state: row.state })?;
    let row = put(tx, row, state).await?;
    show(tx.conn, tx.workspace, row).await
}

/// Keeps an alert.
pub async fn keep(tx: &mut Tx<'_>, id: AlertId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    put(tx, row, AlertState::Kept).await.map(drop)
}

async fn put(tx: &mut Tx<'_>, row: AlertRow, state: AlertState) -> ApiResult<AlertRow> {
    if row.state == state {
        return Ok(row);
    }
    write(tx, AlertRow { state, ..row }, vec!["state".to_owned()]).await
}

/// Keeps an alert that became something else, which `field` says.
async fn became(tx: &mut Tx<'_>, row: AlertRow, field: &str) -> ApiResult<AlertRow> {
    let was_kept = row.state == AlertState::Kept;
    let fields = (!was_kept).then_some("state").into_iter().chain([field]).map(str::to_owned).collect();
    write(tx, AlertRow { state: AlertState::Kept, ..row }, fields).await
}

async fn write(tx: &mut Tx<'_>, row: AlertRow, fields: Vec<String>) -> ApiResult<AlertRow> {
    let row = AlertRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::settle(tx.conn, &row).await?;
    tx.record(Kind::AlertUpdated, row.id, row.version, fields);
    Ok(row)
}

/// Refuses what would be there twice, and names what is there.
fn already(pointer: &'static str, what: &str, id: Uuid) -> ApiError {
    let detail = format!("the alert became the {what} {id} already");
    ApiError::new(Code::ImpossibleTransition, detail.clone()).with(Fault::field(pointer, "taken", detail))
}

pub async fn mark_read(tx: &mut Tx<'_>, which: &MarkReadInput) -> ApiResult<MarkedRead> {
    let marked = store::mark_read(tx.conn, tx.workspace, which, tx.now).await?;
    for (id, version) in &marked {
        tx.record(Kind::AlertUpdated, *id, *version, vec!["state".to_owned()]);
    }
    Ok(MarkedRead { marked: marked.len(), more: i64::try_from(marked.len()) == Ok(store::AT_ONCE) })
}

/// Keeps an alert, and means to talk of it in a meeting.
pub async fn talking_point(
    tx: &mut Tx<'_>,
    id: AlertId,
    question: MeetingQuestionId,
    input: TalkingPointInput,
) -> ApiResult<MeetingQuestion> {
    let mut row = store::lock(tx.conn, tx.workspace, id).await?;
    let before = meeting_questions::read_many(tx.conn, tx.workspace, &row.meeting_question_ids).await?;
    if let Some(before) = before.into_iter().find(|before| before.meeting_id == input.meeting_id) {
        return Err(already("/meeting_id", "question", before.id.into()));
    }
    let text = input.text.unwrap_or_else(|| row.title.chars().take(QUESTION).collect());
    let point = MeetingQuestionInput {
        meeting_id: input.meeting_id,
        question_id: None,
        goal_id: None,
        text: Some(text),
        position: None,
        answer: None,
        usefulness: None,
    };
    row.meeting_question_ids.push(question);
    became(tx, row, "meeting_question_ids").await?;
    meeting_questions::create(tx, question, point).await
}

/// Keeps an alert, and makes a research note of it: about what the feed is about, unless the input says otherwise.
pub async fn research_note(
    tx: &mut Tx<'_>,
    id: AlertId,
    note: ResearchNoteId,
    input: AlertNoteInput,
) -> ApiResult<ResearchNote> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if let Some(before) = row.research_note_id
        && research_notes::stays(tx, before).await?
    {
        return Err(already("", "research note", before.into()));
    }
    let row = became(tx, AlertRow { research_note_id: Some(note), ..row }, "research_note_id").await?;
    let alert = show(tx.conn, tx.workspace, row).await?;
    let short = |text: String, most: usize| text.chars().take(most).collect::<String>();
    let kind = match alert.kind {
        FeedKind::News => ResearchNoteKind::News,
        FeedKind::Jobs => ResearchNoteKind::Other,
    };
    let about = [alert.contact_id.map(Uuid::from), alert.company_id.map(Uuid::from)];
    let about = about.into_iter().chain([input.contact_id.map(Uuid::from), input.company_id.map(Uuid::from)]);
    let is_about = about.flatten().next().is_some() || input.meeting_id.is_some();
    // A note is about something: what a search found is filed under the name of its feed.
    let industry = input.industry.or(alert.industry).or(alert.feed_name.clone().filter(|_| !is_about));
    let written = ResearchNoteInput {
        contact_id: input.contact_id.or(alert.contact_id),
        company_id: input.company_id.or(alert.company_id),
        meeting_id: input.meeting_id,
        industry: industry.map(|industry| short(industry, 100)),
        kind,
        title: short(alert.title, 300),
        body: None,
        excerpt: Some(alert.summary).filter(|summary| !summary.is_empty()),
        source_url: alert.url,
        site: alert.feed_name,
        author: alert.author,
        published_on: alert.published_at.map(|at| at.date_naive()),
        accessed_on: Some(alert.created_at.date_naive()),
        importance: ResearchNoteImportance::Normal,
        pinned: false,
        tags: Vec::new(),
        language: None,
    };
    research_notes::create(tx, note, written).await
}

/// Removes what is old and nobody kept, some at a time.
pub async fn forget_old(app: &App) -> ApiResult<usize> {
    let before = app.now() - REMEMBERED;
    let workspaces = store::with_old(&*app.db.global().await?, before).await?;
    let mut count = 0;
    for workspace in workspaces {
        let removal = app.write_as(workspace, Actor::Job, async |tx| {
            let removed = store::remove_old(tx.conn, tx.workspace, before).await?;
            feeds::forget_gone(tx).await?;
            Ok(told(tx, &removed))
        });
        count += jobs::went(removal.await, workspace)?.unwrap_or(0);
    }
    Ok(count)
}

/// A feed goes, and with it what it found and nobody kept.
pub async fn feed_gone(tx: &mut Tx<'_>, feed: FeedId) -> ApiResult<()> {
    let removed = store::remove_of_feed(tx.conn, tx.workspace, feed, false).await?;
    told(tx, &removed);
    Ok(())
}

/// As [`feed_gone`], of a feed about somebody who is erased: what was kept goes, too.
pub async fn feed_erased(tx: &mut Tx<'_>, feed: FeedId) -> ApiResult<()> {
    let removed = store::remove_of_feed(tx.conn, tx.workspace, feed, true).await?;
    told(tx, &removed);
    Ok(())
}

/// Whether there are alerts of a feed.
pub async fn has_of_feed(tx: &mut Tx<'_>, feed: FeedId) -> ApiResult<bool> {
    store::has_of_feed(tx.conn, tx.workspace, feed).await
}

/// Records that these alerts are gone, and says how many they are.
fn told(tx: &mut Tx<'_>, removed: &[(AlertId, i32)]) -> usize {
    for (id, version) in removed {
        tx.record(Kind::AlertDeleted, *id, version + 1, Vec::new());
    }
    removed.len()
}

/// What an alert shows of its feed has changed with the feed.
pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()> {
    const SHOWN: [&str; 6] = ["name", "title", "kind", "company_id", "contact_id", "industry"];
    let shows = |field: &String| SHOWN.contains(&field.as_str());
    let told = tx.changes().iter().filter(|change| change.kind == Kind::FeedUpdated);
    let told = told.filter(|change| change.fields.iter().any(shows));
    let mut feeds: BTreeMap<FeedId, BTreeSet<String>> = BTreeMap::new();
    for change in told {
        let fields = change.fields.iter().filter(|field| shows(field)).map(|field| match field.as_str() {
            "name" | "title" => "feed_name".to_owned(),
            _ => field.clone(),
        });
        feeds.entry(change.resource_id.into()).or_default().extend(fields);
    }
    if feeds.is_empty() {
        return Ok(());
    }
    let ids: Vec<FeedId> = feeds.keys().copied().collect();
    for (id, version, feed) in store::renew(tx.conn, tx.workspace, &ids, tx.now).await? {
        let fields = feeds.get(&feed).into_iter().flatten().cloned().collect();
        tx.record(Kind::AlertUpdated, id, version, fields);
    }
    Ok(())
}

/// Those of these alerts that are there.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[AlertId]) -> ApiResult<Vec<Alert>> {
    let rows = store::find_many(conn, workspace, ids).await?;
    show_all(conn, workspace, rows).await
}

/// What was kept of what feeds about a contact brought.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let entry = |row: AlertRow| Entry {
        kind: "alert.created",
        at: row.dated_at,
        resource: "alert",
        resource_id: row.id.into(),
        title: format!("In the news: {}", row.title),
        details: json!({ "url": row.url, "feed_id": row.feed_id, "published_at": row.published_at }),
        tie: row.id.to_string(),
    };
    Ok(store::timeline(conn, workspace, contact, span).await?.into_iter().map(entry).collect())
}
