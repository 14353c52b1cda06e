//! Templates as the database has them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::api::TemplateInput;
use crate::db::WorkspaceId;
use crate::db::schema::{template_versions, templates};
use crate::messages::{MessageChannel, MessagePurpose};
use crate::{resource_id, text, text_enum};

resource_id!(
    /// Identifies a template.
    TemplateId
);

text_enum! {
    /// Whom a template is for: what the seeker has in common with them.
    TemplateAudience {
        /// They went to the same school.
        Alumni = "alumni",
        /// Somebody introduced or named them.
        Referred = "referred",
        /// The seeker knows them, or has met them.
        Warm = "warm",
        /// Nothing but a reason to write.
        Cold = "cold",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = templates, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct TemplateRow {
    pub workspace_id: WorkspaceId,
    pub id: TemplateId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub archived_at: Option<DateTime<Utc>>,
    pub text_version: i32,
    pub name: String,
    pub purpose: MessagePurpose,
    pub channel: MessageChannel,
    pub language: String,
    pub audience: Option<TemplateAudience>,
    pub description: Option<String>,
    pub subject: Option<String>,
    pub body: String,
    pub library_slug: Option<String>,
    pub search_text: String,
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable)]
#[diesel(table_name = template_versions, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct VersionRow {
    pub workspace_id: WorkspaceId,
    pub template_id: TemplateId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub name: String,
    pub purpose: MessagePurpose,
    pub channel: MessageChannel,
    pub language: String,
    pub audience: Option<TemplateAudience>,
    pub description: Option<String>,
    pub subject: Option<String>,
    pub body: String,
}

impl TemplateRow {
    /// A new one.
    pub fn new(workspace_id: WorkspaceId, id: TemplateId, now: DateTime<Utc>, input: TemplateInput) -> Self {
        let blank = Self {
            workspace_id,
            id,
            version: 1,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            archived_at: None,
            text_version: 1,
            name: String::new(),
            purpose: input.purpose,
            channel: input.channel,
            language: String::new(),
            audience: None,
            description: None,
            subject: None,
            body: String::new(),
            library_slug: None,
            search_text: String::new(),
        };
        blank.saying(input)
    }

    /// The same with another text.
    pub fn saying(self, input: TemplateInput) -> Self {
        let TemplateInput { name, purpose, channel, language, audience, description, subject, body } = input.tidy();
        let search_text = text::fold(&format!("{name} {} {body}", subject.as_deref().unwrap_or_default()));
        Self { name, purpose, channel, language, audience, description, subject, body, search_text, ..self }
    }

    /// Whether messages that are made of it are the same as those of the other.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let text = |row: &Self| (row.purpose, row.channel, row.language.clone(), row.subject.clone(), row.body.clone());
        text(self) == text(other)
    }

    /// What it says now, to be kept as the version that it has.
    pub fn snapshot(&self) -> VersionRow {
        VersionRow {
            workspace_id: self.workspace_id,
            template_id: self.id,
            version: self.text_version,
            created_at: self.updated_at,
            name: self.name.clone(),
            purpose: self.purpose,
            channel: self.channel,
            language: self.language.clone(),
            audience: self.audience,
            description: self.description.clone(),
            subject: self.subject.clone(),
            body: self.body.clone(),
        }
    }
}
