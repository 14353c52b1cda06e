//! How a workspace wants its meetings.
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::api::MeetingWarning;
use super::model::{MeetingRow, SettingsRow};
use super::store;
use super::time::is_unusual;
use super::words::{MeetingMedium, MeetingPayer, MeetingState};
use crate::changes::{Kind, Tx};
use crate::db::{Conn, Json, WorkspaceId};
use crate::error::ApiResult;
use crate::fields;
use crate::http::{IfMatch, Patch};

/// What holds for meetings that do not say otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({ "warn_above_minutes": 45, "travel_minutes": { "coffee": 20 } }))]
pub struct MeetingSettingsInput {
    #[schema(required = false, minimum = 5, maximum = 480, default = 15, example = 15)]
    pub duration_minutes: i16,
    /// Longer meetings get a warning.
    #[schema(required = false, minimum = 5, maximum = 480, default = 30, example = 30)]
    pub warn_above_minutes: i16,
    #[schema(required = false)]
    pub payer: MeetingPayer,
    #[schema(required = false)]
    pub travel_minutes: TravelMinutes,
}

impl Default for MeetingSettingsInput {
    fn default() -> Self {
        let travel_minutes = TravelMinutes::default();
        Self { duration_minutes: 15, warn_above_minutes: 30, payer: MeetingPayer::Seeker, travel_minutes }
    }
}

/// How long the way is, by medium: as much is kept free before and after a meeting. It holds for times that are set from
/// then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TravelMinutes {
    #[schema(required = false, minimum = 0, maximum = 480, default = 0)]
    pub phone: u16,
    #[schema(required = false, minimum = 0, maximum = 480, default = 0)]
    pub video: u16,
    #[schema(required = false, minimum = 0, maximum = 480, default = 30)]
    pub coffee: u16,
    #[schema(required = false, minimum = 0, maximum = 480, default = 30)]
    pub on_site: u16,
    #[schema(required = false, minimum = 0, maximum = 480, default = 0)]
    pub other: u16,
}

impl Default for TravelMinutes {
    fn default() -> Self {
        Self { phone: 0, video: 0, coffee: 30, on_site: 30, other: 0 }
    }
}

impl MeetingSettingsInput {
    /// Whether a value of JSON is such settings, as the API would take them.
    pub fn is_sound(value: &Value) -> bool {
        let Ok(settings) = serde_json::from_value::<Self>(value.clone()) else { return false };
        let Self { duration_minutes, warn_above_minutes, payer: _, travel_minutes } = settings;
        let TravelMinutes { phone, video, coffee, on_site, other } = travel_minutes;
        [duration_minutes, warn_above_minutes].iter().all(|minutes| (5..=480).contains(minutes))
            && [phone, video, coffee, on_site, other].iter().all(|minutes| *minutes <= 480)
    }

    pub fn travel(&self, medium: MeetingMedium) -> TimeDelta {
        let travel = &self.travel_minutes;
        TimeDelta::minutes(i64::from(match medium {
            MeetingMedium::Phone => travel.phone,
            MeetingMedium::Video => travel.video,
            MeetingMedium::Coffee => travel.coffee,
            MeetingMedium::OnSite => travel.on_site,
            MeetingMedium::Other => travel.other,
        }))
    }
}

impl MeetingRow {
    /// What to think about.
    pub fn warnings(&self, preferences: &MeetingSettingsInput) -> Vec<MeetingWarning> {
        let mut warnings = Vec::new();
        let mut warn = |code: &str, pointer: &str, detail: String| {
            warnings.push(MeetingWarning { code: code.to_owned(), pointer: pointer.to_owned(), detail });
        };
        let most = preferences.warn_above_minutes;
        if self.duration_minutes > most {
            let detail = format!("is more than {most} minutes: short conversations are easier to say yes to");
            warn("long_meeting", "/duration_minutes", detail);
        }
        for (pointer, zone) in [("/seeker_local", &self.seeker_zone), ("/contact_local", &self.contact_zone)] {
            if let Some(at) = self.starts_at.filter(|at| is_unusual(*at, zone)) {
                let time = super::time::local((at, at), zone).starts;
                warn("unusual_hour", pointer, format!("begins at {} in {zone}", &time[11..16]));
            }
        }
        let place = self.details.0.place.as_ref();
        let missing = match self.medium {
            MeetingMedium::Phone => place.and_then(|place| place.phone.as_ref()).is_none().then_some("number"),
            MeetingMedium::Video => place.and_then(|place| place.link.as_ref()).is_none().then_some("link"),
            MeetingMedium::Coffee | MeetingMedium::OnSite => {
                place.and_then(|place| place.address.as_ref().or(place.name.as_ref())).is_none().then_some("address")
            }
            MeetingMedium::Other => None,
        };
        if let Some(missing) = missing.filter(|_| self.state == MeetingState::Confirmed) {
            warn("place_missing", "/place", format!("a confirmed meeting of this kind needs a {missing}"));
        }
        warnings
    }
}

/// How the workspace wants its meetings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MeetingSettings {
    /// 0 until they are changed for the first time.
    #[schema(example = 1)]
    pub version: i32,
    pub updated_at: Option<DateTime<Utc>>,
    pub duration_minutes: i16,
    pub warn_above_minutes: i16,
    pub payer: MeetingPayer,
    pub travel_minutes: TravelMinutes,
}

impl From<Option<SettingsRow>> for MeetingSettings {
    fn from(row: Option<SettingsRow>) -> Self {
        let (version, updated_at, preferences) = match row {
            Some(SettingsRow { workspace_id: _, version, created_at: _, updated_at, preferences }) => {
                (version, (version > 0).then_some(updated_at), preferences.0)
            }
            None => (0, None, MeetingSettingsInput::default()),
        };
        let MeetingSettingsInput { duration_minutes, warn_above_minutes, payer, travel_minutes } = preferences;
        Self { version, updated_at, duration_minutes, warn_above_minutes, payer, travel_minutes }
    }
}

/// How the workspace wants its meetings.
pub async fn preferences(conn: &Conn, workspace: WorkspaceId) -> ApiResult<MeetingSettingsInput> {
    Ok(store::settings(conn, workspace).await?.map(|row| row.preferences.0).unwrap_or_default())
}

/// As [`preferences`], and until the end of the transaction nobody else confirms a meeting: of two that would take the
/// same time, the second sees the first.
pub async fn hold(tx: &mut Tx<'_>) -> ApiResult<MeetingSettingsInput> {
    Ok(lock(tx).await?.preferences.0)
}

async fn lock(tx: &mut Tx<'_>) -> ApiResult<SettingsRow> {
    let fresh = SettingsRow {
        workspace_id: tx.workspace,
        version: 0,
        created_at: tx.now,
        updated_at: tx.now,
        preferences: Json::default(),
    };
    store::lock_settings(tx.conn, &fresh).await
}

pub async fn patch(
    tx: &mut Tx<'_>,
    if_match: &IfMatch,
    patch: &Patch<MeetingSettingsInput>,
) -> ApiResult<MeetingSettings> {
    let before = lock(tx).await?;
    if_match.check(before.version)?;
    let after = SettingsRow { preferences: Json(patch.apply(&before.preferences.0)?), ..before.clone() };
    let shown = |row: &SettingsRow| MeetingSettings::from(Some(row.clone()));
    let changed = fields::changed(&shown(&before), &shown(&after));
    if changed.is_empty() {
        return Ok(shown(&before));
    }
    let after = SettingsRow { version: before.version + 1, updated_at: tx.now, ..after };
    store::update_settings(tx.conn, &after).await?;
    tx.record(Kind::MeetingSettingsUpdated, tx.workspace, after.version, changed);
    Ok(shown(&after))
}
