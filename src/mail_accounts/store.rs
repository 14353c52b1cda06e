//! Every statement about mail accounts, each within one workspace.
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::AccountRow;
use crate::changes::Kind;
use crate::db::schema::mail_accounts;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::Table;

pub async fn find(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Option<AccountRow>> {
    let own = mail_accounts::workspace_id.eq(workspace);
    Ok(AccountRow::query().filter(own).first(&mut conn).await.optional()?)
}

/// The address that the workspace's messages come from, if it has an account of its own.
pub async fn address(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Option<String>> {
    let own = mail_accounts::table.filter(mail_accounts::workspace_id.eq(workspace));
    Ok(own.select(mail_accounts::address).first(&mut conn).await.optional()?)
}

/// The row, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<Option<AccountRow>> {
    let own = mail_accounts::workspace_id.eq(workspace);
    Ok(AccountRow::query().filter(own).for_update().first(&mut conn).await.optional()?)
}

/// Writes the row, over the one of the same workspace if there is one.
pub async fn put(mut conn: &Conn, row: &AccountRow) -> ApiResult<()> {
    diesel::insert_into(mail_accounts::table)
        .values(row)
        .on_conflict(mail_accounts::workspace_id)
        .do_update()
        .set(row)
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub async fn delete(mut conn: &Conn, workspace: WorkspaceId) -> ApiResult<()> {
    let own = mail_accounts::workspace_id.eq(workspace);
    diesel::delete(mail_accounts::table.filter(own)).execute(&mut conn).await?;
    Ok(())
}

/// All accounts that have a password, for encrypting it anew.
pub async fn all(mut conn: &Conn) -> ApiResult<Vec<AccountRow>> {
    Ok(AccountRow::query().filter(mail_accounts::password.ne(Vec::new())).load(&mut conn).await?)
}

/// As an archive takes it: without the password, and so not to be used until it is given one.
pub const ACCOUNTS: Table = Table {
    name: "mail_accounts",
    columns: &["version", "created_at", "updated_at", "host", "port", "security", "username", "address", "name"],
    created: Some(Kind::MailAccountUpdated),
    ..Table::NONE
};
