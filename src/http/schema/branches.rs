//! `anyOf` and `oneOf`: "fits none of these" helps nobody, so the branch that was meant speaks alone.

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::faults::{FieldError, MAX_FAULTS, translate};
use super::words::{expected, one_of, wrong_type};

type Branch = [ValidationError<'static>];

pub fn choose(
    document: &Value,
    place: &str,
    value: &Value,
    context: &[Vec<ValidationError<'static>>],
    found: &mut Vec<FieldError>,
) {
    // A nullable reference is `oneOf: [reference, null]`: a value that is there leaves one branch of the two.
    let fitting: Vec<&Branch> =
        context.iter().map(Vec::as_slice).filter(|b| type_faults(b, place).is_empty()).collect();
    if fitting.is_empty() {
        let types = context.iter().flat_map(|branch| type_faults(branch, place)).collect::<Vec<_>>();
        found.push(FieldError::new(place, "wrong_type", wrong_type(&types, value)));
        return;
    }
    if let Some((tag, options)) = common_tag(&fitting) {
        found.push(FieldError::new(&tag, "not_allowed", one_of(&options)));
        return;
    }
    let tagged: Vec<&Branch> = fitting.iter().copied().filter(|branch| wrong_tags(branch, place).is_empty()).collect();
    let meant = if tagged.is_empty() { fitting } else { tagged };
    let sides = meant.iter().map(|branch| translated(document, branch)).collect::<Vec<_>>();
    found.extend(shared(sides));
}

/// The types a branch wants of the value itself; empty when it does not mind the one it got.
fn type_faults(branch: &Branch, place: &str) -> Vec<JsonType> {
    let mut types = Vec::new();
    for error in branch.iter().filter(|error| error.instance_path().as_str() == place) {
        match error.kind() {
            Kind::Type { kind } => types.extend(expected(kind)),
            // A union within a union, such as a nullable one: none of its parts takes the value.
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                let inner = context.iter().map(|branch| type_faults(branch, place)).collect::<Vec<_>>();
                if inner.iter().all(|types| !types.is_empty()) {
                    types.extend(inner.into_iter().flatten());
                }
            }
            _ => {}
        }
    }
    types.sort_by_key(|one| *one as u8);
    types.dedup();
    types
}

fn options(error: &ValidationError<'_>) -> Option<Vec<Value>> {
    match error.kind() {
        Kind::Enum { options } => options.as_array().cloned(),
        Kind::Constant { expected_value } => Some(vec![expected_value.as_ref().clone()]),
        _ => None,
    }
}

/// Places directly inside the value where a branch wants another constant: the tag of a tagged union.
fn wrong_tags<'a>(branch: &'a Branch, place: &str) -> Vec<&'a str> {
    let inside = |path: &str| path.strip_prefix(place).is_some_and(|rest| rest.matches('/').count() <= 1);
    let wrong = branch.iter().filter(|error| options(error).is_some_and(|options| options.len() == 1));
    wrong.map(|error| error.instance_path().as_str()).filter(|path| inside(path)).collect()
}

/// Where every branch wants one of its own values: the tag is wrong altogether, and all its values are what to say.
fn common_tag(branches: &[&Branch]) -> Option<(String, Vec<Value>)> {
    let (first, others) = branches.split_first()?;
    if others.is_empty() {
        return None;
    }
    let at = |branch: &Branch, place: &str| {
        branch.iter().find(|error| error.instance_path().as_str() == place).and_then(options)
    };
    first.iter().find_map(|error| {
        let place = error.instance_path().as_str();
        let mut all = options(error)?;
        for branch in others {
            all.extend(at(branch, place)?);
        }
        Some((place.to_owned(), all))
    })
}

fn translated(document: &Value, branch: &Branch) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for error in branch.iter().take(MAX_FAULTS) {
        translate(document, error, &mut faults);
    }
    faults.truncate(MAX_FAULTS);
    faults
}

/// What all sides complain of; failing that, the side with the fewest complaints.
fn shared(mut sides: Vec<Vec<FieldError>>) -> Vec<FieldError> {
    sides.sort_by_key(Vec::len);
    let Some((first, others)) = sides.split_first() else {
        return Vec::new();
    };
    let everywhere = |fault: &&FieldError| {
        others.iter().all(|side| side.iter().any(|other| other.pointer == fault.pointer && other.code == fault.code))
    };
    let common = first.iter().filter(everywhere).cloned().collect::<Vec<_>>();
    if common.is_empty() { first.clone() } else { common }
}
