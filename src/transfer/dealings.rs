//! What is between the seeker and a contact, as Inroad's own cards and tables tell it, and how it comes into a contact
//! that may know better by now: nothing moves back, and who asked not to be contacted has asked.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::reading::{Place, Reading};
use crate::contacts::{Channel, Relationship, Stage, StageReason};
use crate::external_ids::{self, ExternalIds};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dealings {
    pub stage: Option<Stage>,
    pub stage_reason: Option<StageReason>,
    pub relationship: Option<Relationship>,
    /// 1 to 5.
    pub strength: Option<i16>,
    pub preferred_channel: Option<Channel>,
    pub do_not_contact: Option<bool>,
    pub last_touch_at: Option<DateTime<Utc>>,
    pub external_ids: ExternalIds,
    /// The contact who can introduce this one, by the id that it had where the file was written.
    pub connector: Option<Uuid>,
}

/// What of it is told as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Stage,
    StageReason,
    Relationship,
    Strength,
    PreferredChannel,
    DoNotContact,
    LastTouchAt,
    Connector,
}

impl Dealings {
    /// Whether a file may move a contact from `present`, where the same source had left it at `before`, to this stage.
    /// Forward only; and what is open is closed only where nobody has gone on with it meanwhile.
    pub fn moves(present: Stage, before: Option<Stage>, to: Stage) -> bool {
        let untouched = present == Stage::Identified || before == Some(present);
        to as u8 > present as u8 && (to != Stage::Closed || untouched)
    }
}

impl Reading {
    /// Reads a word as the API writes it. One that is none becomes a problem.
    pub fn dealing(&mut self, at: Place<'_>, what: Told, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let own = &mut self.record.said.dealings;
        let known = match what {
            Told::Stage => read(&mut own.stage, text),
            Told::StageReason => read(&mut own.stage_reason, text),
            Told::Relationship => read(&mut own.relationship, text),
            Told::PreferredChannel => read(&mut own.preferred_channel, text),
            Told::DoNotContact => put(&mut own.do_not_contact, text.to_ascii_lowercase().parse().ok()),
            Told::Strength => put(&mut own.strength, text.parse().ok().filter(|strength| (1..=5).contains(strength))),
            Told::LastTouchAt => put(&mut own.last_touch_at, text.parse().ok()),
            Told::Connector => {
                let id = text.strip_prefix("urn:uuid:").unwrap_or(text);
                put(&mut own.connector, Uuid::try_parse(id).ok())
            }
        };
        if !known {
            self.problem(at, "invalid_value", "is none of the values that this may have", text);
        }
    }

    /// The id that the contact has in another system.
    pub fn external_id(&mut self, at: Place<'_>, system: &str, id: &str) {
        if external_ids::is_one(system, id) {
            self.said().dealings.external_ids.insert(system.to_owned(), id.to_owned());
        } else {
            self.problem(at, "invalid_value", "is no id of another system", &format!("{system};{id}"));
        }
    }

    /// The same of a JSON object of systems and ids.
    pub fn external_ids(&mut self, at: Place<'_>, text: &str) {
        match serde_json::from_str::<BTreeMap<String, String>>(text) {
            Ok(ids) => ids.iter().for_each(|(system, id)| self.external_id(at, system, id)),
            Err(_) => self.problem(at, "invalid_value", "is no JSON object of systems and ids", text),
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(field: &mut Option<T>, text: &str) -> bool {
    put(field, serde_json::from_value(text.into()).ok())
}

fn put<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    let known = value.is_some();
    if known {
        *field = value;
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_move_forward_and_close_only_what_nobody_went_on_with() {
        assert!(Dealings::moves(Stage::Identified, None, Stage::Met));
        assert!(!Dealings::moves(Stage::Met, None, Stage::Contacted));
        assert!(!Dealings::moves(Stage::Met, None, Stage::Met));
        assert!(Dealings::moves(Stage::Identified, None, Stage::Closed));
        assert!(Dealings::moves(Stage::Contacted, Some(Stage::Contacted), Stage::Closed));
        assert!(!Dealings::moves(Stage::Met, Some(Stage::Contacted), Stage::Closed));
        assert!(!Dealings::moves(Stage::Closed, Some(Stage::Closed), Stage::Met));
    }
}
