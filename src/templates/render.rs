//! Templates and texts filled, over HTTP.
use std::collections::BTreeMap;

use actix_web::post;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api::{Template, TemplateInput, english};
use super::model::{TemplateId, TemplateRow};
use super::rendering::{self, Filling, Rendering, Source};
use super::store;
use crate::app::App;
use crate::auth::{Access, Caller, ContactsRead, MeetingsRead, TemplatesRead};
use crate::changes::Tx;
use crate::contacts::ContactId;
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::body::MaybeBody;
use crate::http::idempotency::fingerprint;
use crate::http::params::NoParams;
use crate::http::{Answer, Id, IdempotencyKey, Ruled, Rules};
use crate::meetings::MeetingId;
use crate::messages::{MessageChannel, MessagePurpose};
use crate::text::lines;

/// What a template is filled with.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "contact_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e",
    "values": { "note.topic": "the move from teaching to modelling" }
}))]
pub struct TemplateRenderInput {
    /// Which version of the text; the newest, unless said otherwise.
    #[schema(minimum = 1)]
    pub version: Option<i32>,
    /// Whom it is for. Without one it is filled from an invented example.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    /// Who named or can introduce them; unless said otherwise the contact's connector, else whoever named them last.
    /// The name is used only where that person said that it may be.
    #[schema(value_type = Option<Uuid>)]
    pub connector_id: Option<ContactId>,
    /// The meeting that it is about, for `meeting.…`. Without a `contact_id` it is for the first whom that is with.
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, String>,
}

/// A text that is no template yet, and what it is filled with.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "purpose": "introduction", "channel": "linkedin_note",
    "body": "Hi {{ contact.first_name }}, I {{ note.reason }}. Could we talk for 15 minutes?"
}))]
pub struct TextRenderInput {
    pub purpose: MessagePurpose,
    pub channel: MessageChannel,
    /// BCP 47. Dates are written out in English only; other languages get digits.
    #[serde(default = "english")]
    #[schema(format = "language", max_length = 35, example = "en")]
    pub language: String,
    /// Of an e-mail.
    #[schema(format = "one-line", max_length = 500)]
    pub subject: Option<String>,
    #[serde(deserialize_with = "lines")]
    #[schema(
        format = "multi-line",
        min_length = 1,
        max_length = 20000,
        pattern = r"\S",
        example = "Hi {{ contact.first_name }}, …"
    )]
    pub body: String,
    /// Whom it is for. Without one it is filled from an invented example.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    /// Who named or can introduce them; unless said otherwise the contact's connector, else whoever named them last.
    /// The name is used only where that person said that it may be.
    #[schema(value_type = Option<Uuid>)]
    pub connector_id: Option<ContactId>,
    /// The meeting that it is about, for `meeting.…`. Without a `contact_id` it is for the first whom that is with.
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, String>,
}

impl TextRenderInput {
    fn text(&self) -> TemplateInput {
        TemplateInput {
            name: "text".to_owned(),
            purpose: self.purpose,
            channel: self.channel,
            language: self.language.clone(),
            audience: None,
            description: None,
            subject: self.subject.clone(),
            body: self.body.clone(),
        }
    }
}

impl Rules for TextRenderInput {
    fn faults(&self) -> Vec<Fault> {
        self.text().faults()
    }
}

/// What is known of people takes the scope to read them.
fn may_read(caller: &Caller, filling: &Filling) -> ApiResult<()> {
    if filling.meeting_id.is_some() {
        caller.require::<MeetingsRead>()?;
    } else if filling.contact_id.is_none() && filling.connector_id.is_none() {
        return Ok(());
    }
    caller.require::<ContactsRead>()
}

/// Fill a template for a contact, and perhaps a meeting
///
/// Nothing is kept. `POST /v1/messages` makes a draft of the result. A variable without a value leaves no hole: it
/// stands in the text itself, `missing` tells where its value would come from, and the rules call it a placeholder. The
/// body may be left out: the template is then filled from an invented example. Takes `contacts:read`, too,
/// for a contact, and `meetings:read` for a meeting.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:read"])), params(("id" = Uuid, Path)),
    request_body = TemplateRenderInput, responses(
    (status = 200, description = "The text, what was filled from where, what is missing, and what the rules say", body = Rendering),
    (status = 422, description = "`template_failed`: the template cannot be filled with what is known of this contact"),
))]
#[post("/templates/{id}/render")]
pub async fn render_template(
    app: Data<App>,
    access: Access<TemplatesRead>,
    Id(id): Id<TemplateId>,
    key: IdempotencyKey,
    _none: NoParams,
    MaybeBody(input): MaybeBody<TemplateRenderInput>,
) -> ApiResult<Answer<Rendering>> {
    let print = fingerprint(&input)?;
    let TemplateRenderInput { version, contact_id, connector_id, meeting_id, values } = input;
    let filling = Filling { contact_id, connector_id, meeting_id, values };
    may_read(&access, &filling)?;
    app.post(&access, &key, &print, async |tx| {
        let (text, version) = text_of(tx, id, version).await?;
        let source = Source { template: Some((id, version)), text: &text };
        Answer::ok(&rendering::render(tx, source, &filling).await?)
    })
    .await
}

/// The newest version of a template, filled.
pub async fn fill_newest(tx: &mut Tx<'_>, id: TemplateId, filling: &Filling) -> ApiResult<Rendering> {
    let unknown = |error: ApiError| match error.code {
        Code::NotFound => ApiError::field("/template_id", "not_found", "is not a template of this workspace"),
        _ => error,
    };
    let (text, version) = text_of(tx, id, None).await.map_err(unknown)?;
    rendering::render(tx, Source { template: Some((id, version)), text: &text }, filling).await
}

/// A text that is no template, filled.
pub async fn fill_text(tx: &mut Tx<'_>, text: &TemplateInput, filling: &Filling) -> ApiResult<Rendering> {
    rendering::render(tx, Source { template: None, text }, filling).await
}

/// What a template says, or said in a version.
async fn text_of(tx: &mut Tx<'_>, id: TemplateId, version: Option<i32>) -> ApiResult<(TemplateInput, i32)> {
    let row: TemplateRow = store::find(tx.conn, tx.workspace, id).await?;
    match version {
        None => {
            let version = row.text_version;
            Ok((Template::from(row).into(), version))
        }
        Some(version) => {
            let then = store::version(tx.conn, tx.workspace, id, version).await?;
            let then =
                then.ok_or_else(|| ApiError::field("/version", "not_found", "the template has no such version"))?;
            Ok((then.into(), version))
        }
    }
}

/// Fill a text that is no template yet
///
/// As a template's text would be: to try it before it is kept. Takes `contacts:read`, too, for a contact, and
/// `meetings:read` for a meeting.
#[utoipa::path(tag = "templates", security(("bearer" = ["templates:read"])), request_body = TextRenderInput, responses(
    (status = 200, description = "The text, what was filled from where, what is missing, and what the rules say", body = Rendering),
    (status = 422, description = "`template_failed`: the text cannot be filled with what is known of this contact"),
))]
#[post("/templates/render")]
pub async fn render_text(
    app: Data<App>,
    access: Access<TemplatesRead>,
    key: IdempotencyKey,
    _none: NoParams,
    Ruled(input): Ruled<TextRenderInput>,
) -> ApiResult<Answer<Rendering>> {
    let (print, text) = (fingerprint(&input)?, input.text());
    let TextRenderInput { contact_id, connector_id, meeting_id, values, .. } = input;
    let filling = Filling { contact_id, connector_id, meeting_id, values };
    may_read(&access, &filling)?;
    app.post(&access, &key, &print, async |tx| {
        ApiError::check(text.faults())?;
        Answer::ok(&fill_text(tx, &text, &filling).await?)
    })
    .await
}
