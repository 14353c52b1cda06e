//! Every statement about the audit log.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::chain::{self, Broken, START, Summary, Walk};
use super::model::{At, AuditQuery, EntryRow, HeadRow};
use super::{Actor, Event, accounts};
use crate::auth::{device::Device, random};
use crate::db::schema::{audit_heads, audit_log, workspaces};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};

/// Entries of one read while a chain is verified.
const PAGE: i64 = 1_000;
/// Chains that one turn of the housekeeping looks after.
const AT_ONCE: i64 = 500;

/// Locks the end of the chain until the commit, so that numbers have no gaps and every entry hashes the one before.
pub async fn append(mut conn: &Conn, chain: WorkspaceId, now: DateTime<Utc>, events: &[Event]) -> ApiResult<()> {
    let (mut seq, mut hash): (i64, Vec<u8>) = diesel::insert_into(audit_heads::table)
        .values((
            audit_heads::workspace_id.eq(chain),
            audit_heads::seq.eq(0),
            audit_heads::hash.eq(&START[..]),
            audit_heads::floor_seq.eq(0),
            audit_heads::floor_hash.eq(&START[..]),
        ))
        .on_conflict(audit_heads::workspace_id)
        .do_update()
        .set(audit_heads::seq.eq(audit_heads::seq))
        .returning((audit_heads::seq, audit_heads::hash))
        .get_result(&mut conn)
        .await?;
    for event in events {
        seq += 1;
        let mut row = entry(chain, seq, now, event)?;
        row.hash = chain::hash(&hash, &row).to_vec();
        diesel::insert_into(audit_log::table).values(&row).execute(&mut conn).await?;
        hash = row.hash;
    }
    diesel::update(audit_heads::table.find(chain))
        .set((audit_heads::seq.eq(seq), audit_heads::hash.eq(hash)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// The row of an event, but for its hash.
fn entry(chain: WorkspaceId, seq: i64, now: DateTime<Utc>, event: &Event) -> ApiResult<EntryRow> {
    let (actor_kind, actor_id) = match event.actor {
        Actor::User(id) => ("user", Some(id)),
        Actor::Key(id) => ("key", Some(id)),
        Actor::Anonymous => ("anonymous", None),
        Actor::Job => ("job", None),
        Actor::Operator => ("operator", None),
    };
    let mut row = EntryRow {
        workspace_id: chain,
        seq,
        occurred_at: now,
        kind: event.kind.name().to_owned(),
        actor_kind: actor_kind.to_owned(),
        actor_id,
        subject_id: event.subject,
        fields: event.fields.clone(),
        operation: event.operation.clone(),
        reason: event.reason.map(str::to_owned),
        repeated: event.repeated,
        origin_digest: None,
        origin_salt: None,
        ip_address: None,
        user_agent: None,
        hash: Vec::new(),
    };
    if let Some(Device { address, user_agent }) = &event.device {
        let salt = random::<16>().map_err(|error| ApiError::internal(&error))?;
        let address = address.to_string();
        row.origin_digest = Some(chain::origin(&*salt, Some(&address), user_agent.as_deref()).to_vec());
        row.origin_salt = Some(salt.to_vec());
        row.ip_address = Some(address);
        row.user_agent.clone_from(user_agent);
    }
    Ok(row)
}

/// Newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &AuditQuery,
    from: Option<At>,
) -> ApiResult<Vec<EntryRow>> {
    let mut rows = EntryRow::query().filter(audit_log::workspace_id.eq(workspace)).into_boxed();
    if !query.kind.is_empty() {
        let kinds: Vec<&str> = query.kind.iter().map(|kind| kind.name()).collect();
        rows = rows.filter(audit_log::kind.eq_any(kinds));
    }
    if !query.actor_id.is_empty() {
        rows = rows.filter(audit_log::actor_id.eq_any(&query.actor_id));
    }
    if let Some(after) = query.occurred_after {
        rows = rows.filter(audit_log::occurred_at.gt(after));
    }
    if let Some(before) = query.occurred_before {
        rows = rows.filter(audit_log::occurred_at.lt(before));
    }
    let from = from.map(|from| (from.occurred_at, from.seq));
    rows = crate::sort::keyset!(rows, true, audit_log::occurred_at, audit_log::seq, from);
    Ok(rows.limit(i64::from(query.limit) + 1).load(&mut conn).await?)
}

/// All chains after this one, in order. Crosses workspaces by nature: the operator verifies all of them.
pub async fn chains(mut conn: &Conn, after: Option<WorkspaceId>) -> ApiResult<Vec<WorkspaceId>> {
    const CHAINS: &str = "SELECT workspace_id FROM (
            SELECT workspace_id FROM audit_heads UNION SELECT workspace_id FROM audit_log
        ) AS chains WHERE $1 IS NULL OR workspace_id > $1 ORDER BY workspace_id LIMIT 500";
    #[derive(QueryableByName)]
    #[diesel(check_for_backend(diesel::pg::Pg))]
    struct Chain {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        workspace_id: WorkspaceId,
    }
    let query = diesel::sql_query(CHAINS).bind::<diesel::sql_types::Nullable<diesel::sql_types::Uuid>, _>(after);
    let chains: Vec<Chain> = query.load(&mut conn).await?;
    Ok(chains.into_iter().map(|chain| chain.workspace_id).collect())
}

/// Reads a chain from its oldest entry to its end, as it is at one moment.
pub async fn verify(mut conn: &Conn, chain: WorkspaceId) -> ApiResult<Result<Summary, Broken>> {
    conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let outcome = walk(conn, chain).await;
    conn.batch_execute("ROLLBACK").await?;
    outcome
}

async fn walk(mut conn: &Conn, chain: WorkspaceId) -> ApiResult<Result<Summary, Broken>> {
    let head = HeadRow::query().filter(audit_heads::workspace_id.eq(chain)).first(&mut conn).await.optional()?;
    let Some(HeadRow { seq, hash, floor_seq, floor_hash }) = head else {
        return Ok(Err(Broken { seq: 0, what: "is missing: the head of the chain" }));
    };
    let mut walk = Walk::after(floor_seq, floor_hash);
    // What was let go and came back stands before the oldest entry.
    let mut after = i64::MIN;
    loop {
        let page = EntryRow::query().filter(audit_log::workspace_id.eq(chain)).filter(audit_log::seq.gt(after));
        let rows = page.order(audit_log::seq).limit(PAGE).load(&mut conn).await?;
        if let Some(broken) = rows.iter().find_map(|row| walk.step(row).err()) {
            return Ok(Err(broken));
        }
        if rows.is_empty() {
            return Ok(walk.finish(chain, seq, &hash));
        }
        after = walk.seq();
    }
}

/// The hash of one entry, or of the last one that was let go.
pub async fn hash_of(mut conn: &Conn, chain: WorkspaceId, seq: i64) -> ApiResult<Option<Vec<u8>>> {
    let entry = audit_log::table.find((chain, seq)).select(audit_log::hash).first(&mut conn).await.optional()?;
    if entry.is_some() {
        return Ok(entry);
    }
    let floor = audit_heads::table.filter(audit_heads::workspace_id.eq(chain).and(audit_heads::floor_seq.eq(seq)));
    Ok(floor.select(audit_heads::floor_hash).first(&mut conn).await.optional()?)
}

/// Forgets from where what happened before `until` came; the chain has a digest of it.
pub async fn forget_origins(mut conn: &Conn, until: DateTime<Utc>) -> ApiResult<usize> {
    let old = audit_log::table.filter(audit_log::occurred_at.lt(until)).filter(audit_log::origin_salt.is_not_null());
    let forgotten = (
        audit_log::origin_salt.eq(None::<Vec<u8>>),
        audit_log::ip_address.eq(None::<String>),
        audit_log::user_agent.eq(None::<String>),
    );
    Ok(diesel::update(old).set(forgotten).execute(&mut conn).await?)
}

/// Crosses workspaces by nature: housekeeping.
pub async fn with_entries_before(mut conn: &Conn, until: DateTime<Utc>) -> ApiResult<Vec<WorkspaceId>> {
    let old = audit_log::table.filter(audit_log::occurred_at.lt(until));
    Ok(old.select(audit_log::workspace_id).distinct().limit(AT_ONCE).load(&mut conn).await?)
}

/// Lets go of the oldest entries of a chain, up to the first that is not before `until`; the head keeps what the next one
/// has hashed. The head of a workspace that is gone goes with its last entry.
pub async fn let_go(mut conn: &Conn, chain: WorkspaceId, until: DateTime<Utc>) -> ApiResult<usize> {
    let mine = audit_heads::table.find(chain).select(HeadRow::as_select()).for_update();
    let Some(head) = mine.first(&mut conn).await.optional()? else { return Ok(0) };
    let kept: Option<i64> = audit_log::table
        .filter(audit_log::workspace_id.eq(chain).and(audit_log::occurred_at.ge(until)))
        .select(diesel::dsl::min(audit_log::seq))
        .first(&mut conn)
        .await?;
    let last = kept.map_or(head.seq, |seq| seq - 1);
    let found: Option<Vec<u8>> =
        audit_log::table.find((chain, last)).select(audit_log::hash).first(&mut conn).await.optional()?;
    let Some(hash) = found else { return Ok(0) };
    let old = audit_log::table.filter(audit_log::workspace_id.eq(chain).and(audit_log::seq.le(last)));
    let count = diesel::delete(old).execute(&mut conn).await?;
    let is_there = workspaces::table.filter(workspaces::id.eq(chain)).select(workspaces::id);
    let is_there: bool = diesel::select(diesel::dsl::exists(is_there)).get_result(&mut conn).await?;
    if last == head.seq && chain != accounts() && !is_there {
        diesel::delete(audit_heads::table.find(chain)).execute(&mut conn).await?;
    } else {
        diesel::update(audit_heads::table.find(chain))
            .set((audit_heads::floor_seq.eq(last), audit_heads::floor_hash.eq(hash)))
            .execute(&mut conn)
            .await?;
    }
    Ok(count)
}
