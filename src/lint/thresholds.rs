//! Where the rules draw their lines.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! thresholds {
    ($($(#[doc = $doc:literal])+ $name:ident = $default:literal;)+) => {
        /// Where the rules draw their lines; what is left out keeps its default.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct LintThresholds {
            $($(#[doc = $doc])+ #[schema(minimum = 0, maximum = 10000)] pub $name: u32,)+
        }

        impl Default for LintThresholds {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }
    };
}

/// Where a warning begins, and where it becomes an error.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    pub warning_name: &'static str,
    pub error_name: &'static str,
    pub warning: u32,
    pub error: u32,
}

macro_rules! pairs {
    ($self:ident, $($warning:ident, $error:ident;)+) => {
        [$(Pair {
            warning_name: stringify!($warning),
            error_name: stringify!($error),
            warning: $self.$warning,
            error: $self.$error,
        }),+]
    };
}

impl LintThresholds {
    /// Those of which one must not be above the other.
    pub fn pairs(&self) -> [Pair; 7] {
        pairs! { self,
            first_email_words_warning, first_email_words_error;
            later_email_words_warning, later_email_words_error;
            linkedin_note_characters_warning, linkedin_note_characters_error;
            linkedin_message_words_warning, linkedin_message_words_error;
            text_message_characters_warning, text_message_characters_error;
            script_words_warning, script_words_error;
            voicemail_words_warning, voicemail_words_error;
        }
    }
}

thresholds! {
    /// Words of a first e-mail above which it is too long: a warning.
    first_email_words_warning = 100;
    /// And an error.
    first_email_words_error = 150;
    /// Words of any later e-mail.
    later_email_words_warning = 200;
    /// And an error.
    later_email_words_error = 350;
    /// Characters of a note with an invitation on LinkedIn: 200 for free accounts,
    linkedin_note_characters_warning = 200;
    /// 300 for paid ones.
    linkedin_note_characters_error = 300;
    /// Words of a message on LinkedIn.
    linkedin_message_words_warning = 100;
    /// And an error.
    linkedin_message_words_error = 150;
    /// Characters of a text message: 160 are one part.
    text_message_characters_warning = 320;
    /// And an error.
    text_message_characters_error = 480;
    /// Words of what is to be said on the phone or in person.
    script_words_warning = 150;
    /// And an error.
    script_words_error = 250;
    /// Words of what is to be said to a machine: some 150 are a minute.
    voicemail_words_warning = 80;
    /// And an error.
    voicemail_words_error = 120;
    /// Characters of a subject.
    subject_characters = 60;
    /// Minutes that may be asked for.
    minutes = 30;
    /// Apologies that are one too few to be a chain.
    apologies = 1;
    /// Exclamation marks in all.
    exclamation_marks = 3;
}

#[cfg(test)]
mod tests {
    use super::super::{Draft, LintRule, Rules, Severity, check};
    use super::*;
    use crate::messages::{MessageChannel, MessagePurpose};

    /// What is found in a short message when one threshold is as given, the others being as usual.
    fn found(name: &str, value: u32) -> Vec<(LintRule, Severity)> {
        use MessageChannel::{Email, InPerson, LinkedinMessage, LinkedinNote, TextMessage, VoicemailScript};
        let channel = match name {
            _ if name.starts_with("linkedin_note") => LinkedinNote,
            _ if name.starts_with("linkedin_message") => LinkedinMessage,
            _ if name.starts_with("text_message") => TextMessage,
            _ if name.starts_with("script") => InPerson,
            _ if name.starts_with("voicemail") => VoicemailScript,
            _ => Email,
        };
        let purpose = if name.starts_with("later") { MessagePurpose::FollowUp } else { MessagePurpose::Introduction };
        let thresholds = serde_json::from_value(serde_json::json!({ name: value })).unwrap();
        let body = "Hi Ada! Sorry to bother you. Could we talk for fifteen minutes?\n\nSam";
        let (purpose, subject) = (Some(purpose), Some("Engines"));
        let draft = Draft { channel, purpose, subject, body, names: &[], mutual: &[], attachments: false };
        let report = check(&Rules { thresholds, ..Rules::default() }, &draft);
        report.findings.iter().map(|finding| (finding.rule, finding.severity)).collect()
    }

    #[test]
    fn every_threshold_acts() {
        let all = serde_json::to_value(LintThresholds::default()).unwrap();
        for (name, usual) in all.as_object().unwrap() {
            let (rule, severity) = match name.as_str() {
                "subject_characters" => (LintRule::SubjectTooLong, Severity::Warning),
                "minutes" => (LintRule::TooMuchTime, Severity::Warning),
                "apologies" => (LintRule::ApologyChain, Severity::Hint),
                "exclamation_marks" => (LintRule::Shouting, Severity::Warning),
                _ if name.ends_with("_error") => (LintRule::TooLong, Severity::Error),
                _ => (LintRule::TooLong, Severity::Warning),
            };
            let usual = u32::try_from(usual.as_u64().unwrap()).unwrap();
            assert!(found(name, usual).iter().all(|(found, _)| *found != rule), "{name} of {usual}");
            assert!(found(name, 0).contains(&(rule, severity)), "{name} of 0: {:?}", found(name, 0));
        }
    }

    #[test]
    fn warnings_and_errors_are_paired() {
        let usual = LintThresholds::default();
        assert!(usual.pairs().iter().all(|pair| pair.warning <= pair.error));
        let all = serde_json::to_value(&usual).unwrap();
        let errors = all.as_object().unwrap().keys().filter(|name| name.ends_with("_error")).count();
        assert_eq!(errors, usual.pairs().len());
    }
}
