//! What can happen to a message, inside the caller's transaction. The contact is locked before the message, as it is
//! whenever both are, so that nobody waits for whom they keep waiting.
use chrono::{DateTime, Duration, SubsecRound, Utc};
use std::collections::{BTreeMap, HashMap};

use super::api::{FailureInput, Message, MessageInput, ReplyInput, SentInput};
use super::model::{MessageId, MessageRow};
use super::words::{MessageChannel, MessageDirection, MessagePurpose, MessageState};
use super::{delivery, draft, store};
use crate::auth::{Caller, MessagesSend};
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId, ContactRow, Stage, Touch};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::{IfMatch, Patch};
use crate::lint::{self, Report};
use crate::meetings::MeetingId;
use crate::templates::TemplateId;
use crate::{do_not_contact, fields, trash};

pub const RESOURCE: &str = "message";
/// How far the clocks of clients may be ahead.
const AHEAD: Duration = Duration::minutes(5);

/// A message and whom it goes to or came from, both locked until the end of the transaction.
pub struct Locked {
    pub row: MessageRow,
    /// None when it lies in the trash.
    pub contact: Option<ContactRow>,
}

/// Those of these messages that are not deleted, in the order of their ids.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[MessageId]) -> ApiResult<Vec<Message>> {
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(Message::from).collect())
}

pub async fn create(tx: &mut Tx<'_>, id: MessageId, host: &str, input: MessageInput) -> ApiResult<Message> {
    let contact = contacts::lock(tx, input.contact_id).await?;
    let mut faults = Vec::new();
    if contact.is_none() {
        faults.push(Fault::field("/contact_id", "not_found", "is not a contact of this workspace"));
    }
    let mut row = draft::fresh(tx, id, host, contact.as_ref(), input, &mut faults);
    let answered = draft::check_named(tx, None, &mut row, &mut faults).await?;
    ApiError::check(faults)?;
    let contact = there(contact)?;
    match row.direction {
        MessageDirection::Outgoing => compose(tx, &contact, row).await,
        MessageDirection::Incoming => receive(tx, row, answered).await,
    }
}

async fn compose(tx: &mut Tx<'_>, contact: &ContactRow, mut row: MessageRow) -> ApiResult<Message> {
    refuse_unwanted(tx, contact, &row).await?;
    row.attempt = attempt(tx, &row).await?;
    row.lint = Some(lint(tx, contact, &row).await?);
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::MessageCreated, row.id, 1, Vec::new());
    Ok(row.into())
}

pub async fn receive(tx: &mut Tx<'_>, row: MessageRow, answered: Option<MessageRow>) -> ApiResult<Message> {
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::MessageReceived, row.id, 1, Vec::new());
    if row.is_answer() {
        touch(tx, &row, Stage::Replied).await?;
        // A second answer changes nothing of what is answered already.
        let answered = answered.filter(|answered| matches!(answered.state, MessageState::Sent | MessageState::Bounced));
        if let Some(answered) = answered {
            change(tx, answered, MessageState::Replied, Kind::MessageReplied, |_| {}).await?;
        }
    }
    Ok(row.into())
}

/// An answer to a message that was sent.
pub async fn reply(
    tx: &mut Tx<'_>,
    new_id: MessageId,
    host: &str,
    id: MessageId,
    if_match: &IfMatch,
    input: ReplyInput,
) -> ApiResult<Message> {
    let Locked { row, contact } = live(tx, id, if_match).await?;
    row.go(MessageState::Replied)?;
    let contact = there(contact)?;
    let input = MessageInput {
        contact_id: row.contact_id,
        direction: MessageDirection::Incoming,
        channel: input.channel.unwrap_or(row.channel),
        purpose: None,
        subject: input.subject,
        body: input.body,
        address: input.address,
        template_id: None,
        template_version: None,
        in_reply_to_id: Some(row.id),
        meeting_id: row.meeting_id,
        follow_up_plan_id: None,
        reply_kind: input.reply_kind,
        received_at: input.received_at,
    };
    let mut faults = Vec::new();
    let answer = draft::fresh(tx, new_id, host, Some(&contact), input, &mut faults);
    ApiError::check(faults)?;
    receive(tx, answer, Some(row)).await
}

pub async fn patch(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: MessageId,
    if_match: &IfMatch,
    patch: &Patch<MessageInput>,
) -> ApiResult<Message> {
    let Locked { row: before, contact } = live(tx, id, if_match).await?;
    delivery::refuse_in_flight(tx, id).await?;
    // It leaves as it is then, by itself.
    if before.state == MessageState::Scheduled {
        caller.require::<MessagesSend>()?;
    }
    let input = patch.apply(&Message::from(before.clone()).into())?;
    let mut faults = Vec::new();
    let mut after = draft::edited(&before, input, tx.now, &mut faults);
    draft::check_named(tx, Some(&before), &mut after, &mut faults).await?;
    // It goes by itself, and must not fail then for what can be told now.
    if before.state == MessageState::Scheduled {
        faults.extend(draft::unsendable(&after));
    }
    ApiError::check(faults)?;
    let changed = fields::changed(&Message::from(before.clone()), &Message::from(after.clone()));
    if changed.is_empty() {
        return Ok(before.into());
    }
    draft::check_fixed(&before, &changed)?;
    if after.direction == MessageDirection::Outgoing && after.state.is_open() {
        let contact = there(contact)?;
        if after.state != MessageState::Cancelled {
            refuse_unwanted(tx, &contact, &after).await?;
        }
        after.lint = Some(lint(tx, &contact, &after).await?);
    }
    let after = MessageRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    tx.record(Kind::MessageUpdated, id, after.version, changed);
    match (before.is_answer(), after.is_answer()) {
        (false, true) => answers_after_all(tx, &after).await?,
        (true, false) => answers_no_more(tx, &after, before.updated_at).await?,
        _ => {}
    }
    Ok(after.into())
}

/// What was taken for a machine's is a person's answer.
async fn answers_after_all(tx: &mut Tx<'_>, row: &MessageRow) -> ApiResult<()> {
    touch(tx, row, Stage::Replied).await?;
    let answered = match row.in_reply_to_id {
        Some(id) => store::lock(tx.conn, tx.workspace, id).await?,
        None => None,
    };
    match answered.filter(|answered| matches!(answered.state, MessageState::Sent | MessageState::Bounced)) {
        Some(answered) => change(tx, answered, MessageState::Replied, Kind::MessageReplied, |_| {}).await.map(drop),
        None => Ok(()),
    }
}

/// What was taken for an answer, from its beginning or since it was written last, is a machine's: what it answers waits
/// for one again, unless there is another.
async fn answers_no_more(tx: &mut Tx<'_>, row: &MessageRow, written_at: DateTime<Utc>) -> ApiResult<()> {
    contacts::take_back_reply(tx, row.contact_id, &[row.created_at, written_at]).await?;
    let Some(id) = row.in_reply_to_id else { return Ok(()) };
    if store::is_answered(tx.conn, tx.workspace, id).await? {
        return Ok(());
    }
    let Some(before) = store::lock(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    if before.state != MessageState::Replied || before.deleted_at.is_some() {
        return Ok(());
    }
    let state = if before.failure.is_some() { MessageState::Bounced } else { MessageState::Sent };
    let after = MessageRow { state, version: before.version + 1, updated_at: tx.now, ..before };
    store::update(tx.conn, &after).await?;
    tx.record(Kind::MessageUpdated, id, after.version, vec!["next_states".to_owned(), "state".to_owned()]);
    Ok(())
}

pub async fn mark_sent(tx: &mut Tx<'_>, id: MessageId, if_match: &IfMatch, input: SentInput) -> ApiResult<Message> {
    let Locked { row, contact } = live(tx, id, if_match).await?;
    delivery::refuse_in_flight(tx, id).await?;
    row.go(MessageState::Sent)?;
    refuse_unwanted(tx, &there(contact)?, &row).await?;
    let mut faults = draft::check_plan(tx, input.follow_up_plan_id).await?;
    if row.channel == MessageChannel::Email {
        faults.extend(draft::textless(&row));
    }
    let sent_at = past(input.sent_at, tx.now, "/sent_at", &mut faults);
    ApiError::check(faults)?;
    let attempt = attempt(tx, &row).await?;
    let row = change(tx, row, MessageState::Sent, Kind::MessageSent, |row| {
        row.sent_at = Some(sent_at);
        row.failure = None;
        row.waits_for = None;
        row.attempt = attempt;
        row.follow_up_plan_id = input.follow_up_plan_id.or(row.follow_up_plan_id);
    })
    .await?;
    touch(tx, &row, Stage::Contacted).await?;
    Ok(row.into())
}

pub async fn cancel(tx: &mut Tx<'_>, id: MessageId, if_match: &IfMatch) -> ApiResult<Message> {
    settle(tx, id, if_match, MessageState::Cancelled, Kind::MessageCancelled, |_| {}).await
}

/// Nudges that wait for their time have lost their reason: each is cancelled, and says why. One that a mail server may
/// be taking at this moment goes.
pub async fn cancel_nudges(tx: &mut Tx<'_>, why: &BTreeMap<ContactId, &str>) -> ApiResult<()> {
    let contacts: Vec<ContactId> = why.keys().copied().collect();
    if contacts.is_empty() {
        return Ok(());
    }
    for row in store::lock_nudges(tx.conn, tx.workspace, &contacts).await? {
        let Some(why) = why.get(&row.contact_id) else { continue };
        if delivery::is_attempting(tx.conn, tx.workspace, row.id).await? {
            continue;
        }
        change(tx, row, MessageState::Cancelled, Kind::MessageCancelled, |row| {
            row.failure = Some((*why).to_owned());
            row.waits_for = None;
        })
        .await?;
    }
    Ok(())
}

/// Back to being a draft.
pub async fn reopen(tx: &mut Tx<'_>, id: MessageId, if_match: &IfMatch) -> ApiResult<Message> {
    let Locked { row, contact } = live(tx, id, if_match).await?;
    delivery::refuse_in_flight(tx, id).await?;
    row.go(MessageState::Draft)?;
    refuse_unwanted(tx, &there(contact)?, &row).await?;
    let row = change(tx, row, MessageState::Draft, Kind::MessageUpdated, |row| {
        row.scheduled_at = None;
        row.failure = None;
        row.waits_for = None;
    })
    .await?;
    Ok(row.into())
}

pub async fn mark_bounced(
    tx: &mut Tx<'_>,
    id: MessageId,
    if_match: &IfMatch,
    input: FailureInput,
) -> ApiResult<Message> {
    settle(tx, id, if_match, MessageState::Bounced, Kind::MessageBounced, |row| row.failure = input.failure).await
}

pub async fn mark_failed(
    tx: &mut Tx<'_>,
    id: MessageId,
    if_match: &IfMatch,
    input: FailureInput,
) -> ApiResult<Message> {
    settle(tx, id, if_match, MessageState::Failed, Kind::MessageFailed, |row| row.failure = input.failure).await
}

async fn settle(
    tx: &mut Tx<'_>,
    id: MessageId,
    if_match: &IfMatch,
    to: MessageState,
    kind: Kind,
    edit: impl FnOnce(&mut MessageRow),
) -> ApiResult<Message> {
    let Locked { row, contact: _ } = live(tx, id, if_match).await?;
    delivery::refuse_in_flight(tx, id).await?;
    let settled = change(tx, row, to, kind, |row| {
        row.waits_for = None;
        edit(row);
    });
    Ok(settled.await?.into())
}

/// Moves the locked row to another state, if that can follow.
pub async fn change(
    tx: &mut Tx<'_>,
    before: MessageRow,
    to: MessageState,
    kind: Kind,
    edit: impl FnOnce(&mut MessageRow),
) -> ApiResult<MessageRow> {
    before.go(to)?;
    let mut after = before.clone();
    edit(&mut after);
    after.state = to;
    after.occurred_at = after.occurrence();
    after.version += 1;
    after.updated_at = tx.now;
    store::update(tx.conn, &after).await?;
    let changed = fields::changed(&Message::from(before), &Message::from(after.clone()));
    tx.record(kind, after.id, after.version, changed);
    Ok(after)
}

pub async fn delete(tx: &mut Tx<'_>, id: MessageId, if_match: &IfMatch) -> ApiResult<()> {
    let Locked { mut row, contact: _ } = live(tx, id, if_match).await?;
    delivery::refuse_in_flight(tx, id).await?;
    row.deleted_at = Some(tx.now);
    row.version += 1;
    row.updated_at = tx.now;
    store::update(tx.conn, &row).await?;
    trash::put(tx, RESOURCE, id.into(), &row.title()).await?;
    tx.record(Kind::MessageDeleted, id, row.version, Vec::new());
    Ok(())
}

/// Takes it out of the trash again. What should have been sent meanwhile is a draft again.
pub async fn restore(tx: &mut Tx<'_>, id: MessageId) -> ApiResult<()> {
    let mut row = store::lock(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
    row.deleted_at = None;
    if row.state == MessageState::Scheduled && row.scheduled_at.is_some_and(|at| at <= tx.now) {
        row.state = MessageState::Draft;
        row.scheduled_at = None;
        row.waits_for = None;
        row.occurred_at = row.occurrence();
    }
    row.version += 1;
    row.updated_at = tx.now;
    store::update(tx.conn, &row).await?;
    tx.record(Kind::MessageRestored, id, row.version, Vec::new());
    Ok(())
}

/// Removes it for good, if it is still there: it may have gone with its contact.
pub async fn purge(tx: &mut Tx<'_>, id: MessageId) -> ApiResult<()> {
    let Some(row) = store::lock(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::MessagePurged, id, row.version + 1, Vec::new());
    Ok(())
}

/// A template goes for good: messages that were made from it keep their text, and forget it.
pub async fn template_gone(tx: &mut Tx<'_>, template: TemplateId) -> ApiResult<()> {
    let forgotten = store::forget_template(tx.conn, tx.workspace, template, tx.now).await?;
    for (id, version) in forgotten {
        tx.record(Kind::MessageUpdated, id, version, vec!["template_id".to_owned(), "template_version".to_owned()]);
    }
    Ok(())
}

/// A meeting goes for good: what was written about it stays.
pub async fn meeting_gone(tx: &mut Tx<'_>, meeting: MeetingId) -> ApiResult<()> {
    for (id, version) in store::forget_meeting(tx.conn, tx.workspace, meeting, tx.now).await? {
        tx.record(Kind::MessageUpdated, id, version, vec!["meeting_id".to_owned()]);
    }
    Ok(())
}

pub async fn live(tx: &mut Tx<'_>, id: MessageId, if_match: &IfMatch) -> ApiResult<Locked> {
    let contact_id = store::contact_of(tx.conn, tx.workspace, id).await?;
    let contact = contacts::lock(tx, contact_id).await?;
    let row = store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_none());
    let row = row.ok_or_else(ApiError::not_found)?;
    if_match.check(row.version)?;
    if row.contact_id != contact_id {
        return Err(ApiError::unavailable(&"the message went to another contact while it was looked at"));
    }
    Ok(Locked { row, contact })
}

pub fn there(contact: Option<ContactRow>) -> ApiResult<ContactRow> {
    contact.ok_or_else(|| ApiError::new(Code::ContactInTrash, "restore the contact first"))
}

/// Refuses what must not be written to this contact, or to this address.
pub async fn refuse_unwanted(tx: &mut Tx<'_>, contact: &ContactRow, row: &MessageRow) -> ApiResult<()> {
    if contact.wants_no_contact() {
        let detail = format!("{} asked not to be contacted", contact.display_name);
        let fault = Fault::field("/contact_id", "do_not_contact", detail.clone());
        return Err(ApiError::new(Code::DoNotContact, detail).with(fault));
    }
    match &row.address {
        Some(address) => do_not_contact::refuse(tx, address).await,
        None => do_not_contact::refuse_person(tx, contact).await,
    }
}

async fn lint(tx: &mut Tx<'_>, contact: &ContactRow, row: &MessageRow) -> ApiResult<Json<Report>> {
    let subject = row.subject.as_deref();
    Ok(Json(lint::report(tx, contact, row.channel, row.purpose, subject, &row.body).await?))
}

pub async fn attempt(tx: &mut Tx<'_>, row: &MessageRow) -> ApiResult<i16> {
    let before = store::unanswered(tx.conn, tx.workspace, row.contact_id).await?;
    Ok(i16::try_from(before + 1).unwrap_or(i16::MAX))
}

/// An instant that is over; now, unless said otherwise.
pub fn past(
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    pointer: &'static str,
    faults: &mut Vec<Fault>,
) -> DateTime<Utc> {
    let at = at.map_or(now, |at| at.trunc_subsecs(6));
    if at > now + AHEAD {
        faults.push(Fault::field(pointer, "out_of_range", "must not be to come"));
    }
    at
}

/// Tells the contact's slice what happened. Who was met and is thanked moves on by that.
pub async fn touch(tx: &mut Tx<'_>, row: &MessageRow, stage: Stage) -> ApiResult<()> {
    let thanks = row.direction == MessageDirection::Outgoing && row.purpose == Some(MessagePurpose::ThankYou);
    let at = row.occurred_at;
    contacts::note_touches(tx, &HashMap::from([(row.contact_id, Touch { at, stage, thanks })])).await
}
