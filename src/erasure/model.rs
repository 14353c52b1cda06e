//! What is told of a person, and of their erasure.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::changes::Entry;
use crate::contacts::{Contact, ContactId};

/// All that is held about one person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonExport {
    pub exported_at: DateTime<Utc>,
    pub contact: Contact,
    /// When the contact was deleted, if it lies in the trash.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Contacts that were merged into this one, as long as that can be undone.
    pub merged: Vec<Contact>,
    /// Ids that lead to this contact.
    #[schema(value_type = Vec<Uuid>)]
    pub former_ids: Vec<ContactId>,
    /// What else there is, by kind: whom they connected, what imports said of them, messages, introductions, and so on.
    #[schema(value_type = Object)]
    pub held: Map<String, Value>,
    /// What happened to the contact, oldest first.
    pub changes: Vec<PersonChange>,
}

/// Something that happened to the contact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonChange {
    pub occurred_at: DateTime<Utc>,
    #[schema(example = "contact.updated")]
    pub kind: String,
    pub resource_id: Uuid,
    #[schema(example = 2)]
    pub version: i32,
    /// Names of the fields that changed.
    #[schema(example = json!(["headline"]))]
    pub fields: Vec<String>,
    /// The member who did it.
    pub actor_id: Option<Uuid>,
}

impl From<Entry> for PersonChange {
    fn from(entry: Entry) -> Self {
        let Entry { occurred_at, kind, resource_id, version, fields, actor_id } = entry;
        Self { occurred_at, kind, resource_id, version, fields, actor_id }
    }
}

/// How sure it is that the person is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The whole name, or an address.
    Certain,
    /// The whole name without a capital letter, or a part of it where a name is to be expected.
    Likely,
    /// A part of the name, where another word or another person may be meant.
    Possible,
}

/// A part of a text, from `start` up to, and without, `end`: in Unicode characters, and in UTF-16 code units, as
/// JavaScript counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct TextSpan {
    #[schema(example = 6)]
    pub start: usize,
    #[schema(example = 18)]
    pub end: usize,
    #[schema(example = 6)]
    pub utf16_start: usize,
    #[schema(example = 18)]
    pub utf16_end: usize,
    pub certainty: Certainty,
}

/// A text about something else that names the person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Mention {
    /// What the text belongs to: `contact`, `company`, …
    #[schema(example = "company")]
    pub resource: String,
    pub id: Uuid,
    #[schema(example = "notes")]
    pub field: String,
    /// Of its surest part.
    pub certainty: Certainty,
    pub spans: Vec<TextSpan>,
}

/// What an erasure removed, and what is left to do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Erasure {
    /// It was only tried: everything was done and taken back.
    pub dry_run: bool,
    /// How much there was of each kind, beside the contact itself.
    #[schema(example = json!({ "messages": 3, "introductions": 1 }))]
    pub held: BTreeMap<String, usize>,
    /// Texts about others that name the person, for you to edit: the surest first, 1,000 at most.
    pub mentions: Vec<Mention>,
    /// Whether these are all.
    pub mentions_complete: bool,
}
