//! From a text and a contact to what can be sent: what was filled from where, what is missing, and what the rules say.
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::{self, TemplateInput};
use super::engine::{self, Facts, Rendered, Value, place};
use super::facts::{self, Connector, Told};
use super::variables;
use crate::changes::Tx;
use crate::contacts::{self, ContactId, ContactRow};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::lint::{self, LintField, Mutual, Report};
use crate::meetings::{self, Meeting, MeetingId};
use crate::messages::{MessageChannel, MessagePurpose};
use crate::text::unix_lines;
use crate::{companies, introductions, profile};

/// What a text is filled with, besides what the workspace knows.
#[derive(Debug, Default)]
pub struct Filling {
    pub contact_id: Option<ContactId>,
    pub connector_id: Option<ContactId>,
    pub meeting_id: Option<MeetingId>,
    pub values: BTreeMap<String, String>,
}

/// As the document describes `values`.
pub fn values() -> serde_json::Value {
    serde_json::json!({
        "type": "object",
        "description": "Values by the names of variables. They go before what is known, and are the only ones that \
            `note.…` has.",
        "maxProperties": 50,
        "additionalProperties": { "type": "string", "maxLength": 4096, "format": "multi-line" },
        "example": { "note.topic": "the move from teaching to modelling" },
    })
}

/// A text that was filled.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rendering {
    #[schema(value_type = Option<Uuid>)]
    pub template_id: Option<super::TemplateId>,
    /// The version that the text is of: `POST /v1/messages` takes both, so that the message remembers them.
    #[schema(example = 1)]
    pub template_version: Option<i32>,
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    pub purpose: MessagePurpose,
    pub channel: MessageChannel,
    pub language: String,
    pub subject: Option<String>,
    /// Where a variable has no value it stands itself, as `{{ contact.first_name }}`.
    pub body: String,
    /// Nothing is missing.
    pub complete: bool,
    /// The variables that had a value where the text asked for one.
    pub filled: Vec<FilledVariable>,
    /// Those that had none and no fallback.
    pub missing: Vec<MissingVariable>,
    /// What the rules of outreach say of it.
    pub lint: Report,
}

/// A variable that was filled, and from where.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilledVariable {
    #[schema(example = "contact.first_name")]
    pub variable: String,
    /// Items of a list are separated by `, `.
    #[schema(example = "Ada")]
    pub value: String,
    /// The kind of resource it comes from: `contact`, `company`, `meeting`, `profile`; `request` is the call itself,
    /// `clock` the day, `example` the invented one.
    #[schema(example = "contact")]
    pub resource: String,
    pub resource_id: Option<Uuid>,
    /// A JSON pointer (RFC 6901) into it.
    #[schema(example = "/given_name")]
    pub field: String,
}

/// A variable that could not be filled.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingVariable {
    #[schema(example = "company.name")]
    pub variable: String,
    /// In which text it is.
    pub text: LintField,
    /// Where the template names it first.
    #[schema(minimum = 1, example = 3)]
    pub line: u32,
    #[schema(minimum = 1, example = 12)]
    pub column: u32,
    /// `no_value`, or `no_permission` where a name is known that nobody said may be used.
    #[schema(example = "no_value")]
    pub code: String,
    #[schema(example = "the contact has no `positions`")]
    pub detail: String,
    /// Where its value would come from.
    #[schema(example = "contact")]
    pub resource: String,
    pub resource_id: Option<Uuid>,
    #[schema(example = "/positions")]
    pub field: String,
}

/// The text to fill, and where it comes from.
pub struct Source<'a> {
    pub template: Option<(super::TemplateId, i32)>,
    pub text: &'a TemplateInput,
}

/// Fills a text that is known to be right.
pub async fn render(tx: &mut Tx<'_>, source: Source<'_>, input: &Filling) -> ApiResult<Rendering> {
    let text = source.text;
    check_values(&input.values)?;
    let meeting = match input.meeting_id {
        None => None,
        Some(id) => Some(appointment(tx, id, input.contact_id).await?),
    };
    // A meeting says with whom it is.
    let contact_id = input.contact_id.or(meeting.as_ref().and_then(|meeting| meeting.contact_ids.first().copied()));
    let contact = match contact_id {
        None => None,
        Some(id) => Some(known(tx, id, "/contact_id").await?),
    };
    let told = Told { meeting, ..gather(tx, contact.as_ref(), input).await? };
    let mut facts = match told.contact {
        None => facts::example(&text.language).with_custom(used(text)),
        Some(_) => Facts::gather(&told, &text.language, tx.now),
    };
    input.values.iter().for_each(|(path, value)| facts.give(path, &unix_lines(value)));
    let facts = Arc::new(facts);
    let body = fill("/body", &text.body, &facts)?;
    let subject = text.subject.as_deref().map(|subject| fill("/subject", subject, &facts)).transpose()?;
    let subject = subject.map(|filled| Rendered { text: one_line(&filled.text), ..filled });
    let texts = [
        (LintField::Subject, text.subject.as_deref(), subject.as_ref()),
        (LintField::Body, Some(text.body.as_str()), Some(&body)),
    ];
    let missing = missing(&texts, &facts, &told);
    let names = match (&contact, facts.known.get("contact.name")) {
        (Some(contact), _) => contact.names(),
        (None, Some(name)) => vec![shown(&name.value)],
        (None, None) => Vec::new(),
    };
    let mutual = mutual(&told, input);
    let lint = lint::report_of(
        tx,
        contact.as_ref(),
        &names,
        mutual,
        (text.channel, Some(text.purpose)),
        (subject.as_ref().map(|filled| filled.text.as_str()), &body.text),
    )
    .await?;
    Ok(Rendering {
        template_id: source.template.map(|(id, _)| id),
        template_version: source.template.map(|(_, version)| version),
        contact_id,
        meeting_id: input.meeting_id,
        purpose: text.purpose,
        channel: text.channel,
        language: text.language.clone(),
        complete: missing.is_empty(),
        filled: filled(subject.iter().chain([&body]), &facts),
        missing,
        subject: subject.map(|filled| filled.text),
        body: body.text,
        lint,
    })
}

fn check_values(values: &BTreeMap<String, String>) -> ApiResult<()> {
    let unknown = values.keys().filter(|name| variables::find(name).is_none());
    let fault = |name: &String| {
        let pointer = format!("/values/{}", name.replace('~', "~0").replace('/', "~1"));
        Fault::field(pointer, "unknown_variable", "is not a variable; `GET /v1/templates/variables` lists them")
    };
    ApiError::check(unknown.map(fault).collect())
}

async fn known(tx: &mut Tx<'_>, id: ContactId, pointer: &'static str) -> ApiResult<ContactRow> {
    let found = contacts::find(tx.conn, tx.workspace, id).await?;
    found.ok_or_else(|| ApiError::field(pointer, "not_found", "is not a contact of this workspace"))
}

/// The meeting, which must be with the contact, if one is named.
async fn appointment(tx: &mut Tx<'_>, id: MeetingId, contact: Option<ContactId>) -> ApiResult<Meeting> {
    let found = meetings::read_many(tx.conn, tx.workspace, &[id]).await?.pop();
    let found =
        found.ok_or_else(|| ApiError::field("/meeting_id", "not_found", "is not a meeting of this workspace"))?;
    if contact.is_some_and(|contact| !found.contact_ids.contains(&contact)) {
        return Err(ApiError::field("/meeting_id", "not_found", "is not a meeting with this contact"));
    }
    Ok(found)
}

async fn gather(tx: &mut Tx<'_>, contact: Option<&ContactRow>, input: &Filling) -> ApiResult<Told> {
    if let Some(id) = input.connector_id {
        known(tx, id, "/connector_id").await?;
    }
    let Some(row) = contact else { return Ok(Told::default()) };
    let introducers = introductions::introducers(tx.conn, tx.workspace, row.id).await?;
    let named = introducers.first().map(|(id, _)| *id);
    let chosen = input.connector_id.or(row.connector_id).or(named);
    let ids: Vec<ContactId> = std::iter::once(row.id).chain(chosen).collect();
    let mut shown = contacts::show(tx.conn, tx.workspace, &ids).await?.into_iter();
    let contact = shown.next().ok_or_else(ApiError::not_found)?;
    let connector = shown.next().map(|contact| {
        let may_use_name = introducers.iter().any(|(id, may)| *id == contact.id && *may);
        Connector { contact, may_use_name }
    });
    let company = facts::current(&contact).and_then(|(_, position)| position.company_id);
    let company = match company {
        Some(id) => companies::one(tx.conn, tx.workspace, id).await?,
        None => None,
    };
    let profile = profile::find(tx.conn, tx.workspace).await?;
    Ok(Told { contact: Some(contact), company, connector, meeting: None, profile: Some(profile) })
}

/// The connector that this text is about: what the caller says of the name goes before what is noted.
fn mutual(told: &Told, input: &Filling) -> Vec<Mutual> {
    let given = ["connector.name", "connector.first_name"].iter().any(|path| input.values.contains_key(*path));
    let connector = told.connector.iter().filter(|_| input.connector_id.is_some() || given);
    let mutual = |one: &Connector| Mutual { name: one.contact.name.clone(), may_use_name: one.may_use_name };
    connector.map(mutual).collect()
}

fn used(text: &TemplateInput) -> Vec<String> {
    let texts = [text.subject.as_deref().unwrap_or_default(), text.body.as_str()];
    let uses = texts.iter().flat_map(|text| engine::check(text).unwrap_or_default());
    uses.map(|one| one.variable).collect()
}

fn fill(pointer: &'static str, source: &str, facts: &Arc<Facts>) -> ApiResult<Rendered> {
    engine::render(source, facts).map_err(|problem| {
        let fault = api::fault(pointer, source, &problem);
        let detail = format!("the template cannot be filled for this contact: {}", fault.detail);
        ApiError::new(Code::TemplateFailed, detail).with(fault)
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn filled<'a>(texts: impl Iterator<Item = &'a Rendered>, facts: &Facts) -> Vec<FilledVariable> {
    let mut names: Vec<&String> = texts.flat_map(|text| &text.filled).collect();
    names.sort_unstable();
    names.dedup();
    let filled = names.into_iter().filter_map(|name| {
        let fact = facts.known.get(name)?;
        Some(FilledVariable {
            variable: name.clone(),
            value: shown(&fact.value),
            resource: fact.source.resource.to_owned(),
            resource_id: fact.source.id,
            field: fact.source.field.clone(),
        })
    });
    filled.collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(list) => list.join(", "),
        Value::Number(number) => number.to_string(),
    }
}

fn missing(texts: &[(LintField, Option<&str>, Option<&Rendered>)], facts: &Facts, told: &Told) -> Vec<MissingVariable> {
    let mut all = Vec::new();
    for (field, source, rendered) in texts {
        let (Some(source), Some(rendered)) = (source, rendered) else { continue };
        let uses = engine::check(source).unwrap_or_default();
        for name in &rendered.missing {
            let at = uses.iter().find(|one| one.variable == *name).map_or(0, |one| one.at);
            all.push(missing_one(name, *field, place(source, at), facts, told));
        }
    }
    all
}

fn missing_one(name: &str, text: LintField, at: (u32, u32), facts: &Facts, told: &Told) -> MissingVariable {
    let (resource, field) = facts::origin(name);
    let (code, detail) = match facts.withheld.get(name) {
        Some(why) => ("no_permission", (*why).to_owned()),
        None if name.starts_with("connector") && told.connector.is_none() => {
            ("no_value", "nobody is known who named or introduced the contact".to_owned())
        }
        None if resource == "meeting" && told.meeting.is_none() => {
            ("no_value", format!("say which meeting it is, by `meeting_id`, or give it in `values`: {name:?}"))
        }
        None if resource == "request" => ("no_value", format!("give it in `values`: {:?}", name)),
        None => ("no_value", format!("the {resource} has no `{}`", field.trim_start_matches('/'))),
    };
    let resource_id = match resource {
        "contact" if name.starts_with("connector") => told.connector.as_ref().map(|one| one.contact.id.into()),
        "contact" => told.contact.as_ref().map(|one| one.id.into()),
        "company" => told.company.as_ref().map(|one| one.id.into()),
        "meeting" => told.meeting.as_ref().map(|one| one.id.into()),
        _ => None,
    };
    MissingVariable {
        variable: name.to_owned(),
        text,
        line: at.0,
        column: at.1,
        code: code.to_owned(),
        detail,
        resource: resource.to_owned(),
        resource_id,
        field,
    }
}
