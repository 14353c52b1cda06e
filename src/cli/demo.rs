//! `inroad serve --demo`: a workspace with a story in it, for somebody who builds a frontend or looks around.
use actix_web::web::Data;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CliResult, text};
use crate::agendas::{self, PresetInput};
use crate::alerts::{self, AlertId};
use crate::app::App;
use crate::auth::users::{self, NewUser};
use crate::changes::{Actor, Kind, Tx};
use crate::companies::{self, CompanyId, CompanyInput};
use crate::contacts::{self, ContactId, ContactInput};
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};
use crate::goals::{self, GoalId};
use crate::http::IfMatch;
use crate::http::body;
use crate::meeting_questions::{self, MeetingQuestionId};
use crate::meetings::{self, ConfirmInput, FinishInput, MeetingId, StartInput};
use crate::{circle_requests, feeds, follow_ups, introductions, messages, profile, research_notes, templates};

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
    /// Of the whole search.
    goals: Vec<Value>,
    meetings: Vec<StoryMeeting>,
    /// They may name a company and a meeting by its place, too.
    research_notes: Vec<Value>,
    feeds: Vec<StoryFeed>,
}

/// It may name a contact and a company by their places.
#[derive(Deserialize)]
struct StoryFeed {
    body: Value,
    /// With `published_at` as the days since.
    items: Vec<Value>,
    /// How many of its alerts were kept, those from the end of the list.
    kept: usize,
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
    /// What it is for. One may serve a goal of the search, by its place.
    #[serde(default)]
    goals: Vec<Value>,
    /// They may serve a goal of the meeting, by its place.
    #[serde(default)]
    questions: Vec<StoryQuestion>,
    debrief: Option<Value>,
}

#[derive(Deserialize)]
struct StoryQuestion {
    body: Value,
    answer: Option<Value>,
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
        let mut firms: Vec<CompanyId> = Vec::new();
        for company in story.companies {
            let input: CompanyInput = read(app, company)?;
            firms.push(companies::create(tx, app.new_id(), input).await?.id);
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
        let mut aims: Vec<GoalId> = Vec::new();
        for goal in story.goals {
            aims.push(goals::create(tx, app.new_id(), read(app, goal)?).await?.id);
        }
        let mut talks: Vec<MeetingId> = Vec::new();
        for told in story.meetings {
            let day = (tx.now + Duration::days(told.in_days)).date_naive();
            let mut body = told.body;
            body["starts_local"] = json!({ "time": format!("{day}T{}", told.time), "zone": ZONE });
            let with = body["contact_ids"].as_array().into_iter().flatten();
            let with = with.filter_map(|place| ids.get(usize::try_from(place.as_u64()?).ok()?));
            body["contact_ids"] = with.map(|id| json!(id)).collect();
            let made = meetings::create(tx, app.new_id(), read(app, body)?).await?;
            let (meeting, starts_at) = (made.id, made.starts_at);
            talks.push(meeting);
            if told.confirmed || told.in_days < 0 {
                meetings::confirm(tx, meeting, &IfMatch::default(), ConfirmInput::default()).await?;
            }
            let asked = prepare(app, tx, meeting, told.goals, told.questions, &aims).await?;
            if told.in_days < 0 {
                take_place(app, tx, meeting, starts_at, asked, told.debrief).await?;
            }
        }
        for mut note in story.research_notes {
            note["company_id"] = json!(place(&note["company_id"]).and_then(|place| firms.get(place)));
            note["meeting_id"] = json!(place(&note["meeting_id"]).and_then(|place| talks.get(place)));
            research_notes::create(tx, app.new_id(), read(app, dated(note, &ids, tx.now))?).await?;
        }
        for told in story.feeds {
            watch(app, tx, told, &firms, &ids).await?;
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

fn place(field: &Value) -> Option<usize> {
    usize::try_from(field.as_u64()?).ok()
}

/// A feed that is off: its address is of the story, too. What it found is there.
async fn watch(
    app: &App,
    tx: &mut Tx<'_>,
    mut told: StoryFeed,
    firms: &[CompanyId],
    ids: &[ContactId],
) -> ApiResult<()> {
    told.body["company_id"] = json!(place(&told.body["company_id"]).and_then(|place| firms.get(place)));
    let items = told
        .items
        .into_iter()
        .map(|item| serde_json::from_value(dated(item, ids, tx.now)).map_err(|error| ApiError::internal(&error)));
    let items = items.collect::<ApiResult<Vec<feeds::Item>>>()?;
    let input: feeds::FeedInput = read(app, dated(told.body, ids, tx.now))?;
    feeds::told_of(app, tx, app.new_id(), input, items).await?;
    let found: Vec<AlertId> = tx.recorded(Kind::AlertCreated).into_iter().map(AlertId::from).collect();
    for id in found.into_iter().rev().take(told.kept) {
        alerts::keep(tx, id).await?;
    }
    Ok(())
}

/// What a meeting is for, what is to be asked, and how its minutes are to be spent; gives what is answered to what.
async fn prepare(
    app: &App,
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    goals: Vec<Value>,
    questions: Vec<StoryQuestion>,
    aims: &[GoalId],
) -> ApiResult<Vec<(MeetingQuestionId, Value)>> {
    let place = |list: &[GoalId], value: &Value| list.get(usize::try_from(value.as_u64()?).ok()?).copied();
    let (mut own, mut asked) = (Vec::new(), Vec::new());
    for mut goal in goals {
        goal["meeting_id"] = json!(meeting);
        goal["serves_id"] = json!(place(aims, &goal["serves_id"]));
        own.push(goals::create(tx, app.new_id(), read(app, goal)?).await?.id);
    }
    let any = !questions.is_empty();
    for StoryQuestion { mut body, answer } in questions {
        body["meeting_id"] = json!(meeting);
        body["goal_id"] = json!(place(&own, &body["goal_id"]));
        let question = meeting_questions::create(tx, app.new_id(), read(app, body)?).await?;
        asked.extend(answer.map(|answer| (question.id, answer)));
    }
    if any {
        agendas::preset(tx, meeting, &IfMatch::default(), PresetInput::default()).await?;
    }
    Ok(asked)
}

/// A meeting that is over: three minutes to each answer, and what was noted afterwards.
async fn take_place(
    app: &App,
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    starts_at: Option<DateTime<Utc>>,
    asked: Vec<(MeetingQuestionId, Value)>,
    debrief: Option<Value>,
) -> ApiResult<()> {
    let mut at = starts_at.unwrap_or(tx.now);
    meetings::start(tx, meeting, &IfMatch::default(), StartInput { started_at: Some(at) }).await?;
    for (question, mut answer) in asked {
        at += Duration::minutes(3);
        answer["answered_at"] = json!(at);
        meeting_questions::answer(tx, question, &IfMatch::default(), read(app, answer)?).await?;
    }
    let finished_at = Some(at + Duration::minutes(5));
    meetings::finish(tx, meeting, &IfMatch::default(), FinishInput { finished_at }).await?;
    if let Some(debrief) = debrief {
        meetings::write_debrief(tx, meeting, &IfMatch::default(), read(app, debrief)?).await?;
    }
    Ok(())
}

/// With ids in the place of places, and times in the place of days.
fn dated(mut value: Value, ids: &[ContactId], now: DateTime<Utc>) -> Value {
    for (name, field) in value.as_object_mut().into_iter().flatten() {
        if let Some(number) = field.as_i64() {
            let place = usize::try_from(number).ok().and_then(|place| ids.get(place));
            let at = now - Duration::days(number);
            *field = match name.rsplit('_').next() {
                Some("at") => at.to_rfc3339_opts(SecondsFormat::Secs, true).into(),
                Some("on") => json!(at.date_naive()),
                _ => json!(place),
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
