//! From rows to the graph, and from rows to the ways into a company.
use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::graph::{Network, Selection};
use super::model::{EdgeKind, LinkRow, NetworkEdge, NetworkGraph, NetworkNode, NetworkYield, NodeKind, PersonRow};
use super::paths::Surroundings;
use super::store;
use crate::companies::{self, CompanyId};
use crate::contacts::{ContactId, Stage};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::introductions::State;

/// Introductions, and connectors, that a graph takes into account at most.
const LINKS: i64 = 20_000;
/// Roles and introductions around a company that its paths take into account at most: those of whom the seeker knows best.
const AROUND: i64 = 50_000;

/// Which part of the network is asked for. Of several kinds of filter all have to fit.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub contacts: Vec<Uuid>,
    pub companies: Vec<Uuid>,
    pub tags: Vec<String>,
    pub depth: u32,
    pub limit: usize,
}

/// All that a graph is made of.
#[derive(Debug)]
pub struct Material {
    links: Vec<LinkRow>,
    connectors: Vec<(ContactId, ContactId)>,
    people: HashMap<Uuid, PersonRow>,
    alone: Vec<Uuid>,
    selection: Selection,
    truncated: bool,
}

/// Reads what a graph is made of, in a handful of statements however large it is.
pub async fn material(conn: &Conn, workspace: WorkspaceId, part: &Part) -> ApiResult<Material> {
    let mut links = store::links(conn, workspace, LINKS + 1).await?;
    let mut connectors = store::connectors(conn, workspace, LINKS + 1).await?;
    let most = usize::try_from(LINKS).unwrap_or(usize::MAX);
    let truncated = links.len() > most || connectors.len() > most;
    links.truncate(most);
    connectors.truncate(most);
    // An introduction tells more than that there is a connector.
    let linked: HashSet<(Uuid, Uuid)> = links.iter().map(|link| (link.from(), link.to())).collect();
    connectors.retain(|(from, to)| !linked.contains(&((*from).into(), (*to).into())));

    let ends = links.iter().flat_map(|link| link.introducer_id.into_iter().chain(link.introduced_id));
    let ends = ends.chain(connectors.iter().flat_map(|(from, to)| [*from, *to])).map(Uuid::from);
    let ids: HashSet<Uuid> = ends.chain(part.contacts.iter().copied()).collect();
    let people = store::people(conn, workspace, &ids.into_iter().collect::<Vec<_>>()).await?;
    let people: HashMap<Uuid, PersonRow> = people.into_iter().map(|person| (person.id.into(), person)).collect();

    let starts = starts(conn, workspace, part, &links, &people).await?;
    let alone = part.contacts.iter().copied().filter(|id| people.contains_key(id)).collect();
    let selection = Selection { starts, depth: part.depth, limit: part.limit };
    Ok(Material { links, connectors, people, alone, selection, truncated })
}

/// Those with whom the part begins: who is named, works or worked there, or carries the tag.
async fn starts(
    conn: &Conn,
    workspace: WorkspaceId,
    part: &Part,
    links: &[LinkRow],
    people: &HashMap<Uuid, PersonRow>,
) -> ApiResult<Option<Vec<Uuid>>> {
    let mut sets: Vec<HashSet<Uuid>> = Vec::new();
    if !part.contacts.is_empty() {
        sets.push(part.contacts.iter().copied().collect());
    }
    if !part.companies.is_empty() {
        let mut there: HashSet<Uuid> = store::people_at(conn, workspace, &part.companies).await?.into_iter().collect();
        let named = |link: &&LinkRow| {
            link.introduced_company_id.is_some_and(|company| part.companies.contains(&company.into()))
        };
        there.extend(links.iter().filter(named).map(LinkRow::to));
        sets.push(there);
    }
    if !part.tags.is_empty() {
        sets.push(store::tagged(conn, workspace, &part.tags).await?.into_iter().collect());
    }
    let Some((first, rest)) = sets.split_first() else { return Ok(None) };
    let names: HashSet<Uuid> = links.iter().filter(|link| link.introduced_id.is_none()).map(LinkRow::to).collect();
    // Nobody begins with somebody who is in the trash.
    let there = |id: &&Uuid| people.contains_key(*id) || names.contains(*id);
    let fits = |id: &&Uuid| rest.iter().all(|set| set.contains(*id));
    Ok(Some(first.iter().filter(fits).filter(there).copied().collect()))
}

/// Puts the graph together. It takes a while for a large one, and waits for nothing.
pub fn graph(material: &Material) -> NetworkGraph {
    let introduced = material.links.iter().map(|link| (link.from(), link.to()));
    let connected = material.connectors.iter().map(|(from, to)| (Uuid::from(*from), Uuid::from(*to)));
    let pairs: Vec<(Uuid, Uuid)> = introduced.chain(connected).collect();
    let network = Network::new(&pairs, &material.alone);
    let (shown, cut) = network.select(&material.selection);

    let names: HashMap<Uuid, &LinkRow> =
        material.links.iter().filter(|link| link.introduced_id.is_none()).map(|link| (link.to(), link)).collect();
    let mut made: HashMap<Uuid, usize> = HashMap::new();
    for link in material.links.iter().filter(|link| link.state == State::Made) {
        *made.entry(link.from()).or_default() += 1;
    }
    let node = |id: &Uuid| node(*id, &network, material, &names, made.get(id).copied().unwrap_or(0));
    let nodes: Vec<NetworkNode> = shown.iter().map(node).collect();

    let visible: HashSet<Uuid> = shown.into_iter().collect();
    let mut edges: Vec<NetworkEdge> = material.links.iter().map(introduction).collect();
    edges.extend(material.connectors.iter().map(|(from, to)| connector(*from, *to)));
    edges.retain(|edge| visible.contains(&edge.from) && visible.contains(&edge.to));
    edges.sort_by_key(|edge| (edge.from, edge.to));
    NetworkGraph { nodes, edges, truncated: material.truncated || cut }
}

fn node(id: Uuid, network: &Network, material: &Material, names: &HashMap<Uuid, &LinkRow>, made: usize) -> NetworkNode {
    let person = material.people.get(&id);
    let name = names.get(&id).and_then(|link| link.introduced_name.clone());
    let kind = match (person, &name) {
        (Some(_), _) => NodeKind::Contact,
        (None, Some(_)) => NodeKind::Name,
        (None, None) => NodeKind::Anonymous,
    };
    let met = |id: &&Uuid| {
        let stage = material.people.get(*id).map(|person| person.stage);
        matches!(stage, Some(Stage::Met | Stage::Thanked | Stage::InTouch))
    };
    let led_to = network.led_to(id);
    NetworkNode {
        id,
        kind,
        contact_id: person.map(|person| person.id),
        name: person.map(|person| person.display_name.clone()).or(name),
        stage: person.map(|person| person.stage),
        chain_depth: network.chain_depth(id),
        r#yield: NetworkYield {
            introductions: network.introduced(id).len(),
            made,
            people: led_to.len(),
            met: led_to.iter().filter(met).count(),
        },
    }
}

fn introduction(link: &LinkRow) -> NetworkEdge {
    NetworkEdge {
        from: link.from(),
        to: link.to(),
        kind: EdgeKind::Introduction,
        introduction_id: Some(link.id),
        state: Some(link.state),
        may_use_name: Some(link.may_use_name),
    }
}

fn connector(from: ContactId, to: ContactId) -> NetworkEdge {
    NetworkEdge {
        from: from.into(),
        to: to.into(),
        kind: EdgeKind::Connector,
        introduction_id: None,
        state: None,
        may_use_name: None,
    }
}

/// Reads what the ways into a company are made of. A company that is not there is an error.
pub async fn surroundings(conn: &Conn, workspace: WorkspaceId, company: CompanyId) -> ApiResult<Surroundings> {
    if companies::names(conn, workspace, &[company]).await?.is_empty() {
        return Err(ApiError::not_found());
    }
    let roles = store::roles(conn, workspace, company, AROUND).await?;
    let insiders: HashSet<ContactId> = roles.iter().map(|(_, person)| person.id).collect();
    let there: Vec<ContactId> = insiders.iter().copied().collect();
    let links = store::links_to(conn, workspace, company, &there, AROUND).await?;
    let connectors = roles.iter().filter_map(|(_, person)| person.connector_id);
    let parties = links.iter().flat_map(|link| link.introducer_id.into_iter().chain(link.introduced_id));
    let others: HashSet<Uuid> = connectors.chain(parties).filter(|id| !insiders.contains(id)).map(Uuid::from).collect();
    let others = match others.is_empty() {
        true => Vec::new(),
        false => store::people(conn, workspace, &others.into_iter().collect::<Vec<_>>()).await?,
    };
    Ok(Surroundings { roles, links, others: others.into_iter().map(|person| (person.id, person)).collect() })
}
