use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

const MAX_SLUG_CHARS: usize = 200;
/// All that RFC 3986 does not leave as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A member's public LinkedIn page, in one spelling however it was linked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Decoded and in lower case: LinkedIn does not tell `Jane-Doe` from `jane-doe`.
    pub slug: String,
    /// `https://www.linkedin.com/in/` and the percent-encoded slug.
    pub url: String,
}

impl Profile {
    /// Understands `/in/…` on any LinkedIn host, what follows the slug left out, and the old
    /// `/pub/…`; the scheme may be missing, as when typed. `None` for anything else.
    pub fn parse(link: &str) -> Option<Self> {
        let slug = slug(&parse_link(link.trim())?)?;
        let url = format!("https://www.linkedin.com/in/{}", utf8_percent_encode(&slug, RESERVED));
        Some(Self { slug, url })
    }
}

fn parse_link(link: &str) -> Option<Url> {
    let url = if link.contains("://") { Url::parse(link) } else { Url::parse(&format!("https://{link}")) };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https") && is_linkedin(url))
}

fn is_linkedin(url: &Url) -> bool {
    url.host_str()
        .and_then(|host| host.strip_suffix("linkedin.com"))
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn slug(url: &Url) -> Option<String> {
    let mut path = url.path_segments()?.filter(|segment| !segment.is_empty());
    let slug = match path.next()?.to_ascii_lowercase().as_str() {
        "in" => decode(path.next()?)?,
        "pub" => public_slug(&path.map(decode).collect::<Option<Vec<_>>>()?),
        _ => return None,
    };
    is_slug(&slug).then_some(slug)
}

/// `/pub/jane-doe/a7/576/b50` is today's `/in/jane-doe-b50576a7`. Other old forms are joined.
fn public_slug(path: &[String]) -> String {
    match path {
        [name, low, middle, high] => format!("{name}-{high}{middle}{low}"),
        _ => path.join("-"),
    }
}

fn decode(segment: &str) -> Option<String> {
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    Some(text.to_lowercase())
}

fn is_slug(slug: &str) -> bool {
    slug.chars().any(char::is_alphanumeric)
        && slug.chars().count() <= MAX_SLUG_CHARS
        && !slug.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\' | '?' | '#'))
}
