//! Every statement about messages, each within one workspace.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{MessageId, MessageRow};
use super::query::{By, ListQuery};
use super::search::{self, words};
use super::words::{MessageChannel, MessageDirection, MessagePurpose, MessageSource, MessageState, ReplyKind};
use crate::changes::Kind;
use crate::contacts::{self, ContactId};
use crate::db::full_text::Vector;
use crate::db::schema::messages;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, AsConstraint};
use crate::exports::table::is;
use crate::exports::{Link, Table};
use crate::lint::Report;
use crate::meetings::{self, MeetingId};
use crate::search::Found;
use crate::sort::{Order, Position, keyset};
use crate::templates::TemplateId;
use crate::timeline::{Span, Tie};

/// Rows of one statement: 32 values each, and PostgreSQL takes 65,535 values.
const CHUNK: usize = 1_000;

/// The row, with what a search finds it by.
fn written(row: &MessageRow) -> (&MessageRow, diesel::dsl::Eq<messages::search_words, Vector>) {
    (row, messages::search_words.eq(words(row)))
}

pub async fn insert(mut conn: &Conn, row: &MessageRow) -> ApiResult<()> {
    made_from(diesel::insert_into(messages::table).values(written(row)).execute(&mut conn).await)
}

/// The template's version that a message is made from must be there, and the meeting that it belongs to.
fn made_from(written: QueryResult<usize>) -> ApiResult<()> {
    written.map(drop).map_err(|error| match error.constraint() {
        Some("messages_template_fkey") => {
            ApiError::field("/template_version", "not_found", "the template has no such version")
        }
        // Only somebody who removes the meeting at the same moment is met here.
        Some("messages_meeting_fkey") => {
            ApiError::field("/meeting_id", "not_found", "is not a meeting with this contact")
        }
        _ => error.into(),
    })
}

/// Adds those whose external keys are not there yet, and tells which that were.
pub async fn insert_new(mut conn: &Conn, rows: &[MessageRow]) -> ApiResult<Vec<MessageId>> {
    let mut added = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(CHUNK) {
        let ids: Vec<MessageId> = diesel::insert_into(messages::table)
            .values(chunk.iter().map(written).collect::<Vec<_>>())
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
    let own = messages::table.find((row.workspace_id, row.id));
    made_from(diesel::update(own).set(written(row)).execute(&mut conn).await)
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

/// Those with these `Message-ID`s, deleted or not.
pub async fn with_rfc_ids(mut conn: &Conn, workspace: WorkspaceId, ids: &[String]) -> ApiResult<Vec<MessageRow>> {
    let wanted = messages::workspace_id.eq(workspace).and(messages::rfc_message_id.eq_any(ids));
    Ok(MessageRow::query().filter(wanted).load(&mut conn).await?)
}

/// The e-mail that went out last to any of these contacts.
pub async fn last_sent(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Option<MessageRow>> {
    let theirs = messages::workspace_id.eq(workspace).and(messages::contact_id.eq_any(contacts));
    let sent = messages::direction.eq(MessageDirection::Outgoing).and(messages::channel.eq(MessageChannel::Email));
    let sent = sent.and(messages::sent_at.is_not_null()).and(messages::deleted_at.is_null());
    let newest_first = (messages::occurred_at.desc(), messages::id.desc());
    let rows = MessageRow::query().filter(theirs.and(sent)).order(newest_first);
    Ok(rows.first(&mut conn).await.optional()?)
}

/// As [`contact_of`], of a message that may be gone for good.
pub async fn contact_if_there(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<Option<ContactId>> {
    let own = messages::workspace_id.eq(workspace).and(messages::id.eq(id));
    Ok(messages::table.filter(own).select(messages::contact_id).first(&mut conn).await.optional()?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<Option<MessageRow>> {
    let own = messages::workspace_id.eq(workspace).and(messages::id.eq(id));
    Ok(MessageRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// Follow-ups to these contacts that wait for their time, in the order of their ids, locked until the end of the transaction.
pub async fn lock_nudges(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<MessageRow>> {
    let theirs = messages::workspace_id.eq(workspace).and(messages::contact_id.eq_any(contacts));
    let nudges = theirs.and(messages::purpose.eq(MessagePurpose::FollowUp)).and(messages::deleted_at.is_null());
    let waiting = MessageRow::query().filter(nudges.and(messages::state.eq(MessageState::Scheduled)));
    Ok(waiting.order(messages::id).for_update().load(&mut conn).await?)
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

/// Whether a person answered the message.
pub async fn is_answered(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<bool> {
    let answers = messages::workspace_id.eq(workspace).and(messages::in_reply_to_id.eq(id));
    let answers = answers.and(messages::direction.eq(MessageDirection::Incoming)).and(messages::deleted_at.is_null());
    let answers = messages::table.filter(answers.and(messages::reply_kind.is_distinct_from(ReplyKind::OutOfOffice)));
    Ok(diesel::select(exists(answers)).get_result(&mut conn).await?)
}

/// These messages go: what answers them stays, and answers nothing any more.
async fn let_go_of_answers(mut conn: &Conn, workspace: WorkspaceId, ids: &[MessageId]) -> ApiResult<()> {
    let answers = messages::workspace_id.eq(workspace).and(messages::in_reply_to_id.eq_any(ids));
    diesel::update(messages::table.filter(answers))
        .set(messages::in_reply_to_id.eq(None::<MessageId>))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Removes the row; answers to it stay.
pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: MessageId) -> ApiResult<()> {
    let_go_of_answers(conn, workspace, &[id]).await?;
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
    // After a merge that was undone, somebody else's message may answer one of theirs.
    let ids: Vec<MessageId> = messages::table.filter(own).select(messages::id).for_update().load(&mut conn).await?;
    let_go_of_answers(conn, workspace, &ids).await?;
    let own = messages::workspace_id.eq(workspace).and(messages::id.eq_any(&ids));
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

/// Which of these contacts have messages, deleted or not.
pub async fn parties(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<ContactId>> {
    let own = messages::workspace_id.eq(workspace).and(messages::contact_id.eq_any(contacts));
    Ok(messages::table.filter(own).select(messages::contact_id).distinct().load(&mut conn).await?)
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

/// Lets messages forget the template that they were made from, and gives their versions.
pub async fn forget_template(
    mut conn: &Conn,
    workspace: WorkspaceId,
    template: TemplateId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(MessageId, i32)>> {
    let made = messages::workspace_id.eq(workspace).and(messages::template_id.eq(template));
    let forgotten = diesel::update(messages::table.filter(made)).set((
        messages::template_id.eq(None::<TemplateId>),
        messages::template_version.eq(None::<i32>),
        messages::version.eq(messages::version + 1),
        messages::updated_at.eq(now),
    ));
    Ok(forgotten.returning((messages::id, messages::version)).get_results(&mut conn).await?)
}

/// Lets messages forget the meeting that they belonged to, and gives their versions.
pub async fn forget_meeting(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meeting: MeetingId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(MessageId, i32)>> {
    let own = messages::workspace_id.eq(workspace).and(messages::meeting_id.eq(meeting));
    let forgotten = diesel::update(messages::table.filter(own)).set((
        messages::meeting_id.eq(None::<MeetingId>),
        messages::version.eq(messages::version + 1),
        messages::updated_at.eq(now),
    ));
    Ok(forgotten.returning((messages::id, messages::version)).get_results(&mut conn).await?)
}

/// Those of these contacts who were sent thanks since then.
pub async fn thanked_since(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
    since: DateTime<Utc>,
) -> ApiResult<Vec<ContactId>> {
    let theirs = messages::workspace_id.eq(workspace).and(messages::contact_id.eq_any(contacts));
    let sent = messages::direction.eq(MessageDirection::Outgoing).and(messages::sent_at.ge(since));
    let thanks = messages::purpose.eq(MessagePurpose::ThankYou).and(messages::occurred_at.ge(since));
    let thanks = messages::table.filter(theirs.and(sent).and(thanks).and(messages::deleted_at.is_null()));
    Ok(thanks.select(messages::contact_id).distinct().load(&mut conn).await?)
}

/// An outgoing message that is not out.
#[derive(Debug, Queryable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Unfinished {
    pub id: MessageId,
    pub contact_id: ContactId,
    pub created_at: DateTime<Utc>,
    pub occurred_at: DateTime<Utc>,
}

/// What a contact answered last.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    pub kind: Option<ReplyKind>,
    pub at: DateTime<Utc>,
}

/// The last answers of those of these contacts who have answered; what a machine wrote is none.
pub async fn last_answers(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<HashMap<ContactId, Answer>> {
    let theirs = messages::workspace_id.eq(workspace).and(messages::contact_id.eq_any(contacts));
    let answers = theirs.and(messages::direction.eq(MessageDirection::Incoming)).and(messages::deleted_at.is_null());
    let answers = answers.and(messages::reply_kind.is_distinct_from(ReplyKind::OutOfOffice));
    let last_first = (messages::contact_id, messages::occurred_at.desc(), messages::id.desc());
    let last = messages::table.filter(answers).distinct_on(messages::contact_id).order(last_first);
    let columns = (messages::contact_id, messages::reply_kind, messages::occurred_at);
    let rows: Vec<(ContactId, Option<ReplyKind>, DateTime<Utc>)> = last.select(columns).load(&mut conn).await?;
    Ok(rows.into_iter().map(|(contact, kind, at)| (contact, Answer { kind, at })).collect())
}

/// Those that are in this state, the oldest first, from a place on.
pub async fn unfinished(
    mut conn: &Conn,
    workspace: WorkspaceId,
    state: MessageState,
    from: Option<&Position>,
    limit: i64,
) -> ApiResult<Vec<Unfinished>> {
    let live = messages::workspace_id.eq(workspace).and(messages::deleted_at.is_null());
    let columns = (messages::id, messages::contact_id, messages::created_at, messages::occurred_at);
    let rows = messages::table.filter(live.and(messages::state.eq(state))).select(columns).into_boxed();
    let at = from.and_then(|from| Some((from.at?, from.id)));
    let rows = keyset!(rows, false, messages::occurred_at, messages::id, at);
    Ok(rows.limit(limit).load(&mut conn).await?)
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
        .filter(answers.field(messages::reply_kind).is_distinct_from(ReplyKind::OutOfOffice))
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
    // [`mark_answered`] is nobody's change.
    let marked = messages::version.eq(2).and(messages::state.eq(MessageState::Replied));
    let own = own.and(messages::version.eq(1).or(marked));
    let ids: Vec<MessageId> = messages::table.filter(own).select(messages::id).for_update().load(&mut conn).await?;
    let_go_of_answers(conn, workspace, &ids).await?;
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
    if !query.meeting_id.is_empty() {
        rows = rows.filter(messages::meeting_id.eq_any(&query.meeting_id));
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

/// What a search shows of these messages.
pub async fn found(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<Found>> {
    let wanted = messages::workspace_id.eq(workspace).and(messages::id.eq_any(ids));
    let rows = MessageRow::query().filter(wanted.and(messages::deleted_at.is_null())).load(&mut conn).await?;
    let people: Vec<ContactId> = rows.iter().map(|row| row.contact_id).collect();
    let names = contacts::names(conn, workspace, &people).await?;
    Ok(rows.iter().map(|row| search::found(row, &names)).collect())
}

/// Renews what a search finds of these messages by. Whoever holds one of them writes it anew.
pub async fn reindex(mut conn: &Conn, workspace: WorkspaceId, ids: &[MessageId]) -> ApiResult<()> {
    let wanted = messages::workspace_id.eq(workspace).and(messages::id.eq_any(ids));
    let rows = MessageRow::query().filter(wanted).for_update().skip_locked().load(&mut conn).await?;
    let words = rows.iter().map(|row| (row.id.into(), words(row)));
    crate::search::keep(conn, workspace, "messages", words).await
}

/// Which messages an archive has, in SQL about `r`: those whose contact does not lie in the trash.
pub const TAKEN: &str = "EXISTS (SELECT 1 FROM contacts AS c WHERE c.workspace_id = r.workspace_id \
    AND c.id = r.contact_id AND c.deleted_at IS NULL)";

/// As an archive takes them: with them go those of a contact that lies in the trash.
pub const ROWS: Table = Table {
    name: "messages",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "contact_id",
        "direction",
        "channel",
        "purpose",
        "state",
        "subject",
        "body",
        "address",
        "template_id",
        "template_version",
        "attempt",
        "in_reply_to_id",
        "reply_kind",
        "rfc_message_id",
        "scheduled_at",
        "sent_at",
        "received_at",
        "occurred_at",
        "lint",
        "failure",
        "source",
        "external_key",
        "waits_for",
        "meeting_id",
        "follow_up_plan_id",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[
        Link::required("contact_id", "contacts"),
        Link::to("template_id", "templates"),
        // Where its time is another's, a meeting does not come along.
        Link { and: meetings::TAKEN, may_stay: true, ..Link::to("meeting_id", "meetings") },
        Link { and: TAKEN, ..Link::to("in_reply_to_id", "messages") },
    ],
    taken: "t.deleted_at IS NULL",
    // A copy sends nothing by itself: the first workspace does.
    reset: &[
        ("state", "CASE t.state WHEN 'scheduled' THEN 'draft' ELSE t.state END"),
        ("scheduled_at", "CASE WHEN t.state <> 'scheduled' THEN t.scheduled_at END"),
        ("waits_for", "CASE WHEN t.state <> 'scheduled' THEN t.waits_for END"),
        ("occurred_at", "CASE t.state WHEN 'scheduled' THEN t.created_at ELSE t.occurred_at END"),
    ],
    computed: &[(
        "template_version",
        "CASE WHEN EXISTS (SELECT 1 FROM templates AS r WHERE r.workspace_id = t.workspace_id AND r.id = t.template_id AND r.deleted_at IS NULL) THEN t.template_version END",
    )],
    late: &["in_reply_to_id"],
    long: &[],
    checks: &[("lint", is::<Report>)],
    rules: &[],
    created: Some(Kind::MessageCreated),
};
