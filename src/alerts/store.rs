//! Every statement about alerts, each within one workspace, but for the one that looks for what is old.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{AlertId, AlertRow, AlertState, MarkReadInput};
use super::query::ListQuery;
use crate::changes::Kind;
use crate::contacts::ContactId;
use crate::db::schema::{alerts, feeds};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::{Link, Table};
use crate::feeds::{self as watched, FeedId};
use crate::sort::{Position, keyset};
use crate::text::{self, inroad_lower};
use crate::timeline::{Span, Tie};

/// Alerts that are removed, or marked as read, at once.
pub const AT_ONCE: i64 = 1_000;

pub async fn insert(mut conn: &Conn, rows: &[AlertRow]) -> ApiResult<()> {
    diesel::insert_into(alerts::table).values(rows).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: AlertId) -> ApiResult<AlertRow> {
    let own = alerts::workspace_id.eq(workspace).and(alerts::id.eq(id));
    Ok(AlertRow::query().filter(own).first(&mut conn).await?)
}

/// Those of these alerts that are there.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[AlertId]) -> ApiResult<Vec<AlertRow>> {
    let own = alerts::workspace_id.eq(workspace).and(alerts::id.eq_any(ids));
    Ok(AlertRow::query().filter(own).load(&mut conn).await?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: AlertId) -> ApiResult<AlertRow> {
    let own = alerts::workspace_id.eq(workspace).and(alerts::id.eq(id));
    Ok(AlertRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// Writes what can change of an alert.
pub async fn settle(mut conn: &Conn, row: &AlertRow) -> ApiResult<()> {
    let columns = (
        alerts::state.eq(row.state),
        alerts::version.eq(row.version),
        alerts::updated_at.eq(row.updated_at),
        alerts::research_note_id.eq(row.research_note_id),
        alerts::meeting_question_ids.eq(&row.meeting_question_ids),
    );
    diesel::update(alerts::table.find((row.workspace_id, row.id))).set(columns).execute(&mut conn).await?;
    Ok(())
}

/// Gives the alerts of these feeds a new version; tells them with it, and with their feed.
pub async fn renew(
    mut conn: &Conn,
    workspace: WorkspaceId,
    feeds: &[FeedId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(AlertId, i32, FeedId)>> {
    let own = alerts::workspace_id.eq(workspace).and(alerts::feed_id.eq_any(feeds));
    let renewed = diesel::update(alerts::table.filter(own))
        .set((alerts::version.eq(alerts::version + 1), alerts::updated_at.eq(now)))
        .returning((alerts::id, alerts::version, alerts::feed_id));
    Ok(renewed.get_results(&mut conn).await?)
}

/// The latest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<AlertRow>> {
    let mut rows = AlertRow::query().filter(alerts::workspace_id.eq(workspace)).into_boxed();
    if !query.state.is_empty() {
        rows = rows.filter(alerts::state.eq_any(&query.state));
    }
    if !query.feed_id.is_empty() {
        rows = rows.filter(alerts::feed_id.eq_any(&query.feed_id));
    }
    let by_industry = !(query.industry.is_empty() && query.saved_search.is_empty());
    if by_industry || !(query.company_id.is_empty() && query.contact_id.is_empty() && query.kind.is_empty()) {
        let mut own = feeds::table.filter(feeds::workspace_id.eq(workspace)).select(feeds::id).into_boxed();
        if !query.company_id.is_empty() {
            own = own.filter(feeds::company_id.eq_any(&query.company_id));
        }
        if !query.contact_id.is_empty() {
            own = own.filter(feeds::contact_id.eq_any(&query.contact_id));
        }
        if !query.kind.is_empty() {
            own = own.filter(feeds::kind.eq_any(&query.kind));
        }
        if !query.industry.is_empty() {
            own = own.filter(inroad_lower(feeds::industry).eq_any(text::lower(&query.industry)));
        }
        if !query.saved_search.is_empty() {
            own = own.filter(feeds::saved_search.eq_any(&query.saved_search));
        }
        rows = rows.filter(alerts::feed_id.eq_any(own));
    }
    if let Some(after) = query.dated_after {
        rows = rows.filter(alerts::dated_at.gt(after));
    }
    if let Some(before) = query.dated_before {
        rows = rows.filter(alerts::dated_at.lt(before));
    }
    let from = from.and_then(|from| Some((from.at?, from.id)));
    let rows = keyset!(rows, true, alerts::dated_at, alerts::id, from);
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// What feeds about a contact brought and the seeker kept, the latest first.
pub async fn timeline(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contact: ContactId,
    span: &Span,
) -> ApiResult<Vec<AlertRow>> {
    let about = feeds::table.filter(feeds::workspace_id.eq(workspace).and(feeds::contact_id.eq(contact)));
    let kept = alerts::workspace_id.eq(workspace).and(alerts::state.eq(AlertState::Kept));
    let kept = kept.and(alerts::feed_id.eq_any(about.select(feeds::id)));
    let mut rows = AlertRow::query().filter(kept).into_boxed();
    if let Some((at, tie)) = &span.before {
        rows = match tie {
            Tie::None => rows.filter(alerts::dated_at.lt(*at)),
            Tie::All => rows.filter(alerts::dated_at.le(*at)),
            Tie::Below(last) => {
                // Its tie is the alert's id.
                let last = Uuid::try_parse(last).unwrap_or_default();
                let same = alerts::dated_at.eq(*at).and(alerts::id.lt(AlertId::from(last)));
                rows.filter(alerts::dated_at.lt(*at).or(same))
            }
        };
    }
    let most = i64::try_from(span.limit).unwrap_or(i64::MAX);
    Ok(rows.order((alerts::dated_at.desc(), alerts::id.desc())).limit(most).load(&mut conn).await?)
}

/// Marks as read what is unread of these; says which, with their versions.
pub async fn mark_read(
    mut conn: &Conn,
    workspace: WorkspaceId,
    which: &MarkReadInput,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(AlertId, i32)>> {
    let unread = alerts::workspace_id.eq(workspace).and(alerts::state.eq(AlertState::Unread));
    let mut rows = alerts::table.filter(unread).select(alerts::id).into_boxed();
    if let Some(ids) = &which.ids {
        rows = rows.filter(alerts::id.eq_any(ids));
    }
    if let Some(feeds) = &which.feed_ids {
        rows = rows.filter(alerts::feed_id.eq_any(feeds));
    }
    if let Some(until) = which.until {
        rows = rows.filter(alerts::created_at.le(until));
    }
    let ids: Vec<AlertId> = rows.order((alerts::dated_at, alerts::id)).limit(AT_ONCE).load(&mut conn).await?;
    let read =
        (alerts::state.eq(AlertState::Read), alerts::version.eq(alerts::version + 1), alerts::updated_at.eq(now));
    let these = alerts::workspace_id.eq(workspace).and(alerts::id.eq_any(ids));
    let these = alerts::table.filter(these.and(alerts::state.eq(AlertState::Unread)));
    Ok(diesel::update(these).set(read).returning((alerts::id, alerts::version)).get_results(&mut conn).await?)
}

/// Workspaces with alerts that nobody kept and that are as old. Crosses workspaces by nature: housekeeping.
pub async fn with_old(mut conn: &Conn, before: DateTime<Utc>) -> ApiResult<Vec<WorkspaceId>> {
    let old = alerts::state.ne(AlertState::Kept).and(alerts::created_at.lt(before));
    let rows = alerts::table.filter(old).order(alerts::created_at).limit(AT_ONCE).select(alerts::workspace_id);
    let mut found: Vec<WorkspaceId> = rows.load(&mut conn).await?;
    let mut seen = std::collections::HashSet::new();
    found.retain(|workspace| seen.insert(*workspace));
    Ok(found)
}

/// Removes some of them; says which, with their versions.
pub async fn remove_old(
    mut conn: &Conn,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> ApiResult<Vec<(AlertId, i32)>> {
    let old = alerts::state.ne(AlertState::Kept).and(alerts::created_at.lt(before));
    let old = alerts::table.filter(alerts::workspace_id.eq(workspace).and(old));
    let ids: Vec<AlertId> = old.select(alerts::id).limit(AT_ONCE).for_update().load(&mut conn).await?;
    let these = alerts::table.filter(alerts::workspace_id.eq(workspace).and(alerts::id.eq_any(ids)));
    Ok(diesel::delete(these).returning((alerts::id, alerts::version)).get_results(&mut conn).await?)
}

/// Removes what a feed found, what was kept only if that is wished for.
pub async fn remove_of_feed(
    mut conn: &Conn,
    workspace: WorkspaceId,
    feed: FeedId,
    kept: bool,
) -> ApiResult<Vec<(AlertId, i32)>> {
    let mut states = vec![AlertState::Unread, AlertState::Read, AlertState::Dismissed];
    states.extend(kept.then_some(AlertState::Kept));
    let own = alerts::workspace_id.eq(workspace).and(alerts::feed_id.eq(feed));
    let these = alerts::table.filter(own.and(alerts::state.eq_any(states)));
    Ok(diesel::delete(these).returning((alerts::id, alerts::version)).get_results(&mut conn).await?)
}

pub async fn has_of_feed(mut conn: &Conn, workspace: WorkspaceId, feed: FeedId) -> ApiResult<bool> {
    let own = alerts::workspace_id.eq(workspace).and(alerts::feed_id.eq(feed));
    Ok(diesel::select(diesel::dsl::exists(alerts::table.filter(own))).get_result(&mut conn).await?)
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "alerts",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "feed_id",
        "state",
        "title",
        "url",
        "author",
        "summary",
        "published_at",
        "dated_at",
        "matched",
        "research_note_id",
        "meeting_question_ids",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[Link::to("research_note_id", "research_notes")],
    checks: &[("url", watched::is_web_address)],
    created: Some(Kind::AlertCreated),
    ..Table::NONE
};
