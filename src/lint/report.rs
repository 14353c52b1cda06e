//! What the rules found, as the API shows it.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::engine::Place;
use super::rules::{LintRule, Severity};

/// Which text a span is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LintField {
    Subject,
    Body,
}

/// A part of the subject or the body: from its first character to behind its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LintSpan)]
pub struct Span {
    pub field: LintField,
    /// In UTF-16 code units, as JavaScript counts.
    pub start_utf16: usize,
    pub end_utf16: usize,
    /// In Unicode scalar values, as Python counts.
    pub start_scalar: usize,
    pub end_scalar: usize,
}

/// A rule that the message breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LintFinding)]
pub struct Finding {
    pub rule: LintRule,
    pub severity: Severity,
    /// What is wrong.
    #[schema(example = "It asks for a job or a vacancy.")]
    pub message: String,
    /// How to mend it.
    pub suggestion: String,
    /// The parts that are meant; none when something is missing.
    pub spans: Vec<Span>,
}

/// Something that is done well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LintPraise)]
pub struct Praise {
    /// The rule that it honours.
    pub rule: LintRule,
    #[schema(example = "It says that it asks for no job.")]
    pub message: String,
    pub spans: Vec<Span>,
}

/// What the rules make of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LintReport)]
pub struct Report {
    /// How many findings are errors.
    pub errors: usize,
    pub warnings: usize,
    pub hints: usize,
    /// Words of the body.
    pub words: usize,
    /// Unicode scalar values of the body.
    pub characters: usize,
    /// The worst first; at most one for each rule.
    pub findings: Vec<Finding>,
    pub praise: Vec<Praise>,
}

impl Report {
    pub fn new(findings: Vec<Finding>, praise: Vec<Praise>, words: usize, characters: usize) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            hints: count(Severity::Hint),
            words,
            characters,
            findings,
            praise,
        }
    }
}

impl Report {
    /// Of a text whose line breaks were made line feeds: with its spans as they lie in the text that was sent.
    pub fn as_sent(mut self, field: LintField, sent: &str) -> Self {
        let breaks = Breaks::of(sent);
        let findings = self.findings.iter_mut().flat_map(|finding| &mut finding.spans);
        let spans = findings.chain(self.praise.iter_mut().flat_map(|praise| &mut praise.spans));
        spans.filter(|span| span.field == field).for_each(|span| breaks.shift(span));
        self
    }
}

/// Where the line feeds stand that were two characters before.
#[derive(Default)]
struct Breaks {
    utf16: Vec<usize>,
    scalar: Vec<usize>,
}

impl Breaks {
    fn of(sent: &str) -> Self {
        let (mut breaks, mut utf16, mut scalar) = (Self::default(), 0, 0);
        let mut characters = sent.chars().peekable();
        while let Some(character) = characters.next() {
            if character == '\r' && characters.next_if_eq(&'\n').is_some() {
                breaks.utf16.push(utf16);
                breaks.scalar.push(scalar);
            }
            utf16 += character.len_utf16();
            scalar += 1;
        }
        breaks
    }

    fn shift(&self, span: &mut Span) {
        let sent = |at: usize, breaks: &[usize]| at + breaks.partition_point(|before| *before < at);
        span.start_utf16 = sent(span.start_utf16, &self.utf16);
        span.end_utf16 = sent(span.end_utf16, &self.utf16);
        span.start_scalar = sent(span.start_scalar, &self.scalar);
        span.end_scalar = sent(span.end_scalar, &self.scalar);
    }
}

impl Span {
    /// Byte offsets, sorted, as the two kinds of offsets that clients count in.
    pub fn all(places: &[Place], subject: &str, body: &str) -> Vec<Self> {
        places
            .iter()
            .map(|(field, start, end)| {
                let text = if *field == LintField::Subject { subject } else { body };
                let (from, to) = (&text[..*start], &text[*start..*end]);
                let utf16 = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
                let (start_utf16, start_scalar) = (utf16(from), from.chars().count());
                Self {
                    field: *field,
                    start_utf16,
                    end_utf16: start_utf16 + utf16(to),
                    start_scalar,
                    end_scalar: start_scalar + to.chars().count(),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::hostile::CASES;
    use super::super::{Draft, Mutual, Rules, check};
    use crate::messages::MessageChannel;

    proptest! {
        #[test]
        fn spans_lie_within_any_text(
            parts in proptest::collection::vec(prop_oneof![proptest::sample::select(CASES), Just("Grace "), Just("\n")], 0..40),
            other in any::<String>(),
        ) {
            let body = format!("{other}{}{other}", parts.concat());
            let names = [other.clone(), "Dr. Grace Hopper".to_owned()];
            let mutual = [Mutual { name: other.clone(), may_use_name: false }];
            let (channel, subject) = (MessageChannel::Email, Some(body.as_str()));
            let draft = Draft { channel, purpose: None, subject, body: &body, names: &names, mutual: &mutual, attachments: false };
            let report = check(&Rules::default(), &draft);
            let (units, scalars) = (body.encode_utf16().count(), body.chars().count());
            for span in report.findings.iter().flat_map(|finding| &finding.spans) {
                prop_assert!(span.start_utf16 < span.end_utf16 && span.end_utf16 <= units);
                prop_assert!(span.start_scalar < span.end_scalar && span.end_scalar <= scalars);
            }
        }
    }
}
