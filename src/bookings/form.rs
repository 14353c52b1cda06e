//! What the page's forms send, and whether they are ours.
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, ORIGIN};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::api::{BookInput, BookingNoteInput};
use super::view::Filled;
use crate::app::App;
use crate::error::ApiResult;
use crate::zones;

/// What the marks of forms are bound to.
const BOUND_TO: &str = "form of a booking page";
/// How long a page may stay open before it is sent.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Says that a form was drawn for this link, and when.
#[derive(Serialize, Deserialize)]
struct Mark {
    token: String,
    at: DateTime<Utc>,
}

/// What a form carries that was drawn for this link.
pub fn mark(app: &App, token: &str) -> ApiResult<String> {
    app.cursors.seal(BOUND_TO, &Mark { token: digest(token), at: app.now() })
}

fn digest(token: &str) -> String {
    hex::encode(crate::auth::sha256(token.as_bytes()))
}

/// What was sent.
#[derive(Debug, Default)]
pub struct Sent {
    mark: String,
    pub action: String,
    pub zone: Option<String>,
    /// From when on the page showed times, if not from the first.
    pub from: Option<DateTime<Utc>>,
    starts_at: String,
    choice: usize,
    phone: Option<String>,
    note: Option<String>,
}

impl Sent {
    /// Reads `application/x-www-form-urlencoded`. What nobody knows is ignored, as browsers' extensions add such things.
    pub fn read(body: &[u8]) -> Self {
        let mut sent = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            let value = value.replace("\r\n", "\n").replace('\0', "");
            match name.as_ref() {
                "form" => sent.mark = value,
                "action" => sent.action = value,
                "zone" => sent.zone = zones::zone(&value).map(|zone| zone.name().to_owned()),
                "from" => sent.from = DateTime::parse_from_rfc3339(&value).ok().map(|at| at.to_utc()),
                "starts_at" => sent.starts_at = value,
                "choice" => sent.choice = value.parse().unwrap_or(usize::MAX),
                "phone" => sent.phone = Some(value.chars().filter(|c| !c.is_control()).take(64).collect()),
                "note" => sent.note = Some(value.chars().take(1000).collect()),
                _ => {}
            }
        }
        sent
    }

    /// Whether the form was drawn for this link, and not too long ago.
    pub fn is_ours(&self, app: &App, token: &str) -> bool {
        let mark: Option<Mark> = app.cursors.open(BOUND_TO, &self.mark).ok();
        mark.is_some_and(|mark| mark.token == digest(token) && app.now() - mark.at < LIFETIME)
    }

    /// None, if no time was chosen.
    pub fn time(&self) -> Option<BookInput> {
        let starts_at = DateTime::parse_from_rfc3339(&self.starts_at).ok()?.to_utc();
        let (phone, time_zone) = (self.phone.clone(), self.zone.clone());
        Some(BookInput { starts_at, choice: Some(self.choice), phone, time_zone })
    }

    pub fn note(&self) -> BookingNoteInput {
        BookingNoteInput { note: self.note.clone() }
    }

    pub fn filled(&self) -> Filled {
        Filled { starts_at: self.starts_at.clone(), choice: self.choice, phone: self.phone.clone().unwrap_or_default() }
    }
}

/// Whether a browser says that the form was sent by a page of another site. The page asks for no referrer, so that
/// browsers send `Origin: null` with its own forms; of those that can, `Sec-Fetch-Site` tells.
pub fn is_foreign(app: &App, request: &HttpRequest) -> bool {
    let headers = request.headers();
    if let Some(site) = text(headers, &HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(headers, &ORIGIN).filter(|origin| *origin != "null") else { return false };
    let own = |url: &str| Url::parse(url).is_ok_and(|url| url.origin().ascii_serialization() == origin);
    let host = request.connection_info().host().to_owned();
    !(own(&app.base_url) || own(&format!("http://{host}")) || own(&format!("https://{host}")))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_send_it() {
        let sent = Sent::read(
            b"form=x&action=book&zone=Europe%2FVienna&starts_at=2026-04-14T06%3A30%3A00Z&choice=1&phone=%2B43+1%00&note=a%0D%0Ab&x=y",
        );
        let time = sent.time().unwrap();
        assert_eq!((sent.action.as_str(), sent.zone.as_deref()), ("book", Some("Europe/Vienna")));
        assert_eq!((time.starts_at.to_rfc3339().as_str(), time.choice), ("2026-04-14T06:30:00+00:00", Some(1)));
        assert_eq!((time.phone.as_deref(), sent.note().note.as_deref()), (Some("+43 1"), Some("a\nb")));
        let odd = Sent::read(b"starts_at=soon&zone=Moon%2FTranquility&choice=-1&%ff=%ff&&=");
        assert!(odd.time().is_none() && odd.zone.is_none() && odd.choice == usize::MAX);
    }
}
