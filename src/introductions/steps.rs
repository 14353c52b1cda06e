//! The steps of an introduction that have a name, and what happens to it when others go.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::IntroductionInput;
use super::model::{Introduction, IntroductionId};
use super::service::{live, write};
use super::state::{PATIENCE, State};
use super::store;
use crate::app::App;
use crate::changes::{Actor, Kind, Tx};
use crate::circle_requests::CircleRequestId;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::error::{ApiError, ApiResult};
use crate::jobs;
use crate::meetings::MeetingId;

/// When something happened.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct MomentInput {
    /// Now, unless said otherwise.
    pub at: Option<DateTime<Utc>>,
}

/// A step of an introduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Promise,
    Make,
    Decline,
    Thank,
    CloseLoop,
}

/// Takes a step. One that was taken before changes nothing, unless it is given another time.
pub async fn take(
    tx: &mut Tx<'_>,
    id: IntroductionId,
    step: Step,
    at: Option<DateTime<Utc>>,
) -> ApiResult<Introduction> {
    let before = live(tx, id).await?;
    let mut input = IntroductionInput::from(&before);
    let now = tx.now;
    let (state, date) = match step {
        Step::Promise => (Some(State::Promised), &mut input.promised_at),
        Step::Make => (Some(State::Made), &mut input.made_at),
        Step::Decline => (Some(State::Declined), &mut input.declined_at),
        Step::Thank => (None, &mut input.thanked_at),
        Step::CloseLoop => (None, &mut input.loop_closed_at),
    };
    let taken = date.is_some() && state.is_none_or(|state| state == before.state);
    if at.is_some() || !taken {
        *date = Some(at.unwrap_or(now));
    }
    input.state = state.unwrap_or(before.state);
    write(tx, before, input).await.map_err(|error| from_step(error, at.is_some()))
}

/// The only field that the caller sent is `at`.
fn from_step(mut error: ApiError, given: bool) -> ApiError {
    for fault in error.errors.iter_mut().filter(|_| given) {
        if fault.code == "out_of_range" {
            fault.pointer = Some("/at".to_owned());
        }
    }
    error
}

/// Gives up waiting for promises of which nothing was heard for seven days, some at a time.
pub async fn let_go_stale(app: &App) -> ApiResult<usize> {
    let old = app.db.lookup(async |conn| store::old_promises(conn, app.now() - PATIENCE).await).await?;
    let mut count = 0;
    for (workspace, id) in old {
        let given_up = app.write_as(workspace, Actor::Job, async |tx| {
            let before = store::lock(tx.conn, tx.workspace, id).await?;
            // Somebody may have been faster.
            if before.deleted_at.is_some() || before.remind_at().is_none_or(|due| due > tx.now) {
                return Ok(0);
            }
            let mut input = IntroductionInput::from(&before);
            input.state = State::Stale;
            write(tx, before, input).await.map(|_| 1)
        });
        count += jobs::went(given_up.await, id)?.unwrap_or(0);
    }
    Ok(count)
}

/// A company goes for good: those who were named as working there keep its name.
pub async fn company_gone(tx: &mut Tx<'_>, company: CompanyId, name: &str) -> ApiResult<()> {
    for (id, version) in store::drop_company(tx.conn, tx.workspace, company, name, tx.now).await? {
        tx.record(Kind::IntroductionUpdated, id, version, vec!["introduced_company_id".to_owned()]);
    }
    Ok(())
}

/// These people, or these companies, are called otherwise now, and so what shows their names is another.
pub async fn renamed(tx: &mut Tx<'_>, contacts: &[ContactId], companies: &[CompanyId]) -> ApiResult<()> {
    let mut fields = Vec::new();
    if !contacts.is_empty() {
        fields.extend(["introducer_name", "introduced_name"]);
        let moved: Vec<uuid::Uuid> =
            [Kind::ContactDeleted, Kind::ContactRestored].into_iter().flat_map(|kind| tx.recorded(kind)).collect();
        if contacts.iter().any(|id| moved.contains(&uuid::Uuid::from(*id))) {
            fields.extend(["introducer_id", "introduced_id"]);
        }
    }
    if !companies.is_empty() {
        fields.push("introduced_company_name");
    }
    for (id, version) in store::renew(tx.conn, tx.workspace, contacts, companies, tx.now).await? {
        tx.record(Kind::IntroductionUpdated, id, version, fields.iter().copied().map(str::to_owned).collect());
    }
    Ok(())
}

/// A request goes for good; what it brought stays.
pub async fn request_gone(tx: &mut Tx<'_>, request: CircleRequestId) -> ApiResult<()> {
    for (id, version) in store::drop_request(tx.conn, tx.workspace, request, tx.now).await? {
        tx.record(Kind::IntroductionUpdated, id, version, vec!["circle_request_id".to_owned()]);
    }
    Ok(())
}

/// A meeting goes for good; what came up in it stays.
pub async fn meeting_gone(tx: &mut Tx<'_>, meeting: MeetingId) -> ApiResult<()> {
    for (id, version) in store::drop_meeting(tx.conn, tx.workspace, meeting, tx.now).await? {
        tx.record(Kind::IntroductionUpdated, id, version, vec!["meeting_id".to_owned()]);
    }
    Ok(())
}
