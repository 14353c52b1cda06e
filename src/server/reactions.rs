//! What follows in one slice from what a write did in another, in the same transaction. So a plan stops with the reply
//! that stops it, and `messages` need not know that there are plans.
//!
//! A slice that reacts offers `pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()>`, which looks at [`Tx::changes`] for
//! the kinds it cares for (`message.sent`, `message.replied`, `message.bounced`, `do_not_contact.created`,
//! `contact.updated` …) and reads the resources by their ids (`messages::read_many`). Each is called once, in this
//! order, when the work of the write is done; it sees what those before it changed, and never what those after it do.
use crate::changes::Tx;
use crate::error::ApiResult;
use crate::{alerts, follow_ups, invites, webhooks};

pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()> {
    if tx.is_copy() {
        return Ok(());
    }
    follow_ups::react(tx).await?;
    invites::react(tx).await?;
    alerts::react(tx).await?;
    webhooks::react(tx).await
}
