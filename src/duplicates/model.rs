//! Duplicates as the API shows them, and what was said about pairs of them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contacts::{Contact, ContactId};
use crate::db::WorkspaceId;
use crate::db::schema::duplicate_dismissals;
use crate::resource_id;

resource_id!(
    /// Identifies a pair that was said to be two people.
    DismissalId
);

/// Why two contacts may be the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateReason {
    /// One LinkedIn profile.
    SameProfile,
    /// One e-mail address.
    SameEmail,
    /// One telephone number.
    SamePhone,
    /// One name, at one company.
    SameNameAndCompany,
    /// Names that are one slip apart, sound alike, or are forms of one name, at one company.
    CloseNameAndCompany,
    /// One name.
    SameName,
}

/// Two contacts that may be the same person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DuplicatePair {
    /// Two of them, the older one first.
    #[schema(value_type = Vec<Uuid>)]
    pub contact_ids: [Uuid; 2],
    /// How likely, in percent.
    #[schema(minimum = 1, maximum = 99, example = 95)]
    pub score: i16,
    pub reasons: Vec<DuplicateReason>,
}

/// Contacts that are likely one person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DuplicateGroup {
    /// The id of its oldest contact: while that is in the group, the group keeps its id.
    pub id: Uuid,
    /// That of its most likely pair, in percent.
    #[schema(minimum = 1, maximum = 99, example = 95)]
    pub score: i16,
    /// All reasons of its pairs.
    pub reasons: Vec<DuplicateReason>,
    /// How many contacts it has.
    #[schema(example = 2)]
    pub size: usize,
    /// The oldest 20 of them.
    pub contacts: Vec<Contact>,
    /// What holds it together: the 100 most likely pairs.
    pub pairs: Vec<DuplicatePair>,
}

/// Contacts that look alike and are not the same person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "contact_ids": ["019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5f"]
}))]
pub struct DismissInput {
    /// No two of these are the same person.
    #[schema(min_items = 2, max_items = 20, value_type = Vec<Uuid>)]
    pub contact_ids: Vec<ContactId>,
}

/// Two contacts that were said not to be the same person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Dismissal {
    pub id: DismissalId,
    pub created_at: DateTime<Utc>,
    /// The member who said so.
    pub dismissed_by: Option<Uuid>,
    /// The two.
    pub contact_ids: Vec<Uuid>,
}

/// What is remembered of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Dismissed {
    pub data: Vec<Dismissal>,
}

#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = duplicate_dismissals, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct DismissalRow {
    pub workspace_id: WorkspaceId,
    pub id: DismissalId,
    pub created_at: DateTime<Utc>,
    pub dismissed_by: Option<Uuid>,
    pub first_id: ContactId,
    pub second_id: ContactId,
}

impl From<DismissalRow> for Dismissal {
    fn from(row: DismissalRow) -> Self {
        let DismissalRow { workspace_id: _, id, created_at, dismissed_by, first_id, second_id } = row;
        Self { id, created_at, dismissed_by, contact_ids: vec![first_id.into(), second_id.into()] }
    }
}
