//! What became of the entries of a file, as it is told and kept.
use std::collections::{HashMap, HashSet};

use super::model::{ImportId, ImportProblem, Outcome, Part, RowDbRow};
use crate::contacts::ContactId;
use crate::db::WorkspaceId;
use crate::exports::restore::{self, Resource};
use crate::fields;

/// What became of the entries, and which companies were added for them.
#[derive(Debug)]
pub struct Report {
    workspace: WorkspaceId,
    import: ImportId,
    pub rows: Vec<RowDbRow>,
    /// Rows up to here are in the database.
    pub stored: usize,
    pub companies: Vec<uuid::Uuid>,
    /// Where in `rows` a contact is.
    places: HashMap<ContactId, usize>,
}

/// What came of a row about messages.
#[derive(Debug)]
pub struct TouchRow {
    pub outcome: Outcome,
    pub name: Option<String>,
    pub contact_id: Option<ContactId>,
    /// The version that the contact got by the touches of the file, and what it was before; told of the first row about
    /// it.
    pub changed: Option<(i32, serde_json::Value)>,
    /// By what the messages are known that it added.
    pub touches: Vec<String>,
}

impl Report {
    pub fn new(workspace: WorkspaceId, import: ImportId) -> Self {
        let (rows, companies, places) = (Vec::new(), Vec::new(), HashMap::new());
        Self { workspace, import, rows, stored: 0, companies, places }
    }

    /// Created, updated, unchanged, skipped, failed.
    pub fn counts(&self) -> [i32; 5] {
        let mut counts = [0; 5];
        for row in &self.rows {
            counts[row.outcome as usize] += 1;
        }
        counts
    }

    /// Notes an entry that comes to nothing.
    pub fn note(&mut self, line: u64, outcome: Outcome, name: Option<String>, problems: &[ImportProblem]) {
        self.add(line, outcome, name, problems);
    }

    fn add(&mut self, line: u64, outcome: Outcome, name: Option<String>, problems: &[ImportProblem]) -> &mut RowDbRow {
        self.rows.push(RowDbRow {
            workspace_id: self.workspace,
            import_id: self.import,
            line: i64::try_from(line).unwrap_or(i64::MAX),
            outcome,
            name,
            contact_id: None,
            contact_version: None,
            before: None,
            problems: fields::store(&problems),
            touches: Vec::new(),
        });
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// Notes a line of an archive.
    pub fn tell_line(&mut self, row: &restore::Row) {
        let restore::Row { resource, line, id, name, version, is_new } = row;
        let index = Resource::ALL.iter().position(|known| known.name() == resource.name()).unwrap_or_default();
        let line = Part::Resource(index).place(*line);
        let outcome = if *is_new { Outcome::Created } else { Outcome::Unchanged };
        let noted = self.add(line, outcome, Some(name.clone()).filter(|name| !name.is_empty()), &[]);
        if matches!(resource, Resource::Contacts) {
            (noted.contact_id, noted.contact_version) = (id.map(ContactId::from), Some(*version));
        }
    }

    /// Notes the first entry about a contact.
    pub fn tell(
        &mut self,
        (line, outcome, name): (u64, Outcome, String),
        (id, version): (ContactId, i32),
        before: Option<serde_json::Value>,
        problems: &[ImportProblem],
    ) {
        let noted = self.add(line, outcome, Some(name), problems);
        (noted.contact_id, noted.contact_version, noted.before) = (Some(id), Some(version), before);
        self.places.insert(id, self.rows.len() - 1);
    }

    /// Notes a further entry about a contact.
    pub fn tell_again(&mut self, line: u64, name: String, id: ContactId, problems: &[ImportProblem]) {
        self.add(line, Outcome::Skipped, Some(name), problems).contact_id = Some(id);
    }

    /// Notes what came of a row about messages.
    pub fn tell_touches(&mut self, line: u64, row: TouchRow, problems: &[ImportProblem]) {
        let TouchRow { outcome, name, contact_id, changed, touches } = row;
        let noted = self.add(line, outcome, name, problems);
        noted.contact_id = contact_id;
        noted.touches = touches;
        if let Some((version, before)) = changed {
            (noted.contact_version, noted.before) = (Some(version), Some(before));
        }
    }

    /// Adds to the entry that added the contact what else it brought.
    pub fn add_touches(&mut self, id: ContactId, touches: Vec<String>) {
        if let Some(row) = self.places.get(&id).and_then(|place| self.rows.get_mut(*place)) {
            row.touches.extend(touches);
        }
    }

    /// Whether an entry about the contact was noted.
    pub fn has(&self, id: ContactId) -> bool {
        self.places.contains_key(&id)
    }

    /// The contact was changed by a later entry: an undo has to find it as the import left it.
    pub fn amend(&mut self, id: ContactId, version: i32, before: serde_json::Value) {
        let Some(row) = self.places.get(&id).and_then(|place| self.rows.get_mut(*place)) else { return };
        row.contact_version = Some(version);
        if row.outcome == Outcome::Unchanged {
            (row.outcome, row.before) = (Outcome::Updated, Some(before));
        }
    }

    /// Tells something more of the entry about a contact.
    pub fn add_problem(&mut self, id: ContactId, problem: &ImportProblem) {
        let Some(row) = self.places.get(&id).and_then(|place| self.rows.get_mut(*place)) else { return };
        if let Some(problems) = row.problems.as_array_mut() {
            problems.push(fields::store(problem));
        }
    }

    /// Brings the rows in front that stay as they are, whatever becomes of these contacts; answers how many.
    pub fn settle_all_but(&mut self, open: &HashSet<ContactId>) -> usize {
        let is_open = |row: &RowDbRow| row.contact_id.is_some_and(|id| open.contains(&id));
        if !open.is_empty() {
            self.rows.sort_by_key(is_open);
            let place = |(place, row): (usize, &RowDbRow)| {
                (row.outcome != Outcome::Skipped).then_some((row.contact_id?, place))
            };
            self.places = self.rows.iter().enumerate().filter_map(place).collect();
        }
        self.rows.iter().take_while(|row| !is_open(row)).count()
    }
}
