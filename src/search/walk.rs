//! Reading again everything that is searched, once its texts are kept by other rules: some at a time, away from
//! requests. So what was there before the rules is found like all else.
use chrono::Duration;
use uuid::Uuid;

use super::model::SearchKind;
use super::store::{self, Walk};
use crate::app::App;
use crate::changes::{Actor, Tx};
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::jobs;

/// Raised when other texts are searched, or their words are kept in another way.
const RULES: i16 = 2;
/// Rounds by the same rules: while instances are replaced, those of before still write by theirs.
const ROUNDS: i16 = 2;
const BETWEEN_ROUNDS: Duration = Duration::hours(1);
/// Rows of one kind that are read in one turn.
const TURN: i64 = 5_000;
/// Rows that are written in one transaction.
const AT_ONCE: usize = 500;

/// Goes on where the turn before has ended, and says how many it has read.
pub async fn walk(app: &App) -> ApiResult<usize> {
    let mut count = 0;
    for kind in SearchKind::ALL {
        count += go_on(app, kind).await?;
    }
    Ok(count)
}

async fn go_on(app: &App, kind: SearchKind) -> ApiResult<usize> {
    let due = async |conn: &mut Conn| store::due_walk(conn, kind.name(), RULES, app.now()).await;
    let Some(walk) = app.db.transaction(due).await? else { return Ok(0) };
    let rows = app.db.lookup(async |conn| store::behind(conn, kind.table(), walk.after, TURN).await).await?;
    for own in rows.chunk_by(|one, two| one.0 == two.0) {
        for chunk in own.chunks(AT_ONCE) {
            let ids: Vec<Uuid> = chunk.iter().map(|(_, id)| *id).collect();
            let renew = async |tx: &mut Tx<'_>| kind.reindex(tx, &ids).await;
            jobs::went(app.write_as(chunk[0].0, Actor::Job, renew).await, chunk[0].1)?;
        }
    }
    let last: Option<(WorkspaceId, Uuid)> = rows.last().copied();
    let over = i64::try_from(rows.len()).is_ok_and(|count| count < TURN);
    let next = match (over, walk.rounds + 1) {
        (false, _) => Walk { after: last, due_at: Some(app.now()), ..walk },
        (true, rounds) => {
            let due_at = (rounds < ROUNDS).then(|| app.now() + BETWEEN_ROUNDS);
            Walk { after: None, rounds, due_at }
        }
    };
    app.db.single(async |conn| store::keep_walk(conn, kind.name(), &next).await).await?;
    Ok(rows.len())
}
