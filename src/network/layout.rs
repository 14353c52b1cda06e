//! Where people stand in the drawing: a column for each introduction further from the seeker, and in it whoever was
//! introduced beside who introduced them.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::model::NetworkGraph;

pub const WIDTH: i32 = 210;
pub const HEIGHT: i32 = 44;
/// From one column to the next.
pub const COLUMN: i32 = WIDTH + 110;
/// From one person of a family to the next.
const ROW: i32 = HEIGHT + 12;
/// More than that between families.
const GAP: i32 = 10;

/// The places of a graph. The same graph has always the same.
#[derive(Debug, Default)]
pub struct Layout {
    /// The upper left corner of each node.
    places: HashMap<Uuid, (i32, i32)>,
    /// The depth that each column stands for.
    pub columns: Vec<u32>,
}

impl Layout {
    /// From the corner `(left, top)` on.
    pub fn of(graph: &NetworkGraph, left: i32, top: i32) -> Self {
        let mut forest = Forest::of(graph);
        let roots = forest.roots.clone();
        for root in roots {
            forest.plant(root);
        }
        let at = |(index, y): (usize, i32)| {
            let column = i32::try_from(forest.column[index]).unwrap_or(0);
            (graph.nodes[index].id, (left + COLUMN * column, top + y))
        };
        Self { places: forest.planted.into_iter().map(at).collect(), columns: forest.columns }
    }

    pub fn place(&self, id: Uuid) -> Option<(i32, i32)> {
        self.places.get(&id).copied()
    }

    /// How far it reaches to the right and down.
    pub fn extent(&self) -> Option<(i32, i32)> {
        let right = self.places.values().map(|(x, _)| x + WIDTH).max()?;
        Some((right, self.places.values().map(|(_, y)| y + HEIGHT).max()?))
    }
}

/// Everybody below one of those who introduced them. Nodes are numbers: their places in the list of the graph.
struct Forest {
    columns: Vec<u32>,
    /// The column of each node.
    column: Vec<usize>,
    roots: Vec<usize>,
    children: Vec<Vec<usize>>,
    /// Where the next one of each column may stand.
    free: Vec<i32>,
    /// Who stands where, in the order of planting.
    planted: Vec<(usize, i32)>,
}

impl Forest {
    fn of(graph: &NetworkGraph) -> Self {
        let mut numbers: BTreeMap<u32, usize> = graph.nodes.iter().map(|node| (node.chain_depth, 0)).collect();
        numbers.values_mut().enumerate().for_each(|(number, column)| *column = number);
        let column: Vec<usize> = graph.nodes.iter().map(|node| numbers[&node.chain_depth]).collect();
        let columns: Vec<u32> = numbers.into_keys().collect();
        let index: HashMap<Uuid, usize> = graph.nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
        // Of several who introduced somebody the nearest, and of these the first of the list. Each stands in a column
        // further to the left, so that no circle closes.
        let mut parents: Vec<Option<usize>> = vec![None; graph.nodes.len()];
        for edge in &graph.edges {
            let (Some(&from), Some(&to)) = (index.get(&edge.from), index.get(&edge.to)) else { continue };
            let nearer = |known: usize| (column[from], known) > (column[known], from);
            if column[from] < column[to] && parents[to].is_none_or(nearer) {
                parents[to] = Some(from);
            }
        }
        let mut children = vec![Vec::new(); graph.nodes.len()];
        let mut roots = Vec::new();
        for (node, parent) in parents.into_iter().enumerate() {
            match parent {
                Some(parent) => children[parent].push(node),
                None => roots.push(node),
            }
        }
        let free = vec![0; columns.len()];
        Self { columns, column, roots, children, free, planted: Vec::new() }
    }

    /// Puts a node in the middle beside its children, with all that is below it, as high as there is room; says how
    /// high.
    fn plant(&mut self, node: usize) -> i32 {
        let begin = self.planted.len();
        let children = self.children[node].clone();
        let heights: Vec<i32> = children.iter().map(|child| self.plant(*child)).collect();
        self.leave(begin, GAP);
        let column = self.column[node];
        let free = self.free[column];
        let middle = heights.first().zip(heights.last()).map_or(free, |(first, last)| first.midpoint(*last));
        let y = middle.max(free);
        if y > middle {
            self.planted[begin..].iter_mut().for_each(|(_, below)| *below += y - middle);
            self.leave(begin, y - middle);
        }
        self.free[column] = y + ROW;
        self.planted.push((node, y));
        y
    }

    /// Leaves so much room below what was planted from `begin` on, where nobody stands yet.
    fn leave(&mut self, begin: usize, room: i32) {
        let columns: BTreeSet<usize> = self.planted[begin..].iter().map(|(node, _)| self.column[*node]).collect();
        for column in columns {
            self.free[column] += room;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::test::{edge, node};
    use super::*;

    fn graph(depths: &[u32], links: &[(usize, usize)]) -> NetworkGraph {
        let nodes = depths.iter().enumerate().map(|(at, depth)| node(at, "Ada", *depth)).collect();
        NetworkGraph { nodes, edges: links.iter().map(|(from, to)| edge(*from, *to)).collect(), truncated: false }
    }

    fn places(graph: &NetworkGraph) -> Vec<(i32, i32)> {
        let layout = Layout::of(graph, 0, 0);
        graph.nodes.iter().map(|node| layout.place(node.id).unwrap()).collect()
    }

    #[test]
    fn children_stand_beside_their_parent_and_families_apart() {
        let two_families = graph(&[0, 0, 1, 1, 1, 1], &[(0, 2), (0, 3), (1, 4), (1, 5)]);
        let family = 2 * ROW + GAP;
        let expected = [(0, ROW / 2), (0, family + ROW / 2), (1, 0), (1, ROW), (1, family), (1, family + ROW)];
        assert_eq!(places(&two_families), expected.map(|(column, y)| (column * COLUMN, y)));
    }

    #[test]
    fn depths_that_nobody_has_take_no_room() {
        let deep = graph(&[0, 4, 9], &[]);
        assert_eq!(places(&deep).iter().map(|(x, _)| *x).collect::<Vec<_>>(), [0, COLUMN, 2 * COLUMN]);
        assert_eq!(Layout::of(&deep, 0, 0).columns, [0, 4, 9]);
    }

    proptest! {
        /// Whoever introduced whomever: everybody has a place, and no two boxes touch.
        #[test]
        fn nobody_stands_in_anothers_place(
            depths in prop::collection::vec(0u32..6, 0..40),
            links in prop::collection::vec((0usize..40, 0usize..40), 0..80),
        ) {
            let graph = graph(&depths, &links);
            let mut all = places(&graph);
            prop_assert_eq!(all.len(), depths.len());
            all.sort_unstable();
            for pair in all.windows(2) {
                prop_assert!(pair[0].0 < pair[1].0 || pair[0].1 + HEIGHT < pair[1].1, "{:?}", pair);
            }
        }
    }
}
