//! What should have been filled in before sending: `[Name]`, `{{ name }}`, `<Company>`, `%%name%%`, `XXX`, `____`.

/// Words that stand in placeholders.
const FILLERS: [&str; 60] = [
    "name",
    "first",
    "last",
    "firstname",
    "lastname",
    "fname",
    "lname",
    "company",
    "employer",
    "organization",
    "organisation",
    "title",
    "role",
    "position",
    "date",
    "time",
    "day",
    "insert",
    "your",
    "their",
    "contact",
    "recipient",
    "school",
    "university",
    "field",
    "industry",
    "topic",
    "reason",
    "mutual",
    "connection",
    "connector",
    "job",
    "city",
    "specific",
    "project",
    "article",
    "add",
    "phone",
    "number",
    "email",
    "placeholder",
    "subject",
    "link",
    "here",
    "department",
    "event",
    "firm",
    "interest",
    "location",
    "manager",
    "month",
    "museum",
    "place",
    "program",
    "programme",
    "seeker",
    "signature",
    "surname",
    "talk",
    "team",
];
/// A bracket with more in it is none.
const LONGEST: usize = 80;
const MOST: usize = 20;

/// Byte offsets of all placeholders.
pub fn find(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() && found.len() < MOST {
        match begins(text, at) {
            Some(end) => {
                found.push((at, end));
                at = end;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

/// Where a placeholder that begins here ends.
fn begins(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let rest = &text[at..];
    if is_word_start(bytes, at)
        && !text[..at].ends_with('_')
        && let Some(length) = constant(rest)
    {
        return Some(at + length);
    }
    match bytes[at] {
        b'@' => named(rest, "@@", "@@").map(|length| at + length),
        b'[' if rest.starts_with("[[") => named(rest, "[[", "]]").map(|length| at + length),
        b'[' => bracketed(text, at, ']').filter(|end| !rest[end - at..].starts_with('(')),
        b'<' => {
            let end = bracketed(text, at, '>')?;
            Some(end + usize::from(rest.starts_with("<<") && text[end..].starts_with('>')))
        }
        b'{' if rest.starts_with("{{") || rest.starts_with("{%") => {
            Some(at + within(rest, '}').map_or(2, |end| end + usize::from(rest[end..].starts_with('}'))))
        }
        b'{' => bracketed(text, at, '}').or_else(|| named(rest, "{", "}").map(|length| at + length)),
        b'%' | b'*' | b'$' => {
            let field = named(rest, "%%", "%%").or_else(|| named(rest, "%", "%")).or_else(|| named(rest, "${", "}"));
            field.or_else(|| merge_field(rest)).map(|length| at + length)
        }
        b'I' | b'i' if is_word_start(bytes, at) => inserted(rest).map(|length| at + length),
        b'_' if rest.starts_with("___") => Some(at + rest.bytes().take_while(|byte| *byte == b'_').count()),
        b'X' | b'x' if is_word_start(bytes, at) && !is_meant(text, at) => repeated(rest).map(|length| at + length),
        b'T' | b'L' | b'l' if is_word_start(bytes, at) => {
            let known = ["TODO", "TBD", "TBC", "Lorem ipsum", "lorem ipsum"];
            let word = known.iter().find(|word| rest.starts_with(**word))?;
            let whole = rest[word.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric());
            whole.then_some(at + word.len())
        }
        _ if rest.starts_with('«') => bracketed(text, at, '»'),
        _ => None,
    }
}

fn is_word_start(bytes: &[u8], at: usize) -> bool {
    at == 0 || !bytes[at - 1].is_ascii_alphanumeric()
}

/// The length up to and with the closing mark, if it comes soon.
fn within(rest: &str, close: char) -> Option<usize> {
    let mut end = rest.len().min(LONGEST);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    rest[..end].find(close).map(|at| at + close.len_utf8())
}

/// Brackets around words of which one belongs to placeholders, or that is all in capitals.
fn bracketed(text: &str, at: usize, close: char) -> Option<usize> {
    let rest = &text[at..];
    let length = within(rest, close)?;
    let inner = &rest[rest.chars().next()?.len_utf8()..length - close.len_utf8()];
    if inner.contains(['\n', '@', '/']) || inner.trim().is_empty() {
        return None;
    }
    let mut words = inner.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let filler = words.any(|word| FILLERS.contains(&word.to_lowercase().as_str()));
    let loud = inner.chars().filter(|c| c.is_alphabetic()).count() > 2 && !inner.chars().any(char::is_lowercase);
    (filler || loud && close != '>').then_some(at + length)
}

/// `COMPANY_NAME`: capitals joined by underscores, of which one belongs to placeholders.
fn constant(rest: &str) -> Option<usize> {
    let length = rest.bytes().take(LONGEST).take_while(|byte| byte.is_ascii_uppercase() || *byte == b'_').count();
    let name = &rest[..length];
    if length < 3 || !name.contains('_') {
        return None;
    }
    let filler = name.split('_').any(|word| FILLERS.contains(&word.to_ascii_lowercase().as_str()));
    filler.then_some(length)
}

/// Three letters or more between marks, as programs name their fields.
fn named(rest: &str, open: &str, close: &str) -> Option<usize> {
    let inner = rest.strip_prefix(open)?;
    let inner = &inner.as_bytes()[..inner.len().min(LONGEST)];
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ');
    let length = inner.iter().take_while(is_part).count();
    let begins = inner.first()?.is_ascii_alphabetic() && inner[length - 1] != b' ';
    (begins && length > 2 && rest[open.len() + length..].starts_with(close))
        .then_some(open.len() + length + close.len())
}

/// The thirty of "Super Bowl XXX", and kisses at the end.
fn is_meant(text: &str, at: usize) -> bool {
    const COUNTED: [&str; 16] = [
        "act", "appendix", "article", "book", "bowl", "canto", "chapter", "figure", "game", "games", "olympiad",
        "part", "psalm", "section", "sonnet", "volume",
    ];
    let rest = &text[at..];
    let length = rest.bytes().take_while(|byte| matches!(byte, b'x' | b'X')).count();
    let mut from = at.saturating_sub(16);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..at].trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let thirty = rest.starts_with("XXX") && length == 3 && COUNTED.contains(&before.to_lowercase().as_str());
    thirty || rest.starts_with('x') && rest[length..].trim().is_empty() && length <= 5 && before != "is"
}

/// `INSERT REASON HERE`.
fn inserted(rest: &str) -> Option<usize> {
    const INSERT: &str = "insert ";
    // What one is told to insert, and that is in no brackets.
    const MORE: [&str; 12] = [
        "compliment",
        "detail",
        "details",
        "example",
        "fact",
        "greeting",
        "hook",
        "intro",
        "paragraph",
        "sentence",
        "something",
        "text",
    ];
    rest.get(..INSERT.len()).filter(|word| word.eq_ignore_ascii_case(INSERT))?;
    // Soon, or not at all: a text may have no other space.
    let rest = &rest[..rest.floor_char_boundary(LONGEST)];
    let (mut end, mut filler) = (INSERT.len(), false);
    for word in rest[end..].split(' ').take(4) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
        if bare == "here" {
            return filler.then_some(end + bare.len());
        }
        filler |= FILLERS.contains(&bare.as_str()) || MORE.contains(&bare.as_str());
        end += word.len() + 1;
    }
    None
}

/// `%FIRSTNAME%`, `*|FNAME|*`, `$NAME`, `$first_name`.
fn merge_field(rest: &str) -> Option<usize> {
    let name = |text: &str| text.bytes().take_while(|byte| byte.is_ascii_uppercase() || *byte == b'_').take(40).count();
    if let Some(inner) = rest.strip_prefix("*|") {
        let length = name(inner);
        return (length > 1 && inner[length..].starts_with("|*")).then_some(length + 4);
    }
    if let Some(variable) = rest.strip_prefix('$') {
        let length = variable.bytes().take(40).take_while(|byte| byte.is_ascii_lowercase() || *byte == b'_').count();
        if variable[..length].split('_').any(|word| FILLERS.contains(&word)) {
            return Some(length + 1);
        }
    }
    let length = name(&rest[1..]);
    if length < 3 {
        return None;
    }
    match rest.as_bytes()[0] {
        b'%' => rest[1 + length..].starts_with('%').then_some(length + 2),
        b'$' => Some(length + 1),
        _ => None,
    }
}

/// `XXX`, `xxxx`: three or more.
fn repeated(rest: &str) -> Option<usize> {
    let length = rest.bytes().take_while(|byte| matches!(byte, b'x' | b'X')).count();
    let whole = rest[length..].chars().next().is_none_or(|c| !c.is_alphanumeric());
    (length >= 3 && whole).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found() {
        for text in [
            "[Name]",
            "[insert reason]",
            "<Company>",
            "{{ contact.name }}",
            "{first_name}",
            "%FIRSTNAME%",
            "*|FNAME|*",
            "XXX",
            "____",
            "TODO",
            "[COMPANY]",
            "«Name»",
            "$NAME",
            "{% if x %}",
            "%%company%%",
            "%first_name%",
            "${name}",
            "[[topic]]",
            "<<name>>",
            "<name>",
            "{museum}",
            "XXXX",
            "@@company@@",
            "COMPANY_NAME",
            "$name",
            "$first_name",
            "INSERT REASON HERE",
            "Insert compliment here",
        ] {
            assert_eq!(find(&format!("Dear {text}, hello")), [(5, 5 + text.len())], "{text}");
        }
    }

    #[test]
    fn brackets_of_other_kinds_are_left_alone() {
        for text in [
            "as shown [1]",
            "[sic]",
            "<https://x.example/name>",
            "<ada@x.example>",
            "a [link](https://x.example)",
            "50% of 100%",
            "5% to 10% of it",
            "Super Bowl XXX",
            "love, Sal xxx",
            "MAX_SIZE",
            "{a, b}",
            "x < y",
            "the Boxxx",
            "$100",
            "$us",
            "insert coins here",
            "[… they …]",
            "[",
            "{{",
        ] {
            let found = find(text);
            assert!(found.is_empty() || text == "{{", "{text}: {found:?}");
        }
    }
}
