//! What becomes of a mail, inside one transaction of the workspace that it is for.
use super::mail::Mail;
use super::model::{InboundOutcome, InboundResult, MailRow};
use super::{reply_kind, store};
use crate::changes::Tx;
use crate::error::ApiResult;
use crate::invites::{self, Reply};
use crate::meetings::MeetingId;
use crate::messages::{self, IncomingMail, MessageId, ReplyKind};
use crate::{auth, do_not_contact};

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
    let own = |reply: &&Reply| mail.from.as_ref().is_some_and(|from| from.eq_ignore_ascii_case(&reply.address));
    match mail.reply.as_ref().filter(own) {
        Some(reply) => invites::answer(tx, reply.clone()).await,
        None => Ok(None),
    }
}

/// A mail is known again by its `Message-ID`, or where it has none by all that it is.
fn digest(raw: &[u8], mail: &Mail) -> Vec<u8> {
    auth::sha256(mail.message_id.as_deref().map_or(raw, str::as_bytes)).to_vec()
}

async fn place(tx: &mut Tx<'_>, new_id: MessageId, mail: Mail) -> ApiResult<(InboundOutcome, Option<MessageId>)> {
    if let Some(bounce) = mail.bounce {
        let about = messages::sent_as(tx, &bounce.about, &bounce.recipients).await?;
        let Some(about) = about else { return Ok((InboundOutcome::Unmatched, None)) };
        if bounce.harmless {
            return Ok((InboundOutcome::Delayed, Some(about)));
        }
        messages::bounced(tx, about, &bounce.diagnostic).await?;
        return Ok((InboundOutcome::Bounced, Some(about)));
    }
    let kind = match mail.automatic {
        true => Some(ReplyKind::OutOfOffice),
        false if mail.unsubscribe => Some(ReplyKind::No),
        false => reply_kind::guess(&mail.text),
    };
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
    if mail.unsubscribe
        && let Some(address) = &mail.from
    {
        do_not_contact::forbid(tx, address, "asked to be left alone, by e-mail").await?;
        return Ok((InboundOutcome::Unsubscribed, Some(message.id)));
    }
    let outcome = match (mail.automatic, message.in_reply_to_id) {
        (true, _) => InboundOutcome::OutOfOffice,
        (false, Some(_)) => InboundOutcome::Replied,
        (false, None) => InboundOutcome::Received,
    };
    Ok((outcome, Some(message.id)))
}
