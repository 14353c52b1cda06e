//! What becomes of introductions when two contacts turn out to be one, or one goes for good.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::model::{Introduction, IntroductionId, IntroductionRow};
use super::service::{RESOURCE, names, title};
use super::state::State;
use super::store;
use crate::changes::{Kind, Tx};
use crate::circle_requests::CircleRequestId;
use crate::contacts::ContactId;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::meetings::MeetingId;
use crate::text::FreeText;
use crate::{fields, merges, trash};

/// An introduction as it was before a merge of contacts.
#[derive(Debug, Serialize, Deserialize)]
struct Moved {
    id: IntroductionId,
    introducer_id: Option<ContactId>,
    introduced_id: Option<ContactId>,
    /// The merge put it into the trash.
    dropped: bool,
    /// What it said before and after it took over what its twin said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grown: Option<[Map<String, Value>; 2]>,
}

impl Moved {
    fn of(row: &IntroductionRow, dropped: bool) -> Self {
        Self { id: row.id, introducer_id: row.introducer_id, introduced_id: row.introduced_id, dropped, grown: None }
    }
}

/// What an introduction takes over from one of the same two that goes: that somebody was thanked is true of both.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Facts {
    introduced_title: Option<String>,
    introduced_email: Option<String>,
    circle_request_id: Option<CircleRequestId>,
    #[serde(default)]
    meeting_id: Option<MeetingId>,
    may_use_name: bool,
    named_at: DateTime<Utc>,
    promised_at: Option<DateTime<Utc>>,
    thanked_at: Option<DateTime<Utc>>,
    loop_closed_at: Option<DateTime<Utc>>,
    notes: Option<String>,
}

/// Characters of notes, as the document has it.
const NOTES: usize = 65_536;

impl Facts {
    fn of(row: &IntroductionRow) -> Self {
        Self {
            introduced_title: row.introduced_title.clone(),
            introduced_email: row.introduced_email.clone(),
            circle_request_id: row.circle_request_id,
            meeting_id: row.meeting_id,
            may_use_name: row.may_use_name,
            named_at: row.named_at,
            promised_at: row.promised_at,
            thanked_at: row.thanked_at,
            loop_closed_at: row.loop_closed_at,
            notes: row.notes.clone(),
        }
    }

    /// Its own, and where it says nothing the other's. The other is not further, so that its dates fit the state.
    fn with(self, other: Self) -> Self {
        let together = match (&self.notes, &other.notes) {
            (Some(own), Some(other)) if !own.contains(other.as_str()) => Some(format!("{own}\n\n{other}")),
            _ => None,
        };
        Self {
            introduced_title: self.introduced_title.or(other.introduced_title),
            introduced_email: self.introduced_email.or(other.introduced_email),
            circle_request_id: self.circle_request_id.or(other.circle_request_id),
            meeting_id: self.meeting_id.or(other.meeting_id),
            may_use_name: self.may_use_name || other.may_use_name,
            named_at: self.named_at.min(other.named_at),
            promised_at: self.promised_at.or(other.promised_at),
            thanked_at: self.thanked_at.or(other.thanked_at),
            loop_closed_at: self.loop_closed_at.or(other.loop_closed_at),
            notes: together.filter(|notes| notes.chars().count() <= NOTES).or(self.notes).or(other.notes),
        }
    }

    fn write(self, row: &mut IntroductionRow) {
        row.introduced_title = self.introduced_title;
        row.introduced_email = self.introduced_email;
        row.circle_request_id = self.circle_request_id;
        row.meeting_id = self.meeting_id;
        row.may_use_name = self.may_use_name;
        row.named_at = self.named_at;
        row.promised_at = self.promised_at;
        row.thanked_at = self.thanked_at;
        row.loop_closed_at = self.loop_closed_at;
        row.notes = self.notes;
    }
}

/// Adds what `gone` says to `stays`; says what that was before and is now.
fn grow(stays: &mut IntroductionRow, gone: &IntroductionRow) -> [Map<String, Value>; 2] {
    let before = Facts::of(stays);
    let after = before.clone().with(Facts::of(gone));
    let grown = [merges::object(&before), merges::object(&after)];
    after.write(stays);
    grown
}

/// Takes it back, but for what was changed since.
fn shrink(row: &mut IntroductionRow, [before, after]: &[Map<String, Value>; 2]) {
    let (facts, _) = merges::revert(before, after, &merges::object(&Facts::of(row)));
    let facts: Option<Facts> = fields::stored(Value::Object(facts));
    if let Some(facts) = facts {
        facts.write(row);
    }
}

/// What the contacts `from` gave and got is given and got by `to`. One that would lead from a person to themselves goes
/// to the trash, and of two that would connect the same two the one that is less far; the other takes over what it said.
/// Answers what an undo needs.
pub async fn contact_merged(tx: &mut Tx<'_>, from: &[ContactId], to: ContactId) -> ApiResult<Value> {
    let mut moved = Vec::new();
    let turned = |id: Option<ContactId>| id.map(|id| if from.contains(&id) { to } else { id });
    for before in store::lock_of(tx.conn, tx.workspace, from).await? {
        let mut after = IntroductionRow {
            introducer_id: turned(before.introducer_id),
            introduced_id: turned(before.introduced_id),
            ..before.clone()
        };
        let (mut dropped, mut grown) = (false, None);
        if after.introducer_id == after.introduced_id {
            (after.introduced_id, after.introduced_ghost) = (None, Some(Uuid::now_v7()));
            dropped = before.deleted_at.is_none();
        } else if before.deleted_at.is_none()
            && let Some(twin) = store::twin(tx.conn, &after).await?
        {
            let mut twin = store::lock(tx.conn, tx.workspace, twin).await?;
            dropped = rank(twin.state) >= rank(after.state);
            let known = Moved::of(&twin, !dropped);
            if dropped {
                let grown = grow(&mut twin, &after);
                write(tx, twin, Some(&grown)).await?;
                moved.push(Moved { grown: Some(grown), ..known });
            } else {
                grown = Some(grow(&mut after, &twin));
                moved.push(known);
                drop_row(tx, twin).await?;
            }
        }
        if dropped {
            drop_row(tx, after).await?;
        } else {
            write(tx, after, grown.as_ref()).await?;
        }
        moved.push(Moved { grown, ..Moved::of(&before, dropped) });
    }
    Ok(fields::store(&moved))
}

/// How far an introduction is: of two, the one that is further tells more.
fn rank(state: State) -> u8 {
    match state {
        State::Named => 0,
        State::Declined => 1,
        State::Stale => 2,
        State::Promised => 3,
        State::Made => 4,
    }
}

async fn write(tx: &mut Tx<'_>, row: IntroductionRow, grown: Option<&[Map<String, Value>; 2]>) -> ApiResult<()> {
    let row = IntroductionRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    let more = grown.map(|[before, after]| fields::changed(before, after));
    let changed = ends().into_iter().chain(more.into_iter().flatten()).collect();
    tx.record(Kind::IntroductionUpdated, row.id, row.version, changed);
    Ok(())
}

fn ends() -> Vec<String> {
    ["introducer_id", "introduced_id"].map(str::to_owned).to_vec()
}

async fn drop_row(tx: &mut Tx<'_>, row: IntroductionRow) -> ApiResult<()> {
    let row = IntroductionRow { version: row.version + 1, updated_at: tx.now, deleted_at: Some(tx.now), ..row };
    store::update(tx.conn, &row).await?;
    let title = title(tx.conn, tx.workspace, &row).await?;
    trash::put(tx, RESOURCE, row.id.into(), &title).await?;
    tx.record(Kind::IntroductionDeleted, row.id, row.version, Vec::new());
    Ok(())
}

/// Gives back what still is where the merge has put it; what was changed or removed since stays so.
pub async fn contact_unmerged(tx: &mut Tx<'_>, moved: Value, to: ContactId) -> ApiResult<()> {
    let moved: Vec<Moved> = fields::stored(moved);
    let mut dropped = Vec::new();
    // First all go back to their places, then they come out of the trash: until then these may be taken. The last step
    // is taken back first, for a row may have taken over from several.
    for before in moved.iter().rev() {
        let Some(row) = store::lock_if_there(tx.conn, tx.workspace, before.id).await? else { continue };
        let back = |now: Option<ContactId>, old: Option<ContactId>| if now == Some(to) { old } else { now };
        let mut after = IntroductionRow {
            introducer_id: back(row.introducer_id, before.introducer_id),
            introduced_id: back(row.introduced_id, before.introduced_id),
            ..row.clone()
        };
        if before.dropped && row.introduced_ghost.is_some() {
            (after.introduced_id, after.introduced_ghost) = (before.introduced_id, None);
        }
        if before.dropped && row.deleted_at.is_some() {
            dropped.push(row.id);
        }
        if let Some(grown) = &before.grown {
            shrink(&mut after, grown);
        }
        let taken = after.deleted_at.is_none() && store::twin(tx.conn, &after).await?.is_some();
        if after != row && !taken {
            write(tx, after, before.grown.as_ref()).await?;
        }
    }
    for id in dropped {
        let row = store::lock(tx.conn, tx.workspace, id).await?;
        if store::twin(tx.conn, &row).await?.is_none() {
            super::restore(tx, id).await?;
            trash::forget(tx, id.into()).await?;
        }
    }
    Ok(())
}

/// The introductions that these ids of one person gave and got.
pub async fn contact_held(conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Value> {
    let rows = store::rows_of(conn, workspace, ids).await?;
    let names = names(conn, workspace, &rows.iter().collect::<Vec<_>>()).await?;
    let shown: Vec<Introduction> = rows.into_iter().map(|row| Introduction::new(row, &names)).collect();
    Ok(fields::store(&shown))
}

/// These contacts go for good: the introductions keep their shape, with an anonymous node for each.
pub async fn contact_erased(tx: &mut Tx<'_>, ids: &[ContactId]) -> ApiResult<()> {
    for id in ids {
        let ghost = Uuid::now_v7();
        for (introduction, version) in store::haunt(tx.conn, tx.workspace, *id, ghost, tx.now).await? {
            tx.record(Kind::IntroductionUpdated, introduction, version, ends());
            let row = store::lock(tx.conn, tx.workspace, introduction).await?;
            if row.deleted_at.is_some() {
                let title = title(tx.conn, tx.workspace, &row).await?;
                trash::retitle(tx, introduction.into(), &title).await?;
            }
        }
    }
    Ok(())
}

/// What people wrote in those that follow this one, in the order of their ids, and the last of these, if others may
/// follow.
pub async fn free_texts(
    conn: &Conn,
    workspace: WorkspaceId,
    after: Option<uuid::Uuid>,
    fetch: i64,
) -> ApiResult<(Vec<FreeText>, Option<uuid::Uuid>)> {
    let rows = store::following(conn, workspace, after, fetch).await?;
    let last = rows.last().map(|row| row.id.into()).filter(|_| i64::try_from(rows.len()) == Ok(fetch));
    let mut texts = Vec::new();
    for row in rows {
        let id = row.id.into();
        for (field, text) in [
            ("introduced_name", row.introduced_name),
            ("introduced_title", row.introduced_title),
            ("introduced_email", row.introduced_email),
            ("notes", row.notes),
        ] {
            texts.extend(text.map(|text| FreeText { id, field: field.to_owned(), text }));
        }
    }
    Ok((texts, last))
}
