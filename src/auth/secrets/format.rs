//! The bytes of a sealed value, and what binds it to its place.

use uuid::Uuid;

use super::{ID_LENGTH, KeyId, NONCE_LENGTH, TAG_LENGTH, VERSION};

/// Where a sealed value is stored. A value copied to another row, column or workspace can't be
/// opened there, so that whoever can write to the database can't swap secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The workspace, unless the table is global.
    pub workspace: Option<Uuid>,
    /// The row's key as text.
    pub row: &'a str,
}

impl Place<'_> {
    /// The associated data. Each part goes with its length: otherwise `("ab", "c")` and
    /// `("a", "bc")` would be the same place.
    pub(super) fn bind(&self, id: KeyId) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(id);
        let workspace = self.workspace.as_ref().map_or(&[][..], |id| id.as_bytes());
        for part in [self.table.as_bytes(), self.column.as_bytes(), workspace, self.row.as_bytes()] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }
}

/// A sealed value, taken apart.
pub(super) struct Sealed<'a> {
    pub(super) id: KeyId,
    pub(super) nonce: [u8; NONCE_LENGTH],
    pub(super) text: &'a [u8],
    pub(super) tag: [u8; TAG_LENGTH],
}

impl<'a> Sealed<'a> {
    /// `None` when it is too short or of another version.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&[VERSION])?;
        let (&id, rest) = rest.split_first_chunk::<ID_LENGTH>()?;
        let (&nonce, rest) = rest.split_first_chunk::<NONCE_LENGTH>()?;
        let (text, &tag) = rest.split_last_chunk::<TAG_LENGTH>()?;
        Some(Self { id, nonce, text, tag })
    }

    /// The bytes to store.
    pub(super) fn write(&self) -> Vec<u8> {
        [&[VERSION][..], &self.id, &self.nonce, self.text, &self.tag].concat()
    }
}
