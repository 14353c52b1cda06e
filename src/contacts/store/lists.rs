//! The statements of lists of contacts: filters, orders, and searches by words and by what is like them.
use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Float, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::find_many;
use crate::contacts::model::{ContactId, ContactRow};
use crate::contacts::query::{By, Employment, ListQuery, never};
use crate::db::schema::{companies, contacts, positions};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::http::page::Count;
use crate::sort::{Order, Position, keyset};
use crate::text::{self, composed_labels, inroad_lowered};

/// How like a word of the contact a word of the search must be at least. Two letters that changed places leave a name
/// of five to seven letters a third of its trigrams.
const LIKE: Likeness = Likeness("0.3");
/// What is very like.
const VERY_LIKE: Likeness = Likeness("0.6");
/// Contacts that are like a search of which no more is asked than how like they are: that costs more than finding them.
const RANKED: i64 = 2_000;

/// From 0 to 1, as PostgreSQL reads it.
#[derive(Debug, Clone, Copy)]
pub struct Likeness(&'static str);

diesel::infix_operator!(Resembles, " <% ", Bool, backend: diesel::pg::Pg);

/// Contacts whose words are like those of the search, for when none has them as they are.
///
/// The best come first unless the query says otherwise. For that those that are very like are looked at before the
/// others, and of either no more than [`RANKED`]: a word that nearly every contact has would take seconds.
pub async fn list_alike(
    conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<Hit>> {
    let Some(text) = query.relevance() else { return list(conn, workspace, query, from, Some(LIKE)).await };
    let from = from.and_then(|from| Some((from.fit?, from.id)));
    let fetch = usize::try_from(query.fetch()).unwrap_or(usize::MAX);
    let mut fits: HashMap<ContactId, f32> = HashMap::new();
    let mut best: Vec<(f32, ContactId)> = Vec::new();
    for likeness in [VERY_LIKE, LIKE] {
        fits.extend(fits_of(conn, workspace, query, &text, likeness).await?);
        let follows = |&(fit, id): &(f32, ContactId)| from.is_none_or(|(last, at)| (fit, id.into()) < (last, at));
        best = fits.iter().map(|(id, fit)| (*fit, *id)).filter(follows).collect();
        best.sort_unstable_by(|(a, at), (b, bt)| b.total_cmp(a).then(bt.cmp(at)));
        best.truncate(fetch);
        if best.len() == fetch {
            break;
        }
    }
    let ids: Vec<ContactId> = best.iter().map(|(_, id)| *id).collect();
    let rows = find_many(conn, workspace, &ids).await?;
    let mut rows: HashMap<ContactId, ContactRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(best.into_iter().filter_map(|(fit, id)| Some((rows.remove(&id)?, fit))).collect())
}

/// Contacts that are so like the search, and how like they are.
async fn fits_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    text: &str,
    likeness: Likeness,
) -> ApiResult<Vec<(ContactId, f32)>> {
    let alike = filtered(workspace, query, Some(likeness)).select((contacts::id, fit(Some(text), true)));
    Ok(alike.limit(RANKED).load(&mut conn).await?)
}

/// A contact of a list, and how well it fits what was searched for: see [`fit`].
pub type Hit = (ContactRow, f32);

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
    alike: Option<Likeness>,
) -> ApiResult<Vec<Hit>> {
    let relevance = query.relevance();
    let best = || fit(relevance.as_deref(), alike.is_some());
    let mut rows = filtered(workspace, query, alike).select((ContactRow::as_select(), best()));
    if relevance.is_some() {
        if let Some((fit, id)) = from.and_then(|from| Some((from.fit?, from.id))) {
            rows = rows.filter(best().lt(fit).or(best().eq(fit).and(contacts::id.lt(id))));
        }
        let rows = rows.order((best().desc(), contacts::id.desc()));
        return Ok(rows.limit(query.fetch()).load(&mut conn).await?);
    }
    let Order { by, descending } = query.order();
    rows = match by {
        By::Created => keyset!(rows, descending, contacts::id, from.map(|from| from.id)),
        By::Updated => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, contacts::updated_at, contacts::id, from)
        }
        By::Name => {
            let from = from.and_then(|from| Some((from.text.clone()?, from.id)));
            keyset!(rows, descending, contacts::sort_name, contacts::id, from)
        }
        By::LastTouch => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, contacts::touch_rank, contacts::id, from)
        }
        By::Strength => {
            let from = from.and_then(|from| Some((from.number?, from.id)));
            keyset!(rows, descending, contacts::strength_rank, contacts::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// How many the filters find, if the query asks for it.
pub async fn total(mut conn: &Conn, workspace: WorkspaceId, query: &ListQuery, alike: bool) -> ApiResult<Option<i64>> {
    match query.count {
        None => Ok(None),
        Some(Count::Exact) => {
            Ok(Some(filtered(workspace, query, alike.then_some(LIKE)).count().get_result(&mut conn).await?))
        }
    }
}

/// The contacts that the filters find. An index serves each filter that may find few of many: see the migrations.
fn filtered(
    workspace: WorkspaceId,
    query: &ListQuery,
    alike: Option<Likeness>,
) -> contacts::BoxedQuery<'_, diesel::pg::Pg> {
    diesel::define_sql_function! { fn set_config(name: Text, value: Text, is_local: Bool) -> Text; }
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    let mut rows = contacts::table.filter(live).into_boxed();
    if let Some(Likeness(threshold)) = alike {
        // In the statement itself, before all that depends on it, for as long as it runs: under row security, where a
        // transaction could set it, the index of trigrams is out of reach.
        let set = set_config("pg_trgm.word_similarity_threshold", threshold, true);
        rows = rows.filter(diesel::select(set).single_value().is_not_null());
    }
    for word in text::fold(query.q.as_deref().unwrap_or_default()).split(' ').filter(|word| !word.is_empty()) {
        rows = match (alike, text::has_trigram(word)) {
            (Some(_), _) => rows.filter(Resembles::new(word.to_owned().into_sql::<Text>(), contacts::search_text)),
            (None, true) => rows.filter(contacts::search_text.like(text::anywhere(word))),
            (None, false) => rows.filter(text::strpos(contacts::search_text, word.to_owned()).gt(0)),
        };
    }
    if !query.stage.is_empty() {
        rows = rows.filter(contacts::stage.eq_any(query.stage.clone()));
    }
    if !query.tag.is_empty() {
        // The index has those only that have any.
        rows = rows.filter(contacts::tags.ne(Vec::<String>::new()));
        rows = rows.filter(inroad_lowered(contacts::tags).overlaps_with(inroad_lowered(composed_labels(&query.tag))));
    }
    if !query.industry.is_empty() {
        // The index has those only that have any.
        rows = rows.filter(contacts::industries.ne(Vec::<String>::new()));
        rows = rows.filter(
            inroad_lowered(contacts::industries).overlaps_with(inroad_lowered(composed_labels(&query.industry))),
        );
    }
    if !query.how_found.is_empty() {
        rows = rows.filter(contacts::how_found.eq_any(query.how_found.clone()));
    }
    if !query.relationship.is_empty() {
        rows = rows.filter(contacts::relationship.eq_any(query.relationship.clone()));
    }
    if !query.connector_id.is_empty() {
        rows = rows.filter(contacts::connector_id.eq_any(query.connector_id.clone()));
    }
    if !query.strength.is_empty() {
        rows = rows.filter(contacts::strength_rank.eq_any(query.strengths()));
    }
    if let Some(do_not_contact) = query.do_not_contact {
        rows = rows.filter(contacts::do_not_contact.eq(do_not_contact));
    }
    let employed = matches!(query.employment, Some(Employment::Current | Employment::Former));
    if employed || !query.company_id.is_empty() || query.company.is_some() {
        rows = rows.filter(contacts::id.eq_any(people_at(workspace, query)));
    }
    macro_rules! range {
        ($column:ident, $after:ident, $before:ident) => {
            if let Some(after) = query.$after {
                rows = rows.filter(contacts::$column.gt(after));
            }
            if let Some(before) = query.$before {
                rows = rows.filter(contacts::$column.lt(before));
            }
        };
    }
    range!(created_at, created_after, created_before);
    range!(updated_at, updated_after, updated_before);
    range!(touch_rank, last_touch_after, last_touch_before);
    if query.last_touch_before.is_some() {
        // Whoever was never touched was not touched before either.
        rows = rows.filter(contacts::touch_rank.gt(never()));
    }
    rows
}

type Fit<'a> = Box<dyn BoxableExpression<contacts::table, diesel::pg::Pg, SqlType = Float> + 'a>;

/// What search results are ordered by: where nothing has the words as they are, how like they are, from 0 to 1; else
/// 1 when a word begins with what is searched for, and 0.
fn fit<'a>(text: Option<&str>, alike: bool) -> Fit<'a> {
    diesel::define_sql_function! { fn word_similarity(part: Text, text: Text) -> Float; }
    match text {
        None => Box::new(0.0.into_sql::<Float>()),
        Some(text) if alike => Box::new(word_similarity(text.to_owned(), contacts::search_text)),
        Some(text) => {
            Box::new(diesel::dsl::case_when(begins(text), 1.0.into_sql::<Float>()).otherwise(0.0.into_sql::<Float>()))
        }
    }
}

type Condition<'a> = Box<dyn BoxableExpression<contacts::table, diesel::pg::Pg, SqlType = Bool> + 'a>;

/// Whether a word of the contact begins with what is searched for.
fn begins<'a>(text: &str) -> Condition<'a> {
    let line = text::anywhere(&format!("\n{text}"));
    let word = text::anywhere(&format!(" {text}"));
    Box::new(contacts::search_text.like(line).or(contacts::search_text.like(word)))
}

/// Those who work or worked at the companies of the query, or anywhere.
fn people_at(workspace: WorkspaceId, query: &ListQuery) -> positions::BoxedQuery<'_, diesel::pg::Pg, Uuid> {
    let here = positions::table.filter(positions::workspace_id.eq(workspace));
    let mut people = here.select(positions::contact_id).into_boxed();
    if !query.company_id.is_empty() {
        people = people.filter(positions::company_id.eq_any(&query.company_id));
    }
    if let Some(name) = &query.company {
        let named = companies::workspace_id.eq(workspace).and(companies::deleted_at.is_null());
        let ids = companies::table.filter(named).select(companies::id.nullable()).into_boxed();
        let part = text::fold(name);
        people = people.filter(positions::company_id.eq_any(match text::has_trigram(&part) {
            true => ids.filter(companies::search_text.like(text::anywhere(&part))),
            false => ids.filter(text::strpos(companies::search_text, part).gt(0)),
        }));
    }
    match query.employment {
        None | Some(Employment::Any) => people,
        Some(Employment::Current) => people.filter(positions::is_current),
        Some(Employment::Former) => people.filter(diesel::dsl::not(positions::is_current)),
    }
}
