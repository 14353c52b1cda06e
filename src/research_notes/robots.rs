//! What sites would rather not have read by programs (RFC 9309).
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use moka::sync::Cache;
use robotstxt::DefaultMatcher;
use url::Url;

use crate::error::ApiResult;
use crate::outgoing::{Ask, Keep, Outgoing, fetch_failed};

/// As robots' rules name this service.
const AGENT: &str = "Inroad";
/// Bytes of the rules that are read.
const MOST: usize = 500 * 1024;

/// The rules of each site, for some minutes.
static RULES: LazyLock<Cache<String, Arc<str>>> =
    LazyLock::new(|| Cache::builder().max_capacity(1_000).time_to_live(Duration::from_secs(600)).build());

/// Whether the site lets a page be read.
///
/// # Errors
/// `fetch_failed` at the field `pointer` where it does not, or where its rules cannot be had.
pub async fn check(outgoing: &Outgoing, url: &Url, pointer: &str) -> ApiResult<()> {
    let site = url.origin().ascii_serialization();
    let rules = match RULES.get(&site) {
        Some(rules) => rules,
        None => {
            let rules = ask(outgoing, url, pointer).await?;
            RULES.insert(site, Arc::clone(&rules));
            rules
        }
    };
    match DefaultMatcher::default().one_agent_allowed_by_robots(&rules, AGENT, url.as_str()) {
        true => Ok(()),
        false => Err(fetch_failed(pointer, "the site's robots.txt asks programs not to read this page")),
    }
}

async fn ask(outgoing: &Outgoing, url: &Url, pointer: &str) -> ApiResult<Arc<str>> {
    let mut rules = url.clone();
    rules.set_path("/robots.txt");
    rules.set_query(None);
    let ask = Ask { keep: Keep::First(MOST), ..Ask::get(rules) };
    let answer = outgoing.send(ask).await.map_err(|refusal| refusal.at(pointer))?;
    // Without rules everything may be read; while they cannot be had, nothing.
    if answer.status.is_server_error() {
        return Err(fetch_failed(pointer, &format!("the site's robots.txt answers {}", answer.status)));
    }
    let text = if answer.status.is_success() { String::from_utf8_lossy(&answer.body) } else { "".into() };
    Ok(Arc::from(text.as_ref()))
}
