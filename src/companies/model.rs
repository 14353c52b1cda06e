//! Companies as the database has them and as the API shows them.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::db::schema::companies;
use crate::db::{Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::external_ids::ExternalIds;
use crate::fields::{self, Link};
use crate::{resource_id, text, text_enum};

resource_id!(
    /// Identifies a company.
    CompanyId
);

text_enum! {
    /// How many people work there, in LinkedIn's bands.
    CompanySize {
        SelfEmployed = "self_employed",
        #[serde(rename = "1_10")] UpTo10 = "1_10",
        #[serde(rename = "11_50")] UpTo50 = "11_50",
        #[serde(rename = "51_200")] UpTo200 = "51_200",
        #[serde(rename = "201_500")] UpTo500 = "201_500",
        #[serde(rename = "501_1000")] UpTo1000 = "501_1000",
        #[serde(rename = "1001_5000")] UpTo5000 = "1001_5000",
        #[serde(rename = "5001_10000")] UpTo10000 = "5001_10000",
        #[serde(rename = "10001_plus")] Over10000 = "10001_plus",
    }
}

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = companies, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true, primary_key(workspace_id, id))]
pub struct CompanyRow {
    pub workspace_id: WorkspaceId,
    pub id: CompanyId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub name: String,
    pub name_key: String,
    pub sort_name: String,
    pub search_text: String,
    pub website: Option<String>,
    pub industries: Vec<String>,
    pub size: Option<CompanySize>,
    pub location: Option<String>,
    pub country: Option<String>,
    pub description: Option<String>,
    pub notes: Option<String>,
    pub is_target: bool,
    pub links: Json<Vec<Link>>,
    pub tags: Vec<String>,
    pub custom_fields: Json<Map<String, Value>>,
    pub external_ids: Json<ExternalIds>,
}

/// What can be written of a company.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Analytical Engines Ltd", "industries": ["computing"], "is_target": true }))]
pub struct CompanyInput {
    /// One company of a name per workspace, whatever its case.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "Analytical Engines Ltd")]
    pub name: String,
    #[schema(format = "http-url", max_length = 2048, example = "https://engines.example")]
    pub website: Option<String>,
    #[serde(default)]
    #[schema(max_items = 100, min_length = 1, max_length = 100)]
    pub industries: Vec<String>,
    pub size: Option<CompanySize>,
    #[schema(max_length = 200, example = "London")]
    pub location: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(format = "country", max_length = 2, example = "GB")]
    pub country: Option<String>,
    #[schema(max_length = 4096)]
    pub description: Option<String>,
    /// Markdown.
    #[schema(max_length = 65536)]
    pub notes: Option<String>,
    /// The seeker would like to work there.
    #[serde(default)]
    pub is_target: bool,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub links: Vec<Link>,
    #[serde(default)]
    #[schema(max_items = 100, min_length = 1, max_length = 100)]
    pub tags: Vec<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom_fields: Map<String, Value>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub external_ids: ExternalIds,
}

/// Where contacts work, or the seeker would like to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Company {
    pub id: CompanyId,
    #[schema(example = 1)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(example = "Analytical Engines Ltd")]
    pub name: String,
    pub website: Option<String>,
    pub industries: Vec<String>,
    pub size: Option<CompanySize>,
    pub location: Option<String>,
    pub country: Option<String>,
    pub description: Option<String>,
    pub notes: Option<String>,
    pub is_target: bool,
    pub links: Vec<Link>,
    pub tags: Vec<String>,
    #[schema(value_type = Object)]
    pub custom_fields: Map<String, Value>,
    #[schema(value_type = Object)]
    pub external_ids: ExternalIds,
}

impl From<CompanyRow> for Company {
    fn from(row: CompanyRow) -> Self {
        let CompanyRow {
            workspace_id: _,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: _,
            name,
            name_key: _,
            sort_name: _,
            search_text: _,
            website,
            industries,
            size,
            location,
            country,
            description,
            notes,
            is_target,
            links: Json(links),
            tags,
            custom_fields: Json(custom_fields),
            external_ids: Json(external_ids),
        } = row;
        Self {
            id,
            version,
            created_at,
            updated_at,
            name,
            website,
            industries,
            size,
            location,
            country,
            description,
            notes,
            is_target,
            links,
            tags,
            custom_fields,
            external_ids,
        }
    }
}

impl From<Company> for CompanyInput {
    fn from(company: Company) -> Self {
        let Company { id: _, version: _, created_at: _, updated_at: _, .. } = company;
        Self {
            name: company.name,
            website: company.website,
            industries: company.industries,
            size: company.size,
            location: company.location,
            country: company.country,
            description: company.description,
            notes: company.notes,
            is_target: company.is_target,
            links: company.links,
            tags: company.tags,
            custom_fields: company.custom_fields,
            external_ids: company.external_ids,
        }
    }
}

impl CompanyInput {
    /// A company of which only the name is known.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            website: None,
            industries: Vec::new(),
            size: None,
            location: None,
            country: None,
            description: None,
            notes: None,
            is_target: false,
            links: Vec::new(),
            tags: Vec::new(),
            custom_fields: Map::new(),
            external_ids: ExternalIds::new(),
        }
    }

    /// The row, with what is derived from the input.
    pub fn into_row(
        mut self,
        workspace_id: WorkspaceId,
        id: CompanyId,
        version: i32,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    ) -> ApiResult<CompanyRow> {
        let mut faults: Vec<Fault> = Vec::new();
        fields::one_primary("/links", &mut self.links, &mut faults);
        fields::check_custom_fields(&self.custom_fields, &mut faults);
        ApiError::check(faults)?;
        let name = self.name.trim().to_owned();
        let industries = text::distinct_labels(self.industries);
        Ok(CompanyRow {
            workspace_id,
            id,
            version,
            created_at,
            updated_at,
            deleted_at: None,
            name_key: text::name_key(&name),
            sort_name: name.clone(),
            search_text: text::fold(&format!("{name} {}", industries.join(" "))),
            name,
            website: text::filled(self.website),
            industries,
            size: self.size,
            location: text::filled(self.location),
            country: self.country,
            description: text::filled(self.description),
            notes: text::filled(self.notes),
            is_target: self.is_target,
            links: Json(self.links),
            tags: text::distinct_labels(self.tags),
            custom_fields: Json(self.custom_fields),
            external_ids: Json(self.external_ids),
        })
    }
}
