//! Putting a brief together from what the workspace knows.
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_util::try_join;

use super::api::{
    Brief, BriefAgenda, BriefAgendaItem, BriefAlert, BriefGoal, BriefInsight, BriefLogistics, BriefMessage, BriefNote,
    BriefPerson, BriefPosition, BriefPromise, BriefQuestion, BriefResearch, BriefSaid, BriefStale, BriefTalk, BriefTie,
    BriefTieKind, Readiness,
};
use super::model::{Facts, MeetingFacts, NoteFacts, NotedFacts, PersonFacts, PositionFacts, TieFacts};
use super::{readiness, staleness, store};
use crate::agendas::AgendaItem;
use crate::contacts::ContactId;
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::follow_ups::FollowUpKind;
use crate::meetings::{self, Cost, MeetingContact, MeetingDetails, MeetingId, MeetingParty};
use crate::research_notes::ResearchNoteKind;
use crate::zones::{self, Tz};

/// Everything that a brief is made of, in one round of statements: how many there are of anything makes them no more.
pub async fn gather(conn: &Conn, workspace: WorkspaceId, id: MeetingId) -> ApiResult<Facts> {
    let (
        meeting,
        persons,
        positions,
        ties,
        messages,
        earlier,
        insights,
        promises,
        notes,
        noted,
        alerts,
        goals,
        questions,
        agenda,
    ) = try_join!(
        store::meeting(conn, workspace, id),
        store::persons(conn, workspace, id),
        store::positions(conn, workspace, id),
        store::ties(conn, workspace, id),
        store::messages(conn, workspace, id),
        store::earlier(conn, workspace, id),
        store::insights(conn, workspace, id),
        store::promises(conn, workspace, id),
        store::notes(conn, workspace, id),
        store::noted(conn, workspace, id),
        store::alerts(conn, workspace, id),
        store::goals(conn, workspace, id),
        store::questions(conn, workspace, id),
        store::agenda(conn, workspace, id),
    )?;
    let meeting = meeting.ok_or_else(ApiError::not_found)?;
    let agenda = agenda.map(|agenda| agenda.items.0).unwrap_or_default();
    Ok(Facts {
        meeting,
        persons,
        positions,
        ties,
        messages,
        earlier,
        insights,
        promises,
        notes,
        noted,
        alerts,
        goals,
        questions,
        agenda,
    })
}

/// The brief that these facts make on a day; without one it is today, where the seeker is.
pub fn brief(facts: Facts, on: Option<NaiveDate>, now: DateTime<Utc>) -> Brief {
    let zone = zones::zone(&facts.meeting.seeker_zone).unwrap_or(Tz::UTC);
    let as_of = on.unwrap_or_else(|| zones::day(zone, now));
    let Facts { meeting, persons, positions, ties, .. } = facts;
    let (mut messages, mut earlier, mut insights) = (facts.messages, facts.earlier, facts.insights);
    let (mut promises, mut notes, mut goals, mut ties) = (facts.promises, facts.notes, facts.goals, ties);
    let mut alerts = facts.alerts;
    let mut cut = Vec::new();
    shorten(&mut ties, store::TIES, "/in_common", &mut cut);
    shorten(&mut goals, store::GOALS, "/goals", &mut cut);
    shorten(&mut promises, store::PROMISES, "/said/promises", &mut cut);
    shorten(&mut earlier, store::EARLIER, "/said/meetings", &mut cut);
    shorten(&mut insights, store::INSIGHTS, "/said/insights", &mut cut);
    shorten(&mut messages, store::MESSAGES, "/said/messages", &mut cut);
    shorten(&mut notes, store::NOTES, "/research", &mut cut);
    let with: Vec<MeetingContact> =
        persons.iter().map(|person| MeetingContact { id: person.id, name: Some(person.name.clone()) }).collect();
    let title = meeting.title.clone().unwrap_or_else(|| meetings::by_what_it_is(meeting.medium, &with));
    let research = research(notes, &facts.noted, zone, as_of);
    let touched_at = persons.iter().filter_map(|person| person.last_touch_at).max();
    // What came before was there to be talked about.
    alerts.retain(|alert| touched_at.is_none_or(|touched| alert.dated_at > touched));
    shorten(&mut alerts, store::ALERTS, "/alerts", &mut cut);
    let alerts: Vec<BriefAlert> = alerts.into_iter().map(|alert| BriefAlert::new(alert, zone, as_of)).collect();
    let news = staleness::newest_news(&research, &alerts);
    let mut stale: Vec<BriefStale> =
        news.and_then(|age_days| staleness::of_notes(ResearchNoteKind::News, age_days)).into_iter().collect();
    let others = research.iter().filter(|research| research.kind != ResearchNoteKind::News);
    stale.extend(others.filter_map(|research| staleness::of_notes(research.kind, research.age_days)));
    let touched = touched_at.map(|at| staleness::age(zones::day(zone, at), as_of));
    stale.extend(touched.and_then(staleness::of_contact));
    let said = BriefSaid {
        promises: promises.into_iter().map(promise).collect(),
        meetings: earlier.into_iter().map(|talk| earlier_talk(talk, &with)).collect(),
        insights: insights.into_iter().map(BriefInsight::from).collect(),
        messages: messages.into_iter().map(BriefMessage::from).collect(),
    };
    let brief = Brief {
        meeting_id: meeting.id,
        title,
        state: meeting.state,
        as_of,
        readiness: Readiness { percent: 0, items: Vec::new() },
        agenda: agenda(facts.agenda, meeting.duration_minutes),
        in_common: in_common(&persons, ties),
        people: people(persons, positions),
        logistics: logistics(meeting),
        goals: goals.into_iter().map(BriefGoal::from).collect(),
        questions: facts.questions.into_iter().map(BriefQuestion::from).collect(),
        said,
        research,
        alerts,
        stale,
        cut,
    };
    Brief { readiness: readiness::judge(&brief, &facts.noted), ..brief }
}

/// Takes off what is too much, and says so.
fn shorten<T>(list: &mut Vec<T>, most: usize, pointer: &str, cut: &mut Vec<String>) {
    if list.len() > most {
        list.truncate(most);
        cut.push(pointer.to_owned());
    }
}

fn logistics(meeting: MeetingFacts) -> BriefLogistics {
    let Json(MeetingDetails { place, bring, dress, arrive_minutes_before }) = meeting.details;
    let starts_at = meeting.starts_at;
    let ends_at = starts_at.and_then(|at| at.checked_add_signed(TimeDelta::minutes(meeting.duration_minutes.into())));
    let span = starts_at.zip(ends_at);
    let before = arrive_minutes_before.map(|minutes| TimeDelta::minutes(minutes.into()));
    let cost = meeting.cost_minor.zip(meeting.cost_currency);
    BriefLogistics {
        medium: meeting.medium,
        starts_at,
        ends_at,
        duration_minutes: meeting.duration_minutes,
        seeker_local: span.map(|span| meetings::local(span, &meeting.seeker_zone)),
        seeker_zone: meeting.seeker_zone,
        contact_local: span.map(|span| meetings::local(span, &meeting.contact_zone)),
        contact_zone: meeting.contact_zone,
        place,
        arrive_by_at: starts_at.zip(before).and_then(|(at, before)| at.checked_sub_signed(before)),
        payer: meeting.payer,
        cost: cost.map(|(amount_minor, currency)| Cost { amount_minor, currency }),
        bring,
        dress,
        reconfirmed_at: meeting.reconfirmed_at,
        notes: meeting.notes,
    }
}

fn people(persons: Vec<PersonFacts>, positions: Vec<PositionFacts>) -> Vec<BriefPerson> {
    let mut theirs: BTreeMap<ContactId, Vec<BriefPosition>> = BTreeMap::new();
    for position in positions {
        theirs.entry(position.contact_id).or_default().push(position.into());
    }
    // Where they are now comes first; else as they are listed.
    theirs.values_mut().for_each(|list| list.sort_by_key(|position| !position.is_current));
    let person = |facts: PersonFacts| {
        let Json(profile) = facts.profile;
        let primary = |email: &crate::contacts::Email| email.is_primary;
        BriefPerson {
            id: facts.id,
            name: facts.name,
            preferred_name: profile.preferred_name,
            pronunciation: profile.pronunciation,
            pronouns: profile.pronouns,
            headline: profile.headline,
            location: profile.location,
            time_zone: profile.time_zone,
            email: facts.emails.0.into_iter().find(primary).map(|email| email.address),
            phone: profile.phones.into_iter().find(|phone| phone.is_primary).map(|phone| phone.number),
            links: profile.links,
            positions: theirs.remove(&facts.id).unwrap_or_default(),
            education: profile.education,
            industries: facts.industries,
            expertise: profile.expertise,
            how_found: facts.how_found,
            how_found_detail: profile.how_found_detail,
            how_found_on: profile.how_found_on,
            connector_id: facts.connector_id,
            connector_name: facts.connector_name,
            relationship: facts.relationship,
            shared_ground: profile.shared_ground,
            strength: facts.strength,
            stage: facts.stage,
            last_touch_at: facts.last_touch_at,
            notes: facts.notes,
        }
    };
    persons.into_iter().map(person).collect()
}

/// Who led to them, and whom they named; somebody who both connects and has introduced stands there once, as who has
/// introduced. Of those who are deleted nothing is told.
fn in_common(persons: &[PersonFacts], ties: Vec<TieFacts>) -> Vec<BriefTie> {
    let is_person = |id: ContactId| persons.iter().any(|person| person.id == id);
    let tie = |tie: TieFacts| {
        let (introducer, introduced) = (tie.introducer_id, tie.introduced_id);
        let state = Some(tie.state);
        match (introducer.filter(|id| is_person(*id)), introduced.filter(|id| is_person(*id))) {
            (_, Some(person_id)) => Some(BriefTie {
                kind: BriefTieKind::LedToThem,
                person_id,
                contact_id: introducer,
                name: tie.introducer_name?,
                may_use_name: tie.may_use_name,
                state,
            }),
            (Some(person_id), None) => Some(BriefTie {
                kind: BriefTieKind::NamedByThem,
                person_id,
                contact_id: introduced,
                name: tie.introduced_contact_name.or(tie.introduced_name)?,
                may_use_name: tie.may_use_name,
                state,
            }),
            (None, None) => None,
        }
    };
    let mut known: Vec<BriefTie> = ties.into_iter().filter_map(tie).collect();
    for person in persons {
        let (Some(connector), Some(name)) = (person.connector_id, person.connector_name.clone()) else { continue };
        let led = |tie: &BriefTie| {
            (tie.kind, tie.person_id, tie.contact_id) == (BriefTieKind::LedToThem, person.id, Some(connector))
        };
        if !known.iter().any(led) {
            let kind = BriefTieKind::Connector;
            let contact_id = Some(connector);
            known.push(BriefTie { kind, person_id: person.id, contact_id, name, may_use_name: false, state: None });
        }
    }
    known
}

fn agenda(items: Vec<AgendaItem>, duration_minutes: i16) -> BriefAgenda {
    let mut from_minute = 0;
    let item = |item: AgendaItem| {
        let began = from_minute;
        from_minute += i32::from(item.minutes);
        let AgendaItem { kind, title, minutes, question_ids } = item;
        BriefAgendaItem { kind, title, from_minute: began, minutes, question_ids }
    };
    let items: Vec<BriefAgendaItem> = items.into_iter().map(item).collect();
    let total_minutes = items.iter().map(|item| i32::from(item.minutes)).sum();
    BriefAgenda {
        items,
        total_minutes,
        duration_minutes,
        over_minutes: (total_minutes - i32::from(duration_minutes)).max(0),
    }
}

/// By kind, those with what is pinned first, then by the order of the kinds' first notes. How old a kind is follows from all
/// that was `noted`; one whose notes have no room here is there without them.
fn research(notes: Vec<NoteFacts>, noted: &[NotedFacts], zone: Tz, as_of: NaiveDate) -> Vec<BriefResearch> {
    // A day that is to come does not make what was noted before it fresh.
    let day_of = |published_on: Option<NaiveDate>, accessed_on: Option<NaiveDate>, created_at| {
        let known = [published_on, accessed_on].into_iter().flatten().find(|on| *on <= as_of);
        known.unwrap_or_else(|| zones::day(zone, created_at))
    };
    let mut kinds: Vec<BriefResearch> = Vec::new();
    for note in notes {
        let kind = note.kind;
        let on = day_of(note.published_on, note.accessed_on, note.created_at);
        let note = BriefNote::new(note, on);
        match kinds.iter_mut().find(|research| research.kind == kind) {
            Some(research) => {
                research.newest_on = research.newest_on.max(on);
                research.notes.push(note);
            }
            None => kinds.push(BriefResearch { kind, newest_on: on, age_days: 0, notes: vec![note] }),
        }
    }
    for facts in noted {
        let (kind, _, _, published_on, accessed_on) = facts.about;
        let Some(created_at) = facts.created_at else { continue };
        let on = day_of(published_on, accessed_on, created_at);
        match kinds.iter_mut().find(|research| research.kind == kind) {
            Some(research) => research.newest_on = research.newest_on.max(on),
            None => kinds.push(BriefResearch { kind, newest_on: on, age_days: 0, notes: Vec::new() }),
        }
    }
    kinds.iter_mut().for_each(|research| research.age_days = staleness::age(research.newest_on, as_of));
    kinds
}

fn promise(facts: super::model::PromiseFacts) -> BriefPromise {
    let by = if facts.kind == FollowUpKind::PromiseMine { MeetingParty::Seeker } else { MeetingParty::Contact };
    BriefPromise {
        follow_up_id: facts.id.into(),
        person_id: facts.contact_id,
        by,
        text: facts.title,
        due_on: facts.due_on,
    }
}

fn earlier_talk(facts: super::model::EarlierFacts, with: &[MeetingContact]) -> BriefTalk {
    let debrief = facts.debrief.map(|debrief| debrief.0);
    let (notes, thanks_for, next_step) =
        debrief.map_or((None, None, None), |own| (own.notes, own.thanks_for, own.next_step));
    BriefTalk {
        meeting_id: facts.id,
        title: facts.title.unwrap_or_else(|| meetings::by_what_it_is(facts.medium, with)),
        at: facts.starts_at.or(facts.finished_at),
        notes,
        thanks_for,
        next_step,
    }
}
