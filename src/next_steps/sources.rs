//! Where steps come from, in the order in which they are listed.
use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::try_join;
use uuid::Uuid;

use super::model::{NextStepKind as Kind, Place, Step, Words};
use crate::auth::{Caller, FollowUpsRead, MeetingsRead, MessagesRead};
use crate::contacts::{self, ContactId, Stage};
use crate::db::{Conn, WorkspaceId};
use crate::do_not_contact;
use crate::error::ApiResult;
use crate::follow_ups::{self, FollowUp};
use crate::meetings::{self, Meeting};
use crate::messages::{self, Answer, MessageState, ReplyKind, Unfinished};
use crate::sort::Position;

/// How far ahead one prepares.
const SOON: TimeDelta = TimeDelta::hours(48);
/// How long one waits when somebody says "later", and not when.
const LATER: TimeDelta = TimeDelta::days(30);
/// No meeting is longer.
const LONGEST: TimeDelta = TimeDelta::hours(8);

/// At most `limit` steps from a place on, each with the number of its source. All sources are asked at once: one that
/// begins only behind the end of the page is asked in vain, but nobody waits for it.
pub async fn read(
    conn: &Conn,
    caller: &Caller,
    now: DateTime<Utc>,
    from: Option<&Place>,
    limit: i64,
) -> ApiResult<Vec<(usize, Step)>> {
    let (workspace, scopes) = (caller.workspace, caller.scopes);
    let due = scopes.holds::<FollowUpsRead>();
    let today = if due { Some(follow_ups::today(conn, workspace, now).await?) } else { None };
    // A source before the one that the page before ended in is done with.
    let asked = |source: usize, may: bool| {
        let first = from.map_or(0, |from| from.source);
        let at = from.filter(|from| from.source == source).map(|from| &from.at);
        (may && source >= first).then_some(at)
    };
    let (met, written) = (scopes.holds::<MeetingsRead>(), scopes.holds::<MessagesRead>());
    let (over, follow_ups, soon, answered, failed, drafts, others, fresh) = try_join!(
        fill(asked(0, met), limit, async |at| {
            let held = meetings::confirmed(conn, workspace, None, now, at, limit).await?;
            let is_over = |meeting: &Meeting| meeting.ends_at.is_some_and(|end| end <= now);
            Ok(held.into_iter().map(|one| (is_over(&one), of_meeting(one, Kind::CloseMeeting))).collect())
        }),
        fill(asked(1, due), limit, async |at| {
            let Some(today) = &today else { return Ok(Vec::new()) };
            let due = follow_ups::due(conn, workspace, today.ends_at, at, limit).await?;
            let unwanted = unwanted(conn, workspace, due.iter().map(|one| one.contact_id)).await?;
            let is_step = |one: &FollowUp| !(one.kind.writes() && unwanted.contains(&one.contact_id));
            Ok(due.into_iter().map(|one| (is_step(&one), of_follow_up(one))).collect())
        }),
        fill(asked(2, met), limit, async |at| {
            let (since, until) = (now - LONGEST, now + SOON);
            let soon = meetings::confirmed(conn, workspace, Some(since), until, at, limit).await?;
            let is_to_come = |meeting: &Meeting| meeting.ends_at.is_some_and(|end| end > now);
            Ok(soon.into_iter().map(|one| (is_to_come(&one), of_meeting(one, Kind::Prepare))).collect())
        }),
        fill(asked(3, true), limit, async |at| {
            let waiting = contacts::waiting(conn, workspace, Stage::Replied, at, limit).await?;
            let ids: Vec<ContactId> = waiting.iter().map(|(id, _)| *id).collect();
            let mut busy = if met { meetings::open_with(conn, workspace, &ids).await? } else { Vec::new() };
            busy.extend(unwanted(conn, workspace, ids.iter().copied()).await?);
            let answers = messages::last_answers(conn, workspace, &ids).await?;
            busy.extend(answers.into_iter().filter_map(|(id, answer)| (!asks_for_time(answer, now)).then_some(id)));
            let step = |(id, at)| (!busy.contains(&id), of_contact(id, Kind::AgreeOnTime, at));
            Ok(waiting.into_iter().map(step).collect())
        }),
        fill(asked(4, written), limit, async |at| {
            unfinished(conn, workspace, MessageState::Failed, at, limit).await
        }),
        fill(asked(5, written), limit, async |at| {
            unfinished(conn, workspace, MessageState::Draft, at, limit).await
        }),
        fill(asked(6, due), limit, async |at| {
            let Some(today) = &today else { return Ok(Vec::new()) };
            let runs = follow_ups::unanswered(conn, workspace, today.on, at, limit).await?;
            Ok(runs.into_iter().map(|(id, contact, since)| (true, of_run(id, contact, since))).collect())
        }),
        fill(asked(7, true), limit, async |at| {
            let fresh = contacts::unwritten(conn, workspace, at, limit).await?;
            let unwanted = unwanted(conn, workspace, fresh.iter().map(|(id, _)| *id)).await?;
            let step = |(id, at)| (!unwanted.contains(&id), of_contact(id, Kind::ReachOut, at));
            Ok(fresh.into_iter().map(step).collect())
        }),
    )?;
    let all = [over, follow_ups, soon, answered, failed, drafts, others, fresh].into_iter().enumerate();
    let all = all.flat_map(|(source, steps)| steps.into_iter().map(move |step| (source, step)));
    Ok(all.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
}

/// Those of these contacts who are not to be written to.
async fn unwanted(
    conn: &Conn,
    workspace: WorkspaceId,
    contacts: impl Iterator<Item = ContactId>,
) -> ApiResult<HashSet<ContactId>> {
    let ids: Vec<ContactId> = contacts.collect();
    let rows = contacts::find_many(conn, workspace, &ids).await?;
    do_not_contact::unwanted(conn, workspace, &rows).await
}

/// Whether there is a time to agree on with somebody who answered so.
fn asks_for_time(answer: Answer, now: DateTime<Utc>) -> bool {
    match answer.kind {
        Some(ReplyKind::No | ReplyKind::Referred) => false,
        Some(ReplyKind::Later) => answer.at + LATER <= now,
        _ => true,
    }
}

/// Messages that are not out, but for those to whom nothing more is to be written: who does not want it, or has said no
/// since.
async fn unfinished(
    conn: &Conn,
    workspace: WorkspaceId,
    state: MessageState,
    at: Option<&Position>,
    limit: i64,
) -> ApiResult<Vec<(bool, Step)>> {
    let rows = messages::unfinished(conn, workspace, state, at, limit).await?;
    let ids: Vec<ContactId> = rows.iter().map(|row| row.contact_id).collect();
    let unwanted = unwanted(conn, workspace, ids.iter().copied()).await?;
    let answers = messages::last_answers(conn, workspace, &ids).await?;
    let refused = |row: &Unfinished| {
        let answer = answers.get(&row.contact_id).filter(|answer| answer.kind == Some(ReplyKind::No));
        answer.is_some_and(|answer| answer.at >= row.created_at)
    };
    let is_step = |row: &Unfinished| !unwanted.contains(&row.contact_id) && !refused(row);
    let kind = if state == MessageState::Failed { Kind::MendMessage } else { Kind::FinishDraft };
    Ok(rows.into_iter().map(|row| (is_step(&row), of_message(row, kind))).collect())
}

/// Asks a source, unless it is not to be asked, until it has given enough steps that are some; not every row of a page is.
async fn fill(
    asked: Option<Option<&Position>>,
    limit: i64,
    page: impl AsyncFn(Option<&Position>) -> ApiResult<Vec<(bool, Step)>>,
) -> ApiResult<Vec<Step>> {
    let Some(from) = asked else { return Ok(Vec::new()) };
    let (enough, mut at, mut steps) = (usize::try_from(limit).unwrap_or(usize::MAX), from.cloned(), Vec::new());
    loop {
        let rows = page(at.as_ref()).await?;
        let is_last = rows.len() < enough;
        at = rows.last().map(|(_, step)| step.at.clone());
        steps.extend(rows.into_iter().filter_map(|(is_step, step)| is_step.then_some(step)));
        if is_last || steps.len() >= enough {
            return Ok(steps);
        }
    }
}

fn of_meeting(meeting: Meeting, kind: Kind) -> Step {
    let words = match (kind, &meeting.title) {
        (Kind::CloseMeeting, _) => Words::About("Say how the meeting with ", " went"),
        (_, Some(title)) => Words::Own(format!("Prepare for {title}")),
        _ => Words::About("Prepare for the meeting with ", ""),
    };
    let id = Uuid::from(meeting.id);
    let due_at = if kind == Kind::CloseMeeting { meeting.ends_at } else { meeting.starts_at };
    Step {
        kind,
        contact: meeting.contact_ids.first().copied(),
        due_at,
        overdue_at: meeting.ends_at.filter(|_| kind == Kind::CloseMeeting),
        resource: meetings::RESOURCE,
        resource_id: id,
        url: format!("/v1/meetings/{id}"),
        words,
        at: Position { id, at: meeting.starts_at, ..Position::default() },
    }
}

fn of_follow_up(row: FollowUp) -> Step {
    let id = Uuid::from(row.id);
    Step {
        kind: Kind::FollowUp,
        contact: Some(row.contact_id),
        due_at: Some(row.due_at),
        overdue_at: Some(row.overdue_at),
        resource: follow_ups::RESOURCE,
        resource_id: id,
        url: format!("/v1/follow-ups/{id}"),
        words: row.title.map_or(Words::FollowUp(row.kind), Words::Own),
        at: Position { id, at: Some(row.due_at), ..Position::default() },
    }
}

fn of_contact(id: ContactId, kind: Kind, at: Position) -> Step {
    let words = match kind {
        Kind::AgreeOnTime => Words::About("Agree on a time with ", ""),
        _ => Words::About("Write to ", ""),
    };
    Step {
        kind,
        contact: Some(id),
        due_at: None,
        overdue_at: None,
        resource: contacts::RESOURCE,
        resource_id: id.into(),
        url: format!("/v1/contacts/{id}"),
        words,
        at,
    }
}

fn of_message(message: Unfinished, kind: Kind) -> Step {
    let id = Uuid::from(message.id);
    let words = match kind {
        Kind::MendMessage => Words::About("See why the message to ", " was not sent"),
        _ => Words::About("Send the draft to ", ""),
    };
    Step {
        kind,
        contact: Some(message.contact_id),
        due_at: None,
        overdue_at: None,
        resource: messages::RESOURCE,
        resource_id: id,
        url: format!("/v1/messages/{id}"),
        words,
        at: Position { id, at: Some(message.occurred_at), ..Position::default() },
    }
}

fn of_run(id: Uuid, contact: ContactId, since: DateTime<Utc>) -> Step {
    Step {
        kind: Kind::TrySomeoneElse,
        contact: Some(contact),
        due_at: None,
        overdue_at: None,
        resource: "follow_up_run",
        resource_id: id,
        url: format!("/v1/follow-up-runs/{id}/alternatives"),
        words: Words::About("Try somebody else where ", " works"),
        at: Position { id, at: Some(since), ..Position::default() },
    }
}
