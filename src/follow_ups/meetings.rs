//! What meetings make due (to confirm them the day before, to say thank you after them, and to be in touch again), and what
//! is no longer so when they are moved, called off or over.
use chrono::TimeDelta;
use uuid::Uuid;

use super::due::Due;
use super::model::FollowUpRow;
use super::reactions::changed;
use super::settings::{self, Settings};
use super::words::{ClosedReason, FollowUpKind, FollowUpSource, FollowUpState};
use super::{service, store};
use crate::app::App;
use crate::changes::{Actor, Change, Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::error::ApiResult;
use crate::jobs;
use crate::meetings::{self, Meeting, MeetingState};
use crate::messages;

/// What can happen to a meeting that is there afterwards.
const KINDS: [Kind; 7] = [
    Kind::MeetingConfirmed,
    Kind::MeetingRescheduled,
    Kind::MeetingUpdated,
    Kind::MeetingCompleted,
    Kind::MeetingCancelled,
    Kind::MeetingNotAttended,
    Kind::MeetingRestored,
];

/// The meetings to which the write did something, but for those that it put into the trash.
pub async fn moved(tx: &mut Tx<'_>) -> ApiResult<Vec<Meeting>> {
    let ids: Vec<_> = changed(tx, &KINDS).into_iter().map(Into::into).collect();
    if ids.is_empty() { Ok(Vec::new()) } else { meetings::read_many(tx.conn, tx.workspace, &ids).await }
}

/// Both sides want it, or it took place: nobody need be asked any more.
pub fn is_agreed(meeting: &Meeting) -> bool {
    matches!(meeting.state, MeetingState::Confirmed | MeetingState::Completed)
}

pub async fn react(tx: &mut Tx<'_>, met: &[Meeting]) -> ApiResult<()> {
    let mut ids = changed(tx, &[Kind::MeetingDeleted, Kind::MeetingPurged]);
    ids.extend(met.iter().map(|meeting| Uuid::from(meeting.id)));
    if ids.is_empty() {
        return Ok(());
    }
    let settings = settings::current(tx.conn, tx.workspace).await?;
    let mut about = Vec::new();
    for row in store::lock_about_meetings(tx.conn, tx.workspace, &ids).await? {
        let meeting = met.iter().find(|meeting| Some(meeting.id) == row.meeting_id);
        about.push(match needless(&row, meeting).filter(|_| is_open(&row)) {
            Some(reason) => service::settle(tx, row, FollowUpState::Closed, Some(reason)).await?,
            None => row,
        });
    }
    for meeting in met {
        let own: Vec<&FollowUpRow> = about.iter().filter(|row| row.meeting_id == Some(meeting.id)).collect();
        if has_new_time(tx, meeting) {
            confirm(tx, meeting, &own, &settings).await?;
        }
        let owed = owed(tx, meeting, &own, &settings).await?;
        thank(tx, meeting, &owed, &settings).await?;
    }
    Ok(())
}

/// Closes what was to confirm meetings that have begun, some at a time.
pub async fn let_go_past(app: &App) -> ApiResult<usize> {
    let late = app.db.lookup(async |conn| store::late_confirmations(conn, app.now()).await).await?;
    let mut count = 0;
    for (workspace, id) in late {
        let closed = app.write_as(workspace, Actor::Job, async |tx| {
            // Somebody may have been faster.
            let Some(row) = store::lock(tx.conn, tx.workspace, id).await?.filter(is_open) else { return Ok(0) };
            let about: Vec<_> = row.meeting_id.into_iter().collect();
            let met = meetings::read_many(tx.conn, tx.workspace, &about).await?;
            if met.iter().any(|meeting| meeting.starts_at.is_some_and(|at| at > tx.now)) {
                return Ok(0);
            }
            service::settle(tx, row, FollowUpState::Closed, Some(ClosedReason::MeetingOver)).await.map(|_| 1)
        });
        count += jobs::went(closed.await, id)?.unwrap_or(0);
    }
    Ok(count)
}

fn is_open(row: &FollowUpRow) -> bool {
    row.state == FollowUpState::Open && row.deleted_at.is_none()
}

/// Why a follow-up about a meeting need not be done, if that is so. Without a meeting, it lies in the trash.
fn needless(row: &FollowUpRow, meeting: Option<&Meeting>) -> Option<ClosedReason> {
    let with = meeting.is_some_and(|meeting| meeting.contact_ids.contains(&row.contact_id));
    let state = meeting.map(|meeting| meeting.state);
    match (row.kind, state) {
        (FollowUpKind::Confirm, Some(MeetingState::Confirmed)) if !with => Some(ClosedReason::Superseded),
        (FollowUpKind::Confirm, Some(MeetingState::Confirmed)) => {
            meeting.and_then(|meeting| meeting.reconfirmed_at).map(|_| ClosedReason::MeetingConfirmed)
        }
        (FollowUpKind::Confirm, Some(MeetingState::Completed | MeetingState::NoShow)) => {
            Some(ClosedReason::MeetingOver)
        }
        (FollowUpKind::Confirm, _) => Some(ClosedReason::MeetingCancelled),
        (FollowUpKind::ThankYou | FollowUpKind::KeepInTouch, state) => {
            let off = matches!(state, None | Some(MeetingState::Cancelled | MeetingState::NoShow)) || !with;
            off.then_some(ClosedReason::MeetingCancelled)
        }
        _ => None,
    }
}

/// It came to be confirmed, came back from the trash, or has another time.
fn has_new_time(tx: &Tx<'_>, meeting: &Meeting) -> bool {
    let timed = [Kind::MeetingConfirmed, Kind::MeetingRescheduled, Kind::MeetingRestored];
    let says = |change: &Change| {
        let people = ["starts_at", "contact_ids"];
        change.resource_id == Uuid::from(meeting.id)
            && (timed.contains(&change.kind) || change.fields.iter().any(|field| people.contains(&field.as_str())))
    };
    tx.changes().iter().any(says)
}

/// The day before a confirmed meeting it is time to confirm it; on the day itself only what was noted before still is.
async fn confirm(tx: &mut Tx<'_>, meeting: &Meeting, own: &[&FollowUpRow], settings: &Settings) -> ApiResult<()> {
    let wanted = meeting.state == MeetingState::Confirmed && meeting.reconfirmed_at.is_none();
    let (Some(starts_at), Some(contact)) = (meeting.starts_at.filter(|_| wanted), meeting.contact_ids.first()) else {
        return Ok(());
    };
    let (today, eve) = (settings.day(tx.now), settings.day(starts_at) - TimeDelta::days(1));
    let due = Due::day(eve.max(today), settings.zone);
    match own.iter().find(|row| row.kind == FollowUpKind::Confirm && is_open(row)) {
        Some(row) if row.source == FollowUpSource::Automatic && row.due() != due => {
            let mut row = (*row).clone();
            row.fall_due(due);
            service::write(tx, row, Kind::FollowUpUpdated, &["due_on", "due_time", "due_at", "overdue_at"]).await?;
        }
        None if eve >= today => {
            let id = Uuid::now_v7().into();
            let row = FollowUpRow::fresh(tx.workspace, id, tx.now, *contact, FollowUpKind::Confirm, due);
            service::add(tx, &FollowUpRow { meeting_id: Some(meeting.id), ..row }).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Those who are to be thanked for a meeting that took place: whoever may be written to, and has not been thanked or noted
/// for it. Who joins it afterwards is, as long as thanks are not late.
async fn owed(
    tx: &mut Tx<'_>,
    meeting: &Meeting,
    own: &[&FollowUpRow],
    settings: &Settings,
) -> ApiResult<Vec<ContactId>> {
    let late = over(tx, meeting) + TimeDelta::hours(settings.values.thank_you_overdue_hours.into());
    let completed = changed(tx, &[Kind::MeetingCompleted]).contains(&meeting.id.into());
    if meeting.state != MeetingState::Completed || !completed && late <= tx.now {
        return Ok(Vec::new());
    }
    let since = meeting.starts_at.unwrap_or(tx.now);
    let thanked = messages::thanked_since(tx.conn, tx.workspace, &meeting.contact_ids, since).await?;
    let noted = |contact: ContactId| {
        own.iter().any(|row| {
            let taken_back = row.closed_reason == Some(ClosedReason::MeetingCancelled);
            row.kind == FollowUpKind::ThankYou && row.contact_id == contact && !taken_back
        })
    };
    let known = contacts::find_many(tx.conn, tx.workspace, &meeting.contact_ids).await?;
    let owed = known.iter().filter(|row| !row.wants_no_contact() && !thanked.contains(&row.id) && !noted(row.id));
    Ok(owed.map(|row| row.id).collect())
}

/// When the conversation was over.
fn over(tx: &Tx<'_>, meeting: &Meeting) -> chrono::DateTime<chrono::Utc> {
    meeting.finished_at.or(meeting.ends_at).unwrap_or(tx.now).min(tx.now)
}

/// Thanks are due within a day, and in some time a sign of life, unless one is due anyway.
async fn thank(tx: &mut Tx<'_>, meeting: &Meeting, owed: &[ContactId], settings: &Settings) -> ApiResult<()> {
    if owed.is_empty() {
        return Ok(());
    }
    let (over, values) = (over(tx, meeting), &settings.values);
    let within = TimeDelta::hours(values.thank_you_due_hours.into());
    let grace = TimeDelta::hours((values.thank_you_overdue_hours - values.thank_you_due_hours).into());
    let (first, then) = (values.keep_in_touch_first_days, values.keep_in_touch_days);
    let meeting_id = Some(meeting.id);
    let open = store::lock_open_of(tx.conn, tx.workspace, owed).await?;
    for contact in owed {
        let due = Due::instant(over + within, settings.zone);
        let row =
            FollowUpRow::fresh(tx.workspace, Uuid::now_v7().into(), tx.now, *contact, FollowUpKind::ThankYou, due);
        service::add(tx, &FollowUpRow { overdue_at: row.due_at + grace, meeting_id, ..row }).await?;
        if open.iter().any(|row| row.kind == FollowUpKind::KeepInTouch && row.contact_id == *contact) {
            continue;
        }
        let due = Due::day(settings.day(over) + TimeDelta::days(first.into()), settings.zone);
        let id = Uuid::now_v7().into();
        let row = FollowUpRow::fresh(tx.workspace, id, tx.now, *contact, FollowUpKind::KeepInTouch, due);
        let (after_days, repeat_after_days) = (Some(first), Some(then));
        service::add(tx, &FollowUpRow { after_days, repeat_after_days, meeting_id, ..row }).await?;
    }
    Ok(())
}
