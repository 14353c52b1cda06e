//! What people wrote in insights.
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
        let fields = [("topic", Some(row.topic)), ("text", Some(row.text)), ("quote", row.quote)];
        fields.into_iter().filter_map(move |(field, text)| Some(FreeText { id, field: field.to_owned(), text: text? }))
    });
    Ok((texts.collect(), last))
}
