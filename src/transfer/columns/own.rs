//! Inroad's own table of contacts, as `GET /v1/exports/contacts.csv` writes it.
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Column, Field, Row};
use crate::contacts::{Education, Position};
use crate::transfer::dealings::Told;
use crate::transfer::reading::Reading;
use crate::transfer::value::clean;

/// The columns that tell this table from others.
const SIGNS: [&str; 5] = ["id", "given_name", "family_name", "stage_reason", "do_not_contact"];

/// What the columns hold. Not read are those that only the service writes, the name, which is made of its parts, and
/// `former_positions` and `education`, whose cells are for people: `positions` and `schools` say the same and more.
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
    let json = [
        ("custom_fields", Field::CustomFields),
        ("external_ids", Field::ExternalIds),
        ("positions", Field::Positions),
        ("schools", Field::Education),
    ];
    let known = || COLUMNS.iter().chain(&json);
    let field = |heading: &String| known().find(|(name, _)| name == heading).map(|(_, field)| *field);
    headings.iter().map(|heading| field(heading).map(|field| Column::new(field, "", heading))).collect()
}

impl Row<'_> {
    /// Positions and schools with all that is known of them. The company and the title in their own columns hold for the
    /// first present position: these are what people edit.
    pub(super) fn whole_lists(&self, reading: &mut Reading) {
        let positions: Vec<Position> = self.list(reading, Field::Positions);
        let cells = std::mem::take(&mut reading.said().positions);
        let mut cells = cells.into_iter();
        let mut first = cells.next();
        for position in positions {
            let place = self.first(Field::Positions).map(|(place, _)| place).unwrap_or_default();
            let (company, title) = (position.company_name.unwrap_or_default(), position.title.unwrap_or_default());
            let before = reading.said().positions.len();
            reading.position(place, &company, &title);
            let Some(told) = reading.record.said.positions.get_mut(before) else { continue };
            (told.started_on, told.ended_on) = (position.started_on, position.ended_on);
            told.is_current = position.is_current.filter(|is_current| *is_current != told.ended_on.is_none());
            let same = |cell: &Position| cell.company_name == told.company_name && cell.title == told.title;
            if told.current()
                && let Some(cell) = first.take()
                && !same(&cell)
            {
                *told = cell;
            }
        }
        reading.said().positions.extend(first.into_iter().chain(cells));
        for school in self.list::<Education>(reading, Field::Education) {
            let place = self.first(Field::Education).map(|(place, _)| place).unwrap_or_default();
            reading.education(place, school);
        }
    }

    /// The items of a cell of JSON.
    fn list<T: DeserializeOwned>(&self, reading: &mut Reading, field: Field) -> Vec<T> {
        let Some((place, text)) = self.first(field) else { return Vec::new() };
        serde_json::from_str(text).unwrap_or_else(|_| {
            reading.problem(place, "invalid_value", "is no JSON array as Inroad writes it", text);
            Vec::new()
        })
    }

    /// What only Inroad's own files tell.
    pub(super) fn dealings(&self, reading: &mut Reading) {
        for (field, told) in [
            (Field::Stage, Told::Stage),
            (Field::StageReason, Told::StageReason),
            (Field::Relationship, Told::Relationship),
            (Field::Strength, Told::Strength),
            (Field::PreferredChannel, Told::PreferredChannel),
            (Field::DoNotContact, Told::DoNotContact),
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
