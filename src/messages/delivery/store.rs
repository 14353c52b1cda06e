//! Every statement about deliveries, each within one workspace.
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::DeliveryRow;
use crate::db::schema::{deliveries, messages};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::messages::model::MessageId;
use crate::messages::words::{MessageState, MessageWait};

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<DeliveryRow> {
    let own = deliveries::workspace_id.eq(workspace).and(deliveries::message_id.eq(id));
    Ok(DeliveryRow::query().filter(own).first(&mut conn).await?)
}

/// The row, locked until the end of the transaction; none when nobody has asked for the message to be sent.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<Option<DeliveryRow>> {
    let own = deliveries::workspace_id.eq(workspace).and(deliveries::message_id.eq(id));
    Ok(DeliveryRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// Writes the row, over the one of the same message if there is one.
pub async fn put(mut conn: &Conn, row: &DeliveryRow) -> ApiResult<()> {
    diesel::insert_into(deliveries::table)
        .values(row)
        .on_conflict((deliveries::workspace_id, deliveries::message_id))
        .do_update()
        .set(row)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Notes that the text goes to the server now, unless another attempt has begun since.
pub async fn hand_over(mut conn: &Conn, row: &DeliveryRow, now: DateTime<Utc>) -> ApiResult<bool> {
    let mine = deliveries::workspace_id.eq(row.workspace_id).and(deliveries::message_id.eq(row.message_id));
    let mine = mine.and(deliveries::job_id.eq(row.job_id)).and(deliveries::attempts.eq(row.attempts));
    let noted = diesel::update(deliveries::table.filter(mine))
        .set(deliveries::handed_over_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(noted == 1)
}

/// Whether the message is being sent at this moment.
pub async fn is_attempting(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<bool> {
    let own = deliveries::workspace_id.eq(workspace).and(deliveries::message_id.eq(id));
    let found = deliveries::table.filter(own.and(deliveries::attempting));
    Ok(diesel::select(exists(found)).get_result(&mut conn).await?)
}

/// How many others count to this day's limit.
pub async fn counted(mut conn: &Conn, row: &DeliveryRow, day: NaiveDate) -> ApiResult<i64> {
    let others = deliveries::workspace_id.eq(row.workspace_id).and(deliveries::message_id.ne(row.message_id));
    let others = deliveries::table.filter(others.and(deliveries::counted_on.eq(day)));
    Ok(others.count().get_result(&mut conn).await?)
}

/// Has messages that wait for the next day go now, those first that shall go first. Says which, with their versions. One
/// that is being looked at elsewhere stays as it is.
pub async fn hasten(
    mut conn: &Conn,
    workspace: WorkspaceId,
    most: i64,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(MessageId, i32)>> {
    let scheduled = messages::workspace_id.eq(workspace).and(messages::state.eq(MessageState::Scheduled));
    let waiting = scheduled.and(messages::waits_for.eq(MessageWait::DailyLimit)).and(messages::deleted_at.is_null());
    let waiting = messages::table.filter(waiting).order((messages::scheduled_at, messages::id)).limit(most);
    let ids: Vec<MessageId> = waiting.select(messages::id).for_update().skip_locked().load(&mut conn).await?;
    let own = messages::workspace_id.eq(workspace).and(messages::id.eq_any(ids));
    let moved = diesel::update(messages::table.filter(own)).set((
        messages::scheduled_at.eq(now),
        messages::occurred_at.eq(now),
        messages::waits_for.eq(None::<MessageWait>),
        messages::version.eq(messages::version + 1),
        messages::updated_at.eq(now),
    ));
    Ok(moved.returning((messages::id, messages::version)).get_results(&mut conn).await?)
}

/// Hands the deliveries of messages to other jobs: pairs of a message and its job.
pub async fn give_jobs(
    mut conn: &Conn,
    workspace: WorkspaceId,
    jobs: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> ApiResult<()> {
    const GIVE: &str = "UPDATE deliveries SET job_id = t.job_id, next_attempt_at = $4
        FROM unnest($2, $3) AS t (message_id, job_id)
        WHERE deliveries.workspace_id = $1 AND deliveries.message_id = t.message_id";
    let (messages, jobs): (Vec<Uuid>, Vec<Uuid>) = jobs.iter().copied().unzip();
    diesel::sql_query(GIVE)
        .bind::<SqlUuid, _>(Uuid::from(workspace))
        .bind::<Array<SqlUuid>, _>(messages)
        .bind::<Array<SqlUuid>, _>(jobs)
        .bind::<Timestamptz, _>(now)
        .execute(&mut conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Ancestor {
    #[diesel(sql_type = Nullable<Text>)]
    rfc_message_id: Option<String>,
}

/// The `Message-ID`s of what a message answers, and of what that answers, the oldest first.
pub async fn ancestors(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<Vec<String>> {
    const CHAIN: &str = "WITH RECURSIVE chain AS (
            SELECT in_reply_to_id AS id, 1 AS distance FROM messages WHERE workspace_id = $1 AND id = $2
            UNION ALL
            SELECT above.in_reply_to_id, chain.distance + 1 FROM chain JOIN messages above ON above.id = chain.id
            WHERE above.workspace_id = $1 AND chain.distance < 30
        )
        SELECT messages.rfc_message_id FROM chain JOIN messages ON messages.id = chain.id
        WHERE messages.workspace_id = $1 ORDER BY chain.distance DESC";
    let chain = diesel::sql_query(CHAIN).bind::<SqlUuid, _>(Uuid::from(workspace)).bind::<SqlUuid, _>(Uuid::from(id));
    let found: Vec<Ancestor> = chain.load(&mut conn).await?;
    Ok(found.into_iter().filter_map(|one| one.rfc_message_id).collect())
}
