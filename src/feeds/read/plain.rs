//! Text without the HTML that is in it.
use std::sync::LazyLock;

use ammonia::Builder;

use crate::http::schema::formats;

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
/// Bytes that are cleaned at once.
const PIECE: usize = 64 * 1024;

/// The first `most` characters, with single spaces. Markup that was escaped twice, as in many titles, is markup, too.
pub fn text(html: &str, most: usize) -> String {
    let end = html.char_indices().nth(most.saturating_mul(RATIO)).map_or(html.len(), |(end, _)| end);
    beginning(&cleaned(&html[..end]), most)
}

/// As [`text`], all of it. It is cleaned piece by piece: what is nested without end takes the square of its length.
pub fn whole(html: &str) -> String {
    let (mut text, mut rest) = (String::new(), html);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(piece(rest));
        text.push_str(&cleaned(piece));
        rest = after;
    }
    beginning(&text, usize::MAX)
}

/// Where the first piece of a text ends: before a tag or a word, and in neither.
fn piece(html: &str) -> usize {
    if html.len() <= PIECE {
        return html.len();
    }
    let end = html.floor_char_boundary(PIECE);
    match html[..end].rfind('<') {
        // One tag alone may be longer than that: a picture that stands in it, say.
        Some(0) => html.find('>').map_or(html.len(), |close| end.max(close + 1)),
        Some(tag) => tag,
        None => html[..end].rfind(char::is_whitespace).filter(|space| *space > 0).unwrap_or(end),
    }
}

fn cleaned(html: &str) -> String {
    let mut text = if html.contains('<') || html.contains('&') { stripped(html) } else { html.to_owned() };
    if text.contains("</") || text.contains("/>") || text.contains("&#") || text.contains("&amp;") {
        text = stripped(&text);
    }
    text
}

/// The first `most` characters of a plain text, with single spaces, and without what would show them in another order.
pub fn beginning(text: &str, most: usize) -> String {
    let mut kept = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        let word: String = word.chars().filter(|c| formats::one_line(c.encode_utf8(&mut [0; 4]))).collect();
        let length = word.chars().count();
        if length == 0 {
            continue;
        }
        count += length + usize::from(!kept.is_empty());
        if count > most {
            if kept.is_empty() {
                kept.extend(word.chars().take(most));
            }
            break;
        }
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(&word);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_read_to_its_end() {
        let long = format!(
            "<p>Be{}gin</p><img src='data:{}'/>{}<b>e</b>nd.",
            "<i></i>",
            "x".repeat(PIECE),
            "word ".repeat(40_000)
        );
        let text = whole(&long);
        assert!(text.starts_with("Begin word word") && text.ends_with("word end."), "{}", &text[..40]);
        assert_eq!(text.split(' ').count(), 40_002);
        assert_eq!(beginning(&text, 12), "Begin word");
    }

    #[test]
    fn what_turns_the_direction_is_left_out() {
        assert_eq!(text("a\u{202e}b \u{2066} c\u{2069}", 20), "ab c");
    }
}
