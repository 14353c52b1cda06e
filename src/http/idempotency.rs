//! `Idempotency-Key`: the first answer to a `POST` is kept with its effect, and replayed for 24 hours.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use aws_lc_rs::digest;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Jsonb, SmallInt, Text};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::answer::Answer;
use super::frame::RequestId;
use crate::db::schema::idempotency_keys;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault, Problem};

const KEPT_HOURS: i64 = 24;
/// Refusals that another credential or another moment would not meet.
const PASSING: [StatusCode; 3] = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS];

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
        let key = request.headers().get("idempotency-key").map(|value| {
            let text = value.to_str().ok().map(str::trim);
            let bare = text.and_then(|text| text.strip_prefix('"')?.strip_suffix('"')).or(text);
            bare.filter(|key| (1..=255).contains(&key.len())).map(str::to_owned).ok_or_else(|| {
                let detail = "must be 1 to 255 visible ASCII characters, in quotes or bare";
                ApiError::new(Code::InvalidHeader, detail).with(Fault::header("Idempotency-Key", "invalid", detail))
            })
        });
        let route = format!("{} {}", request.method(), request.path());
        let request_id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
        ready(key.transpose().map(|key| Self { key, route, request_id }))
    }
}

/// Fingerprint, time, status, headers, body.
type Kept = (Vec<u8>, DateTime<Utc>, i16, Value, Vec<u8>);

/// A request that has a key, before its effect.
pub struct Claim<'a> {
    workspace: WorkspaceId,
    credential: Uuid,
    route: &'a str,
    key: &'a str,
    fingerprint: [u8; 32],
    request_id: &'a str,
}

impl IdempotencyKey {
    pub fn claim(&self, workspace: WorkspaceId, credential: Uuid, body: &[u8]) -> Option<Claim<'_>> {
        let key = self.key.as_deref()?;
        let (route, request_id, fingerprint) = (&self.route, &self.request_id, sha256(body));
        Some(Claim { workspace, credential, route, key, fingerprint, request_id })
    }
}

impl Claim<'_> {
    /// The answer that was given before, if any. Two requests at once: the second is told to come back.
    pub async fn replay<T>(&self, mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<Option<Answer<T>>> {
        if !try_lock(conn, self.lock()).await? {
            return Err(
                ApiError::new(Code::IdempotencyInProgress, "the first request with this key still runs").retry_after(1)
            );
        }
        let kept: Option<Kept> = idempotency_keys::table
            .find((self.workspace, self.credential, self.route, self.key))
            .select((
                idempotency_keys::fingerprint,
                idempotency_keys::created_at,
                idempotency_keys::status,
                idempotency_keys::headers,
                idempotency_keys::body,
            ))
            .first(&mut conn)
            .await
            .optional()?;
        let Some((fingerprint, created_at, status, headers, body)) = kept else { return Ok(None) };
        if created_at + Duration::hours(KEPT_HOURS) <= now {
            diesel::delete(idempotency_keys::table.find((self.workspace, self.credential, self.route, self.key)))
                .execute(&mut conn)
                .await?;
            return Ok(None);
        }
        if fingerprint != self.fingerprint {
            let detail = "this key came before with another body";
            let fault = Fault::header("Idempotency-Key", "reused", detail);
            return Err(ApiError::new(Code::IdempotencyKeyReused, detail).with(fault));
        }
        replayed(status, &headers, body).map(Some)
    }

    /// Keeps the answer; the caller's transaction holds the effect, too.
    pub async fn keep<T>(&self, mut conn: &Conn, now: DateTime<Utc>, answer: &Answer<T>) -> ApiResult<()> {
        let headers: Map<String, Value> = answer
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), Value::from(value.to_str().ok()?))))
            .collect();
        diesel::insert_into(idempotency_keys::table)
            .values((
                idempotency_keys::workspace_id.eq(self.workspace),
                idempotency_keys::credential.eq(self.credential),
                idempotency_keys::route.eq(self.route),
                idempotency_keys::key.eq(self.key),
                idempotency_keys::fingerprint.eq(&self.fingerprint[..]),
                idempotency_keys::created_at.eq(now),
                idempotency_keys::status.eq(i16::try_from(answer.status.as_u16()).unwrap_or(200)),
                idempotency_keys::headers.eq(Value::Object(headers)),
                idempotency_keys::body.eq(&answer.body),
            ))
            .execute(&mut conn)
            .await?;
        Ok(())
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

    fn lock(&self) -> i64 {
        let text = format!("{} {} {} {}", self.workspace, self.credential, self.route, self.key);
        let digest = sha256(text.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        i64::from_be_bytes(first)
    }
}

fn replayed<T>(status: i16, headers: &Value, body: Vec<u8>) -> ApiResult<Answer<T>> {
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut replay = Vec::new();
    for (name, value) in headers.as_object().into_iter().flatten() {
        if let (Ok(name), Some(Ok(value))) = (HeaderName::try_from(name), value.as_str().map(HeaderValue::from_str)) {
            replay.push((name, value));
        }
    }
    replay.push((HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true")));
    Ok(Answer::raw(status.unwrap_or(StatusCode::OK), replay, body))
}

/// Takes back every kept answer that has this id in it: whoever repeats the request learns that it is gone.
pub async fn withdraw(mut conn: &Conn, workspace: WorkspaceId, id: Uuid, base_url: &str) -> ApiResult<()> {
    const WITHDRAW: &str = "UPDATE idempotency_keys SET status = $1, headers = $2, body = $3
        WHERE workspace_id = $4 AND position(convert_to($5, 'UTF8') IN body) > 0";
    let error = ApiError::new(Code::PersonErased, "what this request answered was about a person who was erased");
    let gone: Answer<Problem> = Answer::refusal(&error, base_url, &Uuid::now_v7().to_string())?;
    let headers = gone.headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())));
    diesel::sql_query(WITHDRAW)
        .bind::<SmallInt, _>(i16::try_from(gone.status.as_u16()).unwrap_or(410))
        .bind::<Jsonb, _>(Value::Object(headers.collect()))
        .bind::<Binary, _>(gone.body)
        .bind::<diesel::sql_types::Uuid, _>(workspace)
        .bind::<Text, _>(id.to_string())
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Until the end of the transaction, so that it needs no session (operations: no session state).
pub async fn try_lock(mut conn: &Conn, key: i64) -> ApiResult<bool> {
    diesel::define_sql_function! {
        fn pg_try_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
    }
    Ok(diesel::select(pg_try_advisory_xact_lock(key)).get_result(&mut conn).await?)
}

/// Throws away what nobody may ask for any more.
pub async fn forget_old(mut conn: &Conn, now: DateTime<Utc>) -> ApiResult<usize> {
    let old = idempotency_keys::created_at.lt(now - Duration::hours(KEPT_HOURS));
    Ok(diesel::delete(idempotency_keys::table.filter(old)).execute(&mut conn).await?)
}

/// What tells one body from another: the body as it was understood, so that blanks and the order of keys don't matter.
pub fn fingerprint(body: &impl Serialize) -> ApiResult<Vec<u8>> {
    serde_json::to_vec(body).map_err(|error| ApiError::internal(&error))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    sum
}
