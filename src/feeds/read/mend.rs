//! What is wrong with so many feeds that it is mended before they are parsed.
use super::NoFeed;

/// The versions that the parser knows.
const VERSIONS: [&str; 3] = ["2.0", "0.91", "0.92"];

/// A text that a parser of XML takes: without its declaration, whose encoding holds no more, without characters that XML
/// has not, and with an RSS version that the parser knows. JSON is left as it is.
pub fn mend(text: &str) -> Result<String, NoFeed> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c.is_control());
    if !text.starts_with('<') {
        return Ok(text.to_owned());
    }
    let text = match (text.starts_with("<?xml"), text.find("?>")) {
        (true, Some(end)) => &text[end + 2..],
        _ => text,
    };
    if declares_entities(text) {
        return Err(NoFeed::Entities);
    }
    let plain: String = text.chars().filter(|c| is_xml(*c)).collect();
    Ok(with_version(&plain))
}

/// What XML 1.0 calls a character (2.2).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Entities are declared before the root element.
fn declares_entities(text: &str) -> bool {
    let end = root(text).map_or(text.len(), |(at, _)| at);
    text[..end].to_ascii_uppercase().contains("<!ENTITY")
}

/// Where the root element of a feed begins, and its name.
pub fn root(text: &str) -> Option<(usize, &str)> {
    text.match_indices('<').find_map(|(at, _)| {
        let name = text[at + 1..].split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next()?;
        let local = name.rsplit(':').next()?;
        ["rss", "feed", "RDF"].contains(&local).then_some((at, name))
    })
}

/// RSS 0.90, 0.93, 0.94, "2.01" and none are read as the version that they are parts of.
fn with_version(text: &str) -> String {
    let Some((at, name)) = root(text).filter(|(_, name)| *name == "rss") else { return text.to_owned() };
    let Some(end) = text[at..].find('>').map(|end| at + end) else { return text.to_owned() };
    let tag = &text[at..end];
    let known = |quote: char| VERSIONS.iter().any(|version| tag.contains(&format!("version={quote}{version}{quote}")));
    if known('"') || known('\'') {
        return text.to_owned();
    }
    let rest = tag[1 + name.len()..].replace("version", "data-version");
    format!("{}<rss version=\"2.0\"{rest}{}", &text[..at], &text[end..])
}

/// The text up to the end of its last whole item, with everything closed that is open there.
pub fn cut(text: &str) -> Option<String> {
    let (at, name) = root(text)?;
    let (item, ends) = match name.rsplit(':').next()? {
        "feed" => ("entry", format!("</{name}>")),
        "RDF" => ("item", format!("</{name}>")),
        _ => ("item", format!("</channel></{name}>")),
    };
    let end =
        [format!("</{item}>"), format!(":{item}>")].iter().filter_map(|end| Some(text.rfind(end)? + end.len())).max();
    let whole = &text[..end.filter(|end| *end > at)?];
    Some(format!("{whole}{ends}"))
}
