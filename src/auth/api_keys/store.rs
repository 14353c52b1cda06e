//! The statements of API keys. Who is not an owner of the workspace sees their own: `of`.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{ApiKeyId, ApiKeyRow, SecretRow};
use crate::auth::verify::{Credential, KEY_LIFETIME};
use crate::auth::{Scopes, token};
use crate::db::schema::{api_key_secrets, api_keys, workspaces};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, OnConstraint};
use crate::sort::{Position, keyset};

/// `api_keys_created_by_fkey` says that its maker was removed a moment ago.
pub async fn insert(mut conn: &Conn, row: &ApiKeyRow) -> ApiResult<()> {
    let inserted = diesel::insert_into(api_keys::table).values(row).execute(&mut conn).await;
    let gone = || ApiError::new(Code::InvalidToken, "you are no member of the workspace any more");
    inserted.on_constraint("api_keys_created_by_fkey", gone).map(drop)
}

pub async fn insert_secret(mut conn: &Conn, row: &SecretRow) -> ApiResult<()> {
    diesel::insert_into(api_key_secrets::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// The newest first.
pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    of: Option<Uuid>,
    from: Option<&Position>,
    fetch: i64,
) -> ApiResult<Vec<ApiKeyRow>> {
    let mut rows = ApiKeyRow::query().filter(api_keys::workspace_id.eq(workspace)).into_boxed();
    if let Some(user) = of {
        rows = rows.filter(api_keys::created_by.eq(user));
    }
    let rows = keyset!(rows, true, api_keys::id, from.map(|from| from.id));
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: ApiKeyId, of: Option<Uuid>) -> ApiResult<ApiKeyRow> {
    let own = api_keys::workspace_id.eq(workspace).and(api_keys::id.eq(id));
    let mut row = ApiKeyRow::query().filter(own).into_boxed();
    if let Some(user) = of {
        row = row.filter(api_keys::created_by.eq(user));
    }
    Ok(row.first(&mut conn).await?)
}

pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: ApiKeyId) -> ApiResult<()> {
    let row = api_keys::table.find((workspace, id)).select(api_keys::id).for_update();
    row.first::<ApiKeyId>(&mut conn).await?;
    Ok(())
}

/// How many there are; who adds one waits for who adds another.
pub async fn lock_count(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<i64> {
    let own = workspaces::table.find(workspace).select(workspaces::id).for_no_key_update();
    own.first::<Uuid>(&mut conn).await?;
    Ok(api_keys::table.filter(api_keys::workspace_id.eq(workspace)).count().get_result(&mut conn).await?)
}

pub async fn update(mut conn: &Conn, row: &ApiKeyRow) -> ApiResult<()> {
    diesel::update(api_keys::table.find((row.workspace_id, row.id))).set(row).execute(&mut conn).await?;
    Ok(())
}

/// The present secret works until then; those that were replaced before it as long as was said then, unless this one ends
/// `now`: then somebody else has it, and may have those.
pub async fn retire_secrets(
    mut conn: &Conn,
    row: &ApiKeyRow,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> ApiResult<()> {
    let own = api_key_secrets::workspace_id.eq(row.workspace_id).and(api_key_secrets::api_key_id.eq(row.id));
    let all = until <= now;
    let over =
        api_key_secrets::valid_until.is_not_null().and(api_key_secrets::valid_until.le(now).or(all.into_sql::<Bool>()));
    diesel::delete(api_key_secrets::table.filter(own).filter(over)).execute(&mut conn).await?;
    diesel::update(api_key_secrets::table.filter(own).filter(api_key_secrets::valid_until.is_null()))
        .set(api_key_secrets::valid_until.eq(until))
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId, id: ApiKeyId) -> ApiResult<()> {
    diesel::delete(api_keys::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

/// Deletes the keys that the user made; tells ids and versions.
pub async fn delete_of(mut conn: &Conn, workspace: WorkspaceId, user: Uuid) -> ApiResult<Vec<(ApiKeyId, i32)>> {
    let theirs = api_keys::workspace_id.eq(workspace).and(api_keys::created_by.eq(user));
    let deleted = diesel::delete(api_keys::table.filter(theirs)).returning((api_keys::id, api_keys::version));
    Ok(deleted.get_results(&mut conn).await?)
}

/// What a secret vouches for, and when it was last used. Crosses workspaces by nature: a program says only its secret.
pub async fn credential(
    mut conn: &Conn,
    text: &str,
    now: DateTime<Utc>,
) -> ApiResult<Option<(Credential, Option<DateTime<Utc>>)>> {
    let joined =
        api_keys::workspace_id.eq(api_key_secrets::workspace_id).and(api_keys::id.eq(api_key_secrets::api_key_id));
    let good = api_key_secrets::valid_until.is_null().or(api_key_secrets::valid_until.gt(now));
    let row: Option<(ApiKeyRow, Option<DateTime<Utc>>)> = api_key_secrets::table
        .inner_join(api_keys::table.on(joined))
        .filter(api_key_secrets::token_hash.eq(token::hash(text).as_slice()))
        .filter(good)
        .select((ApiKeyRow::as_select(), api_key_secrets::valid_until))
        .first(&mut conn)
        .await
        .optional()?;
    Ok(row.map(|(key, valid_until)| {
        let ends = [key.expires_at, valid_until].into_iter().flatten().min();
        let credential = Credential {
            user: key.created_by,
            workspace: key.workspace_id.into(),
            id: key.id.into(),
            scopes: Scopes::of_names(&key.scopes),
            expires_at: ends.map_or(now + KEY_LIFETIME, |ends| ends.min(now + KEY_LIFETIME)),
        };
        (credential, key.last_used_at)
    }))
}

pub async fn note_use(mut conn: &Conn, key: &Credential, now: DateTime<Utc>) -> ApiResult<()> {
    let own = api_keys::table.find((WorkspaceId::vouched(key.workspace), ApiKeyId::from(key.id)));
    diesel::update(own).set(api_keys::last_used_at.eq(now)).execute(&mut conn).await?;
    Ok(())
}
