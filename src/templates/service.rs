//! What can happen to a template, inside the caller's transaction.
use uuid::Uuid;

use super::api::{Template, TemplateInput};
use super::model::{TemplateId, TemplateRow};
use super::store;
use crate::changes::{Kind, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::http::{IfMatch, Patch, Rules};
use crate::{fields, messages, trash};

pub const RESOURCE: &str = "template";

pub async fn create(
    tx: &mut Tx<'_>,
    id: TemplateId,
    input: TemplateInput,
    library_slug: Option<&str>,
) -> ApiResult<Template> {
    ApiError::check(input.faults())?;
    let library_slug = library_slug.map(str::to_owned);
    let row = TemplateRow { library_slug, ..TemplateRow::new(tx.workspace, id, tx.now, input) };
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::TemplateCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// A new one that says the same.
pub async fn duplicate(tx: &mut Tx<'_>, new_id: TemplateId, id: TemplateId) -> ApiResult<Template> {
    let original = store::find(tx.conn, tx.workspace, id).await?;
    let slug = original.library_slug.clone();
    let mut input = TemplateInput::from(Template::from(original));
    let name: String = input.name.chars().take(190).collect();
    input.name = format!("{name} (copy)");
    create(tx, new_id, input, slug.as_deref()).await
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: TemplateId,
    if_match: &IfMatch,
    patch: &Patch<TemplateInput>,
) -> ApiResult<Template> {
    let before = live(tx, id, if_match).await?;
    let input = patch.apply_ruled(&Template::from(before.clone()).into(), |_| ())?;
    say(tx, before, input).await
}

/// Lets it say again what it said in a version. What it is called, and for whom it is, stay as they are.
pub async fn restore_version(tx: &mut Tx<'_>, id: TemplateId, version: i32, if_match: &IfMatch) -> ApiResult<Template> {
    let before = live(tx, id, if_match).await?;
    let then = store::version(tx.conn, tx.workspace, id, version).await?.ok_or_else(ApiError::not_found)?;
    let TemplateInput { name, audience, description, .. } = Template::from(before.clone()).into();
    say(tx, before, TemplateInput { name, audience, description, ..then.into() }).await
}

/// Writes `input` over the locked row, as a new version; a change of nothing leaves the version as it is. Another text is
/// a new version of the text as well.
async fn say(tx: &mut Tx<'_>, before: TemplateRow, input: TemplateInput) -> ApiResult<Template> {
    ApiError::check(input.faults())?;
    let shown = Template::from(before.clone());
    let after = before.clone().saying(input);
    let changed = fields::changed(&shown, &Template::from(after.clone()));
    if changed.is_empty() {
        return Ok(shown);
    }
    let version = after.version + 1;
    let is_new = !after.says_the_same(&before);
    let text_version = if is_new { version } else { after.text_version };
    let after = TemplateRow { version, text_version, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    if is_new {
        store::insert_version(tx.conn, &after.snapshot()).await?;
    }
    tx.record(Kind::TemplateUpdated, after.id, version, changed);
    Ok(after.into())
}

/// Puts it away or takes it out again; what is so already stays as it is.
pub async fn set_archived(tx: &mut Tx<'_>, id: TemplateId, archived: bool, if_match: &IfMatch) -> ApiResult<Template> {
    let mut row = live(tx, id, if_match).await?;
    if row.archived_at.is_some() == archived {
        return Ok(row.into());
    }
    row.archived_at = archived.then_some(tx.now);
    let kind = if archived { Kind::TemplateArchived } else { Kind::TemplateUnarchived };
    Ok(touch(tx, row, kind, vec!["archived_at".to_owned()]).await?.into())
}

pub async fn delete(tx: &mut Tx<'_>, id: TemplateId, if_match: &IfMatch) -> ApiResult<()> {
    let mut row = live(tx, id, if_match).await?;
    row.deleted_at = Some(tx.now);
    let row = touch(tx, row, Kind::TemplateDeleted, Vec::new()).await?;
    trash::put(tx, RESOURCE, id.into(), &row.name).await
}

/// Takes it out of the trash again.
pub async fn restore(tx: &mut Tx<'_>, id: TemplateId) -> ApiResult<()> {
    let mut row = store::lock(tx.conn, tx.workspace, id).await?;
    row.deleted_at = None;
    touch(tx, row, Kind::TemplateRestored, Vec::new()).await?;
    Ok(())
}

/// Removes it for good. Messages that were made from it keep their text.
pub async fn purge(tx: &mut Tx<'_>, id: TemplateId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    messages::template_gone(tx, id).await?;
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::TemplatePurged, id, row.version + 1, Vec::new());
    Ok(())
}

/// Writes the locked row, which says the same as before.
async fn touch(tx: &mut Tx<'_>, row: TemplateRow, kind: Kind, changed: Vec<String>) -> ApiResult<TemplateRow> {
    let row = TemplateRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    tx.record(kind, row.id, row.version, changed);
    Ok(row)
}

async fn live(tx: &mut Tx<'_>, id: TemplateId, if_match: &IfMatch) -> ApiResult<TemplateRow> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if row.deleted_at.is_some() {
        return Err(ApiError::not_found());
    }
    if_match.check(row.version)?;
    Ok(row)
}

/// Those of these templates that are not deleted.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[TemplateId]) -> ApiResult<Vec<Template>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    Ok(store::read_many(conn, workspace, &ids).await?.into_iter().map(Template::from).collect())
}
