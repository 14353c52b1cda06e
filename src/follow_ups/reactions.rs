//! What follow-ups make of what a write did elsewhere, in the same transaction.
use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::due::Due;
use super::facts::{Facts, Sent};
use super::model::FollowUpRow;
use super::settings::{self, Settings};
use super::words::{ClosedReason, FollowUpKind, FollowUpState};
use super::{meetings, runs, service, store};
use crate::changes::{Change, Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::error::ApiResult;
use crate::introductions::{self, Introduction, IntroductionId, State};
use crate::meetings::Meeting;
use crate::messages::{self, Message, MessageDirection, MessageSource, MessageState, ReplyKind};
use crate::text::address_spellings;
use crate::{do_not_contact, zones};

pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()> {
    let (messages, met) = (messages_moved(tx).await?, meetings::moved(tx).await?);
    let facts = facts(tx, &messages, &met).await?;
    if !facts.is_empty() {
        close(tx, &facts).await?;
    }
    runs::reactions::react(tx, &facts, &messages).await?;
    introductions_moved(tx).await?;
    meetings::react(tx, &met).await?;
    settings::follow_profile(tx).await?;
    let gone = changed(tx, &[Kind::MessagePurged, Kind::MeetingPurged, Kind::IntroductionPurged]);
    if !gone.is_empty() {
        for (id, version) in store::unlink(tx.conn, tx.workspace, &gone, tx.now).await? {
            let fields = ["message_id", "meeting_id", "introduction_id"].map(str::to_owned).to_vec();
            tx.record(Kind::FollowUpUpdated, id, version, fields);
        }
        for (id, version) in runs::store::unlink(tx.conn, tx.workspace, &gone, tx.now).await? {
            tx.record(Kind::FollowUpRunUpdated, id, version, vec!["message_id".to_owned()]);
        }
    }
    Ok(())
}

/// The ids of what changed in one of these ways.
pub fn changed(tx: &Tx<'_>, kinds: &[Kind]) -> Vec<Uuid> {
    let ids = tx.changes().iter().filter(|change| kinds.contains(&change.kind)).map(|change| change.resource_id);
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The messages that went out, came in, were answered or came back, and those of which it was corrected what they answer.
async fn messages_moved(tx: &mut Tx<'_>) -> ApiResult<Vec<Message>> {
    let mut moved =
        changed(tx, &[Kind::MessageSent, Kind::MessageReceived, Kind::MessageReplied, Kind::MessageBounced]);
    moved.extend(corrected(tx));
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = moved.into_iter().map(Into::into).collect();
    messages::read_many(tx.conn, tx.workspace, &ids).await
}

/// Messages of which somebody says what kind of answer they are.
pub fn corrected(tx: &Tx<'_>) -> BTreeSet<Uuid> {
    let is_one = |change: &&Change| {
        change.kind == Kind::MessageUpdated && change.fields.iter().any(|field| field == "reply_kind")
    };
    tx.changes().iter().filter(is_one).map(|change| change.resource_id).collect()
}

/// What the write did, by contact.
async fn facts(tx: &mut Tx<'_>, messages: &[Message], met: &[Meeting]) -> ApiResult<BTreeMap<ContactId, Facts>> {
    let mut facts: BTreeMap<ContactId, Facts> = BTreeMap::new();
    let corrected = corrected(tx);
    for message in messages {
        let own = facts.entry(message.contact_id).or_default();
        // Of what came in long ago it may have stopped what ran then, and nothing that began since.
        if corrected.contains(&message.id.into()) {
            let answers = message.reply_kind != Some(ReplyKind::OutOfOffice);
            own.replied_at = own.replied_at.max(Some(message.occurred_at).filter(|_| answers));
        } else {
            heed(own, message);
        }
    }
    for contact in met.iter().filter(|meeting| meetings::is_agreed(meeting)).flat_map(|meeting| &meeting.contact_ids) {
        facts.entry(*contact).or_default().agreed = true;
    }
    for id in changed(tx, &[Kind::ContactDeleted]) {
        facts.entry(id.into()).or_default().deleted = true;
    }
    let staged = changed(tx, &[Kind::ContactStageChanged]);
    let mut looked_at: BTreeSet<ContactId> = staged.iter().copied().map(Into::into).collect();
    let touched = with_field(tx, &["last_touch_at"]);
    looked_at.extend(&touched);
    looked_at.extend(with_field(tx, &["do_not_contact", "stage_reason"]));
    let listed: Vec<_> = changed(tx, &[Kind::DoNotContactCreated]).into_iter().map(Into::into).collect();
    if !listed.is_empty() {
        let (addresses, domains) = do_not_contact::forbidden(tx.conn, tx.workspace, &listed).await?;
        let addresses = addresses.iter().flat_map(|address| address_spellings(address)).collect();
        looked_at.extend(contacts::with_addresses(tx.conn, tx.workspace, addresses).await?);
        for domain in domains {
            looked_at.extend(contacts::with_domain(tx.conn, tx.workspace, &domain).await?);
        }
    }
    if looked_at.is_empty() {
        return Ok(facts);
    }
    let ids: Vec<ContactId> = looked_at.into_iter().collect();
    let rows = contacts::find_many(tx.conn, tx.workspace, &ids).await?;
    let unwanted = match listed.is_empty() {
        true => HashSet::new(),
        false => do_not_contact::unwanted(tx.conn, tx.workspace, &rows).await?,
    };
    for row in rows {
        let own = facts.entry(row.id).or_default();
        own.stage = staged.contains(&row.id.into()).then_some(row.stage);
        own.touched_at = row.last_touch_at.filter(|_| touched.contains(&row.id));
        own.unwanted = row.wants_no_contact() || unwanted.contains(&row.id);
    }
    Ok(facts)
}

/// Contacts of whom one of these fields changed.
fn with_field(tx: &Tx<'_>, fields: &[&str]) -> BTreeSet<ContactId> {
    let says = |change: &&Change| {
        [Kind::ContactUpdated, Kind::ContactStageChanged].contains(&change.kind)
            && change.fields.iter().any(|field| fields.contains(&field.as_str()))
    };
    tx.changes().iter().filter(says).map(|change| change.resource_id.into()).collect()
}

fn heed(facts: &mut Facts, message: &Message) {
    if message.reply_kind == Some(ReplyKind::OutOfOffice) {
        return;
    }
    let incoming = message.direction == MessageDirection::Incoming;
    match message.state {
        MessageState::Bounced => facts.bounced = true,
        // What an import brings of long ago says nothing of what was due since.
        _ if message.source == MessageSource::Import => {
            facts.replied_at = facts.replied_at.max(Some(message.occurred_at).filter(|_| incoming));
        }
        MessageState::Sent => facts.sent.push(Sent { purpose: message.purpose, meeting_id: message.meeting_id }),
        MessageState::Replied | MessageState::Received => facts.replied = true,
        _ => {}
    }
}

/// Closes what has lost its reason, and moves what a touch puts off.
async fn close(tx: &mut Tx<'_>, facts: &BTreeMap<ContactId, Facts>) -> ApiResult<()> {
    let ids: Vec<ContactId> = facts.keys().copied().collect();
    let open = store::lock_open_of(tx.conn, tx.workspace, &ids).await?;
    if open.is_empty() {
        return Ok(());
    }
    let settings = settings::current(tx.conn, tx.workspace).await?;
    for row in open {
        let Some(own) = facts.get(&row.contact_id) else { continue };
        if let Some(reason) = own.close(row.kind, row.created_at, row.meeting_id) {
            service::settle(tx, row, FollowUpState::Closed, Some(reason)).await?;
        } else if row.kind == FollowUpKind::KeepInTouch
            && let Some(at) = own.touched_at
        {
            touched(tx, row, at, &settings).await?;
        }
    }
    Ok(())
}

/// The two were in touch. What was due is fulfilled, and comes again; what was still to come starts anew.
async fn touched(tx: &mut Tx<'_>, mut row: FollowUpRow, at: DateTime<Utc>, settings: &Settings) -> ApiResult<()> {
    let mut due = row.due();
    let day = zones::day(due.zone, at);
    if row.due_at <= at {
        let row = service::settle(tx, row, FollowUpState::Closed, Some(ClosedReason::Touched)).await?;
        return service::repeat(tx, &row, Uuid::now_v7().into(), day, settings).await;
    }
    let days = row.after_days.or(row.repeat_after_days).unwrap_or(settings.values.keep_in_touch_days);
    due.on = day + TimeDelta::days(days.into());
    // A touch of the past, as imports bring them, does not make it due sooner.
    if due.at() > row.due_at {
        row.fall_due(due);
        service::write(tx, row, Kind::FollowUpUpdated, &["due_on", "due_at", "overdue_at"]).await?;
    }
    Ok(())
}

/// A promised introduction is due for a gentle reminder; one that was made, or won't be, is not, and neither is a loop
/// that was closed.
async fn introductions_moved(tx: &mut Tx<'_>) -> ApiResult<()> {
    let moved = changed(tx, &[Kind::IntroductionCreated, Kind::IntroductionUpdated]);
    if moved.is_empty() {
        return Ok(());
    }
    let ids: Vec<IntroductionId> = moved.iter().copied().map(Into::into).collect();
    let told = introductions::read_many(tx.conn, tx.workspace, &ids).await?;
    for row in store::lock_open_about(tx.conn, tx.workspace, &moved).await? {
        let about = told.iter().find(|one| Some(one.id) == row.introduction_id);
        if let Some(reason) = about.and_then(|about| gone(row.kind, about)) {
            service::settle(tx, row, FollowUpState::Closed, Some(reason)).await?;
        }
    }
    let promised: Vec<&Introduction> = told.iter().filter(|one| one.state == State::Promised).collect();
    if promised.is_empty() {
        return Ok(());
    }
    let known = store::about_introductions(tx.conn, tx.workspace, FollowUpKind::PromiseTheirs, &moved).await?;
    let settings = settings::current(tx.conn, tx.workspace).await?;
    for one in promised {
        let (Some(introducer), Some(at)) = (one.introducer_id, one.promised_at) else { continue };
        // One promise is reminded of once, whatever became of that.
        if known.iter().any(|(id, made_at)| *id == Uuid::from(one.id) && *made_at >= at) {
            continue;
        }
        let day = settings.day(at) + TimeDelta::days(settings.values.promise_days.into());
        let due = Due::day(day, settings.zone);
        let id = Uuid::now_v7().into();
        let row = FollowUpRow::fresh(tx.workspace, id, tx.now, introducer, FollowUpKind::PromiseTheirs, due);
        service::add(tx, &FollowUpRow { introduction_id: Some(one.id), ..row }).await?;
    }
    Ok(())
}

fn gone(kind: FollowUpKind, about: &Introduction) -> Option<ClosedReason> {
    match kind {
        FollowUpKind::PromiseTheirs | FollowUpKind::Nudge if about.state == State::Made => {
            Some(ClosedReason::IntroductionMade)
        }
        FollowUpKind::PromiseTheirs | FollowUpKind::Nudge if about.state == State::Declined => {
            Some(ClosedReason::IntroductionDeclined)
        }
        FollowUpKind::CloseTheLoop if about.loop_closed_at.is_some() => Some(ClosedReason::LoopClosed),
        _ => None,
    }
}
