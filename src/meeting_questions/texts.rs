//! What people wrote in questions of meetings, and what was answered.
use uuid::Uuid;

use super::store;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;

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
