//! A contract as the derive renders it, with what request bodies of the service have in them.

#![expect(dead_code, reason = "some bodies are only described, never read")]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    New,
    Met,
    FollowUp,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Email {
    #[schema(format = "email", min_length = 1, max_length = 254, example = "ada@example.org")]
    address: String,
    #[serde(default)]
    kind: Option<Stage>,
    #[serde(default)]
    primary: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 50, pattern = "^[a-z0-9-]+$")]
pub struct Tag(String);

#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    Phone {
        number: String,
    },
    Video {
        #[schema(format = "http-url")]
        url: String,
    },
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateContact {
    #[schema(min_length = 1, max_length = 200, format = "no-control", example = "Ada")]
    pub given_name: String,
    #[schema(max_length = 200)]
    pub family_name: Option<String>,
    /// Where it stands.
    pub stage: Option<Stage>,
    #[serde(default)]
    #[schema(max_items = 3)]
    pub emails: Vec<Email>,
    #[serde(default)]
    #[schema(max_items = 3)]
    pub tags: Vec<Tag>,
    #[schema(minimum = 0, maximum = 100)]
    pub score: Option<i32>,
    pub fee: Option<i64>,
    #[schema(format = "currency")]
    pub currency: Option<String>,
    #[schema(format = "country")]
    pub country: Option<String>,
    #[schema(format = "time-zone")]
    pub time_zone: Option<String>,
    pub met_on: Option<chrono::NaiveDate>,
    pub seen_at: Option<chrono::DateTime<chrono::Utc>>,
    pub owner_id: Option<uuid::Uuid>,
    pub place: Option<Place>,
    #[schema(no_recursion)]
    pub referrer: Option<Box<CreateContact>>,
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    #[serde(default)]
    #[schema(additional_properties = true)]
    pub custom: serde_json::Map<String, Value>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Extra {
    #[schema(example = 5)]
    note: Option<String>,
}

/// Both of its parts take unknown fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": 1}))]
pub struct Flat {
    title: String,
    #[serde(flatten)]
    extra: Extra,
}

#[derive(OpenApi)]
#[openapi(components(schemas(CreateContact, Flat)))]
struct Contract;

pub fn document() -> Value {
    serde_json::to_value(Contract::openapi()).unwrap()
}
