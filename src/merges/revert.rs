//! Taking a change back from something that was changed again since.
use serde_json::{Map, Value};

use crate::fields;

/// What `now` becomes when the change from `before` to `after` is taken back, and the fields that were changed since
/// and stay as they are.
pub fn revert(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    now: &Map<String, Value>,
) -> (Map<String, Value>, Vec<String>) {
    let (mut whole, mut kept) = (now.clone(), Vec::new());
    let null = Value::Null;
    let get = |object: &'_ Map<String, Value>, field: &str| object.get(field).cloned().unwrap_or_default();
    // The two go together: a reason belongs to its stage.
    let stage_edited = ["stage", "stage_reason"].iter().any(|field| get(now, field) != get(after, field));
    for (field, now) in now {
        let (before, after) = (before.get(field).unwrap_or(&null), after.get(field).unwrap_or(&null));
        if before == after {
            continue;
        }
        let edited = matches!(field.as_str(), "stage" | "stage_reason") && stage_edited;
        let value = match (before, after, now) {
            _ if now == after && !edited => before.clone(),
            (Value::Array(before), Value::Array(after), Value::Array(now)) => list(before, after, now),
            (Value::Object(before), Value::Object(after), Value::Object(now)) => {
                let (value, inner) = revert(before, after, &with_keys_of(now, before));
                kept.extend(inner.into_iter().map(|key| format!("{field}/{key}")));
                Value::Object(value.into_iter().filter(|(_, value)| !value.is_null()).collect())
            }
            _ => {
                kept.push(field.clone());
                continue;
            }
        };
        whole.insert(field.clone(), value);
    }
    (whole, kept)
}

/// Keys that the change took away are there, without a value.
fn with_keys_of(now: &Map<String, Value>, before: &Map<String, Value>) -> Map<String, Value> {
    let mut now = now.clone();
    for key in before.keys() {
        now.entry(key).or_insert(Value::Null);
    }
    now
}

/// Without what the change brought, with what it took.
fn list(before: &[Value], after: &[Value], now: &[Value]) -> Value {
    let has = |list: &[Value], item: &Value| list.iter().any(|other| same(other, item));
    let stays = now.iter().filter(|item| has(before, item) || !has(after, item));
    let back = before.iter().filter(|item| !has(after, item) && !has(now, item));
    let mut whole: Vec<Value> = stays.chain(back).cloned().collect();
    let mut primary = whole.iter_mut().filter(|item| item["is_primary"] == true).skip(1);
    primary.by_ref().for_each(|item| item["is_primary"] = Value::from(false));
    Value::Array(whole)
}

/// But for which one is primary, which changes with its neighbours, and for what a company is called at the moment.
fn same(one: &Value, two: &Value) -> bool {
    let bare = |value: &Value| {
        let mut value = value.clone();
        if let Some(object) = value.as_object_mut() {
            object.remove("is_primary");
            if object.get("company_id").is_some_and(Value::is_string) {
                object.remove("company_name");
            }
        }
        value
    };
    bare(one) == bare(two)
}

/// The fields of something that is an object.
pub fn object(value: &impl serde::Serialize) -> Map<String, Value> {
    match fields::store(value) {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reverted(before: Value, after: Value, now: Value) -> (Value, Vec<String>) {
        let (whole, kept) = revert(&object(&before), &object(&after), &object(&now));
        (Value::Object(whole), kept)
    }

    #[test]
    fn what_nobody_touched_since_is_as_before() {
        let before = json!({ "a": 1, "b": null, "tags": ["x"], "map": { "k": 1 } });
        let after = json!({ "a": 1, "b": 2, "tags": ["x", "y"], "map": { "k": 1, "l": 2 } });
        assert_eq!(reverted(before.clone(), after.clone(), after), (before, vec![]));
    }

    #[test]
    fn what_was_changed_since_stays() {
        let before = json!({ "a": null, "b": 1, "tags": ["x", "z"], "map": { "k": 1 } });
        let after = json!({ "a": 2, "b": 1, "tags": ["x", "y"], "map": { "k": 5, "l": 2 } });
        let now = json!({ "a": 3, "b": 7, "tags": ["new", "y", "x"], "map": { "k": 6, "l": 2, "m": 4 } });
        let wanted = json!({ "a": 3, "b": 7, "tags": ["new", "x", "z"], "map": { "k": 6, "m": 4 } });
        assert_eq!(reverted(before, after, now), (wanted, vec!["a".to_owned(), "map/k".to_owned()]));
    }

    #[test]
    fn a_position_is_the_same_when_its_company_is_renamed() {
        let at = |id: &str, company: &str, name: &str| json!({ "id": id, "company_id": company, "company_name": name });
        let before = json!({ "positions": [at("p", "a", "Acme")] });
        let after = json!({ "positions": [at("p", "a", "Acme"), at("q", "o", "Other")] });
        let now = json!({ "positions": [at("p", "a", "Acme"), at("q", "o", "Other Inc")] });
        assert_eq!(reverted(before.clone(), after, now), (before, vec![]));
    }

    #[test]
    fn a_reason_goes_with_its_stage() {
        let before = json!({ "stage": "met", "stage_reason": null });
        let after = json!({ "stage": "closed", "stage_reason": "declined" });
        let now = json!({ "stage": "closed", "stage_reason": "no_response" });
        let (whole, kept) = reverted(before, after, now.clone());
        assert_eq!((whole, kept.len()), (now, 2));
    }
}
