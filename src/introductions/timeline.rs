//! What a contact's timeline tells of introductions.
use serde_json::json;

use super::model::{Introduction, IntroductionRow};
use super::{service, store};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::timeline::{Entry, Span};

/// What became of the introductions that this contact gave or that led to it.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let rows = store::of_contact(conn, workspace, contact).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let names = service::names(conn, workspace, &rows.iter().collect::<Vec<_>>()).await?;
    let entries = rows.into_iter().flat_map(|row: IntroductionRow| steps(&Introduction::new(row, &names), contact));
    Ok(span.take(entries.collect()))
}

/// One entry for each date of an introduction.
fn steps(introduction: &Introduction, contact: ContactId) -> Vec<Entry> {
    let gives = introduction.introducer_id == Some(contact);
    let called = |name: &Option<String>| name.clone().unwrap_or_else(|| "somebody".to_owned());
    let (giver, other) = (called(&introduction.introducer_name), called(&introduction.introduced_name));
    let told = |own: String, about: String| if gives { own } else { about };
    let steps = [
        (
            "introduction.named",
            Some(introduction.named_at),
            told(format!("Named {other}"), format!("Was named by {giver}")),
        ),
        (
            "introduction.promised",
            introduction.promised_at,
            told(format!("Promised an introduction to {other}"), format!("{giver} promised an introduction")),
        ),
        (
            "introduction.made",
            introduction.made_at,
            told(format!("Made the introduction to {other}"), format!("Was introduced by {giver}")),
        ),
        (
            "introduction.declined",
            introduction.declined_at,
            told(format!("Would rather not introduce {other}"), format!("{giver} would rather not introduce")),
        ),
        (
            "introduction.stale",
            introduction.stale_at,
            told(format!("The promise of {other} went stale"), format!("The promise of {giver} went stale")),
        ),
        (
            "introduction.thanked",
            introduction.thanked_at,
            told(format!("Was thanked for {other}"), format!("{giver} was thanked")),
        ),
        (
            "introduction.loop_closed",
            introduction.loop_closed_at,
            told(format!("Was told what came of {other}"), format!("{giver} was told what came of it")),
        ),
    ];
    let entry = |(step, (kind, at, title)): (usize, (&'static str, Option<_>, String))| {
        Some(Entry {
            kind,
            at: at?,
            resource: super::RESOURCE,
            resource_id: introduction.id.into(),
            title,
            details: json!({
                "role": if gives { "introducer" } else { "introduced" },
                "introducer_id": introduction.introducer_id,
                "introducer_name": introduction.introducer_name,
                "introduced_id": introduction.introduced_id,
                "introduced_name": introduction.introduced_name,
                "may_use_name": introduction.may_use_name,
                "meeting_id": introduction.meeting_id,
                "state": introduction.state,
            }),
            tie: format!("{}/{step}", introduction.id),
        })
    };
    steps.into_iter().enumerate().filter_map(entry).collect()
}
