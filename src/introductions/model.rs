//! Introductions as the database has them and as the API shows them.
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::state::{PATIENCE, State};
use crate::circle_requests::CircleRequestId;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::WorkspaceId;
use crate::db::schema::introductions;
use crate::meetings::MeetingId;
use crate::resource_id;

resource_id!(
    /// Identifies an introduction.
    IntroductionId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = introductions, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct IntroductionRow {
    pub workspace_id: WorkspaceId,
    pub id: IntroductionId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub introducer_id: Option<ContactId>,
    pub introducer_ghost: Option<Uuid>,
    pub introduced_id: Option<ContactId>,
    pub introduced_ghost: Option<Uuid>,
    pub introduced_name: Option<String>,
    pub introduced_key: Option<String>,
    pub introduced_company_id: Option<CompanyId>,
    pub introduced_company_name: Option<String>,
    pub introduced_title: Option<String>,
    pub introduced_email: Option<String>,
    pub circle_request_id: Option<CircleRequestId>,
    pub may_use_name: bool,
    pub state: State,
    pub named_at: DateTime<Utc>,
    pub promised_at: Option<DateTime<Utc>>,
    pub made_at: Option<DateTime<Utc>>,
    pub declined_at: Option<DateTime<Utc>>,
    pub stale_at: Option<DateTime<Utc>>,
    pub thanked_at: Option<DateTime<Utc>>,
    pub loop_closed_at: Option<DateTime<Utc>>,
    pub notes: Option<String>,
    pub meeting_id: Option<MeetingId>,
}

/// Who named, promised or introduced whom.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Introduction {
    pub id: IntroductionId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The contact who introduces; `null` while it lies in the trash, and once it was removed for good.
    #[schema(value_type = Option<Uuid>)]
    pub introducer_id: Option<ContactId>,
    /// What that contact is called; `null` while it lies in the trash, and once it was removed for good.
    #[schema(example = "Miriam Okafor")]
    pub introducer_name: Option<String>,
    /// The contact who is introduced, once there is one; `null` while it lies in the trash, and once it was removed for
    /// good.
    #[schema(value_type = Option<Uuid>)]
    pub introduced_id: Option<ContactId>,
    /// What that contact is called, else the name that was given.
    #[schema(example = "Tom Hargreaves")]
    pub introduced_name: Option<String>,
    /// Where the person works who was named.
    #[schema(value_type = Option<Uuid>)]
    pub introduced_company_id: Option<CompanyId>,
    pub introduced_company_name: Option<String>,
    pub introduced_title: Option<String>,
    pub introduced_email: Option<String>,
    /// The request that brought it.
    #[schema(value_type = Option<Uuid>)]
    pub circle_request_id: Option<CircleRequestId>,
    /// The meeting in which it came up.
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    /// Whether the seeker may say who named this person.
    pub may_use_name: bool,
    pub state: State,
    pub named_at: DateTime<Utc>,
    pub promised_at: Option<DateTime<Utc>>,
    pub made_at: Option<DateTime<Utc>>,
    pub declined_at: Option<DateTime<Utc>>,
    /// When the promise was last given up waiting for.
    pub stale_at: Option<DateTime<Utc>>,
    /// While it is promised: when a gentle reminder is due, and the state becomes `stale`.
    pub remind_at: Option<DateTime<Utc>>,
    /// When the seeker thanked the introducer.
    pub thanked_at: Option<DateTime<Utc>>,
    /// When the seeker told the introducer what came of it.
    pub loop_closed_at: Option<DateTime<Utc>>,
    pub notes: Option<String>,
}

/// What the contacts and companies of introductions are called, as far as they are not deleted.
#[derive(Debug, Default)]
pub struct Names {
    pub contacts: HashMap<ContactId, String>,
    pub companies: HashMap<CompanyId, String>,
}

impl IntroductionRow {
    pub fn parties(&self) -> impl Iterator<Item = ContactId> {
        self.introducer_id.into_iter().chain(self.introduced_id)
    }

    /// When a promise is to be given up waiting for.
    pub fn remind_at(&self) -> Option<DateTime<Utc>> {
        self.promised_at.filter(|_| self.state == State::Promised)?.checked_add_signed(PATIENCE)
    }
}

impl Introduction {
    pub fn new(row: IntroductionRow, names: &Names) -> Self {
        let remind_at = row.remind_at();
        let IntroductionRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            introducer_id,
            introducer_ghost: _,
            introduced_id,
            introduced_ghost: _,
            introduced_name,
            introduced_key: _,
            introduced_company_id,
            introduced_company_name,
            introduced_title,
            introduced_email,
            circle_request_id,
            may_use_name,
            state,
            named_at,
            promised_at,
            made_at,
            declined_at,
            stale_at,
            thanked_at,
            loop_closed_at,
            notes,
            meeting_id,
        } = row;
        let is_there = |id: &ContactId| names.contacts.contains_key(id);
        let called = |id: Option<ContactId>| id.and_then(|id| names.contacts.get(&id).cloned());
        let company = introduced_company_id.and_then(|id| names.companies.get(&id).cloned());
        Self {
            id,
            version,
            created_at,
            updated_at,
            // Who lies in the trash is nobody until restored, as a connector is.
            introducer_id: introducer_id.filter(is_there),
            introducer_name: called(introducer_id),
            introduced_id: introduced_id.filter(is_there),
            introduced_name: called(introduced_id).or(introduced_name),
            introduced_company_id,
            introduced_company_name: company.or(introduced_company_name),
            introduced_title,
            introduced_email,
            circle_request_id,
            meeting_id,
            may_use_name,
            state,
            named_at,
            promised_at,
            made_at,
            declined_at,
            stale_at,
            remind_at,
            thanked_at,
            loop_closed_at,
            notes,
        }
    }
}
