//! What plans at work make of what a write did elsewhere, in the same transaction.
use std::collections::BTreeMap;

use uuid::Uuid;

use super::model::{FollowUpRunState, RunRow};
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::error::ApiResult;
use crate::follow_ups::due::Due;
use crate::follow_ups::facts::Facts;
use crate::follow_ups::reactions::{changed, corrected};
use crate::follow_ups::settings::{self, Settings};
use crate::follow_ups::words::{ClosedReason, FollowUpState};
use crate::follow_ups::{plans, service as follow_ups, store as follow_up_rows};
use crate::messages::{self, Message, MessageDirection, MessageSource, MessageState, ReplyKind};
use crate::zones;

/// An answer stops a plan, a nudge takes it a step further, a first message starts one, and a machine that says when
/// somebody is out of office puts the next nudge off.
pub async fn react(tx: &mut Tx<'_>, facts: &BTreeMap<ContactId, Facts>, moved: &[Message]) -> ApiResult<()> {
    let ids: Vec<ContactId> = facts.keys().copied().collect();
    let mut overtaken: BTreeMap<ContactId, ClosedReason> =
        facts.iter().filter_map(|(id, own)| Some((*id, own.silences()?))).collect();
    if !ids.is_empty() {
        for row in store::lock_running(tx.conn, tx.workspace, &ids).await? {
            let Some(own) = facts.get(&row.contact_id) else { continue };
            let since = row.started_at.unwrap_or(row.created_at);
            if let Some(reason) = own.stop(since) {
                overtaken.insert(row.contact_id, reason);
                service::end(tx, row, Some(reason)).await?;
            }
        }
    }
    let why = overtaken.into_iter().filter_map(|(contact, reason)| Some((contact, reason.overtakes()?))).collect();
    messages::cancel_nudges(tx, &why).await?;
    begun_with_deleted(tx).await?;
    let corrected = corrected(tx);
    for message in moved.iter().filter(|message| message.source != MessageSource::Import) {
        let is_machine = message.reply_kind == Some(ReplyKind::OutOfOffice);
        if is_machine && corrected.contains(&message.id.into()) {
            resume(tx, message).await?;
        }
        if message.direction == MessageDirection::Outgoing && message.state == MessageState::Sent {
            sent(tx, message).await?;
        } else if message.direction == MessageDirection::Outgoing && message.state == MessageState::Replied {
            answered_at_once(tx, message).await?;
        } else if is_machine {
            out_of_office(tx, message).await?;
        }
    }
    nudged_otherwise(tx).await
}

/// Nobody is asked again for an answer to a message that the seeker has deleted.
async fn begun_with_deleted(tx: &mut Tx<'_>) -> ApiResult<()> {
    for id in changed(tx, &[Kind::MessageDeleted]) {
        let run = store::lock_of_message(tx.conn, tx.workspace, id.into()).await?;
        if let Some(run) = run.filter(|run| run.state == FollowUpRunState::Running) {
            service::end(tx, run, Some(ClosedReason::PlanStopped)).await?;
        }
    }
    Ok(())
}

async fn running(tx: &mut Tx<'_>, contact: ContactId) -> ApiResult<Option<RunRow>> {
    Ok(store::lock_running(tx.conn, tx.workspace, &[contact]).await?.pop())
}

async fn sent(tx: &mut Tx<'_>, message: &Message) -> ApiResult<()> {
    let sent_at = message.sent_at.unwrap_or(tx.now);
    let settings = settings::current(tx.conn, tx.workspace).await?;
    let answers = messages::last_answers(tx.conn, tx.workspace, &[message.contact_id]).await?;
    let answer = answers.get(&message.contact_id);
    let said_no = answer.filter(|answer| answer.kind == Some(ReplyKind::No));
    if let Some(chosen) = chosen(tx, message).await? {
        // Whoever has said no since is not asked again by what was meant before.
        if said_no.is_some_and(|answer| answer.at >= message.created_at.max(chosen.created_at)) {
            return give_up(tx, chosen).await;
        }
        // It takes the place of what runs.
        if let Some(other) = running(tx, message.contact_id).await? {
            service::end(tx, other, Some(ClosedReason::Superseded)).await?;
        }
        service::start(tx, chosen, message.attempt, sent_at, &settings).await?;
    } else if let Some(run) = running(tx, message.contact_id).await? {
        if was_told(tx, &run, message, &settings).await? {
            return Ok(());
        }
        service::advance(tx, run, message.attempt, sent_at, &settings).await?;
    } else if said_no.is_none() {
        begin_default(tx, message, &settings).await?;
    }
    Ok(())
}

/// Whether the message is the nudge that was marked as done on the same day: one try is one step. The nudge that comes after
/// it is not what was sent, either.
async fn was_told(tx: &mut Tx<'_>, run: &RunRow, message: &Message, settings: &Settings) -> ApiResult<bool> {
    let day = settings.day(message.sent_at.unwrap_or(tx.now));
    let since = zones::instant(settings.zone, day, chrono::NaiveTime::MIN);
    let told = message.attempt <= run.attempt
        && follow_up_rows::was_done_since(tx.conn, tx.workspace, run.id.into(), since).await?;
    if told {
        let closed = follow_up_rows::lock_closed_of_run(tx.conn, tx.workspace, run.id.into(), tx.now).await?;
        for nudge in closed.into_iter().filter(|nudge| nudge.closed_reason == Some(ClosedReason::MessageSent)) {
            follow_ups::open_again(tx, nudge).await?;
        }
    }
    Ok(told)
}

/// It is known of it only by its answer that it was sent: the plan that waited for it has nothing to wait for.
async fn answered_at_once(tx: &mut Tx<'_>, message: &Message) -> ApiResult<()> {
    let run = store::lock_of_message(tx.conn, tx.workspace, message.id).await?;
    if let Some(run) = run.filter(|run| run.state == FollowUpRunState::Waiting) {
        service::end(tx, run, Some(ClosedReason::Replied)).await?;
    }
    Ok(())
}

/// The plan does not begin; one that waited for its message ends.
async fn give_up(tx: &mut Tx<'_>, run: RunRow) -> ApiResult<()> {
    if store::lock(tx.conn, tx.workspace, run.id).await?.is_some() {
        service::end(tx, run, Some(ClosedReason::Replied)).await?;
    }
    Ok(())
}

/// What stopped the plan was no answer: it goes on, with the nudge that it had.
async fn resume(tx: &mut Tx<'_>, message: &Message) -> ApiResult<()> {
    if running(tx, message.contact_id).await?.is_some() {
        return Ok(());
    }
    let stopped = store::lock_stopped(tx.conn, tx.workspace, message.contact_id, message.created_at).await?;
    let Some(run) = stopped.filter(|run| run.stopped_reason == Some(ClosedReason::Replied)) else { return Ok(()) };
    // It may have been taken for an answer, for none, and for one again: whatever else answers stopped the plan, too.
    let answers = messages::last_answers(tx.conn, tx.workspace, &[message.contact_id]).await?;
    let since = run.started_at.unwrap_or(run.created_at);
    let (Some(ended_at), false) =
        (run.ended_at, answers.get(&message.contact_id).is_some_and(|answer| answer.at >= since))
    else {
        return Ok(());
    };
    let run = service::go_on(tx, run).await?;
    let nudges = follow_up_rows::lock_closed_of_run(tx.conn, tx.workspace, run.id.into(), ended_at).await?;
    for nudge in nudges.into_iter().filter(|nudge| nudge.closed_reason == Some(ClosedReason::Replied)) {
        follow_ups::open_again(tx, nudge).await?;
    }
    Ok(())
}

/// The plan that somebody chose for this message: one that waits for it, else one that the message names.
async fn chosen(tx: &mut Tx<'_>, message: &Message) -> ApiResult<Option<RunRow>> {
    if let Some(own) = store::lock_of_message(tx.conn, tx.workspace, message.id).await? {
        return Ok(Some(own).filter(|run| run.state == FollowUpRunState::Waiting));
    }
    let plan = match message.follow_up_plan_id {
        Some(plan) => plans::find(tx.conn, tx.workspace, plan).await?,
        None => None,
    };
    let id = Uuid::now_v7().into();
    Ok(plan.map(|plan| RunRow::fresh(tx.workspace, id, tx.now, message.contact_id, message.id, plan)))
}

/// The workspace's default plan, from as far on as there were tries before.
async fn begin_default(tx: &mut Tx<'_>, message: &Message, settings: &Settings) -> ApiResult<()> {
    let Some(contact) = contacts::find(tx.conn, tx.workspace, message.contact_id).await? else { return Ok(()) };
    if !service::asks(message, contact.stage) {
        return Ok(());
    }
    let plan = service::default_plan(tx.conn, tx.workspace, settings).await?;
    let tries_before = usize::try_from(message.attempt - 1).unwrap_or(0);
    if plan.steps.len() <= tries_before {
        return Ok(());
    }
    let id = Uuid::now_v7().into();
    let run = RunRow::fresh(tx.workspace, id, tx.now, message.contact_id, message.id, plan);
    let run = RunRow { step: message.attempt - 1, ..run };
    service::start(tx, run, message.attempt, message.sent_at.unwrap_or(tx.now), settings).await?;
    Ok(())
}

/// The nudge is due as long after this as it would have been after the message.
async fn out_of_office(tx: &mut Tx<'_>, message: &Message) -> ApiResult<()> {
    let Some(run) = running(tx, message.contact_id).await? else { return Ok(()) };
    let Some(step) = run.next_step() else { return Ok(()) };
    let settings = settings::current(tx.conn, tx.workspace).await?;
    let days = u32::try_from(step.after_business_days).unwrap_or(1);
    let on = settings.calendar.add(settings.day(message.occurred_at), days);
    for mut nudge in follow_up_rows::lock_open_of_run(tx.conn, tx.workspace, run.id.into()).await? {
        if on > nudge.due_on {
            nudge.fall_due(Due { on, ..nudge.due() });
            follow_ups::write(tx, nudge, Kind::FollowUpUpdated, &["due_on", "due_at", "overdue_at"]).await?;
        }
    }
    Ok(())
}

/// Nudges that somebody said were done (the plan goes on) or need not be (it stops).
async fn nudged_otherwise(tx: &mut Tx<'_>) -> ApiResult<()> {
    let settled = [Kind::FollowUpDone, Kind::FollowUpDismissed];
    let changes = tx.changes().iter().filter(|change| settled.contains(&change.kind));
    let ids: Vec<_> = changes.map(|change| change.resource_id.into()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    for nudge in follow_up_rows::find_many(tx.conn, tx.workspace, &ids).await? {
        let Some(run) = nudge.run_id else { continue };
        let found = store::lock(tx.conn, tx.workspace, run.into()).await?;
        let Some(run) = found.filter(|run| run.state == FollowUpRunState::Running) else { continue };
        if nudge.state == FollowUpState::Done {
            let settings = settings::current(tx.conn, tx.workspace).await?;
            let attempt = run.attempt.saturating_add(1);
            service::advance(tx, run, attempt, tx.now, &settings).await?;
        } else {
            service::end(tx, run, Some(ClosedReason::PlanStopped)).await?;
        }
    }
    Ok(())
}
