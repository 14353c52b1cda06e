//! Everything that refers to contacts, in one place: what a merge moves, what its undo moves back, what is told of a
//! person, and what goes when they are erased. A slice that refers to contacts offers functions of its own, which are
//! called here; a test holds [`HANDLED`] against the foreign keys of the database.
use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::changes::Tx;
use crate::contacts::{self, ContactId};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::text::FreeText;
use crate::{
    agendas, attachments, bookings, circle_requests, companies, duplicates, feeds, follow_ups, goals, insights,
    introductions, invites, meeting_questions, meetings, messages, questions, research_notes, templates, transfer,
};

/// The foreign keys to `contacts`, with what becomes of the rows when the contact is merged and when it is erased.
pub const HANDLED: &[(&str, &str)] = &[
    ("contacts_connector_fkey", "moved to the survivor; cleared"),
    ("lost_connectors_contact_fkey", "stays with the merged contact, for its undo; removed with the contact"),
    ("lost_connectors_connector_fkey", "who lies in the trash is merged with nobody; removed with the contact"),
    ("positions_contact_fkey", "copied to the survivor with its fields; removed with the contact"),
    ("import_keys_contact_fkey", "moved to the survivor; removed with the contact, a digest stays"),
    ("contact_extras_contact_fkey", "moved with the key that brought them; removed with the contact"),
    ("introductions_introducer_fkey", "moved, without self-introductions and twins; an anonymous node stays"),
    ("introductions_introduced_fkey", "moved, without self-introductions and twins; an anonymous node stays"),
    ("circle_requests_connector_fkey", "moved to the survivor; removed"),
    ("messages_contact_fkey", "moved to the survivor; removed"),
    ("stage_moves_contact_fkey", "stay with the merged contact, and move when it goes; removed with the contact"),
    ("meeting_contacts_contact_fkey", "moved to the survivor; removed, with meetings with nobody else"),
    ("follow_ups_contact_fkey", "moved to the survivor; removed"),
    ("research_notes_contact_fkey", "moved to the survivor; removed"),
    ("follow_up_runs_contact_fkey", "moved to the survivor, where the last goes on; removed"),
    ("feeds_contact_fkey", "moved to the survivor; removed, with their alerts"),
    ("duplicate_dismissals_first_fkey", "copied to the survivor; removed with the contact"),
    ("duplicate_dismissals_second_fkey", "copied to the survivor; removed with the contact"),
    ("contact_merges_survivor_fkey", "stay, for their undo; removed with the contact"),
    ("contact_redirects_survivor_fkey", "moved to the survivor; removed with the contact"),
];

/// What a merge moved, by kind: what its undo needs.
pub type Moved = Map<String, Value>;

/// Makes all that points at `from` point at `to`.
pub async fn merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Moved> {
    let mut moved = Moved::new();
    moved.insert("connectors".to_owned(), contacts::contact_merged(tx, from, to).await?);
    moved.insert("import_keys".to_owned(), transfer::contact_merged(tx, from, to).await?);
    moved.insert("dismissals".to_owned(), duplicates::contact_merged(tx, from, to).await?);
    moved.insert("introductions".to_owned(), introductions::contact_merged(tx, from, to).await?);
    moved.insert("circle_requests".to_owned(), circle_requests::contact_merged(tx, from, to).await?);
    moved.insert("messages".to_owned(), messages::contact_merged(tx, from, to).await?);
    moved.insert("meetings".to_owned(), meetings::contact_merged(tx, from, to).await?);
    moved.insert("follow_ups".to_owned(), follow_ups::contact_merged(tx, from, to).await?);
    moved.insert("feeds".to_owned(), feeds::contact_merged(tx, from, to).await?);
    moved.insert("research_notes".to_owned(), research_notes::contact_merged(tx, from, to).await?);
    Ok(moved)
}

/// Moves back what still points at `to`.
pub async fn unmerged(tx: &mut Tx<'_>, mut moved: Moved, to: ContactId) -> ApiResult<()> {
    let mut take = |kind: &str| moved.remove(kind).unwrap_or_default();
    let (connectors, import_keys, dismissals) = (take("connectors"), take("import_keys"), take("dismissals"));
    let (introductions, requests) = (take("introductions"), take("circle_requests"));
    let (messages, meetings, follow_ups) = (take("messages"), take("meetings"), take("follow_ups"));
    feeds::contact_unmerged(tx, take("feeds"), to).await?;
    research_notes::contact_unmerged(tx, take("research_notes"), to).await?;
    contacts::contact_unmerged(tx, connectors, to).await?;
    introductions::contact_unmerged(tx, introductions, to).await?;
    circle_requests::contact_unmerged(tx, requests, to).await?;
    messages::contact_unmerged(tx, messages, to).await?;
    meetings::contact_unmerged(tx, meetings, to).await?;
    follow_ups::contact_unmerged(tx, follow_ups, to).await?;
    transfer::contact_unmerged(tx, import_keys, to).await?;
    duplicates::contact_unmerged(tx, dismissals).await
}

/// How much was moved, by kind.
pub fn counts(moved: &Moved) -> BTreeMap<String, usize> {
    let count = |value: &Value| match value {
        Value::Array(list) => list.len(),
        Value::Object(object) => object.values().map(|list| list.as_array().map_or(1, Vec::len)).sum(),
        _ => 0,
    };
    moved.iter().map(|(kind, value)| (kind.clone(), count(value))).collect()
}

/// All that is held about these ids of one person, by kind, beside the contact itself.
pub async fn held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Map<String, Value>> {
    let mut held = Map::new();
    held.insert("connected".to_owned(), contacts::contact_held(conn, workspace, ids).await?);
    held.insert("imports".to_owned(), transfer::contact_held(conn, workspace, ids).await?);
    held.insert("dismissals".to_owned(), duplicates::contact_held(conn, workspace, ids).await?);
    held.insert("stage_moves".to_owned(), contacts::stages_held(conn, workspace, ids).await?);
    held.insert("introductions".to_owned(), introductions::contact_held(conn, workspace, ids).await?);
    held.insert("circle_requests".to_owned(), circle_requests::contact_held(conn, workspace, ids).await?);
    held.insert("messages".to_owned(), messages::contact_held(conn, workspace, ids).await?);
    held.insert("meetings".to_owned(), meetings::contact_held(conn, workspace, ids).await?);
    held.insert("meeting_questions".to_owned(), meeting_questions::contact_held(conn, workspace, ids).await?);
    held.insert("insights".to_owned(), insights::contact_held(conn, workspace, ids).await?);
    held.insert("meeting_offers".to_owned(), bookings::contact_held(conn, workspace, ids).await?);
    held.insert("meeting_invites".to_owned(), invites::contact_held(conn, workspace, ids).await?);
    held.insert("follow_ups".to_owned(), follow_ups::contact_held(conn, workspace, ids).await?);
    held.insert("feeds".to_owned(), feeds::contact_held(conn, workspace, ids).await?);
    held.insert("research_notes".to_owned(), research_notes::contact_held(conn, workspace, ids).await?);
    held.insert("attachments".to_owned(), attachments::contact_held(conn, workspace, ids).await?);
    held.insert("merges".to_owned(), super::service::contact_held(conn, workspace, ids).await?);
    Ok(held)
}

/// Removes or empties all that is about these ids of one person, known by these names, before the contacts go.
pub async fn erased(tx: &mut Tx<'_>, ids: &[ContactId], names: &[String]) -> ApiResult<()> {
    contacts::contact_erased(tx, ids).await?;
    introductions::contact_erased(tx, ids).await?;
    circle_requests::contact_erased(tx, ids).await?;
    messages::contact_erased(tx, ids).await?;
    invites::contact_erased(tx, ids).await?;
    meetings::contact_erased(tx, ids).await?;
    follow_ups::contact_erased(tx, ids).await?;
    feeds::contact_erased(tx, ids).await?;
    research_notes::contact_erased(tx, ids).await?;
    super::service::contact_erased(tx, ids).await?;
    transfer::contact_erased(tx, ids, names).await
}

/// The resources that have texts of people's own.
pub const TEXTS: &[&str] = &[
    contacts::RESOURCE,
    companies::RESOURCE,
    introductions::RESOURCE,
    circle_requests::RESOURCE,
    messages::RESOURCE,
    meetings::RESOURCE,
    bookings::RESOURCE,
    follow_ups::RESOURCE,
    templates::RESOURCE,
    goals::RESOURCE,
    questions::RESOURCE,
    meeting_questions::RESOURCE,
    agendas::RESOURCE,
    insights::RESOURCE,
    research_notes::RESOURCE,
];
/// Resources whose texts are read at once.
const AT_ONCE: i64 = 1_000;

/// The texts of resources of this kind that follow `after`, and after which to go on.
pub async fn texts(
    conn: &Conn,
    workspace: WorkspaceId,
    resource: &str,
    after: Option<Uuid>,
) -> ApiResult<(Vec<FreeText>, Option<Uuid>)> {
    match resource {
        contacts::RESOURCE => contacts::free_texts(conn, workspace, after, AT_ONCE).await,
        companies::RESOURCE => companies::free_texts(conn, workspace, after, AT_ONCE).await,
        introductions::RESOURCE => introductions::free_texts(conn, workspace, after, AT_ONCE).await,
        circle_requests::RESOURCE => circle_requests::free_texts(conn, workspace, after, AT_ONCE).await,
        messages::RESOURCE => messages::free_texts(conn, workspace, after, AT_ONCE).await,
        meetings::RESOURCE => meetings::free_texts(conn, workspace, after, AT_ONCE).await,
        bookings::RESOURCE => bookings::free_texts(conn, workspace, after, AT_ONCE).await,
        follow_ups::RESOURCE => follow_ups::free_texts(conn, workspace, after, AT_ONCE).await,
        templates::RESOURCE => templates::free_texts(conn, workspace, after, AT_ONCE).await,
        goals::RESOURCE => goals::free_texts(conn, workspace, after, AT_ONCE).await,
        questions::RESOURCE => questions::free_texts(conn, workspace, after, AT_ONCE).await,
        meeting_questions::RESOURCE => meeting_questions::free_texts(conn, workspace, after, AT_ONCE).await,
        agendas::RESOURCE => agendas::free_texts(conn, workspace, after, AT_ONCE).await,
        insights::RESOURCE => insights::free_texts(conn, workspace, after, AT_ONCE).await,
        research_notes::RESOURCE => research_notes::free_texts(conn, workspace, after, AT_ONCE).await,
        _ => Ok((Vec::new(), None)),
    }
}
