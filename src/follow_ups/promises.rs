//! Promises that were made in a meeting, as follow-ups. The caller holds the contacts.
use chrono::{NaiveDate, TimeDelta};

use super::due::Due;
use super::model::{FollowUpId, FollowUpRow};
use super::words::{FollowUpKind, FollowUpSource, FollowUpState};
use super::{service, settings, store};
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::error::ApiResult;
use crate::meetings::MeetingId;
use crate::trash;

/// Business days within which the seeker keeps a promise, unless another day was said.
const MINE: u32 = 3;

/// What was promised in a meeting.
#[derive(Debug)]
pub struct Promise {
    pub meeting_id: MeetingId,
    pub contact: ContactId,
    /// By the seeker, to the contact; else the other way round.
    pub mine: bool,
    pub text: String,
    pub due_on: Option<NaiveDate>,
}

pub async fn note_promise(tx: &mut Tx<'_>, id: FollowUpId, promise: Promise) -> ApiResult<()> {
    let Promise { meeting_id, contact, mine, text, due_on } = promise;
    let text = one_line(&text);
    let settings = settings::current(tx.conn, tx.workspace).await?;
    let today = settings.day(tx.now);
    let kind = if mine { FollowUpKind::PromiseMine } else { FollowUpKind::PromiseTheirs };
    let day = due_on.unwrap_or_else(|| match kind {
        FollowUpKind::PromiseMine => settings.calendar.add(today, MINE),
        _ => today + TimeDelta::days(settings.values.promise_days.into()),
    });
    let row = FollowUpRow::fresh(tx.workspace, id, tx.now, contact, kind, Due::day(day, settings.zone));
    let row = FollowUpRow { source: FollowUpSource::Manual, title: Some(text), meeting_id: Some(meeting_id), ..row };
    service::add(tx, &row).await
}

/// Says it in other words, or for another day; without a day it stays due when it was.
pub async fn amend_promise(tx: &mut Tx<'_>, id: FollowUpId, text: String, due_on: Option<NaiveDate>) -> ApiResult<()> {
    let Some(mut row) = live(tx, id).await? else { return Ok(()) };
    let (text, mut changed) = (one_line(&text), Vec::new());
    if row.title.as_deref() != Some(text.as_str()) {
        row.title = Some(text);
        changed.push("title");
    }
    if let Some(on) = due_on.filter(|on| *on != row.due_on) {
        row.fall_due(Due { on, ..row.due() });
        changed.extend(["due_on", "due_at", "overdue_at"]);
    }
    if !changed.is_empty() {
        service::write(tx, row, Kind::FollowUpUpdated, &changed).await?;
    }
    Ok(())
}

/// It was none: what is open of it goes to the trash.
pub async fn withdraw_promise(tx: &mut Tx<'_>, id: FollowUpId) -> ApiResult<()> {
    let Some(mut row) = live(tx, id).await?.filter(|row| row.state == FollowUpState::Open) else { return Ok(()) };
    row.deleted_at = Some(tx.now);
    let names = contacts::names(tx.conn, tx.workspace, &[row.contact_id]).await?;
    let title = service::headline(&row, names.get(&row.contact_id).map(String::as_str));
    service::write(tx, row, Kind::FollowUpDeleted, &[]).await?;
    trash::put(tx, service::RESOURCE, id.into(), &title).await
}

/// As titles are.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn live(tx: &mut Tx<'_>, id: FollowUpId) -> ApiResult<Option<FollowUpRow>> {
    Ok(store::lock(tx.conn, tx.workspace, id).await?.filter(|row| row.deleted_at.is_none()))
}
