//! `Referred By`: a name becomes the connector where it is one contact's and nobody else's.
use std::collections::HashMap;

use super::model::ImportProblem;
use super::record::name_words;
use super::run::{Before, Referral, Report};
use crate::changes::Tx;
use crate::contacts::{self, ContactId, ContactInput};
use crate::error::ApiResult;
use crate::fields;

/// Contacts that are read together.
const CHUNK: usize = 500;

/// Looks for those who are named, among the whole workspace and the file itself.
pub async fn settle(tx: &mut Tx<'_>, report: &mut Report, referrals: Vec<Referral>) -> ApiResult<()> {
    if referrals.is_empty() {
        return Ok(());
    }
    let mut people: HashMap<String, Vec<ContactId>> = HashMap::new();
    for (id, _, _, name) in contacts::handles(tx.conn, tx.workspace).await? {
        people.entry(name_words(&name)).or_default().push(id);
    }
    for chunk in referrals.chunks(CHUNK) {
        let ids: Vec<ContactId> = chunk.iter().map(|referral| referral.contact).collect();
        let mut known = contacts::read_many(tx, &ids).await?;
        for Referral { contact: id, by, key, base } in chunk {
            let Some(contact) = known.get(id) else { continue };
            let found = people.get(&name_words(by)).map_or(&[][..], Vec::as_slice);
            let connector = match found {
                [connector] if connector != id => *connector,
                _ => {
                    let why = if found.len() > 1 { "several contacts have" } else { "no other contact has" };
                    report.add_problem(*id, &problem("unknown_connector", format!("{why} the name {by:?}"), by));
                    continue;
                }
            };
            if contact.connector_id == Some(connector) {
                continue;
            }
            if contact.connector_id.is_some() {
                report.add_problem(*id, &problem("kept", format!("the connector stays: the file has {by:?}"), by));
                continue;
            }
            let before: ContactInput = contact.clone().into();
            let input = ContactInput { connector_id: Some(connector), ..before.clone() };
            let written = contacts::replace(tx, *id, input).await?;
            report.amend(*id, written.version, || {
                fields::store(&Before { input: before, base: base.clone(), key: Some(key.clone()), extras: None })
            });
            known.insert(*id, written);
        }
    }
    Ok(())
}

fn problem(code: &str, detail: String, value: &str) -> ImportProblem {
    let column = Some("Referred By".to_owned());
    ImportProblem { column, value: Some(value.to_owned()), ..ImportProblem::new(code, detail) }
}
