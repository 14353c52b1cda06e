//! Contacts as the database has them.
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::parts::{Education, Email, Phone, PostalAddress};
use super::words::{Channel, HowFound, Relationship, Stage, StageReason};
use crate::companies::CompanyId;
use crate::db::full_text::Vector;
use crate::db::schema::{companies, contacts, positions, stage_moves};
use crate::db::{Json, WorkspaceId};
use crate::external_ids::ExternalIds;
use crate::fields::Link;
use crate::resource_id;

resource_id!(
    /// Identifies a contact.
    ContactId
);

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = contacts, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct ContactRow {
    pub workspace_id: WorkspaceId,
    pub id: ContactId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub display_name: String,
    pub sort_name: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub profile: Json<Profile>,
    pub emails: Json<Vec<Email>>,
    pub linkedin_slug: Option<String>,
    pub industries: Vec<String>,
    pub tags: Vec<String>,
    pub how_found: Option<HowFound>,
    pub connector_id: Option<ContactId>,
    pub relationship: Option<Relationship>,
    pub strength: Option<i16>,
    pub stage: Stage,
    pub stage_reason: Option<StageReason>,
    pub stage_changed_at: DateTime<Utc>,
    pub do_not_contact: bool,
    pub last_touch_at: Option<DateTime<Utc>>,
    pub notes: Option<String>,
    pub custom_fields: Json<Map<String, Value>>,
    pub external_ids: Json<ExternalIds>,
}

/// A contact as it is written: the row, and what is derived from it and its positions for searching.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = contacts, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct ContactWrite {
    #[diesel(embed)]
    pub row: ContactRow,
    pub search_text: String,
    pub email_keys: Vec<String>,
    pub search_words: Vector,
}

/// The fields that nothing filters or sorts by, kept as one document: of most there are few, and what is not there is not
/// written, for it would be read and parsed with every list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_suffix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pronunciation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pronouns: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<PostalAddress>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub education: Vec<Education>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expertise: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how_found_detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how_found_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shared_ground: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_channel: Option<Channel>,
}

#[derive(Debug, Clone, PartialEq, Insertable)]
#[diesel(table_name = positions, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct PositionRow {
    pub workspace_id: WorkspaceId,
    pub id: Uuid,
    pub contact_id: ContactId,
    pub company_id: Option<CompanyId>,
    pub company_name: Option<String>,
    pub title: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub is_current: bool,
    pub ordinal: i32,
}

/// How a contact came in.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = contacts, check_for_backend(diesel::pg::Pg))]
pub struct OriginRow {
    pub id: ContactId,
    pub created_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub display_name: String,
    pub how_found: Option<HowFound>,
    pub connector_id: Option<ContactId>,
}

/// A move from one stage to another, by the version of the contact that it made.
#[derive(Debug, Clone, HasQuery, Insertable)]
#[diesel(table_name = stage_moves, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct StageMoveRow {
    pub workspace_id: WorkspaceId,
    pub contact_id: ContactId,
    pub version: i32,
    pub moved_at: DateTime<Utc>,
    pub from_stage: Stage,
    pub to_stage: Stage,
    pub reason: Option<StageReason>,
}

/// A position with the name of its company, as it is read.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = positions, check_for_backend(diesel::pg::Pg))]
#[diesel(base_query = positions::table.left_join(companies::table.on(
    positions::workspace_id.eq(companies::workspace_id).and(positions::company_id.eq(companies::id.nullable()))
)))]
pub struct PositionView {
    pub id: Uuid,
    pub contact_id: ContactId,
    pub company_id: Option<CompanyId>,
    pub company_name: Option<String>,
    #[diesel(select_expression = companies::name.nullable())]
    pub present_company_name: Option<String>,
    #[diesel(select_expression = companies::deleted_at.nullable().is_not_null())]
    pub company_in_trash: bool,
    pub title: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub is_current: bool,
}
