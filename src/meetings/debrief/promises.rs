//! Promises of a meeting and the follow-ups that they are.
use uuid::Uuid;

use super::model::DebriefPromise;
use crate::changes::Tx;
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};
use crate::follow_ups::{self, FollowUp, FollowUpId, FollowUpKind, Promise};
use crate::meetings::MeetingId;
use crate::meetings::words::MeetingParty;

/// The promises that these follow-ups are, as far as they are there.
pub async fn read(conn: &Conn, workspace: WorkspaceId, ids: &[FollowUpId]) -> ApiResult<Vec<DebriefPromise>> {
    let told = follow_ups::read_many(conn, workspace, ids).await?;
    Ok(ids.iter().filter_map(|id| told.iter().find(|one| one.id == *id)).map(promise).collect())
}

fn promise(one: &FollowUp) -> DebriefPromise {
    let by = if one.kind == FollowUpKind::PromiseMine { MeetingParty::Seeker } else { MeetingParty::Contact };
    DebriefPromise {
        follow_up_id: Some(one.id),
        by,
        contact_id: Some(one.contact_id),
        // Somebody may have cleared it since, and a promise without words cannot be sent back.
        text: one.title.clone().unwrap_or_else(|| "A promise".to_owned()),
        due_on: Some(one.due_on),
    }
}

/// Makes follow-ups say what was promised, and tells which these are. `with` are the contacts of the meeting.
pub async fn write(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    with: &[ContactId],
    known: &[FollowUpId],
    wanted: Vec<DebriefPromise>,
) -> ApiResult<Vec<FollowUpId>> {
    let mut left = read(tx.conn, tx.workspace, known).await?;
    check(&wanted, with, &left)?;
    let mut kept = Vec::with_capacity(wanted.len());
    for one in wanted {
        let contact_id = one.contact_id.or(with.first().copied());
        let same = |before: &DebriefPromise| match one.follow_up_id {
            Some(id) => before.follow_up_id == Some(id),
            None => (before.by, before.contact_id) == (one.by, contact_id) && before.text == one.text.trim(),
        };
        let before = left.iter().position(same).map(|at| left.swap_remove(at));
        let text = one.text.trim().to_owned();
        if let Some(id) = before.and_then(|before| before.follow_up_id) {
            follow_ups::amend_promise(tx, id, text, one.due_on).await?;
            kept.push(id);
        } else if let Some(contact) = contact_id {
            let id = Uuid::now_v7().into();
            let mine = one.by == MeetingParty::Seeker;
            let promise = Promise { meeting_id: meeting, contact, mine, text, due_on: one.due_on };
            follow_ups::note_promise(tx, id, promise).await?;
            kept.push(id);
        }
    }
    for gone in left.into_iter().filter_map(|one| one.follow_up_id) {
        follow_ups::withdraw_promise(tx, gone).await?;
    }
    Ok(kept)
}

/// Promises are given by and to those who were there, and one that is named was noted in this debrief.
fn check(wanted: &[DebriefPromise], with: &[ContactId], known: &[DebriefPromise]) -> ApiResult<()> {
    let mut faults = Vec::new();
    for (at, one) in wanted.iter().enumerate() {
        let before = known.iter().find(|before| one.follow_up_id.is_some() && before.follow_up_id == one.follow_up_id);
        if one.follow_up_id.is_some() && before.is_none() {
            let detail = "is not a promise of this debrief";
            faults.push(Fault::field(format!("/promises/{at}/follow_up_id"), "not_found", detail));
        }
        let stays = before.is_some_and(|before| before.contact_id == one.contact_id);
        if one.contact_id.is_some_and(|id| !with.contains(&id)) && !stays {
            let detail = "is not a contact of this meeting";
            faults.push(Fault::field(format!("/promises/{at}/contact_id"), "not_found", detail));
        }
        if before.is_some_and(|before| before.by != one.by) {
            let detail = "stays as it is: note another promise";
            faults.push(Fault::field(format!("/promises/{at}/by"), "not_allowed", detail));
        }
    }
    ApiError::check(faults)
}
