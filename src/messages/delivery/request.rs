//! Putting a message on its way, inside the caller's transaction.
use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

use super::job::SendMessage;
use super::model::DeliveryRow;
use super::{plan, store};
use crate::auth::users::UserRow;
use crate::changes::{Kind, Tx};
use crate::contacts::ContactRow;
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::follow_ups::PlanId;
use crate::http::IfMatch;
use crate::jobs;
use crate::mail_accounts::Barred;
use crate::messages::api::{Message, ScheduleInput, SendInput};
use crate::messages::draft;
use crate::messages::model::{MessageId, MessageRow};
use crate::messages::service::{Locked, change, live, refuse_unwanted, there};
use crate::messages::words::{MessageState, MessageWait, OutsideHours};
use crate::{profile, sending};

/// In whose name a message goes.
#[derive(Debug, Clone)]
pub struct Sender {
    pub id: Uuid,
    pub name: String,
    pub address: String,
    pub verified: bool,
    pub time_zone: String,
}

impl From<UserRow> for Sender {
    fn from(user: UserRow) -> Self {
        let UserRow { id, name, email, email_verified_at, time_zone, .. } = user;
        Self { id, name, address: email, verified: email_verified_at.is_some(), time_zone }
    }
}

impl Sender {
    fn check(&self) -> ApiResult<()> {
        if self.verified {
            return Ok(());
        }
        Err(ApiError::new(Code::EmailNotVerified, "verify your e-mail address before you send"))
    }
}

/// Has it sent at once. `host` is the right side of a `Message-ID`, `way_out` whether mail can leave.
pub async fn send(
    tx: &mut Tx<'_>,
    id: MessageId,
    if_match: &IfMatch,
    sender: &Sender,
    host: &str,
    way_out: &Result<(), Barred>,
    input: SendInput,
) -> ApiResult<Message> {
    sender.check()?;
    let (row, _) = sendable(tx, id, if_match).await?;
    way_out.clone()?;
    let mut faults = draft::unsendable(&row);
    faults.extend(draft::check_plan(tx, input.follow_up_plan_id).await?);
    ApiError::check(faults)?;
    let row = with_plan(row, input.follow_up_plan_id);
    let delivery = DeliveryRow { any_hour: true, ..DeliveryRow::fresh(tx.workspace, id, sender.id, tx.now) };
    let now = tx.now;
    put_on_its_way(tx, row, delivery, now, host).await
}

/// Has it sent at a time.
pub async fn schedule(
    tx: &mut Tx<'_>,
    id: MessageId,
    if_match: &IfMatch,
    input: ScheduleInput,
    sender: &Sender,
    host: &str,
) -> ApiResult<Message> {
    sender.check()?;
    let (row, contact) = sendable(tx, id, if_match).await?;
    let mut faults = draft::unsendable(&row);
    faults.extend(draft::check_plan(tx, input.follow_up_plan_id).await?);
    let mut at = input.scheduled_at.trunc_subsecs(6);
    if at <= tx.now {
        faults.push(Fault::field("/scheduled_at", "out_of_range", "must be to come"));
    } else if input.outside_hours != OutsideHours::Allow {
        // What the service allows a day plays no part in it.
        let settings = sending::read(tx.conn, tx.workspace, i32::MAX).await?;
        let zone = plan::zone(&contact, &seeker_zone(tx, sender).await?);
        match plan::turn(&settings, zone, at, at) {
            Some(fits) if input.outside_hours == OutsideHours::Refuse => faults.push(outside(zone.name(), fits)),
            Some(fits) => at = fits,
            None => {}
        }
    }
    ApiError::check(faults)?;
    let row = with_plan(row, input.follow_up_plan_id);
    let any_hour = input.outside_hours == OutsideHours::Allow;
    let delivery = DeliveryRow { any_hour, ..DeliveryRow::fresh(tx.workspace, id, sender.id, tx.now) };
    put_on_its_way(tx, row, delivery, at, host).await
}

/// The clock by which the seeker's days begin: the profile's, else that of the account in whose name it goes.
pub async fn seeker_zone(tx: &mut Tx<'_>, sender: &Sender) -> ApiResult<String> {
    let own = profile::find(tx.conn, tx.workspace).await?.time_zone;
    Ok(own.unwrap_or_else(|| sender.time_zone.clone()))
}

/// The plan that the call names goes before the one of the message.
fn with_plan(row: MessageRow, plan: Option<PlanId>) -> MessageRow {
    MessageRow { follow_up_plan_id: plan.or(row.follow_up_plan_id), ..row }
}

fn outside(zone: &str, fits: DateTime<Utc>) -> Fault {
    let fits = fits.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    let detail = format!(
        "the contact is not awake then ({zone}); the next time that fits is {fits}: send it, or `\"outside_hours\": \
         \"move\"` to take it, or `\"allow\"` to send all the same"
    );
    Fault::field("/scheduled_at", "outside_hours", detail)
}

async fn sendable(tx: &mut Tx<'_>, id: MessageId, if_match: &IfMatch) -> ApiResult<(MessageRow, ContactRow)> {
    let Locked { row, contact } = live(tx, id, if_match).await?;
    refuse_in_flight(tx, id).await?;
    row.go(MessageState::Scheduled)?;
    let contact = there(contact)?;
    refuse_unwanted(tx, &contact, &row).await?;
    Ok((row, contact))
}

async fn put_on_its_way(
    tx: &mut Tx<'_>,
    row: MessageRow,
    delivery: DeliveryRow,
    at: DateTime<Utc>,
    host: &str,
) -> ApiResult<Message> {
    store::put(tx.conn, &delivery).await?;
    enqueue(tx, &delivery, at).await?;
    let row = change(tx, row, MessageState::Scheduled, Kind::MessageScheduled, |row| {
        row.scheduled_at = Some(at);
        row.failure = None;
        row.waits_for = None;
        // One that became an e-mail only later has none yet.
        row.rfc_message_id.get_or_insert_with(|| format!("{}@{host}", row.id));
    })
    .await?;
    Ok(row.into())
}

/// Puts off a message that came to its turn.
pub async fn put_off(
    tx: &mut Tx<'_>,
    row: MessageRow,
    delivery: DeliveryRow,
    wait: MessageWait,
    at: DateTime<Utc>,
) -> ApiResult<()> {
    let delivery = DeliveryRow { job_id: Uuid::now_v7(), next_attempt_at: Some(at), attempting: false, ..delivery };
    store::put(tx.conn, &delivery).await?;
    enqueue(tx, &delivery, at).await?;
    change(tx, row, MessageState::Scheduled, Kind::MessageScheduled, |row| {
        row.scheduled_at = Some(at);
        row.waits_for = Some(wait);
    })
    .await?;
    Ok(())
}

async fn enqueue(tx: &mut Tx<'_>, delivery: &DeliveryRow, at: DateTime<Utc>) -> ApiResult<()> {
    let job = SendMessage { workspace: tx.workspace.into(), message: delivery.message_id.into() };
    jobs::enqueue(tx.conn, Some(tx.workspace), &job, delivery.job_id, at).await
}

/// Refuses to touch a message that a mail server may be taking at this moment.
pub async fn refuse_in_flight(tx: &mut Tx<'_>, id: MessageId) -> ApiResult<()> {
    if store::is_attempting(tx.conn, tx.workspace, id).await? {
        let detail = "the message is being sent at this moment: look again in a few seconds";
        return Err(ApiError::new(Code::BeingSent, detail).retry_after(5));
    }
    Ok(())
}
