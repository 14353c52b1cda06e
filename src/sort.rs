//! Sorting lists, and going on after a row: the sort key, then the id, both in one direction.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A sort key and its direction.
#[derive(Debug, Clone, Copy)]
pub struct Order<B> {
    pub by: B,
    pub descending: bool,
}

/// The last row of a page: its sort key, if that is not the id, and its id.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Position {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i16>,
    /// How well the row fits what was searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit: Option<f32>,
    /// The search that found nothing by its words goes on by their likeness.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fuzzy: bool,
    pub id: Uuid,
}

/// Declares the sort keys of a list: `$name` is the parameter, `$by` what it sorts by. Newest first unless said
/// otherwise.
#[macro_export]
macro_rules! sort_keys {
    ($(#[$meta:meta])* $name:ident by $by:ident { $first:ident = $first_key:literal $(, $variant:ident = $key:literal)* $(,)? }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $by { $first $(, $variant)* }

        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name($crate::sort::Order<$by>);

        impl $name {
            const KEYS: &'static [(&'static str, $by)] = &[($first_key, $by::$first) $(, ($key, $by::$variant))*];

            pub fn order(self) -> $crate::sort::Order<$by> {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self($crate::sort::Order { by: $by::$first, descending: true })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let (key, descending) = text.strip_prefix('-').map_or((text.as_str(), false), |key| (key, true));
                let found = Self::KEYS.iter().find(|(name, _)| *name == key);
                let (_, by) = found.ok_or_else(|| serde::de::Error::custom("not a sort key"))?;
                Ok(Self($crate::sort::Order { by: *by, descending }))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let keys = Self::KEYS.iter().flat_map(|(key, _)| [key.to_string(), format!("-{key}")]);
                let keys: Vec<String> = keys.collect();
                $crate::fields::schema(serde_json::json!({
                    "type": "string", "enum": keys, "default": concat!("-", $first_key),
                }))
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

/// Orders a boxed query by one or two keys and goes on after a row. The key is compared twice, `a >= x` and then in
/// full, because only the plain comparison is a bound of the index.
macro_rules! keyset {
    ($rows:expr, $descending:expr, $id:expr, $from:expr) => {{
        let mut rows = $rows;
        match ($from, $descending) {
            (Some(id), true) => rows = rows.filter($id.lt(id)),
            (Some(id), false) => rows = rows.filter($id.gt(id)),
            (None, _) => {}
        }
        if $descending { rows.order($id.desc()) } else { rows.order($id.asc()) }
    }};
    ($rows:expr, $descending:expr, $key:expr, $id:expr, $from:expr) => {{
        let mut rows = $rows;
        match ($from, $descending) {
            (Some((key, id)), true) => {
                rows = rows.filter($key.le(key.clone()).and($key.lt(key).or($id.lt(id))));
            }
            (Some((key, id)), false) => {
                rows = rows.filter($key.ge(key.clone()).and($key.gt(key).or($id.gt(id))));
            }
            (None, _) => {}
        }
        if $descending { rows.order(($key.desc(), $id.desc())) } else { rows.order(($key.asc(), $id.asc())) }
    }};
}
pub(crate) use keyset;
