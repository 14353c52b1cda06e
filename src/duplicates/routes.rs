use actix_web::web::Data;
use actix_web::{delete, get, post};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::find::{self, Group};
use super::model::{DismissInput, Dismissal, DismissalId, DismissalRow, Dismissed, DuplicateGroup};
use super::{service, store};
use crate::app::App;
use crate::auth::{Access, ContactsRead, ContactsWrite};
use crate::error::ApiResult;
use crate::http::idempotency::fingerprint;
use crate::http::page::{self, DEFAULT_LIMIT, PageQuery};
use crate::http::params::NoParams;
use crate::http::{Answer, Body, Id, IdempotencyKey, Paging, Params};
use crate::page;
use crate::sort::Position;

/// Namesakes and better.
const MIN_SCORE: i16 = 50;

page! {
    /// A page of groups of likely duplicates.
    DuplicatePage of DuplicateGroup
}

page! {
    /// A page of pairs that were said to be two people.
    DismissalPage of Dismissal
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct DuplicatesQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u16,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1, max_length = 4096)]
    cursor: Option<String>,
    /// Pairs that are less likely, in percent, do not count.
    #[param(minimum = 1, maximum = 99, default = 50)]
    min_score: i16,
    /// Only the group of this contact.
    contact_id: Option<Uuid>,
}

impl Default for DuplicatesQuery {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, min_score: MIN_SCORE, contact_id: None }
    }
}

/// List likely duplicates
///
/// Groups of contacts that are likely one person, most likely first. Two contacts are held together by a LinkedIn
/// profile, an e-mail address, a telephone number or a name that they share, or by close names at one company; accents,
/// case and the order of names do not count. Pairs that were dismissed do not count either.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:read"])), params(DuplicatesQuery), responses(
    (status = 200, description = "A page of groups", body = DuplicatePage),
))]
#[get("/contacts/duplicates")]
pub async fn list_duplicates(
    app: Data<App>,
    access: Access<ContactsRead>,
    Params(query): Params<DuplicatesQuery>,
    paging: Paging,
) -> ApiResult<Answer<DuplicatePage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let pairs = service::pairs(&app, workspace).await?;
    let after = |group: &Group| {
        from.as_ref().is_none_or(|from| (-group.score, group.id) > (-from.number.unwrap_or(0), from.id))
    };
    let mut groups = find::groups(&pairs, query.min_score);
    groups.retain(|group| query.contact_id.is_none_or(|id| group.members.contains(&id)) && after(group));
    groups.truncate(usize::from(query.limit) + 1);
    let at = |group: &Group| Position { number: Some(group.score), id: group.id, ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut groups, at)?;
    let data = app.db.read(workspace, async |conn| service::shown(conn, workspace, &groups).await).await?;
    paging.answer(&DuplicatePage { data, next_cursor })
}

/// Say that contacts are not duplicates
///
/// No two of them are held to be one person any more, until that is revoked. Saying it twice changes nothing.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])), request_body = DismissInput, responses(
    (status = 200, description = "What is remembered of these contacts", body = Dismissed),
))]
#[post("/contacts/duplicates/dismiss")]
pub async fn dismiss_duplicates(
    app: Data<App>,
    access: Access<ContactsWrite>,
    key: IdempotencyKey,
    _none: NoParams,
    Body(input): Body<DismissInput>,
) -> ApiResult<Answer<Dismissed>> {
    app.post(&access, &key, &fingerprint(&input)?, async |tx| {
        Answer::ok(&Dismissed { data: service::dismiss(tx, &input.contact_ids).await? })
    })
    .await
}

/// List pairs that were said to be two people, newest first
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of pairs", body = DismissalPage),
))]
#[get("/contacts/duplicates/dismissals")]
pub async fn list_dismissals(
    app: Data<App>,
    access: Access<ContactsRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<DismissalPage>> {
    let from: Option<Position> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let list = async |conn: &_| store::list(conn, workspace, from.as_ref(), query.fetch()).await;
    let mut rows = app.db.read(workspace, list).await?;
    let at = |row: &DismissalRow| Position { id: row.id.into(), ..Position::default() };
    let next_cursor = page::cut(&paging, query.limit, &mut rows, at)?;
    paging.answer(&DismissalPage { data: rows.into_iter().map(Dismissal::from).collect(), next_cursor })
}

/// Revoke that two contacts are no duplicates
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "They may be duplicates again"),
))]
#[delete("/contacts/duplicates/dismissals/{id}")]
pub async fn revoke_dismissal(
    app: Data<App>,
    access: Access<ContactsWrite>,
    Id(id): Id<DismissalId>,
    _none: NoParams,
) -> ApiResult<Answer<()>> {
    app.write(&access, async |tx| service::revoke(tx, id).await).await?;
    Ok(Answer::no_content())
}
