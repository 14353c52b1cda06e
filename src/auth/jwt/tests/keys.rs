//! Keys: stored, published and read back.

use super::*;

/// The key of RFC 7638, section 3.1.
const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

fn kid(jwk: &Value) -> String {
    PublicKey::from_jwk(jwk).unwrap().kid().to_owned()
}

#[test]
fn thumbprints_are_those_of_the_rfcs() {
    let rsa = json!({ "kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011" });
    assert_eq!(kid(&rsa), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    // RFC 8037, appendix A.3.
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let ed = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "alg": "EdDSA" });
    assert_eq!(kid(&ed), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn the_library_computes_the_same_thumbprint() {
    for algorithm in ALL {
        let key = key(algorithm);
        let theirs: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.public_jwk()).unwrap();
        let hash = jsonwebtoken::jwk::ThumbprintHash::SHA256;
        assert_eq!(theirs.thumbprint(hash).unwrap(), key.kid());
    }
}

#[test]
fn published_keys_have_only_public_members() {
    let names = [
        &["alg", "crv", "kid", "kty", "use", "x", "y"][..],
        &["alg", "crv", "kid", "kty", "use", "x"],
        &["alg", "e", "kid", "kty", "n", "use"],
    ];
    for (algorithm, names) in ALL.into_iter().zip(names) {
        let key = key(algorithm);
        let jwk = key.public_jwk();
        let mut members: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, names);
        assert_eq!(jwk["use"], "sig");
        assert_eq!(jwk["alg"], algorithm.as_str());
        assert_eq!(jwk["kid"], key.kid());
        let again = PublicKey::from_jwk(&jwk).unwrap();
        let token = sign(&key, &claims()).unwrap();
        assert!(check(&Verifier::new([again]), &token).is_ok());
    }
}

#[test]
fn stored_keys_sign_as_before() {
    for algorithm in ALL {
        let key = key(algorithm);
        let again = SigningKey::from_pkcs8(algorithm, key.private_pkcs8()).unwrap();
        assert_eq!(again.kid(), key.kid());
        assert!(check(&verifier(&[&key]), &sign(&again, &claims()).unwrap()).is_ok());
        for other in ALL.into_iter().filter(|other| *other != algorithm) {
            let wrong = SigningKey::from_pkcs8(other, key.private_pkcs8());
            assert_eq!(wrong.err(), Some(KeyError::Invalid), "{other:?}");
        }
        let cut = &key.private_pkcs8()[..20];
        assert_eq!(SigningKey::from_pkcs8(algorithm, cut).err(), Some(KeyError::Invalid));
    }
}

#[test]
fn unfit_jwks_are_refused() {
    let ec = key(Algorithm::Es256).public_jwk();
    let unfit = [
        json!(null),
        with(ec.clone(), "alg", json!("HS256")),
        with(ec.clone(), "alg", json!("EdDSA")),
        with(ec.clone(), "alg", json!(null)),
        with(ec.clone(), "kty", json!("oct")),
        with(ec.clone(), "crv", json!("P-384")),
        with(ec.clone(), "x", json!("AAAA")),
        with(ec, "y", json!(null)),
        json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "RS256" }),
    ];
    for jwk in unfit {
        assert_eq!(PublicKey::from_jwk(&jwk).err(), Some(KeyError::Invalid), "{jwk}");
    }
}

#[test]
fn a_key_set_is_in_a_stable_order() {
    let keys = ALL.map(key);
    let (one, two) = (keys.each_ref(), [&keys[2], &keys[0], &keys[1]]);
    assert_eq!(verifier(&one).jwks().to_string(), verifier(&two).jwks().to_string());
    assert_eq!(verifier(&one).jwks()["keys"].as_array().unwrap().len(), 3);
}

#[test]
fn an_id_in_a_jwk_is_not_believed() {
    let (ours, theirs) = (key(Algorithm::EdDsa), key(Algorithm::EdDsa));
    let renamed = with(theirs.public_jwk(), "kid", json!(ours.kid()));
    assert_eq!(kid(&renamed), theirs.kid());
}

#[test]
fn nothing_private_is_printed() {
    for algorithm in ALL {
        let key = key(algorithm);
        let printed = format!("{key:?}");
        let bytes = format!("{:?}", key.private_pkcs8());
        assert!(!printed.contains(bytes.trim_matches(['[', ']'])));
        assert!(printed.contains("REDACTED"));
    }
}
