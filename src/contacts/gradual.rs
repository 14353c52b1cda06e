//! A long write of many contacts, such as an import, that keeps others waiting but for a moment: what nobody else can be
//! waiting for is written at once; the companies, whose names are unique, and the positions that need them come last.
use std::collections::HashMap;

use uuid::Uuid;

use super::api::{Contact, ContactInput};
use super::draft::Draft;
use super::model::{ContactId, ContactWrite, PositionRow};
use super::parts::Position;
use super::service::{Companies, RESOURCE, redraft, stage_move};
use super::store;
use super::words::Stage;
use crate::changes::{Kind, Tx};
use crate::companies::{self, CompanyId};
use crate::db::Conn;
use crate::error::ApiResult;
use crate::external_ids::{self, ExternalIds};

/// Companies that are asked for together.
const CHUNK: usize = 2_000;

/// Contacts that are written, and their positions that are not yet.
#[derive(Default)]
pub struct Gradual {
    pub companies: Companies,
    positions: HashMap<ContactId, Vec<PositionRow>>,
    /// Whose old positions go.
    replaced: Vec<ContactId>,
    /// Whose an id in another system is, by system and id.
    owners: HashMap<(String, String), Uuid>,
    /// Those that contacts get.
    external_ids: Vec<(Uuid, ExternalIds)>,
}

/// A contact as it is to become.
pub struct Rewrite {
    draft: Draft,
    changed: Vec<String>,
    /// The stage, and the ids in other systems, that it has.
    stage: Stage,
    external_ids: ExternalIds,
}

impl Rewrite {
    /// The version that it will have.
    pub fn version(&self) -> i32 {
        self.draft.contact.row.version
    }

    pub fn name(&self) -> &str {
        &self.draft.contact.row.display_name
    }
}

impl Gradual {
    /// New contacts, whose companies were planned by [`Companies::plan`], as [`add`](Self::add) writes them.
    pub fn take_up(&mut self, drafts: Vec<Draft>) -> Vec<ContactWrite> {
        let contacts: Vec<_> = drafts.into_iter().map(|draft| self.keep_positions(draft)).collect();
        for contact in &contacts {
            self.add_ids(contact.row.id, &ExternalIds::new(), &contact.row.external_ids.0);
        }
        contacts
    }

    /// Writes contacts that were taken up. What notes the change is [`added`](Self::added): until then nothing but the
    /// connection is needed, so that the next ones can be read meanwhile.
    pub async fn add(conn: &Conn, contacts: &[ContactWrite]) -> ApiResult<()> {
        store::insert_many(conn, contacts).await
    }

    pub fn added(tx: &mut Tx<'_>, contacts: &[ContactWrite]) {
        for contact in contacts {
            tx.record(Kind::ContactCreated, contact.row.id, contact.row.version, Vec::new());
        }
    }

    /// Finds out whose these ids in other systems are.
    pub async fn learn_ids(&mut self, tx: &Tx<'_>, ids: impl Iterator<Item = &ExternalIds>) -> ApiResult<()> {
        let mut unknown: Vec<(String, String)> =
            ids.flatten().map(|(system, id)| (system.clone(), id.clone())).collect();
        unknown.retain(|pair| !self.owners.contains_key(pair));
        self.owners.extend(external_ids::owners(tx.conn, tx.workspace, RESOURCE, &unknown).await?);
        Ok(())
    }

    /// Takes out of a contact's ids in other systems, which were looked up by [`Gradual::learn_ids`], those that are
    /// another's; answers which.
    pub fn claim_ids(&mut self, id: ContactId, has: &ExternalIds, ids: &mut ExternalIds) -> Vec<(String, String)> {
        let mut taken = Vec::new();
        ids.retain(|system, external_id| {
            let pair = (system.clone(), external_id.clone());
            let is_own = has.get(system) == Some(external_id)
                || *self.owners.entry(pair.clone()).or_insert(id.into()) == Uuid::from(id);
            if !is_own {
                taken.push(pair);
            }
            is_own
        });
        taken
    }

    fn add_ids(&mut self, id: ContactId, before: &ExternalIds, after: &ExternalIds) {
        let mut new = after.clone();
        new.retain(|system, external_id| before.get(system) != Some(external_id));
        if !new.is_empty() {
            self.external_ids.push((id.into(), new));
        }
    }

    /// What a contact becomes by `input`, whose companies were planned; none where nothing would change. Of contacts as
    /// [`Gradual::present`] shows them. It may get further ids in other systems, which are claimed, and lose none; a
    /// connector that it gets is held until the end of the transaction. With `in_any_case` it gets a new version even
    /// though nothing changes: something else that belongs to it does.
    pub fn rewrite(
        &self,
        tx: &Tx<'_>,
        shown: &Contact,
        input: ContactInput,
        in_any_case: bool,
    ) -> ApiResult<Option<Rewrite>> {
        let draft = redraft(tx, shown, input.check()?, &self.companies, in_any_case)?;
        let (stage, external_ids) = (shown.stage, &shown.external_ids);
        Ok(draft.map(|(draft, changed)| Rewrite { draft, changed, stage, external_ids: external_ids.clone() }))
    }

    /// Writes over contacts that are locked.
    pub async fn update(&mut self, tx: &mut Tx<'_>, rewrites: Vec<Rewrite>) -> ApiResult<()> {
        let mut contacts = Vec::with_capacity(rewrites.len());
        let mut steps = Vec::new();
        for Rewrite { draft, changed, stage, external_ids } in rewrites {
            let row = &draft.contact.row;
            let kind = if row.stage == stage { Kind::ContactUpdated } else { Kind::ContactStageChanged };
            if row.stage != stage {
                steps.push(stage_move(tx, stage, row));
            }
            tx.record(kind, row.id, row.version, changed);
            self.add_ids(row.id, &external_ids, &row.external_ids.0);
            self.replaced.push(row.id);
            contacts.push(self.keep_positions(draft));
        }
        store::insert_stage_moves(tx.conn, &steps).await?;
        store::update_many(tx.conn, &contacts).await
    }

    fn keep_positions(&mut self, draft: Draft) -> ContactWrite {
        if !draft.positions.is_empty() {
            self.positions.insert(draft.contact.row.id, draft.positions);
        } else {
            self.positions.remove(&draft.contact.row.id);
        }
        draft.contact
    }

    /// The contact with the positions that it is to have.
    pub fn present(&self, mut contact: Contact) -> Contact {
        if let Some(rows) = self.positions.get(&contact.id) {
            contact.positions = rows.iter().map(|row| self.shown(row)).collect();
        }
        contact
    }

    fn shown(&self, row: &PositionRow) -> Position {
        let name = row.company_id.and_then(|id| self.companies.name(id).map(str::to_owned));
        Position {
            id: Some(row.id),
            company_id: row.company_id,
            company_in_trash: false,
            company_name: name.or_else(|| row.company_name.clone()),
            title: row.title.clone(),
            started_on: row.started_on,
            ended_on: row.ended_on,
            is_current: Some(row.is_current),
        }
    }

    /// Adds the companies, the positions and the ids in other systems. From here on others may have to wait for the end of
    /// the transaction.
    pub async fn finish(mut self, tx: &mut Tx<'_>) -> ApiResult<()> {
        external_ids::insert_many(tx.conn, tx.workspace, RESOURCE, &self.external_ids).await?;
        let taken = self.companies.add_planned(tx).await?;
        let mut positions: Vec<PositionRow> = self.positions.into_values().flatten().collect();
        for row in &mut positions {
            if let Some(id) = row.company_id.and_then(|planned| taken.get(&planned)) {
                row.company_id = Some(*id);
            }
        }
        let mut ids: Vec<CompanyId> = positions.iter().filter_map(|row| row.company_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut held = std::collections::HashSet::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            held.extend(companies::hold(tx.conn, tx.workspace, chunk).await?);
        }
        for row in &mut positions {
            // A company that was deleted for good meanwhile is but a name.
            if let Some(id) = row.company_id.filter(|id| !held.contains(id)) {
                row.company_id = None;
                row.company_name = self.companies.name(id).map(str::to_owned);
            }
        }
        positions.retain(|row| row.company_id.is_some() || row.company_name.is_some() || row.title.is_some());
        store::replace_positions(tx.conn, tx.workspace, &self.replaced, &positions).await
    }
}
