//! A brief as text: sections of lines, which Markdown and the printed page are made of.
use chrono::NaiveDate;
use serde::Serialize;

use super::api::{
    Brief, BriefAgendaItem, BriefAlert, BriefLogistics, BriefPerson, BriefPosition, BriefSaid, BriefTie, BriefTieKind,
};
use super::words;
use crate::meetings::{LocalSpan, MeetingParty, MeetingState};
use crate::research_notes::plain;

/// Characters of a text of which a sheet has no more than the beginning.
const LONGEST: usize = 320;
/// As [`LONGEST`], of an address that can be clicked.
const LINK: usize = 100;

/// All of a brief, in words.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    pub title: String,
    /// What it is, and how far the preparation is.
    pub lead: String,
    pub sections: Vec<Section>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Section {
    pub title: String,
    pub lines: Vec<Line>,
    /// Lines that are left out.
    pub more: usize,
    /// How many of them are below each heading, in words; empty where there are none.
    pub more_of: String,
}

/// A line of a section: `label: text`, and where to read on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    pub label: Option<String>,
    pub text: String,
    pub url: Option<String>,
    /// The beginning of that address, to be shown.
    pub link: String,
    /// It belongs to the line before.
    pub inner: bool,
    /// Above others, and nothing by itself.
    #[serde(skip)]
    pub heading: bool,
    /// Lines of a lower rank are printed before those of a higher one have room.
    #[serde(skip)]
    pub rank: usize,
}

impl Line {
    fn text(text: impl AsRef<str>) -> Self {
        Self { text: short(text.as_ref()), ..Self::default() }
    }

    fn labelled(label: impl Into<String>, text: impl AsRef<str>) -> Self {
        Self { label: Some(label.into()), ..Self::text(text) }
    }

    fn inner(self) -> Self {
        Self { inner: true, ..self }
    }

    fn at(self, url: Option<&String>) -> Self {
        let link = url.map(|url| url.chars().take(LINK).collect()).unwrap_or_default();
        Self { url: url.cloned(), link, ..self }
    }
}

/// On one line, and no longer than one reads before a conversation.
fn short(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
        None => words,
    }
}

/// `13 April 2026`.
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// `Tuesday, 14 April 2026, 08:30–08:45 CEST`.
pub fn local_time(local: &LocalSpan) -> String {
    let (day, hours) = local.told();
    let (first, last) = (&local.abbreviation, &local.last_abbreviation);
    match hours.split_once('–') {
        Some((from, until)) if first != last => format!("{day}, {from} {first}–{until} {last}"),
        _ => format!("{day}, {hours} {first}"),
    }
}

/// `There is one goal.`
pub fn count(there: usize, what: &str) -> String {
    match there {
        0 => format!("There is no {what}."),
        1 => format!("There is one {what}."),
        more => format!("There are {more} {what}s."),
    }
}

impl Sheet {
    pub fn new(brief: &Brief) -> Self {
        let readiness = &brief.readiness;
        let lead = format!("Brief of {} · {} % prepared", day(brief.as_of), readiness.percent);
        let missing = readiness.items.iter().filter(|item| !item.done);
        let missing = missing.map(|item| Line::labelled(item.title, &item.reason));
        let stale = brief.stale.iter().map(|stale| Line::labelled("Stale", &stale.detail));
        let sections = [
            ("When and where", logistics(brief.state, &brief.logistics)),
            ("Who", brief.people.iter().flat_map(person).collect()),
            ("In common", brief.in_common.iter().map(|tie| in_common(tie, &brief.people)).collect()),
            ("What to learn", brief.goals.iter().map(|goal| Line::text(&goal.text)).collect()),
            ("Agenda and questions", agenda(brief)),
            ("Said so far", said(&brief.said)),
            ("Research", research(brief)),
            ("New since you were in touch", new(brief)),
            ("Missing and stale", missing.chain(stale).collect()),
        ];
        let section = |(title, lines): (&str, Vec<Line>)| Section {
            title: title.to_owned(),
            lines,
            more: 0,
            more_of: String::new(),
        };
        let sections = sections.into_iter().filter(|(_, lines)| !lines.is_empty()).map(section).collect();
        Self { title: short(&brief.title), lead, sections }
    }
}

fn logistics(state: MeetingState, logistics: &BriefLogistics) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |label: &str, text: Option<String>| lines.extend(text.map(|text| Line::labelled(label, text)));
    let medium = words::medium(logistics.medium);
    add("How", Some(format!("{medium}, {} minutes; {}", logistics.duration_minutes, words::state(state))));
    match &logistics.seeker_local {
        Some(local) => add("Your time", Some(format!("{} ({})", local_time(local), logistics.seeker_zone))),
        None => add("Time", Some("not agreed yet".to_owned())),
    }
    let theirs = logistics.contact_local.as_ref().filter(|_| logistics.contact_zone != logistics.seeker_zone);
    add("Their time", theirs.map(|local| format!("{} ({})", local_time(local), logistics.contact_zone)));
    if let Some(place) = &logistics.place {
        let at: Vec<&str> = [&place.name, &place.address].into_iter().flatten().map(String::as_str).collect();
        add("Where", (!at.is_empty()).then(|| at.join(", ")));
        add("Number", place.phone.clone());
        add("Link", place.link.clone());
        add("Way", place.directions.clone());
    }
    let zone = crate::zones::zone(&logistics.seeker_zone);
    let told = |at| zone.map(|zone| crate::zones::told_time(zone, at));
    add("Be there by", logistics.arrive_by_at.and_then(told));
    add("Bring", logistics.bring.clone());
    add("Dress", logistics.dress.clone());
    add("Pays", logistics.cost.as_ref().map(|_| words::payer(logistics.payer).to_owned()));
    add("Notes", logistics.notes.as_deref().map(plain));
    lines
}

fn person(person: &BriefPerson) -> Vec<Line> {
    let mut about: Vec<&str> =
        [&person.pronouns, &person.headline, &person.location].into_iter().flatten().map(String::as_str).collect();
    let said = person.pronunciation.as_ref().map(|sound| format!("say “{sound}”"));
    about.extend(said.as_deref());
    let mut lines = vec![Line::labelled(&person.name, about.join(" · "))];
    let mut add = |label: &str, text: String| {
        if !text.is_empty() {
            lines.push(Line { rank: 1, ..Line::labelled(label, text).inner() });
        }
    };
    let (now, before): (Vec<_>, Vec<_>) = person.positions.iter().partition(|position| position.is_current);
    add("Now", now.into_iter().map(position).collect::<Vec<_>>().join("; "));
    add("Before", before.into_iter().take(4).map(position).collect::<Vec<_>>().join("; "));
    let schools = person
        .education
        .iter()
        .map(|school| [school.degree.as_deref(), school.field_of_study.as_deref(), Some(school.school.as_str())]);
    let schools: Vec<String> =
        schools.map(|parts| parts.into_iter().flatten().collect::<Vec<_>>().join(", ")).collect();
    add("Education", schools.join("; "));
    add("Knows", person.expertise.join(", "));
    add("How you met", how_met(person));
    add("Shared", person.shared_ground.join(", "));
    add("Notes", person.notes.as_deref().map(plain).unwrap_or_default());
    lines
}

fn position(position: &BriefPosition) -> String {
    let parts: Vec<&str> =
        [&position.title, &position.company_name].into_iter().flatten().map(String::as_str).collect();
    let since = position.started_on.map(|day| day.format("%Y").to_string());
    let until = position.ended_on.map(|day| day.format("%Y").to_string());
    let years = match (since, until) {
        (Some(since), Some(until)) => format!(" ({since}–{until})"),
        (Some(since), None) if position.is_current => format!(" (since {since})"),
        (Some(year), None) | (None, Some(year)) => format!(" ({year})"),
        (None, None) => String::new(),
    };
    format!("{}{years}", parts.join(", "))
}

fn how_met(person: &BriefPerson) -> String {
    let mut parts: Vec<String> = person.how_found.iter().map(|how| words::how_found(*how).to_owned()).collect();
    parts.extend(person.how_found_detail.clone());
    parts.extend(person.how_found_on.map(day));
    parts.extend(person.connector_name.as_ref().map(|name| format!("through {name}")));
    parts.extend(person.relationship.and_then(words::relationship).map(str::to_owned));
    parts.join(", ")
}

fn in_common(tie: &BriefTie, people: &[BriefPerson]) -> Line {
    let person = people.iter().find(|person| person.id == tie.person_id);
    let person = person.map_or("them", |person| person.name.as_str());
    let what = match tie.kind {
        BriefTieKind::Connector => format!("connects you with {person}"),
        BriefTieKind::LedToThem => format!("led you to {person}"),
        BriefTieKind::NamedByThem => format!("was named by {person}"),
    };
    let may = match (tie.kind, tie.may_use_name) {
        (BriefTieKind::NamedByThem, true) => format!("you may say that {person} named them"),
        (BriefTieKind::NamedByThem, false) => format!("do not say that {person} named them"),
        (_, true) => "you may use the name".to_owned(),
        (_, false) => "do not use the name before you have asked".to_owned(),
    };
    Line::labelled(&tie.name, format!("{what}; {may}"))
}

fn agenda(brief: &Brief) -> Vec<Line> {
    let question = |id| brief.questions.iter().find(|question| question.id == id);
    let mut placed = Vec::new();
    let mut lines = Vec::new();
    for item in &brief.agenda.items {
        lines.push(agenda_item(item));
        for asked in item.question_ids.iter().filter_map(|id| question(*id)) {
            placed.push(asked.id);
            lines.push(Line::text(&asked.text).inner());
        }
    }
    if brief.agenda.over_minutes > 0 {
        lines.push(Line::labelled("Too long", format!("{} minutes more than there are", brief.agenda.over_minutes)));
    }
    let left = brief.questions.iter().filter(|question| !placed.contains(&question.id));
    lines.extend(left.map(|question| Line::labelled("Ask", &question.text)));
    lines
}

fn agenda_item(item: &BriefAgendaItem) -> Line {
    let minutes = if item.minutes == 1 { "minute" } else { "minutes" };
    let from = item.from_minute;
    let label = format!("{from:02}–{:02}", from + i32::from(item.minutes));
    let title = item.title.as_deref().unwrap_or(words::agenda(item.kind));
    Line::labelled(label, format!("{title} ({} {minutes})", item.minutes))
}

fn said(said: &BriefSaid) -> Vec<Line> {
    let promises = said.promises.iter().map(|promise| {
        let by = if promise.by == MeetingParty::Seeker { "You promised" } else { "They promised" };
        let text = promise.text.as_deref().unwrap_or("something");
        Line::labelled(by, format!("{text} (due on {})", day(promise.due_on)))
    });
    let talks = said.meetings.iter().map(|talk| {
        let label =
            talk.at.map_or_else(|| talk.title.clone(), |at| format!("{}, {}", day(at.date_naive()), talk.title));
        let parts = [talk.notes.as_deref().map(plain), talk.next_step.as_ref().map(|step| format!("Next: {step}"))];
        Line::labelled(label, parts.into_iter().flatten().collect::<Vec<_>>().join(" — "))
    });
    let insights = said.insights.iter().map(|insight| {
        let quote = insight.quote.as_ref().map(|quote| format!(" “{quote}”")).unwrap_or_default();
        Line::labelled(&insight.topic, format!("{}{quote}", insight.text))
    });
    let messages = said.messages.iter().map(|message| {
        let label = format!("{}, {}", day(message.at.date_naive()), words::message(message.direction, message.channel));
        let parts: Vec<&str> = [&message.subject, &message.text].into_iter().flatten().map(String::as_str).collect();
        Line::labelled(label, parts.join(" — "))
    });
    promises.chain(talks).chain(insights).chain(messages).collect()
}

fn research(brief: &Brief) -> Vec<Line> {
    let mut lines = Vec::new();
    for research in &brief.research {
        let newest = format!("the newest of {}", day(research.newest_on));
        lines.push(Line { heading: true, ..Line::labelled(words::research(research.kind), newest) });
        for (number, note) in research.notes.iter().enumerate() {
            let says = note.excerpt.clone().or_else(|| note.beginning.as_deref().map(plain)).unwrap_or_default();
            let from: Vec<&str> = [&note.site, &note.author].into_iter().flatten().map(String::as_str).collect();
            let from = if from.is_empty() { String::new() } else { format!(" ({})", from.join(", ")) };
            let text = format!("{}{from}, {}. {says}", note.title, day(note.on));
            let line = Line::text(text.trim_end()).inner().at(note.source_url.as_ref());
            lines.push(Line { rank: number + 1, ..line });
        }
    }
    lines
}

/// What became a note that is shown stands under research already.
fn new(brief: &Brief) -> Vec<Line> {
    let noted = |id| brief.research.iter().flat_map(|research| &research.notes).any(|note| note.id == id);
    brief.alerts.iter().filter(|alert| !alert.research_note_id.is_some_and(noted)).map(alert).collect()
}

fn alert(alert: &BriefAlert) -> Line {
    let from = alert.feed_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let says = alert.summary.as_deref().unwrap_or_default();
    let text = format!("{}{from}, {}. {says}", alert.title, day(alert.dated_at.date_naive()));
    Line::text(text.trim_end()).at(alert.url.as_ref())
}
