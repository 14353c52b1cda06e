//! Many writes in one call: each item alone, or all or nothing.
use std::time::Duration;

use actix_web::http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::app::App;
use crate::changes::Tx;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult, Code, Problem};
use crate::http::body::{self, Rules};
use crate::http::frame::RequestId;
use crate::http::schema::Schemas;
use crate::lines::Lines;

/// Items to write.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchInput {
    /// At most 500 objects. Each is held against its schema on its own, so that one that is no object fails alone.
    #[schema(min_items = 1, max_items = 500)]
    pub items: Vec<Value>,
    /// All or nothing.
    #[serde(default)]
    pub atomic: bool,
}

fn read_item(item: Value) -> ApiResult<Map<String, Value>> {
    match item {
        Value::Object(item) => Ok(item),
        _ => Err(ApiError::field("", "wrong_type", "must be an object")),
    }
}

/// What became of the items.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchAnswer {
    pub results: Vec<BatchResult>,
}

/// What became of one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchResult {
    /// Its place in `items`, from 0.
    pub index: usize,
    /// As if it had been sent alone.
    #[schema(example = 201)]
    pub status: u16,
    #[schema(required)]
    pub location: Option<String>,
    /// The resource, when it was stored.
    #[schema(required, value_type = Option<Object>)]
    pub resource: Option<Value>,
    /// What was wrong, when it was not.
    #[schema(required)]
    pub error: Option<Problem>,
}

static LINES: Lines = Lines::new();
/// How often a batch comes again that the database has ended.
const AGAIN: u32 = 4;

/// Batches that name the same new companies, or the same ids of other systems, in another order would wait for each other
/// in a circle. Those of a workspace come one after the other here; beside a batch of another process, or an import, one
/// of the two is ended by the database, and comes again.
pub async fn in_turn<T>(workspace: WorkspaceId, work: impl AsyncFn() -> ApiResult<T>) -> ApiResult<T> {
    let place = LINES.enter(workspace);
    let _turn = place.turn().await;
    for round in 1..=AGAIN {
        match work().await {
            Err(error) if error.is_deadlock() => tokio::time::sleep(Duration::from_millis(50) * round).await,
            outcome => return outcome,
        }
    }
    work().await
}

/// Writes the items one after the other.
pub async fn run<I: DeserializeOwned + ToSchema, R: Serialize>(
    app: &App,
    tx: &mut Tx<'_>,
    request_id: &RequestId,
    input: BatchInput,
    work: impl AsyncFn(&mut Tx<'_>, I) -> ApiResult<(String, R)>,
) -> ApiResult<BatchAnswer> {
    run_read(app, tx, request_id, input, body::typed::<I>, work).await
}

/// As [`run`], for items that have [`Rules`].
pub async fn run_ruled<I: DeserializeOwned + ToSchema + Rules, R: Serialize>(
    app: &App,
    tx: &mut Tx<'_>,
    request_id: &RequestId,
    input: BatchInput,
    work: impl AsyncFn(&mut Tx<'_>, I) -> ApiResult<(String, R)>,
) -> ApiResult<BatchAnswer> {
    run_read(app, tx, request_id, input, |schemas, item| body::ruled::<I>(schemas, item, |_| ()), work).await
}

async fn run_read<I, R: Serialize>(
    app: &App,
    tx: &mut Tx<'_>,
    request_id: &RequestId,
    input: BatchInput,
    read: fn(&Schemas, Map<String, Value>) -> ApiResult<I>,
    work: impl AsyncFn(&mut Tx<'_>, I) -> ApiResult<(String, R)>,
) -> ApiResult<BatchAnswer> {
    let mut results = Vec::with_capacity(input.items.len());
    let mut faults = Vec::new();
    for (index, item) in input.items.into_iter().enumerate() {
        let outcome = match read_item(item).and_then(|item| read(&app.schemas, item)) {
            Ok(item) => tx.part(async |tx| work(tx, item).await).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok((location, resource)) => results.push(BatchResult {
                index,
                status: StatusCode::CREATED.as_u16(),
                location: Some(location),
                resource: Some(crate::fields::store(&resource)),
                error: None,
            }),
            Err(error) if error.code.status().is_server_error() => return Err(error),
            Err(error) if input.atomic => faults.extend(below(index, error)),
            Err(error) => results.push(BatchResult {
                index,
                status: error.code.status().as_u16(),
                location: None,
                resource: None,
                error: Some(error.problem(&app.base_url, &request_id.0)),
            }),
        }
    }
    if faults.is_empty() { Ok(BatchAnswer { results }) } else { Err(failed(faults)) }
}

fn failed(errors: Vec<crate::error::Fault>) -> ApiError {
    let error = ApiError::new(Code::BatchFailed, "nothing was stored, for some items are at fault");
    errors.into_iter().fold(error, ApiError::with)
}

/// The faults of an item, with pointers from the top of the body.
fn below(index: usize, error: ApiError) -> Vec<crate::error::Fault> {
    let prefix = format!("/items/{index}");
    if error.errors.is_empty() {
        return vec![crate::error::Fault::field(prefix, error.code.name(), error.detail)];
    }
    error.errors.into_iter().map(|fault| fault.below(&prefix)).collect()
}
