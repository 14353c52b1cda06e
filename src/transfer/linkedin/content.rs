//! The text of a message. LinkedIn's editors wrote HTML at times, and its exports keep it.

/// Tags behind which a new line begins.
const BLOCKS: [&str; 8] = ["p", "div", "br", "li", "ul", "ol", "blockquote", "tr"];
/// What stands between these is no text.
const HIDDEN: [&str; 3] = ["script", "style", "head"];

/// The plain text of a message that may be HTML, with line feeds between its lines.
pub fn plain(content: &str) -> String {
    let text = if is_html(content) { without_tags(content) } else { content.to_owned() };
    let text = decoded(&text).replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let mut plain = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.lines().map(str::trim_end) {
        blank = if line.is_empty() { blank + 1 } else { 0 };
        if blank < 2 {
            plain.push_str(line);
            plain.push('\n');
        }
    }
    plain.trim().to_owned()
}

/// Somebody who writes `a < b` writes no HTML; whoever closes a tag does.
fn is_html(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let rest = &text[at + 1..];
        match rest.strip_prefix('/') {
            Some(closed) => closed.starts_with(|c: char| c.is_ascii_alphabetic()) && closed.contains('>'),
            None => ["br>", "br/>", "br />"].iter().any(|tag| starts_with(rest, tag)),
        }
    })
}

fn starts_with(text: &str, beginning: &str) -> bool {
    text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    let mut hidden: Option<&str> = None;
    while let Some(at) = rest.find('<') {
        if hidden.is_none() {
            plain.push_str(&rest[..at]);
        }
        let behind = &rest[at + 1..];
        let opens = behind.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
        let Some(end) = behind.find('>').filter(|_| opens) else {
            if hidden.is_none() {
                plain.push('<');
            }
            rest = behind;
            continue;
        };
        let tag = behind[..end].trim_matches('/').split([' ', '\t', '\n', '\r']).next().unwrap_or_default();
        let known = |list: &[&'static str]| list.iter().copied().find(|name| tag.eq_ignore_ascii_case(name));
        if let Some(name) = known(&HIDDEN) {
            hidden = if behind.starts_with('/') { None } else { hidden.or(Some(name)) };
        }
        if hidden.is_none() && known(&BLOCKS).is_some() && !plain.is_empty() && !plain.ends_with('\n') {
            plain.push('\n');
        }
        rest = &behind[end + 1..];
    }
    if hidden.is_none() {
        plain.push_str(rest);
    }
    plain
}

/// Character references: the few with names that editors write, and those by number.
fn decoded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        // None is longer.
        let end = behind.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((character(&behind[..end])?, end))) {
            Some((c, end)) => {
                plain.push(c);
                rest = &behind[end + 1..];
            }
            None => {
                plain.push('&');
                rest = behind;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text() {
        for (content, text) in [
            (
                "<p class=\"spinmail-quill-editor__spin-break\">Dear Ada,</p><p>&nbsp;</p><p>R&amp;D?</p>",
                "Dear Ada,\n\nR&D?",
            ),
            ("One<br>Two<BR/>Three", "One\nTwo\nThree"),
            ("<div>A <a href='https://x.example'>link</a></div>", "A link"),
            ("<style>p { color: red }</style><p>Hi</p>", "Hi"),
            ("It&#39;s &#x1F600; &unknown; &", "It's \u{1F600} &unknown; &"),
            ("<p>open", "<p>open"),
            ("<p>a</p> < b", "a\n < b"),
        ] {
            assert_eq!(plain(content), text, "{content}");
        }
    }

    #[test]
    fn text_stays_text() {
        for text in ["a < b and b > c", "1 <2", "if (a</b", "two\n\nlines", "<3 you"] {
            assert_eq!(plain(text), text);
        }
        assert_eq!(plain(" a\r\n\r\n\r\n\r\nb\u{0}\u{7} "), "a\n\nb");
    }

    proptest::proptest! {
        #[test]
        fn nothing_hangs_or_panics(text in "(<|>|/|p|br|&|#|x|;|é| |\n|script|[a-c]){0,60}") {
            let once = plain(&text);
            proptest::prop_assert!(once.len() <= text.len() + 16);
        }
    }
}
