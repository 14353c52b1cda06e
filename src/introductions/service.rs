//! What can happen to an introduction, inside the caller's transaction.
use std::collections::HashMap;

use super::input::{IntroductionInput, Target};
use super::model::{Introduction, IntroductionId, IntroductionRow, Names};
use super::state::State;
use super::store;
use crate::changes::{Kind, Tx};
use crate::circle_requests::{self, CircleRequestId};
use crate::companies::{self, CompanyId};
use crate::contacts::{self, ContactId};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::http::{IfMatch, Patch};
use crate::meetings::MeetingId;
use crate::{fields, meetings, trash};

pub const RESOURCE: &str = "introduction";

pub async fn create(tx: &mut Tx<'_>, id: IntroductionId, input: IntroductionInput) -> ApiResult<Introduction> {
    let target = Target { workspace: tx.workspace, id, now: tx.now, before: None };
    let mut input = input.check(target)?;
    check_references(tx, &input, None).await?;
    settle_company(tx, &mut input, None).await?;
    let row = input.into_row(target);
    refuse_twin(tx, &row).await?;
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::IntroductionCreated, id, 1, Vec::new());
    name_connector(tx, &row).await?;
    show(tx.conn, tx.workspace, row).await
}

pub async fn patch(
    tx: &mut Tx<'_>,
    id: IntroductionId,
    if_match: &IfMatch,
    patch: &Patch<IntroductionInput>,
) -> ApiResult<Introduction> {
    let before = live(tx, id).await?;
    if_match.check(before.version)?;
    let input = patch.apply(&(&before).into())?;
    write(tx, before, input).await
}

/// Writes `input` over the locked row; a change of nothing leaves the version as it is.
pub async fn write(tx: &mut Tx<'_>, before: IntroductionRow, input: IntroductionInput) -> ApiResult<Introduction> {
    before.state.check_move(input.state)?;
    let target = Target { workspace: tx.workspace, id: before.id, now: tx.now, before: Some(&before) };
    let mut input = input.check(target)?;
    check_references(tx, &input, Some(&before)).await?;
    settle_company(tx, &mut input, Some(&before)).await?;
    let after = input.into_row(target);
    // Of a company that went for good the name is in the key; before, it was the id.
    if (IntroductionRow { introduced_key: before.introduced_key.clone(), ..after.clone() }) == before {
        return show(tx.conn, tx.workspace, before).await;
    }
    let after = IntroductionRow { version: before.version + 1, updated_at: tx.now, ..after };
    refuse_twin(tx, &after).await?;
    store::update(tx.conn, &after).await?;
    let names = names(tx.conn, tx.workspace, &[&before, &after]).await?;
    let shown = Introduction::new(after.clone(), &names);
    let changed = fields::changed(&Introduction::new(before, &names), &shown);
    tx.record(Kind::IntroductionUpdated, after.id, after.version, changed);
    name_connector(tx, &after).await?;
    Ok(shown)
}

/// The same contact names the same person again, in this meeting: what was allowed and promised before stays so.
pub async fn name_again(
    tx: &mut Tx<'_>,
    id: IntroductionId,
    meeting: MeetingId,
    may_use_name: bool,
    promised: bool,
) -> ApiResult<()> {
    let before = live(tx, id).await?;
    let mut input = IntroductionInput::from(&before);
    input.may_use_name |= may_use_name;
    input.meeting_id.get_or_insert(meeting);
    if promised && before.state == State::Named {
        input.state = State::Promised;
    }
    write(tx, before, input).await.map(drop)
}

/// Whom and what an input refers to has to be there; what it referred to before may lie in the trash by now.
async fn check_references(tx: &Tx<'_>, input: &IntroductionInput, before: Option<&IntroductionRow>) -> ApiResult<()> {
    let known: References = before.map(References::from).unwrap_or_default();
    let new = |id: Option<ContactId>, old: Option<ContactId>| id.filter(|id| Some(*id) != old);
    let introducer = new(Some(input.introducer_id), known.introducer);
    let introduced = new(input.introduced_id, known.introduced);
    let ids: Vec<ContactId> = introducer.into_iter().chain(introduced).collect();
    let mut faults = Vec::new();
    if !ids.is_empty() {
        let there = contacts::names(tx.conn, tx.workspace, &ids).await?;
        for (pointer, id) in [("/introducer_id", introducer), ("/introduced_id", introduced)] {
            if id.is_some_and(|id| !there.contains_key(&id)) {
                faults.push(Fault::field(pointer, "not_found", "is not a contact of this workspace"));
            }
        }
    }
    if let Some(request) = input.circle_request_id.filter(|id| Some(*id) != known.request) {
        match circle_requests::connector(tx.conn, tx.workspace, request).await? {
            None => {
                faults.push(Fault::field("/circle_request_id", "not_found", "is not a request of this workspace"));
            }
            Some(connector) if connector != input.introducer_id => {
                let detail = "was made to another contact than the introducer";
                faults.push(Fault::field("/circle_request_id", "not_allowed", detail));
            }
            Some(_) => {}
        }
    }
    if let Some(meeting) = input.meeting_id.filter(|id| Some(*id) != known.meeting)
        && !meetings::is_there(tx.conn, tx.workspace, meeting).await?
    {
        faults.push(Fault::field("/meeting_id", "not_found", "is not a meeting of this workspace"));
    }
    ApiError::check(faults)
}

/// What an introduction refers to.
#[derive(Default)]
struct References {
    introducer: Option<ContactId>,
    introduced: Option<ContactId>,
    request: Option<CircleRequestId>,
    meeting: Option<MeetingId>,
}

impl From<&IntroductionRow> for References {
    fn from(row: &IntroductionRow) -> Self {
        let ghost = row.introducer_ghost.map(ContactId::from);
        Self {
            introducer: row.introducer_id.or(ghost),
            introduced: row.introduced_id,
            request: row.circle_request_id,
            meeting: row.meeting_id,
        }
    }
}

/// Gives the named person a company: by its id, or found or made by its name.
async fn settle_company(
    tx: &mut Tx<'_>,
    input: &mut IntroductionInput,
    before: Option<&IntroductionRow>,
) -> ApiResult<()> {
    let known = before.and_then(|row| row.introduced_company_id);
    let fresh = input.introduced_company_id.filter(|id| Some(*id) != known);
    if let Some(id) = fresh {
        let there = companies::names(tx.conn, tx.workspace, &[id]).await?;
        if !there.contains_key(&id) {
            let detail = "is not a company of this workspace";
            return Err(ApiError::field("/introduced_company_id", "not_found", detail));
        }
        input.introduced_company_name = None;
        return Ok(());
    }
    let Some(name) = input.introduced_company_name.clone() else { return Ok(()) };
    // Of a company that was removed for good the name stays; it does not come back because of that.
    if before.is_some_and(|row| row.introduced_company_name.as_ref() == Some(&name)) {
        return Ok(());
    }
    let found: HashMap<String, (CompanyId, String)> = companies::find_or_create(tx, &[name]).await?;
    input.introduced_company_id = found.into_values().next().map(|(id, _)| id);
    Ok(())
}

/// The constraint would say so, too, but could not name the other.
async fn refuse_twin(tx: &Tx<'_>, row: &IntroductionRow) -> ApiResult<()> {
    let pointer = if row.introduced_id.is_some() { "/introduced_id" } else { "/introduced_name" };
    match store::twin(tx.conn, row).await? {
        Some(other) => Err(store::exists(pointer, Some(other))),
        None => Ok(()),
    }
}

/// Whoever was introduced has a connector from then on, unless there is another one.
async fn name_connector(tx: &mut Tx<'_>, row: &IntroductionRow) -> ApiResult<()> {
    let (State::Made, Some(introducer), Some(introduced)) = (row.state, row.introducer_id, row.introduced_id) else {
        return Ok(());
    };
    contacts::connect(tx, introduced, introducer).await
}

pub async fn delete(tx: &mut Tx<'_>, id: IntroductionId, if_match: &IfMatch) -> ApiResult<()> {
    let row = live(tx, id).await?;
    if_match.check(row.version)?;
    let version = store::mark_deleted(tx.conn, tx.workspace, id, Some(tx.now), tx.now).await?;
    let title = title(tx.conn, tx.workspace, &row).await?;
    trash::put(tx, RESOURCE, id.into(), &title).await?;
    tx.record(Kind::IntroductionDeleted, id, version, Vec::new());
    Ok(())
}

/// What the trash calls it.
pub async fn title(conn: &Conn, workspace: WorkspaceId, row: &IntroductionRow) -> ApiResult<String> {
    let shown = show(conn, workspace, row.clone()).await?;
    let called = |name: Option<String>| name.unwrap_or_else(|| "somebody".to_owned());
    Ok(format!("{} → {}", called(shown.introducer_name), called(shown.introduced_name)))
}

/// Takes it out of the trash again, if nothing took its place.
pub async fn restore(tx: &mut Tx<'_>, id: IntroductionId) -> ApiResult<()> {
    store::lock(tx.conn, tx.workspace, id).await?;
    let version = store::mark_deleted(tx.conn, tx.workspace, id, None, tx.now).await?;
    tx.record(Kind::IntroductionRestored, id, version, Vec::new());
    Ok(())
}

/// Removes it for good.
pub async fn purge(tx: &mut Tx<'_>, id: IntroductionId) -> ApiResult<()> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    store::purge(tx.conn, tx.workspace, id).await?;
    tx.record(Kind::IntroductionPurged, id, row.version + 1, Vec::new());
    Ok(())
}

pub async fn live(tx: &mut Tx<'_>, id: IntroductionId) -> ApiResult<IntroductionRow> {
    let row = store::lock(tx.conn, tx.workspace, id).await?;
    if row.deleted_at.is_some() { Err(ApiError::not_found()) } else { Ok(row) }
}

/// What the contacts and companies of these rows are called.
pub async fn names(conn: &Conn, workspace: WorkspaceId, rows: &[&IntroductionRow]) -> ApiResult<Names> {
    let people: Vec<ContactId> = rows.iter().flat_map(|row| row.parties()).collect();
    let places: Vec<CompanyId> = rows.iter().filter_map(|row| row.introduced_company_id).collect();
    let mut names = Names::default();
    if !people.is_empty() {
        names.contacts = contacts::names(conn, workspace, &people).await?;
    }
    if !places.is_empty() {
        names.companies = companies::names(conn, workspace, &places).await?;
    }
    Ok(names)
}

/// Those of these introductions that are not deleted, in the order of their ids.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[IntroductionId]) -> ApiResult<Vec<Introduction>> {
    let rows = store::find_many(conn, workspace, ids).await?;
    let names = names(conn, workspace, &rows.iter().collect::<Vec<_>>()).await?;
    Ok(rows.into_iter().map(|row| Introduction::new(row, &names)).collect())
}

/// The introduction as the API shows it.
pub async fn show(conn: &Conn, workspace: WorkspaceId, row: IntroductionRow) -> ApiResult<Introduction> {
    let names = names(conn, workspace, &[&row]).await?;
    Ok(Introduction::new(row, &names))
}

/// What these requests brought, oldest first.
pub async fn of_request(
    conn: &Conn,
    workspace: WorkspaceId,
    requests: &[CircleRequestId],
) -> ApiResult<HashMap<CircleRequestId, Vec<IntroductionId>>> {
    let mut brought: HashMap<CircleRequestId, Vec<IntroductionId>> = HashMap::new();
    for (request, introduction) in store::with_requests(conn, workspace, requests).await? {
        brought.entry(request).or_default().push(introduction);
    }
    Ok(brought)
}
