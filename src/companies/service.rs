//! What can happen to a company, inside the caller's transaction.
use super::model::{Company, CompanyId, CompanyInput, CompanyRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::error::{ApiError, ApiResult};
use crate::external_ids::ExternalIds;
use crate::http::{IfMatch, IfNoneMatch, Patch};
use crate::{contacts, external_ids, feeds, fields, introductions, research_notes, trash};

pub const RESOURCE: &str = "company";

pub async fn create(tx: &mut Tx<'_>, id: CompanyId, input: CompanyInput) -> ApiResult<Company> {
    let row = input.into_row(tx.workspace, id, 1, tx.now, tx.now)?;
    refuse_taken_name(tx, &row).await?;
    store::insert(tx.conn, &row).await?;
    external_ids::replace(tx.conn, tx.workspace, RESOURCE, id.into(), &ExternalIds::new(), &row.external_ids.0).await?;
    tx.record(Kind::CompanyCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// The constraint would say so, too, but could not name the other.
async fn refuse_taken_name(tx: &mut Tx<'_>, row: &CompanyRow) -> ApiResult<()> {
    let known = store::by_keys(tx.conn, tx.workspace, std::slice::from_ref(&row.name_key)).await?;
    match known.get(&row.name_key) {
        Some((other, _)) if *other != row.id => Err(store::exists(Some(*other))),
        _ => Ok(()),
    }
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: CompanyId,
    if_match: &IfMatch,
    patch: &Patch<CompanyInput>,
) -> ApiResult<Company> {
    let before = live(tx, id).await?;
    if_match.check(before.version)?;
    let input = patch.apply(&Company::from(before.clone()).into())?;
    write(tx, before, input).await
}

/// Writes `input` over the locked row; a change of nothing leaves the version as it is.
async fn write(tx: &mut Tx<'_>, before: CompanyRow, input: CompanyInput) -> ApiResult<Company> {
    let after = input.into_row(tx.workspace, before.id, before.version, before.created_at, before.updated_at)?;
    let changed = fields::changed(&Company::from(before.clone()), &Company::from(after.clone()));
    if changed.is_empty() {
        return Ok(before.into());
    }
    let after = CompanyRow { version: before.version + 1, updated_at: tx.now, ..after };
    if before.name_key != after.name_key {
        refuse_taken_name(tx, &after).await?;
    }
    store::update(tx.conn, &after).await?;
    let id = after.id.into();
    external_ids::replace(tx.conn, tx.workspace, RESOURCE, id, &before.external_ids.0, &after.external_ids.0).await?;
    if before.name != after.name {
        contacts::company_renamed(tx, after.id, (&before.name, &after.name)).await?;
    }
    tx.record(Kind::CompanyUpdated, after.id, after.version, changed);
    Ok(after.into())
}

pub async fn upsert(
    tx: &mut Tx<'_>,
    new_id: CompanyId,
    system: &str,
    external_id: &str,
    (if_match, if_none_match): (&IfMatch, &IfNoneMatch),
    patch: &Patch<CompanyInput>,
) -> ApiResult<(bool, Company)> {
    external_ids::check_path(patch.get("external_ids"), system, external_id)?;
    let known = external_ids::find(tx.conn, tx.workspace, RESOURCE, system, external_id).await?;
    let Some(id) = known else {
        if_match.check_absent()?;
        let mut input = patch.apply(&CompanyInput::named(""))?;
        input.external_ids.insert(system.to_owned(), external_id.to_owned());
        return Ok((true, create(tx, new_id, input).await?));
    };
    let before = live(tx, id.into()).await?;
    if_match.check(before.version)?;
    if_none_match.check(before.version)?;
    let mut input = patch.apply(&Company::from(before.clone()).into())?;
    input.external_ids.insert(system.to_owned(), external_id.to_owned());
    Ok((false, write(tx, before, input).await?))
}

pub async fn delete(tx: &mut Tx<'_>, id: CompanyId, if_match: &IfMatch) -> ApiResult<()> {
    let row = live(tx, id).await?;
    if_match.check(row.version)?;
    let version = store::mark_deleted(tx.conn, tx.workspace, id, Some(tx.now), tx.now).await?;
    external_ids::replace(tx.conn, tx.workspace, RESOURCE, id.into(), &row.external_ids.0, &ExternalIds::new()).await?;
    trash::put(tx, RESOURCE, id.into(), &row.name).await?;
    contacts::company_moved(tx, id).await?;
    tx.record(Kind::CompanyDeleted, id, version, Vec::new());
    Ok(())
}

/// Takes it out of the trash again, if nothing took its place.
pub async fn restore(tx: &mut Tx<'_>, id: CompanyId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    let version = store::mark_deleted(tx.conn, tx.workspace, id, None, tx.now).await?;
    external_ids::replace(tx.conn, tx.workspace, RESOURCE, id.into(), &ExternalIds::new(), &row.external_ids.0).await?;
    contacts::company_moved(tx, id).await?;
    tx.record(Kind::CompanyRestored, id, version, Vec::new());
    Ok(())
}

/// Removes it for good.
pub async fn purge(tx: &mut Tx<'_>, id: CompanyId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    introductions::company_gone(tx, id, &row.name).await?;
    feeds::company_gone(tx, id).await?;
    research_notes::company_gone(tx, id).await?;
    contacts::company_moved(tx, id).await?;
    store::purge(tx.conn, &row).await?;
    tx.record(Kind::CompanyPurged, id, row.version + 1, Vec::new());
    Ok(())
}

async fn live(tx: &mut Tx<'_>, id: CompanyId) -> ApiResult<CompanyRow> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if row.deleted_at.is_some() { Err(ApiError::not_found()) } else { Ok(row) }
}
