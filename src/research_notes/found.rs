//! The search with ranking, in the language of each note.
use std::collections::HashMap;

use futures_util::future::try_join_all;

use super::model::{ResearchNote, ResearchNoteFound, ResearchNoteId};
use super::query::ListQuery;
use super::store::{self, Marked};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::search::{self, SearchMatch};
use crate::sort::Position;

/// What PostgreSQL puts around a word that was found; no text has them (see the migration).
const MARKS: [char; 2] = ['\u{1}', '\u{2}'];

/// The notes that fit best, one more than the page holds, with where the words stand. PostgreSQL reads the words anew for
/// each language that notes are written in: `offices` is `office` in English alone.
pub async fn best(
    conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    wanted: &str,
    from: Option<&Position>,
) -> ApiResult<Vec<ResearchNote>> {
    let languages = store::languages(conn, workspace).await?;
    let each = languages.iter().map(|name| store::ranked(conn, workspace, query, (name, wanted), from));
    let mut rows: Vec<_> = try_join_all(each).await?.into_iter().flatten().collect();
    rows.sort_by(|(a, a_rank), (b, b_rank)| b_rank.total_cmp(a_rank).then_with(|| b.id.cmp(&a.id)));
    rows.truncate(usize::from(query.limit) + 1);
    let ids: Vec<ResearchNoteId> = rows.iter().map(|(row, _)| row.id).collect();
    let marked = store::marked(conn, workspace, &ids, wanted).await?;
    let mut matches: HashMap<ResearchNoteId, Vec<SearchMatch>> =
        marked.into_iter().map(|marked| (marked.id, matches(marked))).collect();
    let shown = |(row, rank): (_, f32)| {
        let note = ResearchNote::from(row);
        let mut matches = matches.remove(&note.id).unwrap_or_default();
        if matches.is_empty() {
            matches = folded(&note, wanted);
        }
        ResearchNote { found: Some(ResearchNoteFound { rank, matches }), ..note }
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// Where the words stand with other accents.
fn folded(note: &ResearchNote, wanted: &str) -> Vec<SearchMatch> {
    let fields = [
        ("/title", Some(&note.title)),
        ("/industry", note.industry.as_ref()),
        ("/author", note.author.as_ref()),
        ("/site", note.site.as_ref()),
        ("/excerpt", note.excerpt.as_ref()),
        ("/body", note.body.as_ref()),
    ];
    let found = |(field, text): (&str, Option<&String>)| SearchMatch::cut(field, text?, search::marks(wanted, text?));
    fields.into_iter().filter_map(found).collect()
}

fn matches(marked: Marked) -> Vec<SearchMatch> {
    let Marked { id: _, title, industry, author, site, excerpt, body, attached } = marked;
    let fields = [
        ("/title", title),
        ("/industry", industry),
        ("/author", author),
        ("/site", site),
        ("/excerpt", excerpt),
        ("/body", body),
        ("/attachments", attached),
    ];
    let found = |(field, text): (&str, Option<String>)| {
        let (text, marks) = unmark(&text?);
        SearchMatch::cut(field, &text, marks)
    };
    fields.into_iter().filter_map(found).collect()
}

/// The text without its marks, and what was between them: ranges of characters.
fn unmark(marked: &str) -> (String, Vec<(usize, usize)>) {
    let (mut text, mut marks, mut at, mut open) = (String::with_capacity(marked.len()), Vec::new(), 0, None);
    for c in marked.chars() {
        if c == MARKS[0] {
            open = Some(at);
        } else if c == MARKS[1] {
            marks.extend(open.take().map(|from| (from, at)));
        } else {
            text.push(c);
            at += 1;
        }
    }
    (text, marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_ranges_of_characters() {
        let (text, marks) = unmark("Über \u{1}Büros\u{2} und \u{1}Ämter\u{2}");
        assert_eq!(text, "Über Büros und Ämter");
        assert_eq!(marks, [(5, 10), (15, 20)]);
    }
}
