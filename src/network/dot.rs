//! The graph in the DOT language of Graphviz.
use std::fmt::Write;

use super::model::{EdgeKind, NetworkGraph, NodeKind};
use crate::introductions::State;

/// As text that `dot` reads. Names are quoted: nothing in them is taken for language.
pub fn render(graph: &NetworkGraph) -> String {
    let mut text =
        String::from("digraph network {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
    for node in &graph.nodes {
        let label = quoted(node.name.as_deref().unwrap_or("(anonymous)"));
        let style = if node.kind == NodeKind::Contact { "rounded" } else { "\"rounded,dashed\"" };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  \"{}\" [label={label}, style={style}];", node.id);
    }
    for edge in &graph.edges {
        let label = edge.state.map_or("connector", State::name);
        let style = match (edge.kind, edge.state) {
            (EdgeKind::Introduction, Some(State::Made)) => "solid",
            (EdgeKind::Introduction, Some(State::Declined)) => "dotted",
            _ => "dashed",
        };
        let _ = writeln!(text, "  \"{}\" -> \"{}\" [label={label}, style={style}];", edge.from, edge.to);
    }
    text.push_str("}\n");
    text
}

/// A quoted string whose backslashes are no escapes of labels.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_inside_its_quotes() {
        assert_eq!(quoted("Zoë \"Z\" O'Neil\\"), r#""Zoë \"Z\" O'Neil\\""#);
        assert_eq!(quoted("\\N\n</x>"), r#""\\N </x>""#);
    }
}
