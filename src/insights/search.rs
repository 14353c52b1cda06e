//! What of an insight is searched.
use uuid::Uuid;

use super::model::InsightRow;
use super::store;
use crate::db::full_text::Vector;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::search::{self, Found, Place, Text};

/// All texts that `GET /v1/search` looks into.
fn texts(row: &InsightRow) -> Vec<Text<'_>> {
    let mut texts =
        vec![Text::new(Place::Name, "/topic", row.topic.as_str()), Text::new(Place::Rest, "/text", row.text.as_str())];
    texts.extend(row.quote.as_deref().map(|quote| Text::new(Place::Rest, "/quote", quote)));
    texts
}

/// What the row's column `search_words` has.
pub fn words(row: &InsightRow) -> Vector {
    search::vector(row.workspace_id, texts(row))
}

/// What was found, for whoever shows it.
pub async fn found(conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<Found>> {
    let found = |row: InsightRow| Found {
        id: row.id.into(),
        url: format!("/v1/insights/{}", row.id),
        texts: texts(&row).into_iter().map(Text::into_owned).collect(),
        title: row.topic,
        subtitle: Some(row.text),
    };
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(found).collect())
}
