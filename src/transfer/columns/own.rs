//! Inroad's own table of contacts, as `GET /v1/exports/contacts.csv` writes it.
use serde_json::{Map, Value};

use super::{Column, Field, Row};
use crate::transfer::dealings::Told;
use crate::transfer::reading::Reading;
use crate::transfer::value::clean;

/// The columns that tell this table from others.
const SIGNS: [&str; 5] = ["id", "given_name", "family_name", "stage_reason", "do_not_contact"];

/// What the columns hold. Not read are those that only the service writes, the name, which is made of its parts, and
/// `former_positions` and `education`, whose cells are to be read by people.
const COLUMNS: [(&str, Field); 38] = [
    ("id", Field::InroadId),
    ("name_prefix", Field::NamePrefix),
    ("given_name", Field::GivenName),
    ("additional_name", Field::AdditionalName),
    ("family_name", Field::FamilyName),
    ("name_suffix", Field::NameSuffix),
    ("preferred_name", Field::PreferredName),
    ("pronunciation", Field::Pronunciation),
    ("pronouns", Field::Pronouns),
    ("headline", Field::Headline),
    ("emails", Field::Email),
    ("phones", Field::Phone),
    ("links", Field::Link),
    ("company", Field::Company),
    ("title", Field::Title),
    ("street", Field::Street),
    ("locality", Field::Locality),
    ("region", Field::Region),
    ("postal_code", Field::PostalCode),
    ("country", Field::Country),
    ("location", Field::Location),
    ("time_zone", Field::TimeZone),
    ("industries", Field::Industries),
    ("expertise", Field::Expertise),
    ("how_found", Field::HowFound),
    ("how_found_detail", Field::HowFoundDetail),
    ("how_found_on", Field::HowFoundOn),
    ("relationship", Field::Relationship),
    ("shared_ground", Field::SharedGround),
    ("strength", Field::Strength),
    ("stage", Field::Stage),
    ("stage_reason", Field::StageReason),
    ("do_not_contact", Field::DoNotContact),
    ("connector_id", Field::ConnectorId),
    ("preferred_channel", Field::PreferredChannel),
    ("last_touch_at", Field::LastTouchAt),
    ("tags", Field::Tags),
    ("notes", Field::Notes),
];

pub fn recognises(cells: &[String]) -> bool {
    SIGNS.iter().all(|sign| cells.iter().any(|cell| cell == sign))
}

pub fn columns(headings: &[String]) -> Vec<Option<Column>> {
    let objects = [("custom_fields", Field::CustomFields), ("external_ids", Field::ExternalIds)];
    let known = || COLUMNS.iter().chain(&objects);
    let field = |heading: &String| known().find(|(name, _)| name == heading).map(|(_, field)| *field);
    headings.iter().map(|heading| field(heading).map(|field| Column::new(field, "", heading))).collect()
}

impl Row<'_> {
    /// What only Inroad's own files tell.
    pub(super) fn dealings(&self, reading: &mut Reading) {
        for (field, told) in [
            (Field::Stage, Told::Stage),
            (Field::StageReason, Told::StageReason),
            (Field::Relationship, Told::Relationship),
            (Field::Strength, Told::Strength),
            (Field::PreferredChannel, Told::PreferredChannel),
            (Field::DoNotContact, Told::DoNotContact),
            (Field::LastTouchAt, Told::LastTouchAt),
            (Field::ConnectorId, Told::Connector),
        ] {
            if let Some((place, text)) = self.first(field) {
                reading.dealing(place, told, text);
            }
        }
        if let Some((place, text)) = self.first(Field::HowFound) {
            match serde_json::from_value(text.trim().into()) {
                Ok(word) => reading.record.how_found = Some(word),
                Err(_) => reading.problem(place, "invalid_value", "is none of the values that this may have", text),
            }
        }
        if let Some((place, text)) = self.first(Field::ExternalIds) {
            reading.external_ids(place, text);
        }
        if let Some((place, text)) = self.first(Field::CustomFields) {
            match serde_json::from_str::<Map<String, Value>>(text) {
                Ok(fields) => fields.into_iter().for_each(|(name, value)| reading.custom_value(place, &name, value)),
                Err(_) => reading.problem(place, "invalid_value", "is no JSON object", text),
            }
        }
        if let Some(id) = self.first(Field::InroadId).and_then(|(_, text)| clean(text)) {
            reading.record.key = format!("uid:urn:uuid:{id}");
        }
    }
}
