//! What a list of research notes is filtered and sorted by.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::ResearchNote;
use super::words::{ResearchNoteImportance, ResearchNoteKind};
use crate::http::page::DEFAULT_LIMIT;
use crate::sort::{Order, Position};
use crate::{sort_keys, text_enum};

sort_keys! {
    /// What research notes are sorted by; `-` in front for descending. By `published_on`, only those that have a date are
    /// listed.
    ResearchNoteSort by By { Created = "created_at", Updated = "updated_at", Published = "published_on" }
}

text_enum! {
    /// What the body is shown as, beside its Markdown.
    Render {
        Html = "html",
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
    /// Without it the newest come first, or with `q` those that fit best.
    #[param(inline)]
    pub sort: Option<ResearchNoteSort>,
    /// Words that stand in the note, in any form that its language has for them: all of them, `"several words"` in this
    /// order, `one or another`, and without `-this`. Without `-this`, whole words are found whatever their accents as well.
    #[param(min_length = 1, max_length = 200, pattern = r"\S")]
    pub q: Option<String>,
    /// About any of these.
    #[param(max_items = 100)]
    pub contact_id: Vec<Uuid>,
    /// About any of these.
    #[param(max_items = 100)]
    pub company_id: Vec<Uuid>,
    /// About any of these.
    #[param(max_items = 100)]
    pub meeting_id: Vec<Uuid>,
    /// About any of these, whatever the case.
    #[param(max_items = 100)]
    pub industry: Vec<String>,
    /// Any of these.
    #[param(inline)]
    pub kind: Vec<ResearchNoteKind>,
    /// Any of these.
    #[param(inline)]
    pub importance: Vec<ResearchNoteImportance>,
    /// With any of these.
    #[param(max_items = 100)]
    pub tag: Vec<String>,
    /// Only those that are pinned, or only the others.
    pub pinned: Option<bool>,
    pub created_after: Option<DateTime<Utc>>,
    pub created_before: Option<DateTime<Utc>>,
    pub updated_after: Option<DateTime<Utc>>,
    pub updated_before: Option<DateTime<Utc>>,
    #[param(inline)]
    pub render: Option<Render>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
            sort: None,
            q: None,
            contact_id: Vec::new(),
            company_id: Vec::new(),
            meeting_id: Vec::new(),
            industry: Vec::new(),
            kind: Vec::new(),
            importance: Vec::new(),
            tag: Vec::new(),
            pinned: None,
            created_after: None,
            created_before: None,
            updated_after: None,
            updated_before: None,
            render: None,
        }
    }
}

/// How one note is shown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ReadQuery {
    #[param(inline)]
    pub render: Option<Render>,
}

impl ListQuery {
    /// One more than the page holds, so that the page can tell whether another follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    pub fn order(&self) -> Order<By> {
        self.sort.unwrap_or_default().order()
    }

    /// What is looked for. Of several hyphens in a row one remains: PostgreSQL cannot take many negations of negations.
    pub fn words(&self) -> Option<String> {
        let q = self.q.as_deref()?;
        let mut words = String::with_capacity(q.len());
        for c in q.chars() {
            if c != '-' || !words.trim_end().ends_with('-') {
                words.push(c);
            }
        }
        Some(words)
    }

    /// As [`words`](Self::words), when those that fit best come first.
    pub fn wanted(&self) -> Option<String> {
        self.words().filter(|_| self.sort.is_none())
    }

    pub fn position(&self, note: &ResearchNote) -> Position {
        let base = Position { id: note.id.into(), ..Position::default() };
        if self.wanted().is_some() {
            return Position { fit: note.found.as_ref().map(|found| found.rank), ..base };
        }
        match self.order().by {
            By::Created => base,
            By::Updated => Position { at: Some(note.updated_at), ..base },
            By::Published => Position { text: note.published_on.map(|day| day.to_string()), ..base },
        }
    }
}
