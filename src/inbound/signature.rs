//! Signatures as Standard Webhooks have them: HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`, in base64 behind
//! `v1,`, several separated by blanks.
use actix_web::http::header::HeaderMap;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Duration, Utc};

use crate::error::{ApiError, Code, Fault};

/// How old a signature may be, or how far ahead the clock of whoever signs.
const WINDOW: Duration = Duration::minutes(5);

/// What a hook says of itself.
#[derive(Debug)]
pub struct Signed {
    id: String,
    timestamp: String,
    signatures: String,
}

impl Signed {
    /// Reads the headers, and refuses a time that is not about now.
    pub fn read(headers: &HeaderMap, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let text = |name: &'static str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            value.ok_or_else(|| refused(name, "is missing"))
        };
        let (id, timestamp, signatures) = (text("webhook-id")?, text("webhook-timestamp")?, text("webhook-signature")?);
        let at = timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let at = at.ok_or_else(|| refused("webhook-timestamp", "must be seconds since 1970"))?;
        if (now - at).abs() > WINDOW {
            return Err(refused("webhook-timestamp", "is more than five minutes from now"));
        }
        Ok(Self { id, timestamp, signatures })
    }

    /// Whether one of the signatures is by this key.
    pub fn is_by(&self, key: &[u8], body: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let signed = [self.id.as_bytes(), b".", self.timestamp.as_bytes(), b".", body].concat();
        let given = self.signatures.split(' ').filter_map(|one| BASE64.decode(one.strip_prefix("v1,")?).ok());
        given.take(10).any(|tag| hmac::verify(&key, &signed, &tag).is_ok())
    }
}

/// One answer for all that is not signed as it should be, whether or not there is such an address.
pub fn bad() -> ApiError {
    refused("webhook-signature", "is not by the secret of this address")
}

fn refused(header: &'static str, what: &'static str) -> ApiError {
    let detail = format!("the header `{header}` {what}");
    ApiError::new(Code::InvalidSignature, detail).with(Fault::header(header, "invalid", what))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        list.iter().map(pair).collect()
    }

    /// The example of the specification.
    #[test]
    fn signs_as_the_specification_shows() {
        let key = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let list = [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1a,x v1,nonsense v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ];
        let now = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let signed = Signed::read(&headers(&list), now + Duration::minutes(5)).unwrap();
        assert!(signed.is_by(&key, body));
        assert!(!signed.is_by(&key, b"{}") && !signed.is_by(b"another", body));
        for at in [now + Duration::seconds(301), now - Duration::seconds(301)] {
            assert_eq!(Signed::read(&headers(&list), at).unwrap_err().code, Code::InvalidSignature);
        }
        assert!(Signed::read(&headers(&list[1..]), now).is_err());
    }
}
