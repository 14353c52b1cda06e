//! The addresses at which mail is handed in, and their secrets.
use actix_web::web::Data;
use actix_web::{delete, get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{AddressRow, InboundAddress, InboundAddressId, InboundAddressInput, NewInboundAddress};
use super::store;
use crate::app::App;
use crate::auth::secrets::{KeyRing, Place};
use crate::auth::{Access, WorkspaceRead, WorkspaceWrite, random};
use crate::changes::Kind;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, DEFAULT_LIMIT};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, Paging, Params};
use crate::sort::Position;
use crate::{audit, page};

page! {
    /// A page of addresses.
    InboundAddressPage of InboundAddress
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AddressQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
}

impl Default for AddressQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None }
    }
}

/// Make an address at which a mail hook hands mail in
///
/// Its secret is shown this once.
#[utoipa::path(tag = "messages", security(("bearer" = ["workspace:write"])), request_body = InboundAddressInput, responses(
    (status = 201, description = "The address, and its secret", body = NewInboundAddress),
))]
#[post("/inbound-addresses")]
pub async fn create_inbound_address(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<InboundAddressInput>,
) -> ApiResult<Answer<NewInboundAddress>> {
    let id: InboundAddressId = app.new_id();
    let secret = random::<32>().map_err(|error| ApiError::internal(&error))?;
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let place = id.to_string();
        let sealed = app.ring.seal(&place_of(tx.workspace.into(), &place), secret.as_slice());
        let row = AddressRow {
            workspace_id: tx.workspace,
            id,
            version: 1,
            created_at: tx.now,
            updated_at: tx.now,
            name: input.name.trim().to_owned(),
            secret: sealed.map_err(|error| ApiError::internal(&error))?,
            last_used_at: None,
        };
        store::insert(tx.conn, &row).await?;
        tx.record(Kind::InboundAddressCreated, id, 1, Vec::new());
        tx.audit(audit::Kind::InboundAddressCreated, id, Vec::new());
        let address = InboundAddress::new(row, &app.base_url);
        let secret = format!("whsec_{}", BASE64.encode(secret.as_slice()));
        let answer = NewInboundAddress { address, secret };
        Ok(Answer::created(&format!("/v1/inbound-addresses/{id}"), 1, &answer)?.secret())
    })
    .await
}

/// List the addresses at which mail is handed in, newest first
#[utoipa::path(tag = "messages", security(("bearer" = ["workspace:read"])), params(AddressQuery), responses(
    (status = 200, description = "A page of addresses", body = InboundAddressPage),
))]
#[get("/inbound-addresses")]
pub async fn list_inbound_addresses(
    app: Data<App>,
    access: Access<WorkspaceRead>,
    Params(query): Params<AddressQuery>,
    paging: Paging,
) -> ApiResult<Answer<InboundAddressPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let (workspace, fetch) = (access.workspace, i64::from(query.limit) + 1);
    let mut rows =
        app.db.read(workspace, async |conn| store::list(conn, workspace, from.as_ref(), fetch).await).await?;
    let at = |row: &AddressRow| Position { id: row.id.into(), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    let data = rows.into_iter().map(|row| InboundAddress::new(row, &app.base_url)).collect();
    paging.answer(&InboundAddressPage { data, next_cursor })
}

/// Read an address at which mail is handed in
#[utoipa::path(tag = "messages", security(("bearer" = ["workspace:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The address", body = InboundAddress, headers(("ETag" = String, description = "Its version"))),
))]
#[get("/inbound-addresses/{id}")]
pub async fn read_inbound_address(
    app: Data<App>,
    access: Access<WorkspaceRead>,
    Id(id): Id<InboundAddressId>,
    _none: NoParams,
) -> ApiResult<Answer<InboundAddress>> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace, id).await).await?;
    Answer::resource(row.version, &InboundAddress::new(row, &app.base_url))
}

/// Delete an address at which mail is handed in
///
/// For good, and at once: what its hook hands in is refused.
#[utoipa::path(tag = "messages", security(("bearer" = ["workspace:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
))]
#[delete("/inbound-addresses/{id}")]
pub async fn delete_inbound_address(
    app: Data<App>,
    access: Access<WorkspaceWrite>,
    Id(id): Id<InboundAddressId>,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| {
        if !store::delete(tx.conn, tx.workspace, id).await? {
            return Err(ApiError::not_found());
        }
        tx.record(Kind::InboundAddressDeleted, id, 2, Vec::new());
        tx.audit(audit::Kind::InboundAddressDeleted, id, Vec::new());
        Ok(())
    })
    .await?;
    Ok(Answer::no_content())
}

/// Where the secret of an address is sealed.
pub fn place_of(workspace: uuid::Uuid, row: &str) -> Place<'_> {
    Place { table: "inbound_addresses", column: "secret", workspace: Some(workspace), row }
}

/// Encrypts under the first key what is not, and says how many that were.
pub async fn rekey(conn: &Conn, ring: &KeyRing) -> ApiResult<usize> {
    use secrecy::ExposeSecret;
    let mut count = 0;
    for row in store::secrets(conn).await?.into_iter().filter(|row| ring.needs_rekey(&row.secret)) {
        let id = row.id.to_string();
        let place = place_of(row.workspace_id.into(), &id);
        let plain = ring.open(&place, &row.secret).map_err(|error| ApiError::internal(&error))?;
        let sealed = ring.seal(&place, plain.expose_secret()).map_err(|error| ApiError::internal(&error))?;
        store::set_secret(conn, &row, &sealed).await?;
        count += 1;
    }
    Ok(count)
}
