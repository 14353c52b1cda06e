//! The rules of a workspace, and what it knows that they ask for.
use super::engine::{Draft, Mutual, Rules, check};
use super::model::{LintSettings, LintSettingsInput, SettingsRow};
use super::report::Report;
use super::store;
use crate::changes::{Kind, Tx};
use crate::contacts::{self, ContactId, ContactRow};
use crate::db::Json;
use crate::error::{ApiError, ApiResult};
use crate::http::{IfMatch, Patch};
use crate::messages::{MessageChannel, MessagePurpose};
use crate::{fields, introductions};

/// What the rules need besides the text.
#[derive(Debug, Default)]
pub struct Known {
    pub rules: Rules,
    pub names: Vec<String>,
    pub mutual: Vec<Mutual>,
}

/// What the workspace knows of a contact, and its rules.
pub async fn known(tx: &mut Tx<'_>, contact: Option<ContactId>) -> ApiResult<Known> {
    let Some(id) = contact else {
        return Ok(Known { rules: rules(tx).await?, ..Known::default() });
    };
    let Some(contact) = contacts::find(tx.conn, tx.workspace, id).await? else {
        return Err(ApiError::field("/contact_id", "not_found", "is not a contact of this workspace"));
    };
    known_of(tx, &contact).await
}

/// As [`known`], of a contact that was read already: the mutual contacts are whoever named or introduced it, and its
/// connector. A name may be used where an introduction says so.
pub async fn known_of(tx: &mut Tx<'_>, contact: &ContactRow) -> ApiResult<Known> {
    let introducers = introductions::introducers(tx.conn, tx.workspace, contact.id).await?;
    let mut ids: Vec<ContactId> = introducers.iter().map(|(id, _)| *id).chain(contact.connector_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut called: Vec<_> = contacts::names(tx.conn, tx.workspace, &ids).await?.into_iter().collect();
    called.sort_unstable();
    let mutual = called.into_iter().map(|(id, name)| {
        let may_use_name = introducers.iter().any(|(introducer, may)| *introducer == id && *may);
        Mutual { name, may_use_name }
    });
    Ok(Known { rules: rules(tx).await?, names: contact.names(), mutual: mutual.collect() })
}

async fn rules(tx: &mut Tx<'_>) -> ApiResult<Rules> {
    let row = store::find(tx.conn, tx.workspace).await?;
    Ok(row.map_or_else(LintSettings::untouched, LintSettings::from).rules())
}

/// A message to a contact, held against the workspace's rules.
pub async fn report(
    tx: &mut Tx<'_>,
    contact: &ContactRow,
    channel: MessageChannel,
    purpose: Option<MessagePurpose>,
    subject: Option<&str>,
    body: &str,
) -> ApiResult<Report> {
    let known = known_of(tx, contact).await?;
    let (names, mutual) = (&known.names, &known.mutual);
    let draft = Draft { channel, purpose, subject, body, names, mutual, attachments: false };
    Ok(check(&known.rules, &draft))
}

/// As [`report`], of a text for somebody who may be no contact yet. What `also` says of mutual contacts is added to what
/// is known of them.
pub async fn report_of(
    tx: &mut Tx<'_>,
    contact: Option<&ContactRow>,
    names: &[String],
    also: Vec<Mutual>,
    (channel, purpose): (MessageChannel, Option<MessagePurpose>),
    (subject, body): (Option<&str>, &str),
) -> ApiResult<Report> {
    let known = match contact {
        Some(contact) => known_of(tx, contact).await?,
        None => known(tx, None).await?,
    };
    let mut mutual = known.mutual;
    mutual.extend(also.into_iter().filter(|one| !mutual.iter().any(|own| own.name == one.name)).collect::<Vec<_>>());
    let draft = Draft { channel, purpose, subject, body, names, mutual: &mutual, attachments: false };
    Ok(check(&known.rules, &draft))
}

pub async fn patch(tx: &mut Tx<'_>, if_match: &IfMatch, patch: &Patch<LintSettingsInput>) -> ApiResult<LintSettings> {
    let fresh = SettingsRow {
        workspace_id: tx.workspace,
        version: 0,
        created_at: tx.now,
        updated_at: tx.now,
        rules: Json::default(),
        thresholds: Json::default(),
    };
    let before = store::lock(tx.conn, &fresh).await?;
    if_match.check(before.version)?;
    let shown = LintSettings::from(before.clone());
    let input = patch.apply(&shown.clone().into())?.check()?;
    let (rules, thresholds) = (Json(input.rules), Json(input.thresholds));
    let after = SettingsRow { rules, thresholds, ..before.clone() };
    let changed = fields::changed(&shown, &LintSettings::from(after.clone()));
    if changed.is_empty() {
        return Ok(shown);
    }
    let after = SettingsRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update(tx.conn, &after).await?;
    tx.record(Kind::LintSettingsUpdated, tx.workspace, after.version, changed);
    Ok(after.into())
}
