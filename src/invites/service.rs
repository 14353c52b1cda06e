//! Who is told of a meeting by mail, and what their answers do, inside the caller's transaction.
use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{NaiveTime, TimeDelta};
use serde_json::Value;
use uuid::Uuid;

use super::letter;
use super::model::{InviteAnswer, InviteInput, InviteMethod, InviteRow, MeetingInvite};
use super::reply::Reply;
use super::store;
use crate::app::App;
use crate::auth::members::{self, Mailbox};
use crate::auth::users::email_key;
use crate::calendars::{self, Person};
use crate::changes::{Actor, Kind, Tx};
use crate::contacts::{self, ContactId, ContactRow};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::http::IfMatch;
use crate::meetings::{
    self, CancelInput, ConfirmInput, Meeting, MeetingId, MeetingParty, MeetingState, ReconfirmInput,
};
use crate::text::filled;
use crate::{do_not_contact, fields, jobs, mail_accounts, messages, sending};

/// How mail leaves.
pub struct Way {
    /// What names of events end with.
    host: String,
    /// How many mails a day the service lets a workspace send.
    most: i32,
    /// Whether mail can leave.
    way_out: Result<(), mail_accounts::Barred>,
}

impl Way {
    pub async fn of(app: &App, workspace: WorkspaceId) -> ApiResult<Self> {
        let way_out = mail_accounts::way_out(app, workspace).await?.check(app);
        Ok(Self { host: messages::host(app), most: app.config.daily_messages, way_out })
    }
}

/// Invites the contacts of a meeting who have an address, or tells them again.
pub async fn invite(
    tx: &mut Tx<'_>,
    id: MeetingId,
    sender_id: Uuid,
    way: &Way,
    input: InviteInput,
) -> ApiResult<Vec<MeetingInvite>> {
    let meeting = meetings::hold(tx, id).await?;
    if meeting.starts_at.is_none() || !matches!(meeting.state, MeetingState::Proposed | MeetingState::Confirmed) {
        let detail = format!("a meeting that is `{}`, or has no time, invites nobody", meeting.state.name());
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    let sender = sender(tx, sender_id).await?;
    let guests = guests(tx, &meeting).await?;
    way.way_out.clone()?;
    keep_limit(tx, way.most, guests.len()).await?;
    let host_name = sender.name.clone().unwrap_or_default();
    let title = filled(input.title).unwrap_or_else(|| format!("A conversation with {host_name}"));
    let note = filled(input.note);
    let known = store::lock_of_meetings(tx.conn, tx.workspace, &[id]).await?;
    let mut told = Vec::new();
    for guest in guests {
        let key = email_key(&guest.address);
        let before = known.iter().find(|row| row.address_key == key);
        let row = match before.cloned() {
            Some(row) => {
                let row = if row.told_starts_at == meeting.starts_at { row } else { row.unanswered() };
                let row = row.told(&meeting, InviteMethod::Request, tx.now);
                let (title, note) = (title.clone(), note.clone());
                let row = InviteRow { sender_id, title, note, name: guest.name, address: guest.address, ..row };
                store::update(tx.conn, &row).await?;
                row
            }
            None => {
                let row = InviteRow {
                    workspace_id: tx.workspace,
                    id: Uuid::now_v7().into(),
                    version: 1,
                    created_at: tx.now,
                    updated_at: tx.now,
                    meeting_id: id,
                    sender_id,
                    uid: calendars::uid(&meeting, &way.host),
                    title: title.clone(),
                    note: note.clone(),
                    name: guest.name,
                    address: guest.address,
                    address_key: key,
                    method: InviteMethod::Request,
                    sequence: meeting.sequence,
                    sent_at: tx.now,
                    sent_count: 1,
                    told_sequence: meeting.sequence,
                    told_starts_at: meeting.starts_at,
                    answer: InviteAnswer::NeedsAction,
                    answered_at: None,
                    comment: None,
                    time_sequence: meeting.sequence,
                    answer_stamped_at: None,
                    proposed_starts_at: None,
                };
                store::insert(tx.conn, &row).await?;
                row
            }
        };
        tx.record(Kind::MeetingInviteSent, row.id, row.version, Vec::new());
        send(tx, &row, &meeting, sender.clone()).await?;
        told.push(MeetingInvite::from(row));
    }
    Ok(told)
}

/// As many mails a day (UTC) about meetings as there may be messages: whoever asks for more is told to come back.
async fn keep_limit(tx: &mut Tx<'_>, most: i32, guests: usize) -> ApiResult<()> {
    let settings = sending::lock(tx, most).await?;
    let midnight = tx.now.date_naive().and_time(NaiveTime::MIN).and_utc();
    let sent = store::sent_since(tx.conn, tx.workspace, midnight).await?;
    if sent.saturating_add_unsigned(guests as u64) <= settings.effective_daily_limit.into() {
        return Ok(());
    }
    let detail = format!("a workspace sends {} mails about meetings a day at most", settings.effective_daily_limit);
    let wait = (midnight + TimeDelta::days(1) - tx.now).num_seconds();
    Err(ApiError::new(Code::RateLimited, detail).retry_after(wait.unsigned_abs().max(1)))
}

async fn send(tx: &mut Tx<'_>, row: &InviteRow, meeting: &Meeting, sender: Person) -> ApiResult<()> {
    match letter::write(row, meeting, sender, tx.now) {
        Some(mail) => jobs::enqueue(tx.conn, Some(tx.workspace), &mail, Uuid::now_v7(), tx.now).await,
        None => Ok(()),
    }
}

async fn sender(tx: &mut Tx<'_>, id: Uuid) -> ApiResult<Person> {
    match members::mailbox(tx.conn, tx.workspace, id).await? {
        Some(Mailbox { name, address, verified_at: Some(_) }) => Ok(Person { name: Some(name), address }),
        _ => Err(ApiError::new(Code::EmailNotVerified, "verify your e-mail address before you invite")),
    }
}

/// The contacts of the meeting who have an address, unless one of them does not want to be written to.
async fn guests(tx: &mut Tx<'_>, meeting: &Meeting) -> ApiResult<Vec<Person>> {
    let rows = contacts::find_many(tx.conn, tx.workspace, &meeting.contact_ids).await?;
    let addresses: Vec<String> = rows.iter().filter_map(ContactRow::address).collect();
    if addresses.is_empty() {
        return Err(ApiError::field("", "required", "no contact of the meeting has an e-mail address"));
    }
    let listed = do_not_contact::listed(tx.conn, tx.workspace, addresses).await?;
    if !listed.is_empty() || rows.iter().any(ContactRow::wants_no_contact) {
        return Err(ApiError::new(Code::DoNotContact, "a contact of the meeting asked not to be written to"));
    }
    let person = |row: &ContactRow| Some(Person { name: row.name(), address: row.address()? });
    Ok(rows.iter().filter_map(person).collect())
}

/// Tells those who were invited what became of the meeting. Kinds that change nothing for them tell nothing.
pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()> {
    const KINDS: [Kind; 6] = [
        Kind::MeetingConfirmed,
        Kind::MeetingRescheduled,
        Kind::MeetingUpdated,
        Kind::MeetingCancelled,
        Kind::MeetingDeleted,
        Kind::MeetingRestored,
    ];
    let moved = tx.changes().iter().filter(|change| KINDS.contains(&change.kind));
    let moved: BTreeSet<Uuid> = moved.map(|change| change.resource_id).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let ids: Vec<MeetingId> = moved.into_iter().map(MeetingId::from).collect();
    let rows = store::lock_of_meetings(tx.conn, tx.workspace, &ids).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let meetings = meetings::deleted_or_not(tx.conn, tx.workspace, &ids).await?;
    let all: Vec<&Meeting> = meetings.iter().map(|(meeting, _)| meeting).collect();
    let people = calendars::guests(tx.conn, tx.workspace, &all).await?;
    let unwanted = unwanted(tx, &all).await?;
    for row in rows {
        let Some((meeting, deleted)) = meetings.iter().find(|(meeting, _)| meeting.id == row.meeting_id) else {
            continue;
        };
        let wanted = wanted(&row, meeting, *deleted, &people);
        let news = wanted.is_some_and(|method| {
            // Who declined knows; who was told of this already, too.
            (method != row.method || (method == InviteMethod::Request && meeting.sequence > row.told_sequence))
                && !(method == InviteMethod::Cancel && row.answer == InviteAnswer::Declined)
                // They may be told that nothing is asked of them any more, and nothing else.
                && !(method == InviteMethod::Request && unwanted.contains(&row.address_key))
        });
        let (Some(method), true) = (wanted, news) else { continue };
        // Whoever invited may have left: nobody is left to answer to.
        let sender = match sender(tx, row.sender_id).await {
            Err(error) if error.code == Code::EmailNotVerified => continue,
            sender => sender?,
        };
        // An answer says nothing of another time, unless who was invited chose it.
        let chosen = matches!(tx.actor, Actor::InvitedPerson) || row.told_starts_at == meeting.starts_at;
        let row = if chosen || method == InviteMethod::Cancel { row } else { row.unanswered() };
        let row = row.told(meeting, method, tx.now);
        store::update(tx.conn, &row).await?;
        tx.record(Kind::MeetingInviteSent, row.id, row.version, vec!["method".to_owned(), "sequence".to_owned()]);
        send(tx, &row, meeting, sender).await?;
    }
    Ok(())
}

/// The addresses of contacts of these meetings who do not want to be written to.
async fn unwanted(tx: &mut Tx<'_>, meetings: &[&Meeting]) -> ApiResult<HashSet<String>> {
    let mut ids: Vec<ContactId> = meetings.iter().flat_map(|meeting| meeting.contact_ids.iter().copied()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = contacts::find_many(tx.conn, tx.workspace, &ids).await?;
    let addresses: Vec<String> = rows.iter().filter_map(ContactRow::address).collect();
    let listed = do_not_contact::listed(tx.conn, tx.workspace, addresses).await?;
    let closed = rows.iter().filter(|row| row.wants_no_contact()).filter_map(ContactRow::address);
    Ok(listed.into_iter().chain(closed).map(|address| email_key(&address)).collect())
}

/// What the invited person's calendar should do.
fn wanted(
    row: &InviteRow,
    meeting: &Meeting,
    deleted: bool,
    people: &HashMap<ContactId, Person>,
) -> Option<InviteMethod> {
    let addresses: HashSet<String> =
        meeting.contact_ids.iter().filter_map(|id| Some(email_key(&people.get(id)?.address))).collect();
    match meeting.state {
        _ if deleted || !addresses.contains(&row.address_key) => Some(InviteMethod::Cancel),
        MeetingState::Cancelled => Some(InviteMethod::Cancel),
        MeetingState::Proposed | MeetingState::Confirmed if meeting.starts_at.is_some() => Some(InviteMethod::Request),
        _ => None,
    }
}

/// Notes what somebody answered who was invited, and draws from it what follows for the meeting. Nothing when they were
/// not invited to it.
pub async fn answer(tx: &mut Tx<'_>, reply: Reply) -> ApiResult<Option<MeetingId>> {
    let Some(meeting) = store::called(tx.conn, tx.workspace, &reply.uid).await? else { return Ok(None) };
    // The meeting first, as everywhere; one in the trash is past answering.
    let meeting = match meetings::hold(tx, meeting).await {
        Err(error) if error.code == Code::NotFound => return Ok(None),
        held => held?,
    };
    let rows = store::lock_of_meetings(tx.conn, tx.workspace, &[meeting.id]).await?;
    let Some(row) = answered(tx, &meeting, &rows, &reply).await? else { return Ok(None) };
    // An answer to a time that has changed since says nothing of the new one, nor does one to a mail that never was, or to
    // one that asks nothing; one that a later one has overtaken says nothing any more.
    let asked = i64::from(row.time_sequence)..=i64::from(row.sequence);
    let is_current = row.method == InviteMethod::Request && asked.contains(&reply.sequence);
    let is_overtaken = row.answer_stamped_at.zip(reply.stamped_at).is_some_and(|(last, this)| this < last);
    if !is_current || is_overtaken {
        return Ok(Some(meeting.id));
    }
    let id = row.id;
    let after = InviteRow {
        version: row.version + 1,
        updated_at: tx.now,
        answer: reply.answer,
        answered_at: Some(tx.now),
        comment: reply.comment.clone(),
        answer_stamped_at: reply.stamped_at,
        proposed_starts_at: reply.proposed_starts_at,
        ..row.clone()
    };
    store::update(tx.conn, &after).await?;
    let changed = fields::changed(&MeetingInvite::from(row.clone()), &MeetingInvite::from(after));
    tx.record(Kind::MeetingInviteAnswered, id, row.version + 1, changed);
    let others_come = rows.iter().any(|other| other.id != id && other.answer != InviteAnswer::Declined);
    let follows = tx.part(async |tx| follow(tx, &meeting, &reply, others_come).await).await;
    match follows {
        // A time that is another meeting's by now is for the seeker to sort out.
        Err(error) if matches!(error.code, Code::MeetingOverlaps | Code::ImpossibleTransition) => {}
        follows => follows?,
    }
    Ok(Some(meeting.id))
}

/// The invitation that is answered: that of the address that answers for itself, or for which another address of the same
/// contact does, as people have several.
async fn answered<'r>(
    tx: &mut Tx<'_>,
    meeting: &Meeting,
    rows: &'r [InviteRow],
    reply: &Reply,
) -> ApiResult<Option<&'r InviteRow>> {
    let (from, attendee) = (email_key(&reply.from), email_key(&reply.address));
    let of = |key: &str| rows.iter().find(|row| row.address_key == key);
    if let Some(row) = of(&attendee).filter(|_| from == attendee) {
        return Ok(Some(row));
    }
    let contacts = contacts::find_many(tx.conn, tx.workspace, &meeting.contact_ids).await?;
    let keys = contacts.iter().map(|row| row.emails.0.iter().map(|email| email_key(&email.address)).collect());
    let own = keys.into_iter().find(|own: &HashSet<String>| own.contains(&from) && own.contains(&attendee));
    Ok(own.and_then(|own| rows.iter().find(|row| own.contains(&row.address_key))))
}

async fn follow(tx: &mut Tx<'_>, meeting: &Meeting, reply: &Reply, others_come: bool) -> ApiResult<()> {
    let any = IfMatch::default();
    match (reply.answer, meeting.state) {
        (InviteAnswer::Accepted, MeetingState::Proposed) => {
            meetings::confirm(tx, meeting.id, &any, ConfirmInput::default()).await.map(drop)
        }
        (InviteAnswer::Accepted, MeetingState::Confirmed) => {
            meetings::reconfirm(tx, meeting.id, &any, ReconfirmInput::default()).await.map(drop)
        }
        (InviteAnswer::Declined, MeetingState::Proposed | MeetingState::Confirmed) if !others_come => {
            let input = CancelInput { by: Some(MeetingParty::Contact), reason: reply.comment.clone() };
            meetings::cancel(tx, meeting.id, &any, input).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// What went to the addresses of these ids of one person.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = of_person(conn, workspace, ids).await?;
    Ok(fields::store(&rows.into_iter().map(MeetingInvite::from).collect::<Vec<_>>()))
}

/// These contacts go for good: nobody is told any more.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    let rows = of_person(tx.conn, tx.workspace, ids).await?;
    for row in &rows {
        tx.record(Kind::MeetingInvitePurged, row.id, row.version + 1, Vec::new());
    }
    store::delete(tx.conn, tx.workspace, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await
}

async fn of_person(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<InviteRow>> {
    let known = contacts::known(conn, workspace, ids).await?;
    let addresses = known.iter().flat_map(|(contact, _)| &contact.emails).map(|email| email_key(&email.address));
    store::to_addresses(conn, workspace, &addresses.collect::<Vec<_>>()).await
}
