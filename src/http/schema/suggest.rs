//! "Did you mean …?"

use serde_json::Value;

use super::pointer;

/// Longer names are no typo of a field, and comparing them would cost the caller's length.
const MAX_NAME: usize = 40;

/// The name nearest to a mistyped one, if any is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    if name.is_empty() || name.len() > MAX_NAME {
        return None;
    }
    let folded = fold(name);
    let near = candidates.map(|candidate| (distance(&folded, &fold(candidate)), candidate.as_str()));
    let (steps, best) = near.min()?;
    (steps <= folded.len().div_ceil(3).min(3)).then_some(best)
}

/// `givenName`, `given-name` and `given_name` are alike.
fn fold(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Edits between two words, a swap of neighbours counting as one.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The names an object of this schema may have, those of the parts it is composed of included.
pub fn properties<'a>(document: &'a Value, schema: &'a Value, depth: usize, found: &mut Vec<&'a String>) {
    // Compositions can refer to themselves.
    if depth > 8 {
        return;
    }
    if let Some(members) = schema.get("properties").and_then(Value::as_object) {
        found.extend(members.keys());
    }
    if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|r| document.pointer(r.get(1..)?)) {
        properties(document, target, depth + 1, found);
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        properties(document, part, depth + 1, found);
    }
}

/// The schema that holds the keyword at this place; the library gives places with references followed.
pub fn owner<'a>(document: &'a Value, keyword_location: &str) -> Option<&'a Value> {
    document.pointer(keyword_location.rsplit_once('/')?.0)
}

/// The first item of a list that was there before, and where.
pub fn repeated(list: &Value) -> Option<(usize, usize)> {
    let mut seen = std::collections::HashMap::new();
    list.as_array()?
        .iter()
        .enumerate()
        .find_map(|(at, item)| seen.insert(item.to_string(), at).map(|first| (at, first)))
}

/// Joins a place in the body and a key of it.
pub fn member(parent: &str, key: &str) -> String {
    let mut place = pointer::shorten(parent).to_owned();
    pointer::push(&mut place, key);
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestion(name: &str) -> Option<String> {
        let known = ["given_name", "family_name", "emails", "name", "id"].map(String::from);
        nearest(name, known.iter()).map(str::to_owned)
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        assert_eq!(suggestion("nmae").as_deref(), Some("name"));
        assert_eq!(suggestion("givenName").as_deref(), Some("given_name"));
        assert_eq!(suggestion("email").as_deref(), Some("emails"));
        for far in ["", "phone", "x", "zz", "__", &"n".repeat(100)] {
            assert_eq!(suggestion(far), None, "{far}");
        }
    }
}
