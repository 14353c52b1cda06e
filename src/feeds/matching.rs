//! Whether an item is one that the seeker wants to hear of.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::Item;
use crate::error::Fault;
use crate::text::words;

/// Where words are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// In the title and in the text.
    #[default]
    Anywhere,
    Title,
    Text,
}

/// Which items become alerts: all of them, when nothing is said. Words and phrases are whole, whatever their case and
/// accents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({ "any": ["hydropower", "wind farm"], "all": [], "none": ["horoscope"], "in": "anywhere" }))]
pub struct MatchRules {
    /// One of them is there.
    #[schema(schema_with = phrases)]
    pub any: Vec<String>,
    /// Each of them is there.
    #[schema(schema_with = phrases)]
    pub all: Vec<String>,
    /// None of them is there.
    #[schema(schema_with = phrases)]
    pub none: Vec<String>,
    #[serde(rename = "in")]
    pub within: Within,
}

/// Words or phrases.
fn phrases() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    crate::fields::schema(serde_json::json!({
        "type": "array", "maxItems": crate::http::limits::FEED_PHRASES,
        "items": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": r"[\p{L}\p{N}]" },
    }))
}

impl MatchRules {
    /// Phrases without a letter that can be looked for.
    pub fn faults(&self) -> Vec<Fault> {
        let lists = [("any", &self.any), ("all", &self.all), ("none", &self.none)];
        let each = lists.into_iter().flat_map(|(list, phrases)| {
            phrases.iter().enumerate().map(move |(index, phrase)| (format!("/match/{list}/{index}"), phrase))
        });
        let empty = each.filter(|(_, phrase)| words(phrase).is_empty());
        empty.map(|(pointer, _)| Fault::field(pointer, "invalid", "has neither a letter nor a digit")).collect()
    }

    /// The words and phrases that were found, if the item is wanted.
    pub fn matched(&self, item: &Item) -> Option<Vec<String>> {
        let texts: &[&str] = match self.within {
            Within::Anywhere => &[&item.title, &item.text],
            Within::Title => &[&item.title],
            Within::Text => &[&item.text],
        };
        // A phrase does not reach from the title into the text.
        let texts: Vec<Vec<String>> = texts.iter().map(|text| folded(text)).collect();
        let is_there = |phrase: &&String| {
            let wanted = folded(phrase);
            texts.iter().any(|text| text.windows(wanted.len().max(1)).any(|run| run == wanted))
        };
        if self.none.iter().any(|phrase| is_there(&phrase)) || !self.all.iter().all(|phrase| is_there(&phrase)) {
            return None;
        }
        let mut found: Vec<String> = self.any.iter().filter(is_there).cloned().collect();
        if found.is_empty() && !self.any.is_empty() {
            return None;
        }
        found.extend(self.all.iter().cloned());
        Some(found)
    }
}

fn folded(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(any: &[&str], all: &[&str], none: &[&str], within: Within) -> MatchRules {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        MatchRules { any: list(any), all: list(all), none: list(none), within }
    }

    #[test]
    fn whole_words_are_found_whatever_their_case_and_accents() {
        let item = Item {
            guid: None,
            url: None,
            title: "Électricité de Bücher: Wind-Farm opens".to_owned(),
            text: "The turbine hall in Łódź is new.".to_owned(),
            author: None,
            published_at: None,
        };
        let found = |any: &[&str], all: &[&str], none: &[&str], within| rules(any, all, none, within).matched(&item);
        use Within::{Anywhere, Text, Title};
        assert_eq!(found(&[], &[], &[], Anywhere), Some(vec![]));
        assert_eq!(found(&["electricite", "coal"], &["WIND farm"], &[], Title).unwrap(), ["electricite", "WIND farm"]);
        assert_eq!(found(&["lodz"], &[], &[], Anywhere).unwrap(), ["lodz"]);
        assert_eq!(found(&["lodz"], &[], &[], Title), None);
        assert_eq!(found(&["bücher"], &[], &[], Text), None);
        assert_eq!(found(&["turb"], &[], &[], Anywhere), None, "a part of a word");
        assert_eq!(found(&["opens the"], &[], &[], Anywhere), None, "from the title into the text");
        assert_eq!(found(&["farm wind"], &[], &[], Anywhere), None);
        assert_eq!(found(&[], &["hall", "coal"], &[], Anywhere), None);
        assert_eq!(found(&["hall"], &[], &["Neu", "NEW"], Anywhere), None);
        assert_eq!(rules(&["--"], &[], &["!"], Anywhere).faults().len(), 2);
    }
}
