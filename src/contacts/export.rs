//! All contacts, a page at a time, and all of them back into another workspace.
use std::collections::HashSet;

use uuid::Uuid;

use super::api::{Contact, ContactInput};
use super::draft::Identity;
use super::model::ContactId;
use super::query::ListQuery;
use super::service::Companies;
use super::{bulk, service, store};
use crate::changes::Tx;
use crate::companies::{self, CompanyId};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::exports::Kept;
use crate::sort::Position;
use crate::{external_ids, merges};

/// Contacts that are read at once.
const PAGE: u16 = 500;

pub async fn one(conn: &Conn, workspace: WorkspaceId, id: ContactId) -> ApiResult<Contact> {
    let row = store::find(conn, workspace, id).await?;
    let positions = store::positions_of(conn, workspace, id).await?;
    Ok(Contact::new(row, positions))
}

/// The next contacts of a list, and where it goes on, if it does.
pub async fn page(
    conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<(Vec<Contact>, Option<Position>)> {
    let connector_id = merges::followed(conn, workspace, query.connector_id.clone()).await?;
    let query = ListQuery { limit: PAGE, connector_id, ..query.clone() };
    let mut rows = store::list(conn, workspace, &query, from, None).await?;
    let more = rows.len() > usize::from(PAGE);
    rows.truncate(usize::from(PAGE));
    let last = rows.last().filter(|_| more).map(|(row, fit)| query.position(row, *fit, false));
    let rows: Vec<_> = rows.into_iter().map(|(row, _)| row).collect();
    Ok((store::with_positions(conn, workspace, rows).await?, last))
}

/// Contacts after this one in the order of ids. A company that lies in the trash is but a name to them.
pub async fn after(conn: &Conn, workspace: WorkspaceId, after: Option<Uuid>) -> ApiResult<Vec<Contact>> {
    let rows = store::after(conn, workspace, after, i64::from(PAGE)).await?;
    let mut contacts = store::with_positions(conn, workspace, rows).await?;
    let ids: HashSet<CompanyId> =
        contacts.iter().flat_map(|contact| &contact.positions).filter_map(|position| position.company_id).collect();
    let live = companies::names(conn, workspace, &ids.into_iter().collect::<Vec<_>>()).await?;
    for position in contacts.iter_mut().flat_map(|contact| &mut contact.positions) {
        if position.company_id.is_some_and(|id| !live.contains_key(&id)) {
            (position.company_id, position.company_in_trash) = (None, false);
        }
    }
    Ok(contacts)
}

/// Adds contacts with the identity that they had, those that are not there yet, and says which. Their connectors follow
/// by [`connect_all`], when all are there.
pub async fn load(tx: &mut Tx<'_>, mut items: Vec<(Kept, ContactInput)>) -> ApiResult<Vec<ContactId>> {
    let ids: Vec<ContactId> = items.iter().map(|(kept, _)| kept.id.into()).collect();
    let mut there = store::taken(tx.conn, tx.workspace, &ids).await?;
    let positions =
        |input: &ContactInput| input.positions.iter().filter_map(|position| position.id).collect::<Vec<_>>();
    let own: Vec<Uuid> = items.iter().flat_map(|(_, input)| positions(input)).collect();
    let mut taken = store::taken_positions(tx.conn, tx.workspace, &own).await?;
    let inputs: Vec<&ContactInput> = items.iter().map(|(_, input)| input).collect();
    let known = Companies::by_id(tx, &inputs).await?;
    let mut drafts = Vec::with_capacity(items.len());
    for (index, (kept, mut input)) in items.drain(..).enumerate() {
        // Of two with one id the first is taken.
        if !there.insert(kept.id.into()) {
            continue;
        }
        if input.connector_id == Some(kept.id.into()) {
            let fault = ApiError::field("/connector_id", "not_allowed", "a contact cannot be its own connector");
            return Err(below(index, fault));
        }
        input.connector_id = None;
        for position in &mut input.positions {
            position.id = position.id.filter(|id| taken.insert(*id));
            position.company_id = position.company_id.filter(|id| known.has(*id));
        }
        let identity = Identity {
            workspace: tx.workspace,
            id: kept.id.into(),
            version: kept.version,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
            stage_changed_at: kept.stage_changed_at.unwrap_or(kept.updated_at),
        };
        let draft = input.check().and_then(|input| service::draft(input, identity, &known));
        drafts.push(draft.map_err(|error| below(index, error))?);
    }
    let ids: Vec<_> = drafts
        .iter()
        .map(|draft| (Uuid::from(draft.contact.row.id), draft.contact.row.external_ids.0.clone()))
        .collect();
    bulk::create_many(tx, drafts).await?;
    external_ids::insert_many(tx.conn, tx.workspace, service::RESOURCE, &ids).await?;
    Ok(ids.into_iter().map(|(id, _)| id.into()).collect())
}

/// Gives contacts their connectors. Who is nowhere cannot be one, as with all that points to something.
pub async fn connect_all(tx: &mut Tx<'_>, ties: &[(ContactId, ContactId)]) -> ApiResult<()> {
    let connectors: Vec<ContactId> = ties.iter().map(|(_, connector)| *connector).collect();
    let there = store::taken(tx.conn, tx.workspace, &connectors).await?;
    if let Some((id, connector)) = ties.iter().find(|(_, connector)| !there.contains(connector)) {
        let detail =
            format!("the connector {connector} of the contact {id} is neither in the archive nor in the workspace");
        return Err(ApiError::field("", "dangling_reference", detail));
    }
    store::connect(tx.conn, tx.workspace, ties).await
}

fn below(index: usize, mut error: ApiError) -> ApiError {
    error.errors = error.errors.into_iter().map(|fault| fault.below(&format!("/{index}"))).collect();
    error
}
