//! All goals, a page at a time, and all of them back into another workspace.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::model::{Goal, GoalId, GoalInput, GoalRow};
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::exports::Kept;
use crate::meetings;
use crate::text::FreeText;

/// Goals that are read at once.
const PAGE: i64 = 500;

/// When it was said what became of a goal, and what was decided.
#[derive(Debug, Deserialize)]
pub struct GoalRecord {
    outcome_at: Option<DateTime<Utc>>,
    decided_at: Option<DateTime<Utc>>,
}

impl GoalRecord {
    /// Takes it out of a goal as the API shows it. What is left is an input.
    pub fn take(object: &mut Map<String, Value>) -> ApiResult<Self> {
        let names = ["outcome_at", "decided_at"];
        let own = names.into_iter().filter_map(|name| Some((name.to_owned(), object.remove(name)?))).collect();
        serde_json::from_value(Value::Object(own))
            .map_err(|error| ApiError::field("", "invalid_format", error.to_string()))
    }
}

/// Goals after this one in the order of ids.
pub async fn after(conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<Goal>> {
    Ok(store::following(conn, workspace, after, PAGE).await?.into_iter().map(Goal::from).collect())
}

/// Adds goals with the identity that they had, those whose id is free and whose meeting is there, and says which. What
/// they serve comes later: see [`tie_all`].
pub async fn load(tx: &mut Tx<'_>, items: Vec<((Kept, GoalInput), GoalRecord)>) -> ApiResult<Vec<GoalId>> {
    let meetings: Vec<_> = items.iter().filter_map(|((_, input), _)| input.meeting_id).collect();
    let there: HashSet<_> = meetings::existing(tx.conn, tx.workspace, &meetings).await?.into_iter().collect();
    let mut rows = Vec::with_capacity(items.len());
    for ((kept, input), record) in items {
        if input.meeting_id.is_some_and(|meeting| !there.contains(&meeting)) {
            continue;
        }
        let rank = input.rank.unwrap_or(1);
        let Kept { id, version, created_at, updated_at, .. } = kept;
        let GoalRecord { outcome_at, decided_at } = record;
        let fresh = service::fresh(tx, id.into(), rank, input);
        rows.push(GoalRow { version, created_at, updated_at, outcome_at, decided_at, serves_id: None, ..fresh });
    }
    let added = store::insert_missing(tx.conn, &rows).await?;
    for row in rows.iter().filter(|row| added.contains(&row.id)) {
        tx.record(Kind::GoalCreated, row.id, row.version, Vec::new());
    }
    Ok(added)
}

/// Which of these goals serve which, where both are there.
pub async fn tie_all(tx: &mut Tx<'_>, ties: &[(GoalId, GoalId)]) -> ApiResult<()> {
    let served: Vec<Uuid> = ties.iter().map(|(_, served)| (*served).into()).collect();
    let there: HashSet<GoalId> =
        store::find_many(tx.conn, tx.workspace, &served).await?.into_iter().map(|goal| goal.id).collect();
    for (goal, served) in ties.iter().filter(|(_, served)| there.contains(served)) {
        store::serve(tx.conn, tx.workspace, *goal, *served).await?;
    }
    Ok(())
}

/// What people wrote in those that follow this one, in the order of their ids, and the last of these, if others may
/// follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let texts = rows.into_iter().flat_map(|row| {
        let id = row.id.into();
        let fields = [
            ("text", Some(row.text)),
            ("how_known", row.how_known),
            ("outcome_note", row.outcome_note),
            ("decision", row.decision),
        ];
        fields.into_iter().filter_map(move |(field, text)| Some(FreeText { id, field: field.to_owned(), text: text? }))
    });
    Ok((texts.collect(), last))
}
