use actix_web::get;
use actix_web::web::Data;

use super::model::{NextStep, Place, Step};
use super::sources;
use crate::app::App;
use crate::auth::{Access, ContactsRead};
use crate::contacts::{self, ContactId};
use crate::error::ApiResult;
use crate::http::page::{self, PageQuery};
use crate::http::{Answer, Paging, Params};
use crate::page;

page! {
    /// A page of next steps.
    NextStepPage of NextStep
}

/// List what to do next
///
/// The most pressing first: meetings that are over and not closed, follow-ups that are due by the end of the seeker's day,
/// confirmed meetings of the next two days, people who answered and with whom no time is agreed on, messages that failed,
/// drafts, people whom a colleague may answer for, and people to whom nothing was sent yet. Within a kind what is due
/// first comes first. Nothing asks to write to somebody who is not to be contacted, or who said no since. What the credential may not read by itself (`follow_ups:read`, `meetings:read`, `messages:read`) is
/// left out.
#[utoipa::path(tag = "next-steps", security(("bearer" = ["contacts:read"])), params(PageQuery), responses(
    (status = 200, description = "A page of steps", body = NextStepPage),
))]
#[get("/next-steps")]
pub async fn list_next_steps(
    app: Data<App>,
    access: Access<ContactsRead>,
    Params(query): Params<PageQuery>,
    paging: Paging,
) -> ApiResult<Answer<NextStepPage>> {
    let from: Option<Place> = paging.position(query.cursor.as_deref())?;
    let (workspace, now) = (access.workspace, app.now());
    let read = async |conn: &_| {
        let steps = sources::read(conn, &access, now, from.as_ref(), query.fetch()).await?;
        let people: Vec<ContactId> = steps.iter().filter_map(|(_, step)| step.contact).collect();
        let names = contacts::names(conn, workspace, &people).await?;
        Ok((steps, names))
    };
    let (mut steps, names) = app.db.read(workspace, read).await?;
    let place = |(source, step): &(usize, Step)| Place { source: *source, at: step.at.clone() };
    let next_cursor = page::cut(&paging, query.limit, &mut steps, place)?;
    let show = |(_, step): (usize, Step)| {
        let name = step.contact.and_then(|id| names.get(&id).cloned());
        step.shown(name, now)
    };
    paging.answer(&NextStepPage { data: steps.into_iter().map(show).collect(), next_cursor })
}
