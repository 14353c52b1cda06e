//! Thanks for a meeting: a draft with one specific thing of the debrief in it.
use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Debrief;
use super::service;
use crate::changes::Tx;
use crate::contacts::ContactId;
use crate::error::{ApiError, ApiResult, Code};
use crate::http::IfMatch;
use crate::insights::{Insight, InsightConfidence};
use crate::meetings::model::{MeetingId, MeetingRow};
use crate::meetings::service::{Locked, live};
use crate::meetings::words::MeetingState;
use crate::messages::{self, Message, MessageChannel, MessageDirection, MessageId, MessageInput, MessagePurpose};
use crate::profile;
use crate::templates::{self, Filling, TemplateId, TemplateInput};
use crate::text::filled;

const SUBJECT: &str = "Thank you for {{ meeting.starts_at|weekday|default(\"your time\") }}";
const LETTER: &str = "Hi {{ contact.first_name|default(\"there\") }},

Thank you for talking with me{% if meeting.starts_at %} on {{ meeting.starts_at|weekday }}{% endif %}. What you said \
stays with me, above all {{ note.takeaway }}.

{% if note.next_step %}
{{ note.next_step|capitalize }}. I will let you know how it goes.

{% endif %}
With many thanks{% if seeker.signature %},
{{ seeker.signature }}{% endif %}";
const NOTE: &str = "Hi {{ contact.first_name|default(\"there\") }}, thank you for our conversation. What you said stays \
with me, above all {{ note.takeaway }}.{% if note.next_step %} {{ note.next_step|capitalize }}.{% endif %}\
{% if seeker.first_name %} {{ seeker.first_name }}{% endif %}";

/// Whom to thank, by what way, and for what.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "channel": "email" }))]
pub struct ThanksInput {
    /// The first of the meeting's contacts, unless said otherwise.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    /// E-mail, unless said otherwise, or what the template is for.
    pub channel: Option<MessageChannel>,
    /// A template of the workspace, instead of the text that Inroad has. `note.takeaway` and `note.next_step` are filled
    /// from the debrief.
    #[schema(value_type = Option<Uuid>)]
    pub template_id: Option<TemplateId>,
    /// One specific thing to say thank you for, as it goes on after "above all"; that of the debrief, unless said
    /// otherwise.
    #[schema(format = "one-line", max_length = 500)]
    pub takeaway: Option<String>,
}

pub async fn draft(
    tx: &mut Tx<'_>,
    new_id: MessageId,
    host: &str,
    account_name: &str,
    id: MeetingId,
    input: ThanksInput,
) -> ApiResult<Message> {
    let Locked { row, with } = live(tx, id, &IfMatch::default()).await?;
    if row.state != MeetingState::Completed {
        let detail = format!("a meeting that is `{}` is nothing to thank for: `finish` it first", row.state.name());
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    let contact_id = match input.contact_id {
        Some(contact) if with.contains(&contact) => contact,
        None if !with.is_empty() => with[0],
        _ => return Err(ApiError::field("/contact_id", "not_found", "is not a contact of this meeting")),
    };
    let debrief = service::show(tx.conn, tx.workspace, &row).await?;
    let Some(takeaway) = filled(input.takeaway).or_else(|| specific(&debrief)) else {
        let detail = "the debrief has nothing specific yet: note `thanks_for` or an insight there, or give it here";
        return Err(ApiError::field("/takeaway", "required", detail));
    };
    let mut values = values(&row, &debrief, takeaway);
    let profile = profile::find(tx.conn, tx.workspace).await?;
    // A profile without a name leaves the thanks unsigned: the account has one.
    if filled(profile.name).is_none() {
        let first = account_name.split_whitespace().next().unwrap_or_default();
        values.insert("seeker.first_name".to_owned(), first.to_owned());
        values.insert("seeker.signature".to_owned(), profile.signature.unwrap_or_else(|| account_name.to_owned()));
    }
    let filling = Filling { contact_id: Some(contact_id), meeting_id: Some(id), values, ..Filling::default() };
    let rendering = match input.template_id {
        Some(template) => templates::fill_newest(tx, template, &filling).await?,
        None => templates::fill_text(tx, &text(input.channel.unwrap_or(MessageChannel::Email)), &filling).await?,
    };
    let channel = input.channel.unwrap_or(rendering.channel);
    let message = MessageInput {
        contact_id,
        direction: MessageDirection::Outgoing,
        channel,
        purpose: Some(MessagePurpose::ThankYou),
        subject: rendering.subject.filter(|_| channel == MessageChannel::Email),
        body: rendering.body,
        address: None,
        template_id: rendering.template_id,
        template_version: rendering.template_version,
        in_reply_to_id: None,
        reply_kind: None,
        received_at: None,
        meeting_id: Some(id),
        follow_up_plan_id: None,
    };
    messages::create(tx, new_id, host, message).await
}

/// One thing of the debrief to be thankful for: what the seeker chose, else what was learned and is surest.
fn specific(debrief: &Debrief) -> Option<String> {
    let rank = |insight: &&Insight| match insight.confidence {
        InsightConfidence::High => 0,
        InsightConfidence::Medium => 1,
        InsightConfidence::Low => 2,
    };
    let of = |insight: &Insight| match &insight.quote {
        Some(quote) => format!("what you said about {}: \u{201c}{}\u{201d}", insight.topic, line(quote)),
        None => format!("what you told me about {}", insight.topic),
    };
    debrief.thanks_for.clone().or_else(|| debrief.insights.iter().min_by_key(rank).map(of))
}

/// In one line, and without the full stop that the sentence around it has.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}

fn values(row: &MeetingRow, debrief: &Debrief, takeaway: String) -> BTreeMap<String, String> {
    let began = row.started_at.or(row.starts_at).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let next_step = debrief.next_step.as_deref().map(line);
    let values =
        [("note.takeaway", Some(line(&takeaway))), ("note.next_step", next_step), ("meeting.starts_at", began)];
    values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The text that Inroad has for it.
fn text(channel: MessageChannel) -> TemplateInput {
    let email = channel == MessageChannel::Email;
    TemplateInput {
        name: "Thanks".to_owned(),
        purpose: MessagePurpose::ThankYou,
        channel,
        language: "en".to_owned(),
        audience: None,
        description: None,
        subject: email.then(|| SUBJECT.to_owned()),
        body: if email { LETTER } else { NOTE }.to_owned(),
    }
}
