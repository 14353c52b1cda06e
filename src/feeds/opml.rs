//! Lists of feeds as readers hand them over (OPML 2.0).
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, escape::escape};
use uuid::Uuid;

use super::matching::MatchRules;
use super::model::{FeedKind, FeedRow};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::error::{ApiError, ApiResult, Code};
use crate::http::limits::FEED_PHRASES;
use crate::http::schema::formats;

/// Feeds of one file that are taken.
pub const MOST: usize = 1_000;
/// Characters of the rules of a feed: three lists of phrases, as JSON.
const RULES: usize = 256 * 1024;
/// Folders within folders.
const DEPTH: usize = 32;

/// A feed of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    pub url: String,
    pub title: Option<String>,
    /// The folder that it lies in, or else its first category.
    pub folder: Option<String>,
    /// What only our own lists say.
    pub own: Own,
}

/// What OPML has no words for, in attributes of our own (OPML 2.0, "Extending OPML").
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Own {
    pub kind: Option<FeedKind>,
    pub name: Option<String>,
    pub industry: Option<String>,
    pub saved_search: Option<String>,
    pub rules: MatchRules,
    pub is_off: bool,
    /// Of the workspace that the list is from.
    pub company_id: Option<CompanyId>,
    pub contact_id: Option<ContactId>,
    /// The address as it was given, where the feed is read at another one.
    pub given_url: Option<String>,
}

/// The namespace of our attributes, whose prefix is `inroad`.
const NAMESPACE: &str = "https://inroad.example/ns/opml";

/// The feeds of a file, in their order.
///
/// # Errors
/// `unreadable_file`.
pub fn read(text: &str) -> ApiResult<Vec<Outline>> {
    let unreadable = |why: String| ApiError::new(Code::UnreadableFile, format!("the file is no OPML: {why}"));
    let mut reader = Reader::from_str(text);
    let (mut folders, mut found): (Vec<Option<String>>, Vec<Outline>) = Default::default();
    let (mut is_opml, mut open) = (false, 0_usize);
    loop {
        let event = reader.read_event().map_err(|error| unreadable(error.to_string()))?;
        match &event {
            Event::Start(_) => open += 1,
            Event::End(_) => open = open.saturating_sub(1),
            _ => {}
        }
        match event {
            Event::Eof if open > 0 => return Err(unreadable("it breaks off".to_owned())),
            Event::Eof => break,
            Event::Start(tag) if tag.local_name().as_ref() == "opml" => is_opml = true,
            Event::Start(tag) if tag.local_name().as_ref() == "outline" => {
                let outline = outline(&tag, &folders).map_err(unreadable)?;
                let name = if outline.is_some() { folders.last().cloned().flatten() } else { value(&tag, "text") };
                found.extend(outline);
                folders.push(name);
            }
            Event::Empty(tag) if tag.local_name().as_ref() == "outline" => {
                found.extend(outline(&tag, &folders).map_err(unreadable)?)
            }
            Event::End(tag) if tag.local_name().as_ref() == "outline" => {
                folders.pop();
            }
            _ => {}
        }
        if found.len() > MOST || folders.len() > DEPTH {
            return Err(unreadable(format!("it has more than {MOST} feeds, or folders deeper than {DEPTH}")));
        }
    }
    if is_opml { Ok(found) } else { Err(unreadable("it has no element `opml`".to_owned())) }
}

/// Nothing, of one that is no feed.
///
/// # Errors
/// Rules that cannot be read: without them all items of the feed would become alerts.
fn outline(tag: &BytesStart<'_>, folders: &[Option<String>]) -> Result<Option<Outline>, String> {
    let Some(url) = value(tag, "xmlurl") else { return Ok(None) };
    // The text is what is shown, the title how the feed calls itself (OPML 2.0, "Subscription lists").
    let (title, text) = (value(tag, "title"), value(tag, "text"));
    let called = text.filter(|text| title.as_ref() != Some(text));
    let kind: Option<FeedKind> = value(tag, "inroad:kind").and_then(|kind| serde_json::from_value(kind.into()).ok());
    let category = value(tag, "category");
    let category = category.as_deref().and_then(|list| list.split(',').next()).map(|first| first.trim_matches('/'));
    let folder = folders.last().cloned().flatten().or_else(|| category.map(str::to_owned));
    let rules = match text_of(tag, "inroad:match", RULES) {
        Some(text) => rules(&text).ok_or_else(|| format!("the rules of {url} (`inroad:match`) cannot be read"))?,
        None => MatchRules::default(),
    };
    let own = Own {
        // Of our own lists we know which is which.
        name: if kind.is_some() { value(tag, "inroad:name") } else { called },
        kind,
        rules,
        is_off: value(tag, "inroad:enabled").as_deref() == Some("false"),
        company_id: id(tag, "inroad:companyId").map(CompanyId::from),
        contact_id: id(tag, "inroad:contactId").map(ContactId::from),
        given_url: value(tag, "inroad:givenUrl"),
        industry: value(tag, "inroad:industry"),
        saved_search: value(tag, "inroad:savedSearch"),
    };
    let folder = folder.filter(|name| own.kind.is_none() && !name.trim().is_empty());
    Ok(Some(Outline { url, title, folder, own }))
}

/// As the API takes them.
fn rules(text: &str) -> Option<MatchRules> {
    let rules: MatchRules = serde_json::from_str(text).ok()?;
    let lists = [&rules.any, &rules.all, &rules.none];
    let fits =
        |list: &&Vec<String>| list.len() <= FEED_PHRASES && list.iter().all(|phrase| phrase.chars().count() <= 200);
    (rules.faults().is_empty() && lists.iter().all(fits)).then_some(rules)
}

fn id(tag: &BytesStart<'_>, name: &str) -> Option<Uuid> {
    value(tag, name).and_then(|id| Uuid::try_parse(&id).ok())
}

/// An attribute, whose case writers do not agree on.
fn value(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    text_of(tag, name, 2_048)
}

fn text_of(tag: &BytesStart<'_>, name: &str, most: usize) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|it| it.key.as_ref().eq_ignore_ascii_case(name))?;
    let raw = found.value.into_owned();
    let text = quick_xml::escape::unescape(&raw).map_or_else(|_| raw.clone(), std::borrow::Cow::into_owned);
    let text: String =
        text.trim().chars().filter(|c| formats::one_line(c.encode_utf8(&mut [0; 4]))).take(most).collect();
    (!text.is_empty()).then_some(text)
}

/// These feeds as a file.
pub fn write(rows: &[FeedRow]) -> ApiResult<String> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\" xmlns:inroad=\"{NAMESPACE}\">\n\
         <head><title>Inroad</title></head>\n<body>\n"
    );
    for row in rows {
        let name = row.name.as_ref().or(row.title.as_ref()).unwrap_or(&row.url);
        let kind = row.kind.name().to_owned();
        // A comma would part it in two categories.
        let category = row.industry.as_ref().map(|industry| industry.replace(',', " "));
        let rules = (row.rules.0 != MatchRules::default()).then(|| serde_json::to_string(&row.rules.0)).transpose();
        let rules = rules.map_err(|error| ApiError::internal(&error))?;
        let (company, contact) = (row.company_id.map(|id| id.to_string()), row.contact_id.map(|id| id.to_string()));
        let off = (!row.enabled).then(|| "false".to_owned());
        let given = row.given_url.as_ref().filter(|given| **given != row.url);
        text.push_str("<outline type=\"rss\"");
        for (key, value) in [
            ("text", Some(name)),
            ("title", row.title.as_ref()),
            ("xmlUrl", Some(&row.url)),
            ("htmlUrl", row.site_url.as_ref()),
            ("category", category.as_ref()),
            ("inroad:kind", Some(&kind)),
            ("inroad:name", row.name.as_ref()),
            ("inroad:industry", row.industry.as_ref()),
            ("inroad:savedSearch", row.saved_search.as_ref()),
            ("inroad:match", rules.as_ref()),
            ("inroad:companyId", company.as_ref()),
            ("inroad:contactId", contact.as_ref()),
            ("inroad:enabled", off.as_ref()),
            ("inroad:givenUrl", given),
        ] {
            if let Some(value) = value {
                text.push_str(&format!(" {key}=\"{}\"", escape(value.as_str())));
            }
        }
        text.push_str("/>\n");
    }
    text.push_str("</body>\n</opml>\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_industries_and_case_does_not_count() {
        let text = r#"<?xml version="1.0"?><opml version="1.1"><body>
            <outline text="Energy &amp; water"><outline text="Lech" type="rss" XMLURL="https://news.example.org/?a=1&amp;b=2"/>
            <outline text="Deep"><outline xmlUrl="https://deep.example.org/"></outline></outline></outline>
            <outline title="Loose" text="x" xmlUrl="https://loose.example.org/" category="/Tech/Web,Other"/>
            <outline text="empty"/></body></opml>"#;
        let read = read(text).unwrap();
        let short: Vec<_> =
            read.iter().map(|it| (it.url.as_str(), it.title.as_deref(), it.folder.as_deref())).collect();
        assert_eq!(
            short,
            [
                ("https://news.example.org/?a=1&b=2", None, Some("Energy & water")),
                ("https://deep.example.org/", None, Some("Deep")),
                ("https://loose.example.org/", Some("Loose"), Some("Tech/Web")),
            ]
        );
        let names: Vec<_> = read.iter().map(|it| it.own.name.as_deref()).collect();
        assert_eq!(names, [Some("Lech"), None, Some("x")]);
        for wrong in ["", "<html></html>", "<opml><body></opml>", "<opml><body>", "nonsense"] {
            assert!(super::read(wrong).is_err(), "{wrong}");
        }
    }
}
