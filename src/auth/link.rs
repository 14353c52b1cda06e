//! The token in a link that leads to a row of a workspace: it names the workspace, without which the row could not be
//! found, and holds a secret, of which only the hash is stored.
use uuid::Uuid;

use super::token::{self, OpaqueToken, Prefix};
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult};

/// A new token, and what is stored of it.
pub fn generate(workspace: WorkspaceId, prefix: Prefix) -> ApiResult<(String, Vec<u8>)> {
    let secret = OpaqueToken::generate(prefix).map_err(|error| ApiError::internal(&error))?;
    Ok((format!("{}.{}", Uuid::from(workspace).simple(), secret.expose()), secret.hash().to_vec()))
}

/// The workspace and the hash of a token; none when it cannot be one of ours.
pub fn read(prefix: Prefix, text: &str) -> Option<(WorkspaceId, Vec<u8>)> {
    let (workspace, secret) = text.split_once('.')?;
    let workspace = Uuid::try_parse(workspace).ok()?;
    let vouched = || (WorkspaceId::vouched(workspace), token::hash(secret).to_vec());
    token::well_formed(prefix, secret).then(vouched)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_row() {
        let workspace = WorkspaceId::vouched(Uuid::now_v7());
        let (text, hash) = generate(workspace, Prefix::Booking).unwrap();
        assert!(text.len() <= 128);
        assert_eq!(read(Prefix::Booking, &text), Some((workspace, hash)));
        assert_eq!(read(Prefix::Invitation, &text), None);
        for broken in ["", ".", &text[1..], &text[..text.len() - 1], &text.replace('.', "")] {
            assert_eq!(read(Prefix::Booking, broken), None);
        }
    }
}
