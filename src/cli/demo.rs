//! `inroad serve --demo`: a workspace with a story in it, for somebody who builds a frontend or looks around.
use actix_web::web::Data;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CliResult, text};
use crate::app::App;
use crate::auth::users::{self, NewUser};
use crate::changes::Actor;
use crate::companies::{self, CompanyInput};
use crate::contacts::{self, ContactId, ContactInput};
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};
use crate::http::IfMatch;
use crate::http::body;
use crate::meetings::{self, ConfirmInput};
use crate::{circle_requests, follow_ups, introductions, messages, profile, templates};

const EMAIL: &str = "demo@inroad.example";
const PASSWORD: &str = "walk-in-and-ask";
const ZONE: &str = "Europe/London";
const STORY: &str = include_str!("demo.json");

/// The story: bodies as a client would send them. A contact may name its connector by an earlier contact's place; so do
/// requests and introductions name contacts, and times by the days since.
#[derive(Deserialize)]
struct Story {
    companies: Vec<Value>,
    contacts: Vec<StoryContact>,
    circle_requests: Vec<StoryRequest>,
    introductions: Vec<Value>,
    profile: Value,
    /// By their names in the library.
    templates: Vec<String>,
    messages: Vec<StoryMessage>,
    follow_ups: Vec<StoryFollowUp>,
    meetings: Vec<StoryMeeting>,
}

#[derive(Deserialize)]
struct StoryFollowUp {
    contact: usize,
    /// Days after today on which it is due.
    in_days: i64,
    body: Value,
}

#[derive(Deserialize)]
struct StoryMeeting {
    /// Days from today; negative ones are over.
    in_days: i64,
    /// What the clock in London shows.
    time: String,
    #[serde(default)]
    confirmed: bool,
    body: Value,
}

/// A draft; one that went out, with `sent`; one that was answered, with `reply`.
#[derive(Deserialize)]
struct StoryMessage {
    body: Value,
    sent: Option<Value>,
    reply: Option<Value>,
}

#[derive(Deserialize)]
struct StoryRequest {
    body: Value,
    answer: Option<Value>,
}

#[derive(Deserialize)]
struct StoryContact {
    #[serde(default)]
    connector: Option<usize>,
    /// Days before today on which the two last had to do with each other.
    #[serde(default)]
    days_ago: Option<i64>,
    body: Value,
}

/// Fills the demo workspace, unless it is there, and says how to sign in.
pub async fn fill(app: &Data<App>) -> CliResult<String> {
    let sign_in = format!("Demo account: {EMAIL} with the password {PASSWORD}");
    let known = app.db.global().await.map_err(text)?;
    if users::find_by_email(&known, EMAIL).await.map_err(text)?.is_some() {
        return Ok(sign_in);
    }
    drop(known);
    tell(app).await.map_err(|error| format!("the demo workspace cannot be filled: {error} {:?}", error.errors))?;
    Ok(sign_in)
}

async fn tell(app: &Data<App>) -> ApiResult<()> {
    let story: Story = serde_json::from_str(STORY).map_err(|error| ApiError::internal(&error))?;
    let password_hash = users::hash(app, PASSWORD).await?;
    let (email, name) = (EMAIL.to_owned(), "Robin Okafor".to_owned());
    let new = NewUser { email, name, password_hash, time_zone: Some(ZONE.to_owned()), locale: None };
    let (user, workspace) = app.db.transaction(async |conn| users::create(app, conn, new).await).await?;
    let workspace = WorkspaceId::vouched(workspace.id);
    app.write_as(workspace, Actor::Member(user.id), async |tx| {
        for company in story.companies {
            let input: CompanyInput = read(app, company)?;
            companies::create(tx, app.new_id(), input).await?;
        }
        let mut ids: Vec<ContactId> = Vec::new();
        for told in story.contacts {
            let mut input: ContactInput = read(app, told.body)?;
            input.connector_id = told.connector.and_then(|place| ids.get(place).copied());
            input.last_touch_at = told.days_ago.map(|days| tx.now - Duration::days(days));
            ids.push(contacts::create(tx, app.new_id(), input).await?.id);
        }
        for told in story.circle_requests {
            let request = read(app, dated(told.body, &ids, tx.now))?;
            let request = circle_requests::create(tx, app.new_id(), request).await?;
            if let Some(answer) = told.answer {
                circle_requests::answer(tx, request.id, read(app, dated(answer, &ids, tx.now))?).await?;
            }
        }
        for introduction in story.introductions {
            introductions::create(tx, app.new_id(), read(app, dated(introduction, &ids, tx.now))?).await?;
        }
        profile::write(tx, read(app, story.profile)?).await?;
        for slug in story.templates {
            templates::copy(tx, app.new_id(), &slug).await?;
        }
        for told in story.meetings {
            let day = (tx.now + Duration::days(told.in_days)).date_naive();
            let mut body = told.body;
            body["starts_local"] = json!({ "time": format!("{day}T{}", told.time), "zone": ZONE });
            let with = body["contact_ids"].as_array().into_iter().flatten();
            let with = with.filter_map(|place| ids.get(usize::try_from(place.as_u64()?).ok()?));
            body["contact_ids"] = with.map(|id| json!(id)).collect();
            let meeting = meetings::create(tx, app.new_id(), read(app, body)?).await?.id;
            if told.confirmed || told.in_days < 0 {
                meetings::confirm(tx, meeting, &IfMatch::default(), ConfirmInput::default()).await?;
            }
            if told.in_days < 0 {
                meetings::complete(tx, meeting, &IfMatch::default()).await?;
            }
        }
        for told in story.follow_ups {
            let mut body = told.body;
            body["contact_id"] = json!(ids.get(told.contact));
            body["due_on"] = json!((tx.now + Duration::days(told.in_days)).date_naive());
            follow_ups::create(tx, app.new_id(), read(app, body)?).await?;
        }
        let host = messages::host(app);
        for told in story.messages {
            let draft = read(app, dated(told.body, &ids, tx.now))?;
            let id = messages::create(tx, app.new_id(), &host, draft).await?.id;
            if let Some(sent) = told.sent {
                messages::mark_sent(tx, id, &IfMatch::default(), read(app, dated(sent, &ids, tx.now))?).await?;
            }
            if let Some(reply) = told.reply {
                let reply = read(app, dated(reply, &ids, tx.now))?;
                messages::reply(tx, app.new_id(), &host, id, &IfMatch::default(), reply).await?;
            }
        }
        Ok(())
    })
    .await
}

/// With ids in the place of places, and times in the place of days.
fn dated(mut value: Value, ids: &[ContactId], now: DateTime<Utc>) -> Value {
    for (name, field) in value.as_object_mut().into_iter().flatten() {
        if let Some(number) = field.as_i64() {
            let place = usize::try_from(number).ok().and_then(|place| ids.get(place));
            *field = match name.strip_suffix("_at") {
                Some(_) => (now - Duration::days(number)).to_rfc3339_opts(SecondsFormat::Secs, true).into(),
                None => json!(place),
            };
        } else if let Some(list) = field.as_array_mut() {
            for item in list {
                *item = dated(item.take(), ids, now);
            }
        }
    }
    value
}

fn read<T: serde::de::DeserializeOwned + utoipa::ToSchema>(app: &App, value: Value) -> ApiResult<T> {
    match value {
        Value::Object(object) => body::typed(&app.schemas, object),
        _ => Err(ApiError::internal(&"the story has something that is no object")),
    }
}
