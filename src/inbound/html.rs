//! The text of a mail that is HTML, with and without what mail programs mark as quoted.
use dom_query::{Document, NodeRef};

/// Characters and tags that are read, and how deep they may be nested: a parser looks for each tag at all that it is in.
const LONGEST: usize = 1 << 20;
const TAGS: usize = 10_000;
const DEPTH: usize = 250;

/// What is wrapped around a quotation: by Gmail, Apple Mail, Thunderbird and most others; Yahoo; Proton; Spark; GMX.
const QUOTATIONS: &str = "blockquote, .yahoo_quoted, [id^=\"yahoo_quoted\"], .protonmail_quote, \
    [name=\"messageReplySection\"], [name=\"quote\"]";
/// What is written above one.
const ATTRIBUTIONS: &str = ".gmail_attr, .moz-cite-prefix";
const SIGNATURES: &str = ".gmail_signature, .gmail_signature_prefix, .moz-signature, .protonmail_signature_block, \
    #AppleMailSignature, #Signature, #ms-outlook-mobile-signature";
/// Where Outlook begins what is answered: all behind it is that.
const BEGINNINGS: &str = "#appendonsend, #divRplyFwdMsg, [id^=\"divRpF\"], #mail-editor-reference-message-container, \
    div[style*=\"border-top:solid\"], div[style*=\"border-top: solid\"]";

/// Elements that begin and end a line.
const BLOCKS: [&str; 27] = [
    "address",
    "article",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];
/// Elements whose content is not to be read.
const SILENT: [&str; 6] = ["head", "noscript", "script", "style", "template", "title"];

/// All that it says. Where nothing of it stands within what is read in depth, it is read without its tags.
pub fn text(html: &str) -> String {
    let text = lines(&document(html));
    if text.trim().is_empty() { flat(html) } else { text }
}

/// What stands between the tags.
fn flat(html: &str) -> String {
    let html = &html[..html.char_indices().nth(LONGEST).map_or(html.len(), |(at, _)| at)];
    // As long as the text: places in the one are places in the other.
    let lower = html.to_ascii_lowercase();
    let (mut kept, mut at) = (String::new(), 0);
    while let Some(open) = lower[at..].find('<').map(|open| at + open) {
        kept.push_str(&html[at..open]);
        let tag = &lower[open + 1..];
        let (tag, closes) = tag.strip_prefix('/').map_or((tag, false), |tag| (tag, true));
        let name = name(tag);
        // What is not to be read ends where its own end is.
        let last = if tag.starts_with("!--") {
            tag.find("-->")
        } else if !closes && SILENT.contains(&name.as_str()) {
            tag.find(&format!("</{name}"))
        } else {
            Some(0)
        };
        let from = lower.len() - tag.len();
        let Some(end) = last.and_then(|last| Some(from + last + tag[last..].find('>')?)) else {
            at = html.len();
            break;
        };
        if (name == "br" || BLOCKS.contains(&name.as_str())) && !kept.ends_with("<br>") {
            kept.push_str("<br>");
        }
        at = end + 1;
    }
    kept.push_str(&html[at..]);
    lines(&Document::from(kept))
}

/// The name of a tag behind its `<`; empty where none begins.
fn name(tag: &str) -> String {
    tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_lowercase()
}

/// What it says apart from what it quotes, and from signatures that are marked as such.
pub fn unquoted_text(html: &str) -> String {
    let document = document(html);
    // The first of them: behind it there are those of what was answered before.
    let beginning = document.select(BEGINNINGS).nodes().iter().find(|node| begins(node)).copied();
    if let Some(beginning) = beginning {
        cut_from(beginning);
    }
    for attribution in document.select(ATTRIBUTIONS).nodes() {
        // Of what is forwarded it is needed: the rest is not marked.
        if !attribution.text().trim_start().starts_with("---") {
            attribution.remove_from_parent();
        }
    }
    document.select(QUOTATIONS).remove();
    document.select(SIGNATURES).remove();
    lines(&document)
}

fn document(html: &str) -> Document {
    let end = html.char_indices().nth(LONGEST).map_or(html.len(), |(at, _)| at);
    let mut depth = 0_usize;
    let mut tags = html[..end].match_indices('<').enumerate();
    let too_much = tags.find(|(count, (at, _))| {
        let tag = &html[at + 1..];
        if let Some(tag) = tag.strip_prefix('/') {
            depth = depth.saturating_sub(usize::from(nests(&name(tag))));
        } else {
            depth += usize::from(nests(&name(tag)));
        }
        *count >= TAGS || depth > DEPTH
    });
    Document::from(&html[..too_much.map_or(end, |(_, (at, _))| at)])
}

/// Whether an element holds others until it is closed: not those that have no content, or that end with the next.
fn nests(name: &str) -> bool {
    const FLAT: [&str; 29] = [
        "", "area", "base", "body", "br", "col", "dd", "dt", "embed", "head", "hr", "html", "img", "input", "li",
        "link", "meta", "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
    ];
    !FLAT.contains(&name)
}

/// A line above a text may be anybody's; above the names of a header it is Outlook's.
fn begins(node: &NodeRef<'_>) -> bool {
    node.id_attr().is_some() || node.text().matches(':').count() >= 3
}

/// Removes a node and all that follows it.
fn cut_from(node: NodeRef<'_>) {
    let mut inside = Some(node);
    while let Some(at) = inside {
        while let Some(next) = at.next_sibling() {
            next.remove_from_parent();
        }
        inside = at.parent();
    }
    node.remove_from_parent();
}

enum Step<'a> {
    Into(NodeRef<'a>),
    Behind,
}

fn lines(document: &Document) -> String {
    let mut text = String::new();
    let mut steps = vec![Step::Into(document.root())];
    while let Some(step) = steps.pop() {
        let Step::Into(node) = step else {
            end_line(&mut text);
            continue;
        };
        if node.is_text() {
            push_words(&mut text, &node.text());
            continue;
        }
        let name = node.node_name().unwrap_or_default();
        let name: &str = &name;
        if SILENT.contains(&name) {
            continue;
        }
        if BLOCKS.contains(&name) {
            end_line(&mut text);
            steps.push(Step::Behind);
        }
        match name {
            "br" => text.push('\n'),
            // Outlook's paragraphs stand close together.
            "p" if !text.is_empty() && !text.ends_with("\n\n") && !node.class().unwrap_or_default().contains("Mso") => {
                text.push('\n');
            }
            "li" => text.push_str("- "),
            "td" | "th" => push_words(&mut text, " "),
            _ => {}
        }
        steps.extend(node.children_it(true).map(Step::Into));
    }
    text
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn push_words(text: &mut String, words: &str) {
    let begins = text.is_empty() || text.ends_with(['\n', ' ']);
    if words.starts_with(char::is_whitespace) && !begins {
        text.push(' ');
    }
    let joined = words.split_whitespace().collect::<Vec<_>>().join(" ");
    text.push_str(&joined);
    // A line of nothing but a blank that does not break is an empty line.
    let holds = joined.is_empty() && begins && words.contains('\u{a0}');
    if holds || (!joined.is_empty() && words.ends_with(char::is_whitespace)) {
        text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_lines() {
        let html = "<html><head><title>no</title><style>p { x: y }</style></head><body><div>One <b>two</b>\n three</div>\
            <div><br></div><div>Four<br>five<br></div><p>Six</p><p>Seven</p><ul><li>a</li><li>b</li></ul>\
            <table><tr><td>c</td><td>d</td></tr><tr><td>e</td></tr></table><script>no()</script></body></html>";
        let wanted = "One two three\n\nFour\nfive\n\nSix\n\nSeven\n- a\n- b\nc d\ne\n";
        assert_eq!(text(html), wanted);
        let outlook = "<p class=MsoNormal>One</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>two</p>";
        assert_eq!(text(outlook), "One\n \ntwo\n");
        assert_eq!(text("no element &amp; none"), "no element & none");
    }

    #[test]
    fn a_line_above_a_text_is_no_quotation() {
        let html = "<p>Yes</p><div style=\"border-top:solid 1px\">at ten: my office</div>";
        assert_eq!(unquoted_text(html), "Yes\nat ten: my office\n");
    }

    #[test]
    fn what_stands_too_deep_is_read_without_its_tags() {
        let deep = format!(
            "<style>p {{ x: y }}</style>{}Yes &amp; <b>gladly</b><br>Grace{}",
            "<div>".repeat(400),
            "</div>".repeat(400)
        );
        assert_eq!(text(&deep).trim(), "Yes & gladly\nGrace");
        let many = format!("{}Yes", "<b></b>".repeat(6_000));
        assert_eq!(text(&many).trim(), "Yes");
        assert_eq!(text("<style>p { x: y }</style><img src=\"x\"><!-- <p>no -->").trim(), "");
    }

    #[test]
    fn hostile_pages_are_read_quickly() {
        let hidden = "<div title=\"</div>\">".repeat(100_000);
        let pages =
            ["<div>".repeat(500_000), "<b><p>".repeat(300_000), "<a".repeat(500_000), "x".repeat(1 << 22), hidden];
        for html in pages {
            let started = std::time::Instant::now();
            let _ = unquoted_text(&html);
            let _ = text(&html);
            // Without optimization, and with others at work on the machine.
            assert!(started.elapsed() < std::time::Duration::from_secs(20), "{}: {:?}", &html[..20], started.elapsed());
        }
        let long = format!("<p>Yes</p>{}<p>no", "<blockquote><div>x</div></blockquote>".repeat(2_000));
        assert_eq!(unquoted_text(&long), "Yes\n\nno\n");
    }
}
