//! The rules, held against one message.
use std::collections::HashMap;

use super::checks;
use super::pattern::{Found, Phrases};
use super::phrases::{DENIED_AFTER, NEGATION, NO_DENIAL};
use super::report::{Finding, LintField, Praise, Report, Span};
use super::rules::{LintRule, Severity};
use super::text::{Text, Word};
use super::thresholds::LintThresholds;
use crate::messages::{MessageChannel, MessagePurpose};

/// How many words before a phrase a "not" may stand.
const DENIAL_REACH: usize = 7;

/// What a workspace has made of the rules.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// What the workspace says of a rule; `None` is one that is switched off.
    pub severities: HashMap<LintRule, Option<Severity>>,
    pub thresholds: LintThresholds,
}

/// Somebody whom seeker and contact both know.
#[derive(Debug, Clone)]
pub struct Mutual {
    pub name: String,
    pub may_use_name: bool,
}

/// A message as the rules look at it.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    pub channel: MessageChannel,
    /// What is not known to be anything else is read as a first message.
    pub purpose: Option<MessagePurpose>,
    pub subject: Option<&'a str>,
    pub body: &'a str,
    /// The contact's names, as far as they are known.
    pub names: &'a [String],
    pub mutual: &'a [Mutual],
    pub attachments: bool,
}

impl Draft<'_> {
    pub fn is_first(&self) -> bool {
        matches!(self.purpose, None | Some(MessagePurpose::Introduction))
    }

    /// It is long enough for all that a first message should have.
    pub fn is_letter(&self) -> bool {
        matches!(self.channel, MessageChannel::Email | MessageChannel::LinkedinMessage)
    }

    pub fn is_spoken(&self) -> bool {
        use MessageChannel::{InPerson, PhoneScript, VoicemailScript};
        matches!(self.channel, PhoneScript | VoicemailScript | InPerson)
    }
}

/// A message, read, and what was found in it so far.
pub struct Reader<'a> {
    pub draft: &'a Draft<'a>,
    pub rules: &'a Rules,
    pub subject: Text,
    pub body: Text,
    findings: Vec<Finding>,
    praise: Vec<Praise>,
}

/// A place in the subject or in the body, as byte offsets.
pub type Place = (LintField, usize, usize);

/// Holds the rules against a message. The same message and rules give the same report.
pub fn check(rules: &Rules, draft: &Draft<'_>) -> Report {
    let subject = Text::read(draft.subject.unwrap_or_default());
    let body = Text::read(draft.body);
    let mut reader = Reader { draft, rules, subject, body, findings: Vec::new(), praise: Vec::new() };
    checks::all(&mut reader);
    let Reader { mut findings, praise, body, .. } = reader;
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.rule.cmp(&b.rule)));
    Report::new(findings, praise, body.word_count, body.characters)
}

impl Reader<'_> {
    /// Adds a finding, unless the workspace has switched its rule off.
    pub fn add(&mut self, rule: LintRule, places: &[Place]) {
        self.add_as(rule, None, places, rule.title().to_owned());
    }

    /// As [`Reader::add`], with a severity for this case, which what the workspace says of the rule goes before.
    pub fn add_as(&mut self, rule: LintRule, severity: Option<Severity>, places: &[Place], message: String) {
        let own = self.rules.severities.get(&rule).copied();
        let Some(severity) = own.unwrap_or(Some(severity.unwrap_or(rule.severity()))) else { return };
        let spans = self.spans(places);
        let suggestion = rule.suggestion().to_owned();
        self.findings.push(Finding { rule, severity, message, suggestion, spans });
    }

    pub fn praise(&mut self, rule: LintRule, message: &str, places: &[Place]) {
        let spans = self.spans(places);
        self.praise.push(Praise { rule, message: message.to_owned(), spans });
    }

    /// The words of the subject or of the body.
    pub fn words(&self, field: LintField) -> &[Word] {
        match field {
            LintField::Subject => &self.subject.words,
            LintField::Body => &self.body.words,
        }
    }

    fn spans(&self, places: &[Place]) -> Vec<Span> {
        let mut places = places.to_vec();
        places.sort_unstable();
        places.dedup();
        Span::all(&places, self.draft.subject.unwrap_or_default(), self.draft.body)
    }

    /// What is meant and what is denied, in subject and body; what is quoted is neither.
    pub fn meant(&self, phrases: &Phrases) -> (Vec<Place>, Vec<Place>) {
        let (mut meant, mut denied) = (Vec::new(), Vec::new());
        for (field, text) in [(LintField::Subject, &self.subject), (LintField::Body, &self.body)] {
            for found in phrases.find(&text.words) {
                if text.words[found.from].quoted {
                    continue;
                }
                let place = place(field, &text.words, found);
                if is_denied(&text.words, found) { denied.push(place) } else { meant.push(place) }
            }
        }
        (meant, denied)
    }

    /// Whether the body says so anywhere, in the seeker's own words.
    pub fn says(&self, phrases: &Phrases) -> bool {
        phrases.anywhere(&self.body.words)
    }
}

pub fn place(field: LintField, words: &[Word], found: Found) -> Place {
    (field, words[found.from].start, words[found.to - 1].end)
}

/// Whether the clause says that it is not so.
pub fn is_denied(words: &[Word], found: Found) -> bool {
    let clause = words[found.from].clause;
    let sentence = words[found.from].sentence;
    let earliest = found.from.saturating_sub(DENIAL_REACH);
    let same = |at: &usize| words[*at].clause == clause && words[*at].sentence == sentence;
    // "I am no student, are you hiring": what a comma parts from the "not" stands for itself, unless it goes on with "or".
    let joined = |at: &usize| !words[at + 1].after_comma || matches!(words[at + 1].text.as_str(), "or" | "nor");
    for at in (earliest..found.from).rev().take_while(same).take_while(joined) {
        if NEGATION.at(words, at).is_some() && !no_denial(words, at) {
            return true;
        }
    }
    // The phrase itself may begin with it, and what follows may take it back.
    let inside = (found.from..found.to).any(|at| NEGATION.at(words, at).is_some() && !no_denial(words, at));
    let after =
        words.get(found.to).is_some_and(|word| word.sentence == sentence) && DENIED_AFTER.at(words, found.to).is_some();
    inside || after
}

/// "Not sure whether", "why not": words that deny nothing.
fn no_denial(words: &[Word], at: usize) -> bool {
    (at.saturating_sub(1)..=at).any(|from| NO_DENIAL.at(words, from).is_some_and(|found| found.to > at))
}
