use std::collections::HashMap;
use std::fs::File;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use futures_util::TryStreamExt;
use serde_json::Value;

use super::archive::Archive;
use super::foreign::ForeignProperties;
use super::params::{TableQuery, VcardQuery, VcardsQuery};
use super::resources::{Resource, id_of};
use super::restore;
use super::spool::{self, Spool};
use super::{csv, store, vcard};
use crate::app::App;
use crate::attachments::{self, AttachmentId};
use crate::audit;
use crate::auth::{Access, ContactsRead, ExportsRead};
use crate::contacts::{self, Contact, ContactId, ListQuery};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::http::params::NoParams;
use crate::http::{Id, Paging, Params};
use crate::saved_views::{self, ViewResource};
use crate::transfer;

const VCARD: &str = "text/vcard; charset=utf-8";
const CSV: &str = "text/csv; charset=utf-8; header=present";

/// Read one contact as a vCard
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:read"])), params(("id" = Uuid, Path), VcardQuery), responses(
    (status = 200, description = "The card (RFC 6350, or RFC 2426)", body = String, content_type = "text/vcard"),
))]
#[get("/contacts/{id}/vcard")]
pub async fn read_vcard(
    app: Data<App>,
    access: Access<ContactsRead>,
    Id(id): Id<ContactId>,
    Params(query): Params<VcardQuery>,
) -> ApiResult<HttpResponse> {
    let workspace = access.workspace;
    let read = async |conn: &Conn| {
        let contact = contacts::one(conn, workspace, id).await?;
        Ok((contact, transfer::extras(conn, workspace, &[id]).await?))
    };
    let (contact, extras) = app.db.read(workspace, read).await?;
    let foreign = ForeignProperties::read(extras.get(&id).map_or(&[][..], Vec::as_slice));
    Ok(HttpResponse::Ok()
        .content_type(VCARD)
        .insert_header(("content-disposition", format!("attachment; filename=\"{id}.vcf\"")))
        .body(vcard::card(&contact, foreign, query.version)))
}

/// Export contacts as vCards
///
/// All of them, or those that the filters of the list leave, in its order.
#[utoipa::path(tag = "exports", security(("bearer" = ["exports:read"])), params(VcardsQuery), responses(
    (status = 200, description = "The cards (RFC 6350, or RFC 2426), one after the other", body = String,
        content_type = "text/vcard"),
))]
#[get("/exports/contacts.vcf")]
pub async fn export_vcards(
    app: Data<App>,
    access: Access<ExportsRead>,
    Params(query): Params<VcardsQuery>,
    request: HttpRequest,
    mut paging: Paging,
) -> ApiResult<HttpResponse> {
    let (workspace, view) = (access.workspace, query.list.view);
    let query = saved_views::apply(&app, workspace, ViewResource::Contacts, view, query, &request, &mut paging).await?;
    let version = query.version;
    let card = move |contact: &Contact, extras: &Extras| {
        let foreign = ForeignProperties::read(extras.get(&contact.id).map_or(&[][..], Vec::as_slice));
        vcard::card(contact, foreign, version)
    };
    let file = written(&app, workspace, query.list, String::new(), card).await?;
    audit::taken(&app, &access, audit::Kind::DataExported, workspace).await?;
    spool::attachment(file, VCARD, "contacts.vcf")
}

/// Export contacts as a table
///
/// All of them, or those that the filters of the list leave, in its order. A cell that a table program would take for a
/// formula begins with an apostrophe.
#[utoipa::path(tag = "exports", security(("bearer" = ["exports:read"])), params(TableQuery), responses(
    (status = 200, description = "A header and a line per contact (RFC 4180), in UTF-8", body = String,
        content_type = "text/csv"),
))]
#[get("/exports/contacts.csv")]
pub async fn export_csv(
    app: Data<App>,
    access: Access<ExportsRead>,
    Params(query): Params<TableQuery>,
    request: HttpRequest,
    mut paging: Paging,
) -> ApiResult<HttpResponse> {
    let (workspace, view) = (access.workspace, query.list.view);
    let query = saved_views::apply(&app, workspace, ViewResource::Contacts, view, query, &request, &mut paging).await?;
    let row = |contact: &Contact, _: &Extras| csv::row(contact);
    let file = written(&app, workspace, query.list, csv::header(), row).await?;
    audit::taken(&app, &access, audit::Kind::DataExported, workspace).await?;
    spool::attachment(file, CSV, "contacts.csv")
}

/// What sources have of contacts and Inroad has no field for.
type Extras = HashMap<ContactId, Vec<(String, Value)>>;

/// A file with a text for each contact of the list, all of one moment.
async fn written(
    app: &App,
    workspace: WorkspaceId,
    list: ListQuery,
    head: String,
    text: impl Fn(&Contact, &Extras) -> String + Copy + Send + 'static,
) -> ApiResult<File> {
    let _turn = spool::turn(workspace).await?;
    let mut spool = Spool::new()?;
    spool.write(&head)?;
    app.db
        .write(workspace, async |conn| {
            store::freeze(conn).await?;
            let mut from = None;
            loop {
                let (page, last) = contacts::page(conn, workspace, &list, from.as_ref()).await?;
                let ids: Vec<ContactId> = page.iter().map(|contact| contact.id).collect();
                let extras = transfer::extras(conn, workspace, &ids).await?;
                let written = tokio::task::spawn_blocking(move || {
                    let all: String = page.iter().map(|contact| text(contact, &extras)).collect();
                    spool.write(&all).map(|()| spool)
                });
                spool = written.await.map_err(|error| ApiError::internal(&error))??;
                if last.is_none() {
                    return spool.finish();
                }
                from = last;
            }
        })
        .await
}

/// Export the workspace
///
/// An archive with a file of JSON lines per resource, a manifest with counts and checksums, and the attachments' files
/// (`attachments/{id}`). `POST /v1/imports` takes it
/// into another workspace. It asks for a sign-in within the last ten minutes.
#[utoipa::path(tag = "exports", security(("bearer" = ["exports:read"])), responses(
    (status = 200, description = "The archive", body = Vec<u8>, content_type = "application/zip"),
))]
#[get("/exports/workspace.zip")]
pub async fn export_workspace(app: Data<App>, access: Access<ExportsRead>, _none: NoParams) -> ApiResult<HttpResponse> {
    access.require_recent(app.now())?;
    let _turn = spool::turn(access.workspace).await?;
    let (workspace, mut archive) = (access.workspace, Archive::new()?);
    let (mut archive, files) = app
        .db
        .write(workspace, async |conn| {
            store::freeze(conn).await?;
            let mut files: Vec<AttachmentId> = Vec::new();
            for resource in Resource::ALL {
                archive.begin(resource.name())?;
                let mut after = None;
                loop {
                    let (rows, last) = resource.page(conn, workspace, after).await?;
                    after = last;
                    if resource.has_files() {
                        files.extend(
                            rows.iter().filter_map(|row| id_of(row.as_object()?, "id")).map(AttachmentId::from),
                        );
                    }
                    // Compressing is work for a processor: other requests of this thread go on meanwhile.
                    let written = tokio::task::spawn_blocking(move || archive.lines(&rows).map(|()| archive));
                    archive = written.await.map_err(|error| ApiError::internal(&error))??;
                    if after.is_none() {
                        break;
                    }
                }
            }
            archive.close();
            Ok((archive, files))
        })
        .await?;
    // Files are added when the database is no more waited for.
    for id in files {
        let Some(mut content) = attachments::content(&app, workspace, id).await? else { continue };
        archive.begin_file(&restore::file_name(id))?;
        while let Some(piece) = content.try_next().await.map_err(|error| ApiError::unavailable(&error))? {
            let written = tokio::task::spawn_blocking(move || archive.bytes(&piece).map(|()| archive));
            archive = written.await.map_err(|error| ApiError::internal(&error))??;
        }
    }
    let file = tokio::task::spawn_blocking(move || archive.finish()).await;
    let file = file.map_err(|error| ApiError::internal(&error))??;
    audit::taken(&app, &access, audit::Kind::DataExported, workspace).await?;
    spool::attachment(file, super::ZIP, "workspace.zip")
}
