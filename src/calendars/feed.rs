//! What a file and a feed hold.
use calcard::icalendar::ICalendarMethod;
use chrono::{DateTime, TimeDelta, Utc};

use super::ics::{Calendar, Event, Person, Task};
use super::meeting::{Whose, event, guests};
use super::model::{FeedFollowUps, FeedRow};
use crate::app::App;
use crate::auth::users;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::follow_ups;
use crate::meetings::{self, Meeting, MeetingId};
use crate::messages;

/// How long a feed tells of what is over, and of how many meetings and follow-ups at most.
const BACK: TimeDelta = TimeDelta::days(90);
const MOST: i64 = 1_000;

/// How long ahead it tells of follow-ups.
const AHEAD: TimeDelta = TimeDelta::days(366);

/// The iCalendar file of one meeting, for the seeker.
pub async fn one(app: &App, workspace: WorkspaceId, user: uuid::Uuid, id: MeetingId) -> ApiResult<String> {
    let member = organizer(app, user).await?;
    let host = messages::host(app);
    let read = async |conn: &_| {
        let meeting = meetings::read(conn, workspace, id).await?;
        if meeting.starts_at.is_none() {
            let detail = "the meeting has no time yet, so that no calendar can show it: `reschedule` it to one";
            return Err(ApiError::new(Code::ImpossibleTransition, detail));
        }
        let events = events(conn, workspace, &member, &host, &[meeting]).await?;
        Ok(Calendar { events, ..Calendar::default() }.text())
    };
    app.db.read(workspace, read).await
}

/// What a feed says now.
pub async fn feed(app: &App, row: &FeedRow) -> ApiResult<String> {
    let member = organizer(app, row.user_id).await?;
    let (host, now) = (messages::host(app), app.now());
    let read = async |conn: &_| {
        let meetings = meetings::around(conn, row.workspace_id, now - BACK, now, MOST).await?;
        let events = events(conn, row.workspace_id, &member, &host, &meetings).await?;
        let tasks = tasks(conn, row, &host, now).await?;
        Ok(Calendar { method: Some(ICalendarMethod::Publish), name: Some(row.name.clone()), events, tasks }.text())
    };
    app.db.read(row.workspace_id, read).await
}

/// In whose name meetings are. An account belongs to no workspace.
pub async fn organizer(app: &App, user: uuid::Uuid) -> ApiResult<Person> {
    let user = app.db.lookup(async |conn| users::find(conn, user).await).await?;
    Ok(Person { name: Some(user.name), address: user.email })
}

async fn events(
    conn: &Conn,
    workspace: WorkspaceId,
    organizer: &Person,
    host: &str,
    meetings: &[Meeting],
) -> ApiResult<Vec<Event>> {
    let people = guests(conn, workspace, &meetings.iter().collect::<Vec<_>>()).await?;
    let event = |meeting: &Meeting| {
        let event = event(meeting, meetings::called(meeting), host, Whose::Seekers)?;
        Some(event.between(organizer.clone(), meeting, &people))
    };
    Ok(meetings.iter().filter_map(event).collect())
}

async fn tasks(conn: &Conn, row: &FeedRow, host: &str, now: DateTime<Utc>) -> ApiResult<Vec<Task>> {
    if row.follow_ups == FeedFollowUps::Leave {
        return Ok(Vec::new());
    }
    let due = follow_ups::due_until(conn, row.workspace_id, now + AHEAD, MOST).await?;
    let task = |(follow_up, summary): (follow_ups::FollowUp, String)| Task {
        uid: format!("{}@{host}", follow_up.id),
        sequence: follow_up.version - 1,
        changed_at: follow_up.updated_at,
        created_at: follow_up.created_at,
        due_on: follow_up.due_on,
        summary,
        description: follow_up.notes,
        todo: row.follow_ups == FeedFollowUps::Todo,
    };
    Ok(due.into_iter().map(task).collect())
}
