//! `inroad serve --demo`: a workspace with a story in it, for somebody who builds a frontend or looks around.
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Value;

use super::{CliResult, text};
use crate::app::App;
use crate::auth::users::{self, NewUser};
use crate::changes::Actor;
use crate::companies::{self, CompanyInput};
use crate::contacts::{self, ContactId, ContactInput};
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};
use crate::http::body;

const EMAIL: &str = "demo@inroad.example";
const PASSWORD: &str = "walk-in-and-ask";
const STORY: &str = include_str!("demo.json");

/// The story: bodies as a client would send them. A contact may name its connector by an earlier contact's place.
#[derive(Deserialize)]
struct Story {
    companies: Vec<Value>,
    contacts: Vec<StoryContact>,
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
    let new = NewUser { email, name, password_hash, time_zone: Some("Europe/London".to_owned()), locale: None };
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
            input.last_touch_at = told.days_ago.map(|days| tx.now - chrono::Duration::days(days));
            ids.push(contacts::create(tx, app.new_id(), input).await?.id);
        }
        Ok(())
    })
    .await
}

fn read<T: serde::de::DeserializeOwned + utoipa::ToSchema>(app: &App, value: Value) -> ApiResult<T> {
    match value {
        Value::Object(object) => body::typed(&app.schemas, object),
        _ => Err(ApiError::internal(&"the story has something that is no object")),
    }
}
