//! What a list of templates is filtered and sorted by.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{TemplateAudience, TemplateRow};
use crate::http::page::DEFAULT_LIMIT;
use crate::messages::{MessageChannel, MessagePurpose};
use crate::sort::Position;
use crate::{sort_keys, text_enum};

sort_keys! {
    /// What templates are sorted by; `-` in front for descending.
    TemplateSort by By { Created = "created_at", Updated = "updated_at", Name = "name" }
}

text_enum! {
    /// Which templates, of those that are put away and those that are not.
    TemplateArchived {
        False = "false",
        True = "true",
        Any = "any",
    }
}

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
    #[param(inline)]
    pub sort: TemplateSort,
    /// Any part of the name, the subject or the text, without regard to accents and case.
    #[param(min_length = 1, max_length = 200, pattern = r"\S")]
    pub q: Option<String>,
    /// Any of these.
    #[param(inline)]
    pub purpose: Vec<MessagePurpose>,
    /// Any of these.
    #[param(inline)]
    pub channel: Vec<MessageChannel>,
    /// Any of these, as they were written.
    #[param(max_items = 20)]
    pub language: Vec<String>,
    /// Any of these.
    #[param(inline)]
    pub audience: Vec<TemplateAudience>,
    /// Those that are put away: none of them, only they, or all alike.
    #[param(inline)]
    pub archived: TemplateArchived,
    pub created_after: Option<DateTime<Utc>>,
    pub created_before: Option<DateTime<Utc>>,
    pub updated_after: Option<DateTime<Utc>>,
    pub updated_before: Option<DateTime<Utc>>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            sort: TemplateSort::default(),
            q: None,
            purpose: Vec::new(),
            channel: Vec::new(),
            language: Vec::new(),
            audience: Vec::new(),
            archived: TemplateArchived::False,
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

    pub fn position(&self, row: &TemplateRow) -> Position {
        let id = row.id.into();
        match self.sort.order().by {
            By::Created => Position { id, ..Position::default() },
            By::Updated => Position { id, at: Some(row.updated_at), ..Position::default() },
            By::Name => Position { id, text: Some(row.name.clone()), ..Position::default() },
        }
    }
}
