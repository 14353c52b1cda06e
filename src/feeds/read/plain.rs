//! Text without the HTML that is in it.
use std::sync::LazyLock;

use ammonia::Builder;

/// Nothing but text; what is in these elements is none.
static TEXT_ONLY: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder.clean_content_tags(["script", "style", "template", "noscript"].into());
    builder
});

/// Elements that stand apart from what is before and behind them.
const BLOCKS: [&str; 18] = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "blockquote",
];
/// What is cleaned of a text, for each character that is kept of it.
const RATIO: usize = 16;

/// The first `most` characters, with single spaces. Markup that was escaped twice, as in many titles, is markup, too.
pub fn text(html: &str, most: usize) -> String {
    let start: String = html.chars().take(most.saturating_mul(RATIO)).collect();
    let mut text = if start.contains('<') || start.contains('&') { stripped(&start) } else { start };
    if text.contains("</") || text.contains("/>") || text.contains("&#") || text.contains("&amp;") {
        text = stripped(&text);
    }
    let mut kept = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        count += word.chars().count() + usize::from(!kept.is_empty());
        if count > most {
            if kept.is_empty() {
                kept.extend(word.chars().take(most));
            }
            break;
        }
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.extend(word.chars().filter(|c| !c.is_control()));
    }
    kept
}

fn stripped(html: &str) -> String {
    let clean = TEXT_ONLY.clean(&apart(html)).to_string();
    // What the cleaner escapes, it escapes so.
    let clean = clean.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    clean.replace("&amp;", "&")
}

/// With a space before each element that stands apart.
fn apart(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 16);
    let mut pieces = html.split('<');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let name = piece.trim_start_matches('/');
        let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
        if BLOCKS.contains(&name.to_ascii_lowercase().as_str()) {
            out.push(' ');
        }
        out.push('<');
        out.push_str(piece);
    }
    out
}
