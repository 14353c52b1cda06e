//! What can happen to a plan at work, inside the caller's transaction.
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{
    FollowUpAlternatives, FollowUpCandidate, FollowUpRun, FollowUpRunInput, FollowUpRunState, RunId, RunRow,
};
use super::store;
use crate::changes::{Kind, Tx};
use crate::contacts::{self, Contact};
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::follow_ups::due::Due;
use crate::follow_ups::model::FollowUpRow;
use crate::follow_ups::plans::{self, FollowUpPlan, PlanId};
use crate::follow_ups::settings::{self, Settings};
use crate::follow_ups::words::{ClosedReason, FollowUpKind, FollowUpSource, FollowUpState};
use crate::follow_ups::{service as follow_ups, store as follow_up_rows};
use crate::http::IfMatch;
use crate::messages::{self, Message, MessageDirection, MessageState};

/// Others at the company who are named.
const CANDIDATES: i64 = 20;

/// Attaches a plan to a message: it starts when the message is sent, or at once when it was.
pub async fn create(tx: &mut Tx<'_>, id: RunId, input: FollowUpRunInput) -> ApiResult<FollowUpRun> {
    let unknown = || Fault::field("/message_id", "not_found", "is not a message of this workspace");
    let found = messages::read_many(tx.conn, tx.workspace, &[input.message_id]).await?.pop();
    let contact = match &found {
        Some(message) => contacts::lock(tx, message.contact_id).await?,
        None => None,
    };
    let settings = settings::current(tx.conn, tx.workspace).await?;
    let plan = match input.plan_id {
        Some(plan) => plans::find(tx.conn, tx.workspace, plan).await?,
        None => Some(default_plan(tx.conn, tx.workspace, &settings).await?),
    };
    let mut faults = Vec::new();
    if plan.is_none() {
        faults.push(Fault::field("/plan_id", "not_found", "is not a plan of this workspace"));
    }
    if found.is_none() {
        faults.push(unknown());
    }
    ApiError::check(faults)?;
    let (Some(message), Some(plan)) = (found, plan) else { return Err(ApiError::not_found()) };
    let Some(contact) = contact else {
        return Err(ApiError::new(Code::ContactInTrash, "restore the contact first"));
    };
    if contact.wants_no_contact() {
        let detail = format!("{} asked not to be contacted", contact.display_name);
        return Err(ApiError::new(Code::DoNotContact, detail));
    }
    if message.direction == MessageDirection::Incoming
        || matches!(message.state, MessageState::Replied | MessageState::Bounced)
    {
        let detail = format!("a message that is `{}` waits for no answer", message.state.name());
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    if let Some(known) = store::lock_of_message(tx.conn, tx.workspace, message.id).await? {
        return replace(tx, known, plan).await;
    }
    let row = RunRow::fresh(tx.workspace, id, tx.now, message.contact_id, message.id, plan);
    if let Some(sent_at) = message.sent_at {
        for other in store::lock_running(tx.conn, tx.workspace, &[message.contact_id]).await? {
            end(tx, other, Some(ClosedReason::Superseded)).await?;
        }
        return Ok(start(tx, row, message.attempt, sent_at, &settings).await?.into());
    }
    store::insert(tx.conn, &row).await?;
    tx.record(Kind::FollowUpRunCreated, id, 1, Vec::new());
    Ok(row.into())
}

/// As long as it waits, another plan may take its place.
async fn replace(tx: &mut Tx<'_>, row: RunRow, plan: FollowUpPlan) -> ApiResult<FollowUpRun> {
    if row.state != FollowUpRunState::Waiting {
        return Err(attached());
    }
    let (id, message) = (row.id, row.message_id);
    let new = message.map(|message| RunRow::fresh(tx.workspace, id, row.created_at, row.contact_id, message, plan));
    let new = RunRow { version: row.version, ..new.unwrap_or(row) };
    Ok(write(tx, new, &["plan_id", "plan_name", "steps", "nudges_left"]).await?.into())
}

/// The message has a plan that has started.
pub fn attached() -> ApiError {
    let detail = "a plan that was attached to this message has started";
    ApiError::new(Code::FollowUpRunExists, detail).with(Fault::field("/message_id", "taken", detail))
}

/// The workspace's default plan. One that is not there any more is as good as the standard one.
pub async fn default_plan(conn: &Conn, workspace: WorkspaceId, settings: &Settings) -> ApiResult<FollowUpPlan> {
    let chosen = PlanId::from(settings.values.default_plan_id);
    let found = match plans::find(conn, workspace, chosen).await? {
        Some(plan) => Some(plan),
        None => plans::find(conn, workspace, plans::STANDARD.into()).await?,
    };
    found.ok_or_else(ApiError::not_found)
}

/// Its message went out: makes the row, whether it was there or not, one that runs.
pub async fn start(
    tx: &mut Tx<'_>,
    row: RunRow,
    attempt: i16,
    sent_at: DateTime<Utc>,
    settings: &Settings,
) -> ApiResult<RunRow> {
    let day = settings.day(sent_at);
    let alternative = row.alternative_after.and_then(|days| u32::try_from(days).ok());
    let row = RunRow {
        state: FollowUpRunState::Running,
        attempt,
        started_at: Some(sent_at),
        alternative_on: alternative.map(|days| settings.calendar.add(day, days)),
        ..row
    };
    let known = store::lock(tx.conn, tx.workspace, row.id).await?.is_some();
    let row = if known {
        write(tx, row, &["state", "attempt", "started_at", "try_someone_else_on"]).await?
    } else {
        store::insert(tx.conn, &row).await?;
        tx.record(Kind::FollowUpRunCreated, row.id, 1, Vec::new());
        row
    };
    next(tx, row, sent_at, settings).await
}

/// The nudge was sent, or done by other means: the next one is waited for.
pub async fn advance(
    tx: &mut Tx<'_>,
    row: RunRow,
    attempt: i16,
    sent_at: DateTime<Utc>,
    settings: &Settings,
) -> ApiResult<RunRow> {
    let row = RunRow { attempt, step: row.step.saturating_add(1), ..row };
    let row = write(tx, row, &["attempt", "nudges_left"]).await?;
    next(tx, row, sent_at, settings).await
}

/// Makes the nudge that is due after a message; without one, the plan is at its end.
async fn next(tx: &mut Tx<'_>, row: RunRow, sent_at: DateTime<Utc>, settings: &Settings) -> ApiResult<RunRow> {
    let Some(step) = row.next_step() else { return end(tx, row, None).await };
    let on = settings.calendar.add(settings.day(sent_at), u32::try_from(step.after_business_days).unwrap_or(1));
    let (id, due) = (Uuid::now_v7().into(), Due::day(on, settings.zone));
    let nudge = FollowUpRow::fresh(tx.workspace, id, tx.now, row.contact_id, FollowUpKind::Nudge, due);
    let nudge = FollowUpRow {
        source: FollowUpSource::Plan,
        title: step.title.clone(),
        message_id: row.message_id,
        run_id: Some(row.id.into()),
        attempt: Some(row.attempt.saturating_add(1)),
        ..nudge
    };
    follow_ups::add(tx, &nudge).await?;
    Ok(row)
}

/// It is over: stopped for a reason, or without one at its end. What it left open closes.
pub async fn end(tx: &mut Tx<'_>, row: RunRow, reason: Option<ClosedReason>) -> ApiResult<RunRow> {
    for nudge in follow_up_rows::lock_open_of_run(tx.conn, tx.workspace, row.id.into()).await? {
        let why = reason.unwrap_or(ClosedReason::PlanStopped);
        follow_ups::settle(tx, nudge, FollowUpState::Closed, Some(why)).await?;
    }
    let state = if reason.is_some() { FollowUpRunState::Stopped } else { FollowUpRunState::Finished };
    let row = RunRow { state, ended_at: Some(tx.now), stopped_reason: reason, ..row };
    let kind = if reason.is_some() { Kind::FollowUpRunStopped } else { Kind::FollowUpRunFinished };
    let row = RunRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    let fields = ["state", "nudges_left", "ended_at", "stopped_reason"].map(str::to_owned).to_vec();
    tx.record(kind, row.id, row.version, fields);
    Ok(row)
}

/// It was stopped for nothing.
pub async fn go_on(tx: &mut Tx<'_>, row: RunRow) -> ApiResult<RunRow> {
    let row = RunRow { state: FollowUpRunState::Running, ended_at: None, stopped_reason: None, ..row };
    write(tx, row, &["state", "nudges_left", "ended_at", "stopped_reason"]).await
}

async fn write(tx: &mut Tx<'_>, row: RunRow, fields: &[&str]) -> ApiResult<RunRow> {
    let row = RunRow { version: row.version + 1, updated_at: tx.now, ..row };
    store::update(tx.conn, &row).await?;
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    tx.record(Kind::FollowUpRunUpdated, row.id, row.version, fields);
    Ok(row)
}

/// Somebody stops it by hand.
pub async fn stop(tx: &mut Tx<'_>, id: RunId, if_match: &IfMatch) -> ApiResult<FollowUpRun> {
    let found = store::find(tx.conn, tx.workspace, id).await?;
    contacts::lock(tx, found.contact_id).await?;
    let row = store::lock(tx.conn, tx.workspace, id).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(row.version)?;
    if !matches!(row.state, FollowUpRunState::Waiting | FollowUpRunState::Running) {
        let detail = format!("a plan at work that is `{}` cannot be stopped", row.state.name());
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    Ok(end(tx, row, Some(ClosedReason::PlanStopped)).await?.into())
}

/// Whom else to try at the company.
pub async fn alternatives(conn: &Conn, workspace: WorkspaceId, id: RunId) -> ApiResult<FollowUpAlternatives> {
    let row = store::find(conn, workspace, id).await?;
    let ids = contacts::colleagues(conn, workspace, row.contact_id, CANDIDATES).await?;
    let own = contacts::show(conn, workspace, &[row.contact_id]).await?;
    let companies: Vec<_> =
        own.iter().flat_map(|own| &own.positions).filter(|at| at.is_current == Some(true)).collect();
    let shared = |contact: &Contact| {
        let mut current = contact.positions.iter().filter(|at| at.is_current == Some(true) && at.company_id.is_some());
        current.find(|at| companies.iter().any(|own| own.company_id == at.company_id)).cloned()
    };
    let candidates = contacts::show(conn, workspace, &ids).await?.into_iter().map(|contact| {
        let position = shared(&contact);
        FollowUpCandidate {
            contact_id: contact.id,
            company_id: position.as_ref().and_then(|at| at.company_id),
            company_name: position.as_ref().and_then(|at| at.company_name.clone()),
            title: position.and_then(|at| at.title),
            name: contact.name,
            stage: contact.stage,
        }
    });
    Ok(FollowUpAlternatives { try_someone_else_on: row.alternative_on, candidates: candidates.collect() })
}

/// Read by several.
pub async fn read(conn: &Conn, workspace: WorkspaceId, id: RunId) -> ApiResult<FollowUpRun> {
    Ok(store::find(conn, workspace, id).await?.into())
}

/// Whether a sent message without a plan of its own begins the workspace's default one.
pub fn asks(message: &Message, stage: contacts::Stage) -> bool {
    use crate::messages::MessagePurpose as Purpose;
    match message.purpose {
        Some(Purpose::Introduction | Purpose::IntroductionRequest | Purpose::FollowUp) => true,
        // What is not known to be anything else is a first message, as long as nothing has come of it.
        None => stage == contacts::Stage::Contacted,
        Some(_) => false,
    }
}

/// Those of these that are there.
pub async fn read_many(conn: &Conn, workspace: WorkspaceId, ids: &[RunId]) -> ApiResult<Vec<FollowUpRun>> {
    Ok(store::find_many(conn, workspace, ids).await?.into_iter().map(FollowUpRun::from).collect())
}
