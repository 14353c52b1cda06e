use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Data;
use actix_web::{get, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{Erasure, PersonExport};
use super::service;
use crate::app::App;
use crate::audit;
use crate::auth::{
    Access, ContactsRead, ContactsWrite, FollowUpsRead, ImportsRead, IntroductionsRead, MeetingsRead, MessagesRead,
    ResearchRead,
};
use crate::contacts::ContactId;
use crate::db::Conn;
use crate::error::ApiResult;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, NoBody, Params};

/// Export all that is held about one person
///
/// One document: the contact, live or in the trash, with what points at it and what happened to it. It asks for the
/// scopes to read all of that.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "All that is held", body = PersonExport),
))]
#[get("/contacts/{id}/export")]
pub async fn export_contact(
    app: Data<App>,
    access: Access<ContactsRead>,
    Id(id): Id<ContactId>,
    _none: NoParams,
) -> ApiResult<Answer<PersonExport>> {
    access.require::<ImportsRead>()?;
    access.require::<IntroductionsRead>()?;
    access.require::<MessagesRead>()?;
    access.require::<FollowUpsRead>()?;
    access.require::<MeetingsRead>()?;
    access.require::<ResearchRead>()?;
    let workspace = access.workspace;
    let read = async |conn: &mut Conn| service::export(&app, conn, workspace, id).await;
    let export = app.db.snapshot(workspace, read).await?;
    audit::taken(&app, &access, audit::Kind::PersonExported, id).await?;
    let name = format!("attachment; filename=\"contact-{id}.json\"");
    Answer::ok(&export)?.secret().header(CONTENT_DISPOSITION, &name)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct EraseParams {
    /// Do everything and take it back.
    dry_run: bool,
}

/// Erase a person for good
///
/// A contact's own right. The contact goes, live or in the trash, with the messages to and from them and the notes
/// about them; introductions keep their shape with an anonymous node; imports do not bring the person back. Texts about
/// others that name the person are listed for you to edit. It cannot be undone, and asks for a sign-in within the last
/// ten minutes.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = Uuid, Path), EraseParams),
    responses(
    (status = 200, description = "What went, and what is left to edit", body = Erasure),
    (status = 401, description = "`credential_missing`, `invalid_token` or `reauthentication_required`"),
))]
#[post("/contacts/{id}/erase")]
pub async fn erase_contact(
    app: Data<App>,
    access: Access<ContactsWrite>,
    Id(id): Id<ContactId>,
    key: IdempotencyKey,
    Params(params): Params<EraseParams>,
    _nothing: NoBody,
) -> ApiResult<Answer<Erasure>> {
    access.require_recent(app.now())?;
    let fingerprint = [uuid::Uuid::from(id).as_bytes(), &[u8::from(params.dry_run)][..]].concat();
    app.post(&access, &key, &fingerprint, async |tx| {
        if params.dry_run {
            let tried = tx.rehearse(async |tx| service::erase(&app, tx, id).await).await?;
            return Answer::ok(&Erasure { dry_run: true, ..tried });
        }
        Answer::ok(&service::erase(&app, tx, id).await?)
    })
    .await
}
