use super::sample::{CreateContact, document};
use super::*;

pub fn schemas() -> Schemas {
    Schemas::compile(&document(), &["CreateContact"]).unwrap()
}

pub fn faults(body: Value) -> Vec<(String, &'static str, String)> {
    let faults = schemas().check("CreateContact", &body).unwrap_err();
    faults.into_iter().map(|fault| (fault.pointer, fault.code, fault.detail)).collect()
}

/// The one fault of a body that is right but for this member.
pub fn fault(name: &str, value: Value) -> (String, &'static str, String) {
    let mut body = json!({"given_name": "Ada"});
    body[name] = value;
    let mut all = faults(body);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[track_caller]
fn expect(name: &str, value: Value, pointer: &str, code: &str, detail: &str) {
    assert_eq!(fault(name, value), (pointer.to_owned(), codes(code), detail.to_owned()));
}

fn codes(code: &str) -> &'static str {
    CODES.into_iter().find(|known| *known == code).unwrap()
}

pub fn body() -> Value {
    json!({
        "given_name": "Ada", "family_name": null, "stage": "follow_up", "tags": ["rust", "api"], "score": 7,
        "emails": [{"address": "ada@example.org", "kind": "met", "primary": true}, {"address": "a@b.example"}],
        "fee": 12000, "currency": "EUR", "country": "AT", "time_zone": "Europe/Vienna", "met_on": "2026-03-31",
        "seen_at": "2026-03-31T09:30:00Z", "owner_id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "place": {"kind": "video", "url": "https://example.org/room"}, "external_ids": {"crm": "1"},
        "referrer": {"given_name": "Bob"}, "custom": {"anything": [1, {"goes": true}]}
    })
}

#[test]
fn a_right_body_passes_and_can_be_read() {
    schemas().check("CreateContact", &body()).unwrap();
    let contact: CreateContact = serde_json::from_value(body()).unwrap();
    assert_eq!(contact.emails.len(), 2);
    schemas()
        .check("CreateContact", &json!({"given_name": "Ada", "stage": null, "place": null, "score": null}))
        .unwrap();
}

#[test]
fn all_faults_come_at_once() {
    let found = faults(json!({
        "nmae": 1, "stage": "x", "emails": [{"addres": "x", "kind": "z"}], "score": 3.5, "country": "Austria"
    }));
    let mut places = found.iter().map(|(pointer, code, _)| (pointer.as_str(), *code)).collect::<Vec<_>>();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            ("/country", "invalid_format"),
            ("/emails/0/addres", "unknown_field"),
            ("/emails/0/address", "required"),
            ("/emails/0/kind", "not_allowed"),
            ("/given_name", "required"),
            ("/nmae", "unknown_field"),
            ("/score", "wrong_type"),
            ("/stage", "not_allowed"),
        ]
    );
}

#[test]
fn fields_are_pointed_at_and_suggested() {
    expect("famly_name", json!(1), "/famly_name", "unknown_field", "is not a known field; did you mean `family_name`?");
    expect("a/b", json!(1), "/a~1b", "unknown_field", "is not a known field");
    expect("emails", json!([{}]), "/emails/0/address", "required", "is required");
    let found = faults(json!({"given_name": "Ada", "given_nam": 1}));
    assert_eq!(found[0].2, "is not a known field", "what is there already is not what was meant");
}

#[test]
fn types_are_told_in_words() {
    expect("given_name", json!(5), "/given_name", "wrong_type", "must be a string, not a number");
    expect("given_name", json!(null), "/given_name", "wrong_type", "must be a string, not null");
    expect("family_name", json!([]), "/family_name", "wrong_type", "must be a string or null, not an array");
    expect("score", json!(1.5), "/score", "wrong_type", "must be a whole number or null, not a fraction");
    expect("emails", json!({}), "/emails", "wrong_type", "must be an array, not an object");
    assert_eq!(faults(json!([]))[0], (String::new(), "wrong_type", "must be an object, not an array".to_owned()));
}

#[test]
fn nullable_references_speak_for_the_branch_that_was_meant() {
    expect("stage", json!("x"), "/stage", "not_allowed", "must be one of `new`, `met`, `follow_up`");
    expect("stage", json!(5), "/stage", "wrong_type", "must be a string or null, not a number");
    expect("referrer", json!({}), "/referrer/given_name", "required", "is required");
    expect("place", json!(true), "/place", "wrong_type", "must be an object or null, not a boolean");
}

#[test]
fn tagged_unions_are_judged_by_their_tag() {
    expect("place", json!({"kind": "fax"}), "/place/kind", "not_allowed", "must be one of `phone`, `video`");
    expect("place", json!({"kind": "phone"}), "/place/number", "required", "is required");
    expect("place", json!({}), "/place/kind", "required", "is required");
    let (pointer, code, _) = fault("place", json!({"kind": "video", "url": "ftp://x.org"}));
    assert_eq!((pointer.as_str(), code), ("/place/url", "invalid_format"));
}

#[test]
fn limits_are_told_with_what_was_found() {
    expect("given_name", json!("é".repeat(214)), "/given_name", "too_long", "must be at most 200 characters, has 214");
    expect("given_name", json!(""), "/given_name", "too_short", "must not be empty");
    expect("score", json!(101), "/score", "out_of_range", "must be at most 100, is 101");
    expect("score", json!(-1), "/score", "out_of_range", "must be at least 0, is -1");
    expect(
        "fee",
        json!(u64::MAX),
        "/fee",
        "out_of_range",
        "must be at most 9223372036854775807, is 18446744073709551615",
    );
    expect("tags", json!(["a", "b", "c", "d"]), "/tags", "too_many", "must have at most 3 items, has 4");
    expect("tags", json!(["A"]), "/tags/0", "invalid_format", "must match the pattern `^[a-z0-9-]+$`");
    expect("emails", json!([{"address": ""}]), "/emails/0/address", "too_short", "must not be empty");
}
