//! Finding duplicates, and remembering what is none, inside the caller's transaction.
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use moka::sync::Cache;
use serde_json::Value;
use uuid::Uuid;

use super::find::{self, Group, Pair};
use super::keys::Spoken;
use super::model::{Dismissal, DismissalId, DismissalRow, DuplicateGroup, DuplicatePair};
use super::store;
use crate::app::App;
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::fields;

/// Contacts of a group that are shown.
const SHOWN: usize = 20;
/// Pairs of a group that are shown.
const PAIRS: usize = 100;

/// Pairs by workspace and the number of its newest change.
type Found = Cache<(WorkspaceId, i64), Arc<Vec<Pair>>>;

/// What was found in a workspace, by the number of its newest change: page after page reads one finding, and what
/// anybody writes makes a new one. Some 60 bytes a pair.
static FOUND: LazyLock<Found> = LazyLock::new(|| {
    let weight = |_: &_, pairs: &Arc<Vec<Pair>>| u32::try_from(pairs.len()).unwrap_or(u32::MAX).saturating_add(1);
    Cache::builder().max_capacity(200_000).weigher(weight).time_to_live(Duration::from_secs(300)).build()
});

/// All pairs of the workspace that may be one person.
pub async fn pairs(app: &App, workspace: WorkspaceId) -> ApiResult<Arc<Vec<Pair>>> {
    let seq = app.db.read(workspace, async |conn| store::change_seq(conn, workspace).await).await?;
    if let Some(known) = FOUND.get(&(workspace, seq)) {
        return Ok(known);
    }
    // On a connection of its own: so many rows would keep others waiting on a shared one.
    let read = async |conn: &mut Conn| {
        let people = store::people(conn, workspace).await?;
        let employments = store::employments(conn, workspace).await?;
        Ok((people, employments, store::dismissed(conn, workspace).await?))
    };
    let (people, employments, dismissed) = app.db.snapshot(workspace, read).await?;
    let compare = move || {
        let mut places: HashMap<Uuid, Vec<Uuid>> = HashMap::with_capacity(employments.len());
        for (contact, company) in employments {
            let places = places.entry(contact).or_default();
            if !places.contains(&company) {
                places.push(company);
            }
        }
        let mut spoken = Spoken::default();
        let person = |row: store::PersonRow| {
            let companies = places.remove(&row.0).unwrap_or_default();
            store::person(row, companies, &mut spoken)
        };
        let people: Vec<_> = people.into_iter().map(person).collect();
        Arc::new(find::pairs(&people, &dismissed))
    };
    let found = tokio::task::spawn_blocking(compare).await.map_err(|error| ApiError::internal(&error))?;
    FOUND.insert((workspace, seq), Arc::clone(&found));
    Ok(found)
}

/// Groups as the API shows them; a contact that went meanwhile is left out.
pub async fn shown(conn: &Conn, workspace: WorkspaceId, groups: &[Group]) -> ApiResult<Vec<DuplicateGroup>> {
    let members = |group: &Group| group.members.iter().take(SHOWN).copied().map(ContactId::from).collect::<Vec<_>>();
    let ids: Vec<ContactId> = groups.iter().flat_map(members).collect();
    let contacts = contacts::show(conn, workspace, &ids).await?;
    let mut contacts: HashMap<Uuid, _> = contacts.into_iter().map(|contact| (contact.id.into(), contact)).collect();
    let group = |group: &Group| DuplicateGroup {
        id: group.id,
        score: group.score,
        reasons: group.reasons.clone(),
        size: group.members.len(),
        contacts: group.members.iter().take(SHOWN).filter_map(|id| contacts.remove(id)).collect(),
        pairs: group.pairs.iter().take(PAIRS).cloned().map(DuplicatePair::from).collect(),
    };
    Ok(groups.iter().map(group).collect())
}

impl From<Pair> for DuplicatePair {
    fn from(pair: Pair) -> Self {
        let Pair { first, second, score, reasons } = pair;
        Self { contact_ids: [first, second], score, reasons }
    }
}

/// Remembers that no two of these contacts are one person.
pub async fn dismiss(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<Vec<Dismissal>> {
    let live: HashSet<ContactId> = contacts::read_many(tx, ids).await?.into_keys().collect();
    let mut faults = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        let pointer = format!("/contact_ids/{index}");
        if !live.contains(id) {
            faults.push(Fault::field(pointer, "not_found", "is not a contact of this workspace"));
        } else if ids[..index].contains(id) {
            faults.push(Fault::field(pointer, "duplicate", "is named twice"));
        }
    }
    ApiError::check(faults)?;
    let pairs = ids.iter().enumerate().flat_map(|(at, one)| ids[at + 1..].iter().map(move |two| (*one, *two)));
    remember(tx, pairs.collect()).await?;
    Ok(store::among(tx.conn, tx.workspace, ids).await?.into_iter().map(Dismissal::from).collect())
}

/// Remembers pairs that are not remembered yet, and says which these were.
async fn remember(tx: &mut Tx<'_>, pairs: Vec<(ContactId, ContactId)>) -> ApiResult<Vec<DismissalId>> {
    let dismissed_by = tx.actor.member();
    let row = |(one, two): (ContactId, ContactId)| DismissalRow {
        workspace_id: tx.workspace,
        id: DismissalId::from(Uuid::now_v7()),
        created_at: tx.now,
        dismissed_by,
        first_id: one.min(two),
        second_id: one.max(two),
    };
    let rows: Vec<DismissalRow> = pairs.into_iter().map(row).collect();
    let added: Vec<DismissalId> = store::dismiss(tx.conn, &rows).await?.into_iter().map(|row| row.id).collect();
    for id in &added {
        tx.record(Kind::DuplicateDismissed, *id, 1, Vec::new());
    }
    Ok(added)
}

pub async fn revoke(tx: &mut Tx<'_>, id: DismissalId) -> ApiResult<()> {
    if store::revoke(tx.conn, tx.workspace, &[id]).await? == 0 {
        return Err(ApiError::not_found());
    }
    tx.record(Kind::DuplicateRevoked, id, 1, Vec::new());
    Ok(())
}

/// Whoever is not one of these contacts is not the one that they became, either. The merged contacts keep their own
/// pairs; what is added for the survivor is answered, for [`contact_unmerged`].
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let pairs = store::of(tx.conn, tx.workspace, from).await?;
    let other = |row: DismissalRow| if from.contains(&row.first_id) { row.second_id } else { row.first_id };
    let others: HashSet<ContactId> = pairs.into_iter().map(other).collect();
    let pairs = others.into_iter().filter(|other| *other != to && !from.contains(other)).map(|other| (to, other));
    let added = remember(tx, pairs.collect()).await?;
    Ok(fields::store(&added))
}

pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value) -> ApiResult<()> {
    let added: Vec<DismissalId> = fields::stored(moved);
    store::revoke(tx.conn, tx.workspace, &added).await?;
    Ok(())
}

/// All pairs that these contacts are in.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let pairs = store::of(conn, workspace, ids).await?.into_iter().map(Dismissal::from);
    Ok(fields::store(&pairs.collect::<Vec<_>>()))
}
