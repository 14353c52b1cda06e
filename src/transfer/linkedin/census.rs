//! Whose archive it is: the one who has a part in every message. The file does not say.
use std::collections::HashMap;
use std::fs::File;

use super::touches::{Touch, TouchKind, Touches};
use crate::transfer::formats::{FileError, Hints};
use crate::transfer::record::{Entry, name_words};

/// People that are counted.
const MOST: usize = 200_000;

/// Who has a part in the messages of a file.
#[derive(Debug, Default)]
pub struct Census {
    /// By their keys: in how many rows they have a part, and a name.
    people: HashMap<String, (usize, String)>,
    /// Whom the rows themselves make the owner.
    stated: HashMap<String, usize>,
}

impl Census {
    /// Reads the file through once.
    pub fn add(&mut self, file: File, kind: TouchKind, hints: &Hints) -> Result<(), FileError> {
        for entry in Touches::open(file, kind, hints)? {
            if let Entry::Touch(touch) = entry {
                self.count(&touch);
            }
        }
        Ok(())
    }

    fn count(&mut self, touch: &Touch) {
        let mut parties: HashMap<String, String> = HashMap::new();
        for party in std::iter::once(&touch.from).chain(&touch.to) {
            parties.extend(party.key().map(|key| (key, party.shown())));
        }
        for (key, name) in parties {
            if self.people.len() < MOST || self.people.contains_key(&key) {
                self.people.entry(key).or_insert((0, name)).0 += 1;
            }
        }
        let owner = match (touch.is_sent, touch.to.as_slice()) {
            (Some(true), _) => touch.from.key(),
            (Some(false), [only]) => only.key(),
            _ => None,
        };
        if let Some(owner) = owner {
            *self.stated.entry(owner).or_default() += 1;
        }
    }

    /// The key of the owner: whom the rows state; else who has a part in most of them, and, where that is true of several,
    /// who is called like the account, or is no contact. None where that tells nobody, or several.
    pub fn owner(&self, account: &str, is_contact: impl Fn(&str, &str) -> bool) -> Option<String> {
        if let Some((key, _)) = self.stated.iter().max_by_key(|(key, count)| (**count, *key)) {
            return Some(key.clone());
        }
        let most = self.people.values().map(|(count, _)| *count).max()?;
        let mut likely: Vec<(&String, &String)> =
            self.people.iter().filter(|(_, (count, _))| *count == most).map(|(key, (_, name))| (key, name)).collect();
        if likely.len() > 1 {
            let account = name_words(account);
            let namesakes: Vec<_> = likely.iter().filter(|(_, name)| name_words(name) == account).copied().collect();
            if namesakes.len() == 1 {
                likely = namesakes;
            } else {
                likely.retain(|(key, name)| !is_contact(key, name));
            }
        }
        match likely.as_slice() {
            [(key, _)] => Some((*key).clone()),
            _ => None,
        }
    }
}
