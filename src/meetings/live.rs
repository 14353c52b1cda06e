//! A meeting under way: when it began by the client's clock, how much time is left, and when it was over. What is planned
//! stays what it was.
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::Meeting;
use super::model::{MeetingId, MeetingRow};
use super::service::{Locked, live, write};
use super::steps::{look, touch};
use super::store;
use super::time::told;
use super::words::{MeetingState, MeetingStepKind};
use crate::app::App;
use crate::changes::{Actor, Kind, Tx};
use crate::contacts::Stage;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::fields;
use crate::http::IfMatch;
use crate::jobs::{self, Job};

/// How far the clocks of clients may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// How often the log is told how much time is left.
const TICK: TimeDelta = TimeDelta::minutes(1);

/// When it began.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartInput {
    /// By the client's clock; now, unless said otherwise or before.
    pub started_at: Option<DateTime<Utc>>,
}

/// When it was over.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishInput {
    /// By the client's clock; now, unless said otherwise or before.
    pub finished_at: Option<DateTime<Utc>>,
}

/// How a meeting stands at this moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MeetingClock {
    pub meeting_id: MeetingId,
    /// `null` until it was started.
    pub started_at: Option<DateTime<Utc>>,
    /// When its minutes are over, counted from the start.
    pub time_up_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// How long it has taken so far, or took.
    #[schema(example = 312)]
    pub elapsed_seconds: Option<i64>,
    /// How much of its minutes is left, and below zero how much it is over; `null` unless it is under way.
    #[schema(example = 588)]
    pub seconds_left: Option<i64>,
}

/// A meeting under way, or just over, and how much time is left.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LiveMeeting {
    #[serde(flatten)]
    pub meeting: Meeting,
    pub clock: MeetingClock,
}

impl LiveMeeting {
    pub fn version(&self) -> i32 {
        self.meeting.version
    }
}

impl MeetingRow {
    /// When its minutes are over, counted from the start.
    pub fn time_up_at(&self) -> Option<DateTime<Utc>> {
        self.started_at.and_then(|at| at.checked_add_signed(self.duration()))
    }

    pub fn clock(&self, now: DateTime<Utc>) -> MeetingClock {
        let Self { id: meeting_id, started_at, finished_at, .. } = *self;
        let time_up_at = self.time_up_at();
        let until = finished_at.unwrap_or(now);
        MeetingClock {
            meeting_id,
            started_at,
            time_up_at,
            finished_at,
            elapsed_seconds: started_at.map(|at| (until - at).num_seconds().max(0)),
            seconds_left: time_up_at.filter(|_| finished_at.is_none()).map(|at| (at - now).num_seconds()),
        }
    }

    /// It is as if it had never been started: it is to come again, or nobody came.
    pub fn unstart(&mut self) {
        (self.started_at, self.finished_at) = (None, None);
    }
}

/// How a meeting stands at this moment.
pub async fn clock(conn: &Conn, workspace: WorkspaceId, id: MeetingId, now: DateTime<Utc>) -> ApiResult<MeetingClock> {
    Ok(store::find(conn, workspace, id).await?.clock(now))
}

/// Once more, with another time, it corrects when that was.
pub async fn start(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch, input: StartInput) -> ApiResult<LiveMeeting> {
    let Locked { mut row, with } = live(tx, id, if_match).await?;
    let over = row.state == MeetingState::Completed && row.started_at.is_some();
    if !row.state.is_open() && !over {
        let detail = format!("a meeting that is `{}` cannot be started", row.state.name());
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    }
    let at = stamp(input.started_at.or(row.started_at), tx.now, "/started_at")?;
    if let Some(until) = row.finished_at.filter(|until| *until < at) {
        let detail = format!("it was over at {}", told(until));
        return Err(ApiError::field("/started_at", "out_of_range", detail));
    }
    let (preferences, before) = look(tx, &row, &with).await?;
    if row.started_at == Some(at) {
        return Ok(LiveMeeting { clock: row.clock(tx.now), meeting: before });
    }
    // Nobody had agreed on a time: then it is this one.
    let had_none = row.starts_at.is_none()
        || row.state == MeetingState::Proposed && row.starts_at == row.started_at.map(|at| at.trunc_subsecs(0));
    row.started_at = Some(at);
    if over {
        let clock = row.clock(tx.now);
        let meeting = write(tx, row, &with, &preferences, Kind::MeetingUpdated, before).await?;
        tx.detail(fields::store(&clock));
        return Ok(LiveMeeting { meeting, clock });
    }
    row.step(MeetingStepKind::Started, at, None, None)?;
    if had_none {
        row.starts_at = Some(at.trunc_subsecs(0));
        row.set_busy(preferences.travel(row.medium));
    }
    let clock = row.clock(tx.now);
    let meeting = write(tx, row, &with, &preferences, Kind::MeetingStarted, before).await?;
    tx.detail(fields::store(&clock));
    let tick = Tick { workspace: tx.workspace.into(), meeting: id.into(), started_at: at };
    tick.again(tx, &clock).await?;
    Ok(LiveMeeting { meeting, clock })
}

/// It took place. Once more, with another time, it corrects when that was over.
pub async fn finish(tx: &mut Tx<'_>, id: MeetingId, if_match: &IfMatch, input: FinishInput) -> ApiResult<LiveMeeting> {
    let Locked { mut row, with } = live(tx, id, if_match).await?;
    let Some(started_at) = row.started_at else {
        let detail = "the meeting was not started: `start` it, or `complete` it if it took place all the same";
        return Err(ApiError::new(Code::ImpossibleTransition, detail));
    };
    let at = stamp(input.finished_at.or(row.finished_at), tx.now, "/finished_at")?;
    if at < started_at {
        let detail = format!("it was started only at {}", told(started_at));
        return Err(ApiError::field("/finished_at", "out_of_range", detail));
    }
    let first = row.state != MeetingState::Completed;
    let (preferences, before) = look(tx, &row, &with).await?;
    if !first && row.finished_at == Some(at) {
        return Ok(LiveMeeting { clock: row.clock(tx.now), meeting: before });
    }
    row.finished_at = Some(at);
    if first {
        row.state.go(MeetingState::Completed)?;
        row.state = MeetingState::Completed;
        row.step(MeetingStepKind::Completed, at, None, None)?;
    }
    let clock = row.clock(tx.now);
    let kind = if first { Kind::MeetingCompleted } else { Kind::MeetingUpdated };
    let meeting = write(tx, row, &with, &preferences, kind, before).await?;
    tx.detail(fields::store(&clock));
    if first {
        touch(tx, &with, Stage::Met, started_at.min(tx.now)).await?;
    }
    Ok(LiveMeeting { meeting, clock })
}

/// By the client's clock, which may have been without a network for a while.
pub fn stamp(at: Option<DateTime<Utc>>, now: DateTime<Utc>, pointer: &'static str) -> ApiResult<DateTime<Utc>> {
    match at {
        None => Ok(now),
        Some(at) if at <= now + AHEAD => Ok(at.trunc_subsecs(6)),
        Some(_) => Err(ApiError::field(pointer, "out_of_range", "must not be to come")),
    }
}

/// Tells the change log each minute how much time is left, until there is none.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tick {
    workspace: Uuid,
    meeting: Uuid,
    /// Of a meeting that was started anew, another one tells.
    started_at: DateTime<Utc>,
}

impl Tick {
    /// Asks for the next one, at a full minute before the time is up.
    async fn again(&self, tx: &mut Tx<'_>, clock: &MeetingClock) -> ApiResult<()> {
        let Some(left) = clock.time_up_at.map(|at| at - tx.now).filter(|left| *left > TimeDelta::zero()) else {
            return Ok(());
        };
        let full = TICK * i32::try_from((left.num_milliseconds() - 1) / TICK.num_milliseconds()).unwrap_or(0);
        jobs::enqueue(tx.conn, Some(tx.workspace), self, Uuid::now_v7(), tx.now + (left - full)).await
    }
}

impl Job for Tick {
    const KIND: &'static str = "meeting_tick";

    async fn run(self, app: &App, _: Uuid) -> Result<(), String> {
        let workspace = WorkspaceId::vouched(self.workspace);
        let tell = async |tx: &mut Tx<'_>| {
            let row = store::lock(tx.conn, tx.workspace, self.meeting.into()).await?;
            let Some(row) = row.filter(|row| {
                row.deleted_at.is_none() && row.finished_at.is_none() && row.started_at == Some(self.started_at)
            }) else {
                return Ok(());
            };
            let clock = row.clock(tx.now);
            tx.record(Kind::MeetingTimeLeft, row.id, row.version, Vec::new());
            tx.detail(fields::store(&clock));
            self.again(tx, &clock).await
        };
        app.write_as(workspace, Actor::Job, tell).await.map_err(|error| error.to_string())
    }
}
