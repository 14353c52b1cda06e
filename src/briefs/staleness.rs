//! How old what is known may be.
use chrono::NaiveDate;

use super::api::{BriefAlert, BriefResearch, BriefStale};
use crate::feeds::FeedKind;
use crate::research_notes::ResearchNoteKind;

/// Days after which the last contact is long ago.
const CONTACT: i64 = 60;
/// Days for which news are fresh.
pub const NEWS: i64 = 30;

/// What notes of a kind are called, and for how many days they can be relied on; none of what does not age.
const fn shelf_life(kind: ResearchNoteKind) -> (&'static str, Option<i64>) {
    match kind {
        ResearchNoteKind::News => ("news", Some(NEWS)),
        ResearchNoteKind::PressRelease => ("press release", Some(90)),
        ResearchNoteKind::SocialProfile => ("look at a social profile", Some(90)),
        ResearchNoteKind::AboutPage => ("look at an “About” page", Some(180)),
        ResearchNoteKind::Portfolio => ("look at a portfolio", Some(180)),
        ResearchNoteKind::Biography => ("biography", Some(365)),
        ResearchNoteKind::SalaryData => ("salary data", Some(365)),
        ResearchNoteKind::AnnualReport => ("annual report", Some(500)),
        ResearchNoteKind::Brochure => ("brochure", Some(730)),
        ResearchNoteKind::Publication => ("publication", None),
        ResearchNoteKind::Talk => ("talk", None),
        ResearchNoteKind::OwnThought => ("thought", None),
        ResearchNoteKind::Other => ("other note", None),
    }
}

/// How many days there are from one to the other; what lies ahead is new.
pub fn age(on: NaiveDate, as_of: NaiveDate) -> i64 {
    (as_of - on).num_days().max(0)
}

/// `1 day`, `2 days`.
pub fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

/// How many days old the newest of all news is, whether they were noted or a feed has brought them.
pub fn newest_news(research: &[BriefResearch], alerts: &[BriefAlert]) -> Option<i64> {
    let is_news = |kind| matches!(kind, ResearchNoteKind::News | ResearchNoteKind::PressRelease);
    let noted = research.iter().filter(|research| is_news(research.kind)).map(|research| research.age_days);
    let brought = alerts.iter().filter(|alert| alert.kind == FeedKind::News).map(|alert| alert.age_days);
    noted.chain(brought).min()
}

/// A sentence about what is too old, if it is.
pub fn of_notes(kind: ResearchNoteKind, age_days: i64) -> Option<BriefStale> {
    let (name, life) = shelf_life(kind);
    let detail = format!("The newest {name} is {age_days} days old.");
    life.filter(|life| age_days > *life).map(|_| BriefStale { code: kind.name().to_owned(), age_days, detail })
}

/// As [`of_notes`], of the last message or conversation.
pub fn of_contact(age_days: i64) -> Option<BriefStale> {
    let detail = format!("You were last in touch {age_days} days ago.");
    (age_days > CONTACT).then(|| BriefStale { code: "contact".to_owned(), age_days, detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_age_faster_than_reports() {
        assert_eq!(of_notes(ResearchNoteKind::News, 30), None);
        let stale = of_notes(ResearchNoteKind::News, 41).map(|stale| stale.detail);
        assert_eq!(stale.as_deref(), Some("The newest news is 41 days old."));
        assert_eq!(of_notes(ResearchNoteKind::AnnualReport, 400), None);
        assert_eq!(of_notes(ResearchNoteKind::Talk, 10_000), None);
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert_eq!((age(day("2026-01-01"), day("2026-02-01")), age(day("2026-03-01"), day("2026-02-01"))), (31, 0));
    }
}
