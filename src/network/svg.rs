//! The graph as a picture, drawn the same way every time. Colours are attributes, not styles: the pages of the API
//! allow no styles.
use std::collections::{BTreeSet, HashMap};
use std::fmt::{self, Display, Write};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::layout::{COLUMN, HEIGHT, Layout, WIDTH};
use super::model::{NetworkEdge, NetworkGraph, NetworkNode, NodeKind};
use super::style::{Line, Progress, called};

const MARGIN: i32 = 28;
/// What the title, the legend and the names of the columns take.
const HEAD: i32 = 112;
/// Cells of a name that fit into its box: a letter takes one, one of Chinese or an emoji two.
const CELLS: usize = 23;
/// The least width, for the legend.
const LEAST: i32 = 760;

const INK: &str = "#0f172a";
const PALE: &str = "#64748b";

/// As a document of its own.
pub fn render(graph: &NetworkGraph) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = write!(text, "{}", Picture { graph, layout: Layout::of(graph, MARGIN, HEAD) });
    text
}

struct Picture<'a> {
    graph: &'a NetworkGraph,
    layout: Layout,
}

impl Display for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (right, bottom) = self.layout.extent().unwrap_or((0, HEAD));
        let (width, height) = (LEAST.max(right + MARGIN), bottom + MARGIN);
        let lines: BTreeSet<Line> = self.graph.edges.iter().map(Line::of).collect();
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\" \
             font-family=\"system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif\" font-size=\"13\">\n\
             <title id=\"title\">Who led to whom</title>\n<desc id=\"desc\">{}</desc>",
            Escaped(&self.description()),
        )?;
        define(f, &lines)?;
        writeln!(f, "<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>")?;
        self.head(f, &lines)?;
        self.columns(f, height)?;
        let names: HashMap<_, &str> = self.graph.nodes.iter().map(|node| (node.id, called(node))).collect();
        for edge in &self.graph.edges {
            if let (Some(from), Some(to)) = (self.layout.place(edge.from), self.layout.place(edge.to)) {
                draw_edge(f, edge, from, to, [names[&edge.from], names[&edge.to]])?;
            }
        }
        for node in &self.graph.nodes {
            if let Some(place) = self.layout.place(node.id) {
                draw_node(f, node, place)?;
            }
        }
        writeln!(f, "</svg>")
    }
}

impl Picture<'_> {
    fn description(&self) -> String {
        format!("{} Each column is one introduction further from the seeker.", self.summary())
    }

    fn summary(&self) -> String {
        let more = if self.graph.truncated { " There are more than are shown." } else { "" };
        let [people, links] = [("person", "people", self.graph.nodes.len()), ("link", "links", self.graph.edges.len())]
            .map(|(one, many, count)| format!("{count} {}", if count == 1 { one } else { many }));
        format!("{people}, {links} between them.{more}")
    }

    /// The title, and what the lines and dots that there are mean.
    fn head(&self, f: &mut fmt::Formatter<'_>, lines: &BTreeSet<Line>) -> fmt::Result {
        let said = if self.graph.nodes.is_empty() { "Nobody yet.".to_owned() } else { self.summary() };
        writeln!(
            f,
            "<text x=\"{MARGIN}\" y=\"36\" font-size=\"18\" font-weight=\"600\" fill=\"{INK}\">Who led to whom\
             <tspan dx=\"14\" font-size=\"12\" font-weight=\"400\" fill=\"{PALE}\">{}</tspan></text>",
            Escaped(&said),
        )?;
        let mut x = MARGIN;
        for line in lines {
            let (name, colour) = (line.name(), line.colour());
            write!(f, "<path d=\"M{x} 58H{}\" {}/>", x + 30, stroke(*line))?;
            writeln!(f, "<text x=\"{}\" y=\"62\" font-size=\"11\" fill=\"{colour}\">{name}</text>", x + 38)?;
            x += 56 + 6 * i32::try_from(name.len()).unwrap_or(0);
        }
        let dots: BTreeSet<Progress> = self.graph.nodes.iter().filter_map(Progress::of).collect();
        for dot in dots {
            let (name, colour) = (dot.name(), dot.colour());
            write!(f, "<circle cx=\"{}\" cy=\"58\" r=\"4\" fill=\"{colour}\"/>", x + 4)?;
            writeln!(f, "<text x=\"{}\" y=\"62\" font-size=\"11\" fill=\"{PALE}\">{name}</text>", x + 13)?;
            x += 30 + 6 * i32::try_from(name.len()).unwrap_or(0);
        }
        Ok(())
    }

    /// What each column stands for.
    fn columns(&self, f: &mut fmt::Formatter<'_>, height: i32) -> fmt::Result {
        for (number, depth) in (0..).zip(&self.layout.columns) {
            let (x, y) = (MARGIN + COLUMN * number, HEAD - 18);
            let name = match depth {
                0 => "first contacts".to_owned(),
                1 => "after 1 introduction".to_owned(),
                more => format!("after {more} introductions"),
            };
            writeln!(
                f,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"10\" fill=\"#f8fafc\"/>\
                 <text x=\"{x}\" y=\"{y}\" font-size=\"11\" letter-spacing=\".4\" fill=\"{PALE}\">{name}</text>",
                x - 12,
                y - 16,
                WIDTH + 24,
                height - y + 4,
            )?;
        }
        Ok(())
    }
}

/// The tips of the lines, and the frame that no name leaves.
fn define(f: &mut fmt::Formatter<'_>, lines: &BTreeSet<Line>) -> fmt::Result {
    write!(f, "<defs><clipPath id=\"box\"><rect width=\"{WIDTH}\" height=\"{HEIGHT}\"/></clipPath>")?;
    for line in lines {
        write!(
            f,
            "<marker id=\"{}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"{}\"/></marker>",
            line.name(),
            line.colour()
        )?;
    }
    writeln!(f, "</defs>")
}

fn stroke(line: Line) -> String {
    let dashes = line.dashes().map(|dashes| format!(" stroke-dasharray=\"{dashes}\"")).unwrap_or_default();
    let width = if line == Line::Made { "2" } else { "1.5" };
    format!("fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-linecap=\"round\"{dashes}", line.colour())
}

/// From the side that faces the other box. Of two in one column the line goes round on the right.
fn draw_edge(
    f: &mut fmt::Formatter<'_>,
    edge: &NetworkEdge,
    from: (i32, i32),
    to: (i32, i32),
    [giver, other]: [&str; 2],
) -> fmt::Result {
    let (y, v) = (from.1 + HEIGHT / 2, to.1 + HEIGHT / 2);
    let (x, u, out, back) = match from.0.cmp(&to.0) {
        std::cmp::Ordering::Less => (from.0 + WIDTH, to.0, 1, -1),
        std::cmp::Ordering::Equal => (from.0 + WIDTH, to.0 + WIDTH, 1, 1),
        std::cmp::Ordering::Greater => (from.0, to.0 + WIDTH, -1, 1),
    };
    let bend = ((u - x).abs() / 2).clamp(46, 120);
    let line = Line::of(edge);
    // What goes back or past a column stays in the background.
    let faint = if u - x == COLUMN - WIDTH { "" } else { " stroke-opacity=\".55\"" };
    writeln!(
        f,
        "<path d=\"M{x} {y}C{} {y} {} {v} {u} {v}\" {}{faint} marker-end=\"url(#{})\"><title>{} → {}: {}</title></path>",
        x + out * bend,
        u + back * bend,
        stroke(line),
        line.name(),
        Escaped(giver),
        Escaped(other),
        line.name(),
    )
}

fn draw_node(f: &mut fmt::Formatter<'_>, node: &NetworkNode, (x, y): (i32, i32)) -> fmt::Result {
    let (fill, border, dashes) = match node.kind {
        NodeKind::Contact => ("#fff", "#cbd5e1", ""),
        NodeKind::Name => ("#fff", "#94a3b8", " stroke-dasharray=\"4 3\""),
        NodeKind::Anonymous => ("#f1f5f9", "#cbd5e1", " stroke-dasharray=\"4 3\""),
    };
    let (name, about) = (called(node), about(node));
    write!(
        f,
        "<g transform=\"translate({x} {y})\" clip-path=\"url(#box)\"><title>{}: {}</title>\
         <rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"9\" fill=\"{fill}\" stroke=\"{border}\"{dashes}/>",
        Escaped(name),
        Escaped(&about),
        WIDTH - 1,
        HEIGHT - 1,
    )?;
    if let Some(progress) = Progress::of(node) {
        write!(f, "<circle cx=\"15\" cy=\"17\" r=\"4\" fill=\"{}\"/>", progress.colour())?;
    }
    writeln!(
        f,
        "<text x=\"27\" y=\"21\" fill=\"{INK}\">{}</text>\
         <text x=\"27\" y=\"36\" font-size=\"10.5\" fill=\"{PALE}\">{}</text></g>",
        Escaped(&isolated(&shortened(name))),
        Escaped(&about),
    )
}

/// How far it is with somebody, and what came of knowing them.
fn about(node: &NetworkNode) -> String {
    let what = match (node.kind, node.stage) {
        (NodeKind::Contact, Some(stage)) => stage.name().replace('_', " "),
        (NodeKind::Contact, None) => "a contact".to_owned(),
        (NodeKind::Name, _) => "only the name is known".to_owned(),
        (NodeKind::Anonymous, _) => "was deleted".to_owned(),
    };
    match node.r#yield.people {
        0 => what,
        people => format!("{what} · led to {people}"),
    }
}

/// As much as fits, without taking a letter from its accents or an emoji to pieces.
fn shortened(name: &str) -> String {
    if name.width() <= CELLS {
        return name.to_owned();
    }
    let mut room = CELLS - 1;
    let fits = |part: &&str| {
        let width = part.width();
        let fits = width <= room;
        room = room.saturating_sub(width);
        fits
    };
    let begin: String = name.graphemes(true).take_while(fits).collect();
    format!("{}…", begin.trim_end())
}

/// Set by itself, whatever direction its script has: brackets and full stops stay where they belong (UAX #9, FSI).
fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

/// Text as XML 1.0 has it: what it has no characters for becomes a space.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::test::{edge, node};
    use super::*;

    #[test]
    fn names_are_text_and_nothing_else() {
        assert_eq!(Escaped("<script>&\"'\u{1b}\u{FFFE}é").to_string(), "&lt;script&gt;&amp;&quot;'  é");
    }

    #[test]
    fn names_are_cut_where_people_see_an_end() {
        assert_eq!(shortened("Ada"), "Ada");
        assert_eq!(shortened(&"é".repeat(30)), format!("{}…", "é".repeat(CELLS - 1)));
        assert_eq!(shortened(&"e\u{301}".repeat(30)), format!("{}…", "e\u{301}".repeat(CELLS - 1)));
        assert_eq!(shortened(&"龍".repeat(30)), format!("{}…", "龍".repeat((CELLS - 1) / 2)));
        let family = "👨‍👩‍👧‍👦";
        let cut = shortened(&family.repeat(30));
        assert!(cut.len() > family.len() && (cut.len() - "…".len()).is_multiple_of(family.len()), "{cut}");
    }

    #[test]
    fn the_same_graph_is_the_same_picture() {
        let nodes = vec![node(1, "A", 0), node(2, "B", 0), node(3, "C", 1), node(4, "D", 1), node(5, "E", 7)];
        let edges = vec![edge(1, 4), edge(2, 3), edge(4, 1), edge(3, 5), edge(5, 5)];
        let graph = NetworkGraph { nodes, edges, truncated: true };
        assert_eq!(render(&graph), render(&graph));
        assert!(render(&graph).contains("5 people, 5 links between them. There are more than are shown."));
    }

    #[test]
    fn nobody_is_a_picture_too() {
        let empty = NetworkGraph { nodes: Vec::new(), edges: Vec::new(), truncated: false };
        assert!(render(&empty).contains("Nobody yet"));
    }
}
