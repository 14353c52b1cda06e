//! From the log to deliveries: each change that an endpoint wants becomes a row, once.
use super::model::{DeliveryId, DeliveryRow, DeliveryState, EndpointId};
use super::store;
use crate::app::App;
use crate::changes::{self, ChangeRow, Kind, KindFilter};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::jobs;

/// Changes that are looked through in one transaction.
const BATCH: i64 = 500;

/// Looks through what the log has got since; tells how many changes that were.
pub async fn run(app: &App) -> ApiResult<usize> {
    let behind = app.db.lookup(async |conn| store::behind(conn).await).await?;
    let mut count = 0;
    for (workspace, id) in behind {
        count += jobs::went(catch_up(app, workspace, id).await, id)?.unwrap_or(0);
    }
    Ok(count)
}

/// The place in the log moves on with the rows that were made of it: nothing is made twice, and nothing is left out.
async fn catch_up(app: &App, workspace: WorkspaceId, id: EndpointId) -> ApiResult<usize> {
    let now = app.now();
    let step = async |conn: &mut Conn| {
        let Some((reached, events)) = store::lock_reached(conn, workspace, id).await? else { return Ok(0) };
        let changes = changes::after(conn, workspace, reached, BATCH).await?;
        let Some(last) = changes.last().map(|change| change.seq) else { return Ok(0) };
        let count = changes.len();
        // A kind that a newer binary wrote, and this one does not know, is no reason to stop.
        let filter = KindFilter::parse(&events).unwrap_or_default();
        let wanted = |change: &ChangeRow| filter.wants(&change.kind) || is_test_of(change, id);
        let rows = changes.into_iter().filter(wanted);
        let rows: Vec<DeliveryRow> = rows.map(|change| delivery(workspace, app.new_id(), id, change, now)).collect();
        store::insert_deliveries(conn, &rows).await?;
        store::set_reached(conn, workspace, id, last).await?;
        Ok(count)
    };
    app.db.write(workspace, step).await
}

/// Whoever tries an endpoint is told whatever else it wants.
fn is_test_of(change: &ChangeRow, id: EndpointId) -> bool {
    change.kind == Kind::WebhookEndpointTested.name() && EndpointId::from(change.resource_id) == id
}

pub fn delivery(
    workspace_id: WorkspaceId,
    id: DeliveryId,
    endpoint_id: EndpointId,
    change: ChangeRow,
    now: chrono::DateTime<chrono::Utc>,
) -> DeliveryRow {
    DeliveryRow {
        workspace_id,
        id,
        endpoint_id,
        seq: change.seq,
        kind: change.kind,
        resource_id: change.resource_id,
        state: DeliveryState::Pending,
        created_at: now,
        next_attempt_at: now,
        attempts: 0,
        last_attempt_at: None,
        delivered_at: None,
        status: None,
        latency_ms: None,
        error: None,
        answer: None,
    }
}
