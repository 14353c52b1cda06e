use proptest::prelude::*;
use serde_json::json;

use super::*;

fn refused(text: &str) -> (FaultCode, Option<String>, String) {
    let fault = parse(text.as_bytes()).unwrap_err();
    (fault.code, fault.pointer, fault.detail)
}

fn code(text: &str) -> FaultCode {
    refused(text).0
}

#[test]
fn reads_what_is_plain() {
    let value = parse_object(br#" {"a":[1,-2,1.5,true,null,"\u00e9\ud83d\ude00"],"b":{"":{}}} "#).unwrap();
    assert_eq!(value, json!({"a": [1, -2, 1.5, true, null, "é😀"], "b": {"": {}}}));
    assert_eq!(parse(b"[]").unwrap(), json!([]));
}

#[test]
fn duplicate_keys_are_named() {
    let (code, pointer, detail) = refused("{\"a\":{\n \"b/c\":1,\"b\\u002fc\":2}}");
    assert_eq!(code, FaultCode::DuplicateKey);
    assert_eq!(pointer.as_deref(), Some("/a/b~1c"));
    assert!(detail.starts_with("An object has the same key twice, at line 2 column 1"), "{detail}");
}

#[test]
fn nul_is_refused_in_strings_and_keys() {
    assert_eq!(refused(r#"{"a":["x","y\u0000"]}"#).1.as_deref(), Some("/a/1"));
    assert_eq!(code(r#"{"a":["x","y\u0000"]}"#), FaultCode::NulCharacter);
    assert_eq!(code(r#"{"a\u0000":1}"#), FaultCode::NulCharacter);
    assert_eq!(code("{\"a\":\"\0\"}"), FaultCode::InvalidJson);
}

#[test]
fn half_surrogate_pairs_are_told_from_other_syntax() {
    for escape in [r"\ud800", r"\udc00", r"\ud800\u0041", r"\ud800x", r"\ud800\n", r"\ud83d\ud83d"] {
        assert_eq!(code(&format!("{{\"a\":\"{escape}\"}}")), FaultCode::LoneSurrogate, "{escape}");
        assert_eq!(code(&format!("{{\"{escape}\":1}}")), FaultCode::LoneSurrogate, "{escape}");
    }
    assert_eq!(code(r#"{"a":"\u12"}"#), FaultCode::InvalidJson);
}

#[test]
fn depth_counts_objects_and_arrays() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(nested(32).as_bytes()).is_ok());
    assert_eq!(code(&nested(33)), FaultCode::TooDeep);
    assert_eq!(code(&format!("{}1", r#"{"a":"#.repeat(40))), FaultCode::TooDeep);
}

#[test]
fn a_bomb_of_brackets_fails_at_once() {
    let bomb = "[".repeat(5 << 20);
    let begun = std::time::Instant::now();
    assert_eq!(code(&bomb), FaultCode::TooDeep);
    assert_eq!(parse_object(bomb.as_bytes()).unwrap_err().code, FaultCode::NotAnObject);
    assert!(begun.elapsed().as_millis() < 1000);
}

#[test]
fn the_top_level_can_be_held_to_an_object() {
    for text in ["[]", "1", "\"a\"", "null", "true", "1.5"] {
        let fault = parse_object(text.as_bytes()).unwrap_err();
        assert_eq!((fault.code, fault.pointer), (FaultCode::NotAnObject, None), "{text}");
    }
}

#[test]
fn numbers_stay_within_range_and_whole_ones_are_integers() {
    assert_eq!(code(r#"{"a":1e999}"#), FaultCode::InvalidJson);
    assert_eq!(refused(r#"{"a":-1e999}"#).1.as_deref(), Some("/a"));
    assert_eq!(parse(b"[1.0,-0.0,2e3,0.5]").unwrap(), json!([1, 0, 2000, 0.5]));
    assert_eq!(parse(b"[18446744073709551615,1e300]").unwrap(), json!([u64::MAX, 1e300]));
}

#[test]
fn syntax_faults_say_where() {
    for text in ["", "{", "{\"a\":1,}", "{'a':1}", "{\"a\":1} x", "[1 2]", "{\"a\":NaN}", "{}{}", "\u{feff}{}"] {
        assert_eq!(code(text), FaultCode::InvalidJson, "{text}");
    }
    let (_, pointer, detail) = refused("{\"a\":\n[1, tru]}");
    assert_eq!(pointer.as_deref(), Some("/a/1"));
    assert!(detail.contains("at line 2 column"), "{detail}");
    let fault = parse(b"{\"a\":\n \"\xff\"}").unwrap_err();
    assert_eq!(fault.detail, "The text is not UTF-8, at line 2 column 3.");
}

#[test]
fn a_huge_key_is_not_repeated() {
    let fault = parse(format!("{{\"{}\":x}}", "k".repeat(100_000)).as_bytes()).unwrap_err();
    assert!(fault.pointer.is_none() && fault.detail.len() < 200);
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1.0e6..1.0e6f64).prop_filter("whole floats become integers", |f| f.fract() != 0.0).prop_map(Value::from),
        any::<String>().prop_map(|text| text.replace('\0', "")).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec(("[a-z~/\"é]{0,6}", inner), 0..8).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn anything_like_json_is_answered(text in "[\\[\\]{}:,\"\\\\u0-9a-fdD\\-+.eE trnsl\n]{0,120}") {
        if let Ok(value) = parse(text.as_bytes()) {
            prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
            prop_assert_eq!(parse(value.to_string().as_bytes()).unwrap(), value);
        }
    }

    #[test]
    fn agrees_with_serde_json(value in document()) {
        let expected: Value = serde_json::from_str(&value.to_string()).unwrap();
        prop_assert_eq!(parse(value.to_string().as_bytes()).unwrap(), expected.clone());
        prop_assert_eq!(parse(serde_json::to_string_pretty(&value).unwrap().as_bytes()).unwrap(), expected);
    }
}
