//! An import, from the opened file to the report, inside one transaction.
use std::collections::{HashMap, HashSet};

use super::linkedin::{Connection, Connections, Entry};
use super::merge::{self, Base};
use super::model::{ImportId, ImportProblem, KeyDbRow, Outcome, RowDbRow};
use super::store;
use crate::changes::Tx;
use crate::contacts::{self, Companies, Contact, ContactId, ContactInput, Identity};
use crate::erasure::Forgotten;
use crate::error::{ApiError, ApiResult};
use crate::fields;
use crate::text::name_key;

/// Rows that are looked up and written together.
const CHUNK: usize = 500;
const SOURCE: &str = "linkedin";

/// What became of the rows, and which companies were added for them.
#[derive(Debug, Default)]
pub struct Report {
    pub rows: Vec<RowDbRow>,
    pub encoding: &'static str,
    pub companies: Vec<uuid::Uuid>,
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

/// Brings a file's connections into the workspace.
pub async fn run(tx: &mut Tx<'_>, import: ImportId, mut file: Connections) -> ApiResult<Report> {
    let mut report = Report { encoding: file.encoding(), ..Report::default() };
    store::queue_up(tx.conn, tx.workspace).await?;
    store::defer_indexing(tx.conn).await?;
    let mut directory = Directory::read(tx).await?;
    loop {
        // Reading is work for a processor: other requests of this thread go on meanwhile.
        let read = tokio::task::spawn_blocking(move || {
            let entries: Vec<Entry> = file.by_ref().take(CHUNK).collect();
            (file, entries)
        });
        let entries;
        (file, entries) = read.await.map_err(|error| ApiError::internal(&error))?;
        if entries.is_empty() {
            break;
        }
        Chunk::new(import, &mut directory).run(tx, entries, &mut report).await?;
    }
    report.companies = tx.recorded(crate::changes::Kind::CompanyCreated);
    report.rows.sort_by_key(|row| row.line);
    Ok(report)
}

/// Rows that are handled together.
struct Chunk<'a> {
    import: ImportId,
    directory: &'a mut Directory,
    rows: Vec<RowDbRow>,
    keys: Vec<KeyDbRow>,
    fresh: Vec<(Connection, Vec<ImportProblem>)>,
}

/// Whom the workspace knows, by all that a row may know them by, read once: a look-up per chunk would be planned
/// anew by statistics that the import itself outgrows.
#[derive(Default)]
struct Directory {
    /// By LinkedIn's own key, with what it said last.
    keys: HashMap<String, (ContactId, Base)>,
    slugs: HashMap<String, ContactId>,
    emails: HashMap<String, ContactId>,
    /// With whether a profile is known: somebody with another profile is somebody else.
    names: HashMap<String, Vec<(ContactId, bool)>>,
    companies: Companies,
    /// Who was deleted stays so: ids, LinkedIn slugs and e-mail addresses of those in the trash.
    trash: HashSet<String>,
    forgotten: Forgotten,
    /// Whom the file has named before, and on which line.
    seen: HashMap<String, u64>,
}

impl<'a> Chunk<'a> {
    fn new(import: ImportId, directory: &'a mut Directory) -> Self {
        Self { import, directory, rows: Vec::new(), keys: Vec::new(), fresh: Vec::new() }
    }

    async fn run(mut self, tx: &mut Tx<'_>, entries: Vec<Entry>, report: &mut Report) -> ApiResult<()> {
        let connections = self.sort_out(tx, entries);
        let mut candidates: Vec<ContactId> =
            connections.iter().flat_map(|(row, _)| self.directory.candidates(row)).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut known = contacts::read_many(tx, &candidates).await?;
        for (row, problems) in connections {
            match self.directory.find(&row, &known) {
                Some((id, base)) => self.update(tx, &mut known, id, base, &row, problems).await?,
                None if self.directory.in_trash(&row) => {
                    let detail = "the contact was deleted and lies in the trash: restore it to have it again";
                    let problem = ImportProblem::new("in_trash", detail);
                    self.note(tx, row.line, Outcome::Skipped, Some(name(&row)), vec![problem]);
                }
                None => self.fresh.push((row, problems)),
            }
        }
        self.create(tx).await?;
        store::put_keys(tx.conn, &self.keys).await?;
        report.rows.append(&mut self.rows);
        Ok(())
    }

    /// Notes what is no connection; a person whom the file names twice is taken once.
    fn sort_out(&mut self, tx: &Tx<'_>, entries: Vec<Entry>) -> Vec<(Connection, Vec<ImportProblem>)> {
        let mut connections = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry {
                Entry::Connection(row) => {
                    if self.directory.forgets(&row) {
                        let problem = ImportProblem::new("erased", "the row is about a person who was erased");
                        self.note(tx, row.line, Outcome::Skipped, None, vec![problem]);
                        continue;
                    }
                    if let Some(first) = self.directory.seen.insert(key(&row), row.line) {
                        let problem = ImportProblem::new("repeated", format!("line {first} is about the same person"));
                        self.note(tx, row.line, Outcome::Skipped, Some(name(&row)), vec![problem]);
                        continue;
                    }
                    let problems = row.problems.iter().cloned().map(ImportProblem::from).collect();
                    connections.push((row, problems));
                }
                Entry::Skipped { line, reason } => {
                    let problem = ImportProblem::new(reason, "the row says nothing about a person");
                    self.note(tx, line, Outcome::Skipped, None, vec![problem]);
                }
                Entry::Error { line, column, heading, code, detail } => {
                    let problem = ImportProblem::new(code, detail);
                    let problem = ImportProblem { column: heading, column_number: column, ..problem };
                    self.note(tx, line, Outcome::Failed, None, vec![problem]);
                }
            }
        }
        connections
    }

    fn note(
        &mut self,
        tx: &Tx<'_>,
        line: u64,
        outcome: Outcome,
        name: Option<String>,
        problems: Vec<ImportProblem>,
    ) -> &mut RowDbRow {
        self.rows.push(RowDbRow {
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
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    fn remember(&mut self, tx: &Tx<'_>, row: &Connection, id: ContactId) {
        self.keys.push(KeyDbRow {
            workspace_id: tx.workspace,
            source: SOURCE.to_owned(),
            key: key(row),
            contact_id: id,
            base: fields::store(&Base::from(row)),
        });
    }

    async fn update(
        &mut self,
        tx: &mut Tx<'_>,
        known: &mut HashMap<ContactId, Contact>,
        id: ContactId,
        base: Option<Base>,
        row: &Connection,
        mut problems: Vec<ImportProblem>,
    ) -> ApiResult<()> {
        let Some(contact) = known.get(&id) else { return Ok(()) };
        let (now, before): (Base, ContactInput) = (Base::from(row), contact.clone().into());
        let mut input = before.clone();
        merge::merge(&mut input, base.as_ref(), &now, &mut problems);
        let version = contact.version;
        let changed = fields::store(&input) != fields::store(&before);
        let written = if changed { contacts::replace(tx, id, input).await? } else { contact.clone() };
        let outcome = if written.version > version { Outcome::Updated } else { Outcome::Unchanged };
        if base.as_ref() != Some(&now) {
            self.remember(tx, row, id);
        }
        let kept = (outcome == Outcome::Updated).then(|| fields::store(&Before { input: before, base }));
        let noted = self.note(tx, row.line, outcome, Some(written.name.clone()), problems);
        (noted.contact_id, noted.contact_version, noted.before) = (Some(id), Some(written.version), kept);
        known.insert(id, written);
        Ok(())
    }

    /// Adds those whom nobody knows, in few statements.
    async fn create(&mut self, tx: &mut Tx<'_>) -> ApiResult<()> {
        let mut inputs = Vec::with_capacity(self.fresh.len());
        for (row, problems) in std::mem::take(&mut self.fresh) {
            match merge::new_contact(&row).check() {
                Ok(input) => inputs.push((row, problems, input)),
                Err(error) => {
                    let problem = ImportProblem::new(
                        "invalid",
                        error.errors.first().map_or_else(
                            || error.detail.to_string(),
                            |fault| format!("{} {}", fault.pointer.as_deref().unwrap_or_default(), fault.detail),
                        ),
                    );
                    self.note(tx, row.line, Outcome::Failed, Some(name(&row)), vec![problem]);
                }
            }
        }
        let all: Vec<&ContactInput> = inputs.iter().map(|(_, _, input)| input).collect();
        self.directory.companies.learn(tx, &all).await?;
        let mut drafts = Vec::with_capacity(inputs.len());
        for (row, problems, input) in inputs {
            let id = ContactId::from(uuid::Uuid::now_v7());
            let identity: Identity = contacts::fresh(tx, id);
            let draft = contacts::draft(input, identity, &self.directory.companies)?;
            let shown = draft.contact.row.display_name.clone();
            let noted = self.note(tx, row.line, Outcome::Created, Some(shown), problems);
            (noted.contact_id, noted.contact_version) = (Some(id), Some(1));
            self.remember(tx, &row, id);
            drafts.push(draft);
        }
        contacts::create_many(tx, drafts).await
    }
}

/// What an undo needs of a contact that a row changed.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Before {
    pub input: ContactInput,
    pub base: Option<Base>,
}

impl Directory {
    async fn read(tx: &mut Tx<'_>) -> ApiResult<Self> {
        let forgotten = Forgotten::read(tx.conn, tx.workspace).await?;
        let mut directory = Self { forgotten, ..Self::default() };
        // Of several contacts that share a handle the oldest is meant.
        for (id, slug, emails, name) in contacts::handles(tx.conn, tx.workspace).await? {
            directory.names.entry(name).or_default().push((id, slug.is_some()));
            if let Some(slug) = slug {
                directory.slugs.entry(slug).or_insert(id);
            }
            for email in emails {
                directory.emails.entry(email).or_insert(id);
            }
        }
        for (id, slug, emails, _) in contacts::handles_in_trash(tx.conn, tx.workspace).await? {
            directory.trash.extend(slug.map(|slug| format!("in:{slug}")));
            directory.trash.extend(emails.iter().map(|email| format!("mail:{email}")));
            directory.trash.insert(id.to_string());
        }
        for row in store::keys(tx.conn, tx.workspace, SOURCE).await? {
            directory.keys.insert(row.key, (row.contact_id, fields::stored(row.base)));
        }
        Ok(directory)
    }

    /// Whether the row is about somebody in the trash: one who came by this key, or has the profile or the address.
    fn in_trash(&self, row: &Connection) -> bool {
        let by_key = self.keys.get(&key(row)).map(|(id, _)| id.to_string());
        let by_slug = row.profile.as_ref().map(|profile| format!("in:{}", profile.slug));
        let by_email = row.email.as_ref().map(|email| format!("mail:{}", email.to_lowercase()));
        [by_key, by_slug, by_email].into_iter().flatten().any(|handle| self.trash.contains(&handle))
    }

    /// Whether the row is about somebody who was erased.
    fn forgets(&self, row: &Connection) -> bool {
        let slug = row.profile.as_ref().map(|profile| profile.slug.as_str());
        self.forgotten.has(slug, row.email.as_deref(), &name(row), row.company.as_deref())
    }

    fn by_handle(&self, row: &Connection) -> Option<ContactId> {
        let by_slug = row.profile.as_ref().and_then(|profile| self.slugs.get(&profile.slug));
        let by_email = || row.email.as_ref().and_then(|email| self.emails.get(&email.to_lowercase()));
        by_slug.or_else(by_email).copied()
    }

    /// Whoever may be meant by a row.
    fn candidates(&self, row: &Connection) -> Vec<ContactId> {
        if let Some((id, _)) = self.keys.get(&key(row)) {
            return vec![*id];
        }
        match self.by_handle(row) {
            Some(id) => vec![id],
            None => self.namesakes(row).collect(),
        }
    }

    fn namesakes(&self, row: &Connection) -> impl Iterator<Item = ContactId> {
        let with_profile = row.profile.is_some();
        let namesakes = self.names.get(&sort_name(row)).map_or(&[][..], Vec::as_slice);
        namesakes.iter().filter(move |(_, profile)| !(with_profile && *profile)).map(|(id, _)| *id)
    }

    /// The contact of a row, and what LinkedIn last said of it: by profile, then e-mail, then name and company.
    fn find(&self, row: &Connection, known: &HashMap<ContactId, Contact>) -> Option<(ContactId, Option<Base>)> {
        let live = |id: &ContactId| known.contains_key(id);
        if let Some((id, base)) = self.keys.get(&key(row)).filter(|(id, _)| live(id)) {
            return Some((*id, Some(base.clone())));
        }
        let found = self.by_handle(row).filter(live).or_else(|| self.by_name_and_company(row, known))?;
        Some((found, None))
    }

    fn by_name_and_company(&self, row: &Connection, known: &HashMap<ContactId, Contact>) -> Option<ContactId> {
        let company = name_key(row.company.as_deref()?);
        let works_there = |id: &ContactId| {
            let positions = known.get(id).map_or(&[][..], |contact| contact.positions.as_slice());
            positions
                .iter()
                .filter_map(|position| position.company_name.as_deref())
                .any(|name| name_key(name) == company)
        };
        self.namesakes(row).find(works_there)
    }
}

/// What LinkedIn knows a person by: the profile, else the e-mail address, else name and company.
fn key(row: &Connection) -> String {
    if let Some(profile) = &row.profile {
        return format!("in:{}", profile.slug);
    }
    if let Some(email) = &row.email {
        return format!("mail:{}", email.to_lowercase());
    }
    format!("name:{}|{}", name_key(&name(row)), row.company.as_deref().map(name_key).unwrap_or_default())
}

fn name(row: &Connection) -> String {
    [row.given_name.as_deref(), row.family_name.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// As contacts are sorted: that column is indexed.
fn sort_name(row: &Connection) -> String {
    match (&row.family_name, &row.given_name) {
        (Some(family), Some(given)) => format!("{family} {given}"),
        (Some(family), None) => family.clone(),
        (None, given) => given.clone().unwrap_or_default(),
    }
}
