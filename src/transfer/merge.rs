//! What a LinkedIn connection adds to a contact. A three-way merge: what LinkedIn said last time tells its news from
//! what a person has changed since, and what a person wrote stays.
use serde::{Deserialize, Serialize};

use super::linkedin::Connection;
use super::model::ImportProblem;
use crate::contacts::{ContactInput, Email, HowFound, Position};
use crate::fields::Link;
use crate::text::name_key;

/// What LinkedIn says of a person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Base {
    pub name_prefix: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub name_suffix: Option<String>,
    pub url: Option<String>,
    pub email: Option<String>,
    pub company: Option<String>,
    pub title: Option<String>,
}

impl From<&Connection> for Base {
    fn from(row: &Connection) -> Self {
        Self {
            name_prefix: row.name_prefix.clone(),
            given_name: row.given_name.clone(),
            family_name: row.family_name.clone(),
            name_suffix: row.name_suffix.clone(),
            url: row.profile.as_ref().map(|profile| profile.url.clone()),
            email: row.email.clone(),
            company: row.company.clone(),
            title: row.title.clone(),
        }
    }
}

/// A contact that nobody knows yet.
pub fn new_contact(row: &Connection) -> ContactInput {
    let mut input = ContactInput::empty();
    input.how_found = Some(HowFound::Linkedin);
    input.how_found_on = row.connected_on;
    merge(&mut input, None, &Base::from(row), &mut Vec::new());
    input
}

/// Brings LinkedIn's news into a contact; `last` is what it said before, if this contact ever came from there.
pub fn merge(input: &mut ContactInput, last: Option<&Base>, now: &Base, problems: &mut Vec<ImportProblem>) {
    if last == Some(now) {
        return;
    }
    let none = Base::default();
    let before = last.unwrap_or(&none);
    merge_names(input, before, now, problems);
    merge_link(input, before, now);
    merge_email(input, before, now);
    merge_position(input, before, now, problems);
}

fn merge_names(input: &mut ContactInput, before: &Base, now: &Base, problems: &mut Vec<ImportProblem>) {
    merge_text("prefix of the name", &mut input.name_prefix, &before.name_prefix, &now.name_prefix, problems);
    merge_text("suffix of the name", &mut input.name_suffix, &before.name_suffix, &now.name_suffix, problems);
    if input.given_name.is_none() && input.family_name.is_none() {
        input.given_name.clone_from(&now.given_name);
        input.family_name.clone_from(&now.family_name);
        return;
    }
    merge_text("given name", &mut input.given_name, &before.given_name, &now.given_name, problems);
    merge_text("family name", &mut input.family_name, &before.family_name, &now.family_name, problems);
}

/// Takes the news where the field is still as LinkedIn last had it, or empty and never filled from there.
fn merge_text(
    what: &str,
    field: &mut Option<String>,
    before: &Option<String>,
    now: &Option<String>,
    problems: &mut Vec<ImportProblem>,
) {
    let Some(new) = now else { return };
    if before.as_ref() == Some(new) || field.as_ref() == Some(new) {
        return;
    }
    if field == before {
        *field = Some(new.clone());
    } else if let Some(kept) = field {
        let detail = format!("the {what} stays {kept:?}: LinkedIn has {new:?}");
        problems.push(ImportProblem { value: Some(new.clone()), ..ImportProblem::new("kept", detail) });
    }
}

fn merge_link(input: &mut ContactInput, before: &Base, now: &Base) {
    let Some(url) = now.url.as_ref().filter(|url| before.url.as_ref() != Some(*url)) else { return };
    let slug = |url: &str| super::linkedin::Profile::parse(url).map(|profile| profile.slug);
    let new = slug(url);
    if !input.links.iter().any(|link| slug(&link.url) == new) {
        input.links.push(Link { url: url.clone(), label: Some("linkedin".to_owned()), is_primary: false });
    }
}

fn merge_email(input: &mut ContactInput, before: &Base, now: &Base) {
    let Some(address) = now.email.as_ref().filter(|email| before.email.as_ref() != Some(*email)) else { return };
    if !input.emails.iter().any(|email| email.address.eq_ignore_ascii_case(address)) {
        input.emails.push(Email { address: address.clone(), label: None, is_primary: false });
    }
}

/// The current position. One that LinkedIn had given, and that nobody touched since, gives way to its successor.
fn merge_position(input: &mut ContactInput, before: &Base, now: &Base, problems: &mut Vec<ImportProblem>) {
    let same = before.company == now.company && before.title == now.title;
    if same || (now.company.is_none() && now.title.is_none()) {
        return;
    }
    let key = now.company.as_deref().map(name_key);
    let at_company = |position: &Position| position.company_name.as_deref().map(name_key) == key;
    let given = |position: &Position| {
        position.company_name.as_deref().map(name_key) == before.company.as_deref().map(name_key)
            && position.title == before.title
    };
    if let Some(position) = input.positions.iter_mut().find(|position| position.current() && at_company(position)) {
        if position.title == now.title {
            return;
        }
        let untouched = position.title.is_none() || position.title == before.title;
        match (&now.title, untouched) {
            (Some(title), true) => position.title = Some(title.clone()),
            (Some(title), false) => {
                let kept = position.title.clone().unwrap_or_default();
                let detail = format!("the title stays {kept:?}: LinkedIn has {title:?}");
                problems.push(ImportProblem { value: Some(title.clone()), ..ImportProblem::new("kept", detail) });
            }
            (None, _) => {}
        }
        return;
    }
    if before.company.is_some() || before.title.is_some() {
        for former in input.positions.iter_mut().filter(|position| position.current() && given(position)) {
            former.is_current = Some(false);
        }
    }
    let position = Position {
        id: None,
        company_id: None,
        company_name: now.company.clone(),
        title: now.title.clone(),
        started_on: None,
        ended_on: None,
        is_current: Some(true),
    };
    input.positions.insert(0, position);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(company: &str, title: &str) -> Base {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Base { given_name: some("Ada"), company: some(company), title: some(title), ..Base::default() }
    }

    fn contact(base: &Base) -> ContactInput {
        let mut input = ContactInput::empty();
        merge(&mut input, None, base, &mut Vec::new());
        input
    }

    #[test]
    fn a_new_job_makes_the_old_one_former() {
        let (old, new) = (base("One", "Engineer"), base("Two", "Chief"));
        let mut input = contact(&old);
        merge(&mut input, Some(&old), &new, &mut Vec::new());
        let told: Vec<_> =
            input.positions.iter().map(|at| (at.company_name.as_deref().unwrap_or(""), at.current())).collect();
        assert_eq!(told, [("Two", true), ("One", false)]);
    }

    #[test]
    fn what_a_person_changed_stays_and_is_told() {
        let (old, new) = (base("One", "Engineer"), base("One", "Chief"));
        let mut input = contact(&old);
        input.positions[0].title = Some("Wizard".to_owned());
        input.given_name = Some("Augusta".to_owned());
        let mut problems = Vec::new();
        merge(&mut input, Some(&old), &new, &mut problems);
        assert_eq!(
            (input.positions[0].title.as_deref(), input.given_name.as_deref()),
            (Some("Wizard"), Some("Augusta"))
        );
        assert_eq!(problems.len(), 1, "the name is no news");
    }

    #[test]
    fn the_same_news_twice_is_no_news() {
        let new = base("One", "Engineer");
        let mut input = contact(&new);
        input.positions.clear();
        merge(&mut input, Some(&new), &new, &mut Vec::new());
        assert!(input.positions.is_empty(), "what a person removed does not come back");
    }
}
