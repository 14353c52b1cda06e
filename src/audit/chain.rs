//! How entries hang together: the hash of each covers the one before.
use aws_lc_rs::digest::{Context, SHA256};
use uuid::Uuid;

use super::model::EntryRow;
use crate::db::WorkspaceId;

/// What the first entry of a chain hashes.
pub const START: [u8; 32] = [0; 32];

/// A chain that holds.
#[derive(Debug)]
pub struct Summary {
    pub chain: WorkspaceId,
    /// Entries that are there.
    pub entries: i64,
    /// The number of the newest entry; those before the oldest one kept were let go.
    pub seq: i64,
    /// Of the newest entry, in hexadecimal: noted elsewhere, it shows when the whole chain is written anew.
    pub hash: String,
}

/// Where a chain breaks, and how.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    pub seq: i64,
    pub what: &'static str,
}

/// Reads a chain in its order, and stops where it breaks.
pub struct Walk {
    seq: i64,
    hash: Vec<u8>,
    entries: i64,
}

impl Walk {
    /// After the last entry that was let go.
    pub fn after(seq: i64, hash: Vec<u8>) -> Self {
        Self { seq, hash, entries: 0 }
    }

    pub fn seq(&self) -> i64 {
        self.seq
    }

    pub fn step(&mut self, row: &EntryRow) -> Result<(), Broken> {
        let broken = |what| Err(Broken { seq: row.seq, what });
        if row.seq != self.seq + 1 {
            return Err(Broken { seq: self.seq + 1, what: "is missing" });
        }
        if hash(&self.hash, row) != row.hash.as_slice() {
            return broken("does not hash to what it says, together with the one before");
        }
        let known = row.origin_salt.is_some() || row.ip_address.is_some() || row.user_agent.is_some();
        let salt = row.origin_salt.as_deref().unwrap_or_default();
        let origin = origin(salt, row.ip_address.as_deref(), row.user_agent.as_deref());
        if known && row.origin_digest.as_deref() != Some(&origin[..]) {
            return broken("has another address or user agent than was entered");
        }
        (self.seq, self.entries) = (row.seq, self.entries + 1);
        self.hash.clone_from(&row.hash);
        Ok(())
    }

    /// Held against what the chain's head says.
    pub fn finish(self, chain: WorkspaceId, seq: i64, hash: &[u8]) -> Result<Summary, Broken> {
        if self.seq < seq {
            return Err(Broken { seq: self.seq + 1, what: "is missing at the end" });
        }
        if self.seq > seq {
            return Err(Broken { seq: seq + 1, what: "stands behind the end" });
        }
        if self.hash != hash {
            return Err(Broken { seq, what: "is another one than the newest that was entered" });
        }
        Ok(Summary { chain, entries: self.entries, seq, hash: hex::encode(hash) })
    }
}

/// SHA-256 over the hash before and all that the entry says, each part with its length before it, so that nothing can
/// move from one field into the next.
pub fn hash(before: &[u8], row: &EntryRow) -> [u8; 32] {
    let EntryRow {
        workspace_id,
        seq,
        occurred_at,
        kind,
        actor_kind,
        actor_id,
        subject_id,
        fields,
        operation,
        reason,
        repeated,
        origin_digest,
        // Forgotten one day: the digest stands for them.
        origin_salt: _,
        ip_address: _,
        user_agent: _,
        hash: _,
    } = row;
    let mut parts = Parts::new("inroad audit entry 1");
    parts.add(before);
    parts.add(Uuid::from(*workspace_id).as_bytes());
    parts.add(&seq.to_be_bytes());
    parts.add(&occurred_at.timestamp_micros().to_be_bytes());
    parts.add(kind.as_bytes());
    parts.add(actor_kind.as_bytes());
    parts.maybe(actor_id.as_ref().map(|id| &id.as_bytes()[..]));
    parts.maybe(subject_id.as_ref().map(|id| &id.as_bytes()[..]));
    parts.add(&fields.len().to_be_bytes());
    fields.iter().for_each(|field| parts.add(field.as_bytes()));
    parts.maybe(operation.as_ref().map(String::as_bytes));
    parts.maybe(reason.as_ref().map(String::as_bytes));
    parts.add(&repeated.to_be_bytes());
    parts.maybe(origin_digest.as_deref());
    parts.finish()
}

/// What the chain keeps of an origin. The salt goes with it: without it nobody can try addresses one after the other.
pub fn origin(salt: &[u8], address: Option<&str>, user_agent: Option<&str>) -> [u8; 32] {
    let mut parts = Parts::new("inroad audit origin 1");
    parts.add(salt);
    parts.maybe(address.map(str::as_bytes));
    parts.maybe(user_agent.map(str::as_bytes));
    parts.finish()
}

struct Parts(Context);

impl Parts {
    fn new(purpose: &str) -> Self {
        let mut parts = Self(Context::new(&SHA256));
        parts.add(purpose.as_bytes());
        parts
    }

    fn add(&mut self, part: &[u8]) {
        self.0.update(&part.len().to_be_bytes());
        self.0.update(part);
    }

    fn maybe(&mut self, part: Option<&[u8]>) {
        self.0.update(&[u8::from(part.is_some())]);
        if let Some(part) = part {
            self.add(part);
        }
    }

    fn finish(self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(self.0.finish().as_ref());
        out
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn entry(seq: i64, before: &[u8]) -> EntryRow {
        let salt = [7; 16];
        let mut row = EntryRow {
            workspace_id: WorkspaceId::vouched(Uuid::from_u128(1)),
            seq,
            occurred_at: DateTime::from_timestamp(1_772_442_000 + seq, 0).unwrap(),
            kind: "member.role_changed".to_owned(),
            actor_kind: "user".to_owned(),
            actor_id: Some(Uuid::from_u128(2)),
            subject_id: Some(Uuid::from_u128(3)),
            fields: vec!["role".to_owned()],
            operation: None,
            reason: None,
            repeated: 1,
            origin_digest: Some(origin(&salt, Some("203.0.113.9"), None).to_vec()),
            origin_salt: Some(salt.to_vec()),
            ip_address: Some("203.0.113.9".to_owned()),
            user_agent: None,
            hash: Vec::new(),
        };
        row.hash = hash(before, &row).to_vec();
        row
    }

    fn chain() -> Vec<EntryRow> {
        let mut rows: Vec<EntryRow> = Vec::new();
        for seq in 1..=5 {
            let before = rows.last().map_or(START.to_vec(), |row| row.hash.clone());
            rows.push(entry(seq, &before));
        }
        rows
    }

    fn walk(rows: &[EntryRow], head: &EntryRow) -> Result<i64, Broken> {
        let mut walk = Walk::after(0, START.to_vec());
        rows.iter().try_for_each(|row| walk.step(row))?;
        walk.finish(head.workspace_id, head.seq, &head.hash).map(|summary| summary.entries)
    }

    #[test]
    fn every_change_of_an_entry_is_found() {
        let head = chain().pop().unwrap();
        assert_eq!(walk(&chain(), &head), Ok(5));
        let changes: [fn(&mut EntryRow); 14] = [
            |row| row.occurred_at += chrono::Duration::microseconds(1),
            |row| row.kind = "member.removed".to_owned(),
            |row| row.actor_kind = "job".to_owned(),
            |row| row.actor_id = None,
            |row| row.subject_id = Some(Uuid::from_u128(4)),
            |row| row.fields.clear(),
            |row| row.fields = vec!["ro".to_owned(), "le".to_owned()],
            |row| row.operation = Some(String::new()),
            |row| row.reason = Some("scope_missing".to_owned()),
            |row| row.repeated = 2,
            |row| row.origin_digest = None,
            |row| row.ip_address = Some("203.0.113.10".to_owned()),
            |row| row.origin_salt = None,
            |row| row.user_agent = Some(String::new()),
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut rows = chain();
            change(&mut rows[2]);
            assert_eq!(walk(&rows, &head).unwrap_err().seq, 3, "the change {at}");
        }
    }

    #[test]
    fn entries_that_go_come_or_move_are_found() {
        let head = chain().pop().unwrap();
        let seq = |rows: &[EntryRow]| walk(rows, &head).unwrap_err().seq;
        let mut rows = chain();
        rows.remove(2);
        assert_eq!(seq(&rows), 3);
        let mut rows = chain();
        rows.pop();
        assert_eq!(seq(&rows), 5);
        let mut rows = chain();
        rows.push(entry(6, &rows[4].hash));
        assert_eq!(seq(&rows), 6);
        let mut rows = chain();
        rows.swap(1, 2);
        (rows[1].seq, rows[2].seq) = (2, 3);
        assert_eq!(seq(&rows), 2);
        // One who hashes anew from the altered entry on is found at the head.
        let mut rows = chain();
        rows[4].repeated = 9;
        rows[4].hash = hash(&rows[3].hash, &rows[4]).to_vec();
        assert_eq!(seq(&rows), 5);
        assert_eq!(seq(&[]), 1);
    }

    #[test]
    fn a_forgotten_origin_leaves_the_chain_whole() {
        let head = chain().pop().unwrap();
        let mut rows = chain();
        (rows[1].ip_address, rows[1].origin_salt) = (None, None);
        assert_eq!(walk(&rows, &head), Ok(5));
    }
}
