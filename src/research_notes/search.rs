//! What of a research note `GET /v1/search` looks into, and what people wrote in it.
use uuid::Uuid;

use super::model::ResearchNoteRow;
use super::store;
use crate::db::full_text::Vector;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::search::{self, Found, Place, Text};
use crate::text::FreeText;

/// Characters of attached files that are searched: their index, too, has to fit into a row.
const ATTACHED: usize = 100_000;

/// All texts that are searched, with the words of the files that are attached to the note.
fn texts<'a>(row: &'a ResearchNoteRow, attached: Option<&'a str>) -> Vec<Text<'a>> {
    let attached = attached.map(|text| text.char_indices().nth(ATTACHED).map_or(text, |(end, _)| &text[..end]));
    let fields = [
        (Place::Name, "/title", Some(row.title.as_str())),
        (Place::Heading, "/industry", row.industry.as_deref()),
        (Place::Heading, "/author", row.author.as_deref()),
        (Place::Heading, "/site", row.site.as_deref()),
        (Place::Rest, "/excerpt", row.excerpt.as_deref()),
        (Place::Rest, "/body", row.body.as_deref()),
        (Place::Rest, "/source_url", row.source_url.as_deref()),
        (Place::Rest, "/attachments", attached),
    ];
    let fields = fields.into_iter().filter_map(|(place, pointer, text)| Some(Text::new(place, pointer, text?)));
    fields.chain(Text::list(Place::Rest, "tags", &row.tags)).collect()
}

/// What the row's column `search_words` has.
pub fn words(row: &ResearchNoteRow, attached: Option<&str>) -> Vector {
    search::vector(row.workspace_id, texts(row, attached))
}

/// What was found, for whoever shows it.
pub async fn found(conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<Found>> {
    let rows = store::find_many(conn, workspace, ids).await?;
    let attached = store::attached(conn, workspace, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    let found = |row: ResearchNoteRow| Found {
        id: row.id.into(),
        url: format!("/v1/research-notes/{}", row.id),
        texts: texts(&row, attached.get(&row.id).map(String::as_str)).into_iter().map(Text::into_owned).collect(),
        title: row.title,
        subtitle: row.site.or(row.industry).or(row.author),
    };
    Ok(rows.into_iter().map(found).collect())
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
            ("title", Some(row.title)),
            ("author", row.author),
            ("site", row.site),
            ("industry", row.industry),
            ("excerpt", row.excerpt),
            ("body", row.body),
        ];
        fields.into_iter().filter_map(move |(field, text)| Some(FreeText { id, field: field.to_owned(), text: text? }))
    });
    Ok((texts.collect(), last))
}
