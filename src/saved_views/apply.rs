//! A view's filter is what a client would write into the list's URL, and is checked and read as that.
use actix_web::HttpRequest;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded::{Serializer, parse};
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{SavedViewInput, ViewResource};
use super::store;
use crate::app::App;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::{Paging, params};
use crate::{companies, contacts};

/// Parameters of lists that say which part of the results is read, not what they are.
const NOT_FILTERS: [&str; 5] = ["limit", "cursor", "sort", "view", "count"];

/// The list's parameters: those of the request, and of its view those that the request does not give itself.
pub async fn apply<T: DeserializeOwned + IntoParams + 'static>(
    app: &App,
    workspace: WorkspaceId,
    resource: ViewResource,
    view: Option<Uuid>,
    query: T,
    request: &HttpRequest,
    paging: &mut Paging,
) -> ApiResult<T> {
    let Some(id) = view else { return Ok(query) };
    let found = app.db.read(workspace, async |conn| store::find(conn, workspace, id.into()).await).await;
    let found = match found {
        Err(error) if error.code == Code::NotFound => None,
        found => Some(found?),
    };
    let Some(row) = found.filter(|row| row.resource == resource) else {
        let detail = format!("is not a saved view of {}", resource.name());
        let fault = Fault::parameter("view", "not_found", detail);
        return Err(ApiError::faults(Code::InvalidParameter, "parameter", vec![fault]));
    };
    // Pages follow each other in one order: that of the view as it was.
    paging.bind(&format!("{id} {}", row.version));
    let own: Vec<_> = parse(request.query_string().as_bytes()).into_owned().collect();
    let filter = row.filter.as_object().cloned().unwrap_or_default();
    let inherited = pairs(&filter, row.sort.as_deref()).into_iter();
    let inherited = inherited.filter(|(name, _)| !own.iter().any(|(given, _)| given == name));
    params::read(&encode(inherited.chain(own.iter().cloned())))
}

/// All that is wrong with a view: its filter and order as the list itself would say.
pub fn check(input: &SavedViewInput) -> ApiResult<()> {
    let mut faults: Vec<Fault> = NOT_FILTERS
        .iter()
        .filter(|name| input.filter.contains_key(**name))
        .map(|name| Fault::field(format!("/filter/{name}"), "not_allowed", "is no filter"))
        .collect();
    let text = encode(pairs(&input.filter, input.sort.as_deref()).into_iter());
    let read = match input.resource {
        ViewResource::Contacts => params::read::<contacts::ListQuery>(&text).err(),
        ViewResource::Companies => params::read::<companies::ListQuery>(&text).err(),
    };
    for fault in read.into_iter().flat_map(|error| error.errors) {
        let name = fault.parameter.unwrap_or_default();
        if !NOT_FILTERS.contains(&name.as_str()) || name == "sort" && !input.filter.contains_key("sort") {
            let pointer = if name == "sort" { "/sort".to_owned() } else { format!("/filter/{}", escape(&name)) };
            faults.push(Fault::field(pointer, fault.code, fault.detail));
        }
    }
    ApiError::check(faults)
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn pairs(filter: &Map<String, Value>, sort: Option<&str>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in filter {
        match value {
            Value::Array(list) => pairs.extend(list.iter().map(|item| (name.clone(), word(item)))),
            one => pairs.push((name.clone(), word(one))),
        }
    }
    pairs.extend(sort.map(|sort| ("sort".to_owned(), sort.to_owned())));
    pairs
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn encode(pairs: impl Iterator<Item = (String, String)>) -> String {
    let mut text = Serializer::new(String::new());
    text.extend_pairs(pairs);
    text.finish()
}
