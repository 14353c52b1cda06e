//! What somebody with the link does, as the actor `invited_person`.
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use uuid::Uuid;

use super::api::{BookInput, BookedMeeting, Booking, BookingNoteInput, BookingSlot, OfferChoice};
use super::model::{Invitation, OfferRow};
use super::notice::{self, News};
use super::service::{open_slots, taken, write};
use super::slots::OpenTimes;
use super::store;
use super::words::{BookingState, OfferState, OfferStep};
use crate::app::App;
use crate::auth::link;
use crate::auth::token::Prefix;
use crate::calendars::{self, Calendar, Whose};
use crate::changes::{Actor, Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::{Answer, IdempotencyKey, IfMatch};
use crate::invites::{self, InviteInput, Way};
use crate::meetings::{
    self, CancelInput, Chosen, Meeting, MeetingId, MeetingMedium, MeetingParty, MeetingState, Place,
};
use crate::messages;
use crate::text::filled;

/// How long nobody is told again that no time suits.
const QUIET: TimeDelta = TimeDelta::hours(1);

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
    pub async fn look(&self, app: &App, zone: Option<&str>, from: Option<DateTime<Utc>>) -> ApiResult<Booking> {
        let read = async |conn: &_| self.shown(conn, zone, from, app.now()).await;
        app.db.read(self.workspace, read).await
    }

    async fn shown(
        &self,
        conn: &Conn,
        zone: Option<&str>,
        from: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> ApiResult<Booking> {
        let row = store::with_token(conn, self.workspace, &self.hash).await.map_err(hide)?;
        let meeting = meetings::read(conn, self.workspace, row.meeting_id).await.map_err(hide)?;
        let state = state(&row, &meeting, now)?;
        let open = match state {
            BookingState::Open | BookingState::Booked => {
                open_slots(conn, self.workspace, &meeting, &row.invitation.0, now, from).await?
            }
            _ => OpenTimes::default(),
        };
        Ok(booking(row, state, &meeting, open, zone))
    }

    /// What was booked as an iCalendar file, by the visitor's clock.
    pub async fn calendar(&self, app: &App) -> ApiResult<String> {
        let host = messages::host(app);
        let read = async |conn: &_| {
            let row = store::with_token(conn, self.workspace, &self.hash).await.map_err(hide)?;
            let meeting = meetings::read(conn, self.workspace, row.meeting_id).await.map_err(hide)?;
            if row.state != OfferStep::Booked {
                return Err(gone());
            }
            let title = row.invitation.0.title.clone();
            let event = calendars::event(&meeting, title, &host, Whose::Contacts).ok_or_else(gone)?;
            Ok(Calendar { events: vec![event], ..Calendar::default() }.text())
        };
        app.db.read(self.workspace, read).await
    }

    /// That the link leads somewhere, before anything is written about whoever has it.
    pub async fn check(&self, app: &App) -> ApiResult<()> {
        let find = async |conn: &_| store::with_token(conn, self.workspace, &self.hash).await;
        app.db.read(self.workspace, find).await.map(drop).map_err(hide)
    }

    /// Does what the link is for, by whoever has it.
    pub async fn write(
        &self,
        app: &App,
        work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<Booking>,
    ) -> ApiResult<Booking> {
        app.write_as(self.workspace, Actor::InvitedPerson, work).await
    }

    /// As [`Self::write`], once for each `Idempotency-Key` that comes with this link.
    pub async fn post(
        &self,
        app: &App,
        key: &IdempotencyKey,
        body: &[u8],
        work: impl AsyncFnOnce(&mut Tx<'_>) -> ApiResult<Answer<Booking>>,
    ) -> ApiResult<Answer<Booking>> {
        self.check(app).await?;
        let mut credential = [0; 16];
        credential.copy_from_slice(self.hash.get(..16).ok_or_else(gone)?);
        let claim = key.claim(&app.ring, self.workspace, Uuid::from_bytes(credential), body);
        app.post_as(self.workspace, Actor::InvitedPerson, claim, work).await
    }

    /// How mail leaves, which is to be known before the transaction.
    pub async fn way(&self, app: &App) -> ApiResult<Way> {
        Way::of(app, self.workspace).await
    }

    /// The offer and its meeting, both locked.
    async fn hold(&self, tx: &mut Tx<'_>) -> ApiResult<(OfferRow, Meeting)> {
        let row = store::with_token(tx.conn, self.workspace, &self.hash).await.map_err(hide)?;
        // The meeting is locked first, as whoever removes it does.
        let meeting = meetings::hold(tx, row.meeting_id).await.map_err(hide)?;
        let row = store::lock(tx.conn, self.workspace, row.id).await.map_err(hide)?;
        Ok((row, meeting))
    }

    /// Books a time. Of several at once one gets it; the others are told which are left.
    pub async fn book(&self, tx: &mut Tx<'_>, way: &Way, input: BookInput) -> ApiResult<Booking> {
        self.choose(tx, way, input, BookingState::Open).await
    }

    /// Moves what was booked to another time.
    pub async fn reschedule(&self, tx: &mut Tx<'_>, way: &Way, input: BookInput) -> ApiResult<Booking> {
        self.choose(tx, way, input, BookingState::Booked).await
    }

    async fn choose(&self, tx: &mut Tx<'_>, way: &Way, input: BookInput, from: BookingState) -> ApiResult<Booking> {
        let zone = input.time_zone.clone();
        let choose = async |tx: &mut Tx<'_>| {
            let (row, meeting) = self.hold(tx).await?;
            choose(tx, row, &meeting, input, from, way).await
        };
        let outcome = tx.part(choose).await;
        let shown = async |tx: &mut Tx<'_>| self.shown(tx.conn, zone.as_deref(), None, tx.now).await;
        match outcome {
            Ok(()) => shown(tx).await,
            // What collides is nobody's business who is not of the workspace.
            Err(error) if matches!(error.code, Code::SlotTaken | Code::MeetingOverlaps) => {
                let left = shown(tx).await?.slots;
                let left = left.into_iter().map(|slot| slot.starts_at.to_rfc3339_opts(SecondsFormat::Secs, true));
                let detail = "somebody was faster, or the time is not free any more";
                let fault = Fault::field("/starts_at", "taken", detail).offering(left.collect::<Vec<_>>());
                Err(ApiError::new(Code::SlotTaken, detail).with(fault))
            }
            Err(error) => Err(error),
        }
    }

    /// Calls off what was booked.
    pub async fn cancel(&self, tx: &mut Tx<'_>, input: BookingNoteInput) -> ApiResult<Booking> {
        let (row, meeting) = self.hold(tx).await?;
        expect(state(&row, &meeting, tx.now)?, BookingState::Booked)?;
        let note = filled(input.note);
        call_off(tx, &meeting, note.clone()).await?;
        notice::tell(tx, &row, &meeting, News::CalledOff, note.as_deref()).await?;
        self.shown(tx.conn, None, None, tx.now).await
    }

    /// Says no to the invitation: there will be no meeting.
    pub async fn decline(&self, tx: &mut Tx<'_>, input: BookingNoteInput) -> ApiResult<Booking> {
        let (row, meeting) = self.hold(tx).await?;
        expect(state(&row, &meeting, tx.now)?, BookingState::Open)?;
        let note = filled(input.note);
        call_off(tx, &meeting, note.clone()).await?;
        notice::tell(tx, &row, &meeting, News::Declined, note.as_deref()).await?;
        write(tx, row, Kind::MeetingOfferDeclined, |row, now| {
            row.state = OfferStep::Declined;
            row.answer = note;
            row.answered_at = Some(now);
        })
        .await?;
        self.shown(tx.conn, None, None, tx.now).await
    }

    /// Says that none of the times suits. The offer stays open.
    pub async fn none_suits(&self, tx: &mut Tx<'_>, input: BookingNoteInput) -> ApiResult<Booking> {
        let (row, meeting) = self.hold(tx).await?;
        expect(state(&row, &meeting, tx.now)?, BookingState::Open)?;
        let note = filled(input.note);
        // It can be said time and again: whoever does so fills nobody's mailbox.
        if row.answered_at.is_none_or(|before| tx.now - before > QUIET) {
            notice::tell(tx, &row, &meeting, News::NoneSuits, note.as_deref()).await?;
        }
        write(tx, row, Kind::MeetingOfferAnswered, |row, now| {
            row.answer = note;
            row.answered_at = Some(now);
        })
        .await?;
        self.shown(tx.conn, None, None, tx.now).await
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
    // Whoever booked is told that it was called off.
    if row.state == OfferStep::Booked && meeting.state == MeetingState::Cancelled {
        return Ok(BookingState::Cancelled);
    }
    // Whoever looks at times while they are agreed on by another link, or by word of mouth, learns why they are gone.
    let is_agreed = matches!(meeting.state, MeetingState::Confirmed | MeetingState::Completed);
    if row.is_open(now) && (is_agreed || meeting.started_at.is_some()) {
        return Ok(BookingState::Closed);
    }
    match row.standing(Some(meeting), now) {
        OfferState::Open => Ok(BookingState::Open),
        OfferState::Declined => Ok(BookingState::Declined),
        // Once it was started it is not to be moved or called off by a link.
        OfferState::Booked
            if meeting.state == MeetingState::Confirmed
                && meeting.started_at.is_none()
                && meeting.starts_at.is_some_and(|at| at > now) =>
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
        (BookingState::Closed, _) => Err(ApiError::new(Code::AlreadyBooked, "the meeting was agreed in another way")),
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
    way: &Way,
) -> ApiResult<()> {
    expect(state(&row, meeting, tx.now)?, from)?;
    let invitation = &row.invitation.0;
    let booked = (from == BookingState::Booked).then_some(meeting);
    let says_time_alone = input.choice.is_none() && input.phone.is_none();
    let chosen = chosen(invitation, input, booked, tx.now)?;
    let is_as_booked = |meeting: &Meeting| {
        meeting.starts_at == Some(chosen.starts_at)
            && meeting.medium == chosen.medium
            && (says_time_alone || meeting.place == chosen.place)
    };
    // Whoever clicks twice moves nothing, and nobody is told of it.
    if booked.is_some_and(is_as_booked) {
        return Ok(());
    }
    let preferences = meetings::preferences(tx.conn, tx.workspace).await?;
    let taken = taken(tx.conn, tx.workspace, meeting, invitation, tx.now).await?;
    if !invitation.is_free(&taken, preferences.travel(chosen.medium), chosen.starts_at) {
        return Err(ApiError::new(Code::SlotTaken, "the time is taken"));
    }
    // Of what was confirmed meanwhile, the meetings' own look and the database's constraint tell.
    let meeting = meetings::book(tx, meeting.id, chosen).await?;
    let news = if from == BookingState::Open { News::Booked } else { News::Moved };
    notice::tell(tx, &row, &meeting, news, None).await?;
    if from == BookingState::Open {
        invite(tx, &row, meeting.id, way).await?;
        write(tx, row, Kind::MeetingOfferBooked, |row, now| {
            row.state = OfferStep::Booked;
            row.booked_at = Some(now);
        })
        .await?;
    }
    Ok(())
}

/// Sends whoever has booked an invitation for their calendar, where that was wished for and can be done. That it cannot is
/// no reason to refuse the booking.
async fn invite(tx: &mut Tx<'_>, row: &OfferRow, meeting: MeetingId, way: &Way) -> ApiResult<()> {
    let Some(sender) = row.made_by.filter(|_| row.invite) else { return Ok(()) };
    let input = InviteInput { title: Some(row.invitation.0.title.clone()), note: row.invitation.0.note.clone() };
    let sent = tx.part(async |tx| invites::invite(tx, meeting, sender, way, input).await).await;
    match sent {
        Ok(_) => Ok(()),
        Err(error) if error.code.status().is_client_error() => {
            tracing::info!(%meeting, "nobody was invited to the meeting {meeting} that was booked: {error}");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// What was chosen, as far as it was on offer. `booked` is what was booked before, which holds where nothing else is said.
fn chosen(
    invitation: &Invitation,
    input: BookInput,
    booked: Option<&Meeting>,
    now: DateTime<Utc>,
) -> ApiResult<Chosen> {
    let BookInput { starts_at, choice, phone, time_zone } = input;
    let mut faults = Vec::new();
    if !invitation.offers(starts_at, now) {
        faults.push(Fault::field("/starts_at", "not_offered", "is not among the times on offer, or not any more"));
    }
    let as_booked = booked.and_then(|meeting| invitation.place_of(meeting.medium));
    let Some(OfferChoice { medium, place }) = invitation.choices.get(choice.or(as_booked).unwrap_or(0)).cloned() else {
        faults.push(Fault::field("/choice", "out_of_range", "is the place of none of `choices`"));
        return Err(ApiError::faults(Code::InvalidFields, "field", faults));
    };
    ApiError::check(faults)?;
    let lacks_number = place.as_ref().is_none_or(|place| place.phone.is_none());
    let before = booked.filter(|meeting| meeting.medium == medium);
    let before = before.and_then(|meeting| meeting.place.as_ref()?.phone.clone());
    let number = filled(phone).or(before).filter(|_| medium == MeetingMedium::Phone && lacks_number);
    let place = match number {
        Some(number) => Some(Place { phone: Some(number), ..place.unwrap_or_default() }),
        None => place,
    };
    let usual = || booked.map_or_else(|| invitation.time_zone.clone(), |meeting| meeting.contact_zone.clone());
    let zone = time_zone.unwrap_or_else(usual);
    Ok(Chosen { starts_at, duration_minutes: invitation.duration_minutes, zone, medium, place })
}

async fn call_off(tx: &mut Tx<'_>, meeting: &Meeting, reason: Option<String>) -> ApiResult<()> {
    let input = CancelInput { by: Some(MeetingParty::Contact), reason };
    meetings::cancel(tx, meeting.id, &IfMatch::default(), input).await.map(drop)
}

fn booking(row: OfferRow, state: BookingState, meeting: &Meeting, open: OpenTimes, zone: Option<&str>) -> Booking {
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
    let slots = open.times.into_iter().filter(|at| booked.as_ref().is_none_or(|booked| booked.starts_at != *at));
    Booking {
        state,
        title,
        host_name,
        note,
        duration_minutes,
        expires_at: row.expires_at,
        choices,
        slots: slots.map(slot).collect(),
        next_slots_from: open.next,
        meeting: booked,
        answered_at: row.answered_at,
        time_zone,
    }
}
