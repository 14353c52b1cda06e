//! Feeds as they are in the world, each with what is to be read of it beside it. `UPDATE=1` writes that anew.
use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::*;

/// What servers say of these files.
const CONTENT_TYPES: [(&str, &str); 3] = [
    ("utf-8-said-to-be-latin-1.xml", "text/xml; charset=ISO-8859-1"),
    ("windows-1251-by-header.xml", "application/rss+xml; charset=\"windows-1251\""),
    ("windows-1252-said-to-be-utf-8.xml", "text/xml; charset=utf-8"),
];

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap()
}

fn url() -> Url {
    Url::parse("https://feeds.example.org/news/rss.xml").unwrap()
}

#[test]
fn feeds_are_read_as_they_are_in_the_world() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/feeds");
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.filter(|name| !name.ends_with(".expected.json")).collect();
    names.sort();
    assert!(names.len() >= 40);
    #[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
    let update = std::env::var_os("UPDATE").is_some();
    for name in names {
        let content_type = CONTENT_TYPES.iter().find(|(of, _)| *of == name).map(|(_, kind)| *kind);
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        let got = match read(&bytes, content_type, &url(), now()) {
            Ok(parsed) => serde_json::to_value(parsed).unwrap(),
            Err(error) => json!({ "error": error.to_string() }),
        };
        let path = folder.join(format!("{name}.expected.json"));
        if update {
            std::fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&got).unwrap())).unwrap();
        }
        let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap_or_default()).unwrap_or_default();
        assert_eq!(got, expected, "{name}");
    }
}

#[test]
fn a_feed_of_five_mebibytes_is_read_to_the_items_that_count() {
    let mut text = String::from("<rss version=\"2.0\"><channel><title>Archive</title>");
    let body = "word ".repeat(200);
    for number in 0..5_000 {
        let _ = write!(text, "<item><title>Number {number}</title><guid>{number}</guid>");
        let _ = write!(text, "<description>{body}</description></item>");
    }
    text.push_str("</channel></rss>");
    assert!(text.len() > 5 * 1024 * 1024);
    let parsed = read(text.as_bytes(), None, &url(), now()).unwrap();
    assert_eq!(parsed.items.len(), ITEMS);
    // The newest last.
    assert_eq!((parsed.items[ITEMS - 1].title.as_str(), parsed.items[0].title.as_str()), ("Number 0", "Number 499"));
}

#[test]
fn a_page_names_its_feeds() {
    let page = br#"<!doctype html><html><head><BASE href="/deep/"><link rel="stylesheet" href="x.css">
        <link rel="alternate" hreflang="de" href="/de"><LINK href='feed?a=1&amp;b=2' type="application/rss+xml" rel=alternate>
        <link rel="alternate home" type=application/atom+xml href=//cdn.example.org/atom>
        <linked rel="alternate" type="application/rss+xml" href="/no">
        <link type="application/feed+json; charset=utf-8" rel="alternate" href="feed?a=1&amp;b=2" />
        <link rel="alternate" type="application/feed+json" href="f.json"/></head>"#;
    let found = alternates(page, Some("text/html"), &Url::parse("https://example.org/page").unwrap());
    let found: Vec<&str> = found.iter().map(Url::as_str).collect();
    assert_eq!(
        found,
        ["https://example.org/deep/feed?a=1&b=2", "https://cdn.example.org/atom", "https://example.org/deep/f.json"]
    );
    assert_eq!(alternates(b"<link rel=\"alternate", None, &url()), []);
}

proptest::proptest! {
    #[test]
    fn nothing_makes_the_reader_stumble(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), cut in 0usize..2000) {
        let _ = read(&bytes, None, &url(), now());
        let _ = alternates(&bytes, None, &url());
        let whole = include_bytes!("../../../tests/data/feeds/content-encoded.xml");
        let mut broken = whole[..cut.min(whole.len())].to_vec();
        broken.extend(bytes);
        let _ = read(&broken, None, &url(), now());
    }
}
