//! What is wrong with so many feeds that it is mended before they are parsed.
use serde_json::{Map, Value, json};

use super::NoFeed;

/// The versions that the parser knows.
const VERSIONS: [&str; 3] = ["2.0", "0.91", "0.92"];

/// A text that a parser of XML takes: without its declaration, whose encoding holds no more, without characters that XML
/// has not, and with an RSS version that the parser knows. JSON is left as it is.
pub fn mend(text: &str) -> Result<String, NoFeed> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c.is_control());
    let text = without_noise(text);
    if !text.starts_with('<') {
        return Ok(with_right_types(text));
    }
    let text = match (text.starts_with("<?xml"), text.find("?>")) {
        (true, Some(end)) => &text[end + 2..],
        _ => text,
    };
    if declares_entities(text) {
        return Err(NoFeed::Entities);
    }
    let plain: String = text.chars().filter(|c| is_xml(*c)).collect();
    Ok(with_version(&with_seconds(&as_it_is_now(whole_references(&plain)))))
}

/// Without what a server has to complain of before the feed begins.
fn without_noise(text: &str) -> &str {
    match (text.find("<?xml"), root(text)) {
        (Some(begin), Some((root, _))) if begin < root => &text[begin..],
        _ => text,
    }
}

/// JSON Feed as the parser takes it: what is of another type than the specification has it (1.1, "Items") is read as it is
/// meant, or left out, so that one odd field does not cost the whole feed.
fn with_right_types(text: &str) -> String {
    let Ok(Value::Object(mut feed)) = serde_json::from_str(text) else { return text.to_owned() };
    let Some(Value::Array(items)) = feed.get_mut("items") else { return text.to_owned() };
    items.retain(Value::is_object);
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        right(item);
    }
    right(&mut feed);
    if !feed.get("title").is_some_and(Value::is_string) {
        feed.insert("title".to_owned(), "".into());
    }
    Value::Object(feed).to_string()
}

/// The fields of a feed or of an item by the types that they have.
fn right(said: &mut Map<String, Value>) {
    let some = |all: Vec<Value>, read: fn(Value) -> Value| {
        Value::Array(all.into_iter().map(read).filter(|one| !one.is_null()).collect())
    };
    for (name, value) in said {
        let read = std::mem::take(value);
        *value = match name.as_str() {
            "author" => author(read),
            "authors" => some(listed(read), author),
            "tags" => some(listed(read), words),
            "attachments" => some(listed(read), attachment),
            "id" | "url" | "external_url" | "title" | "content_html" | "content_text" | "summary"
            | "date_published" | "date_modified" | "version" | "home_page_url" | "feed_url" | "language"
            | "description" | "icon" | "favicon" => words(read),
            _ => read,
        };
    }
}

/// One alone is a list of one.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all,
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

fn words(value: Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        Value::String(_) => value,
        _ => Value::Null,
    }
}

fn author(value: Value) -> Value {
    match value {
        Value::Array(all) => all.into_iter().next().map_or(Value::Null, author),
        Value::Object(mut said) => {
            for value in said.values_mut() {
                *value = words(std::mem::take(value));
            }
            Value::Object(said)
        }
        Value::String(name) => json!({ "name": name }),
        _ => Value::Null,
    }
}

fn attachment(value: Value) -> Value {
    let text = |name: &str| value[name].as_str();
    let whole = |name: &str| {
        let value = &value[name];
        let read = value.as_u64().map(|number| number.to_string()).or_else(|| match value {
            Value::String(digits) => Some(digits.clone()),
            other => other.as_f64().map(|number| format!("{number:.0}")),
        });
        read.and_then(|digits| digits.parse::<u64>().ok())
    };
    let Some(url) = text("url") else { return Value::Null };
    let mime_type = text("mime_type").unwrap_or("application/octet-stream");
    let (size, duration) = (whole("size_in_bytes"), whole("duration_in_seconds"));
    json!({
        "url": url, "mime_type": mime_type, "title": text("title"), "size_in_bytes": size, "duration_in_seconds": duration,
    })
}

/// With `&amp;` for each `&` that begins no reference, as addresses in feeds have many, and without references to what is
/// no character of XML: `&#0;`, say (XML 1.0, 4.1: "Legal Character").
fn whole_references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let verbatim = match rest.strip_prefix("<![CDATA[") {
            Some(inside) => rest.len() - inside.len() + inside.find("]]>").unwrap_or(inside.len()),
            None => 1,
        };
        if let Some(length) = impossible(rest) {
            rest = &rest[length..];
            continue;
        }
        out.push_str(if rest.starts_with('&') && !is_reference(rest) { "&amp;" } else { &rest[..verbatim] });
        rest = &rest[verbatim..];
    }
    out.push_str(rest);
    out
}

/// How long the reference is that the text begins with, if it is one by number to what is no character.
fn impossible(text: &str) -> Option<usize> {
    let number = text.strip_prefix("&#")?;
    let (number, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |number| (number, 16));
    let end = number.find(|c: char| !c.is_digit(radix))?;
    if end == 0 || !number[end..].starts_with(';') {
        return None;
    }
    let found = u32::from_str_radix(&number[..end], radix).ok().and_then(char::from_u32);
    (!found.is_some_and(is_xml)).then_some(text.len() - number.len() + end + 1)
}

fn is_reference(text: &str) -> bool {
    let name = &text[1..];
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(name.len());
    end > 0 && name[end..].starts_with(';')
}

/// RSS 0.90 and Atom 0.3 in the words of RSS 1.0 and Atom 1.0, which say the same by other names.
fn as_it_is_now(text: String) -> String {
    const ATOM: &str = "http://purl.org/atom/ns#";
    if text.contains(ATOM) {
        let names = [("issued>", "published>"), ("created>", "published>"), ("modified>", "updated>")];
        let text = text.replacen(ATOM, "http://www.w3.org/2005/Atom", 1);
        return names.iter().fold(text, |text, (then, now)| text.replace(then, now));
    }
    ["http://my.netscape.com/rdf/simple/0.9/", "http://channel.netscape.com/rdf/simple/0.9/"]
        .iter()
        .fold(text, |text, then| text.replacen(then, "http://purl.org/rss/1.0/", 1))
}

/// With seconds in the dates that have none, as W3CDTF allows: `2026-03-02T10:00+01:00` in the specification of RSS 1.0.
fn with_seconds(text: &str) -> String {
    const TAG: &str = "date>";
    const FORM: &[u8] = b"dddd-dd-ddTdd:dd";
    let is_short = |rest: &str| {
        let (digits, zone) = (rest.as_bytes().get(..FORM.len()), rest.as_bytes().get(FORM.len()));
        let fits = |(byte, form): (&u8, &u8)| if *form == b'd' { byte.is_ascii_digit() } else { byte == form };
        digits.is_some_and(|digits| digits.iter().zip(FORM).all(fits)) && zone.is_some_and(|zone| b"Z+-".contains(zone))
    };
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(TAG) {
        let begin = at + TAG.len();
        if is_short(&text[begin..]) {
            out.push_str(&text[done..begin + FORM.len()]);
            out.push_str(":00");
            done = begin + FORM.len();
        }
    }
    out.push_str(&text[done..]);
    out
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

/// The text up to the ends of its last items, the longest first, each with everything closed that is open there.
pub fn cuts(text: &str) -> impl Iterator<Item = String> {
    let shape = root(text).map(|(at, name)| match name.rsplit(':').next() {
        Some("feed") => (at, "entry>", format!("</{name}>")),
        Some("RDF") => (at, "item>", format!("</{name}>")),
        _ => (at, "item>", format!("</channel></{name}>")),
    });
    shape.into_iter().flat_map(move |(from, item, ends)| {
        // `</item>`, or with a prefix.
        let is_end = move |at: &usize| {
            let tag = text[from..*at].rsplit('<').next();
            tag.is_some_and(|tag| tag == "/" || (tag.starts_with('/') && tag.ends_with(':')))
        };
        let found = text.rmatch_indices(item).map(|(at, _)| at).take_while(move |at| *at > from).filter(is_end);
        found.map(move |at| format!("{}{ends}", &text[..at + item.len()]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_get_their_seconds() {
        let text =
            "<dc:date>2026-03-02T10:00+01:00</dc:date><dc:date>2026-03-02T10:00:01Z</dc:date><x>2026-03-02T10:00Z";
        let mended = text.replacen("10:00+", "10:00:00+", 1);
        assert_eq!(with_seconds(text), mended);
    }

    #[test]
    fn references_to_no_character_are_left_out() {
        let text = "a&#0;b&#x1F;&#xD800;&#99999999999;&#1114112;c &#65;&#x1F600; <![CDATA[&#0;]]> &# &#x; &#12 d";
        let mended = "abc &#65;&#x1F600; <![CDATA[&#0;]]> &amp;# &#x; &amp;#12 d";
        assert_eq!(whole_references(text), mended);
    }

    #[test]
    fn noise_before_a_feed_is_left_out() {
        let feed = "<?xml version=\"1.0\"?><rss version=\"2.0\"></rss>";
        assert_eq!(without_noise(&format!("<br />\n<b>Warning</b>: include(): in /x.php\n{feed}")), feed);
        assert_eq!(without_noise("<html><?xml?></html>"), "<html><?xml?></html>");
    }

    #[test]
    fn ids_that_are_numbers_are_texts() {
        let feed = r#"{"items":[{"id":1},{"id":"b"}]}"#;
        assert!(with_right_types(feed).contains(r#"{"id":"1"}"#), "{}", with_right_types(feed));
        assert_eq!(["{", "1", "[]", "\"a\""].map(with_right_types), ["{", "1", "[]", "\"a\""]);
    }

    #[test]
    fn one_odd_field_does_not_cost_a_json_feed() {
        let feed = json!({ "version": "https://jsonfeed.org/version/1.1", "title": null, "items": [null, {
            "id": 7, "title": 3, "author": "Ada", "authors": { "name": "Ada" }, "tags": "wind",
            "attachments": [{ "url": "https://example.org/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": "100",
                "duration_in_seconds": 12.5 }],
        }] });
        let mended: Value = serde_json::from_str(&with_right_types(&feed.to_string())).unwrap();
        let item = json!({
            "id": "7", "title": "3", "author": { "name": "Ada" }, "authors": [{ "name": "Ada" }], "tags": ["wind"],
            "attachments": [{ "url": "https://example.org/a.mp3", "mime_type": "audio/mpeg", "title": null,
                "size_in_bytes": 100, "duration_in_seconds": 12 }],
        });
        assert_eq!((&mended["title"], &mended["items"]), (&json!(""), &json!([item])));
    }
}
