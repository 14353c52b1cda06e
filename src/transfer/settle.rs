//! The end of an import: contacts that are there already and change. They are locked, in the order that everybody keeps
//! to, and read anew: somebody may have edited or deleted one while the file was read.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::kept::{self, Kept};
use super::merge;
use super::model::{ImportKind, ImportProblem, Outcome};
use super::record::{Said, name_words};
use super::report::Report;
use super::run::{Before, Later, SaidBefore, Writes};
use super::store;
use crate::changes::Tx;
use crate::contacts::{self, Contact, ContactId, ContactInput, Gradual};
use crate::error::ApiResult;
use crate::fields;

/// Contacts that are read and written together.
const CHUNK: usize = 500;

/// Somebody whom an entry's person was introduced by.
#[derive(Debug)]
pub struct Referral {
    pub contact: ContactId,
    pub by: By,
}

/// Whom a file names as the connector.
#[derive(Debug, Clone)]
pub enum By {
    /// Who is the connector where it is one contact's name and nobody else's.
    Name(String),
    /// By the id that the connector had where the file was written.
    Id(Uuid),
}

impl By {
    /// Those that an entry names.
    pub fn all(said: &Said) -> impl Iterator<Item = Self> {
        let id = said.dealings.connector.map(Self::Id);
        id.into_iter().chain(said.referred_by.clone().map(Self::Name))
    }

    fn problem(&self, code: &str, detail: String) -> ImportProblem {
        let (column, value) = match self {
            Self::Name(name) => ("Referred By", name.clone()),
            Self::Id(id) => ("connector_id", id.to_string()),
        };
        ImportProblem { column: Some(column.to_owned()), value: Some(value), ..ImportProblem::new(code, detail) }
    }
}

pub struct Settling<'a> {
    pub kind: ImportKind,
    /// Who the connectors are that the file names by their ids.
    pub connectors: HashMap<Uuid, ContactId>,
    pub report: &'a mut Report,
    pub contacts: &'a mut Gradual,
}

/// All that is to be settled of one contact.
#[derive(Default)]
struct Matter {
    entries: Vec<Later>,
    referred_by: Vec<By>,
}

/// A contact that entries are merged into.
struct Merged {
    contact: Contact,
    input: ContactInput,
    sources: Vec<SaidBefore>,
    entries: Vec<Later>,
    /// The source has more of it that Inroad has no field for.
    keeps_more: bool,
}

impl Settling<'_> {
    pub async fn run(
        mut self,
        tx: &mut Tx<'_>,
        later: Vec<Later>,
        referrals: Vec<Referral>,
        also: HashSet<ContactId>,
    ) -> ApiResult<()> {
        let mut matters: BTreeMap<ContactId, Matter> = BTreeMap::new();
        for entry in later {
            let matter = matters.entry(entry.id).or_default();
            if entry.is_news() {
                matter.referred_by.extend(By::all(&entry.row.said));
            }
            matter.entries.push(entry);
        }
        for Referral { contact, by } in referrals {
            matters.entry(contact).or_default().referred_by.push(by);
        }
        let people = self.people(tx, &matters).await?;
        let named = matters.values().flat_map(|matter| &matter.referred_by);
        let connectors = named.flat_map(|by| self.meant(by, &people));
        let mut locked: BTreeSet<ContactId> = connectors.copied().collect();
        locked.extend(matters.keys().chain(&also));
        let live = contacts::hold(tx.conn, tx.workspace, &locked.into_iter().collect::<Vec<_>>()).await?;
        let mut matters = matters.into_iter().peekable();
        while matters.peek().is_some() {
            let chunk: Vec<(ContactId, Matter)> = matters.by_ref().take(CHUNK).collect();
            self.chunk(tx, chunk, &people, &live).await?;
        }
        Ok(())
    }

    /// Everybody by name, if anybody was referred by somebody.
    async fn people(
        &self,
        tx: &Tx<'_>,
        matters: &BTreeMap<ContactId, Matter>,
    ) -> ApiResult<HashMap<String, Vec<ContactId>>> {
        let mut people: HashMap<String, Vec<ContactId>> = HashMap::new();
        let mut named = matters.values().flat_map(|matter| &matter.referred_by);
        if !named.any(|by| matches!(by, By::Name(_))) {
            return Ok(people);
        }
        for (id, _, _, name) in contacts::handles(tx.conn, tx.workspace).await? {
            people.entry(name_words(&name)).or_default().push(id);
        }
        Ok(people)
    }

    /// Whoever may be meant by the connector that a file names.
    fn meant<'a>(&'a self, by: &By, people: &'a HashMap<String, Vec<ContactId>>) -> &'a [ContactId] {
        match by {
            By::Name(name) => people.get(&name_words(name)).map_or(&[], Vec::as_slice),
            By::Id(id) => self.connectors.get(id).map_or(&[], std::slice::from_ref),
        }
    }

    async fn chunk(
        &mut self,
        tx: &mut Tx<'_>,
        matters: Vec<(ContactId, Matter)>,
        people: &HashMap<String, Vec<ContactId>>,
        live: &HashSet<ContactId>,
    ) -> ApiResult<()> {
        let ids: Vec<ContactId> = matters.iter().map(|(id, _)| *id).collect();
        let known = contacts::show(tx.conn, tx.workspace, &ids).await?;
        let mut known: HashMap<ContactId, Contact> = known.into_iter().map(|contact| (contact.id, contact)).collect();
        let mut extras = store::extras_of(tx.conn, tx.workspace, self.kind.source(), &ids).await?;
        let rows = matters.iter().flat_map(|(_, matter)| &matter.entries).map(|entry| &entry.row.said);
        self.contacts.learn_ids(tx, rows.map(|said| &said.dealings.external_ids)).await?;
        let mut writes = Writes::default();
        let mut merged = Vec::with_capacity(matters.len());
        for (id, matter) in matters {
            let Some(contact) = known.remove(&id) else {
                self.gone(&matter);
                continue;
            };
            let contact = self.contacts.present(contact);
            let mut one = self.merge(contact, matter.entries, extras.remove(&id).unwrap_or_default());
            for by in &matter.referred_by {
                self.connect(&mut one, by, people, live);
            }
            for entry in one.entries.iter().filter(|entry| entry.is_news()) {
                writes.remember(tx, self.kind, &entry.row, id);
            }
            merged.push(one);
        }
        let inputs: Vec<&ContactInput> = merged.iter().map(|one| &one.input).collect();
        self.contacts.companies.plan(tx, &inputs).await?;
        let mut rewrites = Vec::new();
        for one in merged {
            rewrites.extend(self.settle(tx, one)?);
        }
        self.contacts.update(tx, rewrites).await?;
        writes.store(tx).await
    }

    /// Somebody deleted the contact after the file was read, or is just merging it.
    fn gone(&mut self, matter: &Matter) {
        let detail = "somebody deleted the contact, or merged it into another, while the file was read";
        let problem = ImportProblem::new("in_trash", detail);
        for Later { row, .. } in &matter.entries {
            self.report.note(row.line, Outcome::Skipped, Some(row.said.shown_name()), std::slice::from_ref(&problem));
        }
    }

    fn merge(&mut self, contact: Contact, mut entries: Vec<Later>, mut kept: Kept) -> Merged {
        let mut input: ContactInput = contact.clone().into();
        let (mut sources, mut keeps_more) = (Vec::new(), false);
        for entry in &mut entries {
            let (base, row) = (entry.base.as_ref().or(entry.former.as_ref()), &mut entry.row);
            merge::merge(self.kind.owner(), &mut input, base, &row.said, &mut row.problems);
            let taken = self.contacts.claim_ids(contact.id, &contact.external_ids, &mut input.external_ids);
            entry.row.problems.extend(taken.into_iter().map(ImportProblem::taken));
            if entry.is_news() {
                let key = entry.row.key.clone();
                let extras = kept.get(&key).map(fields::store);
                let row = &mut entry.row;
                keeps_more |= kept::add(&mut kept, &key, &row.extras, &mut row.problems);
                row.extras = kept.get(&key).cloned().unwrap_or_default();
                sources.push(SaidBefore { key, base: entry.base.clone(), extras });
            }
        }
        Merged { contact, input, sources, entries, keeps_more }
    }

    fn connect(
        &mut self,
        one: &mut Merged,
        by: &By,
        people: &HashMap<String, Vec<ContactId>>,
        live: &HashSet<ContactId>,
    ) {
        let found = self.meant(by, people);
        let problem = match found {
            [connector] if *connector != one.contact.id && live.contains(connector) => match one.input.connector_id {
                None => {
                    one.input.connector_id = Some(*connector);
                    return;
                }
                Some(present) if present == *connector => return,
                Some(_) => by.problem("kept", "the connector stays: the file has somebody else".to_owned()),
            },
            _ => {
                let why = match by {
                    By::Name(_) if found.len() > 1 => "several contacts have this name",
                    By::Name(_) => "no other contact has this name",
                    By::Id(_) => "no other contact has this id",
                };
                by.problem("unknown_connector", why.to_owned())
            }
        };
        match one.entries.last_mut() {
            Some(entry) => entry.row.problems.push(problem),
            None => self.report.add_problem(one.contact.id, &problem),
        }
    }

    /// Notes what becomes of the entries about one contact, and answers how to write it.
    fn settle(&mut self, tx: &Tx<'_>, one: Merged) -> ApiResult<Option<contacts::Rewrite>> {
        let Merged { contact, input, sources, entries, keeps_more } = one;
        let id = contact.id;
        let before = Before::new(contact.version, contact.clone().into(), sources);
        let rewrite = match self.contacts.rewrite(tx, &contact, input, keeps_more) {
            Err(error) if !error.errors.is_empty() => {
                let problem = ImportProblem::invalid(&error);
                for Later { row, .. } in &entries {
                    let name = Some(row.said.shown_name());
                    self.report.note(row.line, Outcome::Failed, name, std::slice::from_ref(&problem));
                }
                return Ok(None);
            }
            rewrite => rewrite?,
        };
        let version = rewrite.as_ref().map_or(contact.version, contacts::Rewrite::version);
        let name = rewrite.as_ref().map_or(contact.name.as_str(), contacts::Rewrite::name).to_owned();
        let kept = || rewrite.is_some().then(|| fields::store(&before));
        let mut entries = entries.into_iter();
        if self.report.has(id) {
            if let Some(kept) = kept() {
                self.report.amend(id, version, kept);
            }
        } else if let Some(Later { row, .. }) = entries.next() {
            let outcome = if rewrite.is_some() { Outcome::Updated } else { Outcome::Unchanged };
            self.report.tell((row.line, outcome, name.clone()), (id, version), kept(), &row.problems);
        }
        for Later { mut row, .. } in entries {
            if row.repeats.is_none() {
                row.problems.push(ImportProblem::new("repeated", "an earlier row is about the same contact"));
            }
            self.report.tell_again(row.line, name.clone(), id, &row.problems);
        }
        Ok(rewrite)
    }
}

impl Later {
    /// Whether the source says something else than last time.
    fn is_news(&self) -> bool {
        self.base.as_ref() != Some(&self.row.said)
    }
}
