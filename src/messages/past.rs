//! Touches of the past, many at once, for imports.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

use super::model::{MessageId, MessageRow};
use super::store;
use super::words::{MessageChannel, MessageDirection, MessagePurpose, MessageSource, MessageState};
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId, Stage, Touch};
use crate::error::ApiResult;

/// A message that was sent or came in before Inroad knew of it.
#[derive(Debug, Clone)]
pub struct PastMessage {
    pub contact_id: ContactId,
    pub direction: MessageDirection,
    pub channel: MessageChannel,
    pub purpose: Option<MessagePurpose>,
    pub subject: Option<String>,
    pub body: String,
    /// Of an e-mail: whom it went to, or where it came from.
    pub address: Option<String>,
    /// When it was sent or received.
    pub at: DateTime<Utc>,
    /// By what the source knows it: a message whose key is there already is left out.
    pub external_key: String,
}

/// Adds those that are not there yet, moves their contacts forward, and marks what was answered. The contacts must be
/// of this workspace. Gives the external keys of the added ones; done again, it changes nothing.
pub async fn record_past(tx: &mut Tx<'_>, list: Vec<PastMessage>) -> ApiResult<HashSet<String>> {
    let rows: Vec<MessageRow> = list.into_iter().map(|past| row(tx, past)).collect();
    let added: HashSet<MessageId> = store::insert_new(tx.conn, &rows).await?.into_iter().collect();
    let mut touches: HashMap<ContactId, Touch> = HashMap::new();
    let mut keys = HashSet::new();
    for row in rows.into_iter().filter(|row| added.contains(&row.id)) {
        let (kind, stage) = match row.direction {
            MessageDirection::Outgoing => (Kind::MessageSent, Stage::Contacted),
            MessageDirection::Incoming => (Kind::MessageReceived, Stage::Replied),
        };
        tx.record(kind, row.id, row.version, Vec::new());
        let touch = touches.entry(row.contact_id).or_insert(Touch { at: row.occurred_at, stage, thanks: false });
        touch.at = touch.at.max(row.occurred_at);
        if stage == Stage::Replied {
            touch.stage = stage;
        }
        keys.extend(row.external_key);
    }
    let contacts: Vec<ContactId> = touches.keys().copied().collect();
    contacts::note_touches(tx, &touches).await?;
    for (id, version) in store::mark_answered(tx.conn, tx.workspace, &contacts, tx.now).await? {
        tx.record(Kind::MessageReplied, id, version, vec!["state".to_owned(), "next_states".to_owned()]);
    }
    Ok(keys)
}

/// Removes what an import brought by these keys. The contacts stay where they are.
pub async fn forget_past(tx: &mut Tx<'_>, keys: &[String]) -> ApiResult<usize> {
    let removed = store::remove_imported(tx.conn, tx.workspace, keys).await?;
    for (id, version) in &removed {
        tx.record(Kind::MessagePurged, *id, version + 1, Vec::new());
    }
    Ok(removed.len())
}

fn row(tx: &Tx<'_>, past: PastMessage) -> MessageRow {
    let PastMessage { contact_id, direction, channel, purpose, subject, body, address, at, external_key } = past;
    let at = at.trunc_subsecs(6);
    let incoming = direction == MessageDirection::Incoming;
    MessageRow {
        workspace_id: tx.workspace,
        id: Uuid::now_v7().into(),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        deleted_at: None,
        contact_id,
        direction,
        channel,
        purpose,
        state: if incoming { MessageState::Received } else { MessageState::Sent },
        subject,
        body,
        address,
        template_id: None,
        template_version: None,
        attempt: 1,
        in_reply_to_id: None,
        reply_kind: None,
        rfc_message_id: None,
        scheduled_at: None,
        sent_at: (!incoming).then_some(at),
        received_at: incoming.then_some(at),
        occurred_at: at,
        lint: None,
        failure: None,
        source: MessageSource::Import,
        external_key: Some(external_key),
        waits_for: None,
        meeting_id: None,
        follow_up_plan_id: None,
    }
}
