//! Tokens as an attacker would write them.

use super::*;

fn payload() -> Value {
    serde_json::to_value(claims()).unwrap()
}

/// The texts that an attacker might take the public key for.
fn public_as_secret(key: &SigningKey) -> Vec<Vec<u8>> {
    let jwk = key.public_jwk();
    let mut secrets = vec![Vec::new(), jwk.to_string().into_bytes(), key.kid().into()];
    for name in ["x", "y", "n"] {
        if let Some(text) = jwk.get(name).and_then(Value::as_str) {
            secrets.push(text.as_bytes().to_vec());
            secrets.push(URL_SAFE_NO_PAD.decode(text).unwrap());
        }
    }
    secrets
}

#[test]
fn without_a_signature() {
    let key = key(Algorithm::Es256);
    let verifier = verifier(&[&key]);
    for alg in ["none", "None", "NONE", ""] {
        let head = with(header(&key), "alg", json!(alg));
        let token = token(&head, &payload(), &key);
        let (message, _) = token.rsplit_once('.').unwrap();
        for forged in [format!("{message}."), token.clone()] {
            assert_eq!(check(&verifier, &forged), Err(TokenError::BadSignature), "{alg}");
        }
    }
    let token = sign(&key, &claims()).unwrap();
    let (message, _) = token.rsplit_once('.').unwrap();
    assert_eq!(check(&verifier, &format!("{message}.")), Err(TokenError::BadSignature));
}

#[test]
fn the_public_key_as_a_shared_secret() {
    for algorithm in ALL {
        let key = key(algorithm);
        let verifier = verifier(&[&key]);
        let head = with(header(&key), "alg", json!("HS256"));
        for secret in public_as_secret(&key) {
            let secret = EncodingKey::from_secret(&secret);
            let token = signed(&head, &payload(), &secret, jsonwebtoken::Algorithm::HS256);
            assert_eq!(check(&verifier, &token), Err(TokenError::BadSignature));
        }
    }
}

#[test]
fn the_algorithm_of_another_key() {
    let keys = ALL.map(key);
    let verifier = verifier(&keys.each_ref());
    for named in &keys {
        for signer in keys.iter().filter(|signer| signer.kid() != named.kid()) {
            let algorithm = signer.public().algorithm().as_str();
            for alg in [algorithm, named.public().algorithm().as_str()] {
                let head = with(header(named), "alg", json!(alg));
                let token = token(&head, &payload(), signer);
                assert_eq!(check(&verifier, &token), Err(TokenError::BadSignature), "{alg}");
            }
        }
    }
}

#[test]
fn another_algorithm_of_the_same_key() {
    let key = key(Algorithm::Rs256);
    for (alg, algorithm) in [
        ("PS256", jsonwebtoken::Algorithm::PS256),
        ("RS512", jsonwebtoken::Algorithm::RS512),
        ("RS256", jsonwebtoken::Algorithm::PS256),
    ] {
        let head = with(header(&key), "alg", json!(alg));
        let token = signed(&head, &payload(), key.encoding(), algorithm);
        assert_eq!(check(&verifier(&[&key]), &token), Err(TokenError::BadSignature), "{alg}");
    }
}

#[test]
fn a_key_brought_along_is_not_looked_at() {
    let (ours, theirs) = (key(Algorithm::Es256), key(Algorithm::Es256));
    let verifier = verifier(&[&ours]);
    let brought = [
        ("jwk", theirs.public_jwk()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("jwk", json!("rubbish")),
    ];
    for (name, value) in brought {
        let as_theirs = with(header(&theirs), name, value.clone());
        let token_of_theirs = token(&as_theirs, &payload(), &theirs);
        assert_eq!(check(&verifier, &token_of_theirs), Err(TokenError::UnknownKey), "{name}");
        let as_ours = with(header(&ours), name, value);
        let forged = token(&as_ours, &payload(), &theirs);
        assert_eq!(check(&verifier, &forged), Err(TokenError::BadSignature), "{name}");
        assert!(check(&verifier, &token(&as_ours, &payload(), &ours)).is_ok(), "{name}");
    }
}

#[test]
fn unknown_or_missing_key_ids() {
    let key = key(Algorithm::EdDsa);
    let verifier = verifier(&[&key]);
    for kid in [json!(null), json!(""), json!("../../dev/null"), json!("' OR 1=1 --")] {
        let token = token(&with(header(&key), "kid", kid), &payload(), &key);
        assert_eq!(check(&verifier, &token), Err(TokenError::UnknownKey));
    }
    let token = token(&with(header(&key), "kid", json!(1)), &payload(), &key);
    assert_eq!(check(&verifier, &token), Err(TokenError::Malformed));
    assert_eq!(check(&Verifier::default(), &sign(&key, &claims()).unwrap()), Err(TokenError::UnknownKey));
}

#[test]
fn other_types_of_token_signed_by_us() {
    let key = key(Algorithm::EdDsa);
    let verifier = verifier(&[&key]);
    let with_type = |typ: Value| {
        let token = token(&with(header(&key), "typ", typ), &payload(), &key);
        check(&verifier, &token).map(|_| ())
    };
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert_eq!(with_type(json!(typ)), Ok(()), "{typ}");
    }
    for typ in [json!("JWT"), json!("logout+jwt"), json!(""), json!(null), json!("at+jwt ")] {
        assert_eq!(with_type(typ), Err(TokenError::WrongType));
    }
}

#[test]
fn extensions_that_must_be_understood() {
    let key = key(Algorithm::EdDsa);
    for crit in [json!(["b64"]), json!([]), json!("x")] {
        let token = token(&with(header(&key), "crit", crit), &payload(), &key);
        assert_eq!(check(&verifier(&[&key]), &token), Err(TokenError::Malformed));
    }
}

#[test]
fn members_that_come_twice() {
    let key = key(Algorithm::EdDsa);
    let verifier = verifier(&[&key]);
    let twice = |value: Value, name: &str| {
        let text = value.to_string().replacen('{', &format!("{{{name}:\"x\","), 1);
        URL_SAFE_NO_PAD.encode(text)
    };
    let parts = [
        (twice(header(&key), "\"kid\""), URL_SAFE_NO_PAD.encode(payload().to_string())),
        (URL_SAFE_NO_PAD.encode(header(&key).to_string()), twice(payload(), "\"sub\"")),
    ];
    for (head, body) in parts {
        let message = format!("{head}.{body}");
        let algorithm = jsonwebtoken::Algorithm::EdDSA;
        let signature = crypto::sign(message.as_bytes(), key.encoding(), algorithm).unwrap();
        let token = format!("{message}.{signature}");
        assert_eq!(check(&verifier, &token), Err(TokenError::Malformed));
    }
}

#[test]
fn any_altered_character() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let key = key(algorithm);
        let verifier = verifier(&[&key]);
        let token = sign(&key, &claims()).unwrap();
        for index in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[index] = if altered[index] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(check(&verifier, &altered).is_err(), "{index}");
        }
    }
}

#[test]
fn another_payload_under_the_same_signature() {
    let key = key(Algorithm::Es256);
    let token = sign(&key, &claims()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let more = with(payload(), "scope", json!("admin"));
    let forged = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(more.to_string()), parts[2]);
    assert_eq!(check(&verifier(&[&key]), &forged), Err(TokenError::BadSignature));
}

#[test]
fn wrong_numbers_of_parts() {
    let key = key(Algorithm::EdDsa);
    let verifier = verifier(&[&key]);
    let token = sign(&key, &claims()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    for text in ["", ".", "..", "a.b", "\u{0}.\u{0}.\u{0}", "ä.ö.ü", message] {
        assert_eq!(check(&verifier, text), Err(TokenError::Malformed), "{text}");
    }
    for text in [
        format!("{message}.x.{signature}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}=="),
        format!("{token} "),
        format!(" {token}"),
    ] {
        assert!(check(&verifier, &text).is_err(), "{text}");
    }
}
