//! The statements of what happened to contacts: their moves from stage to stage, and their changes.
use chrono::{DateTime, Utc};
use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Uuid};
use diesel_async::RunQueryDsl;

use super::CHUNK;
use crate::contacts::model::{ContactId, StageMoveRow};
use crate::contacts::timeline::Logged;
use crate::contacts::words::{Stage, StageReason};
use crate::db::schema::{changes, stage_moves};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::exports::table::is;
use crate::exports::{Link, Table};
use crate::timeline::{Span, Tie};

/// Keeps from which stages to which contacts have moved.
pub async fn insert_stage_moves(mut conn: &Conn, rows: &[StageMoveRow]) -> ApiResult<()> {
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(stage_moves::table).values(chunk).execute(&mut conn).await?;
    }
    Ok(())
}

/// Keeps from which stage to which a contact has moved.
pub async fn insert_stage_move(mut conn: &Conn, row: &StageMoveRow) -> ApiResult<()> {
    diesel::insert_into(stage_moves::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// The kinds of change that the timeline tells, as the index of them has it: in the text, for an index with a
/// condition is used where the condition can be read.
const TOLD: &str =
    "changes.kind IN ('contact.updated', 'contact.stage_changed', 'contact.deleted', 'contact.restored')";

/// The moves of a contact from stage to stage, under all of its ids.
pub async fn stage_moves_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
) -> ApiResult<Vec<StageMoveRow>> {
    let own = stage_moves::workspace_id.eq(workspace).and(stage_moves::contact_id.eq_any(ids));
    Ok(StageMoveRow::query().filter(own).order(stage_moves::moved_at).load(&mut conn).await?)
}

/// Gives the moves of a contact that goes to another. They were of other versions: their numbers are less than any.
pub async fn inherit_stage_moves(
    mut conn: &Conn,
    workspace: WorkspaceId,
    from: ContactId,
    to: ContactId,
) -> ApiResult<()> {
    diesel::sql_query(
        "UPDATE stage_moves AS own SET contact_id = $3, version = new.version
         FROM (
             SELECT version AS old, (row_number() OVER (ORDER BY version DESC) * -1 + coalesce((
                 SELECT least(min(version), 0) FROM stage_moves WHERE workspace_id = $1 AND contact_id = $3
             ), 0))::integer AS version
             FROM stage_moves WHERE workspace_id = $1 AND contact_id = $2
         ) AS new
         WHERE own.workspace_id = $1 AND own.contact_id = $2 AND own.version = new.old",
    )
    .bind::<Uuid, _>(workspace)
    .bind::<Uuid, _>(from)
    .bind::<Uuid, _>(to)
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// The fields that tell of a move from stage to stage.
const OF_A_MOVE: [&str; 3] = ["stage", "stage_reason", "stage_changed_at"];

/// Whose change it is, its number, when, its kind, the fields that changed, and the version of a move that is told by
/// itself.
type LoggedRow = (uuid::Uuid, i64, DateTime<Utc>, String, Vec<String>, Option<i32>);

/// What the change log has of a contact under all of its ids, newest first, but for moves from stage to stage that are
/// kept apart and were all that changed.
pub async fn changes_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[ContactId],
    span: &Span,
) -> ApiResult<Vec<Logged>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| (*id).into()).collect();
    // A former one was hidden by the merge, which is told by itself.
    let hidden = changes::resource_id.eq_any(ids.get(1..).unwrap_or_default().to_vec());
    let hidden = hidden.and(changes::kind.eq_any(["contact.deleted", "contact.restored"]));
    let moved = stage_moves::workspace_id
        .eq(changes::workspace_id)
        .and(stage_moves::contact_id.eq(changes::resource_id))
        .and(stage_moves::version.eq(changes::resource_version));
    let own = changes::workspace_id.eq(workspace).and(changes::resource_id.eq_any(ids));
    let mut rows = changes::table
        .left_join(stage_moves::table.on(moved))
        .filter(own.and(diesel::dsl::sql::<Bool>(TOLD)).and(not(hidden)))
        .filter(
            changes::kind
                .ne("contact.stage_changed")
                .or(stage_moves::version.nullable().is_null())
                .or(not(changes::fields.is_contained_by(OF_A_MOVE.map(str::to_owned).to_vec()))),
        )
        // What an import keeps beside the contact is in none of its fields.
        .filter(changes::kind.ne("contact.updated").or(changes::fields.ne(Vec::<String>::new())))
        .select((
            changes::resource_id,
            changes::seq,
            changes::occurred_at,
            changes::kind,
            changes::fields,
            stage_moves::version.nullable(),
        ))
        .order((changes::occurred_at.desc(), changes::seq.desc()))
        .into_boxed();
    if let Some((at, tie)) = &span.before {
        rows = match tie {
            Tie::None => rows.filter(changes::occurred_at.lt(at)),
            Tie::All => rows.filter(changes::occurred_at.le(at)),
            Tie::Below(seq) => {
                let earlier = changes::seq.lt(seq.parse::<i64>().unwrap_or(0));
                rows.filter(changes::occurred_at.le(at).and(changes::occurred_at.lt(at).or(earlier)))
            }
        };
    }
    let limit = i64::try_from(span.limit).unwrap_or(i64::MAX);
    let rows: Vec<LoggedRow> = rows.limit(limit).load(&mut conn).await?;
    let logged = |(id, seq, at, mut kind, mut fields, moved): LoggedRow| {
        if moved.is_some() {
            // Of a move that is told by itself, what else changed.
            "contact.updated".clone_into(&mut kind);
            fields.retain(|field| !OF_A_MOVE.contains(&field.as_str()));
        }
        Logged { id, seq, at, kind, fields }
    };
    Ok(rows.into_iter().map(logged).collect())
}

/// The moves of contacts from stage to stage, as an archive takes them.
pub const STAGE_MOVES: Table = Table {
    name: "stage_moves",
    columns: &["contact_id", "version", "moved_at", "from_stage", "to_stage", "reason"],
    id: Some("contact_id"),
    key: &["contact_id", "version"],
    links: &[Link::required("contact_id", "contacts")],
    checks: &[("from_stage", is::<Stage>), ("to_stage", is::<Stage>), ("reason", is::<StageReason>)],
    ..Table::NONE
};
