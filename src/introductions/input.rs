//! What can be written of an introduction, and the row that comes of it.
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{IntroductionId, IntroductionRow};
use super::state::State;
use crate::circle_requests::CircleRequestId;
use crate::companies::CompanyId;
use crate::contacts::ContactId;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult, Fault};
use crate::meetings::MeetingId;
use crate::text::{filled, name_key};

/// How far a client's clock may be ahead of ours.
const SKEW: Duration = Duration::days(1);

/// What can be written of an introduction: the introducer, and a contact or at least a name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "introducer_id": "019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e", "introduced_name": "Tom Hargreaves",
    "introduced_company_name": "Northwind Renewables", "may_use_name": true
}))]
pub struct IntroductionInput {
    /// The contact who introduces.
    #[schema(value_type = Uuid)]
    pub introducer_id: ContactId,
    /// The contact who is introduced. Until there is one, `introduced_name` will do.
    #[schema(value_type = Option<Uuid>)]
    pub introduced_id: Option<ContactId>,
    #[schema(max_length = 200, example = "Tom Hargreaves")]
    pub introduced_name: Option<String>,
    /// One of the workspace's companies. Without it, `introduced_company_name` finds or makes one.
    #[schema(value_type = Option<Uuid>)]
    pub introduced_company_id: Option<CompanyId>,
    #[schema(max_length = 200, example = "Northwind Renewables")]
    pub introduced_company_name: Option<String>,
    #[schema(max_length = 200, example = "Site Operations Manager")]
    pub introduced_title: Option<String>,
    #[schema(format = "email", max_length = 254, example = "tom@northwind-renewables.example")]
    pub introduced_email: Option<String>,
    /// The request that brought it, of the same connector.
    #[schema(value_type = Option<Uuid>)]
    pub circle_request_id: Option<CircleRequestId>,
    /// The meeting in which it came up.
    #[schema(value_type = Option<Uuid>)]
    pub meeting_id: Option<MeetingId>,
    /// Whether the seeker may say who named this person.
    #[serde(default)]
    pub may_use_name: bool,
    #[serde(default = "named")]
    pub state: State,
    /// Now, unless said otherwise. So with the other dates: the date of a state that is reached is now, unless it is
    /// given.
    pub named_at: Option<DateTime<Utc>>,
    /// Only of what is more than `named`.
    pub promised_at: Option<DateTime<Utc>>,
    /// Only of what is `made`.
    pub made_at: Option<DateTime<Utc>>,
    /// Only of what is more than `named`.
    pub declined_at: Option<DateTime<Utc>>,
    /// When the seeker thanked the introducer.
    pub thanked_at: Option<DateTime<Utc>>,
    /// When the seeker told the introducer what came of it.
    pub loop_closed_at: Option<DateTime<Utc>>,
    /// Markdown.
    #[schema(max_length = 65536)]
    pub notes: Option<String>,
}

fn named() -> State {
    State::Named
}

/// Which row an input is written to.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    pub workspace: WorkspaceId,
    pub id: IntroductionId,
    pub now: DateTime<Utc>,
    /// The row as it is, when it is there.
    pub before: Option<&'a IntroductionRow>,
}

impl From<&IntroductionRow> for IntroductionInput {
    /// An introducer who is gone for good is shown to nobody, but has to stay who it is when the rest is changed.
    fn from(row: &IntroductionRow) -> Self {
        let ghost = row.introducer_ghost.unwrap_or_default();
        Self {
            introducer_id: row.introducer_id.unwrap_or_else(|| ghost.into()),
            introduced_id: row.introduced_id,
            introduced_name: row.introduced_name.clone(),
            introduced_company_id: row.introduced_company_id,
            introduced_company_name: row.introduced_company_name.clone(),
            introduced_title: row.introduced_title.clone(),
            introduced_email: row.introduced_email.clone(),
            circle_request_id: row.circle_request_id,
            meeting_id: row.meeting_id,
            may_use_name: row.may_use_name,
            state: row.state,
            named_at: Some(row.named_at),
            promised_at: row.promised_at,
            made_at: row.made_at,
            declined_at: row.declined_at,
            thanked_at: row.thanked_at,
            loop_closed_at: row.loop_closed_at,
            notes: row.notes.clone(),
        }
    }
}

impl IntroductionInput {
    /// Tidies the input and tells everything that is wrong with it by itself.
    pub fn check(mut self, target: Target<'_>) -> ApiResult<Self> {
        let mut faults = Vec::new();
        for text in [
            &mut self.introduced_name,
            &mut self.introduced_company_name,
            &mut self.introduced_title,
            &mut self.introduced_email,
            &mut self.notes,
        ] {
            *text = filled(text.take());
        }
        let ghost = target.before.is_some_and(|row| row.introduced_ghost.is_some());
        if self.introduced_id.is_none() && self.introduced_name.is_none() && !ghost {
            let detail = "is required as long as there is no `introduced_id`";
            faults.push(Fault::field("/introduced_name", "required", detail));
        }
        if self.introduced_id == Some(self.introducer_id) {
            // The one that is new is at fault.
            let stays = target.before.is_some_and(|row| row.introduced_id == self.introduced_id);
            let pointer = if stays { "/introducer_id" } else { "/introduced_id" };
            faults.push(Fault::field(pointer, "not_allowed", "nobody introduces themselves"));
        }
        self.check_dates(target.now, &mut faults);
        ApiError::check(faults).map(|()| self)
    }

    fn check_dates(&self, now: DateTime<Utc>, faults: &mut Vec<Fault>) {
        let (known, made) = (self.state != State::Named, self.state == State::Made);
        let dates = [
            ("/named_at", self.named_at, true),
            ("/promised_at", self.promised_at, known),
            ("/made_at", self.made_at, made),
            ("/declined_at", self.declined_at, known),
            ("/thanked_at", self.thanked_at, true),
            ("/loop_closed_at", self.loop_closed_at, true),
        ];
        for (pointer, at, reached) in dates {
            let Some(at) = at else { continue };
            if !reached {
                let detail = format!("an introduction that is `{}` has no such date", self.state.name());
                faults.push(Fault::field(pointer, "not_allowed", detail));
            }
            if now.checked_add_signed(SKEW).is_some_and(|latest| at > latest) {
                faults.push(Fault::field(pointer, "out_of_range", "must not be in the future"));
            }
        }
    }

    /// The row of a checked input whose company has been settled. Its version and `updated_at` are those of before.
    pub fn into_row(self, target: Target<'_>) -> IntroductionRow {
        let Target { workspace, id, now, before } = target;
        let reached = |state: State| self.state == state && before.is_none_or(|row| row.state != state);
        let date = |state: State, given: Option<DateTime<Utc>>, known: Option<DateTime<Utc>>| {
            let given = given.filter(|given| !reached(state) || known != Some(*given));
            if self.state == state { Some(given.or(known.filter(|_| !reached(state))).unwrap_or(now)) } else { given }
        };
        let promised_at = date(State::Promised, self.promised_at, before.and_then(|row| row.promised_at));
        let made_at = date(State::Made, self.made_at, before.and_then(|row| row.made_at));
        let declined_at = date(State::Declined, self.declined_at, before.and_then(|row| row.declined_at));
        let stale_at = if reached(State::Stale) { Some(now) } else { before.and_then(|row| row.stale_at) };
        let earliest = [promised_at, made_at, declined_at].into_iter().flatten().fold(now, DateTime::min);
        let gone = before.and_then(|row| row.introducer_ghost).filter(|ghost| *ghost == Uuid::from(self.introducer_id));
        let told = self.introduced_id.is_some() || self.introduced_name.is_some();
        let company = self.introduced_company_id;
        let key = |name: &String| {
            let company = company.map(|id| id.to_string()).or(self.introduced_company_name.as_deref().map(name_key));
            format!("{}\n{}", name_key(name), company.unwrap_or_default())
        };
        IntroductionRow {
            workspace_id: workspace,
            id,
            version: before.map_or(1, |row| row.version),
            created_at: before.map_or(now, |row| row.created_at),
            updated_at: before.map_or(now, |row| row.updated_at),
            deleted_at: None,
            introducer_id: gone.is_none().then_some(self.introducer_id),
            introducer_ghost: gone,
            introduced_id: self.introduced_id,
            introduced_ghost: before.and_then(|row| row.introduced_ghost).filter(|_| !told),
            introduced_key: self.introduced_name.as_ref().map(key),
            introduced_name: self.introduced_name,
            introduced_company_id: company,
            introduced_company_name: self.introduced_company_name.filter(|_| company.is_none()),
            introduced_title: self.introduced_title,
            introduced_email: self.introduced_email,
            circle_request_id: self.circle_request_id,
            may_use_name: self.may_use_name,
            state: self.state,
            named_at: self.named_at.or(before.map(|row| row.named_at)).unwrap_or(earliest),
            promised_at,
            made_at,
            declined_at,
            stale_at,
            thanked_at: self.thanked_at,
            loop_closed_at: self.loop_closed_at,
            notes: self.notes,
            meeting_id: self.meeting_id,
        }
    }
}
