//! What an archive holds, a file for each. The order is that of the way back: what others point to comes first.
use std::collections::HashMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::kept::Kept;
use super::store as rows;
use super::table::Table;
use crate::app::App;
use crate::changes::Tx;
use crate::companies::{self, CompanyInput};
use crate::contacts::{self, ContactInput};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::fields::store;
use crate::http::body;
use crate::meetings::{self, MeetingInput, MeetingRecord};
use crate::questions::{self, QuestionInput};
use crate::saved_views::{self, SavedViewInput};
use crate::{
    agendas, alerts, attachments, bookings, busy, circle_requests, do_not_contact, duplicates, feeds, follow_ups,
    goals, insights, introductions, lint, mail_accounts, meeting_questions, messages, profile, research_notes, sending,
    templates, transfer,
};

/// A file of an archive.
#[derive(Debug, Clone, Copy)]
pub enum Resource {
    Companies,
    Contacts,
    SavedViews,
    BusyCalendars,
    Meetings,
    Templates,
    Questions,
    /// One that is written as its table has it.
    Rows(&'static Table),
}

impl Resource {
    /// A new resource has its line at the end, behind those that it points to: imports keep the places of their rows' files.
    pub const ALL: [Self; 35] = [
        Self::Companies,
        Self::Contacts,
        Self::SavedViews,
        Self::Rows(&contacts::STAGE_MOVES),
        Self::Meetings,
        Self::Questions,
        Self::Rows(&goals::ROWS),
        Self::Rows(&meeting_questions::ROWS),
        Self::Rows(&agendas::ROWS),
        Self::Rows(&insights::ROWS),
        Self::Rows(&profile::ROWS),
        Self::Templates,
        Self::Rows(&transfer::KEYS),
        Self::Rows(&transfer::EXTRAS),
        Self::Rows(&transfer::MAPPINGS),
        Self::Rows(&circle_requests::ROWS),
        Self::Rows(&introductions::ROWS),
        Self::Rows(&messages::ROWS),
        Self::Rows(&do_not_contact::ROWS),
        Self::Rows(&lint::SETTINGS),
        Self::Rows(&duplicates::DISMISSALS),
        Self::Rows(&meetings::SETTINGS),
        Self::Rows(&sending::ROWS),
        Self::Rows(&mail_accounts::ACCOUNTS),
        Self::Rows(&follow_ups::SETTINGS),
        Self::Rows(&follow_ups::PLANS),
        Self::Rows(&follow_ups::RUNS),
        Self::Rows(&follow_ups::ROWS),
        Self::Rows(&research_notes::ROWS),
        Self::Rows(&feeds::ROWS),
        Self::Rows(&feeds::ITEMS),
        Self::Rows(&alerts::ROWS),
        Self::Rows(&bookings::ROWS),
        Self::BusyCalendars,
        Self::Rows(&attachments::ROWS),
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Companies => "companies",
            Self::Contacts => "contacts",
            Self::SavedViews => "saved_views",
            Self::Templates => "templates",
            Self::Meetings => "meetings",
            Self::Questions => "questions",
            Self::BusyCalendars => busy::ROWS.name,
            Self::Rows(table) => table.name,
        }
    }

    /// Whether each of its lines has a file beside it.
    pub fn has_files(self) -> bool {
        matches!(self, Self::Rows(table) if table.name == attachments::ROWS.name)
    }

    /// How the workspace wants it: by this others are brought back.
    pub fn is_settings(self) -> bool {
        matches!(self, Self::Rows(table) if table.id.is_none())
    }

    /// Those after this id in the order of ids, and the last id that was looked at; none is the end.
    pub async fn page(
        self,
        conn: &Conn,
        workspace: WorkspaceId,
        after: Option<Uuid>,
    ) -> ApiResult<(Vec<Value>, Option<Uuid>)> {
        let rows = match self {
            Self::Companies => values(&companies::after(conn, workspace, after).await?),
            Self::Contacts => values(&contacts::after(conn, workspace, after).await?),
            Self::SavedViews => values(&saved_views::after(conn, workspace, after).await?),
            Self::Templates => values(&templates::after(conn, workspace, after).await?),
            Self::Meetings => {
                let (meetings, last) = meetings::after(conn, workspace, after).await?;
                return Ok((values(&meetings), last));
            }
            Self::Questions => values(&questions::after(conn, workspace, after).await?),
            Self::BusyCalendars => return rows::page(conn, workspace, &busy::ROWS, after).await,
            Self::Rows(table) => return rows::page(conn, workspace, table, after).await,
        };
        let last = rows.last().and_then(|row| Uuid::try_parse(row["id"].as_str()?).ok());
        Ok((rows, last))
    }

    /// By what lines are told apart.
    pub fn key_of(self, line: &Map<String, Value>) -> String {
        match self {
            Self::Rows(table) => table.key_of(line),
            Self::BusyCalendars => busy::ROWS.key_of(line),
            _ => id_of(line, "id").unwrap_or_default().to_string(),
        }
    }

    /// Writes resources of an archive into the workspace, those that are not there yet, and says which by their keys.
    pub async fn load(self, app: &App, tx: &mut Tx<'_>, mut rows: Vec<Map<String, Value>>) -> ApiResult<Vec<String>> {
        Ok(match self {
            Self::Companies => keys(companies::load(tx, inputs::<CompanyInput>(app, rows, &[])?).await?),
            Self::Contacts => keys(contacts::load(tx, inputs::<ContactInput>(app, rows, &["name"])?).await?),
            Self::SavedViews => {
                keys(saved_views::load(tx, inputs::<SavedViewInput>(app, rows, &["results_url"])?).await?)
            }
            Self::Rows(table) => write_rows(tx, table, rows).await?,
            Self::BusyCalendars => {
                let added = write_rows(tx, &busy::ROWS, rows).await?;
                busy::follow_later(tx, added.iter().filter_map(|key| Uuid::try_parse(key).ok())).await?;
                added
            }
            Self::Meetings => {
                let records: ApiResult<Vec<_>> = (0..)
                    .zip(&mut rows)
                    .map(|(index, row)| MeetingRecord::take(row).map_err(|error| at(index, error)))
                    .collect();
                let records = records?;
                let inputs = inputs::<MeetingInput>(app, rows, &[])?;
                keys(meetings::load(tx, inputs.into_iter().zip(records).collect()).await?)
            }
            Self::Templates => keys(templates::load(app, tx, rows).await?),
            Self::Questions => {
                keys(questions::load(tx, inputs::<QuestionInput>(app, rows, &questions::DERIVED)?).await?)
            }
        })
    }

    /// When all files are loaded: what rows of this one say of later ones.
    pub async fn tie(self, tx: &mut Tx<'_>, rows: Vec<Map<String, Value>>) -> ApiResult<()> {
        match self {
            Self::Contacts => {
                let id = |row: &Map<String, Value>, name| id_of(row, name).map(contacts::ContactId::from);
                let ties: Vec<_> =
                    rows.iter().filter_map(|row| Some((id(row, "id")?, id(row, "connector_id")?))).collect();
                contacts::connect_all(tx, &ties).await
            }
            Self::Rows(table) if !table.late.is_empty() => {
                let lines: Vec<Value> = rows.into_iter().map(Value::Object).collect();
                rows::tie(tx.conn, tx.workspace, table, &lines).await
            }
            _ => Ok(()),
        }
    }
}

/// Writes lines as their table has them, those that are not there yet, and says which by their keys.
async fn write_rows(tx: &mut Tx<'_>, table: &Table, rows: Vec<Map<String, Value>>) -> ApiResult<Vec<String>> {
    for (index, row) in rows.iter().enumerate() {
        table.check(row).map_err(|error| at(index, error))?;
    }
    let versions: HashMap<String, i32> = rows.iter().map(|row| (table.key_of(row), version_of(row))).collect();
    let lines: Vec<Value> = rows.into_iter().map(Value::Object).collect();
    let added = rows::insert(tx.conn, tx.workspace, table, &lines).await?;
    if let Some(kind) = table.created {
        for key in &added {
            // Of what belongs to the workspace as a whole, its id.
            let id = Uuid::try_parse(key).unwrap_or(tx.workspace.into());
            tx.record(kind, id, versions.get(key).copied().unwrap_or(1), Vec::new());
        }
    }
    Ok(added)
}

/// The version that a line gives its resource.
pub fn version_of(row: &Map<String, Value>) -> i32 {
    row.get("version").and_then(Value::as_i64).and_then(|version| i32::try_from(version).ok()).unwrap_or(1)
}

/// The id that a field of a row is.
pub fn id_of(row: &Map<String, Value>, name: &str) -> Option<Uuid> {
    Uuid::try_parse(row.get(name)?.as_str()?).ok()
}

fn keys<I: Into<Uuid>>(ids: Vec<I>) -> Vec<String> {
    ids.into_iter().map(|id| id.into().to_string()).collect()
}

fn values<T: serde::Serialize>(rows: &[T]) -> Vec<Value> {
    rows.iter().map(|row| store(row)).collect()
}

fn inputs<I: serde::de::DeserializeOwned + utoipa::ToSchema>(
    app: &App,
    rows: Vec<Map<String, Value>>,
    also: &[&str],
) -> ApiResult<Vec<(Kept, I)>> {
    let input = |(index, mut row): (usize, Map<String, Value>)| {
        let kept = Kept::take(&mut row, also).map_err(|why| at(index, ApiError::field("", "invalid_format", why)))?;
        Ok((kept, body::typed::<I>(&app.schemas, row).map_err(|error| at(index, error))?))
    };
    rows.into_iter().enumerate().map(input).collect()
}

/// The same error of the row with this place among those that are loaded together.
fn at(index: usize, error: ApiError) -> ApiError {
    error.below(&format!("/{index}"))
}
