//! Every statement about webhooks: each within one workspace, but for asking who is behind or due.
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{DeliveryId, DeliveryRow, DeliveryState, EndpointId, EndpointRow};
use super::outcome::Settled;
use crate::db::schema::{webhook_deliveries, webhook_endpoints, workspaces};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::sort::keyset;

/// Endpoints that are looked after at once.
const AT_ONCE: i64 = 256;
/// Deliveries that are forgotten in one statement.
const FORGOTTEN: i64 = 10_000;

pub async fn insert(mut conn: &Conn, row: &EndpointRow, reached: i64) -> ApiResult<()> {
    let values = (row, webhook_endpoints::reached.eq(reached));
    diesel::insert_into(webhook_endpoints::table).values(values).execute(&mut conn).await?;
    Ok(())
}

pub async fn update(mut conn: &Conn, row: &EndpointRow) -> ApiResult<()> {
    diesel::update(webhook_endpoints::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: EndpointId) -> ApiResult<EndpointRow> {
    let own = webhook_endpoints::workspace_id.eq(workspace).and(webhook_endpoints::id.eq(id));
    Ok(EndpointRow::query().filter(own).first(&mut conn).await?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: EndpointId) -> ApiResult<EndpointRow> {
    let own = webhook_endpoints::workspace_id.eq(workspace).and(webhook_endpoints::id.eq(id));
    Ok(EndpointRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// Those that are on of any of these makers, or made with any of these keys, locked until the end of the transaction.
pub async fn lock_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    makers: &[Uuid],
    keys: &[Uuid],
) -> ApiResult<Vec<EndpointRow>> {
    let own = webhook_endpoints::workspace_id.eq(workspace).and(webhook_endpoints::enabled);
    let made_with = webhook_endpoints::made_with.eq_any(keys).assume_not_null();
    let theirs = EndpointRow::query().filter(own.and(webhook_endpoints::made_by.eq_any(makers).or(made_with)));
    Ok(theirs.order(webhook_endpoints::id).for_update().load(&mut conn).await?)
}

/// The newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<EndpointRow>> {
    let rows = EndpointRow::query().filter(webhook_endpoints::workspace_id.eq(workspace)).into_boxed();
    let rows = keyset!(rows, true, webhook_endpoints::id, from);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn count(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<i64> {
    let own = webhook_endpoints::table.filter(webhook_endpoints::workspace_id.eq(workspace));
    Ok(own.count().get_result(&mut conn).await?)
}

/// With its deliveries.
pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: EndpointId) -> ApiResult<()> {
    diesel::delete(webhook_endpoints::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// From here on the log is looked through for it.
pub async fn set_reached(mut conn: &Conn, workspace: WorkspaceId, id: EndpointId, seq: i64) -> ApiResult<()> {
    let own = webhook_endpoints::table.find((workspace, id));
    diesel::update(own).set(webhook_endpoints::reached.eq(seq)).execute(&mut conn).await?;
    Ok(())
}

/// Every endpoint, for encrypting its secrets anew.
pub async fn all(mut conn: &Conn) -> ApiResult<Vec<EndpointRow>> {
    Ok(EndpointRow::query().load(&mut conn).await?)
}

/// Endpoints for which the log has more. Crosses workspaces by nature.
pub async fn behind(mut conn: &Conn) -> ApiResult<Vec<(WorkspaceId, EndpointId)>> {
    let joined =
        webhook_endpoints::table.inner_join(workspaces::table.on(workspaces::id.eq(webhook_endpoints::workspace_id)));
    let behind = webhook_endpoints::enabled.and(webhook_endpoints::reached.lt(workspaces::change_seq));
    let columns = (webhook_endpoints::workspace_id, webhook_endpoints::id);
    Ok(joined.filter(behind).select(columns).limit(AT_ONCE).load(&mut conn).await?)
}

/// How far the log was looked through for an endpoint, and what of it is wanted. Locked until the end of the transaction;
/// nothing when somebody else has it in hand, or it is off by now.
pub async fn lock_reached(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: EndpointId,
) -> ApiResult<Option<(i64, Vec<String>)>> {
    let own = webhook_endpoints::workspace_id.eq(workspace).and(webhook_endpoints::id.eq(id));
    let wanted = webhook_endpoints::table.filter(own.and(webhook_endpoints::enabled));
    let columns = (webhook_endpoints::reached, webhook_endpoints::events);
    Ok(wanted.select(columns).for_update().skip_locked().first(&mut conn).await.optional()?)
}

pub async fn insert_deliveries(mut conn: &Conn, rows: &[DeliveryRow]) -> ApiResult<()> {
    let insert = diesel::insert_into(webhook_deliveries::table).values(rows);
    insert.on_conflict_do_nothing().execute(&mut conn).await?;
    Ok(())
}

/// An endpoint that has something to be told now.
#[derive(Debug, Clone, Copy, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Due {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub workspace_id: WorkspaceId,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub id: EndpointId,
    #[diesel(sql_type = Bool)]
    pub failing: bool,
}

/// Those who have waited longest first, each once, without those that are in hand. Crosses workspaces by nature.
pub async fn due(mut conn: &Conn, now: DateTime<Utc>, in_hand: &[Uuid]) -> ApiResult<Vec<Due>> {
    const DUE: &str = "SELECT e.workspace_id, e.id, e.failing_since IS NOT NULL AS failing FROM webhook_endpoints e \
        CROSS JOIN LATERAL (SELECT d.next_attempt_at AS at FROM webhook_deliveries d WHERE d.workspace_id = e.workspace_id \
        AND d.endpoint_id = e.id AND d.state = 'pending' ORDER BY d.next_attempt_at LIMIT 1) oldest \
        WHERE e.enabled AND oldest.at <= $1 AND (e.paused_until IS NULL OR e.paused_until <= $1) \
        AND e.id <> ALL($2) ORDER BY oldest.at LIMIT $3";
    let query = diesel::sql_query(DUE).bind::<Timestamptz, _>(now);
    let query = query.bind::<Array<diesel::sql_types::Uuid>, _>(in_hand).bind::<BigInt, _>(AT_ONCE);
    Ok(query.load(&mut conn).await?)
}

/// Takes some of what is due: whoever has it, has it until `until`. Where order is wanted, nothing of a resource of which
/// something earlier waits.
pub async fn claim(
    mut conn: &Conn,
    endpoint: &EndpointRow,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    most: i64,
) -> ApiResult<Vec<DeliveryRow>> {
    let workspace = endpoint.workspace_id;
    let earlier = diesel::alias!(webhook_deliveries as earlier);
    let (workspace_of, endpoint_of, resource_of, seq_of, state_of) = (
        earlier.field(webhook_deliveries::workspace_id),
        earlier.field(webhook_deliveries::endpoint_id),
        earlier.field(webhook_deliveries::resource_id),
        earlier.field(webhook_deliveries::seq),
        earlier.field(webhook_deliveries::state),
    );
    let waits = diesel::dsl::exists(
        earlier.filter(
            workspace_of
                .eq(workspace)
                .and(endpoint_of.eq(endpoint.id))
                .and(resource_of.eq(webhook_deliveries::resource_id))
                .and(seq_of.lt(webhook_deliveries::seq))
                .and(state_of.eq(DeliveryState::Pending)),
        ),
    );
    let own = webhook_deliveries::workspace_id.eq(workspace).and(webhook_deliveries::endpoint_id.eq(endpoint.id));
    let due = webhook_deliveries::state.eq(DeliveryState::Pending).and(webhook_deliveries::next_attempt_at.le(now));
    let mut ready = webhook_deliveries::table.filter(own.and(due)).into_boxed();
    if endpoint.ordered {
        ready = ready.filter(diesel::dsl::not(waits));
    }
    let ready = ready.order((webhook_deliveries::next_attempt_at, webhook_deliveries::seq)).limit(most);
    let ids: Vec<DeliveryId> = ready.select(webhook_deliveries::id).load(&mut conn).await?;
    let still = webhook_deliveries::state.eq(DeliveryState::Pending).and(webhook_deliveries::next_attempt_at.le(now));
    let mine = || webhook_deliveries::workspace_id.eq(workspace).and(webhook_deliveries::id.eq_any(&ids));
    // In the order in which replays and outcomes lock them.
    let held = webhook_deliveries::table.filter(mine()).select(webhook_deliveries::id).order(webhook_deliveries::id);
    held.for_update().load::<DeliveryId>(&mut conn).await?;
    let taken = diesel::update(webhook_deliveries::table.filter(mine().and(still)))
        .set((
            webhook_deliveries::next_attempt_at.eq(until),
            webhook_deliveries::attempts.eq(webhook_deliveries::attempts + 1),
            webhook_deliveries::last_attempt_at.eq(now),
        ))
        .returning(DeliveryRow::as_returning());
    Ok(taken.get_results(&mut conn).await?)
}

/// Writes what became of attempts, where nobody else has taken them over meanwhile.
pub async fn settle(mut conn: &Conn, workspace: WorkspaceId, settled: &[Settled]) -> ApiResult<()> {
    const SETTLE: &str = "WITH held AS (SELECT id FROM webhook_deliveries WHERE workspace_id = $1 AND id = ANY ($2) \
        ORDER BY id FOR UPDATE) UPDATE webhook_deliveries AS d SET state = s.state, \
        next_attempt_at = coalesce(s.next_attempt_at, d.next_attempt_at), \
        delivered_at = CASE WHEN s.state = 'delivered' THEN s.at END, status = s.status, latency_ms = s.latency_ms, \
        error = s.error, answer = s.answer FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) \
        AS s (id, attempts, state, next_attempt_at, at, status, latency_ms, error, answer) JOIN held USING (id) \
        WHERE d.workspace_id = $1 AND d.id = s.id AND d.attempts = s.attempts AND d.state = 'pending'";
    fn column<T>(settled: &[Settled], of: impl Fn(&Settled) -> T) -> Vec<T> {
        settled.iter().map(of).collect()
    }
    diesel::sql_query(SETTLE)
        .bind::<diesel::sql_types::Uuid, _>(workspace)
        .bind::<Array<diesel::sql_types::Uuid>, _>(column(settled, |one| Uuid::from(one.id)))
        .bind::<Array<Integer>, _>(column(settled, |one| one.attempts))
        .bind::<Array<Text>, _>(column(settled, |one| one.state.name()))
        .bind::<Array<Nullable<Timestamptz>>, _>(column(settled, |one| one.next_attempt_at))
        .bind::<Array<Timestamptz>, _>(column(settled, |one| one.at))
        .bind::<Array<Nullable<Integer>>, _>(column(settled, |one| one.status))
        .bind::<Array<Nullable<Integer>>, _>(column(settled, |one| one.latency_ms))
        .bind::<Array<Nullable<Text>>, _>(column(settled, |one| one.error.clone()))
        .bind::<Array<Nullable<Text>>, _>(column(settled, |one| one.answer.clone()))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Leaves an endpoint alone until then.
pub async fn pause(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: EndpointId,
    until: Option<DateTime<Utc>>,
) -> ApiResult<()> {
    let own = webhook_endpoints::table.find((workspace, id));
    diesel::update(own).set(webhook_endpoints::paused_until.eq(until)).execute(&mut conn).await?;
    Ok(())
}

/// Notes how it goes with the endpoint; tells since when nothing has arrived.
pub async fn note_health(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: EndpointId,
    arrived: bool,
    now: DateTime<Utc>,
) -> ApiResult<Option<DateTime<Utc>>> {
    let own = webhook_endpoints::table.find((workspace, id));
    if arrived {
        // Once a minute is often enough.
        let stale = webhook_endpoints::last_success_at.is_null();
        let stale = stale.or(webhook_endpoints::last_success_at.lt(now - TimeDelta::minutes(1)));
        let news = stale.or(webhook_endpoints::failing_since.is_not_null());
        diesel::update(own.filter(news))
            .set((
                webhook_endpoints::last_success_at.eq(now),
                webhook_endpoints::failing_since.eq(None::<DateTime<Utc>>),
            ))
            .execute(&mut conn)
            .await?;
        return Ok(None);
    }
    let first = own.filter(webhook_endpoints::failing_since.is_null());
    diesel::update(first).set(webhook_endpoints::failing_since.eq(now)).execute(&mut conn).await?;
    let since = webhook_endpoints::table.find((workspace, id)).select(webhook_endpoints::failing_since);
    Ok(since.first::<Option<DateTime<Utc>>>(&mut conn).await.optional()?.flatten())
}

pub async fn find_delivery(
    mut conn: &Conn,
    workspace: WorkspaceId,
    endpoint: EndpointId,
    id: DeliveryId,
) -> ApiResult<DeliveryRow> {
    let own = webhook_deliveries::workspace_id.eq(workspace).and(webhook_deliveries::id.eq(id));
    Ok(DeliveryRow::query().filter(own.and(webhook_deliveries::endpoint_id.eq(endpoint))).first(&mut conn).await?)
}

/// The newest change first.
pub async fn list_deliveries(
    mut conn: &Conn,
    workspace: WorkspaceId,
    endpoint: EndpointId,
    state: Option<DeliveryState>,
    from: Option<i64>,
    fetch: i64,
) -> ApiResult<Vec<DeliveryRow>> {
    let own = webhook_deliveries::workspace_id.eq(workspace).and(webhook_deliveries::endpoint_id.eq(endpoint));
    let mut rows = DeliveryRow::query().filter(own).into_boxed();
    if let Some(state) = state {
        rows = rows.filter(webhook_deliveries::state.eq(state));
    }
    if let Some(from) = from {
        rows = rows.filter(webhook_deliveries::seq.lt(from));
    }
    Ok(rows.order(webhook_deliveries::seq.desc()).limit(fetch).load(&mut conn).await?)
}

/// The changes among these that the endpoint has deliveries of, locked in the order in which attempts lock them.
pub async fn lock_deliveries(
    mut conn: &Conn,
    workspace: WorkspaceId,
    endpoint: EndpointId,
    numbers: &[i64],
) -> ApiResult<Vec<i64>> {
    let own = webhook_deliveries::workspace_id.eq(workspace).and(webhook_deliveries::endpoint_id.eq(endpoint));
    let these = webhook_deliveries::table.filter(own.and(webhook_deliveries::seq.eq_any(numbers)));
    let locked = these.select(webhook_deliveries::seq).order(webhook_deliveries::id).for_update();
    Ok(locked.load(&mut conn).await?)
}

/// Puts deliveries of these changes back to their beginning, and says how many; those that have arrived only if that is
/// wished for.
pub async fn restart(
    mut conn: &Conn,
    workspace: WorkspaceId,
    endpoint: EndpointId,
    numbers: &[i64],
    delivered: bool,
    now: DateTime<Utc>,
) -> ApiResult<usize> {
    let own = webhook_deliveries::workspace_id.eq(workspace).and(webhook_deliveries::endpoint_id.eq(endpoint));
    let again = own.and(webhook_deliveries::seq.eq_any(numbers));
    let mut states = vec![DeliveryState::Pending, DeliveryState::Failed];
    states.extend(delivered.then_some(DeliveryState::Delivered));
    let updated = diesel::update(webhook_deliveries::table.filter(again.and(webhook_deliveries::state.eq_any(states))))
        .set((
            webhook_deliveries::state.eq(DeliveryState::Pending),
            webhook_deliveries::attempts.eq(0),
            webhook_deliveries::next_attempt_at.eq(now),
            webhook_deliveries::delivered_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(&mut conn)
        .await?;
    Ok(updated)
}

/// What waits, and since when; and where the endpoint stands.
#[derive(Debug)]
pub struct Waiting {
    pub pending: i64,
    pub oldest: Option<DateTime<Utc>>,
    pub failing_since: Option<DateTime<Utc>>,
    pub last_success_at: Option<DateTime<Utc>>,
}

pub async fn waiting(mut conn: &Conn, workspace: WorkspaceId, endpoint: EndpointId) -> ApiResult<Waiting> {
    let own = webhook_deliveries::workspace_id.eq(workspace).and(webhook_deliveries::endpoint_id.eq(endpoint));
    let pending = webhook_deliveries::table.filter(own.and(webhook_deliveries::state.eq(DeliveryState::Pending)));
    let columns = (count_star(), min(webhook_deliveries::created_at));
    let (pending, oldest) = pending.select(columns).first(&mut conn).await?;
    let columns = (webhook_endpoints::failing_since, webhook_endpoints::last_success_at);
    let (failing_since, last_success_at) =
        webhook_endpoints::table.find((workspace, endpoint)).select(columns).first(&mut conn).await?;
    Ok(Waiting { pending, oldest, failing_since, last_success_at })
}

/// What came of deliveries of late.
#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Tally {
    #[diesel(sql_type = BigInt)]
    pub delivered: i64,
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    #[diesel(sql_type = Nullable<Integer>)]
    pub p50: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub p99: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_success_at: Option<DateTime<Utc>>,
}

pub async fn tally(
    mut conn: &Conn,
    workspace: WorkspaceId,
    endpoint: EndpointId,
    since: DateTime<Utc>,
) -> ApiResult<Tally> {
    const TALLY: &str = "SELECT count(*) FILTER (WHERE state = 'delivered') AS delivered, \
        count(*) FILTER (WHERE state = 'failed') AS failed, \
        percentile_disc(0.5) WITHIN GROUP (ORDER BY latency_ms) AS p50, \
        percentile_disc(0.99) WITHIN GROUP (ORDER BY latency_ms) AS p99, max(delivered_at) AS last_success_at FROM webhook_deliveries \
        WHERE workspace_id = $1 AND endpoint_id = $2 AND last_attempt_at >= $3";
    let query = diesel::sql_query(TALLY).bind::<diesel::sql_types::Uuid, _>(workspace);
    let query = query.bind::<diesel::sql_types::Uuid, _>(endpoint).bind::<Timestamptz, _>(since);
    Ok(query.get_result(&mut conn).await?)
}

/// What waits to be told, over all workspaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Backlog {
    /// Deliveries that wait: for their first attempt, or for another.
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    /// Changes that the log was not looked through for yet, counted for each endpoint.
    #[diesel(sql_type = BigInt)]
    pub behind: i64,
    /// Since when that is due of both which has waited for longest.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub oldest_due_at: Option<DateTime<Utc>>,
}

/// Of endpoints that are on. Crosses workspaces by nature: it is told to operators.
pub async fn backlog(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Backlog> {
    const BACKLOG: &str = "SELECT coalesce(sum(d.pending), 0)::bigint AS pending, \
        coalesce(sum(w.change_seq - e.reached), 0)::bigint AS behind, \
        min(least(d.oldest, c.occurred_at)) AS oldest_due_at FROM webhook_endpoints e \
        JOIN workspaces w ON w.id = e.workspace_id CROSS JOIN LATERAL (SELECT count(*) AS pending, \
        min(d.next_attempt_at) FILTER (WHERE d.next_attempt_at <= $1) AS oldest FROM webhook_deliveries d \
        WHERE d.workspace_id = e.workspace_id AND d.endpoint_id = e.id AND d.state = 'pending') d \
        LEFT JOIN LATERAL (SELECT c.occurred_at FROM changes c WHERE e.reached < w.change_seq \
        AND c.workspace_id = e.workspace_id AND c.seq > e.reached ORDER BY c.seq LIMIT 1) c ON true WHERE e.enabled";
    Ok(diesel::sql_query(BACKLOG).bind::<Timestamptz, _>(now).get_result(&mut conn).await?)
}

/// Forgets some of what is older, in every workspace: the log, too, is kept no longer.
pub async fn forget(mut conn: &Conn, before: DateTime<Utc>) -> ApiResult<usize> {
    let old = webhook_deliveries::table.filter(webhook_deliveries::created_at.lt(before));
    let ids: Vec<DeliveryId> = old.select(webhook_deliveries::id).limit(FORGOTTEN).load(&mut conn).await?;
    let count = ids.len();
    let old = webhook_deliveries::created_at.lt(before).and(webhook_deliveries::id.eq_any(ids));
    diesel::delete(webhook_deliveries::table.filter(old)).execute(&mut conn).await?;
    Ok(count)
}
