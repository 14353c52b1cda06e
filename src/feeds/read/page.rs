//! Where a page says that its feeds are.
use url::Url;

const KINDS: [&str; 6] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/json",
    "text/xml",
];
/// Where they are looked for. Bytes.
const HEAD: usize = 512 * 1_024;

/// The feeds that an HTML page names by `<link rel="alternate">`, in its order.
pub fn alternates(bytes: &[u8], content_type: Option<&str>, url: &Url) -> Vec<Url> {
    let html = super::charset::decode(&bytes[..bytes.len().min(HEAD)], content_type);
    let base = tags(&html, "base").find_map(|tag| url.join(&value(tag, "href")?).ok());
    let base = base.unwrap_or_else(|| url.clone());
    let mut found: Vec<Url> = Vec::new();
    for tag in tags(&html, "link") {
        let has = |name: &str, wanted: &[&str]| {
            let value = value(tag, name).unwrap_or_default().to_ascii_lowercase();
            value.split([' ', ';']).any(|word| wanted.contains(&word))
        };
        if !has("rel", &["alternate"]) || !has("type", &KINDS) {
            continue;
        }
        let target = value(tag, "href").and_then(|href| base.join(href.trim()).ok());
        found.extend(target.filter(|target| !found.contains(target)));
    }
    found
}

/// The insides of the tags of this name.
fn tags<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    html.split('<').skip(1).filter_map(move |piece| {
        let (tag, rest) = piece.split_at_checked(name.len())?;
        let inside = rest.split('>').next()?;
        (tag.eq_ignore_ascii_case(name) && inside.starts_with(|c: char| c.is_whitespace() || c == '/'))
            .then_some(inside)
    })
}

/// The value of an attribute.
fn value(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        if key.is_empty() && after.is_empty() {
            return None;
        }
        let (text, next) = match after.trim_start().strip_prefix('=').map(str::trim_start) {
            None => ("", after),
            Some(after) => match after.chars().next().filter(|c| matches!(c, '"' | '\'')) {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            },
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(text.replace("&amp;", "&"));
        }
        rest = next;
    }
}
