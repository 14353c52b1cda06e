//! What an archive holds, a file for each. The order is that of the way back: what others point to comes first.
use serde_json::{Map, Value};
use uuid::Uuid;

use super::kept::Kept;
use crate::agendas::{self, AgendaRecord};
use crate::app::App;
use crate::changes::Tx;
use crate::companies::{self, CompanyInput};
use crate::contacts::{self, ContactInput};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::fields::store;
use crate::goals::{self, GoalInput, GoalRecord};
use crate::http::body;
use crate::meeting_questions::{self, MeetingQuestionInput, MeetingQuestionRecord};
use crate::meetings::{self, MeetingInput, MeetingRecord};
use crate::questions::{self, QuestionInput};
use crate::saved_views::{self, SavedViewInput};

/// A file of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    Companies,
    Contacts,
    SavedViews,
    Meetings,
    Goals,
    Questions,
    MeetingQuestions,
    Agendas,
}

impl Resource {
    pub const ALL: [Self; 8] = [
        Self::Companies,
        Self::Contacts,
        Self::SavedViews,
        Self::Meetings,
        Self::Goals,
        Self::Questions,
        Self::MeetingQuestions,
        Self::Agendas,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Companies => "companies",
            Self::Contacts => "contacts",
            Self::SavedViews => "saved_views",
            Self::Meetings => "meetings",
            Self::Goals => "goals",
            Self::Questions => "questions",
            Self::MeetingQuestions => "meeting_questions",
            Self::Agendas => "agendas",
        }
    }

    /// Those after this id in the order of ids, as the API shows them; none is the end.
    pub async fn page(self, conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<Value>> {
        Ok(match self {
            Self::Companies => values(&companies::after(conn, workspace, after).await?),
            Self::Contacts => values(&contacts::after(conn, workspace, after).await?),
            Self::SavedViews => values(&saved_views::after(conn, workspace, after).await?),
            Self::Meetings => values(&meetings::after(conn, workspace, after).await?),
            Self::Goals => values(&goals::after(conn, workspace, after).await?),
            Self::Questions => values(&questions::after(conn, workspace, after).await?),
            Self::MeetingQuestions => values(&meeting_questions::after(conn, workspace, after).await?),
            Self::Agendas => values(&agendas::after(conn, workspace, after).await?),
        })
    }

    /// Writes resources of an archive into the workspace, those that are not there yet, and says which.
    pub async fn load(self, app: &App, tx: &mut Tx<'_>, mut rows: Vec<Map<String, Value>>) -> ApiResult<Vec<Uuid>> {
        Ok(match self {
            Self::Companies => untyped(companies::load(tx, inputs::<CompanyInput>(app, rows, &[])?).await?),
            Self::Contacts => untyped(contacts::load(tx, inputs::<ContactInput>(app, rows, &["name"])?).await?),
            Self::SavedViews => {
                untyped(saved_views::load(tx, inputs::<SavedViewInput>(app, rows, &["results_url"])?).await?)
            }
            Self::Meetings => {
                let records = records(&mut rows, MeetingRecord::take)?;
                let inputs = inputs::<MeetingInput>(app, rows, &[])?;
                untyped(meetings::load(tx, inputs.into_iter().zip(records).collect()).await?)
            }
            Self::Goals => {
                let records = records(&mut rows, GoalRecord::take)?;
                // What it serves may come behind it.
                let inputs = inputs::<GoalInput>(app, rows, &["serves_id"])?;
                untyped(goals::load(tx, inputs.into_iter().zip(records).collect()).await?)
            }
            Self::Questions => {
                untyped(questions::load(tx, inputs::<QuestionInput>(app, rows, &questions::DERIVED)?).await?)
            }
            Self::MeetingQuestions => {
                let records = records(&mut rows, MeetingQuestionRecord::take)?;
                let inputs = inputs::<MeetingQuestionInput>(app, rows, &[])?;
                untyped(meeting_questions::load(tx, inputs.into_iter().zip(records).collect()).await?)
            }
            Self::Agendas => {
                let read = |row: &mut Map<String, Value>| {
                    let record = serde_json::from_value(Value::Object(std::mem::take(row)));
                    record.map_err(|error| ApiError::field("", "invalid_format", error.to_string()))
                };
                untyped(agendas::load(tx, records::<AgendaRecord>(&mut rows, read)?).await?)
            }
        })
    }

    /// When all files are loaded: what rows of this one say of later ones.
    pub async fn tie(self, tx: &mut Tx<'_>, rows: &[Map<String, Value>]) -> ApiResult<()> {
        match self {
            Self::Contacts => contacts::connect_all(tx, &ties(rows, "connector_id")).await,
            Self::Goals => goals::tie_all(tx, &ties(rows, "serves_id")).await,
            _ => Ok(()),
        }
    }
}

/// Ids of rows, and which other ones they name.
fn ties<I: From<Uuid>>(rows: &[Map<String, Value>], field: &str) -> Vec<(I, I)> {
    rows.iter().filter_map(|row| Some((id_of(row, "id")?.into(), id_of(row, field)?.into()))).collect()
}

/// What the service itself has written of each row, taken out of it.
fn records<R>(
    rows: &mut [Map<String, Value>],
    take: impl Fn(&mut Map<String, Value>) -> ApiResult<R>,
) -> ApiResult<Vec<R>> {
    rows.iter_mut().enumerate().map(|(index, row)| take(row).map_err(|error| at(index, error))).collect()
}

/// The id that a field of a row is.
pub fn id_of(row: &Map<String, Value>, name: &str) -> Option<Uuid> {
    Uuid::try_parse(row.get(name)?.as_str()?).ok()
}

fn untyped<I: Into<Uuid>>(ids: Vec<I>) -> Vec<Uuid> {
    ids.into_iter().map(I::into).collect()
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
