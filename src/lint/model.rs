//! What a workspace has made of the rules: as the database has it and as the API shows it.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::engine::Rules;
use super::rules::{LintRule, Severity};
use super::thresholds::LintThresholds;
use crate::db::schema::lint_settings;
use crate::db::{Json, WorkspaceId};
use crate::error::{ApiError, ApiResult, Fault};

#[derive(Debug, Clone, PartialEq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = lint_settings, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
#[diesel(primary_key(workspace_id))]
pub struct SettingsRow {
    pub workspace_id: WorkspaceId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub rules: Json<BTreeMap<String, LintRuleSetting>>,
    pub thresholds: Json<LintThresholds>,
}

/// What a workspace says of one rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LintRuleSetting {
    /// A rule that is off finds nothing.
    #[serde(default = "on")]
    pub enabled: bool,
    /// That of the catalogue, unless said otherwise. Said of `too_long`, it holds on both sides of the error threshold.
    pub severity: Option<Severity>,
}

fn on() -> bool {
    true
}

/// How a workspace wants the rules.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "rules": { "worn_phrase": { "enabled": false } }, "thresholds": { "first_email_words_warning": 120 } }))]
pub struct LintSettingsInput {
    /// By the ids of rules; those that are left out are as in the catalogue.
    #[serde(default)]
    pub rules: BTreeMap<String, LintRuleSetting>,
    #[serde(default)]
    pub thresholds: LintThresholds,
}

/// How a workspace wants the rules.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LintSettings {
    /// 0 until they are changed for the first time.
    #[schema(example = 1)]
    pub version: i32,
    pub updated_at: Option<DateTime<Utc>>,
    /// By the ids of rules; those that are left out are as in the catalogue.
    pub rules: BTreeMap<String, LintRuleSetting>,
    pub thresholds: LintThresholds,
}

/// A rule of the catalogue, as it stands in this workspace.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LintRuleEntry)]
pub struct RuleEntry {
    pub rule: LintRule,
    pub enabled: bool,
    pub severity: Severity,
    /// Unless the workspace says otherwise.
    pub default_severity: Severity,
    /// What is wrong when it is broken.
    #[schema(example = "It asks for a job or a vacancy.")]
    pub title: String,
    /// How to mend it.
    pub suggestion: String,
    /// Why it is a rule.
    pub reason: String,
    /// Who says so.
    #[schema(example = "nearly all career centres")]
    pub source: String,
}

/// All rules, as they stand in this workspace.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LintRuleList)]
pub struct RuleList {
    pub data: Vec<RuleEntry>,
    pub thresholds: LintThresholds,
}

impl From<SettingsRow> for LintSettings {
    fn from(row: SettingsRow) -> Self {
        let SettingsRow { workspace_id: _, version, created_at: _, updated_at, rules, thresholds } = row;
        let updated_at = (version > 0).then_some(updated_at);
        Self { version, updated_at, rules: rules.0, thresholds: thresholds.0 }
    }
}

impl From<LintSettings> for LintSettingsInput {
    fn from(settings: LintSettings) -> Self {
        Self { rules: settings.rules, thresholds: settings.thresholds }
    }
}

impl LintSettings {
    /// Of a workspace that has changed nothing.
    pub fn untouched() -> Self {
        Self { version: 0, updated_at: None, rules: BTreeMap::new(), thresholds: LintThresholds::default() }
    }

    /// As the engine takes them.
    pub fn rules(&self) -> Rules {
        let known = |name: &str| LintRule::ALL.iter().copied().find(|rule| rule.name() == name);
        let severities = self.rules.iter().filter_map(|(name, setting)| {
            let rule = known(name)?;
            let own = if setting.enabled { Some(setting.severity?) } else { None };
            Some((rule, own))
        });
        Rules { severities: severities.collect(), thresholds: self.thresholds.clone() }
    }

    pub fn catalogue(&self) -> RuleList {
        let rules = self.rules();
        let entry = |rule: &LintRule| {
            let own = rules.severities.get(rule).copied().unwrap_or(Some(rule.severity()));
            RuleEntry {
                rule: *rule,
                enabled: own.is_some(),
                severity: own.unwrap_or(rule.severity()),
                default_severity: rule.severity(),
                title: rule.title().to_owned(),
                suggestion: rule.suggestion().to_owned(),
                reason: rule.reason().to_owned(),
                source: rule.source().to_owned(),
            }
        };
        RuleList { data: LintRule::ALL.iter().map(entry).collect(), thresholds: rules.thresholds.clone() }
    }
}

impl LintSettingsInput {
    /// Refuses rules that there are not, and warnings that would come after their errors.
    pub fn check(self) -> ApiResult<Self> {
        let unknown = self.rules.keys().filter(|name| !LintRule::ALL.iter().any(|rule| rule.name() == *name));
        let detail = "is not a rule; `GET /v1/lint/rules` lists them";
        let pointer = |name: &String| format!("/rules/{}", name.replace('~', "~0").replace('/', "~1"));
        let mut faults: Vec<Fault> = unknown.map(|name| Fault::field(pointer(name), "unknown_field", detail)).collect();
        faults.extend(self.thresholds.pairs().into_iter().filter(|pair| pair.warning > pair.error).map(|pair| {
            let detail = format!("must be at most `{}`, which is {}", pair.error_name, pair.error);
            Fault::field(format!("/thresholds/{}", pair.warning_name), "out_of_range", detail)
        }));
        ApiError::check(faults)?;
        Ok(self)
    }
}
