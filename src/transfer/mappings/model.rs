//! Mappings as the database has them and as the API shows them, and what they make of headings.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::db::WorkspaceId;
use crate::db::schema::import_mappings;
use crate::error::{ApiError, ApiResult, Fault};
use crate::text::name_key;
use crate::transfer::columns::{Column, Field};
use crate::transfer::table::{DELIMITERS, heading};
use crate::transfer::value::DateOrder;
use crate::{fields, resource_id};

resource_id!(
    /// Identifies a saved mapping.
    MappingId
);

#[derive(Debug, Clone, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = import_mappings, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct MappingRow {
    pub workspace_id: WorkspaceId,
    pub id: MappingId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
    pub name_key: String,
    pub has_header: bool,
    pub delimiter: Option<String>,
    pub encoding: Option<String>,
    pub date_order: Option<String>,
    pub mapped_columns: Value,
}

/// What one column holds. A column is named by its heading or by its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    /// Without regard to case and blanks.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "Mail (work)")]
    pub heading: Option<String>,
    /// From 1.
    #[schema(minimum = 1, maximum = 200)]
    pub number: Option<u16>,
    pub field: Field,
    /// Of an address, a number or a page. Columns of postal addresses and of positions that share a label belong together.
    #[schema(max_length = 64, example = "work")]
    pub label: Option<String>,
    /// What a custom field is to be called; its heading, unless said otherwise.
    #[schema(max_length = 100)]
    pub name: Option<String>,
}

/// What can be written of a mapping.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Alumni office", "delimiter": ";", "date_order": "day_month_year",
    "columns": [
        { "heading": "Vorname", "field": "given_name" }, { "heading": "Nachname", "field": "family_name" },
        { "heading": "Mail dienstlich", "field": "email", "label": "work" }, { "heading": "Firma", "field": "company" }
    ]
}))]
pub struct MappingInput {
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "Alumni office")]
    pub name: String,
    /// Whether the first row tells what the columns are. Without it, columns are named by their numbers.
    #[serde(default = "yes")]
    pub has_header: bool,
    /// One of comma, semicolon, tab and bar; found out, unless said.
    #[schema(max_length = 1, pattern = r"^[,;\t|]$", example = ";")]
    pub delimiter: Option<String>,
    /// A name of the WHATWG standard; found out, unless said.
    #[schema(min_length = 1, max_length = 40, example = "windows-1252")]
    pub encoding: Option<String>,
    /// Of dates in figures; found out, unless said.
    pub date_order: Option<DateOrder>,
    #[schema(min_items = 1, max_items = 200)]
    pub columns: Vec<MappedColumn>,
}

fn yes() -> bool {
    true
}

/// A saved mapping of columns.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Mapping {
    pub id: MappingId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "Alumni office")]
    pub name: String,
    pub has_header: bool,
    #[schema(example = ";")]
    pub delimiter: Option<String>,
    #[schema(example = "windows-1252")]
    pub encoding: Option<String>,
    pub date_order: Option<DateOrder>,
    pub columns: Vec<MappedColumn>,
}

impl From<MappingRow> for Mapping {
    fn from(row: MappingRow) -> Self {
        let MappingRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            name,
            name_key: _,
            has_header,
            delimiter,
            encoding,
            date_order,
            mapped_columns,
        } = row;
        let date_order = date_order.and_then(|order| serde_json::from_value(Value::from(order)).ok());
        let columns = fields::stored(mapped_columns);
        Self { id, version, created_at, updated_at, name, has_header, delimiter, encoding, date_order, columns }
    }
}

impl From<Mapping> for MappingInput {
    fn from(mapping: Mapping) -> Self {
        let Mapping {
            id: _,
            version: _,
            created_at: _,
            updated_at: _,
            name,
            has_header,
            delimiter,
            encoding,
            date_order,
            columns,
        } = mapping;
        Self { name, has_header, delimiter, encoding, date_order, columns }
    }
}

impl MappingInput {
    /// Tells everything that is wrong with it.
    pub fn check(mut self) -> ApiResult<Self> {
        self.name = self.name.trim().to_owned();
        let mut faults = Vec::new();
        if self.encoding.as_deref().is_some_and(|label| Encoding::for_label(label.as_bytes()).is_none()) {
            faults.push(Fault::field("/encoding", "not_allowed", "is no encoding that is known here"));
        }
        let mut seen = HashSet::new();
        for (index, column) in self.columns.iter().enumerate() {
            let at = |field: &str| format!("/columns/{index}{field}");
            match (&column.heading, column.number) {
                (Some(_), Some(_)) => {
                    faults.push(Fault::field(at(""), "not_allowed", "a column has a heading or a number, not both"))
                }
                (None, None) => faults.push(Fault::field(at(""), "required", "a column needs a heading or a number")),
                (Some(_), None) if !self.has_header => {
                    let detail = "without a header columns are named by their numbers";
                    faults.push(Fault::field(at("/heading"), "not_allowed", detail));
                }
                (text, number) => {
                    if !seen.insert((text.as_deref().map(heading), number)) {
                        faults.push(Fault::field(at(""), "duplicate", "the column is there twice"));
                    }
                }
            }
        }
        if !self.columns.iter().any(|column| TELLING.contains(&column.field)) {
            let detail = "needs a column that tells who a row is about: a name, an e-mail address or a company";
            faults.push(Fault::field("/columns", "required", detail));
        }
        ApiError::check(faults).map(|()| self)
    }

    pub fn into_row(
        self,
        workspace_id: WorkspaceId,
        id: MappingId,
        version: i32,
        times: [DateTime<Utc>; 2],
    ) -> MappingRow {
        let Self { name, has_header, delimiter, encoding, date_order, columns } = self;
        let date_order = date_order.and_then(|order| fields::store(&order).as_str().map(str::to_owned));
        MappingRow {
            workspace_id,
            id,
            version,
            created_at: times[0],
            updated_at: times[1],
            name_key: name_key(&name),
            name,
            has_header,
            delimiter,
            encoding,
            date_order,
            mapped_columns: fields::store(&columns),
        }
    }

    pub fn delimiter(&self) -> Option<u8> {
        let delimiter = *self.delimiter.as_ref()?.as_bytes().first()?;
        DELIMITERS.contains(&delimiter).then_some(delimiter)
    }

    pub fn encoding(&self) -> Option<&'static Encoding> {
        Encoding::for_label(self.encoding.as_ref()?.as_bytes())
    }

    /// For each heading of a file what its column holds.
    pub fn columns_of(&self, headings: &[String]) -> Vec<Option<Column>> {
        let mut columns: Vec<Option<Column>> = vec![None; headings.len()];
        let texts: Vec<String> = headings.iter().map(|text| heading(text)).collect();
        for mapped in &self.columns {
            let index = match (&mapped.heading, mapped.number) {
                (Some(text), _) => texts.iter().position(|known| *known == heading(text)),
                (None, number) => number.and_then(|number| usize::from(number).checked_sub(1)),
            };
            let Some(column) = index.and_then(|index| columns.get_mut(index)) else { continue };
            let named = mapped.name.clone().filter(|name| !name.trim().is_empty());
            let name = named.or_else(|| index.and_then(|index| headings.get(index).cloned())).unwrap_or_default();
            *column = Some(Column::new(mapped.field, mapped.label.as_deref().unwrap_or_default().trim(), &name));
        }
        columns
    }

    /// Whether a row of a file may be the header that this mapping is for.
    pub fn names_any(&self, cells: &[String]) -> bool {
        let named = self.columns.iter().filter_map(|column| column.heading.as_deref()).map(heading);
        let texts: Vec<String> = cells.iter().map(|cell| heading(cell)).collect();
        let (count, found) =
            named.fold((0, 0), |(count, found), name| (count + 1, found + usize::from(texts.contains(&name))));
        // Columns that are named by numbers alone are behind any first row.
        if count == 0 { cells.len() > 1 } else { found > 0 && found * 2 >= count.min(cells.len()) }
    }
}

/// Fields of which one at least is needed.
const TELLING: [Field; 6] =
    [Field::GivenName, Field::FamilyName, Field::FullName, Field::PreferredName, Field::Email, Field::Company];
