//! What becomes of a mail, inside one transaction of the workspace that it is for.
use super::bounce::Fate;
use super::mail::Mail;
use super::model::{InboundOutcome, InboundResult, MailRow};
use super::{reply_kind, store};
use crate::auth::members;
use crate::changes::Tx;
use crate::error::ApiResult;
use crate::invites;
use crate::meetings::MeetingId;
use crate::messages::{self, IncomingMail, MessageDirection, MessageId, ReplyKind};
use crate::{auth, do_not_contact, mail_accounts, profile};

/// Places the mail. `raw` is what came in, `new_id` is for the message that it may become.
pub async fn receive(tx: &mut Tx<'_>, new_id: MessageId, raw: &[u8], mail: Mail) -> ApiResult<InboundResult> {
    let row = MailRow {
        workspace_id: tx.workspace,
        digest: digest(raw, &mail),
        received_at: tx.now,
        outcome: InboundOutcome::Unmatched,
        message_id: None,
    };
    if let Some(before) = store::take(tx.conn, &row).await? {
        let message_id = before.message_id.map(MessageId::from);
        return Ok(InboundResult { outcome: before.outcome, message_id, meeting_id: None, duplicate: true });
    }
    if let Some(meeting) = meeting(tx, &mail).await? {
        let outcome = InboundOutcome::MeetingAnswered;
        store::note(tx.conn, &row, outcome, None).await?;
        return Ok(InboundResult { outcome, message_id: None, meeting_id: Some(meeting), duplicate: false });
    }
    let (outcome, message_id) = place(tx, new_id, mail).await?;
    store::note(tx.conn, &row, outcome, message_id).await?;
    Ok(InboundResult { outcome, message_id, meeting_id: None, duplicate: false })
}

/// The meeting that a calendar answers about, for whoever sent the mail.
async fn meeting(tx: &mut Tx<'_>, mail: &Mail) -> ApiResult<Option<MeetingId>> {
    match &mail.reply {
        Some(reply) => invites::answer(tx, reply.clone()).await,
        None => Ok(None),
    }
}

/// A mail is known again by its `Message-ID` and whom it is from, or where it has none by all that it is.
fn digest(raw: &[u8], mail: &Mail) -> Vec<u8> {
    let Some(id) = &mail.message_id else { return auth::sha256(raw).to_vec() };
    let from = mail.from.as_deref().unwrap_or_default().to_lowercase();
    auth::sha256(format!("{id}\n{from}").as_bytes()).to_vec()
}

/// Whether the seeker wrote it, or another member: it comes in where a hook takes all of a mailbox, or as a copy. Whoever
/// has become a contact of their own workspace, and answers what went to their address, is meant as that contact.
async fn is_own(tx: &mut Tx<'_>, mail: &Mail) -> ApiResult<bool> {
    let Some(from) = &mail.from else { return Ok(false) };
    let is = |own: Option<String>| own.is_some_and(|own| own.eq_ignore_ascii_case(from));
    let own = members::is_member(tx.conn, tx.workspace, &from.to_lowercase()).await?
        || is(profile::find(tx.conn, tx.workspace).await?.email)
        || is(mail_accounts::address(tx.conn, tx.workspace).await?);
    Ok(own && !messages::went_to(tx, &mail.answers, from).await?)
}

async fn place(tx: &mut Tx<'_>, new_id: MessageId, mail: Mail) -> ApiResult<(InboundOutcome, Option<MessageId>)> {
    if let Some(bounce) = mail.bounce {
        let about = messages::sent_as(tx, &bounce.about, &bounce.recipients).await?;
        let Some(about) = about else { return Ok((InboundOutcome::Unmatched, None)) };
        let outcome = match bounce.fate {
            Fate::Delivered => InboundOutcome::Delivered,
            Fate::Delayed => InboundOutcome::Delayed,
            Fate::Failed => {
                messages::bounced(tx, about, &bounce.diagnostic).await?;
                InboundOutcome::Bounced
            }
        };
        return Ok((outcome, Some(about)));
    }
    if is_own(tx, &mail).await? {
        return Ok((InboundOutcome::Own, None));
    }
    let kind = match mail.automatic {
        true => Some(ReplyKind::OutOfOffice),
        false if mail.unsubscribe => Some(ReplyKind::No),
        false if mail.own_words => reply_kind::guess(&mail.text),
        false => None,
    };
    let answers = mail.answers.clone();
    let incoming = IncomingMail {
        id: new_id,
        rfc_message_id: mail.message_id,
        answers: mail.answers,
        address: mail.from.clone(),
        subject: mail.subject,
        body: mail.text,
        received_at: mail.date,
        reply_kind: kind,
    };
    let Some(message) = messages::receive_mail(tx, incoming).await? else {
        return Ok((InboundOutcome::Unmatched, None));
    };
    // A copy of what went out.
    if message.direction == MessageDirection::Outgoing {
        return Ok((InboundOutcome::Own, Some(message.id)));
    }
    if mail.unsubscribe
        && let Some(address) = &mail.from
    {
        // People answer from another address than the one that was written to: neither is wanted any more.
        let mut addresses = messages::written_to(tx, &answers).await?;
        addresses.push(address.clone());
        for address in addresses {
            do_not_contact::forbid(tx, &address, "asked to be left alone, by e-mail").await?;
        }
        return Ok((InboundOutcome::Unsubscribed, Some(message.id)));
    }
    let outcome = match (mail.automatic, message.in_reply_to_id) {
        (true, _) => InboundOutcome::OutOfOffice,
        (false, Some(_)) => InboundOutcome::Replied,
        (false, None) => InboundOutcome::Received,
    };
    Ok((outcome, Some(message.id)))
}
