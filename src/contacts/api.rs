//! Contacts as the API shows and takes them.
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{ContactId, ContactRow, PositionView, Profile};
use super::parts::{Education, Email, Phone, Position, PostalAddress};
use super::words::{Channel, HowFound, Relationship, Stage, StageReason};
use crate::db::Json;
use crate::external_ids::ExternalIds;
use crate::fields::Link;

/// Declares what is the same in a contact as it is read and as it is written.
macro_rules! contact_types {
    ($($(#[$meta:meta])* $field:ident: $kind:ty,)+) => {
        /// What can be written of a contact. It needs a name, an e-mail address or a company.
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[schema(example = json!({
            "given_name": "Ada", "family_name": "Lovelace", "emails": [{ "address": "ada@engines.example", "label": "work" }],
            "positions": [{ "company_name": "Analytical Engines Ltd", "title": "Head of Computing" }],
            "how_found": "alumni", "tags": ["computing"]
        }))]
        pub struct ContactInput { $($(#[$meta])* pub $field: $kind,)+ }

        /// A person: somebody to talk to, or a connector who can introduce.
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct Contact {
            pub id: ContactId,
            #[schema(example = 1)]
            pub version: i32,
            pub created_at: DateTime<Utc>,
            pub updated_at: DateTime<Utc>,
            /// How to call this person in a list: the name, else the e-mail address, else the company.
            #[schema(example = "Ada Lovelace")]
            pub name: String,
            /// When the stage last changed.
            pub stage_changed_at: DateTime<Utc>,
            $($(#[$meta])* pub $field: $kind,)+
        }

        impl From<Contact> for ContactInput {
            fn from(contact: Contact) -> Self {
                let Contact { id: _, version: _, created_at: _, updated_at: _, name: _, stage_changed_at: _, $($field,)+ } = contact;
                Self { $($field,)+ }
            }
        }
    };
}

contact_types! {
    #[schema(max_length = 200, example = "Ada")]
    given_name: Option<String>,
    #[schema(max_length = 200)]
    additional_name: Option<String>,
    #[schema(max_length = 200, example = "Lovelace")]
    family_name: Option<String>,
    #[schema(max_length = 64, example = "Dr")]
    name_prefix: Option<String>,
    #[schema(max_length = 64, example = "PhD")]
    name_suffix: Option<String>,
    #[schema(max_length = 200)]
    preferred_name: Option<String>,
    /// How the name is spoken.
    #[schema(max_length = 200, example = "AY-duh LUV-layss")]
    pronunciation: Option<String>,
    #[schema(max_length = 64, example = "she/her")]
    pronouns: Option<String>,
    #[schema(max_length = 500, format = "one-line")]
    headline: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    emails: Vec<Email>,
    #[serde(default)]
    #[schema(max_items = 50)]
    phones: Vec<Phone>,
    #[serde(default)]
    #[schema(max_items = 50)]
    links: Vec<Link>,
    #[serde(default)]
    #[schema(max_items = 20)]
    addresses: Vec<PostalAddress>,
    #[serde(default)]
    #[schema(max_items = 50)]
    positions: Vec<Position>,
    #[serde(default)]
    #[schema(max_items = 20)]
    education: Vec<Education>,
    #[schema(max_length = 200, example = "London")]
    location: Option<String>,
    /// IANA name.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/London")]
    time_zone: Option<String>,
    #[serde(default)]
    #[schema(max_items = 100, min_length = 1, max_length = 100)]
    industries: Vec<String>,
    #[serde(default)]
    #[schema(max_items = 100, min_length = 1, max_length = 100)]
    expertise: Vec<String>,
    how_found: Option<HowFound>,
    #[schema(max_length = 500)]
    how_found_detail: Option<String>,
    how_found_on: Option<NaiveDate>,
    /// The contact who can introduce, or has introduced, this one. Two may have introduced each other to different
    /// people: circles are allowed, only a contact's own id is not.
    #[schema(value_type = Option<Uuid>)]
    connector_id: Option<ContactId>,
    relationship: Option<Relationship>,
    /// What the seeker and this person have in common.
    #[serde(default)]
    #[schema(max_items = 50, min_length = 1, max_length = 500)]
    shared_ground: Vec<String>,
    /// How well they know each other, 1 to 5.
    #[schema(minimum = 1, maximum = 5, example = 3)]
    strength: Option<i16>,
    #[serde(default = "identified")]
    stage: Stage,
    /// Only, and always, when `stage` is `closed`.
    stage_reason: Option<StageReason>,
    preferred_channel: Option<Channel>,
    #[serde(default)]
    do_not_contact: bool,
    /// When the two last had to do with each other.
    last_touch_at: Option<DateTime<Utc>>,
    #[serde(default)]
    #[schema(max_items = 100, min_length = 1, max_length = 100)]
    tags: Vec<String>,
    /// Markdown.
    #[schema(max_length = 65536)]
    notes: Option<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    custom_fields: Map<String, Value>,
    #[serde(default)]
    #[schema(value_type = Object)]
    external_ids: ExternalIds,
}

fn identified() -> Stage {
    Stage::Identified
}

impl Contact {
    pub fn new(row: ContactRow, positions: Vec<PositionView>) -> Self {
        let ContactRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            display_name: name,
            sort_name: _,
            given_name,
            family_name,
            profile: Json(profile),
            emails: Json(emails),
            linkedin_slug: _,
            industries,
            tags,
            how_found,
            connector_id,
            relationship,
            strength,
            stage,
            stage_reason,
            stage_changed_at,
            do_not_contact,
            last_touch_at,
            notes,
            custom_fields: Json(custom_fields),
            external_ids: Json(external_ids),
        } = row;
        let Profile {
            additional_name,
            name_prefix,
            name_suffix,
            preferred_name,
            pronunciation,
            pronouns,
            headline,
            phones,
            links,
            addresses,
            education,
            location,
            time_zone,
            expertise,
            how_found_detail,
            how_found_on,
            shared_ground,
            preferred_channel,
        } = profile;
        Self {
            id,
            version,
            created_at,
            updated_at,
            name,
            stage_changed_at,
            given_name,
            additional_name,
            family_name,
            name_prefix,
            name_suffix,
            preferred_name,
            pronunciation,
            pronouns,
            headline,
            emails,
            phones,
            links,
            addresses,
            positions: positions.into_iter().map(Position::from).collect(),
            education,
            location,
            time_zone,
            industries,
            expertise,
            how_found,
            how_found_detail,
            how_found_on,
            connector_id,
            relationship,
            shared_ground,
            strength,
            stage,
            stage_reason,
            preferred_channel,
            do_not_contact,
            last_touch_at,
            tags,
            notes,
            custom_fields,
            external_ids,
        }
    }
}

impl From<PositionView> for Position {
    fn from(view: PositionView) -> Self {
        let PositionView {
            id,
            contact_id: _,
            company_id,
            company_name,
            present_company_name,
            company_in_trash,
            title,
            started_on,
            ended_on,
            is_current,
        } = view;
        Self {
            id: Some(id),
            company_id,
            company_in_trash,
            company_name: present_company_name.or(company_name),
            title,
            started_on,
            ended_on,
            is_current: Some(is_current),
        }
    }
}

impl ContactInput {
    /// A contact of whom nothing is known yet.
    pub fn empty() -> Self {
        Self {
            given_name: None,
            additional_name: None,
            family_name: None,
            name_prefix: None,
            name_suffix: None,
            preferred_name: None,
            pronunciation: None,
            pronouns: None,
            headline: None,
            emails: Vec::new(),
            phones: Vec::new(),
            links: Vec::new(),
            addresses: Vec::new(),
            positions: Vec::new(),
            education: Vec::new(),
            location: None,
            time_zone: None,
            industries: Vec::new(),
            expertise: Vec::new(),
            how_found: None,
            how_found_detail: None,
            how_found_on: None,
            connector_id: None,
            relationship: None,
            shared_ground: Vec::new(),
            strength: None,
            stage: Stage::Identified,
            stage_reason: None,
            preferred_channel: None,
            do_not_contact: false,
            last_touch_at: None,
            tags: Vec::new(),
            notes: None,
            custom_fields: Map::new(),
            external_ids: ExternalIds::new(),
        }
    }
}
