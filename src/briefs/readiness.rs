//! How far the preparation of a meeting is, by facts alone.
use chrono::{NaiveDate, TimeDelta};

use super::api::{Brief, BriefTieKind, Readiness, ReadinessItem};
use super::model::NotedFacts;
use super::sheet::{count, day, local_time};
use super::staleness::{self, NEWS};
use crate::meetings::{MeetingMedium, MeetingParty, MeetingState};

/// Questions that make a conversation.
const QUESTIONS: usize = 3;

/// Judges a brief that has everything else, by all that was noted.
pub fn judge(brief: &Brief, noted: &[NotedFacts]) -> Readiness {
    let mut items = vec![time(brief), way(brief)];
    items.extend(reconfirmed(brief));
    items.extend([position(brief), how_met(brief)]);
    items.extend(name(brief));
    items.push(person(brief, noted));
    items.extend(company(brief, noted));
    items.extend([news(brief), goals(brief), questions(brief), agenda(brief)]);
    items.extend(promises(brief));
    let done = items.iter().filter(|item| item.done).count();
    let percent = u8::try_from(done * 100 / items.len()).unwrap_or(100);
    Readiness { percent, items }
}

fn item(code: &'static str, title: &'static str, done: bool, reason: impl Into<String>) -> ReadinessItem {
    ReadinessItem { code, title, done, reason: reason.into() }
}

fn time(brief: &Brief) -> ReadinessItem {
    let when = brief.logistics.seeker_local.as_ref().map(local_time);
    let (done, reason) = match (brief.state, when) {
        (_, None) => (false, "No time was proposed.".to_owned()),
        (MeetingState::Confirmed | MeetingState::Completed, Some(when)) => (true, format!("It is agreed: {when}.")),
        (MeetingState::Proposed, Some(when)) => (false, format!("{when} is proposed, and not confirmed yet.")),
        (MeetingState::Cancelled | MeetingState::NoShow, Some(when)) => {
            (false, format!("It did not take place: {when}."))
        }
    };
    item("time", "A time is agreed", done, reason)
}

fn way(brief: &Brief) -> ReadinessItem {
    let place = brief.logistics.place.clone().unwrap_or_default();
    let (title, found, lacks) = match brief.logistics.medium {
        MeetingMedium::Phone => {
            let number = place.phone.or_else(|| brief.people.iter().find_map(|person| person.phone.clone()));
            ("A number to call", number, "No number is known.")
        }
        MeetingMedium::Video => ("A link to the call", place.link, "There is no link to the call."),
        MeetingMedium::Coffee | MeetingMedium::OnSite => {
            ("A place to meet", place.address.or(place.name), "No place was agreed.")
        }
        MeetingMedium::Other => {
            let any = place.address.or(place.name).or(place.link).or(place.phone);
            ("A way to get together", any, "It is not said how you get together.")
        }
    };
    let done = found.is_some();
    item("way", title, done, found.unwrap_or_else(|| lacks.to_owned()))
}

/// Asked for from the day before on.
fn reconfirmed(brief: &Brief) -> Option<ReadinessItem> {
    let starts: NaiveDate = brief.logistics.seeker_local.as_ref()?.starts.get(..10)?.parse().ok()?;
    let near = brief.state == MeetingState::Confirmed && brief.as_of + TimeDelta::days(1) >= starts;
    let done = brief.logistics.reconfirmed_at.is_some();
    let reason = if done { "They said again that they will come." } else { "Nobody asked again whether it stands." };
    near.then(|| item("reconfirmed", "Confirmed once more, the day before", done, reason))
}

fn position(brief: &Brief) -> ReadinessItem {
    let unknown = brief
        .people
        .iter()
        .find(|person| person.headline.is_none() && !person.positions.iter().any(|position| position.is_current));
    let reason = match unknown {
        Some(person) => format!("It is not known what {} does now.", person.name),
        None => "It is known what they do.".to_owned(),
    };
    item("position", "What they do", unknown.is_none(), reason)
}

fn how_met(brief: &Brief) -> ReadinessItem {
    let unknown = brief.people.iter().find(|person| person.how_found.is_none() && person.connector_id.is_none());
    let reason = match unknown {
        Some(person) => format!("It is not noted how you came upon {}.", person.name),
        None => "It is noted how you met.".to_owned(),
    };
    item("how_met", "How you met", unknown.is_none(), reason)
}

/// Where somebody led to them.
fn name(brief: &Brief) -> Option<ReadinessItem> {
    let led = || brief.in_common.iter().filter(|tie| tie.kind != BriefTieKind::NamedByThem);
    let (done, reason) = match led().find(|tie| tie.may_use_name) {
        Some(tie) => (true, format!("You may mention {}.", tie.name)),
        None => (false, format!("Ask {} whether you may use their name.", led().next()?.name)),
    };
    Some(item("name", "A name that you may mention", done, reason))
}

fn person(brief: &Brief, noted: &[NotedFacts]) -> ReadinessItem {
    let is_known = |id| noted.iter().any(|facts| facts.about.1 == Some(id));
    let unknown = brief.people.iter().find(|person| !is_known(person.id));
    let reason = match unknown {
        Some(person) => format!("Nothing was noted about {}.", person.name),
        None => "There are notes about them.".to_owned(),
    };
    item("person", "Research about the person", unknown.is_none(), reason)
}

/// Where they work at a company that is known.
fn company(brief: &Brief, noted: &[NotedFacts]) -> Option<ReadinessItem> {
    let current = brief.people.iter().flat_map(|person| &person.positions).filter(|position| position.is_current);
    let mut named = current.filter_map(|position| Some((position.company_id?, position.company_name.as_deref()?)));
    let first = named.clone().next()?;
    let unknown = named.find(|(id, _)| !noted.iter().any(|facts| facts.about.2 == Some(*id)));
    let reason = match unknown {
        Some((_, name)) => format!("Nothing was noted about {name}."),
        None => format!("There are notes about {}.", first.1),
    };
    Some(item("company", "Research about the company", unknown.is_none(), reason))
}

fn news(brief: &Brief) -> ReadinessItem {
    let (done, reason) = match staleness::newest_news(&brief.research, &brief.alerts) {
        None => (false, "No news were noted.".to_owned()),
        Some(days) => (days <= NEWS, format!("The newest are {} old.", staleness::days(days))),
    };
    item("news", "News of the last 30 days", done, reason)
}

fn goals(brief: &Brief) -> ReadinessItem {
    let there = brief.goals.len();
    item("goals", "What you want to learn", there > 0, count(there, "goal"))
}

fn questions(brief: &Brief) -> ReadinessItem {
    let there = brief.questions.len();
    item("questions", "Three questions or more", there >= QUESTIONS, count(there, "question"))
}

fn agenda(brief: &Brief) -> ReadinessItem {
    let agenda = &brief.agenda;
    let (done, reason) = if agenda.items.is_empty() {
        (false, "There is no agenda.".to_owned())
    } else if agenda.over_minutes > 0 {
        (false, format!("It takes {} minutes more than there are.", agenda.over_minutes))
    } else {
        (true, format!("It takes {} of {} minutes.", agenda.total_minutes, agenda.duration_minutes))
    };
    item("agenda", "An agenda that fits", done, reason)
}

/// Where the seeker has promised something.
fn promises(brief: &Brief) -> Option<ReadinessItem> {
    let open = brief.said.promises.iter().find(|promise| promise.by == MeetingParty::Seeker)?;
    let text = open.text.as_deref().unwrap_or("Something");
    Some(item("promises", "Your promises are kept", false, format!("{text} (due on {}) is open.", day(open.due_on))))
}
