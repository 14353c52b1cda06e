//! Old ids of contacts: whoever asks for one is sent to the survivor.
use actix_web::Error;
use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use uuid::Uuid;

use super::store;
use crate::app::App;
use crate::auth::Caller;
use crate::contacts::ContactId;
use crate::error::ApiResult;

const CONTACTS: &str = "/v1/contacts/";

/// Answers 308 (RFC 9110, 15.4.9) where a contact is not found that was merged into another of the same workspace: for
/// every path below `/v1/contacts/{id}` and every method but `DELETE`, for whoever deletes a duplicate does not mean
/// the survivor. Whether the caller may ask at all was decided before: then the answer is 403.
pub async fn redirect<B: MessageBody + 'static>(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    if response.status() != StatusCode::NOT_FOUND || response.request().method() == Method::DELETE {
        return Ok(response.map_into_left_body());
    }
    match survivor(&app, &response).await {
        Ok(None) => Ok(response.map_into_left_body()),
        Ok(Some(location)) => {
            let moved = HttpResponse::PermanentRedirect().insert_header((header::LOCATION, location)).finish();
            Ok(response.into_response(moved).map_into_right_body())
        }
        Err(error) => Ok(response.error_response(error).map_into_right_body()),
    }
}

/// The same URL with the survivor's id.
async fn survivor<B>(app: &App, response: &ServiceResponse<B>) -> ApiResult<Option<String>> {
    let request = response.request();
    let Some(rest) = request.path().strip_prefix(CONTACTS) else { return Ok(None) };
    let (id, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (Ok(id), Ok(caller)) = (Uuid::try_parse(id), Caller::of(request)) else { return Ok(None) };
    let (workspace, id) = (caller.workspace, ContactId::from(id));
    let found = app.db.read(workspace, async |conn| store::survivor(conn, workspace, id).await).await?;
    let query = request.query_string();
    let joint = if query.is_empty() { "" } else { "?" };
    Ok(found.map(|survivor| format!("{CONTACTS}{survivor}{rest}{joint}{query}")))
}
