//! Every statement about feeds, each within one workspace, but for those that look for what is due.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::matching::MatchRules;
use super::model::{FeedId, FeedInput, FeedKind, FeedRow, KeyRow, Seen};
use super::query::ListQuery;
use crate::changes::Kind;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::schema::{alerts, feed_items, feeds, trash};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::{Link, Table};
use crate::http::idempotency;
use crate::sort::keyset;
use crate::text::{self, inroad_lower};

pub async fn insert(mut conn: &Conn, row: &FeedRow) -> ApiResult<()> {
    diesel::insert_into(feeds::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &FeedRow) -> ApiResult<()> {
    let own = feeds::table.find((row.workspace_id, row.id));
    diesel::update(own).set(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: FeedId) -> ApiResult<FeedRow> {
    let own = feeds::workspace_id.eq(workspace).and(feeds::id.eq(id));
    Ok(FeedRow::query().filter(own.and(feeds::deleted_at.is_null())).first(&mut conn).await?)
}

/// Those of these feeds that are there.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[FeedId]) -> ApiResult<Vec<FeedRow>> {
    let own = feeds::workspace_id.eq(workspace).and(feeds::id.eq_any(ids));
    Ok(FeedRow::query().filter(own.and(feeds::deleted_at.is_null())).load(&mut conn).await?)
}

/// The row, locked until the end of the transaction, in the trash as well.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: FeedId) -> ApiResult<FeedRow> {
    let own = feeds::workspace_id.eq(workspace).and(feeds::id.eq(id));
    Ok(FeedRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// What is known of its items.
pub async fn delete_items(mut conn: &Conn, workspace: WorkspaceId, id: FeedId) -> ApiResult<()> {
    let own = feed_items::workspace_id.eq(workspace).and(feed_items::feed_id.eq(id));
    diesel::delete(feed_items::table.filter(own)).execute(&mut conn).await?;
    Ok(())
}

/// Feeds that have gone for good, and of which no alerts are left. Those in the trash have an entry there.
pub async fn delete_gone(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<()> {
    let alert = alerts::workspace_id.eq(workspace).and(alerts::feed_id.eq(feeds::id));
    let entry = trash::workspace_id.eq(workspace).and(trash::id.eq(feeds::id));
    let gone = feeds::workspace_id.eq(workspace).and(feeds::deleted_at.is_not_null());
    let gone = feeds::table.filter(gone).filter(not(exists(alerts::table.filter(alert))));
    diesel::delete(gone.filter(not(exists(trash::table.filter(entry))))).execute(&mut conn).await?;
    Ok(())
}

/// With its items and alerts.
pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: FeedId) -> ApiResult<()> {
    diesel::delete(feeds::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

pub async fn count(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<i64> {
    let live = feeds::workspace_id.eq(workspace).and(feeds::deleted_at.is_null());
    Ok(feeds::table.filter(live).count().get_result(&mut conn).await?)
}

/// Nobody else subscribes to anything in the workspace until the end of the transaction. To be called behind all other
/// locks.
pub async fn hold_subscriptions(conn: &Conn, workspace: WorkspaceId) -> ApiResult<()> {
    let key = Uuid::from(workspace).as_u64_pair().1.cast_signed();
    // Apart from the locks of idempotency keys, and of attachments.
    idempotency::wait_lock(conn, key ^ 0x6665_6564_7300_0000).await
}

/// The feed that brings the same about the same: with one of these addresses, or given by one of them; but for this one.
pub async fn same(
    mut conn: &Conn,
    workspace: WorkspaceId,
    keys: &[String],
    input: &FeedInput,
    but: Option<FeedId>,
) -> ApiResult<Option<FeedRow>> {
    let there = feeds::url_key.eq_any(keys).or(feeds::given_key.eq_any(keys));
    let about = feeds::company_id.is_not_distinct_from(input.company_id);
    let about = about.and(feeds::contact_id.is_not_distinct_from(input.contact_id));
    let industry = inroad_lower(feeds::industry).is_not_distinct_from(inroad_lower(input.industry.clone()));
    let about = about.and(industry).and(feeds::saved_search.is_not_distinct_from(input.saved_search.clone()));
    let same = there.and(feeds::kind.eq(input.kind)).and(about).and(feeds::deleted_at.is_null());
    let rows = FeedRow::query().filter(feeds::workspace_id.eq(workspace).and(same)).order(feeds::id);
    let found: Vec<FeedRow> = rows.limit(2).load(&mut conn).await?;
    Ok(found.into_iter().find(|row| Some(row.id) != but))
}

/// The newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<Uuid>,
) -> ApiResult<Vec<FeedRow>> {
    let live = feeds::workspace_id.eq(workspace).and(feeds::deleted_at.is_null());
    let mut rows = FeedRow::query().filter(live).into_boxed();
    if !query.kind.is_empty() {
        rows = rows.filter(feeds::kind.eq_any(&query.kind));
    }
    if !query.company_id.is_empty() {
        rows = rows.filter(feeds::company_id.eq_any(&query.company_id));
    }
    if !query.contact_id.is_empty() {
        rows = rows.filter(feeds::contact_id.eq_any(&query.contact_id));
    }
    if !query.industry.is_empty() {
        rows = rows.filter(inroad_lower(feeds::industry).eq_any(text::lower(&query.industry)));
    }
    if !query.saved_search.is_empty() {
        rows = rows.filter(feeds::saved_search.eq_any(&query.saved_search));
    }
    if let Some(enabled) = query.enabled {
        rows = rows.filter(feeds::enabled.eq(enabled));
    }
    if let Some(failing) = query.failing {
        rows = rows.filter(feeds::failing_since.is_not_null().eq(failing));
    }
    let rows = keyset!(rows, true, feeds::id, from);
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// All of a workspace, the oldest first.
pub async fn all(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<FeedRow>> {
    let live = feeds::workspace_id.eq(workspace).and(feeds::deleted_at.is_null());
    Ok(FeedRow::query().filter(live).order(feeds::id).load(&mut conn).await?)
}

/// The feeds that have one of these addresses, or were given by one.
pub async fn of_keys(mut conn: &Conn, workspace: WorkspaceId, keys: &[String]) -> ApiResult<Vec<FeedRow>> {
    let same = feeds::url_key.eq_any(keys).or(feeds::given_key.eq_any(keys)).and(feeds::deleted_at.is_null());
    Ok(FeedRow::query().filter(feeds::workspace_id.eq(workspace).and(same)).load(&mut conn).await?)
}

pub async fn insert_all(mut conn: &Conn, rows: &[FeedRow]) -> ApiResult<()> {
    diesel::insert_into(feeds::table).values(rows).execute(&mut conn).await?;
    Ok(())
}

/// What a feed is about.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = feeds, check_for_backend(diesel::pg::Pg))]
pub struct Ties {
    pub id: FeedId,
    pub name: Option<String>,
    pub title: Option<String>,
    pub kind: FeedKind,
    pub company_id: Option<CompanyId>,
    pub contact_id: Option<ContactId>,
    pub industry: Option<String>,
}

/// What these feeds are about, those that were deleted among them: alerts that are kept still say it.
pub async fn ties(mut conn: &Conn, workspace: WorkspaceId, ids: &[FeedId]) -> ApiResult<HashMap<FeedId, Ties>> {
    let own = feeds::workspace_id.eq(workspace).and(feeds::id.eq_any(ids));
    let rows: Vec<Ties> = Ties::query().filter(own).load(&mut conn).await?;
    Ok(rows.into_iter().map(|ties| (ties.id, ties)).collect())
}

/// The feeds about a company, in the trash as well.
pub async fn of_company(mut conn: &Conn, workspace: WorkspaceId, company: CompanyId) -> ApiResult<Vec<FeedRow>> {
    let own = feeds::workspace_id.eq(workspace).and(feeds::company_id.eq(company));
    Ok(FeedRow::query().filter(own).order(feeds::id).for_update().load(&mut conn).await?)
}

/// The feeds about these contacts, in the trash as well.
pub async fn of_contacts(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<FeedRow>> {
    let own = feeds::workspace_id.eq(workspace).and(feeds::contact_id.eq_any(ids));
    Ok(FeedRow::query().filter(own).order(feeds::id).load(&mut conn).await?)
}

/// Those of these keys that the feed had before, when for the first and when for the last time.
pub async fn known(
    mut conn: &Conn,
    row: &FeedRow,
    keys: &[&Vec<u8>],
) -> ApiResult<HashMap<Vec<u8>, (DateTime<Utc>, DateTime<Utc>)>> {
    let own = feed_items::workspace_id.eq(row.workspace_id).and(feed_items::feed_id.eq(row.id));
    let rows = feed_items::table.filter(own.and(feed_items::key.eq_any(keys)));
    let columns = (feed_items::key, feed_items::first_seen_at, feed_items::last_seen_at);
    let rows: Vec<(Vec<u8>, DateTime<Utc>, DateTime<Utc>)> = rows.select(columns).load(&mut conn).await?;
    Ok(rows.into_iter().map(|(key, first, last)| (key, (first, last))).collect())
}

/// Notes keys of what is new. A title that was there long ago begins anew.
pub async fn note(mut conn: &Conn, rows: &[KeyRow]) -> ApiResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let added = diesel::insert_into(feed_items::table).values(rows);
    let added = added.on_conflict((feed_items::workspace_id, feed_items::feed_id, feed_items::key)).do_update().set((
        feed_items::first_seen_at.eq(excluded(feed_items::first_seen_at)),
        feed_items::last_seen_at.eq(excluded(feed_items::last_seen_at)),
    ));
    added.execute(&mut conn).await?;
    Ok(())
}

/// Notes that these are still there.
pub async fn note_again(mut conn: &Conn, row: &FeedRow, keys: &[Vec<u8>], now: DateTime<Utc>) -> ApiResult<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let own = feed_items::workspace_id.eq(row.workspace_id).and(feed_items::feed_id.eq(row.id));
    let there = feed_items::table.filter(own.and(feed_items::key.eq_any(keys)));
    diesel::update(there).set(feed_items::last_seen_at.eq(now)).execute(&mut conn).await?;
    Ok(())
}

/// Forgets what left the feed before this.
pub async fn forget(mut conn: &Conn, row: &FeedRow, before: DateTime<Utc>) -> ApiResult<()> {
    let own = feed_items::workspace_id.eq(row.workspace_id).and(feed_items::feed_id.eq(row.id));
    let old = feed_items::table.filter(own.and(feed_items::last_seen_at.lt(before)));
    diesel::delete(old).execute(&mut conn).await?;
    Ok(())
}

/// A feed whose time has come.
#[derive(Debug, HasQuery)]
#[diesel(table_name = feeds, check_for_backend(diesel::pg::Pg))]
pub struct Due {
    pub workspace_id: WorkspaceId,
    pub id: FeedId,
    pub url: String,
    pub host: String,
    #[diesel(embed)]
    pub seen: Seen,
}

/// Feeds to be asked by now, but for those of these hosts, and of these workspaces. They are due again at `until`, so that
/// nobody else asks them meanwhile, and somebody does if whoever took them is gone. Crosses workspaces by nature:
/// housekeeping.
pub async fn take_due(
    mut conn: &Conn,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    (hosts, workspaces): (&[String], &[WorkspaceId]),
    most: i64,
) -> ApiResult<Vec<Due>> {
    let due = feeds::enabled.and(feeds::next_poll_at.le(now)).and(feeds::host.ne_all(hosts));
    let due = due.and(feeds::workspace_id.ne_all(workspaces)).and(feeds::deleted_at.is_null());
    let due = Due::query().filter(due).order(feeds::next_poll_at).limit(most).for_update().skip_locked();
    let due: Vec<Due> = due.load(&mut conn).await?;
    let ids: Vec<(WorkspaceId, FeedId)> = due.iter().map(|row| (row.workspace_id, row.id)).collect();
    put_off(conn, &ids, until).await?;
    Ok(due)
}

/// Moves the next time of these feeds.
pub async fn put_off(mut conn: &Conn, ids: &[(WorkspaceId, FeedId)], until: DateTime<Utc>) -> ApiResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let (workspaces, feeds): (Vec<WorkspaceId>, Vec<FeedId>) = ids.iter().copied().unzip();
    let those = feeds::workspace_id.eq_any(workspaces).and(feeds::id.eq_any(feeds));
    diesel::update(feeds::table.filter(those)).set(feeds::next_poll_at.eq(until)).execute(&mut conn).await?;
    Ok(())
}

/// As an archive takes them.
pub const ROWS: Table = Table {
    name: "feeds",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "url",
        "url_key",
        "given_key",
        "host",
        "name",
        "title",
        "site_url",
        "kind",
        "company_id",
        "contact_id",
        "industry",
        "saved_search",
        "rules",
        "enabled",
        "disabled_reason",
        "etag",
        "last_modified",
        "digest",
        "ttl_minutes",
        "polled_at",
        "next_poll_at",
        "failures",
        "failing_since",
        "error",
        "redirected_to",
        "given_url",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[Link::to("company_id", "companies"), Link::to("contact_id", "contacts")],
    // One that was deleted is there for the alerts that were kept of it, and is turned off in the copy.
    taken: "t.deleted_at IS NULL OR EXISTS (SELECT 1 FROM alerts AS a WHERE a.workspace_id = t.workspace_id \
        AND a.feed_id = t.id)",
    computed: &[("enabled", "t.enabled AND t.deleted_at IS NULL")],
    checks: &[
        ("url", is_web_address),
        ("given_url", is_web_address),
        ("site_url", is_web_address),
        ("rules", are_rules),
    ],
    created: Some(Kind::FeedCreated),
    ..Table::NONE
};

/// As an archive takes them: what was known stays known in the copy.
pub const ITEMS: Table = Table {
    name: "feed_items",
    columns: &["feed_id", "key", "first_seen_at", "last_seen_at"],
    id: Some("feed_id"),
    key: &["feed_id", "key"],
    taken: "EXISTS (SELECT 1 FROM feeds AS f WHERE f.workspace_id = t.workspace_id AND f.id = t.feed_id \
        AND f.deleted_at IS NULL)",
    ..Table::NONE
};

/// One that a browser may follow, or none.
pub fn is_web_address(url: &Value) -> bool {
    let is_web = |text: &str| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    url.is_null() || url.as_str().is_some_and(is_web)
}

fn are_rules(rules: &Value) -> bool {
    serde_json::from_value::<MatchRules>(rules.clone()).is_ok_and(|rules| rules.faults().is_empty())
}
