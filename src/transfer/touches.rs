//! Messages of the past: whose they are, whom they are from and to, and what becomes of them.
use std::collections::{BTreeMap, HashMap, HashSet};

use super::directory::Directory;
use super::formats::Owner;
use super::linkedin::{Census, Party, Touch, TouchKind};
use super::model::{ImportProblem, Outcome};
use super::record::name_words;
use super::report::{Report, TouchRow};
use super::run::Before;
use crate::auth::sha256;
use crate::changes::Tx;
use crate::contacts::{self, ContactId, Gradual};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::messages::{self, MessageChannel, MessageDirection, PastMessage};

/// Contacts whose messages are written together.
const CHUNK: usize = 200;

/// Who is known, by profile and by name, and who is the member.
pub struct Book {
    own: String,
    live: HashSet<ContactId>,
    slugs: HashMap<String, ContactId>,
    /// By the words of the name, with whether a profile is known.
    names: HashMap<String, Vec<(ContactId, bool)>>,
}

/// Whom a party of a message is.
pub enum Found {
    Contact(ContactId),
    Nobody,
    /// Somebody who has left, of whom nothing is told.
    Left,
    Erased,
    InTrash,
}

impl Book {
    pub async fn read(tx: &Tx<'_>, census: &Census, owner: &Owner) -> ApiResult<Self> {
        let mut book = Self { own: String::new(), live: HashSet::new(), slugs: HashMap::new(), names: HashMap::new() };
        for (id, slug, _, name) in contacts::handles(tx.conn, tx.workspace).await? {
            book.live.insert(id);
            book.names.entry(name_words(&name)).or_default().push((id, slug.is_some()));
            if let Some(slug) = slug {
                book.slugs.entry(slug).or_insert(id);
            }
        }
        let said = owner.slug.as_ref().map(|slug| format!("in:{slug}"));
        let is_contact = |key: &str, name: &str| match key.strip_prefix("in:") {
            Some(slug) => book.slugs.contains_key(slug) || book.names.contains_key(&name_words(name)),
            None => book.names.contains_key(&name_words(name)),
        };
        book.own = said.or_else(|| census.owner(&owner.name, is_contact)).ok_or_else(|| {
            let detail = "the file does not show whose messages these are: say it by `owner`, the address of the member's \
                          own LinkedIn profile";
            ApiError::new(Code::UnreadableFile, detail).with(Fault::field("/owner", "owner_unknown", detail))
        })?;
        Ok(book)
    }

    fn is_own(&self, party: &Party) -> bool {
        party.key().is_some_and(|key| key == self.own)
    }

    /// Whether the member wrote it.
    fn is_sent(&self, touch: &Touch) -> bool {
        touch.is_sent.unwrap_or_else(|| self.is_own(&touch.from))
    }

    /// Everybody but the member whom a message is from or to. What others wrote in a group is no word to one another.
    fn others<'a>(&self, touch: &'a Touch) -> Vec<&'a Party> {
        if self.is_sent(touch) {
            touch.to.iter().filter(|party| !self.is_own(party)).collect()
        } else {
            vec![&touch.from]
        }
    }

    pub fn find(&self, directory: &Directory, party: &Party) -> Found {
        let Some(key) = party.key() else { return Found::Left };
        let person = party.person(0);
        if directory.forgets(&person) {
            return Found::Erased;
        }
        let by_slug = || person.slugs.iter().find_map(|slug| self.slugs.get(slug).copied());
        let by_key = || directory.by_key(&key).filter(|id| self.live.contains(id));
        let by_name = || {
            let namesakes = self.names.get(&name_words(&person.said.full_name()))?;
            let with_profile = !person.slugs.is_empty();
            let mut alike = namesakes.iter().filter(|(_, profile)| !(with_profile && *profile)).map(|(id, _)| *id);
            // Of several with the name nobody knows which.
            alike.next().filter(|_| alike.next().is_none())
        };
        match by_slug().or_else(by_key).or_else(by_name) {
            Some(id) => Found::Contact(id),
            None if directory.in_trash(&person) => Found::InTrash,
            None => Found::Nobody,
        }
    }

    /// The people to be added: nobody knows them, and the member has written to them, and to nobody else by the same
    /// message. With each the first such message.
    pub fn reached<'a>(&self, directory: &Directory, touches: &'a [Touch]) -> Vec<(&'a Touch, &'a Party)> {
        let mut seen = HashSet::new();
        let alone = touches.iter().filter_map(|touch| match touch.to.as_slice() {
            [party] if self.is_sent(touch) && !self.is_own(party) => Some((touch, party)),
            _ => None,
        });
        alone
            .filter(|(_, party)| party.name.is_some() && matches!(self.find(directory, party), Found::Nobody))
            .filter(|(_, party)| party.key().is_some_and(|key| seen.insert(key)))
            .collect()
    }

    /// Somebody was added.
    pub fn learn(&mut self, party: &Party, id: ContactId) {
        self.live.insert(id);
        if let Some(profile) = &party.profile {
            self.slugs.insert(profile.slug.clone(), id);
        }
        let name = name_words(&party.person(0).said.full_name());
        self.names.entry(name).or_default().push((id, party.profile.is_some()));
    }

    /// Finds out whom a message is from and to.
    pub fn address(&self, directory: &Directory, touch: Touch) -> Addressed {
        let is_sent = self.is_sent(&touch);
        let (mut people, mut problems) = (Vec::new(), Vec::new());
        for party in self.others(&touch) {
            match self.find(directory, party) {
                Found::Contact(id) => people.push((id, external_key(&touch, party), party.shown())),
                other => problems.extend(other.problem(party)),
            }
        }
        if people.is_empty() && problems.is_empty() {
            problems.push(ImportProblem::new("no_identity", "the row names nobody but the member"));
        }
        Addressed { touch, is_sent, people, problems }
    }
}

impl Found {
    fn problem(&self, party: &Party) -> Option<ImportProblem> {
        let (code, detail) = match self {
            Self::Contact(_) => return None,
            Self::Nobody => ("no_contact", "is no contact, and the member has not written to them alone"),
            Self::Left => ("no_identity", "has left LinkedIn"),
            Self::Erased => ("erased", "was erased"),
            Self::InTrash => ("in_trash", "was deleted and lies in the trash"),
        };
        let name = if matches!(self, Self::Erased) { "somebody".to_owned() } else { party.shown() };
        let name = if name.is_empty() { "somebody".to_owned() } else { name };
        Some(ImportProblem::new(code, format!("{name} {detail}")))
    }
}

/// By what the message is known again, with this person.
fn external_key(touch: &Touch, party: &Party) -> String {
    let person = sha256(party.key().unwrap_or_default().as_bytes());
    format!("{}:{}", touch.key, hex::encode(&person[..6]))
}

/// A message, with the contacts it is from or to.
pub struct Addressed {
    touch: Touch,
    is_sent: bool,
    /// Who, by what the message is known, and the name in the file.
    people: Vec<(ContactId, String, String)>,
    problems: Vec<ImportProblem>,
}

impl Addressed {
    fn past(&self, contact_id: ContactId, external_key: &str) -> PastMessage {
        let Touch { kind, at, subject, body, .. } = &self.touch;
        PastMessage {
            contact_id,
            direction: if self.is_sent { MessageDirection::Outgoing } else { MessageDirection::Incoming },
            channel: match kind {
                TouchKind::Message => MessageChannel::LinkedinMessage,
                TouchKind::Invitation => MessageChannel::LinkedinNote,
            },
            purpose: None,
            subject: subject.clone(),
            body: body.clone(),
            address: None,
            at: *at,
            external_key: external_key.to_owned(),
        }
    }
}

/// All messages of a file.
#[derive(Default)]
pub struct Correspondence {
    pub messages: Vec<Addressed>,
    /// On which lines contacts were added.
    pub added_on: HashMap<u64, ContactId>,
}

impl Correspondence {
    /// Everybody concerned.
    pub fn contacts(&self) -> HashSet<ContactId> {
        self.messages.iter().flat_map(|message| &message.people).map(|(id, ..)| *id).collect()
    }

    /// Writes the messages, of contacts that are locked, and notes what became of their rows.
    pub async fn record(self, tx: &mut Tx<'_>, contacts: &Gradual, report: &mut Report) -> ApiResult<()> {
        let mut by_contact: BTreeMap<ContactId, Vec<PastMessage>> = BTreeMap::new();
        for message in &self.messages {
            for (id, key, _) in &message.people {
                by_contact.entry(*id).or_default().push(message.past(*id, key));
            }
        }
        let mut added: HashSet<String> = HashSet::new();
        let mut changed = HashMap::new();
        let mut by_contact = by_contact.into_iter().peekable();
        while by_contact.peek().is_some() {
            let chunk: Vec<(ContactId, Vec<PastMessage>)> = by_contact.by_ref().take(CHUNK).collect();
            let ids: Vec<ContactId> = chunk.iter().map(|(id, _)| *id).collect();
            let before = contacts::show(tx.conn, tx.workspace, &ids).await?;
            let live: HashSet<ContactId> = before.iter().map(|contact| contact.id).collect();
            let list = chunk.into_iter().filter(|(id, _)| live.contains(id)).flat_map(|(_, list)| list).collect();
            added.extend(messages::record_past(tx, list).await?);
            let after = contacts::versions(tx.conn, tx.workspace, &ids).await?;
            for contact in before {
                let Some(version) = after.get(&contact.id).filter(|version| **version > contact.version) else {
                    continue;
                };
                let id = contact.id;
                let before = Before::new(contact.version, contacts.present(contact).into(), Vec::new());
                changed.insert(id, (*version, fields::store(&before)));
            }
        }
        for (id, (version, before)) in std::mem::take(&mut changed) {
            if report.has(id) {
                report.amend(id, version, before);
            } else {
                changed.insert(id, (version, before));
            }
        }
        for message in self.messages {
            tell(message, &self.added_on, &added, &mut changed, report);
        }
        Ok(())
    }
}

fn tell(
    message: Addressed,
    added_on: &HashMap<u64, ContactId>,
    added: &HashSet<String>,
    changed: &mut HashMap<ContactId, (i32, serde_json::Value)>,
    report: &mut Report,
) {
    let Addressed { touch, people, problems, .. } = message;
    let keys = people.iter().map(|(_, key, _)| key).filter(|key| added.contains(*key));
    let touches: Vec<String> = keys.cloned().collect();
    if let Some(id) = added_on.get(&touch.line) {
        return report.add_touches(*id, touches);
    }
    let outcome = match (people.is_empty(), touches.is_empty()) {
        (true, _) => Outcome::Skipped,
        (false, true) => Outcome::Unchanged,
        (false, false) => Outcome::Updated,
    };
    // The row is about the one whose change is not told yet, if there is one.
    let told = people.iter().find(|(id, ..)| outcome == Outcome::Updated && changed.contains_key(id));
    let told = told.or(people.first());
    let contact_id = told.map(|(id, ..)| *id);
    let change = contact_id.filter(|_| outcome == Outcome::Updated).and_then(|id| changed.remove(&id));
    let name = told.map(|(_, _, name)| name.clone());
    report.tell_touches(touch.line, TouchRow { outcome, name, contact_id, changed: change, touches }, &problems);
}
