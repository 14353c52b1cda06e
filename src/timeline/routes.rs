use actix_web::get;
use actix_web::web::Data;
use futures_util::try_join;

use super::model::{Entry, Place, Span, TimelineEntry, merge};
use crate::app::App;
use crate::auth::{
    Access, Caller, ContactsRead, FeedsRead, FollowUpsRead, ImportsRead, IntroductionsRead, MeetingsRead, MessagesRead,
    ResearchRead,
};
use crate::contacts::ContactId;
use crate::db::Conn;
use crate::error::ApiResult;
use crate::http::page::{self, PageQuery};
use crate::http::{Answer, Id, Paging, Params};
use crate::{
    alerts, bookings, circle_requests, contacts, follow_ups, introductions, meetings, merges, messages, page,
    research_notes, transfer,
};

page! {
    /// A page of a contact's timeline.
    TimelinePage of TimelineEntry
}

/// Read what happened with a contact
///
/// Newest first, whatever resource it came from: how the contact came in, what was changed lately (as long as the change
/// log is kept), its stages, the introductions that it gave or that led to it, what it was asked for, the messages, the
/// meetings, what was due, what was noted about it, what was kept of the news about it, and who became one with it. What happened with those before is told, too.
/// What the credential may not read by itself (`imports:read`, `introductions:read`, `messages:read`, `meetings:read`,
/// `follow_ups:read`, `research:read`, `feeds:read`) is left out.
#[utoipa::path(tag = "contacts", security(("bearer" = ["contacts:read"])), params(("id" = Uuid, Path), PageQuery), responses(
    (status = 200, description = "A page of the timeline", body = TimelinePage),
))]
#[get("/contacts/{id}/timeline")]
pub async fn read_timeline(
    app: Data<App>,
    access: Access<ContactsRead>,
    Id(id): Id<ContactId>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<TimelinePage>> {
    let from: Option<Place> = paging.position(query.cursor.as_deref())?;
    let workspace = access.workspace;
    let fetch = usize::from(query.limit) + 1;
    let read = async |conn: &_| gather(conn, &access, id, from.as_ref(), fetch).await;
    let mut entries = app.db.read(workspace, read).await?;
    let next_cursor = page::cut(&paging, query.limit, &mut entries, |(place, _)| place.clone())?;
    paging.answer(&TimelinePage { data: entries.into_iter().map(|(_, entry)| entry.into()).collect(), next_cursor })
}

/// The newest entries of all sources. The number of a source is its place among those of the same instant; a new one
/// goes to the end, so that cursors that are out there stay good. The contact's own comes first: it knows whether the
/// contact is there. A source that the caller has no scope for says nothing.
async fn gather(
    conn: &Conn,
    caller: &Caller,
    contact: ContactId,
    from: Option<&Place>,
    limit: usize,
) -> ApiResult<Vec<(Place, Entry)>> {
    let span = |source: usize| Span::of(source, from, limit);
    let (own, imports, introductions, requests, stages) = (span(0), span(1), span(2), span(3), span(4));
    let (messages, merges, meetings, follow_ups, offers) = (span(5), span(6), span(7), span(8), span(9));
    let (research, news) = (span(10), span(11));
    let (workspace, scopes) = (caller.workspace, caller.scopes);
    let mut ids = vec![contact];
    ids.extend(merges::former(conn, workspace, contact).await?);
    let (own, imports, introductions, requests, stages, messages, merges, meetings, follow_ups, offers, research, news) =
        try_join!(
            contacts::timeline(conn, workspace, &ids, &own),
            told(scopes.holds::<ImportsRead>(), transfer::timeline(conn, workspace, contact, &imports)),
            told(
                scopes.holds::<IntroductionsRead>(),
                introductions::timeline(conn, workspace, contact, &introductions)
            ),
            told(scopes.holds::<IntroductionsRead>(), circle_requests::timeline(conn, workspace, contact, &requests)),
            contacts::stage_timeline(conn, workspace, &ids, &stages),
            told(scopes.holds::<MessagesRead>(), messages::timeline(conn, workspace, contact, &messages)),
            merges::timeline(conn, workspace, contact, &merges),
            told(scopes.holds::<MeetingsRead>(), meetings::timeline(conn, workspace, contact, &meetings)),
            told(scopes.holds::<FollowUpsRead>(), follow_ups::timeline(conn, workspace, contact, &follow_ups)),
            told(scopes.holds::<MeetingsRead>(), bookings::timeline(conn, workspace, contact, &offers)),
            told(scopes.holds::<ResearchRead>(), research_notes::timeline(conn, workspace, contact, &research)),
            told(scopes.holds::<FeedsRead>(), alerts::timeline(conn, workspace, contact, &news)),
        )?;
    Ok(merge(
        vec![
            own,
            imports,
            introductions,
            requests,
            stages,
            messages,
            merges,
            meetings,
            follow_ups,
            offers,
            research,
            news,
        ],
        limit,
    ))
}

async fn told(may: bool, source: impl Future<Output = ApiResult<Vec<Entry>>>) -> ApiResult<Vec<Entry>> {
    if may { source.await } else { Ok(Vec::new()) }
}
