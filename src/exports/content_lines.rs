//! Lines of a vCard: escaped (RFC 6350, 3.4; RFC 2426, 2.4.2) and folded (3.2; 2.6).

/// Octets of a line, without its end.
const WIDTH: usize = 75;

/// A text as a value or a part of one.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ',' | ';' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    escaped.push_str("\\n");
                }
            }
            // There is no way to say the other ones.
            c if c.is_control() && c != '\t' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Parts between `separator`s.
pub fn joined<'a>(parts: impl IntoIterator<Item = &'a str>, separator: &str) -> String {
    parts.into_iter().map(escape).collect::<Vec<_>>().join(separator)
}

/// Adds a line, folded between characters.
pub fn push_line(out: &mut String, line: &str) {
    let mut room = WIDTH;
    for c in line.chars().filter(|c| !matches!(c, '\r' | '\n')) {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = WIDTH - 1;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfold(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    #[test]
    fn what_has_a_meaning_is_escaped() {
        assert_eq!(escape("a,b;c\\d\r\ne\rf\ng\u{7}\th"), "a\\,b\\;c\\\\d\\ne\\nf\\ng\th");
        assert_eq!(joined(["a;b", "", "c"], ";"), "a\\;b;;c");
    }

    proptest::proptest! {
        #[test]
        fn lines_are_short_and_whole(text in "\\PC{0,300}") {
            let mut out = String::new();
            push_line(&mut out, &text);
            proptest::prop_assert!(out.ends_with("\r\n") && out.split("\r\n").all(|line| line.len() <= WIDTH));
            let whole = unfold(&out);
            proptest::prop_assert_eq!(whole.strip_suffix("\r\n"), Some(text.as_str()));
        }
    }
}
