//! From what a client wrote to the rows: rules that one field cannot tell alone, and what is derived.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::api::ContactInput;
use super::model::{ContactId, ContactRow, ContactWrite, PositionRow, Profile};
use super::parts::{Position, PostalAddress};
use super::search::texts;
use super::words::Stage;
use crate::db::{Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::fields::{self, one_primary};
use crate::http::Rules;
use crate::search;
use crate::text::{distinct, distinct_labels, filled, fold};
use crate::transfer::linkedin::Profile as LinkedinProfile;

/// Which contact the rows are for, and when what happened to it.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    pub workspace: WorkspaceId,
    pub id: ContactId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub stage_changed_at: DateTime<Utc>,
}

/// The rows of one contact.
#[derive(Debug, Clone)]
pub struct Draft {
    pub contact: ContactWrite,
    pub positions: Vec<PositionRow>,
}

impl Rules for ContactInput {
    fn faults(&self) -> Vec<Fault> {
        self.clone().examine()
    }
}

impl ContactInput {
    /// The tidied input, if nothing is wrong with it. Positions are not resolved yet.
    pub fn check(mut self) -> ApiResult<Self> {
        ApiError::check(self.examine()).map(|()| self)
    }

    /// Tidies the input and tells everything that is wrong with it in itself.
    pub fn examine(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.tidy();
        one_primary("/emails", &mut self.emails, &mut faults);
        one_primary("/phones", &mut self.phones, &mut faults);
        one_primary("/links", &mut self.links, &mut faults);
        one_primary("/addresses", &mut self.addresses, &mut faults);
        fields::check_custom_fields(&self.custom_fields, &mut faults);
        self.check_emails(&mut faults);
        self.check_addresses(&mut faults);
        self.check_positions(&mut faults);
        self.check_education(&mut faults);
        self.check_stage(&mut faults);
        let known = self.given_name.is_some() || self.family_name.is_some() || self.preferred_name.is_some();
        let has_company = self.positions.iter().any(|at| at.company_id.is_some() || at.company_name.is_some());
        if !known && self.emails.is_empty() && !has_company {
            faults.push(Fault::field("", "required", "a contact needs a name, an e-mail address or a company"));
        }
        faults
    }

    fn tidy(&mut self) {
        for field in [
            &mut self.given_name,
            &mut self.additional_name,
            &mut self.family_name,
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.preferred_name,
            &mut self.pronunciation,
            &mut self.pronouns,
            &mut self.headline,
            &mut self.location,
            &mut self.how_found_detail,
            &mut self.notes,
        ] {
            *field = filled(field.take());
        }
        for list in [&mut self.industries, &mut self.expertise, &mut self.tags] {
            *list = distinct_labels(std::mem::take(list));
        }
        self.shared_ground = distinct(std::mem::take(&mut self.shared_ground));
        for position in &mut self.positions {
            position.company_name = filled(position.company_name.take());
            position.title = filled(position.title.take());
        }
        self.addresses.iter_mut().for_each(PostalAddress::tidy);
        let country = self.addresses.iter().find_map(|address| address.country.clone());
        for phone in &mut self.phones {
            phone.number = phone.number.trim().to_owned();
            phone.e164 = e164(&phone.number, country.as_deref());
        }
    }

    fn check_emails(&self, faults: &mut Vec<Fault>) {
        let mut seen = HashSet::new();
        for (index, email) in self.emails.iter().enumerate() {
            if !seen.insert(email.address.to_lowercase()) {
                let detail = "this contact has the address twice";
                faults.push(Fault::field(format!("/emails/{index}/address"), "duplicate", detail));
            }
        }
    }

    fn check_addresses(&self, faults: &mut Vec<Fault>) {
        for (index, address) in self.addresses.iter().enumerate() {
            if address.is_empty() {
                let detail = "an address needs a street, a locality, a region, a postal code or a country";
                faults.push(Fault::field(format!("/addresses/{index}"), "required", detail));
            }
        }
    }

    fn check_education(&self, faults: &mut Vec<Fault>) {
        for (index, school) in self.education.iter().enumerate() {
            if let (Some(start), Some(end)) = (school.start_year, school.end_year)
                && end < start
            {
                let pointer = format!("/education/{index}/end_year");
                faults.push(Fault::field(pointer, "out_of_range", "must not be before `start_year`"));
            }
        }
    }

    fn check_positions(&self, faults: &mut Vec<Fault>) {
        let mut seen = HashSet::new();
        for (index, position) in self.positions.iter().enumerate() {
            let at = |field: &str| format!("/positions/{index}{field}");
            if position.id.is_some_and(|id| !seen.insert(id)) {
                faults.push(Fault::field(at("/id"), "duplicate", "is the id of a position before"));
            }
            if position.company_id.is_none() && position.company_name.is_none() && position.title.is_none() {
                faults.push(Fault::field(at(""), "required", "a position needs a company or a title"));
            }
            if let (Some(start), Some(end)) = (position.started_on, position.ended_on)
                && end < start
            {
                faults.push(Fault::field(at("/ended_on"), "out_of_range", "must not be before `started_on`"));
            }
        }
    }

    fn check_stage(&self, faults: &mut Vec<Fault>) {
        match (self.stage == Stage::Closed, self.stage_reason.is_some()) {
            (true, false) => {
                faults.push(Fault::field("/stage_reason", "required", "is required when a contact is closed"))
            }
            (false, true) => {
                faults.push(Fault::field("/stage_reason", "not_allowed", "only a closed contact has a reason"));
            }
            _ => {}
        }
    }

    /// The rows of a checked input, whose positions have their companies. `names` are those of the companies.
    pub fn into_draft(self, identity: Identity, positions: Vec<PositionRow>, names: &[String]) -> Draft {
        let Identity { workspace: workspace_id, id, version, created_at, updated_at, stage_changed_at } = identity;
        let display_name = self.display_name(names);
        let search_text = self.search_text(&display_name, names);
        let email_keys = self.emails.iter().map(|email| email.address.to_lowercase()).collect();
        let search_words = search::vector(workspace_id, texts(&display_name, &self));
        let row = ContactRow {
            workspace_id,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: None,
            sort_name: self.sort_name(&display_name),
            display_name,
            linkedin_slug: self.links.iter().find_map(|link| LinkedinProfile::parse(&link.url)).map(|found| found.slug),
            emails: Json(self.emails),
            given_name: self.given_name,
            family_name: self.family_name,
            profile: Json(Profile {
                additional_name: self.additional_name,
                name_prefix: self.name_prefix,
                name_suffix: self.name_suffix,
                preferred_name: self.preferred_name,
                pronunciation: self.pronunciation,
                pronouns: self.pronouns,
                headline: self.headline,
                phones: self.phones,
                links: self.links,
                addresses: self.addresses,
                education: self.education,
                location: self.location,
                time_zone: self.time_zone,
                expertise: self.expertise,
                how_found_detail: self.how_found_detail,
                how_found_on: self.how_found_on,
                shared_ground: self.shared_ground,
                preferred_channel: self.preferred_channel,
            }),
            industries: self.industries,
            tags: self.tags,
            how_found: self.how_found,
            connector_id: self.connector_id,
            relationship: self.relationship,
            strength: self.strength,
            stage: self.stage,
            stage_reason: self.stage_reason,
            stage_changed_at,
            do_not_contact: self.do_not_contact,
            last_touch_at: self.last_touch_at,
            notes: self.notes,
            custom_fields: Json(self.custom_fields),
            external_ids: Json(self.external_ids),
        };
        Draft { contact: ContactWrite { row, search_text, email_keys, search_words }, positions }
    }

    fn display_name(&self, companies: &[String]) -> String {
        let (given, family) = (self.given_name.as_deref(), self.family_name.as_deref());
        if let (Some(given), Some(family)) = (given, family)
            && is_cjk(given)
            && is_cjk(family)
        {
            return format!("{family}{given}");
        }
        let parts: Vec<&str> = [given, self.additional_name.as_deref(), family].into_iter().flatten().collect();
        if given.is_some() || family.is_some() {
            return parts.join(" ");
        }
        let email = self.emails.iter().find(|email| email.is_primary).map(|email| email.address.clone());
        self.preferred_name.clone().or(email).or_else(|| companies.first().cloned()).unwrap_or_default()
    }

    /// By family name, then given name, as address books do.
    fn sort_name(&self, display_name: &str) -> String {
        match (&self.family_name, &self.given_name) {
            (Some(family), Some(given)) => format!("{family} {given}"),
            (Some(family), None) => family.clone(),
            _ => display_name.to_owned(),
        }
    }

    /// One line for each thing that `?q=` finds, folded.
    fn search_text(&self, display_name: &str, companies: &[String]) -> String {
        let names = [&self.preferred_name, &self.additional_name, &self.given_name, &self.family_name];
        let latin_order = names.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        let mut lines = vec![fold(display_name), fold(&latin_order)];
        lines.extend(self.emails.iter().map(|email| fold(&email.address)));
        lines.extend(companies.iter().map(|name| fold(name)));
        lines.extend(self.positions.iter().filter_map(|position| position.title.as_deref()).map(fold));
        lines.extend(self.headline.as_deref().map(fold));
        search_lines(&lines)
    }
}

/// Lines between line feeds, each once, so that one can be replaced by another.
pub fn search_lines(lines: &[String]) -> String {
    let mut text = String::from("\n");
    let mut seen = HashSet::new();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        if seen.insert(line) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The number in E.164: as it says itself, or as a number of the country that the contact's address is in.
pub fn e164(number: &str, country: Option<&str>) -> Option<String> {
    let country = country.and_then(|code| code.parse().ok());
    let number = phonenumber::parse(country, number).ok()?;
    phonenumber::is_valid(&number).then(|| number.format().mode(phonenumber::Mode::E164).to_string())
}

fn is_cjk(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{20000}'..='\u{2FA1F}'))
}

/// The row of a position that has its company.
pub fn position_row(
    identity: Identity,
    id: Uuid,
    ordinal: usize,
    position: &Position,
    company_name: Option<String>,
) -> PositionRow {
    PositionRow {
        workspace_id: identity.workspace,
        id,
        contact_id: identity.id,
        company_id: position.company_id,
        company_name: if position.company_id.is_some() { None } else { company_name },
        title: position.title.clone(),
        started_on: position.started_on,
        ended_on: position.ended_on,
        is_current: position.current(),
        ordinal: i32::try_from(ordinal).unwrap_or(i32::MAX),
    }
}
