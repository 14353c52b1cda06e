//! Every statement about introductions, each within one workspace.
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::model::{IntroductionId, IntroductionRow};
use super::query::{By, ListQuery};
use super::state::State;
use crate::changes::Kind;
use crate::circle_requests::CircleRequestId;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::schema::introductions;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, AsConstraint, Code, Fault};
use crate::exports::{Link, Table};
use crate::meetings::{self, MeetingId};
use crate::sort::{Order, Position, keyset};

/// How many promises are given up in one go.
const BATCH: i64 = 500;

pub async fn insert(mut conn: &Conn, row: &IntroductionRow) -> ApiResult<()> {
    meaning(diesel::insert_into(introductions::table).values(row).execute(&mut conn).await)
}

/// Writes the row over the one with its id.
pub async fn update(mut conn: &Conn, row: &IntroductionRow) -> ApiResult<()> {
    let own = introductions::table.find((row.workspace_id, row.id));
    meaning(diesel::update(own).set(row).execute(&mut conn).await)
}

/// All of this was looked at before; only those who write at the same moment meet it here.
fn meaning(outcome: QueryResult<usize>) -> ApiResult<()> {
    let gone =
        |pointer: &str, what: &str| ApiError::field(pointer, "not_found", format!("is not a {what} of this workspace"));
    outcome.map(|_| ()).map_err(|error| match error.constraint() {
        Some("introductions_introducer_fkey") => gone("/introducer_id", "contact"),
        Some("introductions_introduced_fkey") => gone("/introduced_id", "contact"),
        Some("introductions_company_fkey") => gone("/introduced_company_id", "company"),
        Some("introductions_request_fkey") => gone("/circle_request_id", "request"),
        Some("introductions_meeting_fkey") => gone("/meeting_id", "meeting"),
        Some("introductions_pair_key") => exists("/introduced_id", None),
        Some("introductions_name_key") => exists("/introduced_name", None),
        _ => error.into(),
    })
}

/// The same two are connected by another introduction. Which one is known but when both were written at once.
pub fn exists(pointer: &str, other: Option<IntroductionId>) -> ApiError {
    let detail = match other {
        Some(id) => format!("the introduction {id} of this workspace is of the same two"),
        None => "another introduction of this workspace is of the same two".to_owned(),
    };
    ApiError::new(Code::IntroductionExists, detail.clone()).with(Fault::field(pointer, "taken", detail))
}

/// A live introduction, other than this one, that connects the same two.
pub async fn twin(mut conn: &Conn, row: &IntroductionRow) -> ApiResult<Option<IntroductionId>> {
    let Some(introducer) = row.introducer_id else { return Ok(None) };
    let theirs = introductions::workspace_id.eq(row.workspace_id).and(introductions::introducer_id.eq(introducer));
    let live = theirs.and(introductions::deleted_at.is_null()).and(introductions::id.ne(row.id));
    let mut same = introductions::table.filter(live).select(introductions::id).into_boxed();
    same = match (row.introduced_id, &row.introduced_key) {
        (Some(introduced), _) => same.filter(introductions::introduced_id.eq(introduced)),
        (None, Some(key)) => {
            same.filter(introductions::introduced_id.is_null().and(introductions::introduced_key.eq(key)))
        }
        (None, None) => return Ok(None),
    };
    Ok(same.first(&mut conn).await.optional()?)
}

/// The live introduction by which one contact named or introduced another.
pub async fn between(
    mut conn: &Conn,
    workspace: WorkspaceId,
    introducer: ContactId,
    introduced: ContactId,
) -> ApiResult<Option<IntroductionId>> {
    let theirs = introductions::workspace_id.eq(workspace).and(introductions::introducer_id.eq(introducer));
    let live = theirs.and(introductions::deleted_at.is_null()).and(introductions::introduced_id.eq(introduced));
    Ok(introductions::table.filter(live).select(introductions::id).first(&mut conn).await.optional()?)
}

pub async fn find(mut conn: &Conn, workspace: WorkspaceId, id: IntroductionId) -> ApiResult<IntroductionRow> {
    let own = introductions::workspace_id.eq(workspace).and(introductions::id.eq(id));
    Ok(IntroductionRow::query().filter(own.and(introductions::deleted_at.is_null())).first(&mut conn).await?)
}

/// Those of these introductions that are not deleted, in the order of their ids.
pub async fn find_many(
    mut conn: &Conn,
    workspace: WorkspaceId,
    ids: &[IntroductionId],
) -> ApiResult<Vec<IntroductionRow>> {
    let own = introductions::workspace_id.eq(workspace).and(introductions::id.eq_any(ids));
    let live = IntroductionRow::query().filter(own.and(introductions::deleted_at.is_null()));
    Ok(live.order(introductions::id).load(&mut conn).await?)
}

/// The row, deleted or not, locked until the end of the transaction.
pub async fn lock(mut conn: &Conn, workspace: WorkspaceId, id: IntroductionId) -> ApiResult<IntroductionRow> {
    let own = introductions::workspace_id.eq(workspace).and(introductions::id.eq(id));
    Ok(IntroductionRow::query().filter(own).for_update().first(&mut conn).await?)
}

/// As [`lock`], if it was not removed for good.
pub async fn lock_if_there(
    conn: &Conn,
    workspace: WorkspaceId,
    id: IntroductionId,
) -> ApiResult<Option<IntroductionRow>> {
    match lock(conn, workspace, id).await {
        Ok(row) => Ok(Some(row)),
        Err(error) if error.code == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// All that these contacts gave and got, deleted or not, locked until the end of the transaction.
pub async fn lock_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<IntroductionRow>> {
    let party = introductions::introducer_id.eq_any(contacts).or(introductions::introduced_id.eq_any(contacts));
    let rows = IntroductionRow::query().filter(introductions::workspace_id.eq(workspace).and(party));
    // In one order, so that two who lock the same rows wait and do not block each other.
    Ok(rows.order(introductions::id).for_update().load(&mut conn).await?)
}

/// All that these contacts gave and got, deleted or not.
pub async fn rows_of(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
) -> ApiResult<Vec<IntroductionRow>> {
    let party = introductions::introducer_id.eq_any(contacts).or(introductions::introduced_id.eq_any(contacts));
    let rows = IntroductionRow::query().filter(introductions::workspace_id.eq(workspace).and(party));
    Ok(rows.order(introductions::id).load(&mut conn).await?)
}

pub async fn mark_deleted(
    mut conn: &Conn,
    workspace: WorkspaceId,
    id: IntroductionId,
    deleted_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> ApiResult<i32> {
    let updated = diesel::update(introductions::table.find((workspace, id)))
        .set((
            introductions::deleted_at.eq(deleted_at),
            introductions::version.eq(introductions::version + 1),
            introductions::updated_at.eq(now),
        ))
        .returning(introductions::version)
        .get_result(&mut conn)
        .await;
    updated.map_err(|error| match error.constraint() {
        Some("introductions_pair_key" | "introductions_name_key") => {
            ApiError::new(Code::RestoreConflict, "another introduction connects the same two by now")
        }
        _ => error.into(),
    })
}

pub async fn purge(mut conn: &Conn, workspace: WorkspaceId, id: IntroductionId) -> ApiResult<()> {
    diesel::delete(introductions::table.find((workspace, id))).execute(&mut conn).await?;
    Ok(())
}

pub async fn list(
    mut conn: &Conn,
    workspace: WorkspaceId,
    query: &ListQuery,
    from: Option<&Position>,
) -> ApiResult<Vec<IntroductionRow>> {
    let live = introductions::workspace_id.eq(workspace).and(introductions::deleted_at.is_null());
    let mut rows = IntroductionRow::query().filter(live).into_boxed();
    if !query.state.is_empty() {
        rows = rows.filter(introductions::state.eq_any(&query.state));
    }
    if !query.introducer_id.is_empty() {
        rows = rows.filter(introductions::introducer_id.eq_any(&query.introducer_id));
    }
    if !query.introduced_id.is_empty() {
        rows = rows.filter(introductions::introduced_id.eq_any(&query.introduced_id));
    }
    if let Some(contact) = query.contact_id {
        rows = rows.filter(introductions::introducer_id.eq(contact).or(introductions::introduced_id.eq(contact)));
    }
    if !query.introduced_company_id.is_empty() {
        rows = rows.filter(introductions::introduced_company_id.eq_any(&query.introduced_company_id));
    }
    if let Some(request) = query.circle_request_id {
        rows = rows.filter(introductions::circle_request_id.eq(request));
    }
    if let Some(meeting) = query.meeting_id {
        rows = rows.filter(introductions::meeting_id.eq(meeting));
    }
    if let Some(may_use_name) = query.may_use_name {
        rows = rows.filter(introductions::may_use_name.eq(may_use_name));
    }
    if let Some(thanked) = query.thanked {
        rows = rows.filter(introductions::thanked_at.is_not_null().eq(thanked));
    }
    if let Some(closed) = query.loop_closed {
        rows = rows.filter(introductions::loop_closed_at.is_not_null().eq(closed));
    }
    if let Some(after) = query.created_after {
        rows = rows.filter(introductions::created_at.gt(after));
    }
    if let Some(before) = query.created_before {
        rows = rows.filter(introductions::created_at.lt(before));
    }
    if let Some(after) = query.updated_after {
        rows = rows.filter(introductions::updated_at.gt(after));
    }
    if let Some(before) = query.updated_before {
        rows = rows.filter(introductions::updated_at.lt(before));
    }
    let Order { by, descending } = query.sort.order();
    rows = match by {
        By::Created => keyset!(rows, descending, introductions::id, from.map(|from| from.id)),
        By::Updated => {
            let from = from.and_then(|from| Some((from.at?, from.id)));
            keyset!(rows, descending, introductions::updated_at, introductions::id, from)
        }
    };
    Ok(rows.limit(query.fetch()).load(&mut conn).await?)
}

/// What these requests brought, oldest first.
pub async fn with_requests(
    mut conn: &Conn,
    workspace: WorkspaceId,
    requests: &[CircleRequestId],
) -> ApiResult<Vec<(CircleRequestId, IntroductionId)>> {
    let live = introductions::workspace_id.eq(workspace).and(introductions::deleted_at.is_null());
    let brought = introductions::table.filter(live.and(introductions::circle_request_id.eq_any(requests)));
    let columns = (introductions::circle_request_id.assume_not_null(), introductions::id);
    Ok(brought.select(columns).order(introductions::id).load(&mut conn).await?)
}

/// Live introductions that this contact gave or that led to it.
pub async fn of_contact(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contact: ContactId,
) -> ApiResult<Vec<IntroductionRow>> {
    let live = introductions::workspace_id.eq(workspace).and(introductions::deleted_at.is_null());
    let party = introductions::introducer_id.eq(contact).or(introductions::introduced_id.eq(contact));
    Ok(IntroductionRow::query().filter(live.and(party)).load(&mut conn).await?)
}

/// Who named or introduced this contact, newest first, and whether they said that their name may be used.
pub async fn introducers(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contact: ContactId,
) -> ApiResult<Vec<(ContactId, bool)>> {
    let live = introductions::workspace_id.eq(workspace).and(introductions::deleted_at.is_null());
    let led_here = live.and(introductions::introduced_id.eq(contact)).and(introductions::introducer_id.is_not_null());
    let columns = (introductions::introducer_id.assume_not_null(), introductions::may_use_name);
    let rows = introductions::table.filter(led_here).select(columns).order(introductions::id.desc());
    Ok(rows.load(&mut conn).await?)
}

/// Those of these contacts that give or get an introduction, deleted ones included.
pub async fn parties(mut conn: &Conn, workspace: WorkspaceId, ids: &[ContactId]) -> ApiResult<Vec<ContactId>> {
    let own = introductions::table.filter(introductions::workspace_id.eq(workspace));
    let party = introductions::introducer_id.eq_any(ids).or(introductions::introduced_id.eq_any(ids));
    let pairs: Vec<(Option<ContactId>, Option<ContactId>)> =
        own.filter(party).select((introductions::introducer_id, introductions::introduced_id)).load(&mut conn).await?;
    Ok(pairs.into_iter().flat_map(|(introducer, introduced)| introducer.into_iter().chain(introduced)).collect())
}

/// Those of these companies that an introduction names.
pub async fn companies_named(mut conn: &Conn, workspace: WorkspaceId, ids: &[Uuid]) -> ApiResult<Vec<Uuid>> {
    let own = introductions::workspace_id.eq(workspace).and(introductions::introduced_company_id.eq_any(ids));
    let named = introductions::table.filter(own).select(introductions::introduced_company_id.assume_not_null());
    Ok(named.load(&mut conn).await?)
}

/// Puts a ghost in the place of a contact that goes for good, and gives the rows that it is in.
pub async fn haunt(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contact: ContactId,
    ghost: Uuid,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(IntroductionId, i32)>> {
    let mut touched: Vec<(IntroductionId, i32)> = Vec::new();
    let written = (introductions::version.eq(introductions::version + 1), introductions::updated_at.eq(now));
    let own = introductions::workspace_id.eq(workspace);
    let gave = diesel::update(introductions::table.filter(own.and(introductions::introducer_id.eq(contact))))
        .set((introductions::introducer_id.eq(None::<ContactId>), introductions::introducer_ghost.eq(ghost), written))
        .returning((introductions::id, introductions::version));
    touched.extend(gave.get_results::<(IntroductionId, i32)>(&mut conn).await?);
    // What was written of the person goes with the person.
    let nobody = (
        introductions::introduced_id.eq(None::<ContactId>),
        introductions::introduced_ghost.eq(ghost),
        introductions::introduced_name.eq(None::<String>),
        introductions::introduced_key.eq(None::<String>),
        introductions::introduced_title.eq(None::<String>),
        introductions::introduced_email.eq(None::<String>),
    );
    let got = diesel::update(introductions::table.filter(own.and(introductions::introduced_id.eq(contact))))
        .set((nobody, written))
        .returning((introductions::id, introductions::version));
    touched.extend(got.get_results::<(IntroductionId, i32)>(&mut conn).await?);
    Ok(touched)
}

/// Makes those that show the names of these people or companies a new version, and gives them.
pub async fn renew(
    mut conn: &Conn,
    workspace: WorkspaceId,
    contacts: &[ContactId],
    companies: &[CompanyId],
    now: DateTime<Utc>,
) -> ApiResult<Vec<(IntroductionId, i32)>> {
    let shown = introductions::introducer_id
        .eq_any(contacts)
        .or(introductions::introduced_id.eq_any(contacts))
        .or(introductions::introduced_company_id.eq_any(companies));
    let own = introductions::workspace_id.eq(workspace).and(introductions::deleted_at.is_null());
    Ok(diesel::update(introductions::table.filter(own.and(shown)))
        .set((introductions::version.eq(introductions::version + 1), introductions::updated_at.eq(now)))
        .returning((introductions::id, introductions::version))
        .get_results(&mut conn)
        .await?)
}

/// A company goes for good: those who were named as working there keep its name. Gives the rows that it was in.
pub async fn drop_company(
    mut conn: &Conn,
    workspace: WorkspaceId,
    company: CompanyId,
    name: &str,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(IntroductionId, i32)>> {
    let there = introductions::workspace_id.eq(workspace).and(introductions::introduced_company_id.eq(company));
    Ok(diesel::update(introductions::table.filter(there))
        .set((
            introductions::introduced_company_id.eq(None::<CompanyId>),
            introductions::introduced_company_name.eq(name),
            introductions::version.eq(introductions::version + 1),
            introductions::updated_at.eq(now),
        ))
        .returning((introductions::id, introductions::version))
        .get_results(&mut conn)
        .await?)
}

/// A request goes for good; what it brought stays. Gives the rows that it was in.
pub async fn drop_request(
    mut conn: &Conn,
    workspace: WorkspaceId,
    request: CircleRequestId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(IntroductionId, i32)>> {
    let brought = introductions::workspace_id.eq(workspace).and(introductions::circle_request_id.eq(request));
    Ok(diesel::update(introductions::table.filter(brought))
        .set((
            introductions::circle_request_id.eq(None::<CircleRequestId>),
            introductions::version.eq(introductions::version + 1),
            introductions::updated_at.eq(now),
        ))
        .returning((introductions::id, introductions::version))
        .get_results(&mut conn)
        .await?)
}

/// A meeting goes for good; what came up in it stays. Gives the rows that it was in.
pub async fn drop_meeting(
    mut conn: &Conn,
    workspace: WorkspaceId,
    meeting: MeetingId,
    now: DateTime<Utc>,
) -> ApiResult<Vec<(IntroductionId, i32)>> {
    let came_up = introductions::workspace_id.eq(workspace).and(introductions::meeting_id.eq(meeting));
    Ok(diesel::update(introductions::table.filter(came_up))
        .set((
            introductions::meeting_id.eq(None::<MeetingId>),
            introductions::version.eq(introductions::version + 1),
            introductions::updated_at.eq(now),
        ))
        .returning((introductions::id, introductions::version))
        .get_results(&mut conn)
        .await?)
}

/// Promises that are older than this, over all workspaces: it is the service's own housekeeping.
pub async fn old_promises(
    mut conn: &Conn,
    promised_until: DateTime<Utc>,
) -> ApiResult<Vec<(WorkspaceId, IntroductionId)>> {
    let old = introductions::state.eq(State::Promised).and(introductions::deleted_at.is_null());
    let old = introductions::table.filter(old.and(introductions::promised_at.le(promised_until)));
    let columns = (introductions::workspace_id, introductions::id);
    Ok(old.order(introductions::promised_at).limit(BATCH).select(columns).load(&mut conn).await?)
}

/// Those that follow this one, in the order of their ids.
pub async fn following(
    mut conn: &Conn,
    workspace: WorkspaceId,
    after: Option<uuid::Uuid>,
    fetch: i64,
) -> ApiResult<Vec<IntroductionRow>> {
    let live = introductions::workspace_id.eq(workspace).and(introductions::deleted_at.is_null());
    let rows = keyset!(IntroductionRow::query().filter(live).into_boxed(), false, introductions::id, after);
    Ok(rows.limit(fetch).load(&mut conn).await?)
}

/// Nobody introduces themselves.
fn is_of_two(line: &Map<String, Value>) -> bool {
    let name = |column: &str| line.get(column).and_then(Value::as_str).map(str::to_lowercase);
    name("introducer_id").is_none_or(|id| name("introduced_id") != Some(id))
}

/// As an archive takes them. Somebody who lies in the trash is nobody in it, and keeps the shape of the network.
pub const ROWS: Table = Table {
    name: "introductions",
    columns: &[
        "id",
        "version",
        "created_at",
        "updated_at",
        "introducer_id",
        "introducer_ghost",
        "introduced_id",
        "introduced_ghost",
        "introduced_name",
        "introduced_key",
        "introduced_company_id",
        "introduced_company_name",
        "introduced_title",
        "introduced_email",
        "circle_request_id",
        "may_use_name",
        "state",
        "named_at",
        "promised_at",
        "made_at",
        "declined_at",
        "stale_at",
        "thanked_at",
        "loop_closed_at",
        "notes",
        "meeting_id",
    ],
    id: Some("id"),
    key: &["id"],
    links: &[
        Link::to("introducer_id", "contacts"),
        Link::to("introduced_id", "contacts"),
        Link::to("introduced_company_id", "companies"),
        Link {
            and: "EXISTS (SELECT 1 FROM contacts AS c WHERE c.workspace_id = r.workspace_id AND c.id = r.connector_id AND c.deleted_at IS NULL)",
            ..Link::to("circle_request_id", "circle_requests")
        },
        Link { and: meetings::TAKEN, may_stay: true, ..Link::to("meeting_id", "meetings") },
    ],
    taken: "t.deleted_at IS NULL",
    rules: &[("introduced_id", "must be somebody else than `introducer_id`", is_of_two)],
    computed: &[
        (
            "introducer_ghost",
            "CASE WHEN t.introducer_id IS NULL THEN t.introducer_ghost WHEN NOT EXISTS (SELECT 1 FROM contacts AS c WHERE c.workspace_id = t.workspace_id AND c.id = t.introducer_id AND c.deleted_at IS NULL) THEN t.introducer_id END",
        ),
        (
            "introduced_ghost",
            "CASE WHEN t.introduced_id IS NULL THEN t.introduced_ghost WHEN NOT EXISTS (SELECT 1 FROM contacts AS c WHERE c.workspace_id = t.workspace_id AND c.id = t.introduced_id AND c.deleted_at IS NULL) THEN t.introduced_id END",
        ),
        (
            "introduced_company_name",
            "coalesce(t.introduced_company_name, (SELECT c.name FROM companies AS c WHERE c.workspace_id = t.workspace_id AND c.id = t.introduced_company_id AND c.deleted_at IS NOT NULL))",
        ),
    ],
    created: Some(Kind::IntroductionCreated),
    ..Table::NONE
};
