use actix_web::web::Data;
use actix_web::{delete, get, post, put};

use super::model::{MailAccount, MailAccountInput};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, WorkspaceRead, WorkspaceWrite};
use crate::error::ApiResult;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, IdempotencyKey, IfMatch, NoBody};

const PATH: &str = "/v1/mail-account";

/// Read the mail account that the workspace sends through
///
/// Without its password. While the workspace sends through the service's mail server, `version` is 0.
#[utoipa::path(tag = "messages", security(("bearer" = ["workspace:read"])), responses(
    (status = 200, description = "The account", body = MailAccount, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/mail-account")]
pub async fn read_mail_account(
    app: Data<App>,
    access: Access<WorkspaceRead>,
    _none: NoParams,
) -> ApiResult<Answer<MailAccount>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace).await).await?;
    let account = row.map(MailAccount::from).unwrap_or_default();
    Answer::resource(account.version, &account)
}

/// Give the workspace a mail account to send through
///
/// In place of the one before. A test mail goes through it to its own address; when that is taken, `verified_at` is set,
/// and messages go through it, from its address. Until then `send` is 409 `mail_account_unverified`, and what is scheduled
/// waits.
#[utoipa::path(tag = "messages", security(("bearer" = ["workspace:write"])), request_body = MailAccountInput, responses(
    (status = 200, description = "The account, changed", body = MailAccount, headers(("ETag" = String, description = "Its version"))),
    (status = 201, description = "The account, new", body = MailAccount),
    (status = 412, description = "`precondition_failed`: the account has another version"),
))]
#[put("/mail-account")]
pub async fn put_mail_account(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    if_match: IfMatch,
    _none: NoParams,
    Body(input): Body<MailAccountInput>,
) -> ApiResult<Answer<MailAccount>> {
    app.write(&access, async |tx| {
        let (account, fresh) = service::put(tx, &app, &if_match, input).await?;
        match fresh {
            true => Answer::created(PATH, account.version, &account),
            false => Answer::resource(account.version, &account),
        }
    })
    .await
}

/// Send through the service's mail server again
#[utoipa::path(tag = "messages", security(("bearer" = ["workspace:write"])), responses(
    (status = 204, description = "The account is forgotten, and its password with it"),
    (status = 404, description = "`not_found`: the workspace has no account"),
))]
#[delete("/mail-account")]
pub async fn delete_mail_account(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    if_match: IfMatch,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::delete(tx, &if_match).await).await?;
    Ok(Answer::no_content())
}

/// Try the mail account
///
/// A test mail goes through it to its own address; what comes of it stands at the account in a moment.
#[utoipa::path(tag = "messages", security(("bearer" = ["workspace:write"])), responses(
    (status = 202, description = "The account, as it is until then", body = MailAccount, headers(("ETag" = String, description = "Its version"))),
    (status = 404, description = "`not_found`: the workspace has no account"),
))]
#[post("/mail-account/verify")]
pub async fn verify_mail_account(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    _nothing: NoBody,
) -> ApiResult<Answer<MailAccount>> {
    app.post(&access, &key, b"", async |tx| {
        let account = service::try_again(tx).await?;
        Answer::accepted(PATH, account.version, &account)
    })
    .await
}
