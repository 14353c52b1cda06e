use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, post};
use chrono::Duration;
use secrecy::ExposeSecret;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{AddressRow, InboundResult};
use super::signature::{self, Signed};
use super::{addresses, mail, receive, store};
use crate::app::App;
use crate::changes::Actor;
use crate::error::{ApiError, ApiResult, Code};
use crate::http::body::{self, check_type};
use crate::http::{Answer, Params};

/// How often it is noted that an address is used.
const NOTED: Duration = Duration::minutes(1);

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InboundQuery {
    /// The id of the address at which it is handed in.
    #[param(example = "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e")]
    address: Uuid,
}

/// Hand in a mail
///
/// The raw mail (RFC 5322), signed with the secret of the address as Standard Webhooks have it: `webhook-signature` is
/// `v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`. An answer is placed by what it
/// answers (`In-Reply-To`, `References`), else by who wrote it. A bounce marks its message, a machine's answer counts as
/// none. The same mail twice is one.
#[utoipa::path(tag = "messages", params(InboundQuery,
        ("webhook-id" = String, Header, description = "Whatever names this delivery.", max_length = 256),
        ("webhook-timestamp" = String, Header, description = "Seconds since 1970, at most five minutes from now.", max_length = 20),
        ("webhook-signature" = String, Header, description = "`v1,<base64>`, several separated by blanks.", max_length = 1024)),
    request_body(content = String, content_type = "message/rfc822", description = "The mail, as it came in"),
    responses(
    (status = 200, description = "What became of it", body = InboundResult),
    (status = 401, description = "`invalid_signature`: there is no such address, the signature is not its secret's, or it is too old"),
    (status = 413, description = "`too_large`: `GET /v1/limits` says how large a mail may be"),
    (status = 422, description = "`unreadable_mail`: it is no mail"),
))]
#[post("/inbound/email")]
pub async fn receive_email(
    app: Data<App>,
    request: HttpRequest,
    Params(query): Params<InboundQuery>,
    payload: Payload,
) -> ApiResult<Answer<InboundResult>> {
    let signed = Signed::read(request.headers(), app.now())?;
    let found = app.db.lookup(async |conn| store::find_anywhere(conn, query.address.into()).await).await?;
    let address = found.ok_or_else(signature::bad)?;
    check_type(&request, &["message/rfc822"], "accept-post")?;
    let raw = body::read(&request, &mut payload.into_inner(), app.config.inbound_limit).await?.freeze();
    if !signed.is_by(&secret(&app, &address)?, &raw) {
        return Err(signature::bad());
    }
    let read = raw.clone();
    // Off the threads that serve: a mail may be large. One that its reader stumbles over is none.
    let read = web::block(move || mail::read(&read)).await.ok().flatten();
    let mail = read.ok_or_else(|| ApiError::new(Code::UnreadableMail, "the body is no mail as RFC 5322 has it"))?;
    let id = app.new_id();
    let result = app
        .write_as(address.workspace_id, Actor::Job, async |tx| {
            if address.last_used_at.is_none_or(|at| tx.now - at > NOTED) {
                store::note_use(tx.conn, &address, tx.now).await?;
            }
            receive::receive(tx, id, &raw, mail).await
        })
        .await?;
    Answer::ok(&result)
}

fn secret(app: &App, address: &AddressRow) -> ApiResult<Vec<u8>> {
    let id = address.id.to_string();
    let place = addresses::place_of(address.workspace_id.into(), &id);
    let plain = app.ring.open(&place, &address.secret).map_err(|error| ApiError::internal(&error))?;
    Ok(plain.expose_secret().clone())
}
