//! What a list of questions is filtered by. The seeker's own come first, the newest of them at the top, then the bank's
//! in its order.
use serde::Deserialize;
use utoipa::IntoParams;

use super::bank::{self, BANK, BankQuestion};
use super::words::{QuestionAudience, QuestionCategory, QuestionSource, QuestionStage};
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::Position;
use crate::text::fold;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
    /// Any of these.
    #[param(inline)]
    pub category: Vec<QuestionCategory>,
    /// Any of these.
    #[param(inline)]
    pub stage: Vec<QuestionStage>,
    /// For any of these; what is for `anyone` is for all of them.
    #[param(inline)]
    pub audience: Vec<QuestionAudience>,
    /// With any of these.
    #[param(max_items = 100)]
    pub tag: Vec<String>,
    #[param(inline)]
    pub source: Option<QuestionSource>,
    /// A part of the question, whatever its case and accents.
    #[param(min_length = 1, max_length = 200, pattern = r"\S")]
    pub q: Option<String>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            category: Vec::new(),
            stage: Vec::new(),
            audience: Vec::new(),
            tag: Vec::new(),
            source: None,
            q: None,
        }
    }
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    pub fn wants(&self, source: QuestionSource) -> bool {
        self.source.is_none_or(|wanted| wanted == source)
    }

    /// Those whom a question must be for, one of them.
    pub fn audiences(&self) -> Vec<QuestionAudience> {
        let anyone = (!self.audience.is_empty()).then_some(QuestionAudience::Anyone);
        self.audience.iter().copied().chain(anyone).collect()
    }

    /// The questions of the bank that follow on the last of the page before.
    pub fn of_bank(&self, from: Option<&Position>) -> impl Iterator<Item = &'static BankQuestion> {
        let last = from.and_then(|from| bank::place(from.id.into()));
        let words = self.q.as_deref().map(fold).unwrap_or_default();
        let audiences = self.audiences();
        BANK.iter().skip(last.map_or(0, |last| last + 1)).filter(move |question| {
            self.wants(QuestionSource::Bank)
                && (self.category.is_empty() || self.category.contains(&question.category))
                && (self.stage.is_empty() || self.stage.contains(&question.stage))
                && (audiences.is_empty() || question.audience.iter().any(|one| audiences.contains(one)))
                && (self.tag.is_empty() || question.tags.iter().any(|tag| self.tag.iter().any(|one| same(one, tag))))
                && fold(&question.text).contains(&words)
        })
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
