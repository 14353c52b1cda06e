//! Cursors: opaque, bound to one list with its sort and filters, unforgeable, and without authority.
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ApiResult, Code, Fault};

const TAG: usize = 16;

/// Signs cursors, with a key derived from the service's secret, so that every instance reads every other's.
pub struct CursorKey(hmac::Key);

impl CursorKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// `list` is whatever the position is bound to: the path, the sort, the filters.
    pub fn seal(&self, list: &str, position: &impl Serialize) -> ApiResult<String> {
        let mut bytes = serde_json::to_vec(position).map_err(|error| ApiError::internal(&error))?;
        let tag = self.tag(list, &bytes);
        bytes.extend_from_slice(&tag.as_ref()[..TAG]);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    pub fn open<P: DeserializeOwned>(&self, list: &str, cursor: &str) -> ApiResult<P> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let (position, tag) = bytes.split_at_checked(bytes.len().saturating_sub(TAG)).ok_or_else(invalid)?;
        let genuine = self.tag(list, position);
        aws_lc_rs::constant_time::verify_slices_are_equal(&genuine.as_ref()[..TAG], tag).map_err(|_| invalid())?;
        serde_json::from_slice(position).map_err(|_| invalid())
    }

    fn tag(&self, list: &str, position: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(list.as_bytes());
        context.update(&[0]);
        context.update(position);
        context.sign()
    }
}

fn invalid() -> ApiError {
    let detail = "the cursor is not one of this list with this sort and these filters; start again without one";
    ApiError::new(Code::InvalidCursor, detail).with(Fault::parameter("cursor", "invalid", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_only_where_it_was_made() {
        let key = CursorKey::new([7; 32]);
        let cursor = key.seal("/v1/contacts?stage=met", &(1, "x")).expect("sealed");
        let opened: (i32, String) = key.open("/v1/contacts?stage=met", &cursor).expect("opened");
        assert_eq!(opened, (1, "x".to_owned()));
        assert!(key.open::<(i32, String)>("/v1/contacts", &cursor).is_err());
        assert!(CursorKey::new([8; 32]).open::<(i32, String)>("/v1/contacts?stage=met", &cursor).is_err());
        for broken in ["", "AA", "not a cursor", &cursor[1..]] {
            assert!(key.open::<(i32, String)>("/v1/contacts?stage=met", broken).is_err());
        }
    }
}
