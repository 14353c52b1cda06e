//! Access tokens as sessions get them.
use uuid::Uuid;

use super::jwt::{Audience, Claims};
use super::scope::Scopes;
use crate::app::App;
use crate::db::WorkspaceId;
use crate::error::ApiResult;

/// Who a token of a session says it is for: Inroad's own sign-in is the only client so far.
const CLIENT: &str = "inroad";

/// Signs a token (RFC 9068) for one session in one workspace, as long as the configuration says.
pub async fn access_token(
    app: &App,
    user: Uuid,
    workspace: WorkspaceId,
    session: Uuid,
    scopes: Scopes,
) -> ApiResult<String> {
    let now = app.now();
    let claims = Claims {
        iss: app.base_url.clone(),
        sub: user.to_string(),
        aud: Audience::One(app.base_url.clone()),
        exp: (now + app.config.access_token_lifetime).timestamp(),
        iat: now.timestamp(),
        nbf: None,
        jti: Uuid::new_v4().to_string(),
        client_id: CLIENT.to_owned(),
        scope: scopes.to_string(),
        wsp: Some(workspace.into()),
        sid: Some(session),
        act: None,
    };
    app.keys.sign(app, &claims).await
}
