//! What follows in one slice from what a write did in another, in the same transaction. So a plan stops with the reply
//! that stops it, and `messages` need not know that there are plans.
//!
//! A slice that reacts offers `pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()>`, which looks at [`Tx::changes`] for
//! the kinds it cares for (`message.sent`, `message.replied`, `message.bounced`, `do_not_contact.created`,
//! `contact.updated` …) and reads the resources by their ids (`messages::read_many`). Each is called once, in this
//! order, when the work of the write is done; it sees what those before it changed, and never what those after it do.
use crate::changes::{Kind, Tx};
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::error::ApiResult;
use crate::{alerts, circle_requests, follow_ups, introductions, invites, meetings, webhooks};

pub async fn react(tx: &mut Tx<'_>) -> ApiResult<()> {
    if tx.is_copy() {
        return Ok(());
    }
    follow_ups::react(tx).await?;
    invites::react(tx).await?;
    alerts::react(tx).await?;
    tell_names(tx).await?;
    webhooks::react(tx).await
}

/// What shows the name of a contact or a company is a new version when they are called otherwise: whoever holds a copy
/// of it, by its `ETag` or by following the log, would go on showing the old name.
async fn tell_names(tx: &mut Tx<'_>) -> ApiResult<()> {
    let contacts = tx.altered(&[Kind::ContactUpdated, Kind::ContactStageChanged], "name");
    let contacts: Vec<ContactId> = contacts.into_iter().map(ContactId::from).collect();
    let companies = tx.altered(&[Kind::CompanyUpdated], "name");
    let companies: Vec<CompanyId> = companies.into_iter().map(CompanyId::from).collect();
    if !contacts.is_empty() {
        circle_requests::contacts_renamed(tx, &contacts).await?;
        follow_ups::contacts_renamed(tx, &contacts).await?;
        meetings::contacts_renamed(tx, &contacts).await?;
    }
    if !(contacts.is_empty() && companies.is_empty()) {
        introductions::renamed(tx, &contacts, &companies).await?;
    }
    Ok(())
}
