//! `inroad admin audit`.
use std::str::FromStr;

use uuid::Uuid;

use super::{CliResult, text};
use crate::app::App;
use crate::audit;

/// The end of a chain, as `verify` printed it once.
#[derive(Debug, Clone)]
pub struct Noted {
    chain: Uuid,
    seq: i64,
    hash: String,
}

impl FromStr for Noted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let (Some(chain), Some(seq), Some(hash), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("must be <chain>:<seq>:<hash>, as `verify` prints it".to_owned());
        };
        let chain = if chain == ACCOUNTS { Uuid::nil() } else { Uuid::try_parse(chain).map_err(|e| e.to_string())? };
        let seq = seq.parse().map_err(|_| format!("`{seq}` is no number"))?;
        Ok(Self { chain, seq, hash: hash.to_lowercase() })
    }
}

const ACCOUNTS: &str = "accounts";

/// Verifies every chain and prints their ends; an error names the entries that are not what was entered.
pub async fn verify(app: &App, expect: &[Noted]) -> CliResult<()> {
    let conn = app.db.global().await.map_err(text)?;
    let mut faults = Vec::new();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let chains = audit::chains(&conn, after).await.map_err(text)?;
        let Some(last) = chains.last() else { break };
        after = Some(*last);
        for chain in chains {
            let id = Uuid::from(chain);
            let name = if chain == audit::accounts() { ACCOUNTS.to_owned() } else { id.to_string() };
            match audit::verify(&conn, chain).await.map_err(text)? {
                Ok(summary) => println!("{name}:{}:{} {} entries", summary.seq, summary.hash, summary.entries),
                Err(broken) => faults.push(format!("{name}: entry {} {}", broken.seq, broken.what)),
            }
            for noted in expect.iter().filter(|noted| noted.chain == id) {
                seen.push(id);
                let found = audit::hash_of(&conn, chain, noted.seq).await.map_err(text)?;
                if found.map(hex::encode).as_ref() != Some(&noted.hash) {
                    faults.push(format!("{name}: entry {} is not the one that was noted", noted.seq));
                }
            }
        }
    }
    for noted in expect.iter().filter(|noted| !seen.contains(&noted.chain)) {
        faults.push(format!("{}: the chain is gone", noted.chain));
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("the audit log was tampered with:\n{}", faults.join("\n"))) }
}
