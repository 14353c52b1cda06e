//! Every statement about messages, each within one workspace.
use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{MessageId, MessageRow};
use super::query::{By, ListQuery};
use super::words::{MessageDirection, MessageSource, MessageState, ReplyKind};
use crate::contacts::ContactId;
use crate::db::schema::messages;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::sort::{Order, Position, keyset};
use crate::timeline::{Span, Tie};

/// Rows of one statement: 28 values each, and PostgreSQL takes 65,535 values.
const CHUNK: usize = 1_000;

pub async fn insert(mut conn: &Conn, row: &MessageRow) -> ApiResult<()> {
    diesel::insert_into(messages::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Adds those whose external keys are not there yet, and tells which that were.
pub async fn insert_new(mut conn: &Conn, rows: &[MessageRow]) -> ApiResult<Vec<MessageId>> {
    let mut added = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(CHUNK) {
        let ids: Vec<MessageId> = diesel::insert_into(messages::table)
            .values(chunk)
            .on_conflict_do_nothing()
            .returning(messages::id)
            .get_results(&mut conn)
            .await?;
        added.extend(ids);
    }
    Ok(added)
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &MessageRow) -> ApiResult<()> {
    diesel::update(messages::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<MessageRow> {
    let live = messages::workspace_id.eq(workspace).and(messages::id.eq(id)).and(messages::deleted_at.is_null());
    Ok(MessageRow::query().filter(live).first(&mut conn).await?)
}

/// Those of these messages that are not deleted, in the order of their ids.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[MessageId]) -> ApiResult<Vec<MessageRow>> {
    let wanted = messages::workspace_id.eq(workspace).and(messages::id.eq_any(ids));
    let live = MessageRow::query().filter(wanted.and(messages::deleted_at.is_null()));
    Ok(live.order(messages::id).load(&mut conn).await?)
}

/// Whom a message, deleted or not, goes to or came from.
pub async fn contact_of(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<ContactId> {
    let own = messages::workspace_id.eq(workspace).and(messages::id.eq(id));
    Ok(messages::table.filter(own).select(messages::contact_id).first(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<Option<MessageRow>> {
    let own = messages::workspace_id.eq(workspace).and(messages::id.eq(id));
    Ok(MessageRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// How many messages were sent to the contact since it last answered.
pub async fn unanswered(mut conn: &Conn, workspace: WorkspaceId, contact: ContactId) -> ApiResult<i64> {
    let answers = diesel::alias!(messages as answers);
    let answered = answers
        .filter(answers.field(messages::workspace_id).eq(workspace))
        .filter(answers.field(messages::contact_id).eq(contact))
        .filter(answers.field(messages::direction).eq(MessageDirection::Incoming))
        .filter(answers.field(messages::reply_kind).is_distinct_from(ReplyKind::OutOfOffice))
        .filter(answers.field(messages::deleted_at).is_null())
        .filter(answers.field(messages::occurred_at).ge(messages::occurred_at));
    let sent = messages::workspace_id.eq(workspace).and(messages::contact_id.eq(contact));
    let sent = sent.and(messages::direction.eq(MessageDirection::Outgoing)).and(messages::sent_at.is_not_null());
    Ok(messages::table
        .filter(sent.and(messages::deleted_at.is_null()).and(not(exists(answered))))
        .count()
        .get_result(&mut conn)
        .await?)
}

/// Removes the row; answers to it stay.
pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<()> {
    let answers = messages::workspace_id.eq(workspace).and(messages::in_reply_to_id.eq(id));
    diesel::update(messages::table.filter(answers))
        .set(messages::in_reply_to_id.eq(None::<MessageId>))
        .execute(&mut conn)
        .await?;
    diesel::delete(messages::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Removes every message to and from these contacts; says which, with their versions.
pub async fn purge_contacts(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<(MessageId, i32)>> {
    let own = messages::workspace_id.eq(workspace).and(messages::contact_id.eq_any(contacts));
    let removed = diesel::delete(messages::table.filter(own));
    Ok(removed.returning((messages::id, messages::version)).get_results(&mut conn).await?)
}

/// Gives what went to or came from one contact, all of it or these, to another.
pub async fn give(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: ContactId,
    to: ContactId,
    only: Option<&[MessageId]>,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(MessageId, i32)>> {
    let own = messages::workspace_id.eq(workspace).and(messages::contact_id.eq(from));
    let new = (messages::contact_id.eq(to), messages::version.eq(messages::version + 1), messages::updated_at.eq(now));
    let columns = (messages::id, messages::version);
    Ok(match only {
        None => diesel::update(messages::table.filter(own)).set(new).returning(columns).get_results(&mut conn).await?,
        Some(ids) => {
            let these = own.and(messages::id.eq_any(ids));
            diesel::update(messages::table.filter(these)).set(new).returning(columns).get_results(&mut conn).await?
        }
    })
}

/// Every message to and from these contacts, deleted or not.
pub async fn of_contacts(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<MessageRow>> {
    let own = messages::workspace_id.eq(workspace).and(messages::contact_id.eq_any(contacts));
    Ok(MessageRow::query().filter(own).order(messages::id).load(&mut conn).await?)
}

/// Messages that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<uuid::Uuid>,
    fetch: i64,
) -> ApiResult<Vec<MessageRow>> {
    let live = messages::workspace_id.eq(workspace).and(messages::deleted_at.is_null());
    let rows = keyset!(MessageRow::query().filter(live).into_boxed(), false, messages::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// Marks what an import brought and what was answered later, by the same way, as answered.
pub async fn mark_answered(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(MessageId, i32)>> {
    let answers = diesel::alias!(messages as answers);
    let answered = answers
        .filter(answers.field(messages::workspace_id).eq(workspace))
        .filter(answers.field(messages::contact_id).eq(messages::contact_id))
        .filter(answers.field(messages::channel).eq(messages::channel))
        .filter(answers.field(messages::direction).eq(MessageDirection::Incoming))
        .filter(answers.field(messages::deleted_at).is_null())
        .filter(answers.field(messages::occurred_at).ge(messages::occurred_at));
    let imported = messages::workspace_id.eq(workspace).and(messages::contact_id.eq_any(contacts));
    let imported = imported.and(messages::source.eq(MessageSource::Import));
    let imported = imported.and(messages::state.eq(MessageState::Sent)).and(messages::deleted_at.is_null());
    Ok(diesel::update(messages::table.filter(imported.and(exists(answered))))
        .set((
            messages::state.eq(MessageState::Replied),
            messages::version.eq(messages::version + 1),
            messages::updated_at.eq(now),
        ))
        .returning((messages::id, messages::version))
        .get_results(&mut conn)
        .await?)
}

/// Removes what an import brought by these keys, if nobody has changed it since.
pub async fn remove_imported(
    mut conn: &Conn,
    workspace: WorkspaceId,
    keys: &[String],
) -> ApiResult<Vec<(MessageId, i32)>> {
    let own = messages::workspace_id.eq(workspace).and(messages::external_key.eq_any(keys));
    let own = own.and(messages::source.eq(MessageSource::Import)).and(messages::deleted_at.is_null());
    let ids: Vec<MessageId> = messages::table.filter(own).select(messages::id).for_update().load(&mut conn).await?;
    let answers = messages::workspace_id.eq(workspace).and(messages::in_reply_to_id.eq_any(&ids));
    diesel::update(messages::table.filter(answers))
        .set(messages::in_reply_to_id.eq(None::<MessageId>))
        .execute(&mut conn)
        .await?;
    let own = messages::workspace_id.eq(workspace).and(messages::id.eq_any(&ids));
    let removed = diesel::delete(messages::table.filter(own)).returning((messages::id, messages::version));
    Ok(removed.get_results(&mut conn).await?)
}

/// What went to or came from a contact, newest first, drafts left out.
pub async fn timeline(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contact: ContactId,
    span: &Span,
) -> ApiResult<Vec<MessageRow>> {
    let own = messages::workspace_id.eq(workspace).and(messages::contact_id.eq(contact));
    let happened = messages::sent_at.is_not_null().or(messages::received_at.is_not_null());
    let mut rows = MessageRow::query().filter(own.and(messages::deleted_at.is_null()).and(happened)).into_boxed();
    if let Some((at, tie)) = &span.before {
        rows = match tie {
            Tie::None => rows.filter(messages::occurred_at.lt(*at)),
            Tie::All => rows.filter(messages::occurred_at.le(*at)),
            Tie::Below(last) => {
                // Its tie is the message's id.
                let last = uuid::Uuid::try_parse(last).unwrap_or_default();
                let same = messages::occurred_at.eq(*at).and(messages::id.lt(MessageId::from(last)));
                rows.filter(messages::occurred_at.lt(*at).or(same))
            }
        };
    }
    let most = i64::try_from(span.limit).unwrap_or(i64::MAX);
    let newest_first = (messages::occurred_at.desc(), messages::id.desc());
    Ok(rows.order(newest_first).limit(most).load(&mut conn).await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<MessageRow>> {
    let live = messages::workspace_id.eq(workspace).and(messages::deleted_at.is_null());
    let mut rows = MessageRow::query().filter(live).into_boxed();
    if !query.contact_id.is_empty() {
        rows = rows.filter(messages::contact_id.eq_any(&query.contact_id));
    }
    if let Some(direction) = query.direction {
        rows = rows.filter(messages::direction.eq(direction));
    }
    if !query.channel.is_empty() {
        rows = rows.filter(messages::channel.eq_any(&query.channel));
    }
    if !query.purpose.is_empty() {
        rows = rows.filter(messages::purpose.eq_any(&query.purpose));
    }
    if !query.state.is_empty() {
        rows = rows.filter(messages::state.eq_any(&query.state));
    }
    if !query.reply_kind.is_empty() {
        rows = rows.filter(messages::reply_kind.eq_any(&query.reply_kind));
    }
    if !query.source.is_empty() {
        rows = rows.filter(messages::source.eq_any(&query.source));
    }
    if !query.in_reply_to_id.is_empty() {
        rows = rows.filter(messages::in_reply_to_id.eq_any(&query.in_reply_to_id));
    }
    macro_rules! range {
        ($column:ident, $after:ident, $before:ident) => {
            if let Some(after) = query.$after {
                rows = rows.filter(messages::$column.gt(after));
            }
            if let Some(before) = query.$before {
                rows = rows.filter(messages::$column.lt(before));
            }
        };
    }
    range!(occurred_at, occurred_after, occurred_before);
    range!(scheduled_at, scheduled_after, scheduled_before);
    range!(sent_at, sent_after, sent_before);
    range!(received_at, received_after, received_before);
    range!(created_at, created_after, created_before);
    range!(updated_at, updated_after, updated_before);
    let Order { by, descending } = query.sort.order();
    let at = from.and_then(|from| Some((from.at?, from.id)));
    rows = match by {
        By::Created => keyset!(rows, descending, messages::id, from.map(|from| from.id)),
        By::Updated => keyset!(rows, descending, messages::updated_at, messages::id, at),
        By::Occurred => keyset!(rows, descending, messages::occurred_at, messages::id, at),
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}
