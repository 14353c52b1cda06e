//! Whom the workspace knows, by all that an entry of a file may know them by. It is read once: a look-up per chunk
//! would be planned anew by statistics that the import itself outgrows.
use std::collections::{HashMap, HashSet};

use serde_json::value::RawValue;

use super::model::ImportKind;
use super::record::{Record, Said, name_words};
use super::store;
use crate::changes::Tx;
use crate::contacts::{self, Contact, ContactId, Phone};
use crate::db::Json;
use crate::erasure::Forgotten;
use crate::error::ApiResult;
use crate::fields;
use crate::text::{fold, name_key};

#[derive(Default)]
pub struct Directory {
    /// By the source's own key, with what it said last.
    keys: HashMap<String, (ContactId, Box<RawValue>)>,
    slugs: HashMap<String, ContactId>,
    emails: HashMap<String, ContactId>,
    /// Several people may have one number.
    phones: HashMap<String, Vec<ContactId>>,
    /// By the name that contacts sort by, folded, with whether a profile is known: somebody with another profile is somebody
    /// else.
    names: HashMap<String, Vec<(ContactId, bool)>>,
    /// Who was deleted stays so: ids, LinkedIn slugs and e-mail addresses of those in the trash.
    trash: HashSet<String>,
    /// Whom those became who were merged into another contact, as far as somebody asked for them.
    merged: HashMap<ContactId, ContactId>,
    forgotten: Forgotten,
    /// Whom the file has named before.
    pub seen: HashMap<String, Seen>,
    /// An address is one person's, unless the names have nothing in common.
    personal_emails: bool,
}

/// An entry that was read before.
pub struct Seen {
    pub line: u64,
    /// How many entries had this key.
    pub times: usize,
    /// Of what the first one said.
    pub digest: u64,
    pub names: Names,
    /// Whom it is about, once that is settled.
    pub contact: Option<ContactId>,
}

impl Directory {
    pub async fn read(tx: &mut Tx<'_>, kind: ImportKind) -> ApiResult<Self> {
        let forgotten = Forgotten::read(tx.conn, tx.workspace).await?;
        let mut directory = Self { personal_emails: kind.has_personal_emails(), forgotten, ..Self::default() };
        // Of several contacts that share a handle the oldest is meant.
        for (id, slug, emails, name) in contacts::handles(tx.conn, tx.workspace).await? {
            directory.names.entry(fold(&name)).or_default().push((id, slug.is_some()));
            if let Some(slug) = slug {
                directory.slugs.entry(slug).or_insert(id);
            }
            for email in emails {
                directory.emails.entry(email).or_insert(id);
            }
        }
        for (id, slug, emails, name) in contacts::handles_in_trash(tx.conn, tx.workspace).await? {
            directory.trash.extend(slug.map(|slug| format!("in:{slug}")));
            let mails: Vec<String> = emails.iter().map(|email| directory.mail_in_trash(email, &name)).collect();
            directory.trash.extend(mails);
            directory.trash.insert(id.to_string());
        }
        if kind.has_phones() {
            for (id, phones) in contacts::phones(tx.conn, tx.workspace).await? {
                for number in fields::stored::<Vec<Phone>>(phones).into_iter().filter_map(|phone| phone.e164) {
                    directory.phones.entry(number).or_default().push(id);
                }
            }
        }
        let keys = store::keys(tx.conn, tx.workspace, kind.source()).await?;
        directory.keys.extend(keys.into_iter().map(|(key, contact, Json(base))| (key, (contact, base))));
        Ok(directory)
    }

    /// Of an address that several people may have the name counts, too.
    fn mail_in_trash(&self, email: &str, name: &str) -> String {
        let name = if self.personal_emails { String::new() } else { name_words(name) };
        format!("mail:{email}|{name}")
    }

    /// Whether the entry is about somebody in the trash: one who came by this key, or has the profile or the address.
    pub fn in_trash(&self, row: &Record) -> bool {
        if self.trash.is_empty() {
            return false;
        }
        let said = &row.said;
        let by_key = self.keys.get(&row.key).map(|(id, _)| id.to_string());
        let by_slug = row.slugs.iter().map(|slug| format!("in:{slug}"));
        let by_email = said.email_keys().map(|email| self.mail_in_trash(&email, &said.sort_name()));
        by_key.into_iter().chain(by_slug).chain(by_email).any(|handle| self.trash.contains(&handle))
    }

    /// Whether the entry is about somebody who was erased.
    pub fn forgets(&self, row: &Record) -> bool {
        let said = &row.said;
        let emails = || said.emails.iter().map(|email| email.address.as_str());
        let companies = said.positions.iter().filter_map(|position| position.company_name.as_deref()).map(Some);
        let name = said.full_name();
        self.forgotten.has(row.slugs.first().map(String::as_str), emails(), &name, None)
            || row.slugs.iter().skip(1).any(|slug| self.forgotten.has(Some(slug), [], &name, None))
            || companies.into_iter().any(|company| self.forgotten.has(None, [], &name, company))
            || self.forgotten.has_called(&name, said.phone_keys())
    }

    /// Whoever may be meant by an entry.
    pub fn candidates(&self, row: &Record) -> Vec<ContactId> {
        let said = &row.said;
        let by_slug = row.slugs.iter().filter_map(|slug| self.slugs.get(slug).copied());
        let mut found: Vec<ContactId> = self.keys.get(&row.key).map(|(id, _)| *id).into_iter().collect();
        found.extend(self.earlier(row));
        found.extend(self.own_id(row));
        found.extend(by_slug);
        if found.is_empty() {
            found.extend(said.email_keys().filter_map(|email| self.emails.get(&email).copied()));
            found.extend(self.by_phone(said));
            found.extend(self.namesakes(row));
        }
        found
    }

    /// Takes notice that contacts were merged into others, while the file was read or before.
    pub fn merged(&mut self, survivors: HashMap<ContactId, ContactId>) {
        let now = |id: &mut ContactId| {
            if let Some(survivor) = survivors.get(id) {
                *id = *survivor;
            }
        };
        self.keys.values_mut().for_each(|(id, _)| now(id));
        self.slugs.values_mut().chain(self.emails.values_mut()).chain(self.merged.values_mut()).for_each(now);
        self.phones.values_mut().flatten().for_each(now);
        self.names.values_mut().flatten().for_each(|(id, _)| now(id));
        self.seen.values_mut().filter_map(|seen| seen.contact.as_mut()).for_each(now);
        self.merged.extend(survivors);
    }

    /// Of a card that this service has written the contact itself, or whom it became.
    fn own_id(&self, row: &Record) -> Option<ContactId> {
        let id = row.key.strip_prefix("uid:urn:uuid:")?;
        let id = uuid::Uuid::try_parse(id).ok().map(ContactId::from)?;
        Some(self.merged.get(&id).copied().unwrap_or(id))
    }

    /// Whom the source's own key stands for, by this file or an earlier one.
    pub fn by_key(&self, key: &str) -> Option<ContactId> {
        let seen = self.seen.get(key).and_then(|seen| seen.contact);
        seen.or_else(|| self.keys.get(key).map(|(id, _)| *id))
    }

    /// What the source said last of these contacts under keys that the file has no more. Whom an entry knows by the profile or
    /// the address was called otherwise then. The id of a card is nobody else's, and none takes its place.
    pub fn formers(&self, wanted: &HashSet<ContactId>) -> HashMap<ContactId, Vec<Said>> {
        let first = |key: &str| key.rsplit_once('#').map_or(key, |(first, _)| first).to_owned();
        let is_told = |key: &String| self.seen.contains_key(key) || self.seen.contains_key(&first(key));
        let mut formers: HashMap<ContactId, Vec<Said>> = HashMap::new();
        for (key, (id, base)) in self.keys.iter().filter(|(_, (id, _))| wanted.contains(id)) {
            if !key.starts_with("uid:") && !is_told(key) {
                formers.entry(*id).or_default().extend(serde_json::from_str::<Said>(base.get()));
            }
        }
        formers
    }

    /// Gives an entry whose key is an address that somebody else has, by this file or an earlier one, a key of its own.
    pub fn tell_apart(&self, row: &mut Record) {
        let said = names(&row.said);
        let seen = self.seen.get(&row.key).map(|seen| seen.names.clone());
        let before = || {
            let (_, base) = self.keys.get(&row.key)?;
            serde_json::from_str(base.get()).ok().map(|base: Said| names(&base))
        };
        let is_address = row.key.starts_with("mail:") && !row.key.contains('|');
        if is_address && seen.or_else(before).is_some_and(|other| !self.may_share_address(&other, &said)) {
            row.key = format!("{}|{}", row.key, name_words(&row.said.full_name()));
        }
    }

    fn may_share_address(&self, one: &Names, other: &Names) -> bool {
        may_be_one(one, other) || self.personal_emails && are_alike(one, other)
    }

    /// Remembers whom an entry is about, for those that follow with the same key.
    pub fn settled(&mut self, row: &Record, id: ContactId) {
        if let Some(seen) = self.seen.get_mut(row.repeats.as_ref().unwrap_or(&row.key)) {
            seen.contact.get_or_insert(id);
        }
    }

    /// Whom an earlier entry with the same key was about.
    fn earlier(&self, row: &Record) -> Option<ContactId> {
        self.seen.get(row.repeats.as_ref()?).and_then(|seen| seen.contact)
    }

    fn by_phone(&self, said: &Said) -> Vec<ContactId> {
        if self.phones.is_empty() || said.phones.is_empty() {
            return Vec::new();
        }
        said.phone_keys().filter_map(|number| self.phones.get(&number)).flatten().copied().collect()
    }

    fn namesakes(&self, row: &Record) -> impl Iterator<Item = ContactId> {
        let with_profile = !row.slugs.is_empty();
        let namesakes = self.names.get(&fold(&row.said.sort_name())).map_or(&[][..], Vec::as_slice);
        namesakes.iter().filter(move |(_, profile)| !(with_profile && *profile)).map(|(id, _)| *id)
    }

    /// The contact of an entry, and what the source last said of it: by the source's key, then profile, e-mail address,
    /// telephone number and name, then name and company.
    pub fn find(&self, row: &Record, known: &HashMap<ContactId, Contact>) -> Option<(ContactId, Option<Said>)> {
        let said = &row.said;
        let live = |id: &ContactId| known.contains_key(id);
        if let Some((id, base)) = self.keys.get(&row.key).filter(|(id, _)| live(id)) {
            return Some((*id, Some(serde_json::from_str(base.get()).unwrap_or_default())));
        }
        let earlier = self.earlier(row).filter(live);
        let own = self.own_id(row).filter(live);
        let by_slug = || row.slugs.iter().filter_map(|slug| self.slugs.get(slug).copied()).find(live);
        let named = |id: &ContactId| {
            known.get(id).is_some_and(|contact| self.may_share_address(&contact_names(contact), &names(said)))
        };
        let by_email = || said.email_keys().filter_map(|email| self.emails.get(&email).copied()).find(named);
        let words = name_words(&said.full_name());
        let same_name = |id: &ContactId| {
            known.get(id).is_some_and(|contact| !words.is_empty() && name_words(&contact.name) == words)
        };
        let by_phone = || self.by_phone(said).into_iter().find(same_name);
        let found = earlier.or(own).or_else(by_slug).or_else(by_email).or_else(by_phone);
        found.or_else(|| self.by_name_and_company(row, known)).map(|id| (id, None))
    }

    fn by_name_and_company(&self, row: &Record, known: &HashMap<ContactId, Contact>) -> Option<ContactId> {
        let companies: Vec<String> = row.said.company_keys().collect();
        let works_there = |id: &ContactId| {
            let positions = known.get(id).map_or(&[][..], |contact| contact.positions.as_slice());
            let names = positions.iter().filter_map(|position| position.company_name.as_deref());
            names.map(name_key).any(|name| companies.contains(&name))
        };
        self.namesakes(row).find(works_there)
    }
}

/// Given and family name, folded.
pub type Names = (Option<String>, Option<String>);

pub fn names(said: &Said) -> Names {
    (said.given_name.as_deref().map(fold), said.family_name.as_deref().map(fold))
}

/// Whether what was said of somebody, and what is said now, are about one person who may have another surname: by the
/// profile, which is one person's, or the given name.
pub fn are_one(before: &Said, now: &Record) -> bool {
    let given = |said: &Said| said.given_name.as_deref().map(|name| fold(first_word(name)));
    before.slugs().any(|slug| now.slugs.contains(&slug)) || given(before).is_some() && given(before) == given(&now.said)
}

fn first_word(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}

fn contact_names(contact: &Contact) -> Names {
    (contact.given_name.as_deref().map(fold), contact.family_name.as_deref().map(fold))
}

/// Whether a word of one name begins as a word of the other does: initials and short forms do.
fn are_alike(one: &Names, other: &Names) -> bool {
    let words = |(given, family): &Names| -> Vec<String> {
        let parts = [given, family].into_iter().flatten();
        parts.flat_map(|part| part.split_whitespace()).map(|word| word.trim_matches('.').to_owned()).collect()
    };
    let others = words(other);
    let begins = |word: &String, other: &String| !word.is_empty() && other.starts_with(word.as_str());
    words(one).iter().any(|word| others.iter().any(|other| begins(word, other) || begins(other, word)))
}

/// Whether two names may be one person's: families share addresses, and firms do. Only two whole names of which nothing
/// agrees say that they are two people's. Of given names the first counts.
pub fn may_be_one((given, family): &Names, (other_given, other_family): &Names) -> bool {
    let differ = |one: Option<&str>, other: Option<&str>| one.zip(other).is_some_and(|(one, other)| one != other);
    let first = |name: &Option<String>| name.as_deref().map(first_word).map(str::to_owned);
    !(differ(first(given).as_deref(), first(other_given).as_deref())
        && differ(family.as_deref(), other_family.as_deref()))
}
