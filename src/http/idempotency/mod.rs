//! `Idempotency-Key`: the first answer to a `POST` is kept with its effect, and replayed for 24 hours.
mod store;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chrono::{DateTime, Duration, Utc};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use self::store::Kept;
use super::answer::Answer;
use super::frame::RequestId;
use crate::auth::secrets::{KeyRing, Place};
use crate::auth::sha256;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault, Problem};

pub use self::store::{try_lock, wait_lock};

const KEPT_HOURS: i64 = 24;
/// Refusals that another credential, another condition or another moment would not meet.
const PASSING: [StatusCode; 4] =
    [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::PRECONDITION_FAILED, StatusCode::TOO_MANY_REQUESTS];

/// The key of this request, if it has one, and the route it is for.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    key: Option<String>,
    route: String,
    request_id: String,
}

impl FromRequest for IdempotencyKey {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut given = request.headers().get_all("idempotency-key");
        let key = match (given.next(), given.next()) {
            (None, _) => None,
            (Some(value), None) => match read(value) {
                Some(key) => Some(key),
                None => return ready(Err(refused("must be 1 to 255 visible ASCII characters, in quotes or bare"))),
            },
            (Some(_), Some(_)) => return ready(Err(refused("may be given once"))),
        };
        // The secret of a link is stored nowhere; which link it is, its credential tells.
        let pattern = request.match_pattern().filter(|pattern| pattern.contains("{token}"));
        let route = format!("{} {}", request.method(), pattern.as_deref().unwrap_or(request.path()));
        let request_id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
        ready(Ok(Self { key, route, request_id }))
    }
}

fn read(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?.trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    (1..=255).contains(&bare.len()).then(|| bare.to_owned())
}

fn refused(detail: &'static str) -> ApiError {
    ApiError::new(Code::InvalidHeader, detail).with(Fault::header("Idempotency-Key", "invalid", detail))
}

/// A request that has a key, before its effect.
pub struct Claim<'a> {
    workspace: WorkspaceId,
    credential: Uuid,
    route: &'a str,
    key: &'a str,
    fingerprint: [u8; 32],
    request_id: &'a str,
    /// Under which answers with secrets are kept.
    ring: &'a KeyRing,
}

impl IdempotencyKey {
    pub fn claim<'a>(
        &'a self,
        ring: &'a KeyRing,
        workspace: WorkspaceId,
        credential: Uuid,
        body: &[u8],
    ) -> Option<Claim<'a>> {
        let key = self.key.as_deref()?;
        let (route, request_id, fingerprint) = (&self.route, &self.request_id, sha256(body));
        Some(Claim { workspace, credential, route, key, fingerprint, request_id, ring })
    }
}

impl Claim<'_> {
    /// The answer that was given before, if any. Two requests at once: the second is told to come back.
    pub async fn replay<T>(&self, conn: &Conn, now: DateTime<Utc>) -> ApiResult<Option<Answer<T>>> {
        if !try_lock(conn, self.lock()).await? {
            return Err(
                ApiError::new(Code::IdempotencyInProgress, "the first request with this key still runs").retry_after(1)
            );
        }
        let Some(kept) = store::find(conn, self).await? else { return Ok(None) };
        if kept.created_at + Duration::hours(KEPT_HOURS) <= now {
            store::delete(conn, self).await?;
            return Ok(None);
        }
        if kept.fingerprint != self.fingerprint {
            let detail = "this key came before with another body";
            let fault = Fault::header("Idempotency-Key", "reused", detail);
            return Err(ApiError::new(Code::IdempotencyKeyReused, detail).with(fault));
        }
        Ok(Some(self.replayed(kept)?))
    }

    /// Keeps the answer; the caller's transaction holds the effect, too.
    pub async fn keep<T>(&self, conn: &Conn, now: DateTime<Utc>, answer: &Answer<T>) -> ApiResult<()> {
        let kept = Kept {
            fingerprint: self.fingerprint.to_vec(),
            created_at: now,
            status: status(answer),
            headers: headers(answer),
            body: match answer.is_secret() {
                true => self.ring.seal(&self.place(), &answer.body).map_err(|error| ApiError::internal(&error))?,
                false => answer.body.clone(),
            },
        };
        store::insert(conn, self, kept).await
    }

    /// Keeps a refusal, which is an answer, too. Refusals that say nothing of the request itself are not kept.
    pub async fn keep_refusal(
        &self,
        conn: &Conn,
        now: DateTime<Utc>,
        error: &ApiError,
        base_url: &str,
    ) -> ApiResult<()> {
        let status = error.code.status();
        if status.is_server_error() || PASSING.contains(&status) {
            return Ok(());
        }
        self.keep(conn, now, &Answer::refusal(error, base_url, self.request_id)?).await
    }

    fn replayed<T>(&self, kept: Kept) -> ApiResult<Answer<T>> {
        let status = u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let mut headers = Vec::new();
        for (name, value) in kept.headers.as_object().into_iter().flatten() {
            if let (Ok(name), Some(Ok(value))) = (HeaderName::try_from(name), value.as_str().map(HeaderValue::from_str))
            {
                headers.push((name, value));
            }
        }
        headers.push((HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true")));
        let mut answer = Answer::raw(status.unwrap_or(StatusCode::OK), headers, kept.body);
        if answer.is_secret() {
            let plain = self.ring.open(&self.place(), &answer.body).map_err(|error| ApiError::internal(&error))?;
            answer.body.clone_from(plain.expose_secret());
        }
        Ok(answer)
    }

    /// Where an answer with a secret is sealed.
    fn place(&self) -> Place<'_> {
        Place { table: "idempotency_keys", column: "body", workspace: Some(self.workspace.into()), row: self.key }
    }

    fn lock(&self) -> i64 {
        let text = format!("{} {} {} {}", self.workspace, self.credential, self.route, self.key);
        let digest = sha256(text.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        i64::from_be_bytes(first)
    }
}

fn status<T>(answer: &Answer<T>) -> i16 {
    i16::try_from(answer.status.as_u16()).unwrap_or(200)
}

fn headers<T>(answer: &Answer<T>) -> Value {
    let text = |(name, value): &(HeaderName, HeaderValue)| Some((name.to_string(), value.to_str().ok()?.into()));
    Value::Object(answer.headers.iter().filter_map(text).collect::<Map<_, _>>())
}

/// Takes back every kept answer that has this id in it: whoever repeats the request learns that it is gone.
pub async fn withdraw(conn: &Conn, workspace: WorkspaceId, id: Uuid, base_url: &str) -> ApiResult<()> {
    let error = ApiError::new(Code::PersonErased, "what this request answered was about a person who was erased");
    let gone: Answer<Problem> = Answer::refusal(&error, base_url, &Uuid::now_v7().to_string())?;
    store::replace_those_with(conn, workspace, id, status(&gone), headers(&gone), gone.body).await
}

/// Throws away what nobody may ask for any more.
pub async fn forget_old(conn: &Conn, now: DateTime<Utc>) -> ApiResult<usize> {
    store::delete_before(conn, now - Duration::hours(KEPT_HOURS)).await
}

/// What tells one body from another: the body as it was understood, so that blanks and the order of keys don't matter.
pub fn fingerprint(body: &impl Serialize) -> ApiResult<Vec<u8>> {
    serde_json::to_vec(body).map_err(|error| ApiError::internal(&error))
}
