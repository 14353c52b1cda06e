//! What of a goal is searched.
use uuid::Uuid;

use super::model::{Goal, GoalRow};
use super::store;
use crate::db::full_text::Vector;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::search::{self, Found, Place, Text};

/// All texts that `GET /v1/search` looks into.
fn texts(row: &GoalRow) -> Vec<Text<'_>> {
    let fields = [
        (Place::Name, "/text", Some(row.text.as_str())),
        (Place::Rest, "/how_known", row.how_known.as_deref()),
        (Place::Rest, "/outcome_note", row.outcome_note.as_deref()),
        (Place::Rest, "/decision", row.decision.as_deref()),
    ];
    fields.into_iter().filter_map(|(place, pointer, text)| Some(Text::new(place, pointer, text?))).collect()
}

/// What the row's column `search_words` has.
pub fn words(row: &GoalRow) -> Vector {
    search::vector(row.workspace_id, texts(row))
}

/// What was found, for whoever shows it.
pub async fn found(conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<Found>> {
    let found = |row: GoalRow| {
        let texts = texts(&row).into_iter().map(Text::into_owned).collect();
        let Goal { id, text: title, how_known: subtitle, .. } = row.into();
        Found { id: id.into(), title, subtitle, url: format!("/v1/goals/{id}"), texts }
    };
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(found).collect())
}
