//! Parameters of exports: the filters and the order of the list, without its pages.
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};

use super::vcard::VcardVersion;
use crate::contacts::ListQuery;
use crate::fields;

/// What of the list's parameters is about its pages.
const PAGES: [&str; 3] = ["limit", "cursor", "count"];

#[derive(Debug, Deserialize)]
pub struct VcardsQuery {
    #[serde(default)]
    pub version: VcardVersion,
    #[serde(flatten)]
    pub list: ListQuery,
}

impl IntoParams for VcardsQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = fields::schema(json!({ "type": "string", "enum": ["4.0", "3.0"], "default": "4.0" }));
        let version = ParameterBuilder::new()
            .name("version")
            .parameter_in(place().unwrap_or(ParameterIn::Query))
            .description(Some("The version of vCard."))
            .schema(Some(schema));
        [version.build()].into_iter().chain(filters(place)).collect()
    }
}

#[derive(Debug, Deserialize)]
pub struct TableQuery {
    #[serde(flatten)]
    pub list: ListQuery,
}

impl IntoParams for TableQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        filters(place).collect()
    }
}

fn filters(place: impl Fn() -> Option<ParameterIn>) -> impl Iterator<Item = Parameter> {
    ListQuery::into_params(place).into_iter().filter(|parameter| !PAGES.contains(&parameter.name.as_str()))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct VcardQuery {
    /// The version of vCard.
    #[param(inline)]
    pub version: VcardVersion,
}
