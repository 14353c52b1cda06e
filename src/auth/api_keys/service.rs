//! What can happen to a key, inside the caller's transaction.
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::model::{ApiKey, ApiKeyId, ApiKeyInput, ApiKeyRow, NewApiKey, RotateInput, SecretRow};
use super::store;
use crate::audit;
use crate::auth::token::{OpaqueToken, Prefix};
use crate::auth::{Caller, Role, Scopes, members};
use crate::changes::{Kind, Tx};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::http::limits::API_KEYS;
use crate::http::{IfMatch, Patch};

/// Characters of a secret behind its prefix that may be seen.
const HINT: usize = 4;

/// Whose keys somebody sees: an owner everybody's, others their own.
pub fn seen_by(caller: &Caller) -> Option<Uuid> {
    (caller.role != Role::Owner).then_some(caller.user)
}

pub fn new_secret() -> ApiResult<OpaqueToken> {
    OpaqueToken::generate(Prefix::LiveKey).map_err(|error| ApiError::internal(&error))
}

pub async fn create(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: ApiKeyId,
    secret: &OpaqueToken,
    input: ApiKeyInput,
) -> ApiResult<NewApiKey> {
    ApiError::check(faults(&input, caller.role.scopes(), tx.now))?;
    if store::lock_count(tx.conn, tx.workspace).await? >= API_KEYS {
        let detail = format!("a workspace has at most {API_KEYS} API keys: revoke some first");
        return Err(ApiError::new(Code::TooManyApiKeys, detail));
    }
    let row = ApiKeyRow {
        workspace_id: tx.workspace,
        id,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        name: input.name.trim().to_owned(),
        scopes: Scopes::of_names(&input.scopes).names(),
        created_by: caller.user,
        hint: hint(secret),
        expires_at: input.expires_at,
        rotated_until: None,
        last_used_at: None,
    };
    store::insert(tx.conn, &row).await?;
    store::insert_secret(tx.conn, &secret_row(&row, secret)).await?;
    tx.record(Kind::ApiKeyCreated, id, 1, Vec::new());
    tx.audit(audit::Kind::ApiKeyCreated, id, Vec::new());
    Ok(shown(row, secret))
}

/// A change of nothing leaves the version as it is.
pub async fn patch(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: ApiKeyId,
    if_match: &IfMatch,
    patch: &Patch<ApiKeyInput>,
) -> ApiResult<ApiKey> {
    let mut row = lock(tx, caller, id, if_match).await?;
    let before = ApiKey::from(row.clone());
    // What it has, it may keep: a role that fell bounds the key by itself, and one that has expired can be renamed.
    let maker = members::role(tx.conn, tx.workspace, row.created_by).await?;
    let most = maker.map_or(Scopes::NONE, Role::scopes).and(caller.role.scopes());
    let allowed = most.or(Scopes::of_names(&row.scopes));
    let (known, now) = (row.expires_at, tx.now);
    let input = patch.apply_held(&ApiKeyInput::from(&row), |input| {
        let expires_at = input.expires_at.filter(|at| Some(*at) != known);
        faults(&ApiKeyInput { expires_at, ..input.clone() }, allowed, now)
    })?;
    row.name = input.name.trim().to_owned();
    row.scopes = Scopes::of_names(&input.scopes).names();
    row.expires_at = input.expires_at;
    let changed = fields::changed(&before, &ApiKey::from(row.clone()));
    if changed.is_empty() {
        return Ok(before);
    }
    (row.version, row.updated_at) = (row.version + 1, tx.now);
    store::update(tx.conn, &row).await?;
    tx.record(Kind::ApiKeyUpdated, id, row.version, changed.clone());
    tx.audit(audit::Kind::ApiKeyChanged, id, changed);
    Ok(row.into())
}

pub async fn rotate(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: ApiKeyId,
    if_match: &IfMatch,
    secret: &OpaqueToken,
    input: &RotateInput,
) -> ApiResult<NewApiKey> {
    let mut row = lock(tx, caller, id, if_match).await?;
    let until = tx.now + TimeDelta::seconds(input.overlap);
    store::retire_secrets(tx.conn, &row, until, tx.now).await?;
    store::insert_secret(tx.conn, &secret_row(&row, secret)).await?;
    row.hint = hint(secret);
    row.rotated_until = Some(until);
    (row.version, row.updated_at) = (row.version + 1, tx.now);
    store::update(tx.conn, &row).await?;
    let changed = vec!["hint".to_owned(), "rotated_until".to_owned()];
    tx.record(Kind::ApiKeyRotated, id, row.version, changed);
    tx.audit(audit::Kind::ApiKeyRotated, id, Vec::new());
    Ok(shown(row, secret))
}

pub async fn revoke(tx: &mut Tx<'_>, caller: &Caller, id: ApiKeyId, if_match: &IfMatch) -> ApiResult<()> {
    let row = lock(tx, caller, id, if_match).await?;
    store::delete(tx.conn, tx.workspace, id).await?;
    gone(tx, id, row.version);
    Ok(())
}

/// Revokes the keys of a member who leaves.
pub async fn revoke_of(tx: &mut Tx<'_>, user: Uuid) -> ApiResult<()> {
    for (id, version) in store::delete_of(tx.conn, tx.workspace, user).await? {
        gone(tx, id, version);
    }
    Ok(())
}

fn gone(tx: &mut Tx<'_>, id: ApiKeyId, version: i32) {
    tx.record(Kind::ApiKeyDeleted, id, version + 1, Vec::new());
    tx.audit(audit::Kind::ApiKeyRevoked, id, Vec::new());
}

async fn lock(tx: &mut Tx<'_>, caller: &Caller, id: ApiKeyId, if_match: &IfMatch) -> ApiResult<ApiKeyRow> {
    store::lock(tx.conn, tx.workspace, id).await?;
    let row = store::find(tx.conn, tx.workspace, id, seen_by(caller)).await?;
    if_match.check(row.version)?;
    Ok(row)
}

fn faults(input: &ApiKeyInput, allowed: Scopes, now: DateTime<Utc>) -> Vec<Fault> {
    let beyond = |name: &str| Scopes::parse(name).and(allowed) == Scopes::NONE;
    let mut faults = Vec::new();
    if input.name.trim().is_empty() {
        faults.push(Fault::field("/name", "required", "must not be blank"));
    }
    for (at, _) in input.scopes.iter().enumerate().filter(|(_, name)| beyond(name)) {
        faults.push(Fault::field(
            format!("/scopes/{at}"),
            "not_allowed",
            "is more than the role of its maker, or your own, allows",
        ));
    }
    if input.expires_at.is_some_and(|at| at <= now) {
        faults.push(Fault::field("/expires_at", "out_of_range", "must be in the future"));
    }
    faults
}

fn hint(secret: &OpaqueToken) -> String {
    secret.expose().chars().take(Prefix::LiveKey.as_str().len() + HINT).collect()
}

fn secret_row(row: &ApiKeyRow, secret: &OpaqueToken) -> SecretRow {
    let (workspace_id, api_key_id) = (row.workspace_id, row.id);
    SecretRow { workspace_id, token_hash: secret.hash().to_vec(), api_key_id, valid_until: None }
}

fn shown(row: ApiKeyRow, secret: &OpaqueToken) -> NewApiKey {
    NewApiKey { api_key: row.into(), key: secret.expose().to_owned() }
}
