use chrono::TimeDelta;
use jsonwebtoken::EncodingKey;
use proptest::prelude::*;

use super::*;

mod forged;
mod keys;

const ISS: &str = "https://inroad.example";
const AUD: &str = "https://inroad.example/v1";
const ALL: [Algorithm; 3] = [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256];

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm).unwrap()
}

fn verifier(keys: &[&SigningKey]) -> Verifier {
    Verifier::new(keys.iter().map(|key| key.public().clone()))
}

fn claims() -> Claims {
    Claims {
        iss: ISS.to_owned(),
        sub: Uuid::from_u128(1).to_string(),
        aud: Audience::One(AUD.to_owned()),
        exp: now().timestamp() + 900,
        iat: now().timestamp(),
        nbf: None,
        jti: Uuid::from_u128(2).to_string(),
        client_id: "web".to_owned(),
        scope: "contacts:read contacts:write".to_owned(),
        wsp: Some(Uuid::from_u128(3)),
        sid: Some(Uuid::from_u128(4)),
        act: Some(json!({ "sub": "support" })),
    }
}

/// A token of any header and payload, with a right signature of this key over them.
fn token(header: &Value, payload: &Value, key: &SigningKey) -> String {
    signed(header, payload, key.encoding(), key.public().algorithm().into())
}

fn signed(header: &Value, payload: &Value, key: &EncodingKey, algorithm: jsonwebtoken::Algorithm) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(payload));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

fn header(key: &SigningKey) -> Value {
    json!({ "typ": "at+jwt", "alg": key.public().algorithm().as_str(), "kid": key.kid() })
}

/// A JSON object with one member set anew.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn check(verifier: &Verifier, token: &str) -> Result<Claims, TokenError> {
    verifier.verify(token, now(), ISS, AUD)
}

#[test]
fn what_was_signed_verifies_with_every_algorithm() {
    let keys = ALL.map(key);
    let verifier = verifier(&keys.each_ref());
    for key in &keys {
        let token = sign(key, &claims()).unwrap();
        assert_eq!(check(&verifier, &token), Ok(claims()));
        let (head, _) = token.split_once('.').unwrap();
        let head: Value = read(head).unwrap();
        assert_eq!(head, header(key));
    }
}

#[test]
fn absent_claims_are_left_out_and_read_back() {
    let key = key(Algorithm::Es256);
    let few = Claims { wsp: None, sid: None, act: None, ..claims() };
    let token = sign(&key, &few).unwrap();
    let payload: Value = read(token.split('.').nth(1).unwrap()).unwrap();
    let mut names: Vec<_> = payload.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub"]);
    assert_eq!(check(&verifier(&[&key]), &token), Ok(few));
}

#[test]
fn times_are_compared_with_the_given_instant() {
    let key = key(Algorithm::EdDsa);
    let verifier = verifier(&[&key]);
    let with_nbf = Claims { nbf: Some(now().timestamp() + 300), ..claims() };
    let cases = [
        (claims(), -61, Err(TokenError::NotYetValid)),
        (claims(), -60, Ok(())),
        (claims(), 959, Ok(())),
        (claims(), 960, Err(TokenError::Expired)),
        (claims(), 100_000_000, Err(TokenError::Expired)),
        (with_nbf.clone(), 239, Err(TokenError::NotYetValid)),
        (with_nbf, 240, Ok(())),
        (Claims { exp: i64::MAX, ..claims() }, 0, Ok(())),
        (Claims { exp: i64::MIN, ..claims() }, 0, Err(TokenError::Expired)),
        (Claims { iat: i64::MAX, ..claims() }, 0, Err(TokenError::NotYetValid)),
    ];
    for (claims, seconds, expected) in cases {
        let token = sign(&key, &claims).unwrap();
        let at = now() + TimeDelta::seconds(seconds);
        let result = verifier.verify(&token, at, ISS, AUD).map(|_| ());
        assert_eq!(result, expected, "{seconds} s: {claims:?}");
    }
}

#[test]
fn issuer_and_audience_must_be_ours() {
    let key = key(Algorithm::EdDsa);
    let verifier = verifier(&[&key]);
    let try_with = |claims: Claims| check(&verifier, &sign(&key, &claims).unwrap()).map(|_| ());
    let many = |list: &[&str]| Audience::Many(list.iter().map(|&one| one.to_owned()).collect());
    let to = |aud: Audience| try_with(Claims { aud, ..claims() });
    assert_eq!(to(many(&["https://other.example", AUD])), Ok(()));
    assert_eq!(to(many(&["https://other.example"])), Err(TokenError::WrongAudience));
    assert_eq!(to(many(&[])), Err(TokenError::WrongAudience));
    assert_eq!(to(Audience::One(format!("{AUD}/"))), Err(TokenError::WrongAudience));
    for iss in ["", "https://inroad.example/", "https://INROAD.example", "https://evil.example"] {
        let other = Claims { iss: iss.to_owned(), ..claims() };
        assert_eq!(try_with(other), Err(TokenError::WrongIssuer), "{iss}");
    }
}

#[test]
fn missing_or_ill_typed_claims_are_malformed() {
    let key = key(Algorithm::EdDsa);
    let verifier = verifier(&[&key]);
    let good = serde_json::to_value(claims()).unwrap();
    for name in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"] {
        let mut missing = good.clone();
        missing.as_object_mut().unwrap().remove(name);
        for payload in [missing, with(good.clone(), name, json!({}))] {
            let token = token(&header(&key), &payload, &key);
            assert_eq!(check(&verifier, &token), Err(TokenError::Malformed), "{name}");
        }
    }
    for (name, value) in [("exp", json!("1800000900")), ("exp", json!(1e300)), ("wsp", json!("x")), ("sid", json!(1))] {
        let token = token(&header(&key), &with(good.clone(), name, value), &key);
        assert_eq!(check(&verifier, &token), Err(TokenError::Malformed), "{name}");
    }
}

#[test]
fn long_tokens_are_not_even_decoded() {
    let key = key(Algorithm::EdDsa);
    let verifier = verifier(&[&key]);
    let long = |length: usize| {
        let scope = "x".repeat(length);
        sign(&key, &Claims { scope, ..claims() }).unwrap()
    };
    assert!(long(5_000).len() < MAX_LENGTH && check(&verifier, &long(5_000)).is_ok());
    assert_eq!(check(&verifier, &long(7_000)), Err(TokenError::Malformed));
}

proptest! {
    #[test]
    fn arbitrary_text_is_refused(text in "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,40}){0,4}") {
        let verifier = Verifier::default();
        prop_assert!(check(&verifier, &text).is_err());
    }
}
