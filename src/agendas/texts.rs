//! What people wrote in agendas.
use uuid::Uuid;

use super::store;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;

/// What people wrote in those that follow this one, in the order of their meetings' ids, and the last of these, if others
/// may follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.meeting_id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let texts = rows.into_iter().flat_map(|row| {
        let id = row.meeting_id.into();
        let titles = row.items.0.into_iter().enumerate();
        titles
            .filter_map(move |(at, item)| Some(FreeText { id, field: format!("items/{at}/title"), text: item.title? }))
    });
    Ok((texts.collect(), last))
}
