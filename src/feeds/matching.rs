//! Whether an item is one that the seeker wants to hear of.
use std::borrow::Cow;

use icu_normalizer::DecomposingNormalizerBorrowed;
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
        let empty = each.filter(|(_, phrase)| folded(phrase).trim().is_empty());
        empty.map(|(pointer, _)| Fault::field(pointer, "invalid", "has neither a letter nor a digit")).collect()
    }

    /// The words and phrases that were found, if the item is wanted.
    pub fn matched(&self, item: &Item) -> Option<Vec<String>> {
        let body = || if item.whole.is_empty() { std::slice::from_ref(&item.text) } else { &item.whole[..] };
        let texts: Vec<&String> = match self.within {
            Within::Anywhere => std::iter::once(&item.title).chain(body()).collect(),
            Within::Title => vec![&item.title],
            Within::Text => body().iter().collect(),
        };
        if self.any.is_empty() && self.all.is_empty() && self.none.is_empty() {
            return Some(Vec::new());
        }
        // A phrase does not reach from one text into the next.
        let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
        let without_signs = texts.iter().map(|text| text.replace(SIGNS, "")).collect::<Vec<_>>();
        let is_there = |phrase: &&String| {
            let wanted = folded(phrase);
            let texts = if wanted.contains(SIGNS) { &texts } else { &without_signs };
            !wanted.trim().is_empty() && texts.iter().any(|text| text.contains(&wanted))
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

/// What makes another word of a word that it stands at: `C++`, `C#`, `.NET`.
const SIGNS: [char; 3] = ['+', '#', '.'];

/// The words of a text with their signs, each between spaces. What stands above and below letters does not count.
fn folded(text: &str) -> String {
    let nfd = DecomposingNormalizerBorrowed::new_nfd();
    let mut folded = String::from(" ");
    for run in text.split_whitespace() {
        let plain: Cow<'_, str> = if run.is_ascii() {
            run.into()
        } else if run.chars().all(is_lettered) {
            nfd.normalize(run).chars().filter(|c| !is_mark(*c)).collect::<String>().into()
        } else {
            run.into()
        };
        let mut behind = 0;
        let chars: Vec<char> = plain.chars().collect();
        for word in words(&plain) {
            let before = chars[behind..word.start].iter().collect::<String>();
            if behind == 0 && before.ends_with('.') && word.text.starts_with(|c: char| c.is_ascii_alphabetic()) {
                folded.push('.');
            }
            folded.push_str(&word.text);
            behind = word.end();
            let signs = chars[behind..].iter().take_while(|c| matches!(c, '+' | '#')).count();
            // Between two words they are no more than a hyphen.
            if !chars.get(behind + signs).is_some_and(|c| c.is_alphanumeric()) {
                folded.extend(&chars[behind..behind + signs]);
            }
            folded.push(' ');
        }
    }
    folded
}

/// Of the scripts whose letters are the same without what stands above and below them: Latin, Greek, Cyrillic, Hebrew and
/// Arabic; and signs.
fn is_lettered(c: char) -> bool {
    matches!(c, '\0'..='\u{6ff}' | '\u{1e00}'..='\u{206f}')
}

/// An accent, a point or a vowel of Hebrew or Arabic, or the stroke that makes an Arabic word longer.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}')
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
            whole: Vec::new(),
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

    fn is_found(phrase: &str, texts: &[&str]) -> bool {
        let item = Item {
            guid: None,
            url: None,
            title: "Title".to_owned(),
            text: String::new(),
            whole: texts.iter().map(|text| (*text).to_owned()).collect(),
            author: None,
            published_at: None,
        };
        rules(&[phrase], &[], &[], Within::Anywhere).matched(&item).is_some()
    }

    #[test]
    fn signs_of_a_phrase_count() {
        for (phrase, text) in [
            ("C++", "Two C++ jobs."),
            ("C++", "(C++)"),
            ("C#", "C#, Java"),
            (".NET", "Jobs in .NET."),
            ("C++ jobs", "c++ Jobs"),
            ("wind", ".wind+ #wind"),
            ("node.js", "Node.js"),
            ("solar", "wind+solar"),
        ] {
            assert!(is_found(phrase, &[text]), "{phrase}: {text}");
        }
        for (phrase, text) in [("C++", "C jobs"), ("C#", "Vitamin C"), (".NET", "net profit. Net"), ("C++", "C+ C#")] {
            assert!(!is_found(phrase, &[text]), "{phrase}: {text}");
        }
    }

    #[test]
    fn letters_are_the_same_with_their_marks() {
        for (phrase, text) in
            [("елка", "Ёлка"), ("الطاقة", "اَلْطَاقَة"), ("اَلْطَاقَة", "الطاقة"), ("Müller", "MULLER"), ("小龍", "李小龍")]
        {
            assert!(is_found(phrase, &[text]), "{phrase}: {text}");
        }
    }

    #[test]
    fn all_texts_of_an_item_are_looked_through() {
        let long = format!("{} hydropower", "word ".repeat(10_000));
        assert!(is_found("hydropower", &["Short", &long]) && is_found("short", &["Short", &long]));
        assert!(!is_found("short word", &["Short", &long]));
    }
}
