//! The profile as the database has it and as the API shows and takes it.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::schema::seeker_profiles;
use crate::db::{Json, WorkspaceId};
use crate::text::{filled, maybe_lines};

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = seeker_profiles, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(primary_key(workspace_id))]
pub struct ProfileRow {
    pub workspace_id: WorkspaceId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub profile: Json<ProfileInput>,
}

/// Declares what is the same in the profile as it is read and as it is written.
macro_rules! profile_types {
    ($($(#[$meta:meta])* $field:ident,)+) => {
        /// What can be written of the seeker's profile.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[schema(example = json!({
            "name": "Robin Okafor", "pronouns": "they/them", "current_situation": "a physics teacher in Leeds",
            "introduction": "I teach physics and would like to work in energy storage.", "school": "University of Leeds",
            "signature": "Robin Okafor\n+44 113 496 0000", "time_zone": "Europe/London"
        }))]
        pub struct ProfileInput { $($(#[$meta])* pub $field: Option<String>,)+ }

        /// The seeker whom templates speak for.
        #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
        pub struct Profile {
            /// 0 until it is written for the first time.
            #[schema(example = 1)]
            pub version: i32,
            pub updated_at: Option<DateTime<Utc>>,
            $($(#[$meta])* pub $field: Option<String>,)+
        }

        impl Profile {
            /// Of a workspace where nobody has written one.
            pub fn untouched() -> Self {
                Self { version: 0, updated_at: None, $($field: None,)+ }
            }
        }

        impl From<ProfileRow> for Profile {
            fn from(row: ProfileRow) -> Self {
                let ProfileRow { workspace_id: _, version, created_at: _, updated_at, profile: Json(input) } = row;
                let ProfileInput { $($field,)+ } = input;
                Self { version, updated_at: (version > 0).then_some(updated_at), $($field,)+ }
            }
        }

        impl From<Profile> for ProfileInput {
            fn from(profile: Profile) -> Self {
                let Profile { version: _, updated_at: _, $($field,)+ } = profile;
                Self { $($field,)+ }
            }
        }

        impl ProfileInput {
            /// Blank texts are none.
            pub fn tidy(self) -> Self {
                let Self { $($field,)+ } = self;
                Self { $($field: filled($field),)+ }
            }
        }
    };
}

profile_types! {
    /// As it stands under a letter.
    #[schema(format = "one-line", max_length = 200, example = "Robin Okafor")]
    name,
    /// What friends and colleagues say; else the first word of the name.
    #[schema(format = "one-line", max_length = 200, example = "Robin")]
    preferred_name,
    #[schema(format = "one-line", max_length = 64, example = "they/them")]
    pronouns,
    /// What the seeker is or does now, as it goes on after "I am".
    #[schema(
        format = "one-line",
        max_length = 500,
        example = "a physics teacher in Leeds"
    )]
    current_situation,
    /// Who they are and what they want to learn, in one whole sentence.
    #[schema(
        format = "one-line",
        max_length = 500,
        example = "I teach physics and would like to work in energy storage."
    )]
    introduction,
    /// What they want to learn about, as it goes on after "moving into" or "about".
    #[schema(format = "one-line", max_length = 200, example = "energy storage")]
    field_of_interest,
    #[schema(format = "one-line", max_length = 200, example = "University of Leeds")]
    school,
    #[schema(format = "email", max_length = 254, example = "robin@example.org")]
    email,
    #[schema(format = "one-line", max_length = 64, example = "+44 113 496 0000")]
    phone,
    #[schema(format = "one-line", max_length = 200, example = "Leeds")]
    location,
    #[schema(format = "http-url", max_length = 2048, example = "https://www.linkedin.com/in/robin-okafor")]
    website,
    /// What stands below a message; several lines.
    #[serde(default, deserialize_with = "maybe_lines")]
    #[schema(format = "multi-line", max_length = 2000, example = "Robin Okafor\n+44 113 496 0000")]
    signature,
    /// IANA name: where the seeker's days begin and end, and whose hours are kept to where nothing else is known.
    #[schema(format = "time-zone", max_length = 64, example = "Europe/London")]
    time_zone,
    /// BCP 47: the language that the seeker writes in.
    #[schema(format = "language", max_length = 35, example = "en-GB")]
    locale,
}
