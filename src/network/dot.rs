//! The graph in the DOT language of Graphviz.
use std::fmt::Write;

use super::model::{NetworkGraph, NodeKind};
use super::style::{Line, Progress, called};

/// As text that `dot` reads. Names are quoted: nothing in them is taken for language.
pub fn render(graph: &NetworkGraph) -> String {
    let mut text = String::from(
        "digraph network {\n  rankdir=LR;\n  node [shape=box, style=rounded, \
         fontname=\"sans-serif\", color=\"#94a3b8\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    for node in &graph.nodes {
        let label = quoted(called(node));
        let style = if node.kind == NodeKind::Contact { "rounded" } else { "\"rounded,dashed\"" };
        let colour = Progress::of(node).map(|progress| format!(", color=\"{}\"", progress.colour()));
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  \"{}\" [label={label}, style={style}{}];", node.id, colour.unwrap_or_default());
    }
    for edge in &graph.edges {
        let line = Line::of(edge);
        let style = match line {
            Line::Made | Line::Connector => "solid",
            Line::Promised | Line::Named | Line::Stale => "dashed",
            Line::Declined => "dotted",
        };
        let (name, colour) = (line.name(), line.colour());
        let _ = writeln!(
            text,
            "  \"{}\" -> \"{}\" [label={name}, style={style}, color=\"{colour}\", fontcolor=\"{colour}\"];",
            edge.from, edge.to
        );
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
            // Graphviz reads references of HTML in labels, too.
            '&' => quoted.push_str("&amp;"),
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
        assert_eq!(quoted("\\N\n</x> &lt;"), r#""\\N </x> &amp;lt;""#);
    }
}
