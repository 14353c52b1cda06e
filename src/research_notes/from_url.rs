//! A research note from a page of the web.
use std::fs::File;
use std::io::{Seek, Write};

use chrono::Datelike;
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use url::Url;
use utoipa::ToSchema;

use super::model::{ResearchNoteInput, normal};
use super::page::{self, Page};
use super::robots;
use super::words::{ResearchNoteImportance, ResearchNoteKind};
use crate::app::App;
use crate::companies::CompanyId;
use crate::confined;
use crate::contacts::ContactId;
use crate::error::{ApiError, ApiResult};
use crate::meetings::MeetingId;
use crate::outgoing::{Answer, Ask, PATIENCE, REDIRECTS, Refusal, fetch_failed};

const POINTER: &str = "/url";

/// Which page, and what the note is about.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "url": "https://news.example/offshore-wind", "kind": "news", "industry": "wind power" }))]
pub struct FromUrlInput {
    #[schema(format = "http-url", max_length = 2048, example = "https://news.example/offshore-wind")]
    pub url: String,
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<Uuid>)]
    pub company_id: Option<CompanyId>,
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    #[schema(min_length = 1, max_length = 100, example = "wind power")]
    pub industry: Option<String>,
    pub kind: ResearchNoteKind,
    #[serde(default = "normal")]
    pub importance: ResearchNoteImportance,
    #[serde(default)]
    pub pinned: bool,
    #[serde(default)]
    #[schema(max_items = 100, min_length = 1, max_length = 100)]
    pub tags: Vec<String>,
}

/// Fetches the page, and makes of it what can be written of a note. Nothing of the database is held meanwhile.
///
/// # Errors
/// `invalid_fields` for a URL that may not be asked, `fetch_failed` when there is no page to be read.
pub async fn fetch(app: &App, input: FromUrlInput) -> ApiResult<ResearchNoteInput> {
    let url = app.outgoing.read(&input.url).map_err(|refusal| refusal.at(POINTER))?;
    // A site that takes its time at each redirect is given no more than one that does so once.
    let answer = timeout(PATIENCE, ask(app, url)).await.map_err(|_| Refusal::TimedOut.at(POINTER))??;
    if !answer.status.is_success() {
        return Err(fetch_failed(POINTER, &format!("the site answers {}", answer.status)));
    }
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("text/html");
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(essence.as_str(), "text/html" | "application/xhtml+xml" | "text/plain") {
        return Err(fetch_failed(POINTER, &format!("it is no page but {essence}")));
    }
    let html = page::decoded(&answer.body, kind);
    if page::is_too_deep(&html) {
        return Err(fetch_failed(POINTER, "the page is nested too deeply to be read"));
    }
    let program = app.config.program.clone();
    let address = answer.url.to_string();
    let read = spawn_blocking(move || {
        let input = spooled(&address, &html).map_err(|error| error.to_string())?;
        let page = confined::ask(&program, page::COMMAND, input)?;
        serde_json::from_slice::<Page>(&page).map_err(|error| error.to_string())
    });
    let page = read.await.map_err(|error| ApiError::internal(&error))?;
    let page = page.map_err(|why| fetch_failed(POINTER, &format!("the page cannot be read: {why}")))?;
    if page.text.is_none() && page.excerpt.is_none() {
        return Err(fetch_failed(POINTER, "there is no text to be read on the page"));
    }
    let today = app.now().date_naive();
    let tomorrow = today.succ_opt().unwrap_or(today);
    let title = if page.title.is_empty() { answer.url.to_string().chars().take(300).collect() } else { page.title };
    let source_url = Some(answer.url.to_string());
    Ok(ResearchNoteInput {
        title,
        body: page.text,
        excerpt: page.excerpt,
        source_url,
        site: page.site.or_else(|| answer.url.host_str().map(str::to_owned)),
        author: page.author,
        // Whoever dates a page later than tomorrow, or before there was a web, is mistaken.
        published_on: page.published_on.filter(|on| on.year() >= 1990 && *on <= tomorrow),
        accessed_on: Some(today),
        language: page.language,
        ..input.into()
    })
}

/// What can be said of the note before the page is there.
impl From<FromUrlInput> for ResearchNoteInput {
    fn from(input: FromUrlInput) -> Self {
        Self {
            contact_id: input.contact_id,
            company_id: input.company_id,
            meeting_id: input.meeting_id,
            industry: input.industry,
            kind: input.kind,
            title: String::new(),
            body: None,
            excerpt: None,
            source_url: None,
            site: None,
            author: None,
            published_on: None,
            accessed_on: None,
            importance: input.importance,
            pinned: input.pinned,
            tags: input.tags,
            language: None,
        }
    }
}

/// Follows redirects one by one: each site is asked first whether its page may be read.
async fn ask(app: &App, mut url: Url) -> ApiResult<Answer> {
    for _ in 0..=REDIRECTS {
        robots::check(&app.outgoing, &url, POINTER).await?;
        let one = Ask { redirects: 0, ..Ask::get(url) };
        let answer = app.outgoing.send(one).await.map_err(|refusal| refusal.at(POINTER))?;
        match answer.redirects_to().map_err(|refusal| refusal.at(POINTER))? {
            Some(next) => url = app.outgoing.read(next.as_str()).map_err(|refusal| refusal.at(POINTER))?,
            None => return Ok(answer),
        }
    }
    Err(Refusal::Redirects(REDIRECTS).at(POINTER))
}

/// What the process that reads it gets.
fn spooled(url: &str, html: &str) -> std::io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(url.as_bytes())?;
    file.write_all(b"\n")?;
    file.write_all(html.as_bytes())?;
    file.rewind()?;
    Ok(file)
}
