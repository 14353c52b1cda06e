//! What somebody with the link does, as the actor `invited_person`.
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::api::{BookInput, BookedMeeting, Booking, BookingNoteInput, BookingSlot, OfferChoice};
use super::model::{Invitation, OfferRow};
use super::service::{open_slots, taken, write};
use super::store;
use super::words::{BookingState, OfferState, OfferStep};
use crate::app::App;
use crate::auth::link;
use crate::auth::token::Prefix;
use crate::changes::{Actor, Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::IfMatch;
use crate::meetings::{self, CancelInput, Chosen, Meeting, MeetingMedium, MeetingParty, MeetingState, Place};
use crate::text::filled;

/// Whose link it is.
pub struct Link {
    workspace: WorkspaceId,
    hash: Vec<u8>,
}

impl Link {
    pub fn read(text: &str) -> ApiResult<Self> {
        let (workspace, hash) = link::read(Prefix::Booking, text).ok_or_else(gone)?;
        Ok(Self { workspace, hash })
    }

    /// The invitation, with its times as clocks of the zone show them.
    pub async fn look(&self, app: &App, zone: Option<&str>) -> ApiResult<Booking> {
        let read = async |conn: &_| self.shown(conn, zone, app.now()).await;
        app.db.read(self.workspace, read).await
    }

    async fn shown(&self, conn: &Conn, zone: Option<&str>, now: DateTime<Utc>) -> ApiResult<Booking> {
        let row = store::with_token(conn, self.workspace, &self.hash).await.map_err(hide)?;
        let meeting = meetings::read(conn, self.workspace, row.meeting_id).await.map_err(hide)?;
        let state = state(&row, &meeting, now)?;
        let open = match state {
            BookingState::Open | BookingState::Booked => {
                open_slots(conn, self.workspace, &meeting, &row.invitation.0, now).await?
            }
            _ => Vec::new(),
        };
        Ok(booking(row, state, &meeting, open, zone))
    }

    /// Has the work done by whoever has the link, to the offer and its meeting, both locked.
    async fn act<T>(
        &self,
        app: &App,
        work: impl AsyncFnOnce(&mut Tx<'_>, OfferRow, Meeting) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let act = async |tx: &mut Tx<'_>| {
            let row = store::with_token(tx.conn, self.workspace, &self.hash).await.map_err(hide)?;
            // The meeting is locked first, as whoever removes it does.
            let meeting = meetings::hold(tx, row.meeting_id).await.map_err(hide)?;
            let row = store::lock(tx.conn, self.workspace, row.id).await.map_err(hide)?;
            work(tx, row, meeting).await
        };
        app.write_as(self.workspace, Actor::InvitedPerson, act).await
    }

    /// Books a time. Of several at once one gets it; the others are told which are left.
    pub async fn book(&self, app: &App, input: BookInput) -> ApiResult<Booking> {
        self.choose(app, input, BookingState::Open).await
    }

    /// Moves what was booked to another time.
    pub async fn reschedule(&self, app: &App, input: BookInput) -> ApiResult<Booking> {
        self.choose(app, input, BookingState::Booked).await
    }

    async fn choose(&self, app: &App, input: BookInput, from: BookingState) -> ApiResult<Booking> {
        let zone = input.time_zone.clone();
        let outcome = self.act(app, async |tx, row, meeting| choose(tx, row, &meeting, input, from).await).await;
        match outcome {
            Ok(()) => self.look(app, zone.as_deref()).await,
            // What collides is nobody's business who is not of the workspace.
            Err(error) if matches!(error.code, Code::SlotTaken | Code::MeetingOverlaps) => {
                let left = self.look(app, zone.as_deref()).await?.slots;
                let left = left.into_iter().map(|slot| slot.starts_at.to_rfc3339_opts(SecondsFormat::Secs, true));
                let detail = "somebody was faster, or the time is not free any more";
                let fault = Fault::field("/starts_at", "taken", detail).offering(left.collect::<Vec<_>>());
                Err(ApiError::new(Code::SlotTaken, detail).with(fault))
            }
            Err(error) => Err(error),
        }
    }

    /// Calls off what was booked.
    pub async fn cancel(&self, app: &App, input: BookingNoteInput) -> ApiResult<Booking> {
        let cancel = async |tx: &mut Tx<'_>, row: OfferRow, meeting: Meeting| {
            expect(state(&row, &meeting, tx.now)?, BookingState::Booked)?;
            call_off(tx, &meeting, input.note).await
        };
        self.act(app, cancel).await?;
        self.look(app, None).await
    }

    /// Says no to the invitation: there will be no meeting.
    pub async fn decline(&self, app: &App, input: BookingNoteInput) -> ApiResult<Booking> {
        let decline = async |tx: &mut Tx<'_>, row: OfferRow, meeting: Meeting| {
            expect(state(&row, &meeting, tx.now)?, BookingState::Open)?;
            let note = filled(input.note);
            call_off(tx, &meeting, note.clone()).await?;
            write(tx, row, Kind::MeetingOfferDeclined, |row, now| {
                row.state = OfferStep::Declined;
                row.answer = note;
                row.answered_at = Some(now);
            })
            .await
            .map(drop)
        };
        self.act(app, decline).await?;
        self.look(app, None).await
    }

    /// Says that none of the times suits. The offer stays open.
    pub async fn none_suits(&self, app: &App, input: BookingNoteInput) -> ApiResult<Booking> {
        let answer = async |tx: &mut Tx<'_>, row: OfferRow, meeting: Meeting| {
            expect(state(&row, &meeting, tx.now)?, BookingState::Open)?;
            write(tx, row, Kind::MeetingOfferAnswered, |row, now| {
                row.answer = filled(input.note);
                row.answered_at = Some(now);
            })
            .await
            .map(drop)
        };
        self.act(app, answer).await?;
        self.look(app, None).await
    }
}

/// The same for a link that never was, and for one that leads nowhere any more.
pub fn gone() -> ApiError {
    ApiError::new(Code::NotFound, "the link does not work, or not any more: ask whoever sent it for another one")
}

/// What is not there is [`gone`].
fn hide(error: ApiError) -> ApiError {
    if error.code == Code::NotFound { gone() } else { error }
}

/// How far it has come. A link that leads nowhere any more is as one that never was.
fn state(row: &OfferRow, meeting: &Meeting, now: DateTime<Utc>) -> ApiResult<BookingState> {
    match row.standing(Some(meeting), now) {
        OfferState::Open => Ok(BookingState::Open),
        OfferState::Declined => Ok(BookingState::Declined),
        OfferState::Booked if meeting.state == MeetingState::Cancelled => Ok(BookingState::Cancelled),
        OfferState::Booked
            if meeting.state == MeetingState::Confirmed && meeting.starts_at.is_some_and(|at| at > now) =>
        {
            Ok(BookingState::Booked)
        }
        // The seeker took the confirmation back, to find another time.
        OfferState::Booked if meeting.state == MeetingState::Proposed => Err(gone()),
        OfferState::Booked => Ok(BookingState::Past),
        OfferState::Revoked | OfferState::Expired | OfferState::Closed => Err(gone()),
    }
}

fn expect(state: BookingState, wanted: BookingState) -> ApiResult<()> {
    match (state, wanted) {
        _ if state == wanted => Ok(()),
        (BookingState::Booked, _) => {
            let detail = "a time was booked by this link already; it can be moved, or called off";
            Err(ApiError::new(Code::AlreadyBooked, detail))
        }
        _ => {
            let detail = format!("the invitation is `{}`: that allows no such thing", state.name());
            Err(ApiError::new(Code::ImpossibleTransition, detail))
        }
    }
}

async fn choose(
    tx: &mut Tx<'_>,
    row: OfferRow,
    meeting: &Meeting,
    input: BookInput,
    from: BookingState,
) -> ApiResult<()> {
    expect(state(&row, meeting, tx.now)?, from)?;
    let invitation = &row.invitation.0;
    let chosen = chosen(invitation, input, tx.now)?;
    let preferences = meetings::preferences(tx.conn, tx.workspace).await?;
    let taken = taken(tx.conn, tx.workspace, meeting, invitation, tx.now).await?;
    if !invitation.is_free(&taken, preferences.travel(chosen.medium), chosen.starts_at) {
        return Err(ApiError::new(Code::SlotTaken, "the time is taken"));
    }
    // Of what was confirmed meanwhile, the meetings' own look and the database's constraint tell.
    meetings::book(tx, meeting.id, chosen).await?;
    if from == BookingState::Open {
        write(tx, row, Kind::MeetingOfferBooked, |row, now| {
            row.state = OfferStep::Booked;
            row.booked_at = Some(now);
        })
        .await?;
    }
    Ok(())
}

/// What was chosen, as far as it was on offer.
fn chosen(invitation: &Invitation, input: BookInput, now: DateTime<Utc>) -> ApiResult<Chosen> {
    let BookInput { starts_at, choice, phone, time_zone } = input;
    let mut faults = Vec::new();
    if !invitation.offers(starts_at, now) {
        faults.push(Fault::field("/starts_at", "not_offered", "is not among the times on offer, or not any more"));
    }
    let Some(OfferChoice { medium, place }) = invitation.choices.get(choice).cloned() else {
        faults.push(Fault::field("/choice", "out_of_range", "is the place of none of `choices`"));
        return Err(ApiError::faults(Code::InvalidFields, "field", faults));
    };
    ApiError::check(faults)?;
    let lacks_number = place.as_ref().is_none_or(|place| place.phone.is_none());
    let place = match filled(phone).filter(|_| medium == MeetingMedium::Phone && lacks_number) {
        Some(number) => Some(Place { phone: Some(number), ..place.unwrap_or_default() }),
        None => place,
    };
    let zone = time_zone.unwrap_or_else(|| invitation.time_zone.clone());
    Ok(Chosen { starts_at, duration_minutes: invitation.duration_minutes, zone, medium, place })
}

async fn call_off(tx: &mut Tx<'_>, meeting: &Meeting, reason: Option<String>) -> ApiResult<()> {
    let input = CancelInput { by: Some(MeetingParty::Contact), reason };
    meetings::cancel(tx, meeting.id, &IfMatch::default(), input).await.map(drop)
}

fn booking(
    row: OfferRow,
    state: BookingState,
    meeting: &Meeting,
    open: Vec<DateTime<Utc>>,
    zone: Option<&str>,
) -> Booking {
    let Invitation { host_name, title, note, time_zone, duration_minutes, choices, .. } = row.invitation.0;
    // Whoever has booked is shown their own zone again.
    let own = if row.state == OfferStep::Booked { meeting.contact_zone.clone() } else { time_zone };
    let time_zone = zone.map_or(own, str::to_owned);
    let slot = |at| BookingSlot::new(at, TimeDelta::minutes(duration_minutes.into()), &time_zone);
    let booked = meeting.starts_at.zip(meeting.ends_at).filter(|_| row.state == OfferStep::Booked);
    let booked = booked.map(|(starts_at, ends_at)| BookedMeeting {
        starts_at,
        ends_at,
        local: meetings::local((starts_at, ends_at), &time_zone),
        medium: meeting.medium,
        place: meeting.place.clone(),
    });
    let slots = open.into_iter().filter(|at| booked.as_ref().is_none_or(|booked| booked.starts_at != *at));
    Booking {
        state,
        title,
        host_name,
        note,
        duration_minutes,
        expires_at: row.expires_at,
        choices,
        slots: slots.map(slot).collect(),
        meeting: booked,
        answered_at: row.answered_at,
        time_zone,
    }
}
