//! What of a template is searched.
use uuid::Uuid;

use super::model::TemplateRow;
use super::store;
use crate::db::full_text::Vector;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::search::{self, Found, Place, Text};

fn texts(row: &TemplateRow) -> Vec<Text<'_>> {
    let mut texts = vec![Text::new(Place::Name, "/name", row.name.as_str())];
    texts.extend(row.subject.as_deref().map(|text| Text::new(Place::Heading, "/subject", text)));
    texts.extend(row.description.as_deref().map(|text| Text::new(Place::Rest, "/description", text)));
    texts.push(Text::new(Place::Rest, "/body", row.body.as_str()));
    texts
}

/// What the row's column `search_words` has.
pub fn words(row: &TemplateRow) -> Vector {
    search::vector(row.workspace_id, texts(row))
}

/// What a search shows of these templates.
pub async fn found(conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<Found>> {
    let rows = store::read_many(conn, workspace, ids).await?;
    Ok(rows
        .iter()
        .map(|row| Found {
            id: row.id.into(),
            url: format!("/v1/templates/{}", row.id),
            title: row.name.clone(),
            subtitle: row.subject.clone(),
            texts: texts(row).into_iter().map(Text::into_owned).collect(),
        })
        .collect())
}
