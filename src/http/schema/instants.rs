//! Instants as the database keeps them: an answer at once says the same as one that is read later.
use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike};
use serde_json::Value;

/// Schemas that refer to one another without going deeper into the value.
const DEPTH: usize = 8;
/// In a leap second, chrono counts on beyond it.
const SECOND: u32 = 1_000_000_000;

/// Cuts the instants in what a schema describes to microseconds, which is what PostgreSQL keeps, and puts a leap second
/// (RFC 3339, 5.7) into the second after it, where PostgreSQL puts it.
pub fn settle(document: &Value, schema: &Value, value: &mut Value, depth: usize) {
    if depth > DEPTH {
        return;
    }
    let target = schema["$ref"].as_str().and_then(|target| document.pointer(target.get(1..)?));
    if let Some(target) = target {
        settle(document, target, value, depth + 1);
    }
    for part in ["allOf", "oneOf", "anyOf"].iter().filter_map(|keyword| schema[keyword].as_array()).flatten() {
        settle(document, part, value, depth + 1);
    }
    match value {
        Value::String(text) if schema["format"] == "date-time" => {
            if let Some(settled) = settled(text) {
                *text = settled;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| settle(document, &schema["items"], item, 0)),
        Value::Object(members) => {
            for (name, member) in members {
                let known = schema["properties"].get(name);
                settle(document, known.unwrap_or(&schema["additionalProperties"]), member, 0);
            }
        }
        _ => {}
    }
}

/// Nothing, when it can stay as it is.
fn settled(text: &str) -> Option<String> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    let nanos = at.nanosecond();
    if nanos < SECOND && nanos % 1_000 == 0 {
        return None;
    }
    let leap = TimeDelta::seconds(i64::from(nanos / SECOND));
    let at = at.with_nanosecond(nanos % SECOND / 1_000 * 1_000)?.checked_add_signed(leap)?;
    Some(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instants_are_cut_where_the_database_cuts_them() {
        for (given, kept) in [
            ("2026-03-31T09:30:00.123456789Z", Some("2026-03-31T09:30:00.123456Z")),
            ("2026-03-31T09:30:00.0000009+02:00", Some("2026-03-31T09:30:00+02:00")),
            ("2016-12-31T23:59:60Z", Some("2017-01-01T00:00:00Z")),
            ("2016-12-31T23:59:60.5Z", Some("2017-01-01T00:00:00.500Z")),
            ("2026-03-31T09:30:00.123456Z", None),
            ("2026-03-31T11:30:00+02:00", None),
            ("no instant", None),
        ] {
            assert_eq!(settled(given).as_deref(), kept, "{given}");
        }
    }

    #[test]
    fn what_is_no_instant_by_its_schema_stays() {
        let at = json!({ "type": ["string", "null"], "format": "date-time" });
        let document = json!({ "components": { "schemas": { "Inner": { "properties": { "at": at } } } } });
        let schema = json!({ "properties": {
            "note": { "type": "string" },
            "list": { "type": "array", "items": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Inner" }] } },
        } });
        let given = "2026-03-31T09:30:00.123456789Z";
        let mut value = json!({ "note": given, "list": [null, { "at": given, "other": given }] });
        settle(&document, &schema, &mut value, 0);
        let list = json!([null, { "at": "2026-03-31T09:30:00.123456Z", "other": given }]);
        assert_eq!(value, json!({ "note": given, "list": list }));
    }
}
