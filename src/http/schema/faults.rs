//! Turns the validator's errors into faults a frontend developer can show beside a field.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::words::{count, cut, echo, expected, one_of, wrong_type};
use super::{branches, formats, pointer, suggest};

/// A body of a mebibyte can hold a hundred thousand faults; nobody reads past these.
pub const MAX_FAULTS: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// RFC 6901. An unknown field and a missing one are pointed at themselves, not at the object around them. Cut back
    /// to an ancestor where keys of the caller's would make it huge.
    pub pointer: String,
    /// One of [`CODES`].
    pub code: &'static str,
    /// A sentence without its subject and full stop: "must be at most 200 characters, has 214".
    pub detail: String,
}

pub const CODES: [&str; 12] = [
    "required",
    "unknown_field",
    "wrong_type",
    "too_long",
    "too_short",
    "too_many",
    "too_few",
    "out_of_range",
    "not_allowed",
    "invalid_format",
    "duplicate",
    "invalid",
];

impl FieldError {
    pub(super) fn new(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer::shorten(pointer).to_owned(), code, detail: detail.into() }
    }

    pub(super) fn unknown_schema(name: &str) -> Self {
        Self::new("", "invalid", format!("cannot be checked: there is no schema `{name}`"))
    }
}

/// Never empty: whatever the validator refuses is refused, even if nothing better can be said of it.
pub fn collect<'a>(document: &Value, errors: impl Iterator<Item = ValidationError<'a>>) -> Vec<FieldError> {
    let mut found = Vec::new();
    for error in errors {
        translate(document, &error, &mut found);
        if found.len() >= MAX_FAULTS {
            break;
        }
    }
    found.truncate(MAX_FAULTS);
    let mut faults = tidy(found);
    if faults.is_empty() {
        faults.push(FieldError::new("", "invalid", "does not fit the schema"));
    }
    faults
}

/// One cause, one fault: what has the wrong type is not also "not one of", what is too long not also malformed.
fn tidy(found: Vec<FieldError>) -> Vec<FieldError> {
    let rank = |code: &str| match code {
        "wrong_type" => 0,
        "too_long" | "too_short" => 1,
        "invalid_format" => 3,
        _ => 2,
    };
    let mut kept: Vec<FieldError> = Vec::with_capacity(found.len());
    for fault in &found {
        let hidden = found.iter().any(|other| {
            let (own, other_rank) = (rank(fault.code), rank(other.code));
            other.pointer == fault.pointer && other_rank < own && (other_rank == 0 || own == 3)
        });
        if !hidden && !kept.iter().any(|k| k.pointer == fault.pointer && k.code == fault.code) {
            kept.push(fault.clone());
        }
    }
    kept
}

pub(super) fn translate(document: &Value, error: &ValidationError<'_>, found: &mut Vec<FieldError>) {
    let place = error.instance_path().as_str();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unknown_fields(document, error, unexpected, found);
        }
        Kind::Required { property } => {
            let place = suggest::member(place, property.as_str().unwrap_or_default());
            found.push(FieldError::new(&place, "required", "is required"));
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            branches::choose(document, place, error.instance(), context, found);
        }
        Kind::PropertyNames { error: inner } => {
            let key = inner.instance().as_str().unwrap_or_default();
            let (code, detail) = describe(inner);
            found.push(FieldError::new(&suggest::member(place, key), code, format!("as a key {detail}")));
        }
        Kind::UniqueItems => found.push(match suggest::repeated(error.instance()) {
            Some((at, first)) => {
                FieldError::new(&format!("{place}/{at}"), "duplicate", format!("is the same as item {first}"))
            }
            None => FieldError::new(place, "duplicate", "has the same item twice"),
        }),
        _ => {
            let (code, detail) = describe(error);
            found.push(FieldError::new(place, code, detail));
        }
    }
}

fn unknown_fields(document: &Value, error: &ValidationError<'_>, unexpected: &[String], found: &mut Vec<FieldError>) {
    let mut known = Vec::new();
    if let Some(schema) = suggest::owner(document, error.schema_path().as_str()) {
        suggest::properties(document, schema, 0, &mut known);
    }
    known.retain(|name| error.instance().get(name.as_str()).is_none());
    for name in unexpected.iter().take(MAX_FAULTS) {
        let detail = match suggest::nearest(name, known.iter().copied()) {
            Some(meant) => format!("is not a known field; did you mean `{meant}`?"),
            None => "is not a known field".to_owned(),
        };
        let place = suggest::member(error.instance_path().as_str(), name);
        found.push(FieldError::new(&place, "unknown_field", detail));
    }
}

/// Code and sentence of an error that concerns one value.
fn describe(error: &ValidationError<'_>) -> (&'static str, String) {
    let value = error.instance().as_ref();
    let length = value.as_str().map_or(0, |text| text.chars().count());
    let size = value.as_array().map(Vec::len).or(value.as_object().map(|o| o.len())).unwrap_or_default();
    match error.kind() {
        Kind::Type { kind } => ("wrong_type", wrong_type(&expected(kind), value)),
        Kind::MaxLength { limit } => {
            ("too_long", format!("must be at most {}, has {length}", count(*limit, "character")))
        }
        Kind::MinLength { limit: 1 } => ("too_short", "must not be empty".to_owned()),
        Kind::MinLength { limit } => {
            ("too_short", format!("must be at least {}, has {length}", count(*limit, "character")))
        }
        Kind::MaxItems { limit } => ("too_many", format!("must have at most {}, has {size}", count(*limit, "item"))),
        Kind::MinItems { limit } => ("too_few", format!("must have at least {}, has {size}", count(*limit, "item"))),
        Kind::MaxProperties { limit } => {
            ("too_many", format!("must have at most {}, has {size}", count(*limit, "key")))
        }
        Kind::MinProperties { limit } => {
            ("too_few", format!("must have at least {}, has {size}", count(*limit, "key")))
        }
        Kind::Maximum { limit } => ("out_of_range", format!("must be at most {limit}, is {}", echo(value))),
        Kind::Minimum { limit } => ("out_of_range", format!("must be at least {limit}, is {}", echo(value))),
        Kind::ExclusiveMaximum { limit } => ("out_of_range", format!("must be less than {limit}, is {}", echo(value))),
        Kind::ExclusiveMinimum { limit } => ("out_of_range", format!("must be more than {limit}, is {}", echo(value))),
        Kind::MultipleOf { multiple_of } => ("out_of_range", format!("must be a multiple of {multiple_of}")),
        Kind::Enum { options } => ("not_allowed", one_of(options.as_array().map_or(&[], Vec::as_slice))),
        Kind::Constant { expected_value } => ("not_allowed", one_of(std::slice::from_ref(expected_value.as_ref()))),
        Kind::Format { format } => ("invalid_format", formats::describe(format)),
        Kind::Pattern { pattern } if pattern == r"\S" => ("invalid_format", "must not be blank".to_owned()),
        Kind::Pattern { pattern } => ("invalid_format", format!("must match the pattern `{}`", cut(pattern))),
        Kind::FalseSchema => ("not_allowed", "is not allowed here".to_owned()),
        Kind::OneOfMultipleValid { .. } => ("invalid", "fits more than one of the possible forms".to_owned()),
        _ => ("invalid", "does not fit the schema".to_owned()),
    }
}
