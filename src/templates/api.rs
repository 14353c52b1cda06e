//! Templates as the API shows and takes them.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::engine::{self, place};
use super::model::{TemplateAudience, TemplateId, TemplateRow, VersionRow};
use crate::error::Fault;
use crate::http::Rules;
use crate::messages::{MessageChannel, MessagePurpose};
use crate::text::{filled, lines, maybe_lines};

/// Declares what is the same in a template as it is read, as it is written, and as it was in a version.
macro_rules! template_types {
    ($($(#[$meta:meta])* $field:ident: $kind:ty,)+) => {
        /// What can be written of a template.
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[schema(example = json!({
            "name": "To alumni", "purpose": "introduction", "channel": "email", "audience": "alumni",
            "subject": "A question from a fellow {{ seeker.school|default(\"graduate\") }} alum",
            "body": "Hi {{ contact.first_name }},\n\n…\n\nBest wishes,\n{{ seeker.signature }}"
        }))]
        pub struct TemplateInput { $($(#[$meta])* pub $field: $kind,)+ }

        /// A text to be used again.
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct Template {
            pub id: TemplateId,
            #[schema(example = 1)]
            pub version: i32,
            pub created_at: DateTime<Utc>,
            pub updated_at: DateTime<Utc>,
            /// The version that last changed what it says: the newest of its versions.
            #[schema(example = 1)]
            pub text_version: i32,
            /// Since when it is put away.
            pub archived_at: Option<DateTime<Utc>>,
            /// The entry of the library that it was copied from.
            #[schema(example = "introduction-email-alumni")]
            pub library_slug: Option<String>,
            $($(#[$meta])* pub $field: $kind,)+
        }

        /// What a template said.
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct TemplateVersion {
            /// That of the template when it came to say so.
            #[schema(example = 1)]
            pub version: i32,
            pub created_at: DateTime<Utc>,
            $($(#[$meta])* pub $field: $kind,)+
        }

        impl From<TemplateRow> for Template {
            fn from(row: TemplateRow) -> Self {
                let TemplateRow {
                    workspace_id: _, id, version, created_at, updated_at, deleted_at: _, archived_at, text_version,
                    library_slug, search_text: _, $($field,)+
                } = row;
                Self { id, version, created_at, updated_at, text_version, archived_at, library_slug, $($field,)+ }
            }
        }

        impl From<Template> for TemplateInput {
            fn from(template: Template) -> Self {
                let Template {
                    id: _, version: _, created_at: _, updated_at: _, text_version: _, archived_at: _, library_slug: _,
                    $($field,)+
                } = template;
                Self { $($field,)+ }
            }
        }

        impl From<VersionRow> for TemplateVersion {
            fn from(row: VersionRow) -> Self {
                let VersionRow { workspace_id: _, template_id: _, version, created_at, $($field,)+ } = row;
                Self { version, created_at, $($field,)+ }
            }
        }

        impl From<VersionRow> for TemplateInput {
            fn from(row: VersionRow) -> Self {
                let VersionRow { workspace_id: _, template_id: _, version: _, created_at: _, $($field,)+ } = row;
                Self { $($field,)+ }
            }
        }
    };
}

template_types! {
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "To alumni")]
    name: String,
    purpose: MessagePurpose,
    channel: MessageChannel,
    /// BCP 47. Dates are written out in English only; other languages get digits.
    #[serde(default = "english")]
    #[schema(format = "language", max_length = 35, example = "en")]
    language: String,
    /// Whom it is for; anybody, unless said otherwise.
    audience: Option<TemplateAudience>,
    /// When to use it.
    #[serde(default, deserialize_with = "maybe_lines")]
    #[schema(format = "multi-line", max_length = 1000)]
    description: Option<String>,
    /// Of an e-mail, with variables.
    #[schema(
        format = "one-line",
        max_length = 500,
        example = "A question from a fellow {{ seeker.school }} alum"
    )]
    subject: Option<String>,
    /// With variables: `GET /v1/templates/variables` lists them.
    #[serde(deserialize_with = "lines")]
    #[schema(
        format = "multi-line",
        min_length = 1,
        max_length = 20000,
        pattern = r"\S",
        example = "Hi {{ contact.first_name }},\n\n…"
    )]
    body: String,
}

pub fn english() -> String {
    "en".to_owned()
}

impl TemplateInput {
    /// Without blanks around texts.
    pub fn tidy(self) -> Self {
        let Self { name, purpose, channel, language, audience, description, subject, body } = self;
        let name = name.trim().to_owned();
        Self {
            name,
            purpose,
            channel,
            language,
            audience,
            description: filled(description),
            subject: filled(subject),
            body,
        }
    }
}

impl Rules for TemplateInput {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.channel != MessageChannel::Email && self.subject.is_some() {
            faults.push(Fault::field("/subject", "not_allowed", "only an e-mail has a subject"));
        }
        for (pointer, text) in [("/subject", self.subject.as_deref()), ("/body", Some(self.body.as_str()))] {
            faults.extend(text_faults(pointer, text.unwrap_or_default()));
        }
        faults
    }
}

/// All that is wrong with a text that shall be filled, with its places.
pub fn text_faults(pointer: &str, text: &str) -> Vec<Fault> {
    let problems = engine::check(text).err().unwrap_or_default();
    problems.into_iter().map(|problem| fault(pointer, text, &problem)).collect()
}

pub fn fault(pointer: &str, text: &str, problem: &engine::Problem) -> Fault {
    let (line, column) = place(text, problem.at);
    let detail = format!("line {line}, column {column}: {}", problem.detail);
    Fault::field(pointer, problem.code, detail).at(line, column)
}
