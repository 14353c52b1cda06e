//! A table whose rows an archive holds as they are: all that a slice has to say for its resource to be taken along.
use serde_json::{Map, Value};

use crate::changes::Kind;
use crate::error::ApiError;

/// Characters of a text.
const LONGEST: usize = 65_536;

/// Of settings: somebody has changed them. A row that was but locked has version 0.
const CHANGED: &str = "version > 0";

/// Whether a value is one that the column may have.
pub type Check = fn(&Value) -> bool;

/// What an archive needs to know of a table. Its columns are the fields of the lines of `<name>.jsonl`.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    /// All columns but the workspace's, those that are derived from others, and `deleted_at`.
    pub columns: &'static [&'static str],
    /// The column of ids by which it is read in pieces; none where a workspace has one row.
    pub id: Option<&'static str>,
    /// The primary key behind the workspace.
    pub key: &'static [&'static str],
    pub links: &'static [Link],
    /// Which rows are taken, in SQL about `t`: not those in the trash.
    pub taken: &'static str,
    /// Columns that are set back, for what they say is true of one workspace alone: in SQL about `t`. Those of an archive
    /// that has them all the same are set back when it is loaded.
    pub reset: &'static [(&'static str, &'static str)],
    /// Columns that are not written as they stand: in SQL about `t`.
    pub computed: &'static [(&'static str, &'static str)],
    /// Columns that point to rows of the same table, which may come later.
    pub late: &'static [&'static str],
    /// Columns with texts that may be longer than others, in bytes. Of such a table one row is read at a time.
    pub long: &'static [(&'static str, usize)],
    /// What the database does not check itself: columns of JSON, and words without a `CHECK`.
    pub checks: &'static [(&'static str, Check)],
    /// What columns of a line must be to each other.
    pub rules: &'static [Rule],
    /// What the change log calls the making of a row.
    pub created: Option<Kind>,
}

/// The column to be named, what is wrong, and whether a line keeps the rule.
pub type Rule = (&'static str, &'static str, fn(&Map<String, Value>) -> bool);

/// A column that points to another table. What lies in the trash there is not in the archive.
#[derive(Debug)]
pub struct Link {
    pub column: &'static str,
    pub table: &'static str,
    /// A row that points to nothing is left out; else only the column is empty.
    pub is_required: bool,
    /// Where what it points to is not there when the row is written, the column is empty.
    pub may_stay: bool,
    /// What else must be true of the row that is pointed to, in SQL about `r`.
    pub and: &'static str,
}

impl Table {
    /// What most have: they are taken whole, and point to nothing.
    pub const NONE: Self = Self {
        name: "",
        columns: &[],
        id: None,
        key: &[],
        links: &[],
        taken: "true",
        reset: &[],
        computed: &[],
        late: &[],
        long: &[],
        checks: &[],
        rules: &[],
        created: None,
    };
}

impl Link {
    pub const fn to(column: &'static str, table: &'static str) -> Self {
        Self { column, table, is_required: false, may_stay: false, and: "true" }
    }

    pub const fn required(column: &'static str, table: &'static str) -> Self {
        Self { is_required: true, ..Self::to(column, table) }
    }

    /// The row that is pointed to, if the archive has it.
    fn found(&self) -> String {
        let Self { column, table, and, .. } = self;
        format!(
            "(SELECT r.id FROM {table} AS r WHERE r.workspace_id = t.workspace_id AND r.id = t.{column} \
             AND r.deleted_at IS NULL AND {and})"
        )
    }
}

impl Table {
    /// The rows behind an id, some hundred of them, in the order of the key. Parameters: the workspace, the id.
    pub fn page(&self, rows: usize) -> String {
        let Self { name, taken, .. } = self;
        let columns: Vec<String> = self.columns.iter().map(|column| self.expression(column)).collect();
        let required =
            self.links.iter().filter(|link| link.is_required).map(|link| format!(" AND {} IS NOT NULL", link.found()));
        let required: String = required.collect();
        let (behind, order) = match self.id {
            None => (format!(" AND t.{CHANGED} AND $2::uuid IS NULL"), "t.workspace_id".to_owned()),
            Some(id) => {
                let columns = std::iter::once(&id).chain(self.key);
                let order: Vec<String> = columns.map(|column| format!("t.{column}")).collect();
                (format!(" AND t.{id} IN ({})", Self::ids(name, id, rows)), order.join(", "))
            }
        };
        format!(
            "SELECT to_jsonb(line) AS line FROM (SELECT {} FROM {name} AS t WHERE t.workspace_id = $1 AND ({taken}){required}{behind} \
             ORDER BY {order}) AS line",
            columns.join(", ")
        )
    }

    /// The last id that [`page`](Self::page) looks at, in the trash or not. The same parameters.
    pub fn last(&self, rows: usize) -> Option<String> {
        let ids = Self::ids(self.name, self.id?, rows);
        Some(format!("SELECT ids.id AS id FROM ({ids}) AS ids ORDER BY ids.id DESC LIMIT 1"))
    }

    fn ids(name: &str, id: &str, rows: usize) -> String {
        format!(
            "SELECT DISTINCT n.{id} AS id FROM {name} AS n WHERE n.workspace_id = $1 \
             AND ($2::uuid IS NULL OR n.{id} > $2::uuid) ORDER BY 1 LIMIT {rows}"
        )
    }

    fn expression(&self, column: &str) -> String {
        if let Some((_, sql)) = self.reset.iter().chain(self.computed).find(|(name, _)| *name == column) {
            return format!("{sql} AS {column}");
        }
        match self.links.iter().find(|link| link.column == column && !link.is_required) {
            Some(link) => format!("{} AS {column}", link.found()),
            None => format!("t.{column}"),
        }
    }

    /// Writes lines, those that are not there yet, and tells the keys of these. Settings that nobody has changed give way.
    /// Parameters: the workspace, the lines.
    pub fn insert(&self) -> String {
        let Self { name, columns, .. } = self;
        let value = |column: &&str| {
            if self.late.contains(column) {
                return "NULL".to_owned();
            }
            if let Some((_, sql)) = self.reset.iter().find(|(name, _)| name == column) {
                return (*sql).to_owned();
            }
            match self.links.iter().find(|link| link.may_stay && link.column == *column) {
                Some(Link { table, .. }) => {
                    format!("(SELECT r.id FROM {table} AS r WHERE r.workspace_id = $1 AND r.id = t.{column})")
                }
                None => format!("t.{column}"),
            }
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let over = match self.id {
            Some(_) => "DO NOTHING".to_owned(),
            None => {
                let news: Vec<String> = columns.iter().map(|column| format!("{column} = excluded.{column}")).collect();
                format!("(workspace_id) DO UPDATE SET {} WHERE NOT ({name}.{CHANGED})", news.join(", "))
            }
        };
        format!(
            "INSERT INTO {name} (workspace_id, {}) SELECT $1, {} FROM unnest($2) AS lines (line), \
             jsonb_populate_record(NULL::{name}, lines.line) AS t ON CONFLICT {over} RETURNING {} AS key",
            columns.join(", "),
            values.join(", "),
            self.key_text(name)
        )
    }

    /// Fills in the late columns. The same parameters.
    pub fn tie(&self) -> Option<String> {
        let Self { name, .. } = self;
        let id = self.id.filter(|_| !self.late.is_empty())?;
        let news: Vec<String> = self.late.iter().map(|column| format!("{column} = new.{column}")).collect();
        Some(format!(
            "UPDATE {name} AS t SET {} FROM unnest($2) AS lines (line), jsonb_populate_record(NULL::{name}, lines.line) AS new \
             WHERE t.workspace_id = $1 AND t.{id} = new.{id}",
            news.join(", ")
        ))
    }

    fn key_text(&self, name: &str) -> String {
        if self.key.is_empty() {
            return "''".to_owned();
        }
        let parts: Vec<String> = self.key.iter().map(|column| format!("{name}.{column}::text")).collect();
        parts.join(" || '/' || ")
    }

    /// The key of a line, as [`insert`](Self::insert) tells it.
    pub fn key_of(&self, line: &Map<String, Value>) -> String {
        let part = |column: &&str| {
            let value = line.get(*column).cloned().unwrap_or_default();
            value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
        };
        self.key.iter().map(part).collect::<Vec<_>>().join("/")
    }

    /// What is wrong with a line, as far as the database would not find it.
    pub fn check(&self, line: &Map<String, Value>) -> Result<(), ApiError> {
        let fault = |name: &str, code: &'static str, detail: &'static str| {
            Err(ApiError::field(format!("/{name}"), code, detail))
        };
        if let Some(name) = line.keys().find(|name| !self.columns.contains(&name.as_str())) {
            return fault(name, "unknown_field", "is not a known field");
        }
        for column in self.columns {
            let Some(value) = line.get(*column) else { return fault(column, "required", "is missing") };
            let room = self.long.iter().find(|(name, _)| name == column).map(|(_, bytes)| *bytes);
            let fits = room.map_or_else(|| is_short(value), |bytes| value.as_str().is_some_and(|it| it.len() <= bytes));
            if !fits && room.is_some() {
                return fault(column, "too_long", "is no text, or too long a one");
            }
            if !fits {
                return fault(column, "too_long", "has more than 65,536 characters");
            }
            let refused = self.checks.iter().any(|(name, check)| name == column && !value.is_null() && !check(value));
            if refused {
                return fault(column, "invalid", "is not what it should be");
            }
        }
        match self.rules.iter().find(|(_, _, keeps)| !keeps(line)) {
            Some((column, detail, _)) => fault(column, "not_allowed", detail),
            None => Ok(()),
        }
    }
}

/// Whether no text in it is longer than any that the API takes.
fn is_short(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= LONGEST || text.chars().count() <= LONGEST,
        Value::Array(list) => list.iter().all(is_short),
        Value::Object(object) => object.values().all(is_short),
        _ => true,
    }
}

/// Whether a value of JSON can be read as a `T`.
pub fn is<T: serde::de::DeserializeOwned>(value: &Value) -> bool {
    serde_json::from_value::<T>(value.clone()).is_ok()
}
