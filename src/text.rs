//! Text as it is compared and searched.
use std::borrow::Cow;
use std::collections::HashSet;

use deunicode::{AsciiChars, deunicode};
use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Deserializer};

/// Without accents and case, in ASCII, with single spaces: `Łukasz  MÜLLER` → `lukasz muller`, `李` → `li`. What is
/// searched and what is searched for are folded alike.
pub fn fold(text: &str) -> String {
    let ascii = if text.is_ascii() { text.to_owned() } else { deunicode(text) };
    let mut folded = String::with_capacity(ascii.len());
    for word in ascii.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().map(|c| c.to_ascii_lowercase()));
    }
    folded
}

/// Letters of a word that count; what is longer is the same word as what begins alike.
const WORD: usize = 64;

/// A word of a text, as it is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Folded: letters and digits only.
    pub text: String,
    /// Where it stands in the text, in characters (Unicode scalar values).
    pub start: usize,
    /// For each character of the word, how many folded letters there are up to its end.
    letters: Vec<u8>,
}

impl Word {
    /// The character behind the last one.
    pub fn end(&self) -> usize {
        self.start + self.letters.len()
    }

    /// The character behind those that make the first `count` folded letters.
    pub fn end_of(&self, count: usize) -> usize {
        let inside = self.letters.iter().take_while(|letters| usize::from(**letters) < count).count();
        self.end().min(self.start + inside + 1)
    }
}

/// The words of a text: runs of letters and digits, folded as [`fold`] does.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut open: Option<Word> = None;
    for (at, letters) in text.ascii_chars().enumerate() {
        let letters = letters.unwrap_or(" ");
        if letters.is_empty() {
            // A mark on the letter before.
            if let Some(word) = &mut open {
                let so_far = word.letters.last().copied().unwrap_or(0);
                word.letters.push(so_far);
            }
        }
        for (index, letter) in letters.bytes().enumerate() {
            if !letter.is_ascii_alphanumeric() {
                found.extend(open.take());
                continue;
            }
            let word = open.get_or_insert_with(|| Word { text: String::new(), start: at, letters: Vec::new() });
            if word.text.len() < WORD {
                word.text.push(char::from(letter.to_ascii_lowercase()));
            }
            let count = u8::try_from(word.text.len()).unwrap_or(u8::MAX);
            // Another letter of the same character, or the next character.
            let same = index > 0 && word.end() > at;
            match word.letters.last_mut() {
                Some(last) if same => *last = count,
                _ => word.letters.push(count),
            }
        }
    }
    found.extend(open);
    found
}

/// With letters that are composed of others written as one, where there is one (Unicode Standard Annex 15, NFC): some
/// systems write `Å` as `A` and a ring.
pub fn composed(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// What makes two company names the same: case and spacing do not count, nor how letters are composed; accents and all
/// else do.
pub fn name_key(name: &str) -> String {
    composed(name).split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A text that a person wrote, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeText {
    /// The resource that has it.
    pub id: uuid::Uuid,
    pub field: String,
    pub text: String,
}

/// Trimmed; nothing when nothing is left.
pub fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// With the line breaks of one system, whatever they were.
pub fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Reads a text of the format `multi-line`: its line breaks become `\n`.
pub fn lines<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    String::deserialize(from).map(|text| unix_lines(&text))
}

/// As [`lines`], of a text that need not be there.
pub fn maybe_lines<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(|text| unix_lines(&text)))
}

/// An e-mail address in lower case, in every way in which its domain may be written: as it is here, in its own letters,
/// and in ASCII.
pub fn address_spellings(address: &str) -> Vec<String> {
    let lower = address.to_lowercase();
    let Some((local, domain)) = lower.rsplit_once('@') else { return vec![lower] };
    let (letters, _) = idna::domain_to_unicode(domain);
    let domains = [Some(letters), idna::domain_to_ascii(domain).ok()].into_iter().flatten();
    let others: Vec<String> = domains.map(|domain| format!("{local}@{domain}")).collect();
    distinct([vec![lower], others].concat())
}

/// Trimmed and without repetitions, in the order they came.
pub fn distinct(list: Vec<String>) -> Vec<String> {
    distinct_by(list, str::to_owned)
}

/// Labels (tags, industries) as [`distinct`]; one that differs from another by case alone is the same label, as it was
/// first spelled.
pub fn distinct_labels(list: Vec<String>) -> Vec<String> {
    distinct_by(composed_labels(&list), str::to_lowercase)
}

/// Labels as they are stored, as far as composed letters go: what a filter asks for.
pub fn composed_labels(list: &[String]) -> Vec<String> {
    list.iter().map(|label| composed(label).into_owned()).collect()
}

fn distinct_by(list: Vec<String>, key: impl Fn(&str) -> String) -> Vec<String> {
    let mut seen = HashSet::with_capacity(list.len());
    list.into_iter().filter_map(|item| filled(Some(item))).filter(|item| seen.insert(key(item))).collect()
}

/// A `LIKE` pattern that finds `part` anywhere.
pub fn anywhere(part: &str) -> String {
    format!("%{}%", part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Whether a trigram index can look for a folded `part`. Asked for one that it cannot, it is read as a whole, with
/// what it holds of every workspace.
pub fn has_trigram(part: &str) -> bool {
    part.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| run.len() >= 3)
}

diesel::define_sql_function! {
    /// Labels in lower case, as the indexes over tags and industries have them.
    fn inroad_lowered(labels: diesel::sql_types::Array<diesel::sql_types::Text>)
        -> diesel::sql_types::Array<diesel::sql_types::Text>;
}

/// Each in lower case, as `inroad_lower` has them.
pub fn lower(labels: &[String]) -> Vec<String> {
    labels.iter().map(|label| label.to_lowercase()).collect()
}

diesel::define_sql_function! {
    /// In lower case, as the indexes over the industries of notes and feeds have them.
    fn inroad_lower(text: diesel::sql_types::Nullable<diesel::sql_types::Text>)
        -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

diesel::define_sql_function! {
    /// Where a text has a part, from 1 on; 0 is nowhere. No index answers it.
    fn strpos(text: diesel::sql_types::Text, part: diesel::sql_types::Text) -> diesel::sql_types::Integer;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_accents_case_and_spare_space() {
        assert_eq!(fold(" Łukasz\t Müller-Groß "), "lukasz muller-gross");
        assert_eq!(fold("Ångström Þór"), "angstrom thor");
        assert_eq!(fold("李 小龍"), fold("李  小龍"));
    }

    #[test]
    fn composed_letters_are_the_same_however_they_are_written() {
        assert_eq!(name_key("A\u{30a}gren  AB"), name_key("Ågren ab"));
        assert_ne!(name_key("Agren"), name_key("Ågren"));
        assert_eq!(distinct_labels(vec!["A\u{308}rzte".into(), "ärzte".into()]), ["Ärzte"]);
    }

    #[test]
    fn an_address_has_the_spellings_of_its_domain() {
        assert_eq!(address_spellings("Eva@BÜRO.example"), ["eva@büro.example", "eva@xn--bro-hoa.example"]);
        assert_eq!(address_spellings("eva@xn--bro-hoa.example"), ["eva@xn--bro-hoa.example", "eva@büro.example"]);
        assert_eq!(address_spellings("Eva@office.example"), ["eva@office.example"]);
        assert_eq!(address_spellings("no address"), ["no address"]);
    }

    fn found(text: &str) -> Vec<(String, String)> {
        let chars: Vec<char> = text.chars().collect();
        let shown = |word: Word| (word.text.clone(), chars[word.start..word.end()].iter().collect());
        words(text).into_iter().map(shown).collect()
    }

    #[test]
    fn words_know_where_they_stand() {
        let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(folded, shown)| ((*folded).to_owned(), (*shown).to_owned())).collect()
        };
        assert_eq!(
            found("Łukasz Müller-Groß"),
            pairs(&[("lukasz", "Łukasz"), ("muller", "Müller"), ("gross", "Groß")])
        );
        assert_eq!(
            found("ada@engines.example"),
            pairs(&[("ada", "ada"), ("engines", "engines"), ("example", "example")])
        );
        assert_eq!(found("李小龍!"), pairs(&[("li", "李"), ("xiao", "小"), ("long", "龍")]));
        assert_eq!(found("e\u{301}tude"), pairs(&[("etude", "e\u{301}tude")]));
        assert_eq!(found("🐶 x"), pairs(&[("dog", "🐶"), ("x", "x")]));
        assert_eq!(found(" -- \n"), []);
    }

    #[test]
    fn part_of_a_word_ends_with_its_character() {
        let word = &words("Groß")[0];
        assert_eq!([1, 3, 4, 5, 9].map(|count| word.end_of(count)), [1, 3, 4, 4, 4]);
    }

    proptest::proptest! {
        #[test]
        fn words_are_those_of_the_folded_text(text in "\\PC{0,40}") {
            let folded = fold(&text);
            let plain: Vec<&str> = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
            let words: Vec<Word> = words(&text);
            // An unknown character is `[?]` to the one and a gap to the other; neither is a letter.
            proptest::prop_assert_eq!(words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), plain);
            let length = text.chars().count();
            proptest::prop_assert!(words.iter().all(|word| word.start < word.end() && word.end() <= length));
        }
    }

    #[test]
    fn patterns_take_no_wildcards_from_people() {
        assert_eq!(anywhere(r"50%_\"), r"%50\%\_\\%");
    }

    #[test]
    fn trigrams_are_three_letters_in_a_row() {
        assert!(has_trigram("ada") && has_trigram("x-ray"));
        assert!(!has_trigram("li") && !has_trigram("c++") && !has_trigram("a.b.c"));
    }
}
