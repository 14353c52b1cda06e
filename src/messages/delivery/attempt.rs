//! An attempt to send: what is written before it, and what after, each in a transaction of its own.
use chrono::Duration;
use uuid::Uuid;

use super::model::DeliveryRow;
use super::request::{Sender, put_off, seeker_zone};
use super::{plan, store};
use crate::auth::members;
use crate::auth::users::email_key;
use crate::changes::{Kind, Tx};
use crate::contacts::{self, Stage};
use crate::error::{ApiResult, Code};
use crate::mail::smtp::Refusal;
use crate::messages::draft;
use crate::messages::model::{MessageId, MessageRow};
use crate::messages::service::{attempt, change, refuse_unwanted, touch};
use crate::messages::words::{MessagePurpose, MessageState, MessageWait};
use crate::sending;
use crate::{messages, zones};

/// What the service allows, and something random for the next attempt's time.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub daily_messages: i32,
    /// How long a message is tried for.
    pub patience: Duration,
    pub random: u64,
}

/// A message that a mail server shall get now.
#[derive(Debug)]
pub struct Going {
    pub row: MessageRow,
    pub delivery: DeliveryRow,
    pub contact_name: Option<String>,
    /// The `Message-ID`s of the conversation so far, the oldest first.
    pub references: Vec<String>,
}

/// Looks whether the message may go, and notes that it is tried. Nothing when it may not, or not now.
pub async fn begin(
    tx: &mut Tx<'_>,
    id: MessageId,
    job: Uuid,
    sender: Option<&Sender>,
    terms: Terms,
) -> ApiResult<Option<Going>> {
    let Some((row, delivery)) = mine(tx, id, job).await? else { return Ok(None) };
    if delivery.handed_over_at.is_some() && delivery.attempting {
        let words = "Inroad stopped while the mail server had the message, before its answer came".to_owned();
        end(tx, row, delivery, Err(Refusal::Unknown(words)), terms).await?;
        return Ok(None);
    }
    let Some(contact) = contacts::lock(tx, row.contact_id).await? else {
        return drop_it(tx, row, delivery, MessageState::Cancelled, "its contact lies in the trash").await;
    };
    match refuse_unwanted(tx, &contact, &row).await {
        Err(error) if error.code == Code::DoNotContact => {
            return drop_it(tx, row, delivery, MessageState::Cancelled, &error.detail).await;
        }
        outcome => outcome?,
    }
    if let Some(why) = overtaken(tx, &row, &delivery).await? {
        return drop_it(tx, row, delivery, MessageState::Cancelled, why).await;
    }
    let Some(sender) = sender.filter(|sender| sender.verified) else {
        let why = "whoever had it sent has no account with a verified address any more";
        return drop_it(tx, row, delivery, MessageState::Failed, why).await;
    };
    if !members::is_member(tx.conn, tx.workspace, &email_key(&sender.address)).await? {
        let why = "whoever had it sent is no member of the workspace any more";
        return drop_it(tx, row, delivery, MessageState::Failed, why).await;
    }
    if let Some(fault) = draft::unsendable(&row).first() {
        return drop_it(tx, row, delivery, MessageState::Failed, &fault.detail).await;
    }
    let seeker_zone = seeker_zone(tx, sender).await?;
    let zone = plan::zone(&contact, &seeker_zone);
    let settings = sending::lock(tx, terms.daily_messages).await?;
    let due = delivery.next_attempt_at.or(row.scheduled_at).unwrap_or(tx.now);
    if !delivery.any_hour
        && let Some(at) = plan::turn(&settings, zone, due, tx.now)
    {
        put_off(tx, row, delivery, MessageWait::WakingHours, at).await?;
        return Ok(None);
    }
    let own_zone = zones::zone(&seeker_zone).unwrap_or(zones::Tz::UTC);
    let day = zones::day(own_zone, tx.now);
    if store::counted(tx.conn, &delivery, day).await? >= settings.effective_daily_limit.into() {
        let at = plan::tomorrow(&settings, zone, own_zone, tx.now);
        put_off(tx, row, delivery, MessageWait::DailyLimit, at).await?;
        return Ok(None);
    }
    let delivery = DeliveryRow {
        attempts: delivery.attempts + 1,
        first_attempt_at: delivery.first_attempt_at.or(Some(tx.now)),
        attempted_at: Some(tx.now),
        attempting: true,
        handed_over_at: None,
        next_attempt_at: None,
        counted_on: Some(day),
        ..delivery
    };
    store::put(tx.conn, &delivery).await?;
    let references = store::ancestors(tx.conn, tx.workspace, id).await?;
    Ok(Some(Going { row, delivery, contact_name: contact.name(), references }))
}

/// Why a nudge is one no more: what it follows up was answered, or came back, after somebody had the nudge wait.
async fn overtaken(tx: &mut Tx<'_>, row: &MessageRow, delivery: &DeliveryRow) -> ApiResult<Option<&'static str>> {
    let nudged = row.in_reply_to_id.filter(|_| row.purpose == Some(MessagePurpose::FollowUp));
    let Some(before) = nudged else { return Ok(None) };
    let before = match messages::store::find(tx.conn, tx.workspace, before).await {
        Err(error) if error.code == Code::NotFound => return Ok(None),
        found => found?,
    };
    let since = before.updated_at > delivery.requested_at;
    Ok(match before.state {
        MessageState::Replied if since => Some("the message that it follows up was answered meanwhile"),
        MessageState::Bounced if since => Some("the message that it follows up came back meanwhile"),
        _ => None,
    })
}

/// Notes how the attempt ended. Nothing happens when the message is another attempt's now, or gone.
pub async fn settle(
    tx: &mut Tx<'_>,
    before: &DeliveryRow,
    outcome: Result<String, Refusal>,
    terms: Terms,
) -> ApiResult<()> {
    let Some((row, delivery)) = mine(tx, before.message_id, before.job_id).await? else { return Ok(()) };
    if delivery.attempts == before.attempts {
        end(tx, row, delivery, outcome, terms).await?;
    }
    Ok(())
}

/// The message and its delivery, locked as everywhere: the contact first. Nothing unless the job may send it.
async fn mine(tx: &mut Tx<'_>, id: MessageId, job: Uuid) -> ApiResult<Option<(MessageRow, DeliveryRow)>> {
    let Some(contact) = messages::store::contact_if_there(tx.conn, tx.workspace, id).await? else { return Ok(None) };
    contacts::lock(tx, contact).await?;
    let row = messages::store::lock(tx.conn, tx.workspace, id).await?;
    let row = row.filter(|row| row.deleted_at.is_none() && row.state == MessageState::Scheduled);
    let delivery = store::lock(tx.conn, tx.workspace, id).await?.filter(|delivery| delivery.job_id == job);
    Ok(row.zip(delivery))
}

async fn end(
    tx: &mut Tx<'_>,
    row: MessageRow,
    delivery: DeliveryRow,
    outcome: Result<String, Refusal>,
    terms: Terms,
) -> ApiResult<()> {
    let answer = match &outcome {
        Ok(words) => words.clone(),
        Err(refusal) => refusal.to_string(),
    };
    let delivery = DeliveryRow { attempting: false, last_answer: Some(cut(answer)), ..delivery };
    let first = delivery.first_attempt_at.unwrap_or(tx.now);
    let retry_at = match &outcome {
        Err(Refusal::Later(_)) => plan::retry(delivery.attempts, first, tx.now, terms.patience, terms.random),
        _ => None,
    };
    if let Some(at) = retry_at {
        let delivery = DeliveryRow { handed_over_at: None, ..delivery };
        return put_off(tx, row, delivery, MessageWait::Retry, at).await;
    }
    let delivery = DeliveryRow { ended_at: Some(tx.now), ..delivery };
    store::put(tx.conn, &delivery).await?;
    match outcome {
        Ok(_) => sent(tx, row).await,
        Err(refusal) => {
            let words = match refusal {
                Refusal::Unknown(words) => format!("it may have arrived: {words}"),
                refusal => refusal.to_string(),
            };
            fail(tx, row, words).await
        }
    }
}

async fn sent(tx: &mut Tx<'_>, row: MessageRow) -> ApiResult<()> {
    let (now, attempt) = (tx.now, attempt(tx, &row).await?);
    let row = change(tx, row, MessageState::Sent, Kind::MessageSent, |row| {
        row.sent_at = Some(now);
        row.waits_for = None;
        row.attempt = attempt;
    })
    .await?;
    touch(tx, &row, Stage::Contacted).await
}

async fn fail(tx: &mut Tx<'_>, row: MessageRow, words: String) -> ApiResult<()> {
    change(tx, row, MessageState::Failed, Kind::MessageFailed, |row| {
        row.failure = Some(cut(words));
        row.waits_for = None;
    })
    .await?;
    Ok(())
}

/// A message that must not go, or cannot.
async fn drop_it(
    tx: &mut Tx<'_>,
    row: MessageRow,
    delivery: DeliveryRow,
    to: MessageState,
    why: &str,
) -> ApiResult<Option<Going>> {
    let delivery = DeliveryRow { attempting: false, ended_at: Some(tx.now), ..delivery };
    store::put(tx.conn, &delivery).await?;
    let kind = if to == MessageState::Cancelled { Kind::MessageCancelled } else { Kind::MessageFailed };
    change(tx, row, to, kind, |row| {
        row.failure = Some(why.to_owned());
        row.waits_for = None;
    })
    .await?;
    Ok(None)
}

/// As long as `mark-failed` takes them.
fn cut(words: String) -> String {
    words.chars().filter(|c| !c.is_control()).take(4096).collect()
}
