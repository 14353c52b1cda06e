//! What a page of the web says of itself, and what of it is to be read.
use std::process::ExitCode;

use chrono::NaiveDate;
use dom_query::Document;
use dom_smoothie::{Article, Config, Readability, TextMode};
use encoding_rs::{Encoding, UTF_8};
use serde::{Deserialize, Serialize};

use super::told;
use crate::confined;
use crate::dates::day;
use crate::http::schema::formats;

/// The hidden command of the binary that reads pages: UTF-8 on the standard input, a `Page` on the standard output. The
/// first line is the page's URL.
pub const COMMAND: &str = "read-page";
/// Elements of a page.
const ELEMENTS: usize = 50_000;
/// Elements within elements. For each tag a parser looks through those that are open (HTML, 13.2.4.2, "has an element in a
/// specific scope"), so that a page that is nested ever deeper takes the square of its length.
const NESTED: usize = 2_000;
/// Elements that have no content, or that end with the next one of their kind: pages need not close them (HTML, 13.1.2.4).
const UNCLOSED: [&str; 35] = [
    "a", "area", "base", "body", "br", "button", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img",
    "input", "li", "link", "meta", "nobr", "option", "optgroup", "p", "param", "rp", "rt", "source", "tbody", "td",
    "tfoot", "th", "thead", "tr", "track", "wbr",
];
/// Characters of the text to be read.
const TEXT: usize = 60_000;
/// Bytes in which a page may say how it is encoded.
const PRESCAN: usize = 1024;

/// What was found on a page.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub title: String,
    pub site: Option<String>,
    pub author: Option<String>,
    pub excerpt: Option<String>,
    pub published_on: Option<NaiveDate>,
    pub language: Option<String>,
    /// Markdown.
    pub text: Option<String>,
}

/// Does what [`COMMAND`] says. Pages are nested as deep as whoever made them liked: on a stack that holds that.
pub fn run() -> ExitCode {
    confined::answer(|input| {
        let read = std::thread::Builder::new().stack_size(256 * 1024 * 1024).spawn(move || {
            let input = String::from_utf8_lossy(&input).into_owned();
            let (url, html) = input.split_once('\n').unwrap_or_default();
            serde_json::to_vec(&read(html, url)).map_err(|error| error.to_string())
        });
        let read = read.map_err(|error| error.to_string())?;
        read.join().unwrap_or_else(|_| Err("the page cannot be read".to_owned()))
    })
}

/// Whether a page nests its elements deeper than it is worth to be read. It is reckoned from the tags alone.
pub fn is_too_deep(html: &str) -> bool {
    let (mut depth, mut rest) = (0_usize, html);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end..]);
            continue;
        }
        let closes = rest.starts_with('/');
        let tag = rest.strip_prefix('/').unwrap_or(rest);
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = tag[..end].to_ascii_lowercase();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || UNCLOSED.contains(&name.as_str()) {
            continue;
        }
        if !closes && ["script", "style"].contains(&name.as_str()) {
            // What is in there is no tag.
            let end = tag.match_indices("</").find(|(at, _)| {
                tag.get(at + 2..at + 2 + name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(&name))
            });
            rest = end.map_or("", |(at, _)| &tag[at + 2..]);
            continue;
        }
        depth = if closes { depth.saturating_sub(1) } else { depth + 1 };
        if depth > NESTED {
            return true;
        }
    }
    false
}

/// By Open Graph, JSON-LD and other words about the page in its head, and what Mozilla's Readability takes for its text.
fn read(html: &str, url: &str) -> Page {
    let config = Config { max_elements_to_parse: ELEMENTS, text_mode: TextMode::Markdown, ..Config::default() };
    let document = Document::from(html);
    told::translate(&document);
    let Ok(mut reader) = Readability::with_document(document, Some(url), Some(config)) else { return Page::default() };
    let said = reader.parse_json_ld();
    let said = reader.get_article_metadata(said);
    match reader.parse() {
        Ok(article) => Page::from(article),
        // There is little to read, but it may say what it is.
        Err(_) => Page {
            title: said.title,
            site: said.site_name,
            author: said.byline,
            excerpt: said.excerpt,
            published_on: said.published_time.as_deref().and_then(day),
            language: said.lang.and_then(language),
            text: None,
        }
        .tidied(),
    }
}

impl From<Article> for Page {
    fn from(article: Article) -> Self {
        let text: String = article.text_content.trim().chars().take(TEXT).collect();
        let cut = article.text_content.trim().chars().nth(TEXT).is_some();
        let text = if cut { format!("{}\n\n…", text.trim_end()) } else { text };
        Self {
            title: article.title,
            site: article.site_name,
            author: article.byline,
            excerpt: article.excerpt,
            published_on: article.published_time.as_deref().and_then(day),
            language: article.lang.and_then(language),
            text: Some(text),
        }
        .tidied()
    }
}

impl Page {
    /// As a note takes it: on one line each, and not too long.
    fn tidied(self) -> Self {
        let line = |text: &str, most: usize| {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            words.chars().filter(|c| formats::one_line(c.encode_utf8(&mut [0; 4]))).take(most).collect::<String>()
        };
        let some = |text: Option<String>, most| text.map(|text| line(&text, most)).filter(|text| !text.is_empty());
        let text = self.text.map(|text| text.replace('\0', "")).filter(|text| !text.trim().is_empty());
        Self {
            title: line(&self.title, 300),
            site: some(self.site, 200),
            author: some(self.author.map(|author| without_by(&author).to_owned()), 200),
            excerpt: some(self.excerpt, 1000),
            text,
            ..self
        }
    }
}

/// The name of an author without the `By` that many pages put in front of it.
fn without_by(author: &str) -> &str {
    let author = author.trim_start();
    let by = author.get(..3).is_some_and(|by| by.eq_ignore_ascii_case("by "));
    if by { author[3..].trim_start() } else { author }
}

fn language(tag: String) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    (tag.len() <= 35 && formats::language(&tag)).then_some(tag)
}

/// The text of a page: as its byte order mark says, else the header, else the page itself, else as it looks (HTML,
/// 13.2.3.2).
pub fn decoded(bytes: &[u8], content_type: &str) -> String {
    let header = content_type.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    let told = header.and_then(|label| Encoding::for_label(label.as_bytes())).or_else(|| declared(bytes));
    let encoding = told.unwrap_or_else(|| {
        let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
        // The beginning tells, and all of a long page would take long.
        detector.feed(&bytes[..bytes.len().min(64 * 1024)], bytes.len() <= 64 * 1024);
        detector.guess(None, chardetng::Utf8Detection::Allow)
    });
    // A byte order mark goes before all.
    encoding.decode(bytes).0.into_owned()
}

/// What `<meta charset>` says. It is read as ASCII, so that it cannot be UTF-16.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(PRESCAN)]).to_ascii_lowercase();
    let (_, rest) = head.match_indices("<meta").find_map(|(at, _)| {
        let tag = head[at..].split('>').next()?;
        tag.split_once("charset=")
    })?;
    let label: String = rest
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c))
        .collect();
    let encoding = Encoding::for_label(label.as_bytes())?;
    Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_how_it_is_encoded() {
        assert_eq!(decoded("Müller".as_bytes(), "text/html; charset=utf-8"), "Müller");
        assert_eq!(decoded(b"M\xfcller", "text/html; charset=\"ISO-8859-1\""), "Müller");
        assert_eq!(decoded(b"<meta charset='windows-1252'>M\xfcller", "text/html").split_off(29), "Müller");
        let told = b"<meta http-equiv=content-type content=\"text/html; charset=shift_jis\">\x93\xfa\x96{";
        assert!(decoded(told, "").ends_with("日本"));
        assert_eq!(decoded(b"\xef\xbb\xbfM\xc3\xbcller", "text/html; charset=iso-8859-1"), "Müller");
        assert_eq!(decoded(b"\xff\xfeM\0\xfc\0", "text/html"), "Mü");
        assert!(decoded("Grüße aus Köln, schöne Häuser".as_bytes(), "").starts_with("Grüße"));
    }

    #[test]
    fn a_page_that_is_nested_without_end_is_known_by_its_tags() {
        assert!(is_too_deep(&"<div>".repeat(100_000)));
        assert!(is_too_deep(&"<DIV class=a><p>".repeat(NESTED + 1)));
        for plain in [
            "<div><p>Text</div>".repeat(10_000),
            "<li>One<br><img src=a>".repeat(10_000),
            format!("<script>{}</SCRIPT><p>Text", "'<div>'".repeat(10_000)),
            format!("<!-- {} --><p>Text", "<div>".repeat(10_000)),
            "1 < 2 <div".to_owned(),
        ] {
            assert!(!is_too_deep(&plain), "{}", &plain[..10]);
        }
    }

    #[test]
    fn a_page_says_what_it_is() {
        let paragraph =
            "Three new sites were announced, two of them in the north, and work begins in spring. ".repeat(8);
        let html = format!(
            "<html lang=en-GB><head><title>Ignored | Times</title><meta property=og:title content='Offshore doubles'>
             <meta property=og:site_name content='The Example Times'><meta name=author content=' Grace  Hopper '>
             <meta property=og:description content='Three sites.'>
             <meta property=article:published_time content='2026-02-20T08:00:00+01:00'></head>
             <body><nav><a href=/>Home</a></nav><article><h1>Offshore doubles</h1><p>{paragraph}</p><p>{paragraph}
             <a href=/sites>sites</a></p><script>alert(1)</script></article><footer>Imprint</footer></body></html>"
        );
        let page = read(&html, "https://news.example/offshore");
        assert_eq!((page.title.as_str(), page.site.as_deref()), ("Offshore doubles", Some("The Example Times")));
        assert_eq!((page.author.as_deref(), page.excerpt.as_deref()), (Some("Grace Hopper"), Some("Three sites.")));
        assert_eq!(
            (page.published_on, page.language.as_deref()),
            (NaiveDate::from_ymd_opt(2026, 2, 20), Some("en-GB"))
        );
        let text = page.text.unwrap_or_default();
        assert!(
            text.contains("two of them in the north") && !text.contains("Imprint") && !text.contains("alert"),
            "{text}"
        );
    }

    #[test]
    fn the_article_of_a_graph_is_the_page() {
        let html = r##"<head><title>T | Site</title><script type="application/ld+json">{"@context":"https://schema.org",
            "@graph":[{"@type":"WebSite","name":"Site"},{"@type":["WebPage"],"description":"What it says."},
            {"@type":"NewsArticle","headline":"Wind pays","author":[{"@id":"#grace"}],
            "datePublished":"2026-01-05T08:00:00+01:00","publisher":{"name":"The Publisher"}},
            {"@type":"Person","@id":"#grace","name":"Grace Hopper"}]}</script></head><p>Short.</p>"##;
        let page = read(html, "https://a.example/");
        assert_eq!((page.title.as_str(), page.author.as_deref()), ("Wind pays", Some("Grace Hopper")));
        assert_eq!((page.site.as_deref(), page.excerpt.as_deref()), (Some("The Publisher"), Some("What it says.")));
        assert_eq!(page.published_on, NaiveDate::from_ymd_opt(2026, 1, 5));
    }

    #[test]
    fn a_day_and_an_author_stand_in_many_places() {
        for said in [
            "<meta name=date content=2026-02-03>",
            "<meta name='DC.date' content='2026-02-03T10:00'>",
            "<meta itemprop=datePublished content='2026-02-03'>",
            "<article><time datetime='2026-02-03'>yesterday</time></article>",
        ] {
            let html = format!("<html><head><title>T</title></head><body>{said}<p>Words.</p></body></html>");
            assert_eq!(read(&html, "https://a.example/").published_on, NaiveDate::from_ymd_opt(2026, 2, 3), "{said}");
        }
        let html = "<head><title>T</title></head><p itemprop=author>by <span itemprop=name>A. B.</span></p>";
        assert_eq!(read(html, "https://a.example/").author.as_deref(), Some("A. B."));
    }

    #[test]
    fn what_a_title_may_not_have_is_left_out() {
        let html = "<head><title>Wind\u{202e}pays\u{2066}</title><meta name=author content='By Grace Hopper'>
            <meta property=article:published_time content='March 2, 2026'></head><p>Words.</p>";
        let page = read(html, "https://a.example/");
        assert_eq!((page.title.as_str(), page.author.as_deref()), ("Windpays", Some("Grace Hopper")));
        assert_eq!(page.published_on, NaiveDate::from_ymd_opt(2026, 3, 2));
    }

    #[test]
    fn what_is_no_page_is_no_harm() {
        for text in ["", "<", "just words", "<html><body></body></html>", "{\"a\":1}", "<title>T</title>"] {
            read(text, "https://a.example/");
        }
        assert_eq!(read("<title>Only a title</title>", "https://a.example/").title, "Only a title");
    }
}
