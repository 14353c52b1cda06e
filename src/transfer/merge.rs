//! What an entry of a file adds to a contact. A three-way merge: what the source said last time tells its news from
//! what a person has changed since. What a person wrote stays; what differs from it is told, and what can stand beside
//! it is added.
use serde_json::Value;

use super::dealings::Dealings;
use super::linkedin::Profile;
use super::model::ImportProblem;
use super::record::{Said, digits, name_words};
use crate::contacts::{self, ContactInput, Education, Email, Phone, Position, PostalAddress, Stage, StageReason};
use crate::text::{fold, name_key};

/// Items of the lists of a contact.
const MANY: usize = 50;
const FEW: usize = 20;
const WORDS: usize = 100;

/// A contact that nobody knows yet.
pub fn new_contact(now: &Said) -> ContactInput {
    let mut input = ContactInput::empty();
    Merge { source: "", none: &Said::default(), before: None, now, problems: &mut Vec::new() }.into(&mut input);
    input
}

/// Brings a source's news into a contact; `before` is what it said last, if it ever named this contact.
pub fn merge(
    source: &str,
    input: &mut ContactInput,
    before: Option<&Said>,
    now: &Said,
    problems: &mut Vec<ImportProblem>,
) {
    if before != Some(now) {
        Merge { source, none: &Said::default(), before, now, problems }.into(input);
    }
}

struct Merge<'a> {
    source: &'a str,
    none: &'a Said,
    before: Option<&'a Said>,
    now: &'a Said,
    problems: &'a mut Vec<ImportProblem>,
}

impl Merge<'_> {
    fn into(mut self, input: &mut ContactInput) {
        self.names(input);
        self.texts(input);
        self.emails(input);
        self.phones(input);
        self.links(input);
        self.addresses(input);
        self.positions(input);
        self.education(input);
        self.words(input);
        self.custom_fields(input);
        self.dealings(input);
    }

    fn before(&self) -> &Said {
        self.before.unwrap_or(self.none)
    }

    fn kept(&mut self, field: &str, kept: &str, new: &str) {
        let source = if self.source.is_empty() { "the file" } else { self.source };
        let detail = format!("`{field}` stays {:?}: {source} has {:?}", short(kept), short(new));
        self.tell("kept", field, detail, new);
    }

    fn left_out(&mut self, field: &str, new: &str) {
        self.tell("too_many", field, format!("the contact has as many `{field}` as it may have"), new);
    }

    fn tell(&mut self, code: &str, field: &str, detail: String, new: &str) {
        let (column, value) = (Some(field.to_owned()), Some(short(new)));
        self.problems.push(ImportProblem { column, value, ..ImportProblem::new(code, detail) });
    }

    fn names(&mut self, input: &mut ContactInput) {
        let now = self.now;
        if input.given_name.is_none() && input.family_name.is_none() {
            if now.given_name.is_some() || now.family_name.is_some() {
                input.given_name.clone_from(&now.given_name);
                input.family_name.clone_from(&now.family_name);
                input.additional_name = input.additional_name.take().or_else(|| now.additional_name.clone());
            }
            return;
        }
        // The same words, split up otherwise.
        let names = [&input.given_name, &input.additional_name, &input.family_name];
        let have = names.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        if name_words(&have) == name_words(&now.full_name()) {
            return;
        }
        let before = self.before().clone();
        self.text("given_name", &mut input.given_name, &before.given_name, &now.given_name);
        self.text("additional_name", &mut input.additional_name, &before.additional_name, &now.additional_name);
        self.text("family_name", &mut input.family_name, &before.family_name, &now.family_name);
    }

    fn texts(&mut self, input: &mut ContactInput) {
        let (before, now) = (self.before().clone(), self.now);
        self.text("name_prefix", &mut input.name_prefix, &before.name_prefix, &now.name_prefix);
        self.text("name_suffix", &mut input.name_suffix, &before.name_suffix, &now.name_suffix);
        self.text("preferred_name", &mut input.preferred_name, &before.preferred_name, &now.preferred_name);
        self.text("pronunciation", &mut input.pronunciation, &before.pronunciation, &now.pronunciation);
        self.text("pronouns", &mut input.pronouns, &before.pronouns, &now.pronouns);
        self.text("headline", &mut input.headline, &before.headline, &now.headline);
        self.text("location", &mut input.location, &before.location, &now.location);
        self.text("time_zone", &mut input.time_zone, &before.time_zone, &now.time_zone);
        let (old, new) = (&before.how_found_detail, &now.how_found_detail);
        self.text("how_found_detail", &mut input.how_found_detail, old, new);
        self.text("notes", &mut input.notes, &before.notes, &now.notes);
    }

    /// Takes the news where the field is still as the source last had it, or empty and never filled from there.
    fn text(&mut self, what: &str, field: &mut Option<String>, before: &Option<String>, now: &Option<String>) {
        let Some(new) = now else { return };
        if before.as_ref() == Some(new) || field.as_ref() == Some(new) {
            return;
        }
        if field == before {
            *field = Some(new.clone());
        } else if let Some(kept) = field {
            self.kept(what, kept, new);
        }
    }

    /// The same of a value of a few words.
    fn word<T: Copy + PartialEq>(
        &mut self,
        what: &str,
        field: &mut Option<T>,
        (before, now): (Option<T>, Option<T>),
        name: impl Fn(T) -> String,
    ) {
        let Some(new) = now.filter(|new| before != Some(*new) && *field != Some(*new)) else { return };
        match *field {
            Some(kept) if before != Some(kept) => self.kept(what, &name(kept), &name(new)),
            None if before.is_some() => {}
            _ => *field = Some(new),
        }
    }

    fn dealings(&mut self, input: &mut ContactInput) {
        let now = self.now;
        let (was, is) = (self.before().dealings.clone(), &now.dealings);
        if was == *is {
            return;
        }
        let words = (was.relationship, is.relationship);
        self.word("relationship", &mut input.relationship, words, |word| word.name().to_owned());
        self.word("strength", &mut input.strength, (was.strength, is.strength), |strength| strength.to_string());
        let words = (was.preferred_channel, is.preferred_channel);
        self.word("preferred_channel", &mut input.preferred_channel, words, |word| word.name().to_owned());
        if let Some(at) = is.last_touch_at.filter(|_| was.last_touch_at != is.last_touch_at) {
            input.last_touch_at = input.last_touch_at.max(Some(at));
        }
        match is.do_not_contact {
            Some(true) if was.do_not_contact != Some(true) => input.do_not_contact = true,
            Some(false) if input.do_not_contact && was.do_not_contact != Some(false) => {
                self.kept("do_not_contact", "true", "false");
            }
            _ => {}
        }
        self.stage(input, &was, is);
        self.external_ids(input, &was, is);
    }

    /// A reason belongs to a closed contact, and to no other.
    fn stage(&mut self, input: &mut ContactInput, was: &Dealings, is: &Dealings) {
        let Some(stage) = is.stage else { return };
        let reason = is.stage_reason.filter(|_| stage == Stage::Closed);
        let is_known = (input.stage, input.stage_reason) == (stage, reason);
        let is_news = (was.stage, was.stage_reason) != (is.stage, is.stage_reason);
        if is_known || !is_news || stage == Stage::Closed && reason.is_none() {
            return;
        }
        if Dealings::moves(input.stage, was.stage, stage) {
            (input.stage, input.stage_reason) = (stage, reason);
        } else if input.stage == stage {
            let name = |reason: Option<StageReason>| reason.map_or("", StageReason::name);
            self.kept("stage_reason", name(input.stage_reason), name(reason));
        } else {
            self.kept("stage", input.stage.name(), stage.name());
        }
    }

    fn external_ids(&mut self, input: &mut ContactInput, was: &Dealings, is: &Dealings) {
        for (system, id) in is.external_ids.iter().filter(|(system, id)| was.external_ids.get(*system) != Some(id)) {
            match input.external_ids.get(system).cloned() {
                Some(kept) if kept != *id => self.kept(&format!("external_ids/{system}"), &kept, id),
                Some(_) => {}
                None if input.external_ids.len() >= FEW => self.left_out("external_ids", id),
                None => {
                    input.external_ids.insert(system.clone(), id.clone());
                }
            }
        }
    }

    fn emails(&mut self, input: &mut ContactInput) {
        let same = |a: &Email, b: &Email| a.address.eq_ignore_ascii_case(&b.address);
        for new in &self.now.emails {
            if self.before().emails.iter().any(|old| same(old, new)) {
                continue;
            }
            if let Some(known) = input.emails.iter_mut().find(|known| same(known, new)) {
                fill(&mut known.label, &new.label);
            } else if input.emails.len() >= MANY {
                self.left_out("emails", &new.address);
            } else {
                let is_primary = new.is_primary && !input.emails.iter().any(|known| known.is_primary);
                input.emails.push(Email { is_primary, ..new.clone() });
            }
        }
    }

    fn phones(&mut self, input: &mut ContactInput) {
        let country = input.addresses.iter().find_map(|address| address.country.clone());
        for new in &self.now.phones {
            if self.before().phones.iter().any(|old| same_number(old, new)) {
                continue;
            }
            let mut new = new.clone();
            if !input.phones.is_empty() {
                new.e164 = contacts::e164(&new.number, country.as_deref().or(self.now.country()));
            }
            let new = &new;
            if let Some(known) = input.phones.iter_mut().find(|known| same_number(known, new)) {
                fill(&mut known.label, &new.label);
            } else if input.phones.len() >= MANY {
                self.left_out("phones", &new.number);
            } else {
                let is_primary = new.is_primary && !input.phones.iter().any(|known| known.is_primary);
                input.phones.push(Phone { is_primary, ..new.clone() });
            }
        }
    }

    fn links(&mut self, input: &mut ContactInput) {
        for new in &self.now.links {
            let page = page(&new.url);
            let there = |url: &str| self::page(url) == page;
            if self.before().links.iter().any(|old| there(&old.url)) {
                continue;
            }
            if let Some(known) = input.links.iter_mut().find(|known| there(&known.url)) {
                fill(&mut known.label, &new.label);
            } else if input.links.len() >= MANY {
                self.left_out("links", &new.url);
            } else {
                let is_primary = new.is_primary && !input.links.iter().any(|known| known.is_primary);
                input.links.push(crate::fields::Link { is_primary, ..new.clone() });
            }
        }
    }

    fn addresses(&mut self, input: &mut ContactInput) {
        for new in &self.now.addresses {
            let place = place(new);
            if self.before().addresses.iter().chain(&input.addresses).any(|known| self::place(known) == place) {
                continue;
            }
            if input.addresses.len() >= FEW {
                self.left_out("addresses", new.street.as_deref().unwrap_or_default());
            } else {
                let is_primary = new.is_primary && !input.addresses.iter().any(|known| known.is_primary);
                input.addresses.push(PostalAddress { is_primary, ..new.clone() });
            }
        }
    }

    /// A current position that the source had given, and that nobody touched since, gives way to its successor.
    fn positions(&mut self, input: &mut ContactInput) {
        let (before, now) = (&self.before().positions.clone(), &self.now.positions);
        if now.is_empty() || before == now {
            return;
        }
        let mut news = Vec::new();
        let is = |have: &Position, one: &Position| have.current() == one.current() && same_position(have, one);
        for new in now.iter().filter(|new| !before.iter().any(|old| same_position(old, new))) {
            // One that is told as it is gives its place to no other, as where somebody rose at one company.
            let place = input.positions.iter().position(|have| is(have, new)).or_else(|| {
                let near = |have: &Position| have.current() == new.current() && at_one_place(have, new);
                input.positions.iter().position(|have| near(have) && !now.iter().any(|one| is(have, one)))
            });
            match place.and_then(|place| input.positions.get_mut(place)) {
                Some(have) => self.title(have, before, new),
                None => news.push(new.clone()),
            }
        }
        if !news.is_empty() {
            let replaced = |have: &&mut Position| {
                have.current() && before.iter().any(|old| same_position(old, have) && !holds(now, old))
            };
            for former in input.positions.iter_mut().filter(replaced) {
                former.is_current = Some(false);
            }
        }
        for new in news.into_iter().rev() {
            if input.positions.len() >= MANY {
                self.left_out("positions", new.company_name.as_deref().unwrap_or_default());
            } else {
                input.positions.insert(0, Position { is_current: Some(new.current()), ..new });
            }
        }
    }

    fn title(&mut self, have: &mut Position, before: &[Position], new: &Position) {
        let Some(title) = new.title.as_ref().filter(|title| have.title.as_ref() != Some(*title)) else { return };
        let old = before.iter().find(|old| at_one_place(old, new));
        match &have.title {
            Some(kept) if old.is_none_or(|old| old.title.as_ref() != Some(kept)) => {
                let kept = kept.clone();
                self.kept("positions/title", &kept, title);
            }
            _ => have.title = Some(title.clone()),
        }
    }

    fn education(&mut self, input: &mut ContactInput) {
        for new in &self.now.education {
            let known = |known: &Education| same_education(known, new);
            if self.before().education.iter().chain(&input.education).any(known) {
                continue;
            }
            if input.education.len() >= FEW {
                self.left_out("education", &new.school);
            } else {
                input.education.push(new.clone());
            }
        }
    }

    fn words(&mut self, input: &mut ContactInput) {
        let (before, now) = (self.before().clone(), self.now);
        for (what, limit, have, old, new) in [
            ("industries", WORDS, &mut input.industries, &before.industries, &now.industries),
            ("expertise", WORDS, &mut input.expertise, &before.expertise, &now.expertise),
            ("shared_ground", MANY, &mut input.shared_ground, &before.shared_ground, &now.shared_ground),
            ("tags", WORDS, &mut input.tags, &before.tags, &now.tags),
        ] {
            for word in new.iter().filter(|word| !old.contains(word)) {
                if have.iter().any(|known| fold(known) == fold(word)) {
                    continue;
                }
                if have.len() >= limit {
                    self.left_out(what, word);
                } else {
                    have.push(word.clone());
                }
            }
        }
    }

    fn custom_fields(&mut self, input: &mut ContactInput) {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        for (name, new) in &self.now.custom_fields {
            let old = self.before().custom_fields.get(name).cloned();
            let have = input.custom_fields.get(name);
            // A card has but text: 7 and "7" are the same there.
            if old.as_ref() == Some(new) || have.is_some_and(|have| text(have) == text(new)) {
                continue;
            }
            match have {
                Some(kept) if old.as_ref() != Some(kept) => {
                    let kept = text(kept);
                    self.kept(&format!("custom_fields/{name}"), &kept, &text(new));
                }
                None if old.is_some() => {}
                None if input.custom_fields.len() >= WORDS => self.left_out("custom_fields", name),
                _ => {
                    input.custom_fields.insert(name.clone(), new.clone());
                }
            }
        }
    }
}

pub fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

fn fill(label: &mut Option<String>, new: &Option<String>) {
    if label.is_none() {
        label.clone_from(new);
    }
}

fn same_number(a: &Phone, b: &Phone) -> bool {
    let same_e164 = a.e164.is_some() && a.e164 == b.e164;
    let plain = |phone: &Phone| digits(&phone.number).trim_start_matches('0').to_owned();
    let inside = |phone: &Phone| phone.e164.as_deref().map(digits).unwrap_or_default();
    same_e164
        || plain(a) == plain(b)
        || (!plain(b).is_empty() && inside(a) == plain(b))
        || (!plain(a).is_empty() && inside(b) == plain(a))
}

/// One spelling of a page's address: LinkedIn has several for a profile, and nobody minds the scheme.
fn page(url: &str) -> String {
    if let Some(profile) = Profile::parse(url) {
        return profile.url;
    }
    let url = url.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    url.trim_end_matches('/').to_owned()
}

fn place(address: &PostalAddress) -> String {
    let PostalAddress { street, locality, region, postal_code, country, label: _, is_primary: _ } = address;
    let parts = [street, locality, region, postal_code, country].into_iter().flatten();
    fold(&parts.map(String::as_str).collect::<Vec<_>>().join(" ")).replace(',', "")
}

fn company_key(position: &Position) -> Option<String> {
    position.company_name.as_deref().map(name_key)
}

/// The same company, or, of positions without one, the same title.
fn at_one_place(a: &Position, b: &Position) -> bool {
    company_key(a) == company_key(b) && (a.company_name.is_some() || a.title == b.title)
}

fn same_position(a: &Position, b: &Position) -> bool {
    company_key(a) == company_key(b) && a.title == b.title
}

/// The same school, and nothing in which they differ.
fn same_education(a: &Education, b: &Education) -> bool {
    let alike =
        |a: &Option<String>, b: &Option<String>| a.as_deref().zip(b.as_deref()).is_none_or(|(a, b)| fold(a) == fold(b));
    fold(&a.school) == fold(&b.school) && alike(&a.degree, &b.degree) && alike(&a.field_of_study, &b.field_of_study)
}

fn holds(positions: &[Position], one: &Position) -> bool {
    positions.iter().any(|position| at_one_place(position, one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::reading::held;

    fn said(company: &str, title: &str) -> Said {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Said { given_name: some("Ada"), positions: vec![held(some(company), some(title))], ..Said::default() }
    }

    fn told(input: &ContactInput) -> Vec<(&str, bool)> {
        input.positions.iter().map(|at| (at.company_name.as_deref().unwrap_or(""), at.current())).collect()
    }

    fn news(input: &mut ContactInput, before: Option<&Said>, now: &Said) -> Vec<ImportProblem> {
        let mut problems = Vec::new();
        merge("LinkedIn", input, before, now, &mut problems);
        problems
    }

    #[test]
    fn a_new_job_makes_the_old_one_former() {
        let (old, new) = (said("One", "Engineer"), said("Two", "Chief"));
        let mut input = new_contact(&old);
        news(&mut input, Some(&old), &new);
        assert_eq!(told(&input), [("Two", true), ("One", false)]);
    }

    #[test]
    fn what_a_person_changed_stays_and_is_told() {
        let (old, new) = (said("One", "Engineer"), said("One", "Chief"));
        let mut input = new_contact(&old);
        input.positions[0].title = Some("Wizard".to_owned());
        input.given_name = Some("Augusta".to_owned());
        let problems = news(&mut input, Some(&old), &new);
        assert_eq!(
            (input.positions[0].title.as_deref(), input.given_name.as_deref()),
            (Some("Wizard"), Some("Augusta"))
        );
        assert_eq!(problems.len(), 1, "the name is no news: {problems:?}");
    }

    #[test]
    fn the_same_news_twice_is_no_news() {
        let new = said("One", "Engineer");
        let mut input = new_contact(&new);
        input.positions.clear();
        news(&mut input, Some(&new), &new);
        assert!(input.positions.is_empty(), "what a person removed does not come back");
    }

    #[test]
    fn nothing_is_blanked_and_what_can_stand_beside_is_added() {
        let email = |address: &str| Email { address: address.to_owned(), label: None, is_primary: false };
        let phone = |number: &str| Phone { number: number.to_owned(), e164: None, label: None, is_primary: true };
        let old =
            Said { notes: Some("theirs".to_owned()), emails: vec![email("a@x.example")], ..said("One", "Engineer") };
        let mut input = new_contact(&old);
        input.emails[0].is_primary = true;
        input.notes = Some("mine".to_owned());
        let new = Said {
            notes: Some("news".to_owned()),
            emails: vec![email("A@x.example"), email("b@x.example")],
            phones: vec![phone("+43 1 234"), phone("0043 1 234"), phone("+43 1 235")],
            ..Said::default()
        };
        let problems = news(&mut input, Some(&old), &new);
        assert_eq!((input.given_name.as_deref(), input.notes.as_deref()), (Some("Ada"), Some("mine")));
        assert_eq!(told(&input), [("One", true)], "a source that is silent takes nothing away");
        assert_eq!(problems[0].code, "kept");
        let addresses: Vec<_> = input.emails.iter().map(|email| (email.address.as_str(), email.is_primary)).collect();
        assert_eq!(addresses, [("a@x.example", true), ("b@x.example", false)]);
        let numbers: Vec<_> = input.phones.iter().map(|phone| (phone.number.as_str(), phone.is_primary)).collect();
        assert_eq!(numbers, [("+43 1 234", true), ("+43 1 235", false)]);
    }

    #[test]
    fn names_that_are_split_up_otherwise_are_the_same() {
        let mut input = ContactInput::empty();
        input.given_name = Some("Ada Lovelace".to_owned());
        let now = Said { family_name: Some("Lovelace".to_owned()), ..said("", "") };
        news(&mut input, None, &now);
        assert_eq!((input.given_name.as_deref(), input.family_name.as_deref()), (Some("Ada Lovelace"), None));
    }
}
