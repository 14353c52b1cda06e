//! By what two addresses are the same.
use url::{Url, form_urlencoded};

/// Parameters that tell where a reader came from, and not what is read.
const TRACKING: [&str; 6] = ["fbclid", "gclid", "mc_cid", "mc_eid", "igshid", "ref_src"];

/// An address without what makes no difference: `http` or `https`, `www.`, the default port (`url` has left it out, and
/// the case of scheme and host with it), the fragment, the slash at the end, parameters that only track, and the order
/// of the others.
pub fn key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let tracks = |name: &str| name.starts_with("utm_") || TRACKING.contains(&name);
    let mut pairs: Vec<_> = url.query_pairs().filter(|(name, _)| !tracks(&name.to_ascii_lowercase())).collect();
    pairs.sort();
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{host}{port}{path}{mark}{query}")
}

/// As [`key`], of the page of an item: a fragment tells one item of a page from another.
pub fn item_key(url: &Url) -> String {
    let fragment = url.fragment().filter(|fragment| !fragment.is_empty());
    fragment.map_or_else(|| key(url), |fragment| format!("{}#{fragment}", key(url)))
}

/// Where a link of a Google Alert leads.
pub fn unwrapped(url: Url) -> Url {
    if url.host_str() != Some("www.google.com") || url.path() != "/url" {
        return url;
    }
    let target = url.query_pairs().find(|(name, _)| name == "url" || name == "q").map(|(_, target)| target);
    target.and_then(|target| Url::parse(&target).ok()).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_lead_to_the_same_are_the_same() {
        let key = |text: &str| key(&Url::parse(text).unwrap());
        let one = key("https://news.example.org/rss?b=2&a=1");
        for same in [
            "HTTPS://NEWS.example.org:443/rss/?a=1&b=2#top",
            "http://news.example.org/rss?utm_source=x&a=1&b=2&fbclid=7",
            "https://www.news.example.org./rss?b=2&a=1",
        ] {
            assert_eq!(key(same), one, "{same}");
        }
        for other in ["https://news.example.org/RSS?b=2&a=1", "https://news.example.org:8443/rss?b=2&a=1"] {
            assert_ne!(key(other), one, "{other}");
        }
        assert_eq!(key("https://example.org"), key("http://example.org/?"));
    }
}
