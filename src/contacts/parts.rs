//! The lists inside a contact.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::companies::CompanyId;
use crate::fields::Labelled;
use crate::text::filled;

/// An e-mail address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Email {
    #[schema(format = "email", max_length = 254, example = "ada@engines.example")]
    pub address: String,
    #[schema(max_length = 64, example = "work")]
    pub label: Option<String>,
    /// The first of a list is, unless another says so.
    #[serde(default)]
    pub is_primary: bool,
}

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// As typed.
    #[schema(min_length = 1, max_length = 64, pattern = r"\S", example = "+44 20 7946 0958")]
    pub number: String,
    /// In E.164, where the number can be read; written by the service, whatever a client sends.
    #[serde(default)]
    #[schema(max_length = 16, example = "+442079460958")]
    pub e164: Option<String>,
    #[schema(max_length = 64, example = "mobile")]
    pub label: Option<String>,
    /// The first of a list is, unless another says so.
    #[serde(default)]
    pub is_primary: bool,
}

/// A postal address. It needs more than a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostalAddress {
    /// Street and number; several lines are separated by line feeds.
    #[schema(max_length = 500)]
    pub street: Option<String>,
    #[schema(max_length = 200, example = "London")]
    pub locality: Option<String>,
    /// State, province or county.
    #[schema(max_length = 200)]
    pub region: Option<String>,
    #[schema(max_length = 32, example = "WC2N 5DU")]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(format = "country", max_length = 2, example = "GB")]
    pub country: Option<String>,
    #[schema(max_length = 64, example = "work")]
    pub label: Option<String>,
    /// The first of a list is, unless another says so.
    #[serde(default)]
    pub is_primary: bool,
}

/// A school and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Education {
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "University of London")]
    pub school: String,
    #[schema(max_length = 200)]
    pub degree: Option<String>,
    #[schema(max_length = 200, example = "Mathematics")]
    pub field_of_study: Option<String>,
    #[schema(minimum = 1900, maximum = 2200)]
    pub start_year: Option<i32>,
    #[schema(minimum = 1900, maximum = 2200)]
    pub end_year: Option<i32>,
}

/// A role at a company, current or former. It needs a company or a title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Made by the service. Send it back to keep the position's identity when the list is replaced.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// One of the workspace's companies. Without it, `company_name` finds or makes one.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub company_id: Option<CompanyId>,
    /// The company lies in the trash, where `company_id` is not found; restored, it is here as it was. Deleted for good,
    /// it leaves its name. Written by the service, whatever a client sends.
    #[serde(default)]
    pub company_in_trash: bool,
    /// The company's name; where `company_id` is given, too, it has to be that one's. To name another company, leave
    /// `company_id` out.
    #[schema(max_length = 200, example = "Analytical Engines Ltd")]
    pub company_name: Option<String>,
    #[schema(max_length = 200, example = "Head of Computing")]
    pub title: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    /// Unless said otherwise, a position without an end is current.
    pub is_current: Option<bool>,
}

impl PostalAddress {
    /// Blank parts are none.
    pub fn tidy(&mut self) {
        for part in [&mut self.street, &mut self.locality, &mut self.region, &mut self.postal_code] {
            *part = filled(part.take());
        }
    }

    pub fn is_empty(&self) -> bool {
        [&self.street, &self.locality, &self.region, &self.postal_code, &self.country].into_iter().all(Option::is_none)
    }
}

impl Position {
    pub fn current(&self) -> bool {
        self.is_current.unwrap_or(self.ended_on.is_none())
    }
}

macro_rules! labelled {
    ($($name:ty),+) => { $(
        impl Labelled for $name {
            fn is_primary(&self) -> bool {
                self.is_primary
            }

            fn make_primary(&mut self) {
                self.is_primary = true;
            }
        }
    )+ };
}

labelled!(Email, Phone, PostalAddress);
