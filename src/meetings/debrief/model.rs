//! Debriefs as a meeting keeps them, and as the API shows and takes them.
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contacts::ContactId;
use crate::error::Fault;
use crate::follow_ups::FollowUpId;
use crate::goals::GoalId;
use crate::http::body::Rules;
use crate::insights::{Insight, InsightConfidence, InsightId, InsightInput, InsightStance};
use crate::introductions::IntroductionId;
use crate::meeting_questions::MeetingQuestionId;
use crate::meetings::MeetingId;
use crate::meetings::words::MeetingParty;

/// What the seeker noted after a meeting, as it is kept with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DebriefRecord {
    pub written_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub notes: Option<String>,
    pub thanks_for: Option<String>,
    pub next_step: Option<String>,
    #[schema(example = 4)]
    pub usefulness: Option<i16>,
    #[schema(example = 4)]
    pub energy: Option<i16>,
    /// What became of the promises.
    #[schema(value_type = Vec<Uuid>)]
    pub follow_up_ids: Vec<FollowUpId>,
    /// What became of the names.
    #[schema(value_type = Vec<Uuid>)]
    pub introduction_ids: Vec<IntroductionId>,
}

/// A promise that was made in a meeting. It becomes a follow-up: `promise_mine` or `promise_theirs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DebriefPromise {
    /// What became of it. Without it, a promise of the same side in the same words is the same promise.
    #[schema(value_type = Option<Uuid>)]
    pub follow_up_id: Option<FollowUpId>,
    /// Who promised.
    pub by: MeetingParty,
    /// To whom, or who; the first of the meeting's contacts, unless said otherwise.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "Send the article about storage")]
    pub text: String,
    /// Within three business days, if the seeker promised; else as many days as the settings of follow-ups say.
    #[schema(example = "2026-03-06")]
    pub due_on: Option<NaiveDate>,
}

/// Somebody who was named in a meeting. They become a contact, unless they are one, and an introduction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Priya Raman", "company_name": "Northwind Renewables", "may_use_name": true }))]
pub struct DebriefName {
    /// What became of it. Without it, the same name from the same contact is the same.
    #[schema(value_type = Option<Uuid>)]
    pub introduction_id: Option<IntroductionId>,
    /// Who named them; the first of the meeting's contacts, unless said otherwise.
    #[schema(value_type = Option<Uuid>)]
    pub named_by_id: Option<ContactId>,
    /// Who was named, if they are a contact already.
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<ContactId>,
    /// Needed, unless `contact_id` says it.
    #[schema(max_length = 200, example = "Priya Raman")]
    pub name: Option<String>,
    #[schema(max_length = 200, example = "Northwind Renewables")]
    pub company_name: Option<String>,
    #[schema(max_length = 200, example = "Grid Analyst")]
    pub title: Option<String>,
    #[schema(format = "email", max_length = 254, example = "priya@northwind-renewables.example")]
    pub email: Option<String>,
    /// Whether the seeker may say who named them.
    #[serde(default)]
    pub may_use_name: bool,
    /// Whether an introduction was promised. What becomes of it later is told by the introduction.
    #[serde(default)]
    pub promised: bool,
}

impl DebriefName {
    /// The fields that say something else than the introduction does which it has become.
    pub fn unlike(&self, known: &Self) -> Vec<&'static str> {
        let texts = [
            ("name", &self.name, &known.name),
            ("company_name", &self.company_name, &known.company_name),
            ("title", &self.title, &known.title),
            ("email", &self.email, &known.email),
        ];
        let other = |said: &Option<String>, had: &Option<String>| said.is_some() && said != had;
        let unlike = texts.into_iter().filter(|(_, said, had)| other(said, had));
        let mut fields: Vec<&'static str> = unlike.map(|(field, _, _)| field).collect();
        if self.may_use_name != known.may_use_name {
            fields.push("may_use_name");
        }
        fields
    }
}

/// What was learned in a meeting, as a debrief writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "topic": "night shifts", "stance": "mixed", "text": "Nights pay a fifth more, and cost two days of sleep each time."
}))]
pub struct DebriefInsight {
    /// Of one that is there. Without it, one that says the same of the same topic is the same.
    #[schema(value_type = Option<Uuid>)]
    pub id: Option<InsightId>,
    #[schema(min_length = 1, max_length = 100, pattern = r"\S", example = "night shifts")]
    pub topic: String,
    #[serde(default = "neutral")]
    pub stance: InsightStance,
    #[serde(default = "medium")]
    pub confidence: InsightConfidence,
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "Nights pay a fifth more.")]
    pub text: String,
    /// What they said, word for word.
    #[schema(max_length = 2000)]
    pub quote: Option<String>,
    /// The question of the meeting that it answers.
    #[schema(value_type = Option<Uuid>)]
    pub question_id: Option<MeetingQuestionId>,
    /// The goal that it serves; that of the question, unless said otherwise.
    #[schema(value_type = Option<Uuid>)]
    pub goal_id: Option<GoalId>,
}

fn neutral() -> InsightStance {
    InsightStance::Neutral
}

fn medium() -> InsightConfidence {
    InsightConfidence::Medium
}

/// What can be written of a debrief.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "thanks_for": "your advice to spend a day on site before the course", "usefulness": 5, "energy": 4,
    "insights": [{ "topic": "night shifts", "stance": "mixed", "text": "Nights pay a fifth more." }],
    "promises": [{ "by": "seeker", "text": "Send the article about storage" }],
    "names": [{ "name": "Priya Raman", "may_use_name": true }]
}))]
pub struct DebriefInput {
    /// Markdown.
    #[schema(max_length = 65536)]
    pub notes: Option<String>,
    /// One specific thing to say thank you for, as it goes on after "above all".
    #[schema(format = "one-line", max_length = 500, example = "your advice to spend a day on site before the course")]
    pub thanks_for: Option<String>,
    /// What the seeker has done or will do because of it: a whole sentence without its full stop.
    #[schema(format = "one-line", max_length = 500, example = "I have asked for a day on site in May")]
    pub next_step: Option<String>,
    /// How useful it was: 1 is not at all, 5 is very.
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub usefulness: Option<i16>,
    /// How the seeker felt afterwards: 1 is drained, 5 is full of energy.
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub energy: Option<i16>,
    /// What was learned. What is left out goes to the trash.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub insights: Vec<DebriefInsight>,
    /// What was promised, both ways. A promise that is left out was none: its follow-up goes to the trash while it is
    /// open.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub promises: Vec<DebriefPromise>,
    /// Who was named. A name that is left out is no longer of this debrief; the contact and the introduction stay.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub names: Vec<DebriefName>,
}

impl Rules for DebriefInput {
    fn faults(&self) -> Vec<Fault> {
        let nameless = |one: &DebriefName| {
            one.contact_id.is_none()
                && one.introduction_id.is_none()
                && one.name.as_ref().is_none_or(|name| name.trim().is_empty())
        };
        let nameless = self.names.iter().enumerate().filter(|(_, one)| nameless(one));
        let fault = |(at, _): (usize, &DebriefName)| {
            Fault::field(format!("/names/{at}/name"), "required", "is needed where no `contact_id` says who it is")
        };
        nameless.map(fault).collect()
    }
}

/// What the seeker noted after a meeting.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Debrief {
    pub meeting_id: MeetingId,
    /// That of the meeting.
    #[schema(example = 5)]
    pub version: i32,
    /// `null` until it is written for the first time.
    pub written_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
    pub notes: Option<String>,
    pub thanks_for: Option<String>,
    pub next_step: Option<String>,
    pub usefulness: Option<i16>,
    pub energy: Option<i16>,
    pub insights: Vec<Insight>,
    pub promises: Vec<DebriefPromise>,
    pub names: Vec<DebriefName>,
}

impl From<Debrief> for DebriefInput {
    fn from(debrief: Debrief) -> Self {
        let insight = |insight: Insight| DebriefInsight {
            id: Some(insight.id),
            topic: insight.topic,
            stance: insight.stance,
            confidence: insight.confidence,
            text: insight.text,
            quote: insight.quote,
            question_id: insight.question_id,
            goal_id: insight.goal_id,
        };
        Self {
            notes: debrief.notes,
            thanks_for: debrief.thanks_for,
            next_step: debrief.next_step,
            usefulness: debrief.usefulness,
            energy: debrief.energy,
            insights: debrief.insights.into_iter().map(insight).collect(),
            promises: debrief.promises,
            names: debrief.names,
        }
    }
}

impl DebriefInsight {
    /// As one of this meeting.
    pub fn of(self, meeting_id: MeetingId) -> InsightInput {
        let Self { id: _, topic, stance, confidence, text, quote, question_id, goal_id } = self;
        InsightInput { meeting_id, topic, stance, confidence, text, quote, question_id, goal_id }
    }
}
