//! The properties `X-INROAD-…` of Inroad's own cards: what the standards have no name for.
use super::card::{Reader, place};
use super::property::Property;
use crate::contacts::Education;
use crate::exports::ONCE;
use crate::transfer::dealings::Told;
use crate::transfer::value::clean;

impl Reader {
    /// Reads a property by its name behind `X-INROAD-`. One that Inroad does not write is kept.
    pub(super) fn own(&mut self, name: &str, property: &Property) {
        let (at, text) = (place(property), property.text());
        match name {
            // Read elsewhere: the key of the card, and what belongs to a position.
            "ID" | "STARTED-ON" | "ENDED-ON" | "IS-CURRENT" => {}
            "HEADLINE" => self.reading.record.said.headline = self.reading.text(at, 500, &text),
            "PRONUNCIATION" => self.reading.record.said.pronunciation = self.reading.text(at, 200, &text),
            "PRONOUNS" => self.pronouns(property),
            "LOCATION" => self.reading.record.said.location = self.reading.text(at, 200, &text),
            "EXPERTISE" => {
                self.keep_more(&Property { name: name.to_owned(), ..property.clone() });
                self.reading.word(at, |said| &mut said.expertise, 100, &text);
            }
            "INDUSTRY" => self.reading.word(at, |said| &mut said.industries, 100, &text),
            "SHARED-GROUND" => self.reading.word(at, |said| &mut said.shared_ground, 500, &text),
            "EDUCATION" => self.education(property),
            "CUSTOM-FIELD" => {
                if let Some((name, value)) = pair(property) {
                    self.reading.custom(at, &name, &value);
                }
            }
            "EXTERNAL-ID" => {
                if let Some((system, id)) = pair(property) {
                    self.reading.external_id(at, &system, &id);
                }
            }
            "HOW-FOUND" => {
                let word = serde_json::from_value(text.into());
                self.reading.record.how_found = word.ok().or(self.reading.record.how_found);
            }
            "HOW-FOUND-DETAIL" => self.reading.record.said.how_found_detail = self.reading.text(at, 500, &text),
            "HOW-FOUND-ON" => self.reading.record.how_found_on = text.parse().ok(),
            "STAGE" => self.reading.dealing(at, Told::Stage, &text),
            "STAGE-REASON" => self.reading.dealing(at, Told::StageReason, &text),
            "RELATIONSHIP" => self.reading.dealing(at, Told::Relationship, &text),
            "STRENGTH" => self.reading.dealing(at, Told::Strength, &text),
            "PREFERRED-CHANNEL" => self.reading.dealing(at, Told::PreferredChannel, &text),
            "DO-NOT-CONTACT" => self.reading.dealing(at, Told::DoNotContact, &text),
            "LAST-TOUCH-AT" => self.reading.dealing(at, Told::LastTouchAt, &text),
            "CONNECTOR" => self.reading.dealing(at, Told::Connector, &text),
            // A second one of what a card has once.
            name if ONCE.contains(&name) => self.keep(&Property { name: name.to_owned(), ..property.clone() }),
            _ => self.keep(property),
        }
    }

    fn education(&mut self, property: &Property) {
        let mut parts = property.own_parts();
        // Where another program has made all semicolons alike, those too many are taken for the school's.
        while parts.len() > 5 {
            let first = parts.remove(0);
            parts[0] = format!("{first};{}", parts[0]);
        }
        let part = |index: usize| parts.get(index).and_then(|text| clean(text));
        let Some(school) = part(0).filter(|school| school.chars().count() <= 200) else { return self.keep(property) };
        let year = |index: usize| part(index).and_then(|text| text.parse().ok());
        let (degree, field_of_study) = (part(1), part(2));
        let school = Education { school, degree, field_of_study, start_year: year(3), end_year: year(4) };
        if self.reading.said().education.len() < 20 {
            self.reading.said().education.push(school);
        }
    }
}

/// A name and its value, which may have semicolons that another program has made like the one between the two.
fn pair(property: &Property) -> Option<(String, String)> {
    let mut parts = property.own_parts();
    let name = (parts.len() > 1).then(|| parts.remove(0))?;
    Some((name, parts.join(";")))
}
