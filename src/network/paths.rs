//! How good a way into a company is, and why. All of it is told: no weight is hidden.
use std::collections::{HashMap, HashSet};

use super::model::{CompanyPath, LinkRow, PathEmployment, PathIntroducer, PathKind, PathReason, PersonRow, RoleRow};
use crate::contacts::{ContactId, Relationship, Stage, StageReason};
use crate::introductions::State;

/// What is known of those around a company.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// Who works or worked there: for several roles several times.
    pub roles: Vec<(RoleRow, PersonRow)>,
    /// Introductions to these people, or to somebody named as working there.
    pub links: Vec<LinkRow>,
    /// Whoever else has a part in it.
    pub others: HashMap<ContactId, PersonRow>,
}

/// Somebody there, with the role that matters most.
struct Insider<'a> {
    person: &'a PersonRow,
    title: Option<&'a str>,
    employment: PathEmployment,
}

/// All ways, the best first; equally good ones in the order of their keys.
pub fn ways(around: &Surroundings) -> Vec<(String, CompanyPath)> {
    let insiders = insiders(&around.roles);
    let find = |id: ContactId| insiders.get(&id).map(|insider| insider.person).or_else(|| around.others.get(&id));
    let mut ways: Vec<(String, CompanyPath)> = Vec::new();
    for (id, insider) in &insiders {
        ways.push((format!("direct/{id}"), direct(insider)));
    }
    let mut linked: HashSet<(ContactId, ContactId)> = HashSet::new();
    for link in &around.links {
        let Some(introducer) = link.introducer_id.and_then(find) else { continue };
        let insider = match link.introduced_id {
            Some(id) => match insiders.get(&id) {
                Some(insider) => Some((insider.person, insider.title, insider.employment)),
                None => around
                    .others
                    .get(&id)
                    .map(|person| (person, link.introduced_title.as_deref(), PathEmployment::Current)),
            },
            None => None,
        };
        if link.introduced_id.is_some() && insider.is_none() {
            // The contact lies in the trash.
            continue;
        }
        linked.extend(link.introduced_id.map(|id| (introducer.id, id)));
        ways.push((format!("introduction/{}", link.id), introduced(introducer, Some(link), insider)));
    }
    for (id, insider) in &insiders {
        let connector = insider.person.connector_id.filter(|connector| !linked.contains(&(*connector, *id)));
        if let Some(introducer) = connector.and_then(find) {
            let insider = Some((insider.person, insider.title, insider.employment));
            ways.push((format!("connector/{id}"), introduced(introducer, None, insider)));
        }
    }
    ways.sort_by(|(a_key, a), (b_key, b)| b.score.cmp(&a.score).then_with(|| a_key.cmp(b_key)));
    ways
}

/// Each person there once, by the present role where there is one.
fn insiders(roles: &[(RoleRow, PersonRow)]) -> HashMap<ContactId, Insider<'_>> {
    let mut found: HashMap<ContactId, Insider<'_>> = HashMap::new();
    for (role, person) in roles {
        let employment = if role.is_current { PathEmployment::Current } else { PathEmployment::Former };
        let insider = Insider { person, title: role.title.as_deref(), employment };
        match found.get(&role.contact_id) {
            Some(known) if known.employment == PathEmployment::Current || !role.is_current => {}
            _ => {
                found.insert(role.contact_id, insider);
            }
        }
    }
    found
}

fn direct(insider: &Insider<'_>) -> CompanyPath {
    let person = insider.person;
    let mut reasons = vec![role(insider.employment, &person.display_name, insider.title)];
    reasons.push(reason("known", 30, format!("you know {} yourself", person.display_name)));
    reasons.extend(closeness(person));
    reasons.extend(conversation(person, 15, 10, 3));
    let do_not_contact = asked_for_silence(person);
    let (score, reasons) = sum(reasons, do_not_contact.then_some(person));
    CompanyPath {
        kind: PathKind::Direct,
        contact_id: Some(person.id),
        name: Some(person.display_name.clone()),
        title: insider.title.map(str::to_owned),
        employment: insider.employment,
        introducer: None,
        introduction_id: None,
        state: None,
        may_use_name: None,
        do_not_contact,
        score,
        reasons,
    }
}

/// Over somebody who can introduce: by an introduction, or as the connector. Of a mere name the introduction knows all
/// there is.
fn introduced(
    introducer: &PersonRow,
    link: Option<&LinkRow>,
    insider: Option<(&PersonRow, Option<&str>, PathEmployment)>,
) -> CompanyPath {
    let giver = &introducer.display_name;
    let name = match insider {
        Some((person, _, _)) => Some(person.display_name.clone()),
        None => link.and_then(|link| link.introduced_name.clone()),
    };
    let called = name.clone().unwrap_or_else(|| "somebody".to_owned());
    let title = match insider {
        Some((_, title, _)) => title.map(str::to_owned),
        None => link.and_then(|link| link.introduced_title.clone()),
    };
    let employment = insider.map_or(PathEmployment::Current, |(_, _, employment)| employment);
    let mut reasons = vec![match insider {
        Some(_) => role(employment, &called, title.as_deref()),
        None => reason("named_there", 20, format!("{giver} named {called} as working there")),
    }];
    reasons.push(match link.map(|link| link.state) {
        Some(State::Made) => reason("introduction_made", 16, format!("{giver} introduced you to {called}")),
        Some(State::Promised) => {
            reason("introduction_promised", 14, format!("{giver} promised to introduce you to {called}"))
        }
        Some(State::Stale) => {
            reason("introduction_stale", 5, format!("{giver} promised an introduction, and nothing was heard since"))
        }
        Some(State::Named | State::Declined) => reason("introduction_named", 10, format!("{giver} named {called}")),
        None => reason("connector", 10, format!("{giver} is the connector of {called}")),
    });
    reasons.extend(closeness(introducer));
    reasons.extend(conversation(introducer, 5, 3, 1));
    reasons.extend(insider.into_iter().filter_map(|(person, _, _)| closed(person)));
    if link.is_some_and(|link| link.may_use_name) {
        reasons.push(reason("may_use_name", 5, format!("you may say that {giver} named them")));
    }
    let people = [Some(introducer), insider.map(|(person, _, _)| person)];
    let silent = people.into_iter().flatten().find(|person| asked_for_silence(person));
    let (score, reasons) = sum(reasons, silent);
    CompanyPath {
        kind: PathKind::Introduction,
        contact_id: insider.map(|(person, _, _)| person.id),
        name,
        title,
        employment,
        introducer: Some(PathIntroducer { contact_id: introducer.id, name: giver.clone() }),
        introduction_id: link.map(|link| link.id),
        state: link.map(|link| link.state),
        may_use_name: link.map(|link| link.may_use_name),
        do_not_contact: silent.is_some(),
        score,
        reasons,
    }
}

fn reason(code: &str, points: i16, detail: String) -> PathReason {
    PathReason { code: code.to_owned(), detail, points }
}

fn role(employment: PathEmployment, name: &str, title: Option<&str>) -> PathReason {
    let title = title.map(|title| format!(" as {title}")).unwrap_or_default();
    match employment {
        PathEmployment::Current => reason("works_there", 20, format!("{name} works there{title}")),
        PathEmployment::Former => reason("worked_there", 12, format!("{name} worked there{title}")),
    }
}

/// How well the seeker knows whom to write to.
fn closeness(person: &PersonRow) -> Vec<PathReason> {
    let name = &person.display_name;
    let mut reasons = Vec::new();
    if let Some(strength) = person.strength {
        reasons.push(reason("strength", 4 * strength, format!("you know {name} at strength {strength} of 5")));
    }
    let points = match person.relationship {
        Some(Relationship::Family | Relationship::Friend) => 15,
        Some(
            Relationship::Colleague
            | Relationship::FormerColleague
            | Relationship::Teacher
            | Relationship::Neighbour
            | Relationship::Classmate,
        ) => 12,
        Some(Relationship::Alumni) => 8,
        Some(Relationship::Acquaintance) => 5,
        Some(Relationship::None) | None => 0,
    };
    if let Some(relationship) = person.relationship.filter(|_| points > 0) {
        let word = relationship.name().replace('_', " ");
        reasons.push(reason("relationship", points, format!("{name} is marked as {word}")));
    }
    reasons
}

/// How far the conversation with whom to write to is.
fn conversation(person: &PersonRow, met: i16, replied: i16, contacted: i16) -> Option<PathReason> {
    let name = &person.display_name;
    match person.stage {
        Stage::Met | Stage::Thanked | Stage::InTouch => Some(reason("met", met, format!("you have met {name}"))),
        Stage::Replied | Stage::Scheduled => Some(reason("replied", replied, format!("{name} has replied"))),
        Stage::Contacted => Some(reason("contacted", contacted, format!("you have written to {name}"))),
        Stage::Closed => closed(person),
        Stage::Identified | Stage::Researching => None,
    }
}

fn closed(person: &PersonRow) -> Option<PathReason> {
    let why = person.stage_reason.map_or("closed", StageReason::name).replace('_', " ");
    (person.stage == Stage::Closed).then(|| reason("closed", -20, format!("{} is closed: {why}", person.display_name)))
}

fn asked_for_silence(person: &PersonRow) -> bool {
    person.do_not_contact || person.stage_reason == Some(StageReason::DoNotContact)
}

/// From 1 to 100, and 0 where somebody is not to be contacted: such a way is the last whatever speaks for it.
fn sum(mut reasons: Vec<PathReason>, silent: Option<&PersonRow>) -> (i16, Vec<PathReason>) {
    let mut score = reasons.iter().map(|reason| reason.points).sum::<i16>().clamp(1, 100);
    if let Some(person) = silent {
        reasons.push(reason("do_not_contact", -score, format!("{} is not to be contacted", person.display_name)));
        score = 0;
    }
    reasons.sort_by_key(|reason| -reason.points.abs());
    (score, reasons)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn person(n: u128, name: &str) -> PersonRow {
        PersonRow {
            id: Uuid::from_u128(n).into(),
            display_name: name.to_owned(),
            stage: Stage::Identified,
            stage_reason: None,
            relationship: None,
            strength: None,
            do_not_contact: false,
            connector_id: None,
        }
    }

    fn at(person: PersonRow, is_current: bool) -> (RoleRow, PersonRow) {
        (RoleRow { contact_id: person.id, title: None, is_current }, person)
    }

    fn link(introducer: &PersonRow, introduced: &PersonRow, state: State) -> LinkRow {
        LinkRow {
            id: Uuid::now_v7().into(),
            introducer_id: Some(introducer.id),
            introducer_ghost: None,
            introduced_id: Some(introduced.id),
            introduced_ghost: None,
            introduced_name: None,
            introduced_title: None,
            introduced_company_id: None,
            state,
            may_use_name: true,
        }
    }

    fn told(around: &Surroundings) -> Vec<(PathKind, String, i16)> {
        ways(around).into_iter().map(|(_, way)| (way.kind, way.name.unwrap_or_default(), way.score)).collect()
    }

    #[test]
    fn nobody_is_an_answer() {
        assert!(ways(&Surroundings::default()).is_empty());
    }

    #[test]
    fn whom_one_knows_there_goes_before_whom_one_knew_and_both_before_an_introduction() {
        let (now, then, other) = (person(1, "Now"), person(2, "Then"), person(3, "Other"));
        let links = vec![link(&other, &then, State::Made), link(&other, &now, State::Named)];
        let others = HashMap::from([(other.id, other)]);
        let around = Surroundings { roles: vec![at(then, false), at(now, true)], links, others };
        let order: Vec<_> = told(&around).into_iter().map(|(kind, name, _)| (kind, name)).collect();
        let [direct, introduction] = [PathKind::Direct, PathKind::Introduction];
        let expected = [(direct, "Now"), (direct, "Then"), (introduction, "Now"), (introduction, "Then")];
        assert_eq!(order, expected.map(|(kind, name)| (kind, name.to_owned())));
    }

    #[test]
    fn a_good_friend_of_somebody_there_is_better_than_somebody_there_whom_one_hardly_knows() {
        let friend = PersonRow { strength: Some(5), relationship: Some(Relationship::Friend), ..person(1, "Friend") };
        let stranger = person(2, "Stranger");
        let links = vec![link(&friend, &stranger, State::Promised)];
        let others = HashMap::from([(friend.id, friend)]);
        let around = Surroundings { roles: vec![at(stranger, true)], links, others };
        assert_eq!(told(&around)[0], (PathKind::Introduction, "Stranger".to_owned(), 20 + 14 + 20 + 15 + 5));
    }

    #[test]
    fn whoever_asked_for_silence_is_last_whatever_speaks_for_them() {
        let silent = PersonRow { do_not_contact: true, strength: Some(5), stage: Stage::Met, ..person(1, "Silent") };
        let closed =
            PersonRow { stage: Stage::Closed, stage_reason: Some(StageReason::NoResponse), ..person(2, "Closed") };
        let around = Surroundings { roles: vec![at(silent, true), at(closed, false)], ..Surroundings::default() };
        let ways = ways(&around);
        assert_eq!(ways[0].1.name.as_deref(), Some("Closed"));
        assert_eq!((ways[1].1.score, ways[1].1.do_not_contact), (0, true));
        assert_eq!(ways[1].1.reasons[0].code, "do_not_contact");
        assert_eq!(ways[1].1.reasons.iter().map(|reason| reason.points).sum::<i16>(), 0);
    }

    #[test]
    fn a_person_with_several_roles_is_there_once_by_the_present_one() {
        let ada = person(1, "Ada");
        let around = Surroundings {
            roles: vec![at(ada.clone(), false), at(ada.clone(), true), at(ada, false)],
            ..Surroundings::default()
        };
        let ways = ways(&around);
        assert_eq!(ways.len(), 1);
        assert_eq!(ways[0].1.employment, PathEmployment::Current);
    }

    #[test]
    fn a_connector_with_an_introduction_is_one_way_and_one_without_another() {
        let aunt = person(1, "Aunt");
        let there = PersonRow { connector_id: Some(aunt.id), ..person(2, "There") };
        let others = HashMap::from([(aunt.id, aunt.clone())]);
        let with = vec![link(&aunt, &there, State::Named)];
        let around = Surroundings { roles: vec![at(there.clone(), true)], links: with, others: others.clone() };
        assert_eq!(told(&around).iter().filter(|(kind, ..)| *kind == PathKind::Introduction).count(), 1);
        let around = Surroundings { roles: vec![at(there, true)], links: Vec::new(), others };
        let ways = ways(&around);
        assert!(ways.iter().any(|(_, way)| way.reasons.iter().any(|reason| reason.code == "connector")));
    }
}
