//! All questions of meetings, a page at a time, and all of them back into another workspace.
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::model::{MeetingQuestion, MeetingQuestionId, MeetingQuestionInput, MeetingQuestionRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::exports::Kept;
use crate::text::FreeText;
use crate::{goals, meetings};

/// Questions that are read at once.
const PAGE: i64 = 500;

/// When a question was asked and answered.
#[derive(Debug, Deserialize)]
pub struct MeetingQuestionRecord {
    asked_at: Option<DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
}

impl MeetingQuestionRecord {
    /// Takes it out of a question as the API shows it. What is left is an input.
    pub fn take(object: &mut Map<String, Value>) -> ApiResult<Self> {
        let names = ["asked_at", "answered_at"];
        let own = names.into_iter().filter_map(|name| Some((name.to_owned(), object.remove(name)?))).collect();
        serde_json::from_value(Value::Object(own))
            .map_err(|error| ApiError::field("", "invalid_format", error.to_string()))
    }
}

/// Questions after this one in the order of ids.
pub async fn after(conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<MeetingQuestion>> {
    Ok(store::following(conn, workspace, after, PAGE).await?.into_iter().map(MeetingQuestion::from).collect())
}

/// Adds questions with the identity that they had, those whose id is free and whose meeting is there, and says which.
pub async fn load(
    tx: &mut Tx<'_>,
    items: Vec<((Kept, MeetingQuestionInput), MeetingQuestionRecord)>,
) -> ApiResult<Vec<MeetingQuestionId>> {
    let meetings: Vec<_> = items.iter().map(|((_, input), _)| input.meeting_id).collect();
    let there: HashSet<_> = meetings::existing(tx.conn, tx.workspace, &meetings).await?.into_iter().collect();
    let aims: Vec<_> = items.iter().filter_map(|((_, input), _)| input.goal_id).collect();
    let aims: HashSet<_> = goals::existing(tx.conn, tx.workspace, &aims).await?.into_iter().collect();
    let mut rows = Vec::with_capacity(items.len());
    for ((kept, input), record) in items.into_iter().filter(|((_, input), _)| there.contains(&input.meeting_id)) {
        rows.push(MeetingQuestionRow {
            workspace_id: tx.workspace,
            id: kept.id.into(),
            version: kept.version,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
            meeting_id: input.meeting_id,
            question_id: input.question_id,
            goal_id: input.goal_id.filter(|goal| aims.contains(goal)),
            text: input.text.unwrap_or_default(),
            position: input.position.unwrap_or(1),
            asked_at: record.asked_at,
            answered_at: record.answered_at,
            answer: input.answer,
            usefulness: input.usefulness,
        });
    }
    let added = store::insert_missing(tx.conn, &rows).await?;
    for row in rows.iter().filter(|row| added.contains(&row.id)) {
        tx.record(Kind::MeetingQuestionCreated, row.id, row.version, Vec::new());
    }
    Ok(added)
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
        let answer = row.answer.map(|text| FreeText { id, field: "answer".to_owned(), text });
        [Some(FreeText { id, field: "text".to_owned(), text: row.text }), answer].into_iter().flatten()
    });
    Ok((texts.collect(), last))
}
