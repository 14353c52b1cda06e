use actix_web::web::Data;
use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::engine::{Draft, Mutual, check};
use super::model::{LintSettings, LintSettingsInput, RuleList};
use super::report::{LintField, Report};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, MessagesRead, MessagesWrite};
use crate::contacts::ContactId;
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Body, IdempotencyKey, IfMatch, Patch};
use crate::messages::{MessageChannel, MessagePurpose};
use crate::text::unix_lines;

/// A message to be held against the rules. Nothing of it is kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "channel": "email", "purpose": "introduction", "subject": "Fifteen minutes about computing?",
    "body": "Hi Ada,\n\nare there any openings at your company?\n\nBest,\nSam", "contact_name": "Ada Lovelace"
}))]
pub struct LintInput {
    pub channel: MessageChannel,
    /// What is not known to be anything else is read as a first message.
    pub purpose: Option<MessagePurpose>,
    #[schema(max_length = 65536)]
    pub subject: Option<String>,
    /// As long as that of a message may be.
    #[schema(max_length = 65536)]
    pub body: String,
    /// Whom it is for: their names, and that of whoever can introduce them, are taken from there.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    /// The name of whom it is for, where they are no contact yet.
    #[schema(max_length = 200, example = "Ada Lovelace")]
    pub contact_name: Option<String>,
    /// People whom both know.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub mutual_contacts: Vec<MutualContact>,
    /// Something shall be attached.
    #[serde(default)]
    pub has_attachments: bool,
}

/// Somebody whom seeker and contact both know.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MutualContact {
    #[schema(min_length = 1, max_length = 200, example = "Grace Hopper")]
    pub name: String,
    /// They said that their name may be used.
    pub may_use_name: bool,
}

/// Hold a message against the rules
///
/// The same message and settings give the same report, whatever its line breaks are; spans are offsets into the texts
/// as they were sent. Nothing is stored.
#[utoipa::path(tag = "lint", security(("bearer" = ["messages:read"])), request_body = LintInput, responses(
    (status = 200, description = "What the rules find", body = Report),
))]
#[post("/lint")]
pub async fn lint_message(
    app: Data<App>,
    access: Access<MessagesRead>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<LintInput>,
) -> ApiResult<Answer<Report>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        let known = service::known(tx, input.contact_id).await?;
        let mut names = known.names;
        names.extend(input.contact_name.clone());
        let given = input.mutual_contacts.iter();
        let given = given.map(|one| Mutual { name: one.name.clone(), may_use_name: one.may_use_name });
        let mut mutual: Vec<Mutual> = given.collect();
        // What the client says of somebody goes before what is not known of them.
        mutual.extend(
            known.mutual.into_iter().filter(|own| !input.mutual_contacts.iter().any(|one| one.name == own.name)),
        );
        // As a draft keeps them.
        let (subject, body) = (input.subject.as_deref().map(unix_lines), unix_lines(&input.body));
        let draft = Draft {
            channel: input.channel,
            purpose: input.purpose,
            subject: subject.as_deref(),
            body: &body,
            names: &names,
            mutual: &mutual,
            attachments: input.has_attachments,
        };
        let report = check(&known.rules, &draft).as_sent(LintField::Body, &input.body);
        Answer::ok(&report.as_sent(LintField::Subject, input.subject.as_deref().unwrap_or_default()))
    })
    .await
}

/// List the rules
///
/// With the reason and the source of each, as they stand in this workspace.
#[utoipa::path(tag = "lint", security(("bearer" = ["messages:read"])), responses(
    (status = 200, description = "All rules", body = RuleList),
))]
#[get("/lint/rules")]
pub async fn list_lint_rules(
    app: Data<App>,
    access: Access<MessagesRead>,
    _none: NoParams,
) -> ApiResult<Answer<RuleList>> {
    let settings = read(&app, &access).await?;
    Answer::ok(&settings.catalogue())
}

/// Read how the workspace wants the rules
#[utoipa::path(tag = "lint", security(("bearer" = ["messages:read"])), responses(
    (status = 200, description = "The settings", body = LintSettings, headers(("ETag" = String, description = "Their version"))),
))]
#[get("/lint/settings")]
pub async fn read_lint_settings(
    app: Data<App>,
    access: Access<MessagesRead>,
    _none: NoParams,
) -> ApiResult<Answer<LintSettings>> {
    let settings = read(&app, &access).await?;
    Answer::resource(settings.version, &settings)
}

async fn read(app: &App, access: &Access<MessagesRead>) -> ApiResult<LintSettings> {
    let workspace = access.workspace;
    let row = app.db.read(workspace, async |conn| store::find(conn, workspace).await).await?;
    Ok(row.map_or_else(LintSettings::untouched, LintSettings::from))
}

/// Change how the workspace wants the rules
///
/// Rules can be switched off or be taken more or less seriously, and thresholds moved. `null` gives a rule or a
/// threshold back to the catalogue.
#[utoipa::path(tag = "lint", security(("bearer" = ["messages:write"])), request_body = LintSettingsInput, responses(
    (status = 200, description = "The settings as they are now", body = LintSettings, headers(("ETag" = String, description = "Their version"))),
    (status = 412, description = "`precondition_failed`: the settings have another version"),
))]
#[patch("/lint/settings")]
pub async fn patch_lint_settings(
    app: Data<App>,
    access: Access<MessagesWrite>,
    if_match: IfMatch,
    _none: NoParams,
    patch: Patch<LintSettingsInput>,
) -> ApiResult<Answer<LintSettings>> {
    app.write(&access, async |tx| {
        let settings = service::patch(tx, &if_match, &patch).await?;
        Answer::resource(settings.version, &settings)
    })
    .await
}
