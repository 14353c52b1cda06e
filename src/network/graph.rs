//! The shape of the network: how far somebody is from the seeker, whom somebody led to, and which part to show.
use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Dfs;
use uuid::Uuid;

/// People by their ids, and who led to whom. Cycles are as good as any other shape: nothing here follows a link twice.
pub struct Network {
    graph: DiGraph<Uuid, ()>,
    places: HashMap<Uuid, NodeIndex>,
    depths: HashMap<NodeIndex, u32>,
}

/// Where to begin, and how far to go.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Whom to begin with; everybody when there is no choice.
    pub starts: Option<Vec<Uuid>>,
    /// Links to follow from there, in both directions; without starts, links from those whom the seeker knows.
    pub depth: u32,
    /// How many people at most.
    pub limit: usize,
}

impl Network {
    /// From links, each from who introduces to who is introduced, and people who may have none.
    pub fn new(links: &[(Uuid, Uuid)], alone: &[Uuid]) -> Self {
        let mut ids: Vec<Uuid> =
            links.iter().flat_map(|(from, to)| [*from, *to]).chain(alone.iter().copied()).collect();
        // In the order of ids, which is that of creation: the same links make the same picture.
        ids.sort_unstable();
        ids.dedup();
        let mut graph = DiGraph::with_capacity(ids.len(), links.len());
        let places: HashMap<Uuid, NodeIndex> = ids.into_iter().map(|id| (id, graph.add_node(id))).collect();
        let mut links = links.to_vec();
        links.sort_unstable();
        links.dedup();
        for (from, to) in &links {
            if from != to {
                graph.add_edge(places[from], places[to], ());
            }
        }
        let depths = depths(&graph);
        Self { graph, places, depths }
    }

    /// The fewest introductions between the seeker and this person: 0 for whom nobody introduced.
    pub fn chain_depth(&self, id: Uuid) -> u32 {
        self.places.get(&id).and_then(|place| self.depths.get(place)).copied().unwrap_or(0)
    }

    /// Everybody to whom this person led, over any number of introductions.
    pub fn led_to(&self, id: Uuid) -> Vec<Uuid> {
        let Some(place) = self.places.get(&id) else { return Vec::new() };
        let mut walk = Dfs::new(&self.graph, *place);
        let mut found = Vec::new();
        while let Some(next) = walk.next(&self.graph) {
            if next != *place {
                found.push(self.graph[next]);
            }
        }
        found
    }

    /// Those whom this person introduced.
    pub fn introduced(&self, id: Uuid) -> Vec<Uuid> {
        let Some(place) = self.places.get(&id) else { return Vec::new() };
        self.graph.neighbors_directed(*place, Direction::Outgoing).map(|to| self.graph[to]).collect()
    }

    /// The people to show, the nearest first, and whether there would have been more.
    pub fn select(&self, selection: &Selection) -> (Vec<Uuid>, bool) {
        let mut chosen: Vec<Uuid> = match &selection.starts {
            Some(starts) => self.around(starts, selection.depth),
            None => {
                let mut all: Vec<(u32, Uuid)> = self
                    .graph
                    .node_indices()
                    .map(|place| (self.depths.get(&place).copied().unwrap_or(0), self.graph[place]))
                    .filter(|(depth, _)| *depth <= selection.depth)
                    .collect();
                all.sort_unstable();
                all.into_iter().map(|(_, id)| id).collect()
            }
        };
        let truncated = chosen.len() > selection.limit;
        chosen.truncate(selection.limit);
        (chosen, truncated)
    }

    fn around(&self, starts: &[Uuid], depth: u32) -> Vec<Uuid> {
        let mut begin: Vec<NodeIndex> = starts.iter().filter_map(|id| self.places.get(id)).copied().collect();
        begin.sort_unstable();
        begin.dedup();
        let mut seen: HashSet<NodeIndex> = begin.iter().copied().collect();
        let mut open: VecDeque<(NodeIndex, u32)> = begin.into_iter().map(|place| (place, 0)).collect();
        let mut found = Vec::new();
        while let Some((place, steps)) = open.pop_front() {
            found.push(self.graph[place]);
            if steps == depth {
                continue;
            }
            let mut near: Vec<NodeIndex> = self.graph.neighbors_undirected(place).collect();
            near.sort_unstable();
            open.extend(near.into_iter().filter(|next| seen.insert(*next)).map(|next| (next, steps + 1)));
        }
        found
    }
}

/// A chain begins with somebody whom nobody introduced. Where people introduced one another in a circle, and nobody
/// else led into it, it begins with whom the seeker had first.
fn depths(graph: &DiGraph<Uuid, ()>) -> HashMap<NodeIndex, u32> {
    let circles = kosaraju_scc(graph);
    let mut circle_of = vec![0; graph.node_count()];
    for (number, circle) in circles.iter().enumerate() {
        for place in circle {
            circle_of[place.index()] = number;
        }
    }
    let led_into = |circle: usize, places: &[NodeIndex]| {
        places.iter().any(|place| {
            graph.neighbors_directed(*place, Direction::Incoming).any(|from| circle_of[from.index()] != circle)
        })
    };
    let begins = circles.iter().enumerate().filter(|(circle, places)| !led_into(*circle, places));
    let begins = begins.filter_map(|(_, places)| places.iter().min().copied());
    let mut depths: HashMap<NodeIndex, u32> = HashMap::with_capacity(graph.node_count());
    let mut open: VecDeque<NodeIndex> = begins.collect();
    depths.extend(open.iter().map(|place| (*place, 0)));
    while let Some(place) = open.pop_front() {
        let next = depths[&place] + 1;
        for to in graph.neighbors_directed(place, Direction::Outgoing) {
            depths.entry(to).or_insert_with(|| {
                open.push_back(to);
                next
            });
        }
    }
    depths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: u8) -> Uuid {
        Uuid::from_u128(u128::from(n) + 1)
    }

    fn network(links: &[(u8, u8)]) -> Network {
        let links: Vec<(Uuid, Uuid)> = links.iter().map(|(from, to)| (id(*from), id(*to))).collect();
        Network::new(&links, &[])
    }

    fn from(starts: &[u8], depth: u32) -> Selection {
        Selection { starts: Some(starts.iter().map(|n| id(*n)).collect()), depth, limit: 100 }
    }

    #[test]
    fn a_chain_counts_from_whom_nobody_introduced() {
        let chain = network(&[(0, 1), (1, 2), (0, 2), (2, 3)]);
        assert_eq!([0, 1, 2, 3].map(|n| chain.chain_depth(id(n))), [0, 1, 1, 2]);
        assert_eq!(chain.led_to(id(0)).len(), 3);
        assert_eq!(chain.introduced(id(0)).len(), 2);
        assert!(chain.led_to(id(3)).is_empty());
        assert_eq!(chain.chain_depth(id(77)), 0);
    }

    #[test]
    fn a_circle_begins_with_whom_the_seeker_had_first_and_not_behind_it() {
        // 5 and 6 introduced each other and lead to 1, who is older than both.
        let circle = network(&[(5, 6), (6, 5), (6, 1), (1, 0)]);
        assert_eq!([5, 6, 1, 0].map(|n| circle.chain_depth(id(n))), [0, 1, 2, 3]);
        assert_eq!(circle.led_to(id(5)).len(), 3, "nobody led to themselves");
    }

    #[test]
    fn a_part_is_what_is_near_in_both_directions() {
        let chain = network(&[(0, 1), (1, 2), (2, 3)]);
        let near = |starts: &[u8], depth| chain.select(&from(starts, depth)).0;
        assert_eq!(near(&[2], 0), [id(2)]);
        assert_eq!(near(&[2], 1), [id(2), id(1), id(3)]);
        assert!(near(&[9], 5).is_empty());
        let (some, more) = chain.select(&Selection { starts: None, depth: 10, limit: 3 });
        assert_eq!((some, more), (vec![id(0), id(1), id(2)], true));
        let (shallow, more) = chain.select(&Selection { starts: None, depth: 1, limit: 3 });
        assert_eq!((shallow, more), (vec![id(0), id(1)], false));
    }

    proptest! {
        /// Whoever introduced whomever: it ends, everybody is somewhere, and a link never skips a step.
        #[test]
        fn no_shape_is_too_odd(links in prop::collection::vec((0u8..24, 0u8..24), 0..80), start in 0u8..24, depth in 0u32..8) {
            let network = network(&links);
            for (from, to) in links.iter().filter(|(from, to)| from != to) {
                prop_assert!(network.chain_depth(id(*to)) <= network.chain_depth(id(*from)) + 1);
                prop_assert!(network.led_to(id(*from)).contains(&id(*to)));
                prop_assert!(!network.led_to(id(*from)).contains(&id(*from)));
            }
            let reached = network.depths.len();
            prop_assert_eq!(reached, network.graph.node_count(), "somebody has no depth");
            let (all, more) = network.select(&Selection { starts: None, depth: u32::MAX, limit: 1000 });
            prop_assert_eq!((all.len(), more), (network.graph.node_count(), false));
            let (near, _) = network.select(&from(&[start], depth));
            let distinct: HashSet<&Uuid> = near.iter().collect();
            prop_assert_eq!(distinct.len(), near.len());
            let (nearer, _) = network.select(&from(&[start], depth.saturating_sub(1)));
            prop_assert_eq!(&near[..nearer.len()], &nearer[..]);
        }
    }
}
