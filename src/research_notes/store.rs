//! Every statement about research notes, each within one workspace; those of a search are in [`super::found`].
use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{ResearchNoteId, ResearchNoteRow};
use super::query::{By, ListQuery};
use super::search::words;
use crate::changes::Kind;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::full_text::{Condition, Matches, TsQuery, TsVector, Vector};
use crate::db::schema::research_notes;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::{Link, Table};
use crate::meetings::{self, MeetingId};
use crate::search;
use crate::sort::{Order, Position, keyset};
use crate::text::{self, composed_labels, inroad_lower, inroad_lowered};

pub async fn insert(mut conn: &Conn, row: &ResearchNoteRow) -> ApiResult<()> {
    let written = (row, research_notes::search_words.eq(words(row, None)));
    diesel::insert_into(research_notes::table).values(written).execute(&mut conn).await?;
    Ok(())
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &ResearchNoteRow) -> ApiResult<()> {
    let attached = attached(conn, row.workspace_id, &[row.id]).await?.remove(&row.id);
    let found_by = research_notes::search_words.eq(words(row, attached.as_deref()));
    let own = research_notes::table.find((row.workspace_id, row.id));
    diesel::update(own).set((row, found_by)).execute(&mut conn).await?;
    Ok(())
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: ResearchNoteId) -> ApiResult<ResearchNoteRow> {
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::id.eq(id));
    Ok(ResearchNoteRow::query().filter(own.and(research_notes::deleted_at.is_null())).first(&mut conn).await?)
}

/// Those with these ids that are not deleted.
pub async fn find_many(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<ResearchNoteRow>> {
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::id.eq_any(ids));
    Ok(ResearchNoteRow::query().filter(own.and(research_notes::deleted_at.is_null())).load(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: ResearchNoteId) -> ApiResult<Option<ResearchNoteRow>> {
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::id.eq(id));
    Ok(ResearchNoteRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// The notes that are not deleted, for what belongs to one.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn live_ids(workspace: WorkspaceId) -> _ {
    research_notes::table
        .filter(research_notes::workspace_id.eq(workspace))
        .filter(research_notes::deleted_at.is_null())
        .select(research_notes::id)
}

/// The notes about these contacts, deleted or not, for what belongs to one.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn ids_about<'a>(workspace: WorkspaceId, contacts: &'a [ContactId]) -> _ {
    research_notes::table
        .filter(research_notes::workspace_id.eq(workspace))
        .filter(research_notes::contact_id.assume_not_null().eq_any(contacts))
        .select(research_notes::id)
}

/// The words of the files of these notes, of those that have any.
pub async fn attached(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ResearchNoteId],
) -> ApiResult<HashMap<ResearchNoteId, String>> {
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::id.eq_any(ids));
    let some = research_notes::table.filter(own.and(research_notes::attached_words.is_not_null()));
    let columns = (research_notes::id, research_notes::attached_words.assume_not_null());
    let rows: Vec<(ResearchNoteId, String)> = some.select(columns).load(&mut conn).await?;
    Ok(rows.into_iter().collect())
}

/// Has a note found by the words of its files as well.
pub async fn attach_words(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: ResearchNoteId,
    words: Option<&str>,
) -> ApiResult<()> {
    let Some(row) = lock(conn, workspace, id).await? else { return Ok(()) };
    let found_by = research_notes::search_words.eq(super::search::words(&row, words));
    let own = research_notes::table.find((workspace, id));
    diesel::update(own).set((research_notes::attached_words.eq(words), found_by)).execute(&mut conn).await?;
    Ok(())
}

/// Those about these contacts, deleted or not.
pub async fn of_contacts(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<ResearchNoteRow>> {
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::contact_id.eq_any(contacts));
    Ok(ResearchNoteRow::query().filter(own.assume_not_null()).order(research_notes::id).load(&mut conn).await?)
}

/// Those of these contacts whom a note is about, deleted or not.
pub async fn parties(mut conn: &Conn, workspace: WorkspaceId, contacts: &[ContactId]) -> ApiResult<Vec<ContactId>> {
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::contact_id.eq_any(contacts));
    let ids = research_notes::table.filter(own.assume_not_null()).select(research_notes::contact_id.assume_not_null());
    Ok(ids.distinct().load(&mut conn).await?)
}

/// Has those of these notes that are about a contact be about another one; says which, with their versions.
pub async fn give(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ResearchNoteId],
    (from, to): (ContactId, ContactId),
    now: DateTime<Utc>,
) -> ApiResult<Vec<(ResearchNoteId, i32)>> {
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::id.eq_any(ids));
    let theirs = research_notes::table.filter(own).filter(research_notes::contact_id.eq(from));
    let written = (research_notes::version.eq(research_notes::version + 1), research_notes::updated_at.eq(now));
    let moved = diesel::update(theirs).set((research_notes::contact_id.eq(to), written));
    Ok(moved.returning((research_notes::id, research_notes::version)).get_results(&mut conn).await?)
}

/// Those about this company, deleted or not, locked until the end of the transaction.
pub async fn lock_company(
    mut conn: &Conn,
    workspace: WorkspaceId,
    company: CompanyId,
) -> ApiResult<Vec<ResearchNoteRow>> {
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::company_id.eq(company).assume_not_null());
    Ok(ResearchNoteRow::query().filter(own).order(research_notes::id).for_update().load(&mut conn).await?)
}

/// Those about this meeting, deleted or not, locked until the end of the transaction.
pub async fn lock_meeting(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meeting: MeetingId,
) -> ApiResult<Vec<ResearchNoteRow>> {
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::meeting_id.eq(meeting).assume_not_null());
    Ok(ResearchNoteRow::query().filter(own).order(research_notes::id).for_update().load(&mut conn).await?)
}

pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: ResearchNoteId) -> ApiResult<()> {
    diesel::delete(research_notes::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Renews what a search finds of these notes by. Whoever holds one of them writes it anew.
pub async fn reindex(mut conn: &Conn, workspace: WorkspaceId, ids: &[ResearchNoteId]) -> ApiResult<()> {
    let wanted = research_notes::workspace_id.eq(workspace).and(research_notes::id.eq_any(ids));
    let rows: Vec<ResearchNoteRow> =
        ResearchNoteRow::query().filter(wanted).for_update().skip_locked().load(&mut conn).await?;
    let attached = attached(conn, workspace, ids).await?;
    let words = rows.iter().map(|row| (row.id.into(), words(row, attached.get(&row.id).map(String::as_str))));
    search::keep(conn, workspace, "research_notes", words).await
}

/// What a search would find these notes by, deleted or not, if they had these tags.
pub async fn words_with(
    mut conn: &Conn,
    workspace: WorkspaceId,
    mut tags: HashMap<ResearchNoteId, Vec<String>>,
) -> ApiResult<HashMap<Uuid, Vector>> {
    let ids: Vec<ResearchNoteId> = tags.keys().copied().collect();
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::id.eq_any(&ids));
    let rows: Vec<ResearchNoteRow> = ResearchNoteRow::query().filter(own).load(&mut conn).await?;
    let attached = attached(conn, workspace, &ids).await?;
    let words = |row: ResearchNoteRow| {
        let (id, tags) = (row.id, tags.remove(&row.id).unwrap_or_default());
        (id.into(), words(&ResearchNoteRow { tags, ..row }, attached.get(&id).map(String::as_str)))
    };
    Ok(rows.into_iter().map(words).collect())
}

/// Notes that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<Uuid>,
    fetch: i64,
) -> ApiResult<Vec<ResearchNoteRow>> {
    let live = research_notes::workspace_id.eq(workspace).and(research_notes::deleted_at.is_null());
    let rows = keyset!(ResearchNoteRow::query().filter(live).into_boxed(), false, research_notes::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<ResearchNoteRow>> {
    let mut rows = filtered(workspace, query).select(ResearchNoteRow::as_select());
    if let Some(q) = query.words() {
        let wanted = inroad_language_query(research_notes::search_language, q.clone());
        let by_language = Matches::new(research_notes::language_words, wanted);
        rows = match folded(workspace, &q) {
            Some(folded) => {
                rows.filter(by_language.or(Matches::new(research_notes::search_words, folded.into_sql::<TsQuery>())))
            }
            None => rows.filter(by_language),
        };
    }
    let Order { by, descending } = query.order();
    rows = match by {
        By::Created => keyset!(rows, descending, research_notes::id, from.map(|from| from.id)),
        By::Updated => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, research_notes::updated_at, research_notes::id, from)
        }
        By::Published => {
            let rows = rows.filter(research_notes::published_on.is_not_null());
            let from = from.and_then(|from| Some((from.text.as_deref()?.parse::<NaiveDate>().ok()?, from.id)));
            keyset!(rows, descending, research_notes::published_on.assume_not_null(), research_notes::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// The same words whatever their accents, as `GET /v1/search` finds them. Nothing, where some words must not be there: in
/// their other forms they would not be missed.
fn folded(workspace: WorkspaceId, wanted: &str) -> Option<Condition> {
    (without_exclusions(wanted) == wanted).then(|| search::whole_words(workspace, wanted)).flatten()
}

/// The notes that all filters but `q` leave.
fn filtered(workspace: WorkspaceId, query: &ListQuery) -> research_notes::BoxedQuery<'_, diesel::pg::Pg> {
    let live = research_notes::workspace_id.eq(workspace).and(research_notes::deleted_at.is_null());
    let mut rows = research_notes::table.filter(live).into_boxed();
    if !query.contact_id.is_empty() {
        rows = rows.filter(research_notes::contact_id.eq_any(&query.contact_id));
    }
    if !query.company_id.is_empty() {
        rows = rows.filter(research_notes::company_id.eq_any(&query.company_id));
    }
    if !query.meeting_id.is_empty() {
        rows = rows.filter(research_notes::meeting_id.eq_any(&query.meeting_id));
    }
    if !query.industry.is_empty() {
        rows = rows.filter(inroad_lower(research_notes::industry).eq_any(text::lower(&query.industry)));
    }
    if !query.kind.is_empty() {
        rows = rows.filter(research_notes::kind.eq_any(&query.kind));
    }
    if !query.importance.is_empty() {
        rows = rows.filter(research_notes::importance.eq_any(&query.importance));
    }
    if !query.tag.is_empty() {
        // The index has those only that have any.
        rows = rows.filter(research_notes::tags.ne(Vec::<String>::new()));
        rows = rows
            .filter(inroad_lowered(research_notes::tags).overlaps_with(inroad_lowered(composed_labels(&query.tag))));
    }
    if let Some(pinned) = query.pinned {
        rows = rows.filter(research_notes::pinned.eq(pinned));
    }
    if let Some(after) = query.created_after {
        rows = rows.filter(research_notes::created_at.gt(after));
    }
    if let Some(before) = query.created_before {
        rows = rows.filter(research_notes::created_at.lt(before));
    }
    if let Some(after) = query.updated_after {
        rows = rows.filter(research_notes::updated_at.gt(after));
    }
    if let Some(before) = query.updated_before {
        rows = rows.filter(research_notes::updated_at.lt(before));
    }
    rows
}

/// In which languages the notes are searched.
pub async fn languages(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<String>> {
    let live = research_notes::workspace_id.eq(workspace).and(research_notes::deleted_at.is_null());
    let spoken = research_notes::table.filter(live).select(research_notes::search_language).distinct();
    Ok(spoken.load(&mut conn).await?)
}

/// What is looked for, without `-words` and `-"several words"`; all of it where there is nothing else.
fn without_exclusions(wanted: &str) -> String {
    let (mut rest, mut begins, mut chars) = (String::with_capacity(wanted.len()), true, wanted.chars().peekable());
    while let Some(c) = chars.next() {
        if c == '-' && begins {
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
            let quoted = chars.next_if_eq(&'"').is_some();
            while chars.next_if(|c| if quoted { *c != '"' } else { !c.is_whitespace() }).is_some() {}
            chars.next_if_eq(&'"');
            continue;
        }
        begins = c.is_whitespace();
        rest.push(c);
    }
    if rest.trim().is_empty() { wanted.to_owned() } else { rest }
}

/// The notes of one language that fit best, with their ranks.
pub async fn ranked(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    (language, wanted): (&str, &str),
    from: Option<&Position>,
) -> ApiResult<Vec<(ResearchNoteRow, f32)>> {
    // What is left out says nothing of how well the rest fits.
    let by_language = || {
        ts_rank(research_notes::language_words, inroad_language_query(language.to_owned(), without_exclusions(wanted)))
    };
    // Words with other accents say little beside those of the language: they order what is found by them alone.
    let places = || search::places(workspace, wanted).unwrap_or_else(nowhere);
    let rank = || {
        let folded = weighted_rank(vec![FOLDED; 4], research_notes::search_words, places().into_sql::<TsQuery>());
        Plus::new(by_language(), folded)
    };
    let wanted_of = || inroad_language_query(language.to_owned(), wanted.to_owned());
    let mut rows = filtered(workspace, query).filter(research_notes::search_language.eq(language.to_owned()));
    let by_language = Matches::new(research_notes::language_words, wanted_of());
    rows = match folded(workspace, wanted) {
        Some(folded) => {
            rows.filter(by_language.or(Matches::new(research_notes::search_words, folded.into_sql::<TsQuery>())))
        }
        None => rows.filter(by_language),
    };
    if let Some((fit, id)) = from.and_then(|from| Some((from.fit?, from.id))) {
        rows = rows.filter(rank().lt(fit).or(rank().eq(fit).and(research_notes::id.lt(id))));
    }
    let rows = rows.order((rank().desc(), research_notes::id.desc())).limit(query.fetch());
    Ok(rows.select((ResearchNoteRow::as_select(), rank())).load(&mut conn).await?)
}

/// What counts a word with other accents, wherever it stands.
const FOLDED: f32 = 0.01;

/// What no note has.
fn nowhere() -> Condition {
    Condition::Word { text: "-".to_owned(), prefix: false }
}

diesel::infix_operator!(Plus, " + ", diesel::sql_types::Float, backend: diesel::pg::Pg);

/// The texts of a note, each with marks around the words that were found.
#[derive(Debug, Queryable)]
pub struct Marked {
    pub id: ResearchNoteId,
    pub title: Option<String>,
    pub industry: Option<String>,
    pub author: Option<String>,
    pub site: Option<String>,
    pub excerpt: Option<String>,
    pub body: Option<String>,
    pub attached: Option<String>,
}

pub async fn marked(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ResearchNoteId],
    wanted: &str,
) -> ApiResult<Vec<Marked>> {
    macro_rules! marks {
        ($column:expr) => {
            inroad_language_marks(research_notes::search_language, $column.nullable(), wanted.to_owned())
        };
    }
    let own = research_notes::workspace_id.eq(workspace).and(research_notes::id.eq_any(ids));
    let texts = (
        research_notes::id,
        marks!(research_notes::title),
        marks!(research_notes::industry),
        marks!(research_notes::author),
        marks!(research_notes::site),
        marks!(research_notes::excerpt),
        marks!(research_notes::body),
        marks!(research_notes::attached_words),
    );
    Ok(research_notes::table.filter(own).select(texts).load(&mut conn).await?)
}

diesel::define_sql_function! {
    /// What a person typed, in a language, as PostgreSQL's `websearch_to_tsquery` reads it.
    fn inroad_language_query(language: diesel::sql_types::Text, words: diesel::sql_types::Text) -> TsQuery;
}

diesel::define_sql_function! {
    /// How well it fits, by how often the words stand there and where.
    fn ts_rank(words: TsVector, wanted: TsQuery) -> diesel::sql_types::Float;
}

diesel::define_sql_function! {
    /// As `ts_rank`, with what words of each weight count.
    #[sql_name = "ts_rank"]
    fn weighted_rank(
        weights: diesel::sql_types::Array<diesel::sql_types::Float>,
        words: TsVector,
        wanted: TsQuery,
    ) -> diesel::sql_types::Float;
}

diesel::define_sql_function! {
    /// A text with U+0001 before and U+0002 behind each word that was found.
    fn inroad_language_marks(
        language: diesel::sql_types::Text,
        words: diesel::sql_types::Nullable<diesel::sql_types::Text>,
        wanted: diesel::sql_types::Text,
    ) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

/// As an archive takes them: those about something that does not lie in the trash.
pub const ROWS: Table = Table {
    name: "research_notes",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "contact_id",
        "company_id",
        "meeting_id",
        "industry",
        "kind",
        "title",
        "body",
        "excerpt",
        "source_url",
        "site",
        "author",
        "published_on",
        "accessed_on",
        "importance",
        "pinned",
        "tags",
        "language",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[
        Link::to("contact_id", "contacts"),
        Link::to("company_id", "companies"),
        Link { and: meetings::TAKEN, ..Link::to("meeting_id", "meetings") },
    ],
    taken: TAKEN,
    created: Some(Kind::ResearchNoteCreated),
    ..Table::NONE
};

const TAKEN: &str = "t.deleted_at IS NULL AND (t.industry IS NOT NULL \
    OR EXISTS (SELECT 1 FROM contacts AS c WHERE c.workspace_id = t.workspace_id AND c.id = t.contact_id \
        AND c.deleted_at IS NULL) \
    OR EXISTS (SELECT 1 FROM companies AS c WHERE c.workspace_id = t.workspace_id AND c.id = t.company_id \
        AND c.deleted_at IS NULL) \
    OR EXISTS (SELECT 1 FROM meetings AS r JOIN meeting_contacts AS m ON m.workspace_id = r.workspace_id \
        AND m.meeting_id = r.id JOIN contacts AS c ON c.workspace_id = m.workspace_id AND c.id = m.contact_id \
        AND c.deleted_at IS NULL WHERE r.workspace_id = t.workspace_id AND r.id = t.meeting_id \
        AND r.deleted_at IS NULL))";
