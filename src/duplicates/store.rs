//! Every statement about duplicates, each within one workspace.
use std::collections::HashSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Jsonb;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::keys::{Name, Person, Spoken};
use super::model::{DismissalId, DismissalRow};
use crate::changes::Kind;
use crate::contacts::ContactId;
use crate::db::schema::{contacts, duplicate_dismissals as dismissals, positions, workspaces};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::{Link, Table};
use crate::sort::Position;

/// The number of the workspace's newest change: what was found is true until there is another.
pub async fn change_seq(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<i64> {
    let own = workspaces::table.find(workspace);
    Ok(own.select(workspaces::change_seq).first(&mut conn).await?)
}

/// Id, names, profile, addresses, and the phones as the profile's document has them.
pub type PersonRow = (Uuid, Option<String>, Option<String>, Option<String>, Vec<String>, Value);

/// What is compared of all contacts, oldest first.
pub async fn people(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<PersonRow>> {
    let live = contacts::table.filter(contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null()));
    let columns = (
        sql::<diesel::sql_types::Uuid>("contacts.id"),
        contacts::given_name,
        contacts::family_name,
        contacts::linkedin_slug,
        contacts::email_keys,
        sql::<Jsonb>("coalesce(contacts.profile -> 'phones', '[]')"),
    );
    Ok(live.select(columns).order(contacts::id).load(&mut conn).await?)
}

/// Who works or worked at which company, by contact.
pub async fn employments(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<(Uuid, Uuid)>> {
    let placed =
        positions::table.filter(positions::workspace_id.eq(workspace).and(positions::company_id.is_not_null()));
    let columns = (positions::contact_id, positions::company_id.assume_not_null());
    Ok(placed.select(columns).order(positions::contact_id).load(&mut conn).await?)
}

/// The pairs that are two people, older one first.
pub async fn dismissed(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<HashSet<(Uuid, Uuid)>> {
    let own = dismissals::table.filter(dismissals::workspace_id.eq(workspace));
    let pairs: Vec<(Uuid, Uuid)> = own.select((dismissals::first_id, dismissals::second_id)).load(&mut conn).await?;
    Ok(pairs.into_iter().collect())
}

/// A contact as it is compared, with its companies.
pub fn person(row: PersonRow, companies: Vec<Uuid>, spoken: &mut Spoken) -> Person {
    let (id, given, family, slug, emails, phones) = row;
    let number = |phone: &Value| {
        let typed = || {
            let digits: String = phone["number"].as_str()?.chars().filter(char::is_ascii_digit).collect();
            // Fewer are an extension.
            (digits.len() >= 7).then_some(digits)
        };
        phone["e164"].as_str().map(str::to_owned).or_else(typed)
    };
    let phones = phones.as_array().into_iter().flatten().filter_map(number).collect();
    Person { id, slug, emails, phones, companies, name: Name::new(given.as_deref(), family.as_deref(), spoken) }
}

/// Remembers these pairs, and says which of them are new.
pub async fn dismiss(mut conn: &Conn, rows: &[DismissalRow]) -> ApiResult<Vec<DismissalRow>> {
    Ok(diesel::insert_into(dismissals::table)
        .values(rows)
        .on_conflict((dismissals::workspace_id, dismissals::first_id, dismissals::second_id))
        .do_nothing()
        .returning(DismissalRow::as_returning())
        .get_results(&mut conn)
        .await?)
}

/// What is remembered of pairs of these contacts.
pub async fn among(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<DismissalRow>> {
    let inside = dismissals::first_id.eq_any(ids).and(dismissals::second_id.eq_any(ids));
    let own = DismissalRow::query().filter(dismissals::workspace_id.eq(workspace).and(inside));
    Ok(own.order(dismissals::id).load(&mut conn).await?)
}

/// What is remembered of pairs with one of these contacts.
pub async fn of(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<DismissalRow>> {
    let theirs = dismissals::first_id.eq_any(ids).or(dismissals::second_id.eq_any(ids));
    let own = DismissalRow::query().filter(dismissals::workspace_id.eq(workspace).and(theirs));
    Ok(own.order(dismissals::id).load(&mut conn).await?)
}

/// Newest first, of contacts that are there.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: Option<&Position>,
    fetch: i64,
) -> ApiResult<Vec<DismissalRow>> {
    let live = || {
        let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
        contacts::table.filter(live).select(contacts::id)
    };
    let rows = DismissalRow::query().filter(dismissals::workspace_id.eq(workspace));
    let rows = rows.filter(dismissals::first_id.eq_any(live())).filter(dismissals::second_id.eq_any(live()));
    let rows = crate::sort::keyset!(rows.into_boxed(), true, dismissals::id, from.map(|from| from.id));
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn revoke(mut conn: &Conn, workspace: WorkspaceId, ids: &[DismissalId]) -> ApiResult<usize> {
    let own = dismissals::workspace_id.eq(workspace).and(dismissals::id.eq_any(ids));
    Ok(diesel::delete(dismissals::table.filter(own)).execute(&mut conn).await?)
}

/// What is not a duplicate, as an archive takes it.
pub const DISMISSALS: Table = Table {
    name: "duplicate_dismissals",
    columns: &["id", "created_at", "dismissed_by", "first_id", "second_id"],
    id: Some("id"),
    key: &["id"],
    links: &[Link::required("first_id", "contacts"), Link::required("second_id", "contacts")],
    created: Some(Kind::DuplicateDismissed),
    ..Table::NONE
};
