//! An import, from the opened file to the report, inside one transaction.
use std::collections::HashMap;

use super::directory::{Directory, Seen};
use super::formats::Rows;
use super::merge;
use super::model::{ExtraDbRow, ImportId, ImportKind, ImportProblem, KeyDbRow, Outcome, RowDbRow};
use super::progress::{Progress, cancelled};
use super::record::{Entry, Record, Said};
use super::store;
use crate::changes::Tx;
use crate::contacts::{self, Contact, ContactId, ContactInput, Identity};
use crate::error::{ApiError, ApiResult};
use crate::fields;

/// Entries that are looked up and written together.
const CHUNK: usize = 500;
/// Bytes of the file that make a chunk, however few entries they are.
const CHUNK_SIZE: usize = 4 * 1024 * 1024;

/// What became of the entries, and which companies were added for them.
#[derive(Debug, Default)]
pub struct Report {
    pub rows: Vec<RowDbRow>,
    pub companies: Vec<uuid::Uuid>,
    /// Where in `rows` a contact is.
    places: HashMap<ContactId, usize>,
}

impl Report {
    /// Created, updated, unchanged, skipped, failed.
    pub fn counts(&self) -> [i32; 5] {
        let mut counts = [0; 5];
        for row in &self.rows {
            counts[row.outcome as usize] += 1;
        }
        counts
    }
}

/// Brings the people of a file into the workspace.
pub async fn run(
    tx: &mut Tx<'_>,
    import: ImportId,
    kind: ImportKind,
    mut file: Rows,
    progress: &mut Progress<'_>,
) -> ApiResult<Report> {
    let mut report = Report::default();
    store::queue_up(tx.conn, tx.workspace).await?;
    store::defer_indexing(tx.conn).await?;
    let mut directory = Directory::read(tx, kind).await?;
    let mut referrals = Vec::new();
    loop {
        // Reading is work for a processor: other requests of this thread go on meanwhile.
        let read = tokio::task::spawn_blocking(move || {
            let entries = read_chunk(&mut file);
            (file, entries)
        });
        let entries;
        (file, entries) = read.await.map_err(|error| ApiError::internal(&error))?;
        if entries.is_empty() {
            break;
        }
        let chunk = Chunk { import, kind, directory: &mut directory, report: &mut report, referrals: &mut referrals };
        chunk.run(tx, entries).await?;
        if progress.is_due() {
            progress.tell(report.counts()).await?;
        }
    }
    super::referrals::settle(tx, &mut report, referrals).await?;
    // From here on it is too late to cancel: whoever would waits for the end.
    if store::lock(tx.conn, tx.workspace, import).await?.cancel_requested_at.is_some() {
        return Err(cancelled());
    }
    report.companies = tx.recorded(crate::changes::Kind::CompanyCreated);
    report.rows.sort_by_key(|row| row.line);
    Ok(report)
}

fn read_chunk(file: &mut Rows) -> Vec<Entry> {
    let (mut entries, mut size) = (Vec::new(), 0);
    while entries.len() < CHUNK && size < CHUNK_SIZE {
        let Some(entry) = file.next() else { break };
        if let Entry::Person(record) = &entry {
            size += record.size;
        }
        entries.push(entry);
    }
    entries
}

/// Somebody whom an entry's person was introduced by, to be found when all of the file is there.
#[derive(Debug)]
pub struct Referral {
    pub contact: ContactId,
    pub by: String,
    pub key: String,
    /// What the source had said before.
    pub base: Option<Said>,
}

/// Entries that are handled together.
struct Chunk<'a> {
    import: ImportId,
    kind: ImportKind,
    directory: &'a mut Directory,
    report: &'a mut Report,
    referrals: &'a mut Vec<Referral>,
}

/// What a chunk writes when all of its entries are settled.
#[derive(Default)]
struct Writes {
    keys: Vec<KeyDbRow>,
    extras: Vec<ExtraDbRow>,
    fresh: Vec<Fresh>,
}

/// Somebody whom nobody knows yet.
struct Fresh {
    row: Record,
    input: ContactInput,
    /// More entries about the same person.
    also: Vec<Record>,
}

impl Chunk<'_> {
    async fn run(mut self, tx: &mut Tx<'_>, entries: Vec<Entry>) -> ApiResult<()> {
        let records = self.sort_out(tx, entries);
        let mut candidates: Vec<ContactId> = records.iter().flat_map(|row| self.directory.candidates(row)).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut known = contacts::read_many(tx, &candidates).await?;
        let mut extras = HashMap::new();
        if records.iter().any(|row| !row.extras.is_empty()) {
            extras = store::extras_of(tx.conn, tx.workspace, self.kind.source(), &candidates).await?;
        }
        let mut writes = Writes::default();
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in records {
            if let Some(place) = row.repeats.as_ref().and_then(|key| places.get(key)) {
                self.add_to_fresh(tx, &mut writes.fresh[*place], row);
                continue;
            }
            match self.directory.find(&row, &known) {
                Some((id, base)) => {
                    self.update(tx, &mut known, &mut extras, &mut writes, id, base, row).await?;
                }
                None if self.directory.in_trash(&row) => {
                    let detail = "the contact was deleted and lies in the trash: restore it to have it again";
                    let problem = ImportProblem::new("in_trash", detail);
                    self.note(tx, row.line, Outcome::Skipped, Some(row.said.shown_name()), &[problem]);
                }
                None => {
                    places.insert(row.key.clone(), writes.fresh.len());
                    let mut input = merge::new_contact(&row.said);
                    (input.how_found, input.how_found_on) = (row.how_found, row.how_found_on);
                    writes.fresh.push(Fresh { row, input, also: Vec::new() });
                }
            }
        }
        self.create(tx, &mut writes).await?;
        store::put_keys(tx.conn, &writes.keys).await?;
        store::put_extras(tx.conn, &writes.extras).await
    }

    /// Notes what is no person; a person whom the file names twice in the same words is taken once.
    fn sort_out(&mut self, tx: &Tx<'_>, entries: Vec<Entry>) -> Vec<Record> {
        let mut records = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry {
                Entry::Person(row) if self.directory.forgets(&row) => {
                    let problem = ImportProblem::new("erased", "the entry is about a person who was erased");
                    self.note(tx, row.line, Outcome::Skipped, None, &[problem]);
                }
                Entry::Person(row) => records.extend(self.repeated(tx, *row)),
                Entry::Skipped { line, reason } => {
                    let problem = ImportProblem::new(reason, "the row says nothing about a person");
                    self.note(tx, line, Outcome::Skipped, None, &[problem]);
                }
                Entry::Error { line, column, heading, code, detail } => {
                    let problem = ImportProblem::new(code, detail);
                    let problem = ImportProblem { column: heading, column_number: column, ..problem };
                    self.note(tx, line, Outcome::Failed, None, &[problem]);
                }
            }
        }
        records
    }

    /// The record, unless the file has said the same before. A second entry about somebody has a key of its own, so
    /// that each is compared with what it said itself last time.
    fn repeated(&mut self, tx: &Tx<'_>, mut row: Record) -> Option<Record> {
        // LinkedIn names nobody twice: of two rows with one profile, the first counts.
        let once = self.kind == ImportKind::LinkedinConnections;
        let digest = if once { 0 } else { row.said.digest() };
        let Some(seen) = self.directory.seen.get_mut(&row.key) else {
            let seen = Seen { line: row.line, times: 1, digest, contact: None };
            self.directory.seen.insert(row.key.clone(), seen);
            return Some(row);
        };
        seen.times += 1;
        let (first, times, same) = (seen.line, seen.times, seen.digest == digest);
        let problem = ImportProblem::new("repeated", format!("line {first} is about the same person"));
        if same {
            self.note(tx, row.line, Outcome::Skipped, Some(row.said.shown_name()), &[problem]);
            return None;
        }
        row.problems.insert(0, problem);
        row.repeats = Some(row.key.clone());
        row.key = format!("{}#{times}", row.key);
        Some(row)
    }

    fn note(
        &mut self,
        tx: &Tx<'_>,
        line: u64,
        outcome: Outcome,
        name: Option<String>,
        problems: &[ImportProblem],
    ) -> &mut RowDbRow {
        self.report.rows.push(RowDbRow {
            workspace_id: tx.workspace,
            import_id: self.import,
            line: i64::try_from(line).unwrap_or(i64::MAX),
            outcome,
            name,
            contact_id: None,
            contact_version: None,
            before: None,
            problems: fields::store(&problems),
        });
        let last = self.report.rows.len() - 1;
        &mut self.report.rows[last]
    }

    fn remember(&mut self, tx: &Tx<'_>, writes: &mut Writes, row: &Record, id: ContactId) {
        let (workspace_id, source) = (tx.workspace, self.kind.source().to_owned());
        if let Some(seen) = self.directory.seen.get_mut(row.repeats.as_ref().unwrap_or(&row.key)) {
            seen.contact.get_or_insert(id);
        }
        let key = row.key.clone();
        writes.keys.push(KeyDbRow { workspace_id, source, key, contact_id: id, base: row.said.compact() });
    }

    fn keep_extras(&self, tx: &Tx<'_>, writes: &mut Writes, row: &Record, contact_id: ContactId) {
        let (workspace_id, source, key) = (tx.workspace, self.kind.source().to_owned(), row.key.clone());
        let properties = fields::store(&row.extras);
        writes.extras.push(ExtraDbRow { workspace_id, contact_id, source, key, properties });
    }

    /// A further entry about somebody who is only about to be added.
    fn add_to_fresh(&mut self, tx: &Tx<'_>, fresh: &mut Fresh, mut row: Record) {
        merge::merge(self.kind.owner(), &mut fresh.input, None, &row.said, &mut row.problems);
        self.note(tx, row.line, Outcome::Skipped, Some(row.said.shown_name()), &row.problems);
        fresh.also.push(row);
    }

    #[expect(clippy::too_many_arguments, reason = "the state of a chunk, lent for one entry")]
    async fn update(
        &mut self,
        tx: &mut Tx<'_>,
        known: &mut HashMap<ContactId, Contact>,
        extras: &mut HashMap<(ContactId, String), serde_json::Value>,
        writes: &mut Writes,
        id: ContactId,
        base: Option<Said>,
        mut row: Record,
    ) -> ApiResult<()> {
        let Some(contact) = known.get(&id) else { return Ok(()) };
        let before: ContactInput = contact.clone().into();
        let mut input = before.clone();
        merge::merge(self.kind.owner(), &mut input, base.as_ref(), &row.said, &mut row.problems);
        let version = contact.version;
        let changed = fields::store(&input) != fields::store(&before);
        let written = if changed { contacts::replace(tx, id, input).await? } else { contact.clone() };
        let updated = written.version > version;
        let news = base.as_ref() != Some(&row.said);
        let old_extras = extras.remove(&(id, row.key.clone()));
        if news {
            self.remember(tx, writes, &row, id);
            if !row.extras.is_empty() {
                self.keep_extras(tx, writes, &row, id);
            }
            if let Some(by) = row.said.referred_by.clone() {
                self.referrals.push(Referral { contact: id, by, key: row.key.clone(), base: base.clone() });
            }
        } else if let Some(seen) = self.directory.seen.get_mut(row.repeats.as_ref().unwrap_or(&row.key)) {
            seen.contact.get_or_insert(id);
        }
        let key = Some(row.key.clone());
        let kept = updated.then(|| fields::store(&Before { input: before, base, key, extras: old_extras }));
        self.tell(tx, &row, id, &written, kept);
        known.insert(id, written);
        Ok(())
    }

    /// Notes what became of an entry about a known contact; or, when an earlier entry of the file was about the same
    /// one, amends what was noted then.
    fn tell(&mut self, tx: &Tx<'_>, row: &Record, id: ContactId, written: &Contact, kept: Option<serde_json::Value>) {
        let name = Some(written.name.clone());
        if let Some(place) = self.report.places.get(&id).copied() {
            let mut problems = row.problems.clone();
            if row.repeats.is_none() {
                problems.push(ImportProblem::new("repeated", "an earlier row is about the same contact"));
            }
            let noted = self.note(tx, row.line, Outcome::Skipped, name, &problems);
            noted.contact_id = Some(id);
            let earlier = &mut self.report.rows[place];
            earlier.contact_version = Some(written.version);
            if kept.is_some() && earlier.outcome == Outcome::Unchanged {
                (earlier.outcome, earlier.before) = (Outcome::Updated, kept);
            }
            return;
        }
        let outcome = if kept.is_some() { Outcome::Updated } else { Outcome::Unchanged };
        let noted = self.note(tx, row.line, outcome, name, &row.problems);
        (noted.contact_id, noted.contact_version, noted.before) = (Some(id), Some(written.version), kept);
        self.report.places.insert(id, self.report.rows.len() - 1);
    }

    /// Adds those whom nobody knows, in few statements.
    async fn create(&mut self, tx: &mut Tx<'_>, writes: &mut Writes) -> ApiResult<()> {
        let mut inputs = Vec::with_capacity(writes.fresh.len());
        for Fresh { row, input, also } in std::mem::take(&mut writes.fresh) {
            match input.check() {
                Ok(input) => inputs.push((row, also, input)),
                Err(error) => {
                    let problem = ImportProblem::new(
                        "invalid",
                        error.errors.first().map_or_else(
                            || error.detail.to_string(),
                            |fault| format!("{} {}", fault.pointer.as_deref().unwrap_or_default(), fault.detail),
                        ),
                    );
                    self.note(tx, row.line, Outcome::Failed, Some(row.said.shown_name()), &[problem]);
                }
            }
        }
        let all: Vec<&ContactInput> = inputs.iter().map(|(_, _, input)| input).collect();
        self.directory.companies.learn(tx, &all).await?;
        let mut drafts = Vec::with_capacity(inputs.len());
        for (row, also, input) in inputs {
            let id = ContactId::from(uuid::Uuid::now_v7());
            let identity: Identity = contacts::fresh(tx, id);
            let draft = contacts::draft(input, identity, &self.directory.companies)?;
            let shown = draft.contact.row.display_name.clone();
            let noted = self.note(tx, row.line, Outcome::Created, Some(shown), &row.problems);
            (noted.contact_id, noted.contact_version) = (Some(id), Some(1));
            self.report.places.insert(id, self.report.rows.len() - 1);
            for row in std::iter::once(&row).chain(&also) {
                self.remember(tx, writes, row, id);
                if !row.extras.is_empty() {
                    self.keep_extras(tx, writes, row, id);
                }
                if let Some(by) = row.said.referred_by.clone() {
                    self.referrals.push(Referral { contact: id, by, key: row.key.clone(), base: None });
                }
            }
            drafts.push(draft);
        }
        contacts::create_many(tx, drafts).await
    }
}

/// What an undo needs of a contact that an entry changed.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Before {
    pub input: ContactInput,
    /// What the source had said, under its key, if it had said anything.
    pub base: Option<Said>,
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default)]
    pub extras: Option<serde_json::Value>,
}

impl Report {
    /// The contact was changed once more: an undo has to find it as the import left it.
    pub fn amend(&mut self, id: ContactId, version: i32, before: impl FnOnce() -> serde_json::Value) {
        let Some(row) = self.places.get(&id).and_then(|place| self.rows.get_mut(*place)) else { return };
        row.contact_version = Some(version);
        if row.outcome == Outcome::Unchanged {
            (row.outcome, row.before) = (Outcome::Updated, Some(before()));
        }
    }

    /// Tells something more of the entry about a contact.
    pub fn add_problem(&mut self, id: ContactId, problem: &ImportProblem) {
        let Some(row) = self.places.get(&id).and_then(|place| self.rows.get_mut(*place)) else { return };
        if let Some(problems) = row.problems.as_array_mut() {
            problems.push(fields::store(problem));
        }
    }
}
