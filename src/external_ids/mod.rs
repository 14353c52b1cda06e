//! Other systems' ids of our resources: one resource per system and id.
mod store;

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::schema::formats;

pub use self::store::{find, insert_many, owners};

/// What a system may be called.
pub const SYSTEM: &str = "^[A-Za-z0-9_.-]{1,64}$";

/// Characters of an id.
pub const LONGEST_ID: usize = 255;

/// System → id.
pub type ExternalIds = BTreeMap<String, String>;

/// `external_ids` as the document describes them.
pub fn described() -> Value {
    json!({
        "type": "object",
        "description": "This resource in other systems: the system's name to the id there.",
        "maxProperties": 20,
        "propertyNames": { "pattern": SYSTEM },
        "additionalProperties": { "type": "string", "minLength": 1, "maxLength": LONGEST_ID },
        "example": { "crm": "4711" },
    })
}

/// A body that is written by an external id may name that id, and no other one of that system.
pub fn check_path(written: Option<&Value>, system: &str, id: &str) -> ApiResult<()> {
    let same = |written: &Value| written.as_str() == Some(id);
    match written.and_then(|ids| ids.get(system)) {
        Some(written) if !same(written) => {
            let detail = format!("must be `{id}`, as in the URL, or left out");
            Err(ApiError::field(format!("/external_ids/{system}"), "not_allowed", detail))
        }
        _ => Ok(()),
    }
}

/// The system and the id of a path that ends in `/{system}/{id}`.
pub struct ExternalId {
    pub system: String,
    pub id: String,
}

impl FromRequest for ExternalId {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = |name| percent_decode_str(request.match_info().query(name)).decode_utf8().unwrap_or_default();
        let (system, id) = (text("system").into_owned(), text("id").into_owned());
        let mut faults = Vec::new();
        if !is_system(&system) {
            let detail = "must be 1 to 64 of the characters A to Z, a to z, 0 to 9, `_`, `.` and `-`";
            faults.push(Fault::parameter("system", "invalid_format", detail));
        }
        // What is not UTF-8 has U+FFFD in it by now.
        let is_utf8 = percent_decode_str(request.uri().path()).decode_utf8().is_ok();
        if !is_id(&id) || !is_utf8 {
            let detail = format!("must be 1 to {LONGEST_ID} characters of UTF-8, without control characters");
            faults.push(Fault::parameter("id", "invalid_format", detail));
        }
        let wrong = (!faults.is_empty()).then(|| ApiError::faults(Code::InvalidParameter, "parameter", faults));
        ready(wrong.map_or(Ok(Self { system, id }), Err))
    }
}

/// Whether this may be an id in this system.
pub fn is_one(system: &str, id: &str) -> bool {
    is_system(system) && is_id(id)
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.chars().count()) && formats::one_line(text)
}

/// As [`SYSTEM`] has it.
fn is_system(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// Makes the table say what the resource's column says.
pub async fn replace(
    conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    id: Uuid,
    before: &ExternalIds,
    after: &ExternalIds,
) -> ApiResult<()> {
    if before == after { Ok(()) } else { rewrite(conn, workspace, resource, id, after).await }
}

/// Makes the table say this of a resource, whatever it said before.
pub async fn rewrite(
    conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    id: Uuid,
    after: &ExternalIds,
) -> ApiResult<()> {
    store::delete(conn, workspace, id).await?;
    for (system, external_id) in after {
        if !store::insert(conn, workspace, resource, id, system, external_id).await? {
            let other = find(conn, workspace, resource, system, external_id).await?;
            return Err(taken(resource, system, external_id, other));
        }
    }
    Ok(())
}

/// Whether an upsert may have failed because another took the id, or what goes with it, at the same moment: done again
/// it finds what the other one made, or tells of the same conflict.
pub fn overtaken(error: &ApiError) -> bool {
    matches!(error.code, Code::ExternalIdTaken | Code::CompanyExists | Code::NotFound)
}

fn taken(resource: &str, system: &str, external_id: &str, other: Option<Uuid>) -> ApiError {
    let other = other.map_or_else(|| "another one".to_owned(), |id| id.to_string());
    let detail = format!("`{external_id}` in `{system}` is the {resource} {other}");
    let fault = Fault::field(format!("/external_ids/{system}"), "taken", detail.clone());
    ApiError::new(Code::ExternalIdTaken, detail).with(fault)
}
