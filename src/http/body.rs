//! JSON bodies: read strictly, checked against the schema that the document publishes, all faults at once.
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::{BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::{Stream, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::schema::{MAX_FAULTS, Schemas};
use super::strict_json;
use crate::app::App;
use crate::error::{ApiError, ApiResult, Code, Fault};

/// The body of a request, as the schema of `T` has it.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = ApiResult<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_type(&request, &["application/json"], "accept-post")?;
            let app = app(&request)?;
            let bytes = read(&request, &mut payload, app.config.body_limit).await?;
            typed(&app.schemas, object(&bytes)?).map(Self)
        })
    }
}

/// What the fields of a body must be to fit one another: what one field's schema cannot say.
pub trait Rules {
    /// Everything that breaks a rule.
    fn faults(&self) -> Vec<Fault>;
}

/// A body as [`Body`] reads it, for handlers that hold it against [`Rules`] together with what only the database
/// knows. Where the schema refuses it already, the rules it breaks are told in the same answer.
pub struct Ruled<T>(pub T);

impl<T: DeserializeOwned + ToSchema + Rules + 'static> FromRequest for Ruled<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = ApiResult<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_type(&request, &["application/json"], "accept-post")?;
            let app = app(&request)?;
            let bytes = read(&request, &mut payload, app.config.body_limit).await?;
            ruled(&app.schemas, object(&bytes)?, |_| ()).map(Self)
        })
    }
}

/// Nothing, or an empty object: what is sent where nothing is read would be ignored otherwise, and a typo with it.
pub struct NoBody;

impl FromRequest for NoBody {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = ApiResult<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !has_body(request) {
            return Box::pin(std::future::ready(Ok(Self)));
        }
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read(&request, &mut payload, app(&request)?.config.body_limit).await?;
            if bytes.is_empty() {
                return Ok(Self);
            }
            check_type(&request, &["application/json"], "accept-post")?;
            // What some clients send for nothing.
            if bytes.trim_ascii() == b"null" {
                return Ok(Self);
            }
            let fault = |(name, _): (String, Value)| {
                let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                Fault::field(pointer, "unknown_field", "is not a known field: there are none here")
            };
            ApiError::check(object(&bytes)?.into_iter().take(MAX_FAULTS).map(fault).collect())?;
            Ok(Self)
        })
    }
}

/// Before HTTP/2 a body has one of these headers (RFC 9112, 6.3). Many clients name the type of one that is not there.
fn has_body(request: &HttpRequest) -> bool {
    let has = |name: HeaderName, none: &str| request.headers().get(name).is_some_and(|value| value != none);
    let untold = request.version() > actix_web::http::Version::HTTP_11 && has(header::CONTENT_TYPE, "");
    untold || has(header::CONTENT_LENGTH, "0") || has(header::TRANSFER_ENCODING, "")
}

/// As [`Body`], where nothing sent is as good as an empty object.
pub struct MaybeBody<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for MaybeBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = ApiResult<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if has_body(request) {
            let body = Body::from_request(request, payload);
            return Box::pin(async move { body.await.map(|Body(value)| Self(value)) });
        }
        let empty = app(request).and_then(|app| typed(&app.schemas, Map::new()));
        Box::pin(std::future::ready(empty.map(Self)))
    }
}

/// A JSON merge patch (RFC 7396) of what a `T` writes: absent keeps, `null` clears, arrays replace.
pub struct Patch<T> {
    patch: Map<String, Value>,
    app: Data<App>,
    kind: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned + ToSchema> Patch<T> {
    /// What `current` becomes. The whole of it is checked, so that fields must fit one another afterwards, too.
    pub fn apply(&self, current: &T) -> ApiResult<T> {
        let value = Value::Object(self.merged(current)?);
        ApiError::check(self.faults(&value))?;
        read_as(&self.app.schemas, value)
    }

    /// As [`apply`](Self::apply), held against rules that take more than the body to know. What the schema refuses is told
    /// together with the rules that the rest breaks: what is refused counts as what it was.
    pub fn apply_held(&self, current: &T, rules: impl Fn(&T) -> Vec<Fault>) -> ApiResult<T> {
        let value = Value::Object(self.merged(current)?);
        let mut faults = self.faults(&value);
        if faults.is_empty() {
            let input = read_as(&self.app.schemas, value)?;
            ApiError::check(rules(&input))?;
            return Ok(input);
        }
        let refused: Vec<String> = faults.iter().map(top_field).collect();
        let mut rest = self.patch.clone();
        rest.retain(|name, _| !refused.contains(name));
        let rest = Self { patch: rest, app: self.app.clone(), kind: PhantomData };
        if let Ok(rest) = serde_json::from_value(Value::Object(rest.merged(current)?)) {
            faults.extend(rules(&rest).into_iter().filter(|fault| !refused.contains(&top_field(fault))));
        }
        Err(ApiError::faults(Code::InvalidFields, "field", faults))
    }

    /// What is wrong with it whatever it is applied to, for that is told before a precondition that fails. What is missing,
    /// and whether a field can be cleared, shows only when it is applied.
    fn check_alone(&self) -> ApiResult<()> {
        let said: Map<_, _> = self.patch.clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
        let mut faults = schema_faults::<T>(&self.app.schemas, &Value::Object(said));
        faults.retain(|fault| fault.code != "required" && !top_field(fault).is_empty());
        ApiError::check(faults)
    }

    /// What the schema refuses. A field that was stored while its schema was laxer may stay as it is.
    fn faults(&self, value: &Value) -> Vec<Fault> {
        let mut faults = schema_faults::<T>(&self.app.schemas, value);
        faults.retain(|fault| {
            let field = top_field(fault);
            field.is_empty() || fault.code == "required" || self.patch.contains_key(&field)
        });
        faults
    }

    /// As [`apply`](Self::apply), for a `T` with rules, as [`Ruled`] has it. `settle` draws from a change what follows
    /// of it.
    pub fn apply_ruled(&self, current: &T, settle: impl FnOnce(&mut T)) -> ApiResult<T>
    where
        T: Rules,
    {
        let value = Value::Object(self.merged(current)?);
        settled(&self.app.schemas, self.faults(&value), value, settle)
    }

    /// What it makes of nothing: a body that creates. Of a `T` with rules, as [`apply_ruled`](Self::apply_ruled).
    pub fn create_ruled(&self, settle: impl FnOnce(&mut T)) -> ApiResult<T>
    where
        T: Rules,
    {
        ruled(&self.app.schemas, self.patch.clone(), settle)
    }

    /// What it says of a field.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.patch.get(field)
    }

    fn merged(&self, current: &T) -> ApiResult<Map<String, Value>> {
        let mut value = serde_json::to_value(current).map_err(|error| ApiError::internal(&error))?;
        // To clear a field that is not there is a typo: left in, it is refused as unknown.
        let known = |name: &String| value.get(name).is_some();
        let unknown: Vec<_> =
            self.patch.keys().filter(|name| !known(name)).map(|name| (name.clone(), Value::Null)).collect();
        drop_nulls(&mut value);
        merge(&mut value, &self.patch);
        let Value::Object(mut object) = value else { return Err(ApiError::internal(&"a resource that is no object")) };
        for (name, null) in unknown {
            object.entry(name).or_insert(null);
        }
        Ok(object)
    }
}

impl<T: Serialize + DeserializeOwned + ToSchema> FromRequest for Patch<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = ApiResult<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_type(&request, &["application/merge-patch+json", "application/json"], "accept-patch")?;
            let app = app(&request)?.clone();
            let bytes = read(&request, &mut payload, app.config.body_limit).await?;
            let patch = Self { patch: object(&bytes)?, app, kind: PhantomData };
            if request.headers().contains_key(header::IF_MATCH) {
                patch.check_alone()?;
            }
            Ok(patch)
        })
    }
}

fn app(request: &HttpRequest) -> ApiResult<&Data<App>> {
    request.app_data::<Data<App>>().ok_or_else(|| ApiError::internal(&"the application is not in its own data"))
}

/// Refuses other media types, and says in the header `accept` which ones are read; compressed bodies are refused, too.
pub fn check_type(request: &HttpRequest, accepted: &[&str], accept: &'static str) -> ApiResult<()> {
    check_encoding(request)?;
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = given.split(';').next().unwrap_or("").trim();
    if accepted.iter().any(|media_type| media_type.eq_ignore_ascii_case(essence)) {
        return if essence.ends_with("json") { check_charset(given, accept) } else { Ok(()) };
    }
    let list = accepted.join(", ");
    let value = HeaderValue::from_str(&list).map_err(|error| ApiError::internal(&error))?;
    Err(ApiError::new(Code::UnsupportedMediaType, format!("send it with `Content-Type: {list}`"))
        .with(Fault::header("Content-Type", "not_allowed", format!("must be {}", accepted.join(" or "))))
        .header(HeaderName::from_static(accept), value))
}

/// RFC 8259, 8.1: JSON is UTF-8. It has no `charset`, but many clients name one.
fn check_charset(content_type: &str, accept: &'static str) -> ApiResult<()> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    // US-ASCII is a part of UTF-8.
    let known = |name: &str| ["utf-8", "utf8", "us-ascii"].iter().any(|known| known.eq_ignore_ascii_case(name));
    if charsets.all(|(_, value)| known(value.trim().trim_matches('"'))) {
        return Ok(());
    }
    Err(ApiError::new(Code::UnsupportedMediaType, "send JSON in UTF-8")
        .with(Fault::header("Content-Type", "not_allowed", "must name no charset but utf-8"))
        .header(HeaderName::from_static(accept), HeaderValue::from_static("application/json")))
}

/// RFC 9110, 8.4 and 15.5.16: only bodies as they are.
fn check_encoding(request: &HttpRequest) -> ApiResult<()> {
    let codings = request.headers().get_all(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    let identity = codings
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"));
    if identity {
        return Ok(());
    }
    let detail = "send the body without a content coding";
    Err(ApiError::new(Code::UnsupportedMediaType, detail)
        .with(Fault::header("Content-Encoding", "not_allowed", "must be identity, or absent"))
        .header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")))
}

/// The whole body, at most `limit` bytes of it.
pub async fn read(request: &HttpRequest, payload: &mut Payload, limit: usize) -> ApiResult<BytesMut> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: usize| length > limit) {
        return Err(too_large(limit));
    }
    let mut bytes = BytesMut::with_capacity(declared.unwrap_or(0));
    while let Some(chunk) = next(request, payload).await? {
        let chunk = chunk.map_err(|error| ApiError::new(Code::BadRequest, format!("the body broke off: {error}")))?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The next part of a body. A sender who falls silent is not waited for.
pub async fn next<S: Stream + Unpin>(request: &HttpRequest, stream: &mut S) -> ApiResult<Option<S::Item>> {
    let patience = app(request)?.config.request_timeout;
    tokio::time::timeout(patience, stream.next())
        .await
        .map_err(|_| ApiError::new(Code::RequestTimeout, "the body did not arrive in time"))
}

pub fn too_large(limit: usize) -> ApiError {
    ApiError::new(Code::TooLarge, format!("the body may have {limit} bytes at most"))
}

fn object(bytes: &[u8]) -> ApiResult<Map<String, Value>> {
    match strict_json::parse_object(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ApiError::new(Code::InvalidJson, "the body must be a JSON object")),
        Err(fault) => {
            let error = ApiError::new(Code::InvalidJson, fault.detail.clone());
            Err(error.with(Fault::field(fault.pointer.unwrap_or_default(), fault.code.name(), fault.detail)))
        }
    }
}

/// Checks against the published schema of `T`, then reads a `T`.
pub fn typed<T: DeserializeOwned + ToSchema>(schemas: &Schemas, object: Map<String, Value>) -> ApiResult<T> {
    let value = Value::Object(object);
    ApiError::check(schema_faults::<T>(schemas, &value))?;
    read_as(schemas, value)
}

/// The schema says all that the type does; should they ever differ, the client still hears what is wrong.
fn read_as<T: DeserializeOwned + ToSchema>(schemas: &Schemas, mut value: Value) -> ApiResult<T> {
    schemas.settle_instants(&T::name(), &mut value);
    serde_json::from_value(value).map_err(|error| ApiError::field("", "invalid", error.to_string()))
}

fn schema_faults<T: ToSchema>(schemas: &Schemas, value: &Value) -> Vec<Fault> {
    let found = schemas.check(&T::name(), value).err().unwrap_or_default();
    found.into_iter().map(|fault| Fault::field(fault.pointer, fault.code, fault.detail)).collect()
}

/// As [`typed`]; what the schema refuses is told together with the rules that the rest breaks.
pub fn ruled<T: DeserializeOwned + ToSchema + Rules>(
    schemas: &Schemas,
    object: Map<String, Value>,
    settle: impl FnOnce(&mut T),
) -> ApiResult<T> {
    let value = Value::Object(object);
    settled(schemas, schema_faults::<T>(schemas, &value), value, settle)
}

fn settled<T: DeserializeOwned + ToSchema + Rules>(
    schemas: &Schemas,
    mut faults: Vec<Fault>,
    value: Value,
    settle: impl FnOnce(&mut T),
) -> ApiResult<T> {
    if faults.is_empty() {
        let mut input: T = read_as(schemas, value)?;
        settle(&mut input);
        return Ok(input);
    }
    let refused: Vec<String> = faults.iter().map(top_field).collect();
    if let Some((mut rest, is_whole)) = readable::<T>(value, &refused) {
        settle(&mut rest);
        // Of the whole nothing can be said while a part of it is missing, nor what would be needed instead of that part.
        let told = |fault: &Fault| {
            fault.pointer.as_deref() == Some("")
                || refused.contains(&top_field(fault))
                || !is_whole && fault.code == "required"
        };
        faults.extend(rest.faults().into_iter().filter(|fault| !told(fault)));
    }
    Err(ApiError::faults(Code::InvalidFields, "field", faults))
}

/// The field at the top of the body that a fault is in.
fn top_field(fault: &Fault) -> String {
    let pointer = fault.pointer.as_deref().unwrap_or_default();
    pointer.split('/').nth(1).unwrap_or_default().replace("~1", "/").replace("~0", "~")
}

/// The body, or what is left of it without the fields that are refused, if that makes a `T` at all; and whether it is whole.
fn readable<T: DeserializeOwned>(value: Value, refused: &[String]) -> Option<(T, bool)> {
    if let Ok(whole) = T::deserialize(&value) {
        return Some((whole, true));
    }
    let Value::Object(mut rest) = value else { return None };
    rest.retain(|name, _| !refused.contains(name));
    let part = T::deserialize(&Value::Object(rest.clone())).ok().or_else(|| {
        // Most fields that a type cannot be without are texts.
        rest.extend(refused.iter().map(|name| (name.clone(), Value::from(""))));
        serde_json::from_value(Value::Object(rest)).ok()
    });
    part.map(|part| (part, false))
}

/// A field without a value and an absent one are the same to a schema's `required`.
fn drop_nulls(value: &mut Value) {
    if let Value::Object(object) = value {
        object.retain(|_, field| !field.is_null());
        object.values_mut().for_each(drop_nulls);
    }
}

/// RFC 7396, section 2.
fn merge(target: &mut Value, patch: &Map<String, Value>) {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(object) = target else { return };
    for (key, change) in patch {
        match change {
            Value::Null => {
                object.remove(key);
            }
            Value::Object(inner) => merge(object.entry(key.clone()).or_insert(Value::Null), inner),
            other => {
                object.insert(key.clone(), other.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of RFC 7396, appendix A, that have an object for a patch.
    #[test]
    fn merges_as_the_rfc_shows() {
        let cases = [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ];
        for (mut target, patch, result) in cases {
            merge(&mut target, patch.as_object().expect("an object"));
            assert_eq!(target, result);
        }
    }
}
