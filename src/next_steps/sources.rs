//! Where steps come from, in the order in which they are listed.
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::try_join;
use uuid::Uuid;

use super::model::{NextStepKind as Kind, Place, Step, Words};
use crate::auth::{Caller, FollowUpsRead, MeetingsRead, MessagesRead};
use crate::contacts::{self, ContactId, Stage};
use crate::db::Conn;
use crate::error::ApiResult;
use crate::follow_ups::{self, FollowUp};
use crate::meetings::{self, Meeting};
use crate::messages::{self, MessageState, Unfinished};
use crate::sort::Position;

/// How far ahead one prepares.
const SOON: TimeDelta = TimeDelta::hours(48);
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
            Ok(due.into_iter().map(|one| (true, of_follow_up(one))).collect())
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
            let busy = if met { meetings::open_with(conn, workspace, &ids).await? } else { Vec::new() };
            let step = |(id, at)| (!busy.contains(&id), of_contact(id, Kind::AgreeOnTime, at));
            Ok(waiting.into_iter().map(step).collect())
        }),
        fill(asked(4, written), limit, async |at| {
            let failed = messages::unfinished(conn, workspace, MessageState::Failed, at, limit).await?;
            Ok(failed.into_iter().map(|one| (true, of_message(one, Kind::MendMessage))).collect())
        }),
        fill(asked(5, written), limit, async |at| {
            let drafts = messages::unfinished(conn, workspace, MessageState::Draft, at, limit).await?;
            Ok(drafts.into_iter().map(|one| (true, of_message(one, Kind::FinishDraft))).collect())
        }),
        fill(asked(6, due), limit, async |at| {
            let Some(today) = &today else { return Ok(Vec::new()) };
            let runs = follow_ups::unanswered(conn, workspace, today.on, at, limit).await?;
            Ok(runs.into_iter().map(|(id, contact, since)| (true, of_run(id, contact, since))).collect())
        }),
        fill(asked(7, true), limit, async |at| {
            let fresh = contacts::unwritten(conn, workspace, at, limit).await?;
            Ok(fresh.into_iter().map(|(id, at)| (true, of_contact(id, Kind::ReachOut, at))).collect())
        }),
    )?;
    let all = [over, follow_ups, soon, answered, failed, drafts, others, fresh].into_iter().enumerate();
    let all = all.flat_map(|(source, steps)| steps.into_iter().map(move |step| (source, step)));
    Ok(all.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
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
