//! What a list of contacts is filtered and sorted by.
use chrono::{DateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::ContactRow;
use super::words::{HowFound, Relationship, Stage};
use crate::http::page::{Count, DEFAULT_LIMIT};
use crate::sort::{Order, Position};
use crate::sort_keys;
use crate::text::fold;

sort_keys! {
    /// What contacts are sorted by; `-` in front for descending. By name is by family name, then given name.
    ContactSort by By {
        Created = "created_at",
        Updated = "updated_at",
        Name = "name",
        LastTouch = "last_touch_at",
        Strength = "strength",
    }
}

/// Whether a contact works at a company or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Employment {
    Current,
    Former,
    Any,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    pub cursor: Option<String>,
    /// `exact` counts what the filters find on all pages, into `total`. It takes as long as reading all of it: ask
    /// for it once, not with every page.
    #[param(inline)]
    pub count: Option<Count>,
    /// A saved view of contacts: its filter and order, as far as this request does not say otherwise.
    pub view: Option<Uuid>,
    /// `-created_at` unless said otherwise; with `q`, first those in whom a word begins with it, or, where
    /// nothing has the words as they are, those that are most like it, of 2,000 that are at most.
    #[param(inline)]
    pub sort: Option<ContactSort>,
    /// Any part of the name, a company, a title or an e-mail address, without regard to accents and case. When
    /// nothing has these words, contacts with words like them are found.
    #[param(min_length = 1, max_length = 200, pattern = r"\S")]
    pub q: Option<String>,
    /// Any of these.
    #[param(inline)]
    pub stage: Vec<Stage>,
    /// Any of these.
    #[param(max_items = 100)]
    pub tag: Vec<String>,
    /// Any part of the name of a company that they work or worked at.
    #[param(min_length = 1, max_length = 200)]
    pub company: Option<String>,
    /// Any of these companies.
    #[param(max_items = 100)]
    pub company_id: Vec<Uuid>,
    /// Whether they work at the company (`current`), did (`former`), or either (`any`, the default). Without a company:
    /// whether they have a position now, or have had one.
    #[param(inline)]
    pub employment: Option<Employment>,
    /// Any of these.
    #[param(max_items = 100)]
    pub industry: Vec<String>,
    /// Any of these.
    #[param(inline)]
    pub how_found: Vec<HowFound>,
    /// Any of these.
    #[param(inline)]
    pub relationship: Vec<Relationship>,
    /// Introduced by any of these.
    #[param(max_items = 100)]
    pub connector_id: Vec<Uuid>,
    /// Any of these, 1 to 5.
    #[param(inline, max_items = 5)]
    pub strength: Vec<Strength>,
    pub do_not_contact: Option<bool>,
    pub last_touch_after: Option<DateTime<Utc>>,
    pub last_touch_before: Option<DateTime<Utc>>,
    pub created_after: Option<DateTime<Utc>>,
    pub created_before: Option<DateTime<Utc>>,
    pub updated_after: Option<DateTime<Utc>>,
    pub updated_before: Option<DateTime<Utc>>,
}

/// A strength, as a query has it: in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Strength {
    #[serde(rename = "1")]
    One = 1,
    #[serde(rename = "2")]
    Two,
    #[serde(rename = "3")]
    Three,
    #[serde(rename = "4")]
    Four,
    #[serde(rename = "5")]
    Five,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            count: None,
            view: None,
            sort: None,
            q: None,
            stage: Vec::new(),
            tag: Vec::new(),
            company: None,
            company_id: Vec::new(),
            employment: None,
            industry: Vec::new(),
            how_found: Vec::new(),
            relationship: Vec::new(),
            connector_id: Vec::new(),
            strength: Vec::new(),
            do_not_contact: None,
            last_touch_after: None,
            last_touch_before: None,
            created_after: None,
            created_before: None,
            updated_after: None,
            updated_before: None,
        }
    }
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    pub fn order(&self) -> Order<By> {
        self.sort.unwrap_or_default().order()
    }

    /// What is searched for, folded, when the best matches come first.
    pub fn relevance(&self) -> Option<String> {
        let text = fold(self.q.as_deref()?);
        (self.sort.is_none() && !text.is_empty()).then_some(text)
    }

    pub fn strengths(&self) -> Vec<i16> {
        self.strength.iter().map(|strength| *strength as i16).collect()
    }

    /// Where the list goes on after this row. Rows without a key sort as the generated columns have them.
    pub fn position(&self, row: &ContactRow, fit: f32, fuzzy: bool) -> Position {
        let base = Position { id: row.id.into(), fuzzy, ..Position::default() };
        if self.relevance().is_some() {
            return Position { fit: Some(fit), ..base };
        }
        match self.order().by {
            By::Created => base,
            By::Updated => Position { at: Some(row.updated_at), ..base },
            By::Name => Position { text: Some(row.sort_name.clone()), ..base },
            By::LastTouch => Position { at: Some(row.last_touch_at.unwrap_or_else(never)), ..base },
            By::Strength => Position { number: Some(row.strength.unwrap_or(0)), ..base },
        }
    }
}

/// What `touch_rank` has for a contact that was never touched.
pub fn never() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(1, 1, 1, 0, 0, 0).single().unwrap_or_default()
}
