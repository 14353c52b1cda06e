//! The graph as a picture: a column for each step away from the seeker, drawn the same way every time.
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use uuid::Uuid;

use super::model::{EdgeKind, NetworkEdge, NetworkGraph, NetworkNode, NodeKind};
use crate::introductions::State;

const WIDTH: i32 = 190;
const HEIGHT: i32 = 40;
const COLUMN: i32 = WIDTH + 110;
const ROW: i32 = HEIGHT + 18;
const MARGIN: i32 = 24;
/// Letters of a name that fit into its box.
const LETTERS: usize = 24;
/// Rounds of moving people next to those who introduced them.
const ROUNDS: usize = 4;

/// As a document of its own. Colours are attributes, not styles: the pages of the API allow no styles.
pub fn render(graph: &NetworkGraph) -> String {
    let places = layout(graph);
    let right = places.values().map(|(x, _)| x + WIDTH).max().unwrap_or(2 * WIDTH);
    let bottom = places.values().map(|(_, y)| y + HEIGHT).max().unwrap_or(HEIGHT + MARGIN);
    let (width, height) = (right + MARGIN, bottom + MARGIN);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title desc\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title id=\"title\">Who led to whom</title>\n<desc id=\"desc\">{}</desc>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#555\"/></marker></defs>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        escaped(&description(graph)),
    );
    if graph.nodes.is_empty() {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "<text x=\"{MARGIN}\" y=\"{}\" fill=\"#555\">Nobody yet</text>", MARGIN + 16);
    }
    for edge in &graph.edges {
        if let (Some(from), Some(to)) = (places.get(&edge.from), places.get(&edge.to)) {
            draw_edge(&mut text, edge, *from, *to);
        }
    }
    for node in &graph.nodes {
        if let Some(place) = places.get(&node.id) {
            draw_node(&mut text, node, *place);
        }
    }
    text.push_str("</svg>\n");
    text
}

fn description(graph: &NetworkGraph) -> String {
    let more = if graph.truncated { " There are more than are shown." } else { "" };
    format!(
        "{} people and {} links between them. Each column is one introduction further from the seeker.{more}",
        graph.nodes.len(),
        graph.edges.len()
    )
}

/// The upper left corner of each node. A column lists its people near those who introduced them, so that fewer lines
/// cross.
fn layout(graph: &NetworkGraph) -> HashMap<Uuid, (i32, i32)> {
    let mut columns: BTreeMap<u32, Vec<Uuid>> = BTreeMap::new();
    for node in &graph.nodes {
        columns.entry(node.chain_depth).or_default().push(node.id);
    }
    let mut columns: Vec<Vec<Uuid>> = columns.into_values().collect();
    let mut neighbours: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for edge in &graph.edges {
        neighbours.entry(edge.from).or_default().push(edge.to);
        neighbours.entry(edge.to).or_default().push(edge.from);
    }
    let mut rows: HashMap<Uuid, usize> = HashMap::new();
    number(&columns, &mut rows);
    for _ in 0..ROUNDS {
        for column in &mut columns {
            let middle = |id: &Uuid| {
                let near = neighbours.get(id).map_or(&[][..], Vec::as_slice);
                let sum: usize = near.iter().chain([id]).filter_map(|id| rows.get(id)).sum();
                // In thousandths, for whole numbers sort the same everywhere.
                sum * 1000 / (near.len() + 1)
            };
            let mut sorted: Vec<(usize, Uuid)> = column.iter().map(|id| (middle(id), *id)).collect();
            sorted.sort_unstable();
            *column = sorted.into_iter().map(|(_, id)| id).collect();
        }
        number(&columns, &mut rows);
    }
    let place = |(column, ids): (usize, &Vec<Uuid>)| {
        let x = MARGIN + COLUMN * i32::try_from(column).unwrap_or(0);
        let at = move |(row, id): (usize, &Uuid)| (*id, (x, MARGIN + ROW * i32::try_from(row).unwrap_or(0)));
        ids.iter().enumerate().map(at).collect::<Vec<_>>()
    };
    columns.iter().enumerate().flat_map(place).collect()
}

fn number(columns: &[Vec<Uuid>], rows: &mut HashMap<Uuid, usize>) {
    for column in columns {
        rows.extend(column.iter().enumerate().map(|(row, id)| (*id, row)));
    }
}

fn draw_edge(text: &mut String, edge: &NetworkEdge, from: (i32, i32), to: (i32, i32)) {
    let (y, v) = (from.1 + HEIGHT / 2, to.1 + HEIGHT / 2);
    let x = from.0 + WIDTH;
    // To the right it goes straight on; otherwise it leaves and comes in on the right, in a bow.
    let (u, bend) = if to.0 > from.0 { (to.0, (to.0 - x) / 2) } else { (to.0 + WIDTH, 60 + (x - to.0 - WIDTH) / 2) };
    let end = if to.0 > from.0 { u - bend } else { u + bend };
    let (colour, dash) = match (edge.kind, edge.state) {
        (EdgeKind::Introduction, Some(State::Made)) => ("#1a7f37", ""),
        (EdgeKind::Introduction, Some(State::Promised)) => ("#9a6700", " stroke-dasharray=\"6 4\""),
        (EdgeKind::Introduction, Some(State::Declined)) => ("#b42318", " stroke-dasharray=\"2 4\""),
        (EdgeKind::Introduction, Some(State::Stale)) => ("#8c8c8c", " stroke-dasharray=\"6 4\""),
        (EdgeKind::Connector, _) => ("#8c8c8c", ""),
        _ => ("#555", " stroke-dasharray=\"6 4\""),
    };
    let state = edge.state.map_or("connector", State::name);
    let _ = writeln!(
        text,
        "<path d=\"M{x} {y}C{} {y} {end} {v} {u} {v}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"{dash} \
         marker-end=\"url(#tip)\"><title>{state}</title></path>",
        x + bend,
    );
}

fn draw_node(text: &mut String, node: &NetworkNode, (x, y): (i32, i32)) {
    let name = node.name.as_deref().unwrap_or("(anonymous)");
    let (fill, dash) = match node.kind {
        NodeKind::Contact => ("#eef4ff", ""),
        NodeKind::Name => ("#fff", " stroke-dasharray=\"4 3\""),
        NodeKind::Anonymous => ("#f2f2f2", " stroke-dasharray=\"4 3\""),
    };
    let stage = node.stage.map(|stage| format!(", {}", stage.name().replace('_', " "))).unwrap_or_default();
    let title =
        format!("{name}{stage}: {} introductions, led to {} people", node.r#yield.introductions, node.r#yield.people);
    let _ = writeln!(
        text,
        "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\" fill=\"{fill}\" \
         stroke=\"#5b6b8c\"{dash}/><text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#1b1f27\">{}</text></g>",
        escaped(&title),
        x + WIDTH / 2,
        y + HEIGHT / 2 + 5,
        escaped(&shortened(name)),
    );
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 1).chain(['…']).collect()
}

/// Text as XML 1.0 has it: what it has no characters for becomes a space.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::model::NetworkYield;
    use super::*;

    fn node(n: u128, name: &str, chain_depth: u32) -> NetworkNode {
        NetworkNode {
            id: Uuid::from_u128(n),
            kind: NodeKind::Contact,
            contact_id: None,
            name: Some(name.to_owned()),
            stage: None,
            chain_depth,
            r#yield: NetworkYield::default(),
        }
    }

    fn edge(from: u128, to: u128) -> NetworkEdge {
        NetworkEdge {
            from: Uuid::from_u128(from),
            to: Uuid::from_u128(to),
            kind: EdgeKind::Introduction,
            introduction_id: None,
            state: Some(State::Made),
            may_use_name: Some(true),
        }
    }

    #[test]
    fn names_are_text_and_nothing_else() {
        assert_eq!(escaped("<script>&\"'\u{1b}\u{FFFE}é"), "&lt;script&gt;&amp;&quot;'  é");
        assert_eq!(shortened(&"é".repeat(30)).chars().count(), LETTERS);
        assert_eq!(shortened("Ada"), "Ada");
    }

    #[test]
    fn the_same_graph_is_the_same_picture_and_no_two_boxes_share_a_place() {
        let nodes = vec![node(1, "A", 0), node(2, "B", 0), node(3, "C", 1), node(4, "D", 1), node(5, "E", 7)];
        let edges = vec![edge(1, 4), edge(2, 3), edge(4, 1), edge(3, 5), edge(5, 5)];
        let graph = NetworkGraph { nodes, edges, truncated: false };
        assert_eq!(render(&graph), render(&graph));
        let mut places: Vec<(i32, i32)> = layout(&graph).into_values().collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 5);
        // A column for each depth that somebody has, without empty ones.
        assert!(places.iter().all(|(x, _)| *x <= MARGIN + 2 * COLUMN));
    }

    #[test]
    fn nobody_is_a_picture_too() {
        let empty = NetworkGraph { nodes: Vec::new(), edges: Vec::new(), truncated: false };
        assert!(render(&empty).contains("Nobody yet"));
    }
}
