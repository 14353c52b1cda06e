//! Changes as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Kind;
use crate::db::schema::changes;
use crate::http::page::Page;

/// One entry of the log, as it is read.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = changes, check_for_backend(diesel::pg::Pg))]
pub struct ChangeRow {
    pub seq: i64,
    pub occurred_at: DateTime<Utc>,
    pub kind: String,
    pub resource_id: Uuid,
    pub resource_version: i32,
    pub fields: Vec<String>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub details: Option<Value>,
}

/// What a change happened to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangedResource {
    /// The first half of the change's kind.
    #[serde(rename = "type")]
    #[schema(example = "contact")]
    pub resource_type: String,
    pub id: Uuid,
    /// The version that the resource had then.
    #[schema(example = 2)]
    pub version: i32,
}

/// Who did it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeActor {
    /// `member`, `key`, `invited_person` for whoever books a time by a link, or `job` for what the service does by itself;
    /// more may come.
    #[schema(example = "member")]
    pub kind: String,
    /// The user, if it was a member; the API key, if it was one.
    #[schema(required)]
    pub id: Option<Uuid>,
}

/// One write to one resource.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Change {
    /// Where the log goes on after this change.
    #[schema(example = "MTczcJfWx0nYw1mB2s8Qe1dQ")]
    pub cursor: String,
    /// `<resource>.<verb>`, one of a documented list to which more may be added.
    #[schema(example = "contact.updated")]
    pub kind: String,
    pub occurred_at: DateTime<Utc>,
    pub resource: ChangedResource,
    /// The top-level fields that changed, if it was an update.
    #[schema(example = json!(["headline", "tags"]))]
    pub fields: Vec<String>,
    pub actor: ChangeActor,
    /// What else there is to tell: of what happens in a meeting, its clock, as `GET /v1/meetings/{id}/clock` shows it.
    #[schema(value_type = Option<Object>, required, example = json!(null))]
    pub details: Option<Value>,
}

impl Change {
    pub fn new(row: ChangeRow, cursor: String) -> Self {
        let ChangeRow {
            seq: _,
            occurred_at,
            kind,
            resource_id: id,
            resource_version: version,
            fields,
            actor_kind,
            actor_id,
            details,
        } = row;
        let resource_type = kind.split('.').next().unwrap_or_default().to_owned();
        Self {
            cursor,
            kind,
            occurred_at,
            resource: ChangedResource { resource_type, id, version },
            fields,
            actor: ChangeActor { kind: actor_kind, id: actor_id },
            details,
        }
    }
}

/// Some changes, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePage {
    pub data: Vec<Change>,
    /// Where the log goes on: keep it, and ask again later. Never `null`, for the log has no end.
    #[schema(example = "MTczcJfWx0nYw1mB2s8Qe1dQ")]
    pub next_cursor: String,
    /// Whether there is more already.
    pub has_more: bool,
}

impl Page for ChangePage {
    fn next_cursor(&self) -> Option<&str> {
        self.has_more.then_some(self.next_cursor.as_str())
    }
}

/// A place in the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeCursor {
    #[schema(example = "MTczcJfWx0nYw1mB2s8Qe1dQ")]
    pub cursor: String,
}

/// A ticket for the stream, for browsers.
#[derive(Debug, Serialize, ToSchema)]
pub struct StreamTicket {
    /// Put it into the URL: `/v1/changes/stream?ticket=…`. It opens one stream.
    #[schema(example = "inr_st_4hYQmT0w9fM1sJtq0yqk2Zc7d1mPp3XwVbN5aEoRu8xLgKqYz")]
    pub ticket: String,
    pub expires_at: DateTime<Utc>,
}

/// Which kinds of change somebody wants: names, or beginnings such as `contact.*`.
#[derive(Debug, Clone, Default)]
pub struct KindFilter(Option<Vec<&'static str>>);

impl KindFilter {
    /// The first name that means no kind, as an error.
    pub fn parse(names: &[String]) -> Result<Self, String> {
        if names.is_empty() {
            return Ok(Self(None));
        }
        let mut wanted = Vec::new();
        for name in names {
            let before = wanted.len();
            let prefix = name.strip_suffix('*').filter(|prefix| prefix.ends_with('.'));
            wanted.extend(Kind::ALL.iter().map(|kind| kind.name()).filter(|kind| match prefix {
                Some(prefix) => kind.starts_with(prefix),
                None => kind == name,
            }));
            if wanted.len() == before {
                return Err(name.clone());
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        Ok(Self(Some(wanted)))
    }

    pub fn wants(&self, kind: &str) -> bool {
        self.0.as_ref().is_none_or(|wanted| wanted.binary_search(&kind).is_ok())
    }

    /// The names, or none for all.
    pub fn names(&self) -> Option<&[&'static str]> {
        self.0.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(names: &[&str]) -> Result<KindFilter, String> {
        KindFilter::parse(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn kinds_are_wanted_by_name_or_beginning() {
        let some = filter(&["contact.*", "import.finished"]).expect("known");
        assert!(some.wants("contact.created") && some.wants("import.finished"));
        assert!(!some.wants("import.undone") && !some.wants("company.created"));
        assert!(filter(&[]).expect("all").wants("company.created"));
    }

    #[test]
    fn what_means_no_kind_is_told() {
        for name in ["contact", "contact.", "contact.*x", "*", "conta*", "contact.exploded", "", "dragon.*"] {
            assert_eq!(filter(&["contact.created", name]).expect_err("unknown"), name);
        }
    }
}
