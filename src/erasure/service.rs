//! Telling what is held about a person, and forgetting them, inside the caller's transaction.
use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};
use uuid::Uuid;

use super::mentions::{Called, Names};
use super::model::{Certainty, Erasure, Mention, PersonChange, PersonExport};
use super::store;
use crate::app::App;
use crate::auth::sha256;
use crate::changes::{self, Kind, Tx};
use crate::contacts::{self, Contact, ContactId};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::http::idempotency;
use crate::merges::{self, references};
use crate::text::name_key;
use crate::transfer::linkedin::Profile as LinkedinProfile;
use crate::{audit, trash};

/// Mentions that are told.
const MENTIONS: usize = 1_000;

/// All that is held about a person, in one snapshot.
pub async fn export(app: &App, conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<PersonExport> {
    let former_ids = merges::hidden(conn, workspace, id).await?;
    let ids = all_ids(id, &former_ids);
    let mut known = contacts::known(conn, workspace, &ids).await?;
    let at = known.iter().position(|(contact, _)| contact.id == id).ok_or_else(ApiError::not_found)?;
    let (contact, deleted_at) = known.swap_remove(at);
    let held = references::held(conn, workspace, &ids).await?;
    let uuids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    let changes = changes::history(conn, workspace, &uuids).await?.into_iter().map(PersonChange::from).collect();
    let merged = known.into_iter().map(|(contact, _)| contact).collect();
    Ok(PersonExport { exported_at: app.now(), contact, deleted_at, merged, former_ids, held, changes })
}

fn all_ids(id: ContactId, former: &[ContactId]) -> Vec<ContactId> {
    std::iter::once(id).chain(former.iter().copied()).collect()
}

/// Removes a person for good, live or in the trash, with all that is about them.
pub async fn erase(app: &App, tx: &mut Tx<'_>, id: ContactId) -> ApiResult<Erasure> {
    let row = contacts::locked(tx, id).await?;
    let former = merges::hidden(tx.conn, tx.workspace, id).await?;
    let ids = all_ids(id, &former);
    let known: Vec<Contact> =
        contacts::known(tx.conn, tx.workspace, &ids).await?.into_iter().map(|(contact, _)| contact).collect();
    let held = counts(&references::held(tx.conn, tx.workspace, &ids).await?);
    let digests: HashSet<[u8; 32]> = keys(&known).iter().map(|key| digest(tx.workspace, key)).collect();
    store::remember(tx.conn, tx.workspace, &digests.into_iter().collect::<Vec<_>>(), tx.now).await?;
    let called = called(&known);
    let lower: Vec<String> = known.iter().map(|contact| contact.name.to_lowercase()).collect();
    references::erased(tx, &ids, &lower).await?;
    for id in &ids {
        idempotency::withdraw(tx.conn, tx.workspace, (*id).into(), &app.base_url).await?;
    }
    contacts::remove(tx, &former).await?;
    contacts::remove(tx, &[id]).await?;
    trash::forget(tx, id.into()).await?;
    tx.record(Kind::ContactErased, id, row.version + 1, Vec::new());
    tx.audit(audit::Kind::PersonErased, tx.workspace, Vec::new());
    let mut mentions = mentions(tx.conn, tx.workspace, &Names::new(called)).await?;
    let mentions_complete = mentions.len() <= MENTIONS;
    mentions.truncate(MENTIONS);
    Ok(Erasure { dry_run: false, held, mentions, mentions_complete })
}

fn counts(held: &Map<String, Value>) -> BTreeMap<String, usize> {
    let count = |value: &Value| match value {
        Value::Array(list) => list.len(),
        Value::Object(object) => object.values().filter_map(Value::as_array).map(Vec::len).sum(),
        _ => 0,
    };
    held.iter().map(|(kind, value)| (kind.clone(), count(value))).collect()
}

/// How the person may be called in a text.
fn called(known: &[Contact]) -> Vec<Called> {
    let mut called = Vec::new();
    for contact in known {
        let parts = [&contact.given_name, &contact.family_name, &contact.preferred_name];
        called.extend(parts.into_iter().flatten().cloned().map(Called::Part));
        if let (Some(given), Some(family)) = (&contact.given_name, &contact.family_name) {
            // Written together where a script has no spaces.
            let names = [format!("{given} {family}"), format!("{family}{given}"), format!("{given}{family}")];
            called.extend(names.map(Called::Whole));
            called.push(Called::Whole(contact.name.clone()));
        } else {
            called.push(Called::Part(contact.name.clone()));
        }
        called.extend(contact.emails.iter().map(|email| Called::Whole(email.address.clone())));
    }
    called
}

/// What a file may know the person by.
fn keys(known: &[Contact]) -> Vec<String> {
    let mut keys = Vec::new();
    for contact in known {
        keys.extend(contact.emails.iter().map(|email| email_key(&email.address)));
        let profiles = contact.links.iter().filter_map(|link| LinkedinProfile::parse(&link.url));
        keys.extend(profiles.map(|profile| profile_key(&profile.slug)));
        let short = [contact.given_name.as_deref(), contact.family_name.as_deref()];
        let short = short.into_iter().flatten().collect::<Vec<_>>().join(" ");
        for name in [&contact.name, &short] {
            let companies = contact.positions.iter().filter_map(|position| position.company_name.as_deref());
            keys.extend(companies.map(|company| name_and_company_key(name, company)));
            let numbers = contact.phones.iter().filter_map(|phone| phone.e164.as_deref());
            keys.extend(numbers.map(|number| name_and_phone_key(name, number)));
        }
    }
    keys
}

fn email_key(address: &str) -> String {
    format!("mail:{}", address.to_lowercase())
}

fn profile_key(slug: &str) -> String {
    format!("in:{slug}")
}

fn name_and_company_key(name: &str, company: &str) -> String {
    format!("name:{}|{}", name_key(name), name_key(company))
}

/// A number alone may be that of a family or of an office.
fn name_and_phone_key(name: &str, number: &str) -> String {
    format!("tel:{}|{number}", name_key(name))
}

/// Of one workspace only: what another one has erased tells nothing here.
fn digest(workspace: WorkspaceId, key: &str) -> [u8; 32] {
    sha256(format!("{workspace} {key}").as_bytes())
}

/// Whom a workspace has erased, for imports.
#[derive(Debug, Default)]
pub struct Forgotten {
    workspace: Option<WorkspaceId>,
    digests: HashSet<Vec<u8>>,
}

impl Forgotten {
    pub async fn read(conn: &Conn, workspace: WorkspaceId) -> ApiResult<Self> {
        Ok(Self { workspace: Some(workspace), digests: store::digests(conn, workspace).await? })
    }

    /// Whether a row is about somebody who was erased: by LinkedIn profile, e-mail addresses, or name and company.
    pub fn has<'a>(
        &self,
        slug: Option<&str>,
        emails: impl IntoIterator<Item = &'a str>,
        name: &str,
        company: Option<&str>,
    ) -> bool {
        let Some(workspace) = self.workspace.filter(|_| !self.digests.is_empty()) else { return false };
        let known = |key: String| self.digests.contains(digest(workspace, &key).as_slice());
        slug.is_some_and(|slug| known(profile_key(slug)))
            || emails.into_iter().any(|email| known(email_key(email)))
            || company.is_some_and(|company| known(name_and_company_key(name, company)))
    }

    /// Whether somebody of this name with one of these numbers, in E.164, was erased.
    pub fn has_called(&self, name: &str, mut numbers: impl Iterator<Item = String>) -> bool {
        let Some(workspace) = self.workspace.filter(|_| !self.digests.is_empty()) else { return false };
        numbers.any(|number| self.digests.contains(digest(workspace, &name_and_phone_key(name, &number)).as_slice()))
    }
}

/// Reads every free text of the workspace, a thousand resources at a time; the surest mentions first, one more than are
/// told of each certainty.
async fn mentions(conn: &Conn, workspace: WorkspaceId, names: &Names) -> ApiResult<Vec<Mention>> {
    let mut found: BTreeMap<Certainty, Vec<Mention>> = BTreeMap::new();
    for resource in references::TEXTS {
        let mut after = None;
        loop {
            let (texts, last) = references::texts(conn, workspace, resource, after).await?;
            for text in texts {
                let spans = names.spans(&text.text);
                let Some(certainty) = spans.iter().map(|span| span.certainty).min() else { continue };
                let like = found.entry(certainty).or_default();
                if like.len() <= MENTIONS {
                    let (id, field) = (text.id, text.field);
                    like.push(Mention { resource: (*resource).to_owned(), id, field, certainty, spans });
                }
            }
            after = last;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(found.into_values().flatten().collect())
}
