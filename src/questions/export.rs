//! All questions of the seeker's own, a page at a time, and all of them back into another workspace.
use uuid::Uuid;

use super::model::{Question, QuestionId, QuestionInput, QuestionRow};
use super::{service, store};
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::Kept;
use crate::meeting_questions::Usage;
use crate::text::FreeText;

/// Questions that are read at once.
const PAGE: i64 = 500;
/// What follows from the other fields.
pub const DERIVED: [&str; 4] = ["source", "findings", "asked_count", "usefulness"];

/// Questions after this one in the order of ids.
pub async fn after(conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<Question>> {
    // How often it was asked is known by the meetings.
    let own = |row| Question::own(row, Usage::default());
    Ok(store::following(conn, workspace, after, PAGE).await?.into_iter().map(own).collect())
}

/// Adds questions with the identity that they had, those whose id is free, and says which.
pub async fn load(tx: &mut Tx<'_>, items: Vec<(Kept, QuestionInput)>) -> ApiResult<Vec<QuestionId>> {
    let mut rows = Vec::with_capacity(items.len());
    for (index, (kept, input)) in items.into_iter().enumerate() {
        let fresh = service::fresh(tx, kept.id.into(), input).map_err(|error| error.below(&format!("/{index}")))?;
        let Kept { version, created_at, updated_at, .. } = kept;
        rows.push(QuestionRow { version, created_at, updated_at, ..fresh });
    }
    let added = store::insert_missing(tx.conn, &rows).await?;
    for row in rows.iter().filter(|row| added.contains(&row.id)) {
        tx.record(Kind::QuestionCreated, row.id, row.version, Vec::new());
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
        let follow_up = row.follow_up.map(|text| FreeText { id, field: "follow_up".to_owned(), text });
        [Some(FreeText { id, field: "text".to_owned(), text: row.text }), follow_up].into_iter().flatten()
    });
    Ok((texts.collect(), last))
}
