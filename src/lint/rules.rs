//! The catalogue: what each rule is called, how bad its breach is, why it is there and who says so.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LintSeverity)]
pub enum Severity {
    Hint,
    Warning,
    /// Against the first rules of the field, or something that cannot be meant to be sent.
    Error,
}

macro_rules! rules {
    ($($variant:ident = $name:literal, $severity:ident, $title:literal, $suggestion:literal, $reason:literal, $source:literal;)+) => {
        /// A rule of outreach.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum LintRule { $(#[doc = $title] $variant),+ }

        impl LintRule {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Unless the workspace says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }

            /// What is wrong, in one line.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// How to mend it.
            pub fn suggestion(self) -> &'static str {
                match self { $(Self::$variant => $suggestion),+ }
            }

            /// Why it is a rule.
            pub fn reason(self) -> &'static str {
                match self { $(Self::$variant => $reason),+ }
            }

            /// Who says so.
            pub fn source(self) -> &'static str {
                match self { $(Self::$variant => $source),+ }
            }
        }
    };
}

rules! {
    AsksForJob = "asks_for_job", Error, "It asks for a job or a vacancy.",
        "Ask for information instead: how they came to their work, what it asks of a person.",
        "Who is asked for a job must say no; who is asked for their story can say yes.", "nearly all career centres";
    OffersResume = "offers_resume", Warning, "It offers a résumé that nobody asked for.",
        "Leave the résumé out, and bring it along in case they ask.",
        "A résumé turns a conversation into an application.", "nearly all career centres; Rochester differs";
    TooLong = "too_long", Warning, "It is too long for its channel.",
        "Keep who you are, why them, what you ask; leave the rest for the conversation.",
        "A busy person decides in seconds whether to answer.", "SFU, Duke; LinkedIn's own limits for notes";
    SubjectMissing = "subject_missing", Error, "The e-mail has no subject.",
        "Name what it is about, such as \"Question from a fellow alum\".",
        "Mail without a subject is not opened, or taken for spam.", "SFU, Berkeley";
    SubjectTooLong = "subject_too_long", Warning, "The subject is too long.",
        "Keep it to what fits on a telephone's screen.",
        "Telephones cut subjects off after some 40 to 60 characters.", "SFU";
    NoTimeAsked = "no_time_asked", Warning, "It does not say how much time it asks for.",
        "Ask for fifteen or twenty minutes.",
        "A short, stated time is easy to grant; an open one is not.", "RCEL, Pomona, Berkeley";
    TooMuchTime = "too_much_time", Warning, "It asks for more than half an hour.",
        "Ask for fifteen or twenty minutes.",
        "An informational interview takes fifteen to thirty minutes.", "RCEL, Pomona, Berkeley";
    NoWayOut = "no_way_out", Hint, "It leaves no easy way to say no.",
        "Add a line such as \"If now is not a good time, I understand completely.\"",
        "Who can decline without awkwardness answers more often, and more kindly.", "K-State, Pomona";
    NoSpecificReason = "no_specific_reason", Warning, "It gives no reason that is particular to this person.",
        "Name one thing of theirs: a talk, a project, a change of career.",
        "One specific reason shows that the message was written for them.", "SFU, K-State";
    HowFoundMissing = "how_found_missing", Warning, "It does not say how you found them.",
        "Say where you came upon them, or who suggested them.",
        "A stranger's first question is: why me?", "SFU, K-State, Pomona";
    MutualContactWithoutPermission = "mutual_contact_without_permission", Error,
        "It uses the name of somebody who has not permitted it.",
        "Ask them first whether you may use their name, and note it with the introduction.",
        "A name is a reference: using it unasked can cost two relations.", "Wahlberg";
    NoPhoneOrPlace = "no_phone_or_place", Hint, "It offers neither the telephone nor a place that suits them.",
        "Offer a call, or to come to a place near them.",
        "The one who asks makes it easy for the one who gives.", "Pomona, K-State";
    PlaceholderLeft = "placeholder_left", Error, "A placeholder was left in.",
        "Fill it in, or take it out.",
        "Nothing says \"sent to many\" as clearly.", "common sense";
    GreetingMissing = "greeting_missing", Warning, "It begins without a greeting.",
        "Begin with \"Dear\" or \"Hi\" and their name.",
        "A letter to a person begins with that person.", "SFU, Yale";
    GreetingGeneric = "greeting_generic", Warning, "The greeting is for nobody in particular.",
        "Use their name.",
        "Who is not named need not answer.", "SFU, Yale";
    GreetingWrongName = "greeting_wrong_name", Error, "The greeting has another name than the contact's.",
        "Check whom this is meant for.",
        "The wrong name ends the conversation before it begins.", "common sense";
    SeveralAsks = "several_asks", Warning, "It asks for several things at once.",
        "Ask for the conversation only; the rest can come after it.",
        "One small request is granted; a list of them is put off.", "Duke, K-State";
    WornPhrase = "worn_phrase", Hint, "A worn phrase.",
        "Say plainly what you mean.",
        "Phrases that everybody uses say that anybody could have written this.", "Yale, Forbes and many who are asked";
    Shouting = "shouting", Warning, "It shouts.",
        "Use small letters, and one exclamation mark at most.",
        "Capitals and rows of exclamation marks read as pressure.", "common netiquette (RFC 1855)";
    ApologyChain = "apology_chain", Hint, "It apologises again and again.",
        "Leave the apologies out; a short, polite request needs none.",
        "Apologies take room, and suggest that the request is improper.", "SFU";
    ThanksWithoutSpecific = "thanks_without_specific", Warning, "It says thank you for nothing in particular.",
        "Name one thing they said, and what you will do about it.",
        "A specific thank-you is remembered; a general one is a formality.", "Yale, Bentley";
    LinkInFirstMessage = "link_in_first_message", Warning, "A first message has a link in it.",
        "Leave it out, or put it under your name.",
        "Links from strangers are filtered, and not clicked.", "Duke; mail providers' own advice";
    AttachmentInFirstMessage = "attachment_in_first_message", Warning, "A first message has an attachment.",
        "Leave it out; send it when they ask.",
        "Attachments from strangers are filtered, and not opened.", "Duke; mail providers' own advice";
    NoSignOff = "no_sign_off", Hint, "It ends without a sign-off.",
        "End with a short closing and your name.",
        "They should know whom to answer.", "SFU, Yale";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_called_as_it_is_written() {
        for rule in LintRule::ALL {
            assert_eq!(serde_json::to_value(rule).ok(), Some(rule.name().into()));
        }
    }
}
