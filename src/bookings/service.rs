//! What the seeker does with offers, inside the caller's transaction.
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::api::{Availability, BookingSlot, Offer, OfferChoice, OfferInput, OfferSlot, OfferSlots};
use super::model::{Invitation, OfferId, OfferRow};
use super::slots::OpenTimes;
use super::store;
use super::words::{OfferState, OfferStep};
use crate::auth::users::UserRow;
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::{IfMatch, Rules};
use crate::meetings::{self, Meeting, MeetingId, MeetingState};
use crate::spans::{Span, Spans};
use crate::text::{FreeText, filled};
use crate::zones::{self, Tz};
use crate::{busy, do_not_contact, fields, profile};

/// How long an offer can be booked, unless said otherwise, and at most.
const LIFETIME: TimeDelta = TimeDelta::days(14);
const LONGEST: TimeDelta = TimeDelta::days(366);
/// How far in the future a time on offer may be.
const FAR: TimeDelta = TimeDelta::days(366);

/// Offers times for a meeting that is a proposal. `token_hash` is what is stored of the link.
pub async fn create(
    tx: &mut Tx<'_>,
    id: OfferId,
    meeting: MeetingId,
    token_hash: Vec<u8>,
    member: &UserRow,
    input: OfferInput,
) -> ApiResult<Offer> {
    let meeting = meetings::hold(tx, meeting).await?;
    if meeting.state != MeetingState::Proposed {
        let detail =
            format!("a meeting that is `{}` has no times to offer: it must be `proposed`", meeting.state.name());
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    if meeting.started_at.is_some() {
        return Err(ApiError::new(Code::ImpossibleTransition, "a meeting that was started has no times to offer"));
    }
    let people = contacts::find_many(tx.conn, tx.workspace, &meeting.contact_ids).await?;
    if !do_not_contact::unwanted(tx.conn, tx.workspace, &people).await?.is_empty() {
        let detail = "a contact of the meeting asked not to be written to: there is nobody to send a link to";
        return Err(ApiError::new(Code::DoNotContact, detail));
    }
    let mut faults = input.faults();
    let asked: Vec<Option<DateTime<Utc>>> = input.slots.iter().flatten().map(instant).collect();
    let OfferInput { expires_at: given, notify, send_invite: invite, .. } = input;
    let invitation = invitation(tx, &meeting, &member.name, input, &mut faults).await?;
    let last = invitation.span(tx.now).map_or(tx.now + LIFETIME, |span| span.until - invitation.duration());
    let expires_at = given.unwrap_or_else(|| last.min(tx.now + LIFETIME));
    if expires_at <= tx.now || expires_at > tx.now + LONGEST {
        faults.push(Fault::field("/expires_at", "out_of_range", "must be to come, and within a year"));
    }
    ApiError::check(faults)?;
    let taken = taken(tx.conn, tx.workspace, &meeting, &invitation, tx.now).await?;
    let travel = travel(tx.conn, tx.workspace, &invitation).await?;
    refuse_taken(&invitation, &asked, &taken, travel, tx.now)?;
    let row = OfferRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        meeting_id: meeting.id,
        token_hash: Some(token_hash),
        state: OfferStep::Open,
        expires_at,
        invitation: Json(invitation),
        booked_at: None,
        answer: None,
        answered_at: None,
        made_by: Some(member.id),
        wants_mail: notify,
        invite,
    };
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::MeetingOfferCreated, id, 1, Vec::new());
    Ok(Offer::new(row, Some(&meeting), tx.now))
}

/// What the invited person will be shown.
async fn invitation(
    tx: &mut Tx<'_>,
    meeting: &Meeting,
    account_name: &str,
    input: OfferInput,
    faults: &mut Vec<Fault>,
) -> ApiResult<Invitation> {
    let OfferInput { slots, availability, choices, duration_minutes, time_zone, host_name, title, note, .. } = input;
    let host_name = match filled(host_name) {
        Some(name) => name,
        None => filled(profile::find(tx.conn, tx.workspace).await?.name).unwrap_or_else(|| account_name.to_owned()),
    };
    let time_zone = time_zone.unwrap_or_else(|| meeting.contact_zone.clone());
    let as_is = || vec![OfferChoice { medium: meeting.medium, place: meeting.place.clone() }];
    Ok(Invitation {
        title: filled(title).unwrap_or_else(|| format!("A conversation with {host_name}").chars().take(200).collect()),
        host_name,
        note: filled(note),
        slots: times(slots.unwrap_or_default(), tx.now, faults),
        availability: availability.map(|availability| settled(availability, &meeting.contact_zone, tx.now, faults)),
        time_zone,
        duration_minutes: duration_minutes.unwrap_or(meeting.duration_minutes),
        choices: choices.unwrap_or_else(as_is),
        allow_overlap: meeting.allow_overlap,
    })
}

fn instant(slot: &OfferSlot) -> Option<DateTime<Utc>> {
    meetings::instant(slot.starts_at, slot.starts_local.as_ref(), &mut Vec::new())
}

/// The times on offer, in their order.
fn times(slots: Vec<OfferSlot>, now: DateTime<Utc>, faults: &mut Vec<Fault>) -> Vec<DateTime<Utc>> {
    let mut times = Vec::with_capacity(slots.len());
    for (index, slot) in slots.iter().enumerate() {
        // What cannot be read is told of by the rules.
        let Some(at) = instant(slot) else { continue };
        let pointer = format!("/slots/{index}/starts_at");
        if at <= now || at > now + FAR {
            faults.push(Fault::field(pointer, "out_of_range", "must be to come, and within a year"));
        } else if times.contains(&at) {
            faults.push(Fault::field(pointer, "duplicate", "is on offer already"));
        }
        times.push(at);
    }
    times.sort_unstable();
    times
}

/// With the days and the zone that were left to the service.
fn settled(availability: Availability, zone: &str, now: DateTime<Utc>, faults: &mut Vec<Fault>) -> Availability {
    let zone = availability.time_zone.unwrap_or_else(|| zone.to_owned());
    let today = zones::day(zones::zone(&zone).unwrap_or(Tz::UTC), now);
    let first_on = availability.first_on.unwrap_or(today + TimeDelta::days(1));
    if first_on < today || first_on - today > FAR {
        let detail = "must be today or to come, and within a year";
        faults.push(Fault::field("/availability/first_on", "out_of_range", detail));
    }
    Availability { time_zone: Some(zone), first_on: Some(first_on), ..availability }
}

/// Times that nobody could book are not offered. `asked` are those of the input, in its order.
fn refuse_taken(
    invitation: &Invitation,
    asked: &[Option<DateTime<Utc>>],
    taken: &Spans,
    travel: TimeDelta,
    now: DateTime<Utc>,
) -> ApiResult<()> {
    let mut faults = Vec::new();
    for (index, at) in asked.iter().enumerate() {
        let Some(at) = at.filter(|at| !invitation.is_free(taken, travel, *at)) else { continue };
        let detail = format!("a meeting or another engagement, with the way to it, takes {}", meetings::told(at));
        faults.push(Fault::field(format!("/slots/{index}/starts_at"), "taken", detail));
    }
    if invitation.availability.is_some() && invitation.open(taken, travel, now, None).times.is_empty() {
        faults.push(Fault::field("/availability", "taken", "leaves no time that is free and still to come"));
    }
    ApiError::check(faults)
}

/// How much is kept free before and after a time: as much as the longest way asks for that may be chosen.
pub async fn travel(conn: &Conn, workspace: WorkspaceId, invitation: &Invitation) -> ApiResult<TimeDelta> {
    let preferences = meetings::preferences(conn, workspace).await?;
    let ways = invitation.choices.iter().map(|choice| preferences.travel(choice.medium));
    Ok(ways.max().unwrap_or_default())
}

/// What is taken of the time that the invitation is about, by others than its meeting.
pub async fn taken(
    conn: &Conn,
    workspace: WorkspaceId,
    meeting: &Meeting,
    invitation: &Invitation,
    now: DateTime<Utc>,
) -> ApiResult<Spans> {
    let Some(span) = invitation.span(now).filter(|_| !invitation.allow_overlap) else { return Ok(Spans::default()) };
    // The longest way is eight hours.
    let span = Span { from: span.from - TimeDelta::hours(8), until: span.until + TimeDelta::hours(8) };
    busy::taken(conn, workspace, Some(meeting.id), span).await
}

/// The times from this one on that can be chosen now.
pub async fn open_slots(
    conn: &Conn,
    workspace: WorkspaceId,
    meeting: &Meeting,
    invitation: &Invitation,
    now: DateTime<Utc>,
    from: Option<DateTime<Utc>>,
) -> ApiResult<OpenTimes> {
    let taken = taken(conn, workspace, meeting, invitation, now).await?;
    let travel = travel(conn, workspace, invitation).await?;
    Ok(invitation.open(&taken, travel, now, from))
}

/// As [`open_slots`], of an offer as it stands.
pub async fn slots(
    conn: &Conn,
    workspace: WorkspaceId,
    meeting: &Meeting,
    row: OfferRow,
    now: DateTime<Utc>,
    from: Option<DateTime<Utc>>,
) -> ApiResult<OfferSlots> {
    if row.standing(Some(meeting), now) != OfferState::Open {
        return Ok(OfferSlots::default());
    }
    let invitation = row.invitation.0;
    let open = open_slots(conn, workspace, meeting, &invitation, now, from).await?;
    let slot = |at| BookingSlot::new(at, invitation.duration(), &invitation.time_zone);
    Ok(OfferSlots { slots: open.times.into_iter().map(slot).collect(), next_slots_from: open.next })
}

/// From now on the link leads nowhere.
pub async fn revoke(tx: &mut Tx<'_>, meeting: MeetingId, id: OfferId, if_match: &IfMatch) -> ApiResult<Offer> {
    store::find(tx.conn, tx.workspace, meeting, id).await?;
    let meeting = meetings::hold(tx, meeting).await?;
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if_match.check(row.version)?;
    if row.state == OfferStep::Revoked {
        return Err(ApiError::new(Code::ImpossibleTransition, "the offer is revoked already"));
    }
    let row = write(tx, row, Kind::MeetingOfferRevoked, |row, _| row.state = OfferStep::Revoked).await?;
    Ok(Offer::new(row, Some(&meeting), tx.now))
}

/// Changes the locked row.
pub async fn write(
    tx: &mut Tx<'_>,
    row: OfferRow,
    kind: Kind,
    change: impl FnOnce(&mut OfferRow, DateTime<Utc>),
) -> ApiResult<OfferRow> {
    let told = |row: &OfferRow| Offer { state: row.state.into(), ..Offer::new(row.clone(), None, row.updated_at) };
    let before = told(&row);
    let mut row = OfferRow { version: row.version + 1, updated_at: tx.now, ..row };
    change(&mut row, tx.now);
    store::update(tx.conn, &row).await?;
    tx.record(kind, row.id, row.version, fields::changed(&before, &told(&row)));
    Ok(row)
}

/// What was offered in the meetings that these ids of one person are in.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let meetings = meetings::ids_with(conn, workspace, ids).await?;
    let rows = store::of_meetings(conn, workspace, &meetings).await?;
    let told = |row: OfferRow| {
        let (state, at) = (row.state.into(), row.updated_at);
        Offer { state, ..Offer::new(row, None, at) }
    };
    Ok(fields::store(&rows.into_iter().map(told).collect::<Vec<_>>()))
}

/// What people wrote in those that follow this one, in the order of their ids, and the last of these, if others may
/// follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    Ok((rows.into_iter().flat_map(texts_of).collect(), last))
}

fn texts_of(row: OfferRow) -> impl Iterator<Item = FreeText> {
    let id = row.id.into();
    let Invitation { title, note, .. } = row.invitation.0;
    let texts = [("title", Some(title)), ("note", note), ("answer", row.answer)];
    texts.into_iter().filter_map(move |(field, text)| Some(FreeText { id, field: field.to_owned(), text: text? }))
}
