//! Path and query parameters, read strictly: unknown ones are errors that name them, and all faults come at once.
use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;
use uuid::Uuid;

use super::schema::{FieldError, Schemas};
use crate::app::App;
use crate::error::{ApiError, ApiResult, Code, Fault};

/// The id in the path.
pub struct Id<T>(pub T);

impl<T: From<Uuid>> FromRequest for Id<T> {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(path_id(request, "id").map(|id| Self(id.into())))
    }
}

/// The UUID in the path segment `name`.
pub fn path_id(request: &HttpRequest, name: &str) -> ApiResult<Uuid> {
    let text = request.match_info().query(name);
    // Hyphenated alone, as the document has it: braces and `urn:uuid:` would be other addresses of the same.
    Uuid::try_parse(text).ok().filter(|_| text.len() == uuid::fmt::Hyphenated::LENGTH).ok_or_else(|| {
        // What has a path of its own, with other methods, is no id that is written wrong.
        let methods = request.app_data::<Data<App>>().map(|app| app.methods(request.path())).unwrap_or_default();
        if !methods.contains(&request.method().as_str()) {
            return ApiError::method_not_allowed(request.method(), request.path(), &methods);
        }
        let fault = Fault::parameter(name.to_owned(), "invalid_format", "must be a UUID");
        ApiError::faults(Code::InvalidParameter, "parameter", vec![fault])
    })
}

/// The query parameters, as the document describes those of `T`.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned + IntoParams + 'static> FromRequest for Params<T> {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read::<T>(request.query_string()).map(Self))
    }
}

/// No query parameters at all: without this a typo in one would be ignored.
pub struct NoParams;

impl FromRequest for NoParams {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        #[derive(serde::Deserialize, IntoParams)]
        struct Nothing {}
        if request.query_string().is_empty() {
            return ready(Ok(Self));
        }
        ready(read::<Nothing>(request.query_string()).map(|Nothing {}| Self))
    }
}

/// The parameters of one type: what each may be, and the schema that checks all of them.
struct Known {
    types: HashMap<String, Kind>,
    schemas: Schemas,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Integer,
    Boolean,
    List,
}

thread_local! {
    static KNOWN: RefCell<HashMap<TypeId, Rc<Known>>> = RefCell::default();
}

/// Reads a query string.
pub fn read<T: DeserializeOwned + IntoParams + 'static>(query: &str) -> ApiResult<T> {
    let known = known::<T>()?;
    let mut faults = Vec::new();
    let mut object = Map::new();
    // The parser below puts U+FFFD for what is not.
    let is_utf8 = percent_encoding::percent_decode_str(query).decode_utf8().is_ok();
    for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
        let kind = known.types.get(name.as_ref()).copied().unwrap_or(Kind::Text);
        if text.contains(char::REPLACEMENT_CHARACTER) && !is_utf8 {
            faults.push(Fault::parameter(name.as_ref(), "not_utf8", "must be UTF-8 behind its percent signs"));
            continue;
        }
        if text.contains('\0') {
            faults.push(Fault::parameter(name.as_ref(), "nul_character", "must not contain U+0000"));
            continue;
        }
        if kind == Kind::List {
            let list = object.entry(name.as_ref()).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.push(Value::from(text.as_ref()));
            }
        } else if object.insert(name.to_string(), typed(kind, &text)).is_some() {
            faults.push(Fault::parameter(name.as_ref(), "duplicate", "may be given once"));
        }
    }
    let value = Value::Object(object);
    if let Err(found) = known.schemas.check("Query", &value) {
        faults.extend(found.into_iter().map(in_parameter));
    }
    if !faults.is_empty() {
        return Err(ApiError::faults(Code::InvalidParameter, "parameter", faults));
    }
    serde_json::from_value(value)
        .map_err(|error| ApiError::new(Code::InvalidParameter, format!("a parameter cannot be read: {error}")))
}

/// Text that does not fit stays text, and the schema names it.
fn typed(kind: Kind, text: &str) -> Value {
    match kind {
        Kind::Integer => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
        Kind::Boolean => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
        Kind::Text | Kind::List => Value::from(text),
    }
}

fn in_parameter(fault: FieldError) -> Fault {
    let name = fault.pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
    Fault::parameter(name.replace("~1", "/").replace("~0", "~"), fault.code, fault.detail)
}

fn known<T: IntoParams + 'static>() -> ApiResult<Rc<Known>> {
    if let Some(known) = KNOWN.with_borrow(|all| all.get(&TypeId::of::<T>()).cloned()) {
        return Ok(known);
    }
    let known = Rc::new(compile::<T>()?);
    KNOWN.with_borrow_mut(|all| all.insert(TypeId::of::<T>(), Rc::clone(&known)));
    Ok(known)
}

fn compile<T: IntoParams>() -> ApiResult<Known> {
    let mut types = HashMap::new();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in T::into_params(|| Some(ParameterIn::Query)) {
        let mut schema = serde_json::to_value(&parameter.schema).map_err(|error| ApiError::internal(&error))?;
        if schema["format"] == "date-time" {
            schema["format"] = json!("any-date-time");
        }
        types.insert(parameter.name.clone(), kind(&schema));
        if parameter.required == utoipa::openapi::Required::True {
            required.push(parameter.name.clone());
        }
        properties.insert(parameter.name, schema);
    }
    let query = json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    });
    let document = json!({ "components": { "schemas": { "Query": query } } });
    let schemas = Schemas::compile(&document, &["Query"]).map_err(|error| ApiError::internal(&error))?;
    Ok(Known { types, schemas })
}

fn kind(schema: &Value) -> Kind {
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one.as_str()],
        _ => Vec::new(),
    };
    if types.contains(&"array") {
        Kind::List
    } else if types.contains(&"integer") {
        Kind::Integer
    } else if types.contains(&"boolean") {
        Kind::Boolean
    } else {
        Kind::Text
    }
}
