//! Entries as the database has them and as the API shows them, and what they match.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use url::Host;
use utoipa::ToSchema;

use crate::db::WorkspaceId;
use crate::db::schema::do_not_contact;
use crate::error::{ApiError, ApiResult};
use crate::http::schema::formats;
use crate::{resource_id, text, text_enum};

resource_id!(
    /// Identifies an entry of the do-not-contact list.
    EntryId
);

text_enum! {
    /// What must not be written to.
    DoNotContactKind {
        /// One e-mail address.
        Address = "address",
        /// Every e-mail address of a domain and of the domains below it.
        Domain = "domain",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = do_not_contact, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct EntryRow {
    pub workspace_id: WorkspaceId,
    pub id: EntryId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub kind: DoNotContactKind,
    pub value: String,
    pub value_key: String,
    pub note: Option<String>,
}

/// What can be written of an entry. Of one that is there, only the note can change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DoNotContactInput, example = json!({ "kind": "address", "value": "ada@engines.example" }))]
pub struct EntryInput {
    pub kind: DoNotContactKind,
    /// An e-mail address or a domain.
    #[schema(min_length = 1, max_length = 254, example = "ada@engines.example")]
    pub value: String,
    #[schema(max_length = 4096, example = "asked by e-mail")]
    pub note: Option<String>,
}

/// An address or a domain that nothing may be sent to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DoNotContact)]
pub struct Entry {
    pub id: EntryId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub kind: DoNotContactKind,
    #[schema(example = "ada@engines.example")]
    pub value: String,
    pub note: Option<String>,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        let EntryRow { workspace_id: _, id, version, created_at, updated_at, kind, value, value_key: _, note } = row;
        Self { id, version, created_at, updated_at, kind, value, note }
    }
}

impl From<Entry> for EntryInput {
    fn from(entry: Entry) -> Self {
        let Entry { id: _, version: _, created_at: _, updated_at: _, kind, value, note } = entry;
        Self { kind, value, note }
    }
}

impl EntryInput {
    pub fn into_row(self, workspace_id: WorkspaceId, id: EntryId, now: DateTime<Utc>) -> ApiResult<EntryRow> {
        let value = self.value.trim().trim_start_matches('@').to_owned();
        let (key, wanted) = match self.kind {
            DoNotContactKind::Address => (address_key(&value), "must be an e-mail address such as `ada@example.org`"),
            DoNotContactKind::Domain => (domain_key(&value), "must be a domain such as `example.org`"),
        };
        let value_key = key.ok_or_else(|| ApiError::field("/value", "invalid_format", wanted))?;
        let note = text::filled(self.note);
        Ok(EntryRow {
            workspace_id,
            id,
            version: 1,
            created_at: now,
            updated_at: now,
            kind: self.kind,
            value,
            value_key,
            note,
        })
    }
}

/// `Ada@Engines.Example` → `ada@engines.example`, its domain in ASCII.
fn address_key(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@').filter(|_| formats::email(address))?;
    Some(format!("{}@{}", local.to_lowercase(), ascii(domain)?))
}

fn domain_key(domain: &str) -> Option<String> {
    // Whatever can stand behind the @ of an address.
    if formats::email(&format!("x@{domain}")) { ascii(domain) } else { None }
}

fn ascii(domain: &str) -> Option<String> {
    match Host::parse(domain) {
        Ok(Host::Domain(ascii)) => Some(ascii.to_lowercase()),
        _ => None,
    }
}

/// The keys of all entries that forbid writing to an address: the address, its domain, and the domains above.
pub fn keys(address: &str) -> Vec<String> {
    let Some(key) = address_key(address) else { return Vec::new() };
    let mut keys = vec![key.clone()];
    let mut rest = key.rsplit_once('@').map(|(_, domain)| domain);
    while let Some(domain) = rest {
        keys.push(domain.to_owned());
        rest = domain.split_once('.').map(|(_, above)| above);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_however_it_is_written() {
        assert_eq!(address_key("Ada@BÜCHER.example"), Some("ada@xn--bcher-kva.example".to_owned()));
        assert_eq!(address_key("Ada"), None);
        assert_eq!(domain_key("Bücher.example"), domain_key("xn--bcher-kva.EXAMPLE"));
        assert_eq!((domain_key("a b.example"), domain_key("127.0.0.1"), domain_key("x@y.example")), (None, None, None));
    }

    #[test]
    fn domains_above_forbid_too() {
        assert_eq!(
            keys("ada@mail.engines.example"),
            ["ada@mail.engines.example", "mail.engines.example", "engines.example", "example"]
        );
    }
}
