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
