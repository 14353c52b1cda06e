//! What can happen to a contact, inside the caller's transaction.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::api::{Contact, ContactInput};
use super::draft::{Draft, Identity, position_row};
use super::model::{ContactId, ContactRow, PositionRow, PositionView, StageMoveRow};
use super::parts::Position;
use super::words::Stage;
use super::{merging, store};
use crate::changes::{Kind, Tx};
use crate::companies::{self, CompanyId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::external_ids::ExternalIds;
use crate::http::{IfMatch, IfNoneMatch, Patch};
use crate::{
    circle_requests, external_ids, feeds, fields, follow_ups, introductions, meetings, merges, messages,
    research_notes, text, trash,
};

pub const RESOURCE: &str = "contact";

/// Names of companies, by id and by [`text::name_key`]: what positions are resolved against.
#[derive(Debug, Default)]
pub struct Companies {
    by_id: HashMap<CompanyId, String>,
    by_key: HashMap<String, (CompanyId, String)>,
    /// Those that have an id, and are added by [`Companies::add_planned`].
    planned: Vec<CompanyId>,
}

impl Companies {
    /// The companies that a contact's positions name.
    pub async fn resolve(tx: &mut Tx<'_>, input: &ContactInput) -> ApiResult<Self> {
        let mut known = Self::default();
        known.learn(tx, &[input]).await?;
        Ok(known)
    }

    /// Those of the companies that these contacts' positions name by their ids; none is added.
    pub async fn by_id(tx: &mut Tx<'_>, inputs: &[&ContactInput]) -> ApiResult<Self> {
        let positions = inputs.iter().flat_map(|input| &input.positions);
        let ids: Vec<CompanyId> = positions.filter_map(|position| position.company_id).collect();
        Ok(Self { by_id: companies::names(tx.conn, tx.workspace, &ids).await?, ..Self::default() })
    }

    /// What a company is called that was looked up, or planned.
    pub fn name(&self, id: CompanyId) -> Option<&str> {
        let found = || self.by_key.values().find(|(own, _)| *own == id).map(|(_, name)| name);
        self.by_id.get(&id).or_else(found).map(String::as_str)
    }

    pub fn has(&self, id: CompanyId) -> bool {
        self.by_id.contains_key(&id)
    }

    /// Finds the companies that these contacts' positions name and that are not known yet; adds those that are not
    /// there.
    pub async fn learn(&mut self, tx: &mut Tx<'_>, inputs: &[&ContactInput]) -> ApiResult<()> {
        let names = self.find_ids(tx, inputs).await?;
        if !names.is_empty() {
            self.by_key.extend(companies::find_or_create(tx, &names).await?);
        }
        Ok(())
    }

    /// As [`learn`](Self::learn), but those that are not there get an id only, and are added later: until the end of
    /// the transaction everybody else who names one of them would have to wait.
    pub async fn plan(&mut self, tx: &Tx<'_>, inputs: &[&ContactInput]) -> ApiResult<()> {
        let names = self.find_ids(tx, inputs).await?;
        if names.is_empty() {
            return Ok(());
        }
        let (found, missing) = companies::find(tx.conn, tx.workspace, &names).await?;
        self.by_id.extend(found.values().cloned());
        self.by_key.extend(found);
        for name in missing {
            let id = CompanyId::from(Uuid::now_v7());
            self.planned.push(id);
            self.by_id.insert(id, name.clone());
            self.by_key.insert(text::name_key(&name), (id, name));
        }
        Ok(())
    }

    /// Adds those that were planned. Tells which of them somebody else has added meanwhile, with the id that they have.
    pub async fn add_planned(&mut self, tx: &mut Tx<'_>) -> ApiResult<HashMap<CompanyId, CompanyId>> {
        let planned: HashSet<CompanyId> = std::mem::take(&mut self.planned).into_iter().collect();
        let missing = self.by_key.iter().filter(|(_, (id, _))| planned.contains(id));
        let mut missing: Vec<(&String, CompanyId, String)> =
            missing.map(|(key, (id, name))| (key, *id, name.clone())).collect();
        missing.sort_unstable();
        let keys: Vec<(String, CompanyId)> = missing.iter().map(|(key, id, _)| ((*key).clone(), *id)).collect();
        let there = companies::add(tx, missing.into_iter().map(|(_, id, name)| (id, name)).collect()).await?;
        let other = |(key, planned): (String, CompanyId)| {
            there.get(&key).filter(|(id, _)| *id != planned).map(|(id, _)| (planned, *id))
        };
        Ok(keys.into_iter().filter_map(other).collect())
    }

    /// Learns the names of companies that positions name by id; tells the names of others that are not known yet.
    async fn find_ids(&mut self, tx: &Tx<'_>, inputs: &[&ContactInput]) -> ApiResult<Vec<String>> {
        let positions = || inputs.iter().flat_map(|input| &input.positions);
        let mut ids: Vec<CompanyId> = positions().filter_map(|position| position.company_id).collect();
        ids.retain(|id| !self.by_id.contains_key(id));
        if !ids.is_empty() {
            self.by_id.extend(companies::names(tx.conn, tx.workspace, &ids).await?);
        }
        let names = positions().filter(|position| position.company_id.is_none());
        let mut names: Vec<String> = names.filter_map(|position| position.company_name.clone()).collect();
        names.retain(|name| !self.by_key.contains_key(&text::name_key(name)));
        Ok(names)
    }

    /// Companies that positions name and that are not in this workspace.
    fn faults(&self, input: &ContactInput) -> Vec<Fault> {
        let unknown = |position: &Position| {
            // One that lies in the trash is not known, but the position may keep it.
            let kept = position.id.is_some() && position.company_name.is_some();
            position.company_id.is_some_and(|id| !self.by_id.contains_key(&id)) && !kept
        };
        let positions = input.positions.iter().enumerate().filter(|(_, position)| unknown(position));
        let detail = "is not a company of this workspace";
        positions
            .map(|(index, _)| Fault::field(format!("/positions/{index}/company_id"), "not_found", detail))
            .collect()
    }

    /// Gives each position its company.
    fn settle(&self, input: &mut ContactInput) -> ApiResult<()> {
        ApiError::check(self.faults(input))?;
        for position in &mut input.positions {
            if let Some(id) = position.company_id {
                if let Some(name) = self.by_id.get(&id) {
                    position.company_name = Some(name.clone());
                }
            } else if let Some(name) = &position.company_name
                && let Some((id, name)) = self.by_key.get(&text::name_key(name))
            {
                position.company_id = Some(*id);
                position.company_name = Some(name.clone());
            }
        }
        Ok(())
    }
}

/// The rows of a contact, from a checked input.
pub fn draft(mut input: ContactInput, identity: Identity, known: &Companies) -> ApiResult<Draft> {
    known.settle(&mut input)?;
    let names: Vec<String> = input.positions.iter().filter_map(|position| position.company_name.clone()).collect();
    let rows = input.positions.iter().enumerate().map(|(ordinal, position)| {
        let id = position.id.unwrap_or_else(Uuid::now_v7);
        position_row(identity, id, ordinal, position, position.company_name.clone())
    });
    let rows = rows.collect();
    Ok(input.into_draft(identity, rows, &names))
}

pub fn fresh(tx: &Tx<'_>, id: ContactId) -> Identity {
    Identity {
        workspace: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        stage_changed_at: tx.now,
    }
}

pub async fn create(tx: &mut Tx<'_>, id: ContactId, input: ContactInput) -> ApiResult<Contact> {
    let mut input = input;
    let mut faults = input.examine();
    // A new contact has no positions yet whose identity could be kept.
    input.positions.iter_mut().for_each(|position| position.id = None);
    faults.extend(connector_fault(tx, id, input.connector_id).await?);
    faults.extend(misnamed(tx, &[], &input).await?);
    let known = Companies::resolve(tx, &input).await?;
    faults.extend(known.faults(&input));
    ApiError::check(faults)?;
    let draft = draft(input, fresh(tx, id), &known)?;
    store::insert(tx.conn, &draft.contact).await?;
    store::insert_positions(tx.conn, &draft.positions).await?;
    let Draft { contact, positions } = draft;
    let own = &contact.row.external_ids.0;
    external_ids::replace(tx.conn, tx.workspace, RESOURCE, id.into(), &ExternalIds::new(), own).await?;
    tx.record(Kind::ContactCreated, id, 1, Vec::new());
    let name = |row: &PositionRow| row.company_id.and_then(|id| known.name(id).map(str::to_owned));
    let views = positions.iter().map(|row| view(row, name(row), false)).collect();
    Ok(Contact::new(contact.row, views))
}

/// A position as it is read, at a company of this name.
fn view(row: &PositionRow, present_company_name: Option<String>, company_in_trash: bool) -> PositionView {
    PositionView {
        company_in_trash,
        id: row.id,
        contact_id: row.contact_id,
        company_id: row.company_id,
        company_name: row.company_name.clone(),
        present_company_name,
        title: row.title.clone(),
        started_on: row.started_on,
        ended_on: row.ended_on,
        is_current: row.is_current,
    }
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: ContactId,
    if_match: &IfMatch,
    patch: &Patch<ContactInput>,
) -> ApiResult<Contact> {
    let before = live(tx, id).await?;
    if_match.check(before.version)?;
    let shown = read(tx, before.clone()).await?;
    let input = patch.apply_ruled(&shown.clone().into(), |input| reopen(&before, input))?;
    let faults = misnamed(tx, &shown.positions, &input).await?;
    overwrite(tx, before, shown, input, faults).await
}

/// Positions that name a company by its id and by a name that it does not have: which of the two is meant nobody knows.
/// What is sent back as it was `shown` may be behind the times.
async fn misnamed(tx: &Tx<'_>, shown: &[Position], input: &ContactInput) -> ApiResult<Vec<Fault>> {
    let is_shown = |position: &Position| {
        let same =
            |one: &Position| (one.company_id, &one.company_name) == (position.company_id, &position.company_name);
        shown.iter().any(same)
    };
    let news = input.positions.iter().enumerate().filter(|(_, position)| !is_shown(position));
    let both: Vec<(usize, CompanyId, &str)> =
        news.filter_map(|(at, position)| Some((at, position.company_id?, position.company_name.as_deref()?))).collect();
    if both.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<CompanyId> = both.iter().map(|(_, id, _)| *id).collect();
    let names = companies::names(tx.conn, tx.workspace, &ids).await?;
    let fault = |(at, id, given): (usize, CompanyId, &str)| {
        let called = names.get(&id).filter(|name| text::name_key(name) != text::name_key(given))?;
        let detail = format!("is not what `company_id` is called ({called}): give one of the two");
        Some(Fault::field(format!("/positions/{at}/company_name"), "not_allowed", detail))
    };
    Ok(both.into_iter().filter_map(fault).collect())
}

/// Writes `input` over the locked row; a change of nothing leaves the version as it is.
pub async fn write(tx: &mut Tx<'_>, before: ContactRow, shown: Contact, input: ContactInput) -> ApiResult<Contact> {
    overwrite(tx, before, shown, input, Vec::new()).await
}

/// As [`write`]; these faults were found in it already.
async fn overwrite(
    tx: &mut Tx<'_>,
    before: ContactRow,
    shown: Contact,
    input: ContactInput,
    mut faults: Vec<Fault>,
) -> ApiResult<Contact> {
    let id = before.id;
    let mut input = input;
    reopen(&before, &mut input);
    faults.extend(input.examine());
    if input.connector_id != before.connector_id {
        faults.extend(connector_fault(tx, id, input.connector_id).await?);
    }
    let own: Vec<Uuid> = shown.positions.iter().filter_map(|position| position.id).collect();
    for position in input.positions.iter_mut().filter(|position| position.id.is_some_and(|id| !own.contains(&id))) {
        position.id = None;
    }
    let known = Companies::resolve(tx, &input).await?;
    faults.extend(known.faults(&input));
    ApiError::check(faults)?;
    let stage_changed = input.stage != before.stage;
    let Some((draft, changed)) = redraft(tx, &shown, input, &known, false)? else { return Ok(shown) };
    store::update(tx.conn, &draft.contact).await?;
    store::replace_positions(tx.conn, tx.workspace, &[id], &draft.positions).await?;
    let row = draft.contact.row;
    let (old, new) = (&before.external_ids.0, &row.external_ids.0);
    external_ids::replace(tx.conn, tx.workspace, RESOURCE, id.into(), old, new).await?;
    if stage_changed {
        keep_stage_move(tx, before.stage, &row).await?;
        tx.record(Kind::ContactStageChanged, id, row.version, changed);
    } else {
        tx.record(Kind::ContactUpdated, id, row.version, changed);
    }
    read(tx, row).await
}

/// The rows of a contact that becomes `input`, and the fields in which it changes, if it changes at all, or is to get a
/// new version in any case.
pub fn redraft(
    tx: &Tx<'_>,
    shown: &Contact,
    input: ContactInput,
    known: &Companies,
    in_any_case: bool,
) -> ApiResult<Option<(Draft, Vec<String>)>> {
    let mut identity = Identity {
        workspace: tx.workspace,
        id: shown.id,
        version: shown.version,
        created_at: shown.created_at,
        updated_at: shown.updated_at,
        stage_changed_at: if input.stage != shown.stage { tx.now } else { shown.stage_changed_at },
    };
    let proposed = draft(input.clone(), identity, known)?;
    let changed = changed(shown, &proposed);
    if changed.is_empty() && !in_any_case {
        return Ok(None);
    }
    identity.version += 1;
    identity.updated_at = tx.now;
    Ok(Some((Draft { positions: proposed.positions, ..draft(input, identity, known)? }, changed)))
}

/// Whoever opens a contact again need not say that it is closed for no reason any more.
fn reopen(before: &ContactRow, input: &mut ContactInput) {
    if before.stage == Stage::Closed && input.stage != Stage::Closed && input.stage_reason == before.stage_reason {
        input.stage_reason = None;
    }
}

/// The change log says that the stage changed, and forgets it after a while; the timeline tells from which to which.
pub async fn keep_stage_move(tx: &Tx<'_>, from_stage: Stage, row: &ContactRow) -> ApiResult<()> {
    store::insert_stage_move(tx.conn, &stage_move(tx, from_stage, row)).await
}

/// The move by which a contact got to the stage that its row has.
pub fn stage_move(tx: &Tx<'_>, from_stage: Stage, row: &ContactRow) -> StageMoveRow {
    StageMoveRow {
        workspace_id: row.workspace_id,
        contact_id: row.id,
        version: row.version,
        moved_at: tx.now,
        from_stage,
        to_stage: row.stage,
        reason: row.stage_reason,
    }
}

/// Makes `connector` the contact's connector, if it has none yet and both are there.
pub async fn connect(tx: &mut Tx<'_>, id: ContactId, connector: ContactId) -> ApiResult<()> {
    let before = store::lock(tx.conn, tx.workspace, id).await?;
    if before.deleted_at.is_some() || before.connector_id.is_some() || id == connector {
        return Ok(());
    }
    if !store::stays(tx.conn, tx.workspace, connector).await? {
        return Ok(());
    }
    let shown = read(tx, before.clone()).await?;
    let input = ContactInput { connector_id: Some(connector), ..shown.clone().into() };
    write(tx, before, shown, input).await.map(|_| ())
}

/// The fields in which the contact would differ from what is shown.
fn changed(shown: &Contact, draft: &Draft) -> Vec<String> {
    let views = draft.positions.iter().map(|row| {
        let shown = shown.positions.iter().find(|position| position.id == Some(row.id));
        let same = shown.filter(|shown| shown.company_id == row.company_id);
        let name = same.and_then(|shown| shown.company_name.clone());
        view(row, name, same.is_some_and(|shown| shown.company_in_trash))
    });
    fields::changed(shown, &Contact::new(draft.contact.row.clone(), views.collect()))
}

pub async fn upsert(
    tx: &mut Tx<'_>,
    new_id: ContactId,
    system: &str,
    external_id: &str,
    (if_match, if_none_match): (&IfMatch, &IfNoneMatch),
    patch: &Patch<ContactInput>,
) -> ApiResult<(bool, Contact)> {
    external_ids::check_path(patch.get("external_ids"), system, external_id)?;
    let known = external_ids::find(tx.conn, tx.workspace, RESOURCE, system, external_id).await?;
    let Some(known) = known else {
        if_match.check_absent()?;
        let mut input = patch.apply_ruled(&ContactInput::empty(), |_| ())?;
        input.external_ids.insert(system.to_owned(), external_id.to_owned());
        return Ok((true, create(tx, new_id, input).await?));
    };
    let survivor = merges::survivor(tx.conn, tx.workspace, known.into()).await?;
    let before = live(tx, survivor.unwrap_or(known.into())).await?;
    if_match.check(before.version)?;
    if_none_match.check(before.version)?;
    let shown = read(tx, before.clone()).await?;
    let mut input = patch.apply_ruled(&shown.clone().into(), |input| reopen(&before, input))?;
    // Of one system a contact shows one id; it is found by those of the contacts that were merged into it, too.
    if survivor.is_none() {
        input.external_ids.insert(system.to_owned(), external_id.to_owned());
    }
    let faults = misnamed(tx, &shown.positions, &input).await?;
    Ok((false, overwrite(tx, before, shown, input, faults).await?))
}

pub async fn delete(tx: &mut Tx<'_>, id: ContactId, if_match: &IfMatch) -> ApiResult<()> {
    let row = live(tx, id).await?;
    if_match.check(row.version)?;
    set_deleted(tx, &row, Some(tx.now)).await?;
    trash::put(tx, RESOURCE, id.into(), &row.display_name).await?;
    tx.record(Kind::ContactDeleted, id, row.version + 1, Vec::new());
    Ok(())
}

/// Takes it out of the trash again, if nothing took its place.
pub async fn restore(tx: &mut Tx<'_>, id: ContactId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    set_deleted(tx, &row, None).await?;
    tx.record(Kind::ContactRestored, id, row.version + 1, Vec::new());
    Ok(())
}

async fn set_deleted(tx: &mut Tx<'_>, row: &ContactRow, deleted_at: Option<DateTime<Utc>>) -> ApiResult<()> {
    store::mark_deleted(tx.conn, tx.workspace, row.id, deleted_at, tx.now).await?;
    let led = match deleted_at {
        Some(_) => store::part(tx.conn, tx.workspace, row.id, tx.now).await?,
        None => store::rejoin(tx.conn, tx.workspace, row.id, tx.now).await?,
    };
    merging::follow_connector(tx, &led).await?;
    let none = ExternalIds::new();
    let (before, after) =
        if deleted_at.is_some() { (&row.external_ids.0, &none) } else { (&none, &row.external_ids.0) };
    external_ids::replace(tx.conn, tx.workspace, RESOURCE, row.id.into(), before, after).await
}

/// Removes it for good.
pub async fn purge(tx: &mut Tx<'_>, id: ContactId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    introductions::contact_erased(tx, &[id]).await?;
    circle_requests::contact_erased(tx, &[id]).await?;
    messages::contact_erased(tx, &[id]).await?;
    meetings::contact_erased(tx, &[id]).await?;
    follow_ups::contact_erased(tx, &[id]).await?;
    feeds::contact_erased(tx, &[id]).await?;
    research_notes::contact_erased(tx, &[id]).await?;
    merges::purge_hidden(tx, id).await?;
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::ContactPurged, id, row.version + 1, Vec::new());
    Ok(())
}

/// The live row, locked until the end of the transaction.
pub async fn live(tx: &mut Tx<'_>, id: ContactId) -> ApiResult<ContactRow> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if row.deleted_at.is_some() { Err(ApiError::not_found()) } else { Ok(row) }
}

/// The contact as the API shows it.
pub async fn read(tx: &mut Tx<'_>, row: ContactRow) -> ApiResult<Contact> {
    let positions = store::positions_of(tx.conn, tx.workspace, row.id).await?;
    Ok(Contact::new(row, positions))
}

async fn connector_fault(tx: &mut Tx<'_>, id: ContactId, connector: Option<ContactId>) -> ApiResult<Option<Fault>> {
    let Some(connector) = connector else { return Ok(None) };
    let (code, detail) = if connector == id {
        ("not_allowed", "a contact cannot be its own connector")
    } else if store::stays(tx.conn, tx.workspace, connector).await? {
        return Ok(None);
    } else {
        ("not_found", "is not a contact of this workspace")
    };
    Ok(Some(Fault::field("/connector_id", code, detail)))
}
