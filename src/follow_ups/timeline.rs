//! What a contact's timeline tells of follow-ups.
use serde_json::json;

use super::model::FollowUpRow;
use super::words::{FollowUpSource, FollowUpState};
use super::{service, store};
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::timeline::{Entry, Span};

/// What somebody noted to be due for the contact, and what was done or need not be done. What plans note, and what closes by
/// itself, follows from what the timeline tells anyway.
pub async fn timeline(conn: &Conn, workspace: WorkspaceId, contact: ContactId, span: &Span) -> ApiResult<Vec<Entry>> {
    let rows = store::of_contact(conn, workspace, contact).await?;
    let names = service::names(conn, workspace, &rows).await?;
    let name = names.get(&contact).map(String::as_str);
    Ok(span.take(rows.iter().flat_map(|row| entries(row, name)).collect()))
}

fn entries(row: &FollowUpRow, name: Option<&str>) -> impl Iterator<Item = Entry> {
    let noted = (row.source == FollowUpSource::Manual).then_some("follow_up.created");
    let settled = match row.state {
        FollowUpState::Open | FollowUpState::Closed => None,
        FollowUpState::Done => Some("follow_up.done"),
        FollowUpState::Dismissed => Some("follow_up.dismissed"),
    };
    let title = service::headline(row, name);
    let details = json!({
        "kind": row.kind,
        "state": row.state,
        "source": row.source,
        "due_on": row.due_on,
        "closed_reason": row.closed_reason,
    });
    let id = row.id;
    let told = [noted.zip(Some(row.created_at)), settled.zip(row.settled_at)];
    told.into_iter().flatten().enumerate().map(move |(step, (kind, at))| Entry {
        kind,
        at,
        resource: super::RESOURCE,
        resource_id: id.into(),
        title: title.clone(),
        details: details.clone(),
        tie: format!("{id}/{step}"),
    })
}
