//! What pages say of themselves in words that the reader does not know, said in those that it does: articles in the
//! graph of a JSON-LD script (as most of WordPress writes them), microdata, Dublin Core, and `<time>`.
use dom_query::Document;
use serde_json::{Map, Value, json};

use crate::dates::day;

const SCRIPTS: &str = "script[type=\"application/ld+json\"]";
/// Where the day of publication may stand, the surest first.
const DATES: [(&str, &str); 8] = [
    ("meta[itemprop=\"datePublished\"]", "content"),
    ("[itemprop=\"datePublished\"]", "datetime"),
    ("meta[name=\"DC.date.issued\"]", "content"),
    ("meta[name=\"DC.date\"]", "content"),
    ("meta[name=\"date\"]", "content"),
    ("time[pubdate]", "datetime"),
    ("article time[datetime]", "datetime"),
    ("main time[datetime]", "datetime"),
];
/// What the reader knows already.
const KNOWN_DATE: &str = "meta[property=\"article:published_time\"]";
const KNOWN_AUTHOR: &str = "meta[name=\"author\"], meta[property=\"article:author\"]";
const AUTHORS: [&str; 2] = ["[itemprop=\"author\"] [itemprop=\"name\"]", "[itemprop=\"author\"]"];

/// Adds to the page what the reader would miss of it.
pub fn translate(document: &Document) {
    for script in document.select(SCRIPTS).nodes() {
        let Ok(said) = serde_json::from_str::<Value>(script.text().trim()) else { continue };
        if let Some(article) = article(&said) {
            script.set_text(article.to_string());
        }
    }
    if !document.select(KNOWN_DATE).exists() {
        let found = DATES.iter().find_map(|(place, attribute)| {
            document.select(place).nodes().iter().find_map(|node| day(&node.attr(attribute)?))
        });
        if let Some(day) = found {
            add(document, "property", "article:published_time", &day.to_string());
        }
    }
    if !document.select(KNOWN_AUTHOR).exists() {
        let named = |place: &&str| {
            let node = document.select(place).nodes().first().copied()?;
            let text = node.attr("content").unwrap_or_else(|| node.text()).trim().to_owned();
            (!text.is_empty() && text.len() < 200).then_some(text)
        };
        if let Some(author) = AUTHORS.iter().find_map(named) {
            add(document, "name", "author", &author);
        }
    }
}

fn add(document: &Document, by: &str, name: &str, content: &str) {
    let content = content.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    document.select("head").append_html(format!("<meta {by}=\"{name}\" content=\"{content}\">"));
}

/// The article of a graph, alone; none where there is no graph, or no article in it.
fn article(said: &Value) -> Option<Value> {
    let graphs = match said {
        Value::Array(list) => list.iter().filter_map(|one| one["@graph"].as_array()).collect(),
        one => one["@graph"].as_array().map_or_else(Vec::new, |graph| vec![graph]),
    };
    let nodes: Vec<&Value> = graphs.into_iter().flatten().collect();
    let of = |suffix: &str| nodes.iter().copied().find(|node| kinds(node).any(|kind| kind.ends_with(suffix)));
    let page = of("WebPage");
    let article = of("Article").or_else(|| of("BlogPosting")).or_else(|| of("Report"))?;
    let text = |name: &str| [Some(article), page].into_iter().flatten().find_map(|node| node[name].as_str());
    let named = |thing: &Value| {
        let own = thing["name"].as_str().or_else(|| thing.as_str());
        let other = || nodes.iter().find(|node| thing["@id"].is_string() && node["@id"] == thing["@id"]);
        own.or_else(|| other()?["name"].as_str()).map(|name| json!({ "@type": "Thing", "name": name }))
    };
    let people = match &article["author"] {
        Value::Array(list) => list.iter().filter_map(named).collect(),
        one => named(one).into_iter().collect::<Vec<_>>(),
    };
    let mut found = Map::new();
    for name in ["headline", "name", "description", "datePublished"] {
        found.extend(text(name).map(|text| (name.to_owned(), json!(text))));
    }
    found.extend((!people.is_empty()).then(|| ("author".to_owned(), Value::from(people))));
    found.extend(named(&article["publisher"]).map(|name| ("publisher".to_owned(), name)));
    found.insert("@context".to_owned(), json!("https://schema.org"));
    found.insert("@type".to_owned(), json!("Article"));
    Some(found.into())
}

/// Of what types of schema.org a node is.
fn kinds(node: &Value) -> impl Iterator<Item = &str> {
    let kind = &node["@type"];
    kind.as_str().into_iter().chain(kind.as_array().into_iter().flatten().filter_map(Value::as_str))
}
