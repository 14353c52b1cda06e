//! The English of the faults.

use jsonschema::JsonType;
use jsonschema::error::TypeKind;
use serde_json::Value;

/// Values of the caller are cut to this many characters.
const MAX_ECHO: usize = 60;

/// Options beyond these are counted, not listed.
const MAX_OPTIONS: usize = 60;

pub fn expected(kind: &TypeKind) -> Vec<JsonType> {
    match kind {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(set) => set.iter().collect(),
    }
}

/// `null` is named last: "a string or null".
pub fn wrong_type(types: &[JsonType], value: &Value) -> String {
    let mut types = types.to_vec();
    types.sort_by_key(|one| *one == JsonType::Null);
    let mut names = types.iter().map(|one| name_of(*one)).collect::<Vec<_>>();
    names.dedup();
    let fraction = value.is_f64() && types.contains(&JsonType::Integer);
    let actual = if fraction { "a fraction" } else { name_of(JsonType::from(value)) };
    format!("must be {}, not {actual}", names.join(" or "))
}

fn name_of(one: JsonType) -> &'static str {
    match one {
        JsonType::Null => "null",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

pub fn one_of(options: &[Value]) -> String {
    let name = |option: &Value| format!("`{}`", option.as_str().map_or_else(|| option.to_string(), str::to_owned));
    match options {
        [single] => format!("must be {}", name(single)),
        many if many.len() > MAX_OPTIONS => format!("is not one of the {} allowed values", many.len()),
        many => format!("must be one of {}", many.iter().map(name).collect::<Vec<_>>().join(", ")),
    }
}

pub fn count(limit: u64, what: &str) -> String {
    format!("{limit} {what}{}", if limit == 1 { "" } else { "s" })
}

/// A value of the caller's, short enough to repeat.
pub fn echo(value: &Value) -> String {
    cut(&value.to_string())
}

pub fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_ECHO - 1) {
        Some((at, _)) if text.chars().nth(MAX_ECHO).is_some() => format!("{}…", &text[..at]),
        _ => text.to_owned(),
    }
}
