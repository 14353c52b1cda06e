//! An import, from the opened file to the report, inside one transaction.
use std::collections::HashMap;

use super::linkedin::{Connection, Connections, Entry};
use super::merge::{self, Base};
use super::model::{ImportId, ImportProblem, KeyDbRow, Outcome, RowDbRow};
use super::store;
use crate::changes::Tx;
use crate::contacts::{self, Companies, Contact, ContactId, ContactInput, Identity};
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
    let mut seen = HashMap::new();
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
        Chunk::new(import, &mut seen).run(tx, entries, &mut report).await?;
    }
    report.companies = tx.recorded(crate::changes::Kind::CompanyCreated);
    report.rows.sort_by_key(|row| row.line);
    Ok(report)
}

/// Rows that are handled together.
struct Chunk<'a> {
    import: ImportId,
    /// Whom the file has named before, and on which line.
    seen: &'a mut HashMap<String, u64>,
    rows: Vec<RowDbRow>,
    keys: Vec<KeyDbRow>,
    fresh: Vec<(Connection, Vec<ImportProblem>)>,
}

/// Whom the workspace knows of a chunk's people.
struct Known {
    keys: HashMap<String, KeyDbRow>,
    slugs: HashMap<String, ContactId>,
    emails: HashMap<String, ContactId>,
    names: Vec<(String, ContactId)>,
    contacts: HashMap<ContactId, Contact>,
}

impl<'a> Chunk<'a> {
    fn new(import: ImportId, seen: &'a mut HashMap<String, u64>) -> Self {
        Self { import, seen, rows: Vec::new(), keys: Vec::new(), fresh: Vec::new() }
    }

    async fn run(mut self, tx: &mut Tx<'_>, entries: Vec<Entry>, report: &mut Report) -> ApiResult<()> {
        let connections = self.sort_out(tx, entries);
        let mut known = Known::look_up(tx, &connections).await?;
        for (row, problems) in connections {
            match known.find(&row) {
                Some((id, base)) => self.update(tx, &mut known, id, base, &row, problems).await?,
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
                    if let Some(first) = self.seen.insert(key(&row), row.line) {
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
                Entry::Error { line, column, code, detail } => {
                    let problem = ImportProblem { column_number: column, ..ImportProblem::new(code, detail) };
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
        known: &mut Known,
        id: ContactId,
        base: Option<Base>,
        row: &Connection,
        mut problems: Vec<ImportProblem>,
    ) -> ApiResult<()> {
        let Some(contact) = known.contacts.get(&id) else { return Ok(()) };
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
        known.contacts.insert(id, written);
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
        let companies = Companies::resolve(tx, &all).await?;
        let mut drafts = Vec::with_capacity(inputs.len());
        for (row, problems, input) in inputs {
            let id = ContactId::from(uuid::Uuid::now_v7());
            let identity: Identity = contacts::fresh(tx, id);
            let draft = contacts::draft(input, identity, &companies)?;
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

impl Known {
    async fn look_up(tx: &mut Tx<'_>, rows: &[(Connection, Vec<ImportProblem>)]) -> ApiResult<Self> {
        let rows = || rows.iter().map(|(row, _)| row);
        let workspace = tx.workspace;
        let keys: Vec<String> = rows().map(key).collect();
        let slugs: Vec<String> =
            rows().filter_map(|row| row.profile.as_ref()).map(|profile| profile.slug.clone()).collect();
        let emails: Vec<String> = rows().filter_map(|row| row.email.as_deref()).map(str::to_lowercase).collect();
        let names: Vec<String> = rows().map(sort_name).filter(|name| !name.is_empty()).collect();
        let mut known = Self {
            keys: store::keys(tx.conn, workspace, SOURCE, &keys).await?,
            slugs: contacts::by_slugs(tx.conn, workspace, &slugs).await?,
            emails: if emails.is_empty() {
                HashMap::new()
            } else {
                contacts::by_emails(tx.conn, workspace, &emails).await?
            },
            names: contacts::by_names(tx.conn, workspace, &names).await?,
            contacts: HashMap::new(),
        };
        let mut ids: Vec<ContactId> = known.keys.values().map(|row| row.contact_id).collect();
        ids.extend(known.slugs.values().chain(known.emails.values()).chain(known.names.iter().map(|(_, id)| id)));
        ids.sort_unstable();
        ids.dedup();
        known.contacts = contacts::read_many(tx, &ids).await?;
        Ok(known)
    }

    /// The contact of a row, and what LinkedIn last said of it: by profile, then e-mail, then name and company.
    fn find(&self, row: &Connection) -> Option<(ContactId, Option<Base>)> {
        let live = |id: &ContactId| self.contacts.contains_key(id);
        let keyed = self.keys.get(&key(row)).filter(|found| live(&found.contact_id));
        if let Some(found) = keyed {
            return Some((found.contact_id, Some(fields::stored(found.base.clone()))));
        }
        let by_slug = row.profile.as_ref().and_then(|profile| self.slugs.get(&profile.slug));
        let by_email = || row.email.as_ref().and_then(|email| self.emails.get(&email.to_lowercase()));
        let found = by_slug.or_else(by_email).copied().filter(live).or_else(|| self.by_name_and_company(row))?;
        Some((found, None))
    }

    fn by_name_and_company(&self, row: &Connection) -> Option<ContactId> {
        let (name, company) = (sort_name(row), name_key(row.company.as_deref()?));
        let named = self.names.iter().filter(|(known, _)| *known == name).map(|(_, id)| *id);
        let works_there = |id: &ContactId| {
            let contact = self.contacts.get(id)?;
            // Somebody with another profile is somebody else.
            let other = contact.links.iter().filter_map(|link| super::linkedin::Profile::parse(&link.url)).next();
            let stranger = other.is_some() && row.profile.is_some();
            let mut companies = contact.positions.iter().filter_map(|position| position.company_name.as_deref());
            (!stranger && companies.any(|known| name_key(known) == company)).then_some(())
        };
        named.filter(|id| works_there(id).is_some()).min()
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
