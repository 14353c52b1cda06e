//! What is searched.
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::model::{Found, SearchKind};
use super::query::{Query, Rank};
use super::store::{self, Step};
use super::words::Branch;
use crate::auth::{Caller, CompaniesRead, ContactsRead, MeetingsRead, MessagesRead, ResearchRead, TemplatesRead};
use crate::changes::Tx;
use crate::db::{Conn, WorkspaceId};
use crate::error::ApiResult;
use crate::{companies, contacts, goals, insights, meetings, messages, research_notes, templates};

impl SearchKind {
    pub const ALL: [Self; 8] = [
        Self::Contact,
        Self::Company,
        Self::Message,
        Self::Meeting,
        Self::Template,
        Self::Goal,
        Self::Insight,
        Self::ResearchNote,
    ];

    pub fn table(self) -> &'static str {
        match self {
            Self::Contact => "contacts",
            Self::Company => "companies",
            Self::Message => "messages",
            Self::Meeting => "meetings",
            Self::Template => "templates",
            Self::Goal => "goals",
            Self::Insight => "insights",
            Self::ResearchNote => "research_notes",
        }
    }

    /// Whether the caller may read it: what may not be read is not found either.
    pub fn may_read(self, caller: &Caller) -> bool {
        match self {
            Self::Contact => caller.scopes.holds::<ContactsRead>(),
            Self::Company => caller.scopes.holds::<CompaniesRead>(),
            Self::Message => caller.scopes.holds::<MessagesRead>(),
            Self::Meeting | Self::Goal | Self::Insight => caller.scopes.holds::<MeetingsRead>(),
            Self::Template => caller.scopes.holds::<TemplatesRead>(),
            Self::ResearchNote => caller.scopes.holds::<ResearchRead>(),
        }
    }

    async fn read(self, conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<Found>> {
        match self {
            Self::Contact => contacts::found(conn, workspace, ids).await,
            Self::Company => companies::found(conn, workspace, ids).await,
            Self::Message => messages::found(conn, workspace, ids).await,
            Self::Meeting => meetings::found(conn, workspace, ids).await,
            Self::Template => templates::found(conn, workspace, ids).await,
            Self::Goal => goals::found(conn, workspace, ids).await,
            Self::Insight => insights::found(conn, workspace, ids).await,
            Self::ResearchNote => research_notes::found(conn, workspace, ids).await,
        }
    }

    /// Has these found by their present texts.
    pub async fn reindex(self, tx: &Tx<'_>, ids: &[Uuid]) -> ApiResult<()> {
        match self {
            Self::Contact => contacts::reindex(tx.conn, tx.workspace, &typed(ids)).await,
            Self::Company => companies::reindex(tx.conn, tx.workspace, &typed(ids)).await,
            Self::Message => messages::reindex(tx.conn, tx.workspace, &typed(ids)).await,
            Self::Meeting => meetings::reindex(tx.conn, tx.workspace, &typed(ids)).await,
            Self::Template => templates::reindex(tx.conn, tx.workspace, &typed(ids)).await,
            Self::Goal => goals::reindex(tx.conn, tx.workspace, &typed(ids)).await,
            Self::Insight => insights::reindex(tx.conn, tx.workspace, &typed(ids)).await,
            Self::ResearchNote => research_notes::reindex(tx.conn, tx.workspace, &typed(ids)).await,
        }
    }
}

fn typed<I: From<Uuid>>(ids: &[Uuid]) -> Vec<I> {
    ids.iter().copied().map(I::from).collect()
}

/// Where something stands among all that is found: by rank, then the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Standing {
    pub rank: i16,
    pub id: Uuid,
}

/// The best after `from`, at most `fetch`. First what fits by its name; the rest is looked for when that is too little.
pub async fn find(
    conn: &Conn,
    workspace: WorkspaceId,
    query: &Query,
    kinds: &[SearchKind],
    from: Option<Standing>,
    fetch: usize,
) -> ApiResult<Vec<(Standing, SearchKind)>> {
    let steps: Vec<Step> = query
        .ranks(&Branch::of(workspace))
        .into_iter()
        .filter(|(rank, _)| from.is_none_or(|from| *rank as i16 <= from.rank))
        .map(|(rank, fits)| {
            let before = from.filter(|from| from.rank == rank as i16).map(|from| from.id);
            Step { rank, fits, before }
        })
        .collect();
    let named = steps.iter().take_while(|step| step.rank >= Rank::NameBegins).count();
    let limit = i64::try_from(fetch).unwrap_or(i64::MAX);
    let mut found: Vec<(Standing, SearchKind)> = Vec::new();
    for steps in [&steps[..named], &steps[named..]] {
        if steps.is_empty() || found.len() >= fetch {
            continue;
        }
        let each = kinds.iter().map(async |kind| {
            let rows = store::find(conn, workspace, kind.table(), steps, limit).await?;
            Ok::<_, crate::error::ApiError>(rows.into_iter().map(|(rank, id)| (Standing { rank, id }, *kind)))
        });
        found.extend(try_join_all(each).await?.into_iter().flatten());
    }
    found.sort_by_key(|found| std::cmp::Reverse(found.0));
    found.truncate(fetch);
    Ok(found)
}

/// What is there to show of these, in their order. What was deleted in between is left out.
pub async fn read(
    conn: &Conn,
    workspace: WorkspaceId,
    standings: &[(Standing, SearchKind)],
) -> ApiResult<Vec<(SearchKind, Found)>> {
    let each = SearchKind::ALL.into_iter().map(async |kind| {
        let ids: Vec<Uuid> = standings.iter().filter(|(_, own)| *own == kind).map(|(at, _)| at.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found = kind.read(conn, workspace, &ids).await?;
        Ok::<_, crate::error::ApiError>(found.into_iter().map(|found| (kind, found)).collect())
    });
    let mut found: Vec<(SearchKind, Found)> = try_join_all(each).await?.into_iter().flatten().collect();
    let place = |id: Uuid| standings.iter().position(|(at, _)| at.id == id);
    found.sort_by_cached_key(|(_, found)| place(found.id));
    Ok(found)
}
