//! From what a client wrote to the row: rules that one field cannot tell alone.
use chrono::{DateTime, SubsecRound, Utc};

use super::api::MessageInput;
use super::model::{MessageId, MessageRow};
use super::service::past;
use super::store;
use super::words::{MessageChannel, MessageDirection, MessageSource, MessageState};
use crate::changes::Tx;
use crate::contacts::ContactRow;
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::follow_ups::{self, PlanId};
use crate::text::filled;
use crate::{meetings, templates};

/// Fields that say what is known of a message rather than what it says.
const NOTES: [&str; 3] = ["purpose", "reply_kind", "meeting_id"];

/// The row of a new message, and what is wrong with it. `host` is the right side of its `Message-ID`.
pub fn fresh(
    tx: &Tx<'_>,
    id: MessageId,
    host: &str,
    contact: Option<&ContactRow>,
    input: MessageInput,
    faults: &mut Vec<Fault>,
) -> MessageRow {
    let incoming = input.direction == MessageDirection::Incoming;
    check(&input, faults);
    let received_at = past(input.received_at, tx.now, "/received_at", faults);
    let received_at = incoming.then_some(received_at);
    let email = input.channel == MessageChannel::Email;
    let own = contact.filter(|_| email && !incoming).and_then(ContactRow::address);
    let address = input.address.or(own);
    MessageRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
        contact_id: input.contact_id,
        direction: input.direction,
        channel: input.channel,
        purpose: input.purpose,
        state: if incoming { MessageState::Received } else { MessageState::Draft },
        subject: filled(input.subject),
        body: input.body,
        address,
        template_id: input.template_id,
        template_version: input.template_version,
        attempt: 1,
        in_reply_to_id: input.in_reply_to_id,
        reply_kind: input.reply_kind,
        rfc_message_id: (email && !incoming).then(|| format!("{id}@{host}")),
        scheduled_at: None,
        sent_at: None,
        received_at,
        occurred_at: received_at.unwrap_or(tx.now),
        lint: None,
        failure: None,
        source: MessageSource::Manual,
        external_key: None,
        waits_for: None,
        meeting_id: input.meeting_id,
        follow_up_plan_id: input.follow_up_plan_id,
    }
}

/// The row as the client would have it, and what is wrong with that.
pub fn edited(before: &MessageRow, input: MessageInput, now: DateTime<Utc>, faults: &mut Vec<Fault>) -> MessageRow {
    check(&input, faults);
    for (field, same) in
        [("/contact_id", input.contact_id == before.contact_id), ("/direction", input.direction == before.direction)]
    {
        if !same {
            faults.push(Fault::field(field, "not_allowed", "cannot change: delete the message and write another"));
        }
    }
    let mut after = MessageRow {
        channel: input.channel,
        purpose: input.purpose,
        subject: filled(input.subject),
        body: input.body,
        address: input.address,
        template_id: input.template_id,
        template_version: input.template_version,
        in_reply_to_id: input.in_reply_to_id,
        reply_kind: input.reply_kind,
        meeting_id: input.meeting_id,
        follow_up_plan_id: input.follow_up_plan_id,
        received_at: input.received_at.map(|at| at.trunc_subsecs(6)).or(before.received_at),
        ..before.clone()
    };
    if after.received_at != before.received_at {
        past(after.received_at, now, "/received_at", faults);
    }
    after.occurred_at = after.occurrence();
    after
}

fn check(input: &MessageInput, faults: &mut Vec<Fault>) {
    let mut refuse = |given: bool, field: &'static str, why: &'static str| {
        if given {
            faults.push(Fault::field(field, "not_allowed", why));
        }
    };
    if input.channel != MessageChannel::Email {
        refuse(input.subject.is_some(), "/subject", "only an e-mail has a subject");
        refuse(input.address.is_some(), "/address", "only an e-mail has an address");
    }
    refuse(
        input.template_id.is_none() && input.template_version.is_some(),
        "/template_version",
        "only a message with a `template_id` has one",
    );
    if input.direction == MessageDirection::Incoming {
        refuse(input.template_id.is_some(), "/template_id", "only an outgoing message is made from a template");
        refuse(input.follow_up_plan_id.is_some(), "/follow_up_plan_id", "only an outgoing message begins a plan");
    } else {
        refuse(input.reply_kind.is_some(), "/reply_kind", "only an incoming message has a kind of reply");
        refuse(input.received_at.is_some(), "/received_at", "only an incoming message was received");
    }
}

/// What is known of a message that is out may change, what it says may not.
pub fn check_fixed(before: &MessageRow, changed: &[String]) -> ApiResult<()> {
    let is_note = |field: &String| NOTES.contains(&field.as_str());
    if before.direction == MessageDirection::Incoming || before.state.is_open() || changed.iter().all(is_note) {
        return Ok(());
    }
    let detail = format!("a message that is `{}` keeps its text", before.state.name());
    let faults = changed.iter().filter(|field| !is_note(field) && field.as_str() != "occurred_at");
    let faults = faults.map(|field| Fault::field(format!("/{field}"), "not_allowed", detail.clone()));
    Err(faults.fold(ApiError::new(Code::ImpossibleTransition, detail.clone()), ApiError::with))
}

/// What the row names must be there: a template, a message that it answers, a meeting, a plan. What it named before may
/// have gone since. Gives the answered message, locked.
pub async fn check_named(
    tx: &mut Tx<'_>,
    before: Option<&MessageRow>,
    row: &mut MessageRow,
    faults: &mut Vec<Fault>,
) -> ApiResult<Option<MessageRow>> {
    faults.extend(check_template(tx, before, row).await?);
    if before.is_none_or(|before| before.meeting_id != row.meeting_id) {
        faults.extend(check_meeting(tx, row).await?);
    }
    if before.is_none_or(|before| before.follow_up_plan_id != row.follow_up_plan_id) {
        faults.extend(check_plan(tx, row.follow_up_plan_id).await?);
    }
    if before.is_some_and(|before| before.in_reply_to_id == row.in_reply_to_id) {
        return Ok(None);
    }
    match check_answered(tx, row).await? {
        Ok(answered) => Ok(answered),
        Err(fault) => {
            faults.push(fault);
            Ok(None)
        }
    }
}

/// The template that a message is made from; the version is the present one, unless the client says another. The
/// constraint knows whether there is that one.
async fn check_template(
    tx: &mut Tx<'_>,
    before: Option<&MessageRow>,
    row: &mut MessageRow,
) -> ApiResult<Option<Fault>> {
    let same = |before: &MessageRow| before.template_id == row.template_id;
    let Some(id) = row.template_id else { return Ok(None) };
    if before.is_some_and(|before| same(before) && before.template_version == row.template_version) {
        return Ok(None);
    }
    let Some(present) = templates::present_version(tx.conn, tx.workspace, id).await? else {
        return Ok(Some(Fault::field("/template_id", "not_found", "is not a template of this workspace")));
    };
    // A patch that names another template leaves the version of the one before.
    let stale = before.is_some_and(|before| !same(before) && before.template_version == row.template_version);
    row.template_version = row.template_version.filter(|_| !stale).or(Some(present));
    Ok(None)
}

async fn check_meeting(tx: &mut Tx<'_>, row: &MessageRow) -> ApiResult<Option<Fault>> {
    let Some(id) = row.meeting_id else { return Ok(None) };
    let found = meetings::read_many(tx.conn, tx.workspace, &[id]).await?;
    let with = found.iter().any(|meeting| meeting.contact_ids.contains(&row.contact_id));
    Ok((!with).then(|| Fault::field("/meeting_id", "not_found", "is not a meeting with this contact")))
}

/// What is wrong with a plan that shall begin with a message.
pub async fn check_plan(tx: &mut Tx<'_>, plan: Option<PlanId>) -> ApiResult<Vec<Fault>> {
    let Some(plan) = plan else { return Ok(Vec::new()) };
    let known = follow_ups::find_plan(tx.conn, tx.workspace, plan).await?.is_some();
    let fault = || Fault::field("/follow_up_plan_id", "not_found", "is not a plan of this workspace");
    Ok(if known { Vec::new() } else { vec![fault()] })
}

/// The message that this one answers, locked. It must be one with the same contact, and an incoming message answers
/// one that was sent.
async fn check_answered(tx: &mut Tx<'_>, row: &MessageRow) -> ApiResult<Result<Option<MessageRow>, Fault>> {
    let Some(id) = row.in_reply_to_id else { return Ok(Ok(None)) };
    let wrong = |detail: &'static str| Ok(Err(Fault::field("/in_reply_to_id", "not_found", detail)));
    if id == row.id {
        return wrong("a message cannot answer itself");
    }
    let found = store::lock(tx.conn, tx.workspace, id).await?;
    match found.filter(|found| found.deleted_at.is_none() && found.contact_id == row.contact_id) {
        None => wrong("is not a message with this contact"),
        Some(found) if found.state.is_open() => wrong("was not sent, so that nothing can answer it"),
        Some(found) if row.direction == MessageDirection::Incoming && found.direction == row.direction => {
            wrong("is not a message of the seeker's")
        }
        Some(found) => Ok(Ok(Some(found))),
    }
}

/// What a message lacks to be sent by a mail server.
pub fn unsendable(row: &MessageRow) -> Vec<Fault> {
    let mut faults = Vec::new();
    if row.channel != MessageChannel::Email {
        let detail = "only an e-mail can be sent for you: send it yourself, then `mark-sent`";
        faults.push(Fault::field("/channel", "not_allowed", detail));
    } else if row.address.is_none() {
        faults.push(Fault::field("/address", "required", "the message has no address, nor has the contact"));
    }
    faults.extend(textless(row));
    faults
}

/// Nothing is said by it.
pub fn textless(row: &MessageRow) -> Option<Fault> {
    row.body.trim().is_empty().then(|| Fault::field("/body", "required", "the message has no text"))
}
