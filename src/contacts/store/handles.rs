//! The statements by which contacts are recognised: addresses, telephone numbers, and what files know them by.
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;

use crate::contacts::model::ContactId;
use crate::db::schema::{contact_redirects, contacts};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text;

/// Those that are not deleted and have this e-mail address, however it is written, oldest first.
pub async fn with_address(conn: &Conn, workspace: WorkspaceId, address: &str) -> ApiResult<Vec<ContactId>> {
    found(conn, workspace, text::address_spellings(address), Some(100)).await
}

/// Those that are not deleted and have one of these e-mail addresses, all in lower case.
pub async fn with_addresses(conn: &Conn, workspace: WorkspaceId, addresses: Vec<String>) -> ApiResult<Vec<ContactId>> {
    found(conn, workspace, addresses, None).await
}

async fn found(
    mut conn: &Conn,
    workspace: WorkspaceId,
    addresses: Vec<String>,
    most: Option<i64>,
) -> ApiResult<Vec<ContactId>> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    // The index is of those that have some: in these words, for a plan that holds for any parameters knows no more.
    let some = sql::<Bool>("email_keys <> '{}'").and(contacts::email_keys.overlaps_with(addresses));
    let rows = contacts::table.filter(live.and(some)).select(contacts::id).order(contacts::id);
    Ok(match most {
        Some(most) => rows.limit(most).load(&mut conn).await?,
        None => rows.load(&mut conn).await?,
    })
}

/// Those that are not deleted and have an e-mail address of a domain, or of one below it, whether it is written in ASCII
/// or in its own letters; and perhaps some of domains that are written alike, which are to be looked at more closely. By
/// the lines that `?q=` looks into, for these have an index.
pub async fn with_domain(mut conn: &Conn, workspace: WorkspaceId, domain: &str) -> ApiResult<Vec<ContactId>> {
    let (letters, _) = idna::domain_to_unicode(domain);
    let mut found = Vec::new();
    for spelled in text::distinct(vec![domain.to_owned(), text::fold(&letters)]) {
        let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
        let ends = |before: char| format!("%{before}{spelled}\n%");
        let written = contacts::search_text.like(ends('@')).or(contacts::search_text.like(ends('.')));
        let rows = contacts::table.filter(live.and(written)).select(contacts::id);
        found.extend(rows.load::<ContactId>(&mut conn).await?);
    }
    Ok(found)
}

/// By what a file may know a contact: id, LinkedIn slug, e-mail addresses in lower case, and the name it sorts by.
pub type Handle = (ContactId, Option<String>, Vec<String>, String);

/// The handles of all contacts, oldest first.
pub async fn handles(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<Handle>> {
    let live = contacts::table.filter(contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null()));
    let columns = (contacts::id, contacts::linkedin_slug, contacts::email_keys, contacts::sort_name);
    Ok(live.select(columns).order(contacts::id).load(&mut conn).await?)
}

/// The contacts that lie in the trash, by what a file may know them by.
pub async fn handles_in_trash(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<Handle>> {
    // Whoever was merged into another is no more to be restored than to be added anew.
    let merged = contact_redirects::table.filter(contact_redirects::workspace_id.eq(workspace));
    let gone = contacts::table
        .filter(contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_not_null()))
        .filter(diesel::dsl::not(contacts::id.eq_any(merged.select(contact_redirects::id))));
    let columns = (contacts::id, contacts::linkedin_slug, contacts::email_keys, contacts::sort_name);
    Ok(gone.select(columns).load(&mut conn).await?)
}

/// The telephone numbers of all contacts that have some, as the profile keeps them; oldest first.
pub async fn phones(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Vec<(ContactId, serde_json::Value)>> {
    let live = contacts::table.filter(contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null()));
    let list = contacts::profile.retrieve_as_object("phones");
    let with_some = live.filter(list.ne(serde_json::json!([])));
    Ok(with_some.select((contacts::id, list)).order(contacts::id).load(&mut conn).await?)
}
