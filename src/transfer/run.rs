//! An import, from the opened file to the report, inside one transaction: whole or not at all.
//!
//! Others wait for it but for a moment. New contacts are written as the file is read, for nobody can be waiting for
//! them. What somebody else may want as well comes last, in the order in which everybody takes it: known contacts that
//! change (`settle`), then the companies, whose names are unique, then the numbers of the change log.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, SecondsFormat, Utc};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::directory::{self, Directory, Seen};
use super::formats::{Owner, Rows};
use super::linkedin::{Census, Touch};
use super::merge;
use super::model::{ExtraDbRow, ImportId, ImportKind, ImportProblem, KeyDbRow, Outcome};
use super::progress::Progress;
use super::record::{Entry, Record, Said};
use super::report::Report;
use super::settle::{By, Referral, Settling};
use super::store;
use super::touches::{Book, Correspondence};
use crate::changes::{Kind, Tx};
use crate::contacts::{self, Contact, ContactId, ContactInput, ContactWrite, Gradual, Identity};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::external_ids::ExternalIds;
use crate::{fields, merges};

/// Entries that are looked up and written together.
const CHUNK: usize = 500;
/// Entries of a file: what became of each is kept in memory until all of them are read.
const MOST: usize = 250_000;
/// Bytes of the file that make a chunk, however few entries they are.
const CHUNK_SIZE: usize = 4 * 1024 * 1024;

/// Brings the people of a file into the workspace.
pub async fn run(tx: &mut Tx<'_>, import: ImportId, mut file: Rows, progress: &mut Progress<'_>) -> ApiResult<Report> {
    let kind = file.kind;
    store::defer_indexing(tx.conn).await?;
    let mut run = Run {
        kind,
        directory: Directory::read(tx, kind).await?,
        report: Report::new(tx.workspace, import),
        contacts: Gradual::default(),
        later: Vec::new(),
        open: HashSet::new(),
        referrals: Vec::new(),
        touches: Vec::new(),
        taken_up: TakenUp::default(),
    };
    let (census, owner) = (std::mem::take(&mut file.census), std::mem::take(&mut file.owner));
    let mut reading = read_chunk(file);
    loop {
        let (rest, entries) = reading.await.map_err(|error| ApiError::internal(&error))?;
        if entries.is_empty() {
            break;
        }
        if run.report.rows.len() > MOST {
            let detail = format!("a file may have {MOST} rows: split it");
            return Err(ApiError::new(Code::TooLarge, detail.clone()).with(Fault::field("", "too_many_rows", detail)));
        }
        reading = read_chunk(rest);
        run.chunk(tx, entries).await?;
        if progress.is_due() {
            progress.tell(run.report.counts()).await?;
        }
    }
    run.write(tx).await?;
    let touches = run.address(tx, &census, &owner).await?;
    let mut report = run.finish(tx, touches).await?;
    report.companies = tx.recorded(Kind::CompanyCreated);
    Ok(report)
}

/// Reading is work for a processor: other requests of this thread, and the database, go on meanwhile.
fn read_chunk(mut file: Rows) -> JoinHandle<(Rows, Vec<Entry>)> {
    tokio::task::spawn_blocking(move || {
        let (mut entries, mut size) = (Vec::new(), 0);
        while entries.len() < CHUNK && size < CHUNK_SIZE {
            let Some(entry) = file.next() else { break };
            size += entry.size();
            entries.push(entry);
        }
        (file, entries)
    })
}

/// An entry about somebody who is known, and what the source said of them last.
#[derive(Debug)]
pub struct Later {
    pub row: Record,
    pub id: ContactId,
    pub base: Option<Said>,
    /// What it said of the person when they were called otherwise.
    pub former: Option<Said>,
}

/// An import while the file is read.
struct Run {
    kind: ImportKind,
    directory: Directory,
    report: Report,
    contacts: Gradual,
    /// What is settled when all of the file is read.
    later: Vec<Later>,
    /// Whom that is about.
    open: HashSet<ContactId>,
    referrals: Vec<Referral>,
    touches: Vec<Touch>,
    taken_up: TakenUp,
}

/// New contacts that are about to be written: while the database does, the next ones are made.
#[derive(Default)]
struct TakenUp {
    contacts: Vec<ContactWrite>,
    sources: Writes,
}

impl TakenUp {
    async fn write(&self, tx: &Tx<'_>) -> ApiResult<()> {
        Gradual::add(tx.conn, &self.contacts).await?;
        self.sources.store(tx).await
    }
}

/// Somebody whom nobody knows yet.
struct Fresh {
    row: Record,
    input: ContactInput,
    /// More entries about the same person.
    also: Vec<Record>,
}

impl Run {
    async fn chunk(&mut self, tx: &mut Tx<'_>, entries: Vec<Entry>) -> ApiResult<()> {
        let records = self.sort_out(entries, tx.now);
        let mut candidates: Vec<ContactId> = records.iter().flat_map(|row| self.directory.candidates(row)).collect();
        candidates.sort_unstable();
        candidates.dedup();
        // Whom an entry may mean is looked up.
        if self.taken_up.contacts.iter().any(|contact| candidates.binary_search(&contact.row.id).is_ok()) {
            self.write(tx).await?;
        }
        let before = std::mem::take(&mut self.taken_up);
        let (written, made) = futures_util::join!(before.write(tx), self.make(tx, records, candidates));
        written?;
        Gradual::added(tx, &before.contacts);
        made
    }

    /// Writes the new contacts that were taken up.
    async fn write(&mut self, tx: &mut Tx<'_>) -> ApiResult<()> {
        let last = std::mem::take(&mut self.taken_up);
        last.write(tx).await?;
        Gradual::added(tx, &last.contacts);
        Ok(())
    }

    /// Finds whom the records are about, and takes up those whom nobody knows.
    async fn make(&mut self, tx: &Tx<'_>, records: Vec<Record>, candidates: Vec<ContactId>) -> ApiResult<()> {
        let known = self.known(tx, candidates).await?;
        let mut fresh: Vec<Fresh> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in records {
            if let Some(place) = row.repeats.as_ref().and_then(|key| places.get(key)) {
                self.add_to_fresh(&mut fresh[*place], row);
                continue;
            }
            match self.directory.find(&row, &known) {
                Some((id, base)) => {
                    self.directory.settled(&row, id);
                    let nothing_new = base.as_ref() == Some(&row.said) && !self.open.contains(&id);
                    match known.get(&id).filter(|_| nothing_new && !self.report.has(id)) {
                        Some(contact) => {
                            let told = (row.line, Outcome::Unchanged, contact.name.clone());
                            self.report.tell(told, (id, contact.version), None, &row.problems);
                        }
                        None => {
                            self.open.insert(id);
                            self.later.push(Later { row, id, base, former: None });
                        }
                    }
                }
                None if self.directory.in_trash(&row) => {
                    let detail = "the contact was deleted and lies in the trash: restore it to have it again";
                    let problem = ImportProblem::new("in_trash", detail);
                    self.report.note(row.line, Outcome::Skipped, Some(row.said.shown_name()), &[problem]);
                }
                None => {
                    places.insert(row.key.clone(), fresh.len());
                    let mut input = merge::new_contact(&row.said);
                    (input.how_found, input.how_found_on) = (row.how_found, row.how_found_on);
                    fresh.push(Fresh { row, input, also: Vec::new() });
                }
            }
        }
        self.create(tx, fresh).await
    }

    /// Notes what is no person; a person whom the file names twice in the same words is taken once.
    fn sort_out(&mut self, entries: Vec<Entry>, now: DateTime<Utc>) -> Vec<Record> {
        let mut records = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry {
                Entry::Person(row) if self.directory.forgets(&row) => {
                    let problem = ImportProblem::new("erased", "the entry is about a person who was erased");
                    self.report.note(row.line, Outcome::Skipped, None, &[problem]);
                }
                Entry::Person(row) => records.extend(self.repeated(*row)),
                Entry::Touch(touch) if touch.at > now => {
                    let column = Some(touch.kind.dated_by().to_owned());
                    let value = Some(touch.at.to_rfc3339_opts(SecondsFormat::Secs, true));
                    let problem = ImportProblem::new("future_date", "is still to come");
                    let problem = ImportProblem { column, value, ..problem };
                    self.report.note(touch.line, Outcome::Failed, None, &[problem]);
                }
                Entry::Touch(touch) => self.touches.push(*touch),
                Entry::Skipped { line, reason } => {
                    self.report.note(line, Outcome::Skipped, None, &[ImportProblem::skipped(reason)]);
                }
                Entry::Error { line, column, heading, code, detail } => {
                    let problem = ImportProblem::new(code, detail);
                    let problem = ImportProblem { column: heading, column_number: column, ..problem };
                    self.report.note(line, Outcome::Failed, None, &[problem]);
                }
            }
        }
        records
    }

    /// The record, unless the file has said the same before. A second entry about somebody has a key of its own, so
    /// that each is compared with what it said itself last time.
    fn repeated(&mut self, mut row: Record) -> Option<Record> {
        // LinkedIn names nobody twice: of two rows with one profile, the first counts.
        let once = self.kind == ImportKind::LinkedinConnections;
        let digest = if once { 0 } else { row.said.digest() };
        self.directory.tell_apart(&mut row);
        let Some(seen) = self.directory.seen.get_mut(&row.key) else {
            let names = directory::names(&row.said);
            let seen = Seen { line: row.line, times: 1, digest, names, contact: None };
            self.directory.seen.insert(row.key.clone(), seen);
            return Some(row);
        };
        seen.times += 1;
        let (first, times, same) = (seen.line, seen.times, seen.digest == digest);
        let problem = ImportProblem::new("repeated", format!("line {first} is about the same person"));
        if same {
            self.report.note(row.line, Outcome::Skipped, Some(row.said.shown_name()), &[problem]);
            return None;
        }
        row.problems.insert(0, problem);
        row.repeats = Some(row.key.clone());
        row.key = format!("{}#{times}", row.key);
        Some(row)
    }

    /// Whoever may be meant, as they are.
    async fn known(&mut self, tx: &Tx<'_>, candidates: Vec<ContactId>) -> ApiResult<HashMap<ContactId, Contact>> {
        let known = contacts::show(tx.conn, tx.workspace, &candidates).await?;
        let mut known: HashMap<_, _> =
            known.into_iter().map(|contact| (contact.id, self.contacts.present(contact))).collect();
        let gone: Vec<ContactId> = candidates.into_iter().filter(|id| !known.contains_key(id)).collect();
        if !gone.is_empty() {
            let survivors = merges::survivors(tx.conn, tx.workspace, &gone).await?;
            let ids: Vec<ContactId> = survivors.values().copied().filter(|id| !known.contains_key(id)).collect();
            for contact in contacts::show(tx.conn, tx.workspace, &ids).await? {
                known.insert(contact.id, self.contacts.present(contact));
            }
            self.directory.merged(survivors);
        }
        Ok(known)
    }

    /// Finds whom the messages of the file are from and to, and adds those of them whom the member has written to.
    async fn address(&mut self, tx: &mut Tx<'_>, census: &Census, owner: &Owner) -> ApiResult<Correspondence> {
        let touches = std::mem::take(&mut self.touches);
        let mut correspondence = Correspondence::default();
        if touches.is_empty() {
            return Ok(correspondence);
        }
        let mut book = Book::read(tx, census, owner).await?;
        let reached = book.reached(&self.directory, &touches);
        let noted = self.report.rows.len();
        for chunk in reached.chunks(CHUNK) {
            let fresh = chunk.iter().map(|(touch, party)| {
                let row = party.person(touch.line);
                let input = ContactInput { how_found: row.how_found, ..merge::new_contact(&row.said) };
                Fresh { row, input, also: Vec::new() }
            });
            self.create(tx, fresh.collect()).await?;
            self.write(tx).await?;
        }
        for row in &self.report.rows[noted..] {
            correspondence.added_on.extend(row.contact_id.map(|id| (row.line.cast_unsigned(), id)));
        }
        for (touch, party) in reached {
            if let Some(id) = correspondence.added_on.get(&touch.line) {
                book.learn(party, *id);
            }
        }
        let addressed = touches.into_iter().map(|touch| book.address(&self.directory, touch));
        correspondence.messages = addressed.collect();
        Ok(correspondence)
    }

    /// A further entry about somebody who is only about to be added.
    fn add_to_fresh(&mut self, fresh: &mut Fresh, mut row: Record) {
        merge::merge(self.kind.owner(), &mut fresh.input, None, &row.said, &mut row.problems);
        self.report.note(row.line, Outcome::Skipped, Some(row.said.shown_name()), &row.problems);
        fresh.also.push(row);
    }

    /// Takes up those whom nobody knows.
    async fn create(&mut self, tx: &Tx<'_>, fresh: Vec<Fresh>) -> ApiResult<()> {
        self.contacts.learn_ids(tx, fresh.iter().map(|one| &one.input.external_ids)).await?;
        let mut inputs = Vec::with_capacity(fresh.len());
        for Fresh { mut row, mut input, also } in fresh {
            let id = ContactId::from(Uuid::now_v7());
            let taken = self.contacts.claim_ids(id, &ExternalIds::new(), &mut input.external_ids);
            row.problems.extend(taken.into_iter().map(ImportProblem::taken));
            match input.check() {
                Ok(input) => inputs.push((id, row, also, input)),
                Err(error) => {
                    let name = Some(row.said.shown_name());
                    self.report.note(row.line, Outcome::Failed, name, &[ImportProblem::invalid(&error)]);
                }
            }
        }
        let all: Vec<&ContactInput> = inputs.iter().map(|(.., input)| input).collect();
        self.contacts.companies.plan(tx, &all).await?;
        let mut sources = Writes::default();
        let mut drafts = Vec::with_capacity(inputs.len());
        for (id, row, also, input) in inputs {
            let identity: Identity = contacts::fresh(tx, id);
            let draft = contacts::draft(input, identity, &self.contacts.companies)?;
            let told = (row.line, Outcome::Created, draft.contact.row.display_name.clone());
            self.report.tell(told, (id, 1), None, &row.problems);
            for row in std::iter::once(&row).chain(&also) {
                self.directory.settled(row, id);
                sources.remember(tx, self.kind, row, id);
                for by in By::all(&row.said) {
                    self.open.insert(id);
                    self.referrals.push(Referral { contact: id, by });
                }
            }
            drafts.push(draft);
        }
        self.taken_up = TakenUp { contacts: self.contacts.take_up(drafts), sources };
        Ok(())
    }

    /// Who the connectors are that the file names by their ids: cards of the file, or of an earlier one, or contacts of
    /// this workspace.
    async fn connectors(&self, tx: &Tx<'_>) -> ApiResult<HashMap<Uuid, ContactId>> {
        let of_known = self.later.iter().filter_map(|entry| entry.row.said.dealings.connector);
        let of_new = self.referrals.iter().filter_map(|referral| match referral.by {
            By::Id(id) => Some(id),
            By::Name(_) => None,
        });
        let known = |id: Uuid| self.directory.by_key(&format!("uid:urn:uuid:{id}")).unwrap_or(ContactId::from(id));
        let mut connectors: HashMap<Uuid, ContactId> = of_known.chain(of_new).map(|id| (id, known(id))).collect();
        let ids: Vec<ContactId> = connectors.values().copied().collect();
        let survivors = merges::survivors(tx.conn, tx.workspace, &ids).await?;
        for id in connectors.values_mut() {
            *id = survivors.get(id).copied().unwrap_or(*id);
        }
        Ok(connectors)
    }

    /// Writes what others may be waiting for.
    async fn finish(self, tx: &mut Tx<'_>, touches: Correspondence) -> ApiResult<Report> {
        let connectors = self.connectors(tx).await?;
        let Self { kind, directory, mut report, mut contacts, mut later, mut open, referrals, .. } = self;
        let is_new = |entry: &Later| entry.base.is_none() && !entry.row.key.starts_with("uid:");
        let wanted = later.iter().filter(|entry| is_new(entry)).map(|entry| entry.id).collect();
        let mut formers = directory.formers(&wanted);
        for entry in later.iter_mut().filter(|entry| is_new(entry)) {
            // Of several nobody knows which was the last.
            let former = formers.get_mut(&entry.id).filter(|all| all.len() == 1).and_then(Vec::pop);
            entry.former = former.filter(|former| directory::are_one(former, &entry.row));
        }
        drop(directory);
        // Whoever was merged into somebody while the file was read is that one now.
        let ids: Vec<ContactId> = later.iter().map(|entry| entry.id).collect();
        let survivors = merges::survivors(tx.conn, tx.workspace, &ids).await?;
        for entry in &mut later {
            entry.id = survivors.get(&entry.id).copied().unwrap_or(entry.id);
        }
        open.extend(survivors.into_values());
        open.extend(touches.contacts());
        let settled = report.settle_all_but(&open);
        store::insert_rows(tx.conn, &report.rows[..settled]).await?;
        report.stored = settled;
        let settling = Settling { kind, connectors, report: &mut report, contacts: &mut contacts };
        settling.run(tx, later, referrals, touches.contacts()).await?;
        touches.record(tx, &contacts, &mut report).await?;
        contacts.finish(tx).await?;
        Ok(report)
    }
}

/// What a source said, to be kept beside the contacts.
#[derive(Default)]
pub struct Writes {
    keys: Vec<KeyDbRow>,
    extras: Vec<ExtraDbRow>,
}

impl Writes {
    pub fn remember(&mut self, tx: &Tx<'_>, kind: ImportKind, row: &Record, contact_id: ContactId) {
        let (workspace_id, source, key) = (tx.workspace, kind.source().to_owned(), row.key.clone());
        if !row.extras.is_empty() {
            let (source, key, properties) = (source.clone(), key.clone(), fields::store(&row.extras));
            self.extras.push(ExtraDbRow { workspace_id, contact_id, source, key, properties });
        }
        self.keys.push(KeyDbRow { workspace_id, source, key, contact_id, base: row.said.compact() });
    }

    pub async fn store(&self, tx: &Tx<'_>) -> ApiResult<()> {
        store::put_keys(tx.conn, &self.keys).await?;
        store::put_extras(tx.conn, &self.extras).await
    }
}

/// What an undo needs of a contact that entries changed.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Before {
    /// The version that it had; not told in former times.
    #[serde(default)]
    pub version: Option<i32>,
    pub input: ContactInput,
    /// What the source had said, under its keys.
    #[serde(default)]
    pub sources: Vec<SaidBefore>,
    /// The same of the first entry alone: as it was kept in former times.
    #[serde(default, skip_serializing)]
    pub base: Option<Said>,
    #[serde(default, skip_serializing)]
    pub key: Option<String>,
    #[serde(default, skip_serializing)]
    pub extras: Option<serde_json::Value>,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct SaidBefore {
    pub key: String,
    /// None where the source had said nothing.
    pub base: Option<Said>,
    pub extras: Option<serde_json::Value>,
}

impl Before {
    pub fn new(version: i32, input: ContactInput, sources: Vec<SaidBefore>) -> Self {
        Self { version: Some(version), input, sources, base: None, key: None, extras: None }
    }

    /// What the source had said, of all entries.
    pub fn said(&mut self) -> Vec<SaidBefore> {
        let mut sources = std::mem::take(&mut self.sources);
        let (base, extras) = (self.base.take(), self.extras.take());
        sources.extend(self.key.take().map(|key| SaidBefore { key, base, extras }));
        sources
    }
}
