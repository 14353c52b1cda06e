//! The settings as they are used, and their change.
use chrono::{DateTime, NaiveDate, Utc};

use super::model::{FollowUpSettings, FollowUpSettingsInput, SettingsRow};
use super::store;
use crate::changes::{Change, Kind, Tx};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::{ApiError, ApiResult};
use crate::fields;
use crate::follow_ups::due::Due;
use crate::follow_ups::{plans, store as follow_up_rows};
use crate::http::body::Rules;
use crate::http::{IfMatch, Patch};
use crate::profile;
use crate::zones::{self, Calendar, Tz};

/// Follow-ups that are moved to another zone at once.
const CHUNK: i64 = 1_000;

/// How the workspace counts its days.
#[derive(Debug, Clone)]
pub struct Settings {
    pub zone: Tz,
    pub calendar: Calendar,
    pub values: FollowUpSettingsInput,
}

impl Settings {
    /// The day that the seeker's calendar shows.
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        zones::day(self.zone, at)
    }
}

/// As they are now.
pub async fn current(conn: &Conn, workspace: WorkspaceId) -> ApiResult<Settings> {
    let shown = read(conn, workspace).await?;
    Ok(used(shown))
}

/// As the API shows them.
pub async fn read(conn: &Conn, workspace: WorkspaceId) -> ApiResult<FollowUpSettings> {
    let row = store::find(conn, workspace).await?;
    let (version, updated_at, input) = match row {
        Some(row) => (row.version, (row.version > 0).then_some(row.updated_at), row.settings.0),
        None => (0, None, FollowUpSettingsInput::default()),
    };
    show(conn, workspace, version, updated_at, input).await
}

async fn show(
    conn: &Conn,
    workspace: WorkspaceId,
    version: i32,
    updated_at: Option<DateTime<Utc>>,
    input: FollowUpSettingsInput,
) -> ApiResult<FollowUpSettings> {
    let zone = match &input.time_zone {
        Some(zone) => zone.clone(),
        None => profile::zone(conn, workspace).await?,
    };
    Ok(FollowUpSettings::new(version, updated_at, input, zone))
}

fn used(shown: FollowUpSettings) -> Settings {
    // A name that this binary's tables do not know comes of an older or a newer one.
    let zone = zones::zone(&shown.effective_time_zone).unwrap_or(Tz::UTC);
    let values = FollowUpSettingsInput::from(shown);
    let weekdays = values.working_days.iter().map(|day| (*day).into()).collect();
    let calendar = Calendar::new(values.country.as_deref(), weekdays, values.days_off.clone());
    Settings { zone, calendar, values }
}

/// Changes them. Where the zone does, what is open stays due on its day and at its hour.
pub async fn patch(
    tx: &mut Tx<'_>,
    if_match: &IfMatch,
    patch: &Patch<FollowUpSettingsInput>,
) -> ApiResult<FollowUpSettings> {
    let fresh = SettingsRow {
        workspace_id: tx.workspace,
        version: 0,
        created_at: tx.now,
        updated_at: tx.now,
        settings: Json(FollowUpSettingsInput::default()),
    };
    let row = store::lock(tx.conn, &fresh).await?;
    if_match.check(row.version)?;
    let (version, updated_at) = (row.version, (row.version > 0).then_some(row.updated_at));
    let before = show(tx.conn, tx.workspace, version, updated_at, row.settings.0.clone()).await?;
    let input = patch.apply_ruled(&before.clone().into(), FollowUpSettingsInput::tidy)?;
    ApiError::check(input.faults())?;
    if plans::find(tx.conn, tx.workspace, input.default_plan_id.into()).await?.is_none() {
        return Err(ApiError::field("/default_plan_id", "not_found", "is not a plan of this workspace"));
    }
    let after = show(tx.conn, tx.workspace, version + 1, Some(tx.now), input.clone()).await?;
    let changed = fields::changed(&before, &after);
    if changed.is_empty() {
        return Ok(before);
    }
    let row = SettingsRow { version: version + 1, updated_at: tx.now, settings: Json(input), ..row };
    store::update(tx.conn, &row).await?;
    tx.record(Kind::FollowUpSettingsUpdated, tx.workspace, row.version, changed);
    if before.effective_time_zone != after.effective_time_zone {
        move_zone(tx, used(after.clone()).zone).await?;
    }
    Ok(after)
}

/// The profile names another zone: what is open stays due on its day and at its hour there, unless the settings say where.
pub async fn follow_profile(tx: &mut Tx<'_>) -> ApiResult<()> {
    let moved =
        |change: &Change| change.kind == Kind::ProfileUpdated && change.fields.iter().any(|field| field == "time_zone");
    if !tx.changes().iter().any(moved) {
        return Ok(());
    }
    let shown = read(tx.conn, tx.workspace).await?;
    if shown.time_zone.is_none() {
        let changed = vec!["effective_time_zone".to_owned()];
        tx.record(Kind::FollowUpSettingsUpdated, tx.workspace, shown.version, changed);
        move_zone(tx, used(shown).zone).await?;
    }
    Ok(())
}

async fn move_zone(tx: &mut Tx<'_>, zone: Tz) -> ApiResult<()> {
    let mut after = None;
    loop {
        let mut rows = follow_up_rows::lock_in_own_zone(tx.conn, tx.workspace, after, CHUNK).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id.into());
        for row in &mut rows {
            let due = Due { zone, ..row.due() };
            row.fall_due(due);
        }
        follow_up_rows::write_zone(tx.conn, tx.workspace, &rows, tx.now).await?;
        for row in rows {
            let fields = ["time_zone", "due_at", "overdue_at"].map(str::to_owned).to_vec();
            tx.record(Kind::FollowUpUpdated, row.id, row.version + 1, fields);
        }
    }
}
