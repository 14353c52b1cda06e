//! Every statement about the network, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{LinkRow, PersonRow, RoleRow};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::schema::{contacts, introductions, positions};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::introductions::State;
use crate::text::{composed_labels, inroad_lowered};

/// The newest introductions, as links.
pub async fn links(mut conn: &Conn, workspace: WorkspaceId, limit: i64) -> ApiResult<Vec<LinkRow>> {
    let live = introductions::workspace_id.eq(workspace).and(introductions::deleted_at.is_null());
    let rows = LinkRow::query().filter(live).order(introductions::id.desc());
    Ok(rows.limit(limit).load(&mut conn).await?)
}

/// Connectors and whom they connected.
pub async fn connectors(mut conn: &Conn, workspace: WorkspaceId, limit: i64) -> ApiResult<Vec<(ContactId, ContactId)>> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    let led = contacts::table.filter(live.and(contacts::connector_id.is_not_null()));
    let pairs = led.select((contacts::connector_id.assume_not_null(), contacts::id));
    Ok(pairs.order((contacts::connector_id, contacts::id)).limit(limit).load(&mut conn).await?)
}

/// Those of these contacts that are not deleted.
pub async fn people(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<PersonRow>> {
    let wanted = contacts::workspace_id.eq(workspace).and(contacts::id.eq_any(ids));
    Ok(PersonRow::query().filter(wanted.and(contacts::deleted_at.is_null())).load(&mut conn).await?)
}

/// Contacts that carry any of these tags.
pub async fn tagged(mut conn: &Conn, workspace: WorkspaceId, tags: &[String]) -> ApiResult<Vec<Uuid>> {
    let live = contacts::workspace_id.eq(workspace).and(contacts::deleted_at.is_null());
    // As lists filter by tags: whatever their case, by the index of those that have any.
    let some = contacts::tags.ne(Vec::<String>::new());
    let tagged = inroad_lowered(contacts::tags).overlaps_with(inroad_lowered(composed_labels(tags)));
    let tagged = contacts::table.filter(live.and(some).and(tagged));
    Ok(tagged.select(contacts::id).load(&mut conn).await?)
}

/// Contacts that work or worked at any of these companies.
pub async fn people_at(mut conn: &Conn, workspace: WorkspaceId, companies: &[Uuid]) -> ApiResult<Vec<Uuid>> {
    let there = positions::workspace_id.eq(workspace).and(positions::company_id.eq_any(companies));
    Ok(positions::table.filter(there).select(positions::contact_id).load(&mut conn).await?)
}

/// Who works or worked at a company, with each role there; whom the seeker knows best, and who is there now, first.
pub async fn roles(
    mut conn: &Conn,
    workspace: WorkspaceId,
    company: CompanyId,
    limit: i64,
) -> ApiResult<Vec<(RoleRow, PersonRow)>> {
    let person = contacts::table.on(contacts::workspace_id
        .eq(positions::workspace_id)
        .and(contacts::id.eq(positions::contact_id))
        .and(contacts::deleted_at.is_null()));
    let there = positions::workspace_id.eq(workspace).and(positions::company_id.eq(company));
    let rows = positions::table.inner_join(person).filter(there);
    let rows = rows.select((RoleRow::as_select(), PersonRow::as_select()));
    let closest = (
        contacts::strength.desc().nulls_last(),
        positions::is_current.desc(),
        positions::contact_id,
        positions::ordinal,
    );
    Ok(rows.order(closest).limit(limit).load(&mut conn).await?)
}

/// Introductions by contacts that lead to any of these people, or to somebody named as working at the company, and
/// were not declined.
pub async fn links_to(
    mut conn: &Conn,
    workspace: WorkspaceId,
    company: CompanyId,
    people: &[ContactId],
    limit: i64,
) -> ApiResult<Vec<LinkRow>> {
    let live = introductions::workspace_id.eq(workspace).and(introductions::deleted_at.is_null());
    let known = introductions::introducer_id.is_not_null().and(introductions::state.ne(State::Declined));
    let there = introductions::introduced_id
        .eq_any(people)
        .or(introductions::introduced_company_id.eq(company).and(introductions::introduced_ghost.is_null()));
    let rows = LinkRow::query().filter(live.and(known).and(there)).order(introductions::id.desc());
    Ok(rows.limit(limit).load(&mut conn).await?)
}
