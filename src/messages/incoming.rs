//! Mail that came in: which message it answers, and whom it is from.
use chrono::{DateTime, Utc};

use super::api::Message;
use super::model::{MessageId, MessageRow};
use super::service::{attempt, change, receive, touch};
use super::words::{MessageChannel, MessageDirection, MessageSource, MessageState, ReplyKind};
use super::{delivery, store};
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId, Stage};
use crate::error::ApiResult;
use crate::text::address_spellings;

/// A mail that a mail server handed in, as it was read.
#[derive(Debug)]
pub struct IncomingMail {
    /// The id that its message shall have.
    pub id: MessageId,
    pub rfc_message_id: Option<String>,
    /// The `Message-ID`s that it answers, the nearest first.
    pub answers: Vec<String>,
    pub address: Option<String>,
    pub subject: Option<String>,
    pub body: String,
    pub received_at: Option<DateTime<Utc>>,
    pub reply_kind: Option<ReplyKind>,
}

/// Keeps the mail as a message of the contact whom it is from, and marks what it answers. Nothing when it is from nobody
/// who is known, and answers nothing; the message that is there when it came in before.
pub async fn receive_mail(tx: &mut Tx<'_>, mut mail: IncomingMail) -> ApiResult<Option<Message>> {
    if let Some(id) = &mail.rfc_message_id
        && let Some(known) = store::with_rfc_ids(tx.conn, tx.workspace, std::slice::from_ref(id)).await?.pop()
    {
        if known.direction == MessageDirection::Outgoing || is_from(&known, mail.address.as_deref()) {
            return Ok(Some(known.into()));
        }
        // Somebody else's mail under the same id: the id stays the first one's.
        mail.rfc_message_id = None;
    }
    let Some((contact, answered)) = thread(tx, &mail).await? else { return Ok(None) };
    // Locked in this order everywhere.
    contacts::lock(tx, contact).await?;
    let answered = match answered {
        Some(id) => store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.contact_id == contact),
        None => None,
    };
    let answered = answered.filter(|row| row.deleted_at.is_none());
    // Clocks of others are not to be trusted: what comes in has come in by now.
    let at = mail.received_at.filter(|at| *at <= tx.now && *at > tx.now - chrono::Duration::days(30)).unwrap_or(tx.now);
    let answered = match answered {
        Some(row) if row.state != MessageState::Failed => Some(sent_elsewhere(tx, row, at).await?),
        Some(row) if mail.reply_kind != Some(ReplyKind::OutOfOffice) => Some(certainly_sent(tx, row).await?),
        other => other,
    };
    let answered = answered.filter(|row| !row.state.is_open());
    let row = MessageRow {
        workspace_id: tx.workspace,
        id: mail.id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
        contact_id: contact,
        direction: MessageDirection::Incoming,
        channel: MessageChannel::Email,
        purpose: None,
        state: MessageState::Received,
        subject: mail.subject,
        body: mail.body,
        address: mail.address,
        template_id: None,
        template_version: None,
        attempt: 1,
        in_reply_to_id: answered.as_ref().map(|row| row.id),
        reply_kind: mail.reply_kind,
        rfc_message_id: mail.rfc_message_id,
        scheduled_at: None,
        sent_at: None,
        received_at: Some(at),
        occurred_at: at,
        lint: None,
        failure: None,
        source: MessageSource::Inbound,
        external_key: None,
        waits_for: None,
        meeting_id: answered.as_ref().and_then(|row| row.meeting_id),
        follow_up_plan_id: None,
    };
    receive(tx, row, answered).await.map(Some)
}

/// Whom a mail is from, and which message of the seeker's it answers.
async fn thread(tx: &mut Tx<'_>, mail: &IncomingMail) -> ApiResult<Option<(ContactId, Option<MessageId>)>> {
    if let Some(row) = nearest(tx, &mail.answers).await? {
        // Whoever answers a mail of their own adds to what they answered with it.
        let answered = if row.direction == MessageDirection::Outgoing { Some(row.id) } else { row.in_reply_to_id };
        return Ok(Some((row.contact_id, answered)));
    }
    let Some(address) = &mail.address else { return Ok(None) };
    let known = contacts::with_address(tx.conn, tx.workspace, address).await?;
    if known.is_empty() {
        return Ok(None);
    }
    let last = store::last_sent(tx.conn, tx.workspace, &known).await?;
    Ok(match last {
        Some(row) => Some((row.contact_id, Some(row.id))),
        None => known.first().map(|contact| (*contact, None)),
    })
}

/// The message with the first of these ids that there is.
async fn nearest(tx: &mut Tx<'_>, ids: &[String]) -> ApiResult<Option<MessageRow>> {
    let found = store::with_rfc_ids(tx.conn, tx.workspace, ids).await?;
    let place = |row: &MessageRow| ids.iter().position(|id| row.rfc_message_id.as_ref() == Some(id));
    Ok(found.into_iter().min_by_key(place))
}

/// Whether one of these `Message-ID`s is of a message that went to this address.
pub async fn went_to(tx: &mut Tx<'_>, ids: &[String], address: &str) -> ApiResult<bool> {
    let found = store::with_rfc_ids(tx.conn, tx.workspace, ids).await?;
    let spelled = address_spellings(address);
    let to = |row: &MessageRow| row.address.as_deref().is_some_and(|to| spelled.contains(&to.to_lowercase()));
    Ok(found.iter().any(|row| row.direction == MessageDirection::Outgoing && to(row)))
}

/// The addresses to which the messages with these `Message-ID`s went.
pub async fn written_to(tx: &mut Tx<'_>, ids: &[String]) -> ApiResult<Vec<String>> {
    let found = store::with_rfc_ids(tx.conn, tx.workspace, ids).await?;
    let outgoing = found.into_iter().filter(|row| row.direction == MessageDirection::Outgoing);
    Ok(outgoing.filter_map(|row| row.address).collect())
}

fn is_from(row: &MessageRow, address: Option<&str>) -> bool {
    match (&row.address, address) {
        (Some(own), Some(address)) => address_spellings(address).contains(&own.to_lowercase()),
        (own, address) => own.as_deref() == address,
    }
}

/// A message whose id somebody knows went out, by the seeker's own program: it is as if they had marked it as sent, at the
/// latest when it was answered. One that a mail server is taking at this moment is told of by that.
async fn sent_elsewhere(tx: &mut Tx<'_>, row: MessageRow, answered_at: DateTime<Utc>) -> ApiResult<MessageRow> {
    let waits = matches!(row.state, MessageState::Draft | MessageState::Scheduled);
    if !waits || delivery::is_attempting(tx.conn, tx.workspace, row.id).await? {
        return Ok(row);
    }
    let attempt = attempt(tx, &row).await?;
    let row = change(tx, row, MessageState::Sent, Kind::MessageSent, |row| {
        row.sent_at = Some(answered_at);
        row.waits_for = None;
        row.attempt = attempt;
    })
    .await?;
    touch(tx, &row, Stage::Contacted).await?;
    Ok(row)
}

/// A message that failed because its mail server's answer did not come, and that is answered, was sent after all.
async fn certainly_sent(tx: &mut Tx<'_>, row: MessageRow) -> ApiResult<MessageRow> {
    if row.state != MessageState::Failed {
        return Ok(row);
    }
    let at = row.updated_at;
    change(tx, row, MessageState::Sent, Kind::MessageSent, |row| {
        row.sent_at = Some(at);
        row.failure = None;
    })
    .await
}

/// The message of the seeker's with one of these `Message-ID`s; where there is none, the last that went to one of these
/// addresses. Of what was not sent from here nobody can tell anything: its file may have gone another way.
pub async fn sent_as(tx: &mut Tx<'_>, ids: &[String], addresses: &[String]) -> ApiResult<Option<MessageId>> {
    if let Some(row) = nearest(tx, ids).await?.filter(|row| row.direction == MessageDirection::Outgoing) {
        return Ok(Some(row.id).filter(|_| row.state == MessageState::Failed || !row.state.is_open()));
    }
    for address in addresses {
        let known = contacts::with_address(tx.conn, tx.workspace, address).await?;
        if known.is_empty() {
            continue;
        }
        if let Some(row) = store::last_sent(tx.conn, tx.workspace, &known).await? {
            return Ok(Some(row.id));
        }
    }
    Ok(None)
}

/// A mail server could not deliver it. What was answered has arrived, whatever a server says later.
pub async fn bounced(tx: &mut Tx<'_>, id: MessageId, words: &str) -> ApiResult<()> {
    let Some(contact) = store::contact_if_there(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    contacts::lock(tx, contact).await?;
    let Some(row) = store::lock(tx.conn, tx.workspace, id).await? else { return Ok(()) };
    if row.deleted_at.is_some() || row.state != MessageState::Sent {
        return Ok(());
    }
    let words: String = words.chars().take(4096).collect();
    change(tx, row, MessageState::Bounced, Kind::MessageBounced, |row| row.failure = Some(words)).await?;
    Ok(())
}
