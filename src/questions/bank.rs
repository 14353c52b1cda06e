//! The questions that come with the program. Their ids never change; a question that is given up stays in the file.
use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, TimeZone, Utc};
use serde::Deserialize;

use super::model::QuestionId;
use super::words::{QuestionAudience, QuestionCategory, QuestionStage};

/// A question of the bank.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankQuestion {
    pub id: QuestionId,
    pub category: QuestionCategory,
    pub text: String,
    pub stage: QuestionStage,
    pub audience: Vec<QuestionAudience>,
    pub tags: Vec<String>,
    pub follow_up: Option<String>,
}

/// All of them, in the order in which they are listed.
pub static BANK: LazyLock<Vec<BankQuestion>> = LazyLock::new(|| {
    // A test reads the file, too: a service that cannot read it has no questions rather than none at all to answer.
    serde_json::from_str(include_str!("bank.json")).unwrap_or_default()
});

static PLACES: LazyLock<HashMap<QuestionId, usize>> =
    LazyLock::new(|| BANK.iter().enumerate().map(|(place, question)| (question.id, place)).collect());

/// Where in the bank the question with this id stands.
pub fn place(id: QuestionId) -> Option<usize> {
    PLACES.get(&id).copied()
}

/// The question of the bank with this id.
pub fn find(id: QuestionId) -> Option<&'static BankQuestion> {
    place(id).map(|place| &BANK[place])
}

/// When the bank was written.
pub fn written_at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 27, 0, 0, 0).single().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::lint;
    use super::*;

    #[test]
    fn the_bank_is_whole() {
        let read: Vec<BankQuestion> = serde_json::from_str(include_str!("bank.json")).expect("the bank is read");
        assert!(read.len() >= 80 && BANK.len() == read.len());
        let (ids, texts): (HashSet<_>, HashSet<_>) = read.iter().map(|one| (one.id, one.text.as_str())).unzip();
        assert!(ids.len() == read.len() && texts.len() == read.len(), "two are the same");
        let count = |category| read.iter().filter(|one| one.category == category).count();
        let categories: HashSet<_> = read.iter().map(|one| one.category).collect();
        assert!(categories.len() == 12 && categories.into_iter().all(|category| count(category) >= 5));
        assert!(read.iter().all(|one| !one.audience.is_empty() && !one.tags.is_empty()));
    }

    #[test]
    fn the_bank_breaks_no_rule_of_its_own() {
        for question in BANK.iter() {
            for text in [Some(&question.text), question.follow_up.as_ref()].into_iter().flatten() {
                assert_eq!(lint::check(text, Some(question.category)), [], "{text}");
            }
        }
    }
}
