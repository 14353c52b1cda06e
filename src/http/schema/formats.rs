//! The string formats the contract uses, each as a plain check. The same functions serve where a value arrives by
//! another way than JSON, such as a column of an import.

use chrono::{DateTime, Datelike, NaiveDate};
use url::{Host, Url};

use super::iso;

/// Name, check, and what to say to whoever got it wrong.
type Format = (&'static str, fn(&str) -> bool, &'static str);

pub const FORMATS: [Format; 15] = [
    ("email", email, "must be an e-mail address such as `ada@example.org`"),
    ("uri", uri, "must be an absolute URI such as `https://example.org/page`"),
    ("http-url", http_url, "must be an address that begins with `https://` or `http://`"),
    ("date", date, "must be a date such as `2026-03-31`"),
    ("date-time", date_time, "must be an instant with its offset, from 1900 to 2199, such as `2026-03-31T09:30:00Z`"),
    ("any-date-time", any_date_time, "must be an instant with its offset, such as `2026-03-31T09:30:00Z`"),
    ("uuid", uuid, "must be a UUID in its 36-character form"),
    ("time-zone", time_zone, "must be an IANA time zone such as `Europe/Vienna`"),
    ("country", country, "must be an ISO 3166-1 code of two capital letters such as `AT`"),
    ("currency", currency, "must be an ISO 4217 code of three capital letters such as `EUR`"),
    ("language", language, "must be a BCP 47 language tag such as `de-AT`"),
    ("encoding", encoding, "must be an encoding's name in the WHATWG standard, such as `windows-1252`"),
    ("no-control", no_control, "must not have control characters other than line breaks and tabs"),
    (
        "one-line",
        one_line,
        "must be one line, without control characters and those that turn the direction of the text",
    ),
    ("multi-line", multi_line, "must not have control characters other than line breaks and tabs"),
];

/// Formats that only tell a reader more: JSON Schema checks `format` on strings alone, and these say nothing of one.
pub const ANNOTATIONS: [&str; 7] = ["int32", "int64", "float", "double", "binary", "byte", "password"];

pub fn describe(format: &str) -> String {
    FORMATS
        .iter()
        .find(|(name, ..)| *name == format)
        .map_or_else(|| format!("must have the format `{format}`"), |(_, _, words)| (*words).to_owned())
}

/// Accepts what mail servers take in practice, not all of RFC 5322: no quoted local parts, comments or address
/// literals. International domains are allowed and measured in their ASCII form.
pub fn email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    local.len() <= 64 && local.split('.').all(atom) && mail_domain(domain).is_some_and(|n| local.len() + 1 + n <= 254)
}

fn atom(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c))
}

/// The length of the domain in ASCII, when it is one a mail can be sent to.
fn mail_domain(domain: &str) -> Option<usize> {
    // The host parser would decode percent signs; here they are just wrong.
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if domain.chars().any(|c| c.is_ascii() && !plain(c) || c.is_whitespace() || c.is_control()) {
        return None;
    }
    let Ok(Host::Domain(ascii)) = Host::parse(domain) else {
        return None;
    };
    let top = ascii.rsplit_once('.')?.1;
    let labels = ascii.split('.').all(|l| (1..=63).contains(&l.len()) && !l.starts_with('-') && !l.ends_with('-'));
    (labels && !top.bytes().all(|b| b.is_ascii_digit())).then_some(ascii.len())
}

/// Schemes that name a place or a person. Those that carry script or local files (`javascript`, `data`, `file`) are not
/// among them, since frontends put such values into links.
const SCHEMES: [&str; 9] = ["http", "https", "mailto", "tel", "sip", "sips", "xmpp", "geo", "urn"];

pub fn uri(text: &str) -> bool {
    match absolute(text) {
        Some(url) if matches!(url.scheme(), "http" | "https") => web(text, &url),
        Some(url) => SCHEMES.contains(&url.scheme()) && !url.path().is_empty(),
        None => false,
    }
}

pub fn http_url(text: &str) -> bool {
    absolute(text).is_some_and(|url| matches!(url.scheme(), "http" | "https") && web(text, &url))
}

/// The URL parser forgives blanks, line breaks and backslashes, by which two readers can come to different hosts.
fn absolute(text: &str) -> Option<Url> {
    let strange = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if text.contains(strange) { None } else { Url::parse(text).ok() }
}

/// User info is refused: it is a password in clear, or a host made to look like another.
fn web(text: &str, url: &Url) -> bool {
    let rest = text.get(url.scheme().len()..).unwrap_or_default();
    rest.starts_with("://")
        && !rest.starts_with(":///")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
}

pub fn date(text: &str) -> bool {
    let digits =
        text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    // PostgreSQL knows no year 0.
    text.len() == 10 && digits && text.parse::<NaiveDate>().is_ok_and(|date| date.year() >= 1)
}

/// An instant that somebody's life can have to do with: what is far off is a slip, and can be counted with no further.
pub fn date_time(text: &str) -> bool {
    any_date_time(text) && DateTime::parse_from_rfc3339(text).is_ok_and(|at| (1900..2200).contains(&at.to_utc().year()))
}

/// As filters have them, whose ends may be as far off as whoever asks likes.
pub fn any_date_time(text: &str) -> bool {
    text.is_ascii()
        && text.get(..10).is_some_and(date)
        && text.as_bytes().get(10) == Some(&b'T')
        && DateTime::parse_from_rfc3339(text).is_ok()
}

pub fn uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

pub fn time_zone(text: &str) -> bool {
    text.parse::<chrono_tz::Tz>().is_ok()
}

pub fn encoding(text: &str) -> bool {
    encoding_rs::Encoding::for_label(text.as_bytes()).is_some()
}

pub fn country(text: &str) -> bool {
    iso::COUNTRIES.binary_search(&text).is_ok()
}

pub fn currency(text: &str) -> bool {
    iso::CURRENCIES.binary_search(&text).is_ok()
}

/// Well-formed by the grammar of RFC 5646; whether the subtags are registered is not looked up.
pub fn language(text: &str) -> bool {
    let mut rest = text.split('-').peekable();
    let mut take = |fits: fn(&str) -> bool| rest.next_if(|tag| fits(tag)).is_some();
    if text.len() > 64 || text.split('-').any(|tag| tag.len() > 8 || !alphanumeric(tag)) {
        return false;
    }
    if take(|tag| matches!(tag.len(), 2 | 3 | 5..=8) && alphabetic(tag)) {
        for _ in 0..3 {
            take(|tag| tag.len() == 3 && alphabetic(tag));
        }
        take(|tag| tag.len() == 4 && alphabetic(tag));
        take(|tag| tag.len() == 2 && alphabetic(tag) || tag.len() == 3 && tag.bytes().all(|b| b.is_ascii_digit()));
        while take(|tag| tag.len() >= 5 || tag.len() == 4 && tag.as_bytes()[0].is_ascii_digit()) {}
        while take(|tag| tag.len() == 1 && !private(tag)) {
            if !take(|tag| tag.len() >= 2) {
                return false;
            }
            while take(|tag| tag.len() >= 2) {}
        }
    }
    if take(private) {
        return rest.next().is_some();
    }
    rest.next().is_none()
}

fn private(tag: &str) -> bool {
    tag.eq_ignore_ascii_case("x")
}

fn alphabetic(tag: &str) -> bool {
    tag.bytes().all(|b| b.is_ascii_alphabetic())
}

fn alphanumeric(tag: &str) -> bool {
    !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// As [`no_control`], with the line breaks of any system: `text::lines` makes them one.
pub fn multi_line(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Without any line break, those of Unicode included, and without what shows the rest of a line in another order than it
/// is written in (Unicode Standard Annex 9, 2.1 to 2.3): a name would be read as another. Marks of direction stay, and each
/// letter has its own.
pub fn one_line(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || turns(c))
}

/// Whether it embeds, overrides or isolates a direction.
pub fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub fn no_control(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

#[cfg(test)]
mod tests;
