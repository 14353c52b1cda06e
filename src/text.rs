//! Text as it is compared and searched.
use std::collections::HashSet;

use deunicode::deunicode;

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

/// What makes two company names the same: case and spacing do not count, accents and all else do.
pub fn name_key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Trimmed; nothing when nothing is left.
pub fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Trimmed and without repetitions, in the order they came.
pub fn distinct(list: Vec<String>) -> Vec<String> {
    distinct_by(list, str::to_owned)
}

/// Labels (tags, industries) as [`distinct`]; one that differs from another by case alone is the same label, as it was
/// first spelled.
pub fn distinct_labels(list: Vec<String>) -> Vec<String> {
    distinct_by(list, str::to_lowercase)
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
    fn patterns_take_no_wildcards_from_people() {
        assert_eq!(anywhere(r"50%_\"), r"%50\%\_\\%");
    }

    #[test]
    fn trigrams_are_three_letters_in_a_row() {
        assert!(has_trigram("ada") && has_trigram("x-ray"));
        assert!(!has_trigram("li") && !has_trigram("c++") && !has_trigram("a.b.c"));
    }
}
