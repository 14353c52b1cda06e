//! Tags as the API shows them, and what carries them.
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::Tagged;
use crate::changes::{Kind, Tx};
use crate::db::full_text::Vector;
use crate::error::ApiResult;
use crate::text::composed;
use crate::{companies, contacts, research_notes};

/// Resources that carry tags: those whose table has a column `tags`.
#[derive(Debug, Clone, Copy)]
pub enum Carrier {
    Contacts,
    Companies,
    ResearchNotes,
}

impl Carrier {
    pub const ALL: [Self; 3] = [Self::Contacts, Self::Companies, Self::ResearchNotes];

    /// As `counts` has it.
    pub fn name(self) -> &'static str {
        self.table()
    }

    pub fn table(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Companies => "companies",
            Self::ResearchNotes => "research_notes",
        }
    }

    pub fn changed(self) -> Kind {
        match self {
            Self::Contacts => Kind::ContactUpdated,
            Self::Companies => Kind::CompanyUpdated,
            Self::ResearchNotes => Kind::ResearchNoteUpdated,
        }
    }

    /// What a search would find these by if they had these tags.
    pub async fn words(self, tx: &mut Tx<'_>, tagged: &[Tagged]) -> ApiResult<HashMap<Uuid, Vector>> {
        match self {
            Self::Contacts => contacts::words_with(tx.conn, tx.workspace, by_id(tagged)).await,
            Self::Companies => companies::words_with(tx.conn, tx.workspace, by_id(tagged)).await,
            Self::ResearchNotes => research_notes::words_with(tx.conn, tx.workspace, by_id(tagged)).await,
        }
    }
}

fn by_id<I: From<Uuid> + Eq + Hash>(tagged: &[Tagged]) -> HashMap<I, Vec<String>> {
    tagged.iter().map(|row| (row.id.into(), row.tags.clone())).collect()
}

/// A tag, and how many carry it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tag {
    /// In its most frequent spelling.
    #[schema(example = "renewable energy")]
    pub name: String,
    /// How many resources carry it.
    #[schema(example = 12)]
    pub total: i64,
    /// How many of each kind. There will be more kinds.
    #[schema(value_type = std::collections::HashMap<String, i64>, example = json!({ "contacts": 10, "companies": 2 }))]
    pub counts: BTreeMap<&'static str, i64>,
}

/// What can be changed of a tag.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagInput {
    #[schema(min_length = 1, max_length = 100, pattern = r"\S", example = "green energy")]
    pub name: String,
}

/// Tags that become one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "from": ["renewables", "green energy"], "into": "renewable energy" }))]
pub struct TagMergeInput {
    /// Tags that something carries.
    #[schema(min_items = 1, max_items = 100, min_length = 1, max_length = 100)]
    pub from: Vec<String>,
    /// What they become; it need not be there before.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S", example = "renewable energy")]
    pub into: String,
}

/// A tag as it is compared: trimmed, with composed letters, in lower case.
pub fn key(tag: &str) -> String {
    composed(tag.trim()).to_lowercase()
}
