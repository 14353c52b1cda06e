//! Precision and recall of each rule on the labelled messages of `tests/data/lint`.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use super::{Draft, LintField, LintRule, Mutual, Report, Rules, Severity, Span, check};
use crate::messages::{MessageChannel, MessagePurpose};

const FILES: [&str; 12] = [
    "good.txt",
    "bad.txt",
    "tricky.txt",
    "styles.txt",
    "held-out.txt",
    "fresh.txt",
    "hundred.txt",
    "after.txt",
    "plain.txt",
    "unseen.txt",
    "later.txt",
    "anew.txt",
];
/// What the documentation promises.
const PRECISION: f64 = 0.95;
const RECALL: f64 = 0.9;

struct Labelled {
    id: String,
    channel: MessageChannel,
    purpose: Option<MessagePurpose>,
    subject: Option<String>,
    names: Vec<String>,
    mutual: Vec<Mutual>,
    attachments: bool,
    body: String,
    expected: BTreeSet<&'static str>,
}

impl Labelled {
    fn report(&self, rules: &Rules, body: &str) -> Report {
        let draft = Draft {
            channel: self.channel,
            purpose: self.purpose,
            subject: self.subject.as_deref(),
            body,
            names: &self.names,
            mutual: &self.mutual,
            attachments: self.attachments,
        };
        check(rules, &draft)
    }

    fn found(&self) -> BTreeSet<&'static str> {
        let report = self.report(&Rules::default(), &self.body);
        report.findings.iter().map(|finding| finding.rule.name()).collect()
    }
}

fn word<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(text.into()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn read(record: &str) -> Labelled {
    let (head, body) = record.split_once('\n').unwrap();
    let fields: Vec<&str> = head.split('|').map(str::trim).collect();
    let [first, subject, name, rules, options @ ..] = &fields[..] else { panic!("{head}") };
    let [id, channel, purpose] = first.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{head}") };
    let options = options.first().copied().unwrap_or_default();
    let mutual = options.strip_prefix("mutual=").map(|mutual| {
        let (name, may) = mutual.rsplit_once(':').unwrap();
        Mutual { name: name.to_owned(), may_use_name: may == "yes" }
    });
    let known = |rule: &str| LintRule::ALL.iter().find(|known| known.name() == rule).map(|known| known.name());
    Labelled {
        id: id.to_owned(),
        channel: word(channel),
        purpose: (purpose != "-").then(|| word(purpose)),
        subject: (*subject != "-").then(|| (*subject).to_owned()),
        names: vec![(*name).to_owned()],
        mutual: mutual.into_iter().collect(),
        attachments: options == "attachments",
        body: body.trim_end().to_owned(),
        expected: rules.split_whitespace().map(|rule| known(rule).unwrap_or_else(|| panic!("{id}: {rule}"))).collect(),
    }
}

fn corpus() -> Vec<Labelled> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lint");
    let texts = FILES.iter().map(|file| std::fs::read_to_string(folder.join(file)).unwrap());
    texts.flat_map(|text| format!("\n{text}").split("\n@ ").skip(1).map(read).collect::<Vec<_>>()).collect()
}

/// Right, wrong and missed.
#[derive(Default)]
struct Score {
    right: u32,
    wrong: u32,
    missed: u32,
}

impl Score {
    fn precision(&self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(&self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }
}

#[test]
fn the_rules_agree_with_careful_readers() {
    let corpus = corpus();
    assert!(corpus.len() >= 150, "{} messages", corpus.len());
    let ids: BTreeSet<&str> = corpus.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), corpus.len(), "an id stands twice");
    let mut scores: BTreeMap<&str, Score> = LintRule::ALL.iter().map(|rule| (rule.name(), Score::default())).collect();
    let mut differences = String::new();
    for message in &corpus {
        let found = message.found();
        for (rule, score) in &mut scores {
            match (message.expected.contains(rule), found.contains(rule)) {
                (true, true) => score.right += 1,
                (false, true) => {
                    score.wrong += 1;
                    writeln!(differences, "{}: finds {rule}", message.id).unwrap();
                }
                (true, false) => {
                    score.missed += 1;
                    writeln!(differences, "{}: misses {rule}", message.id).unwrap();
                }
                (false, false) => {}
            }
        }
    }
    let mut table = String::from("| rule | messages | precision | recall |\n| --- | --- | --- | --- |\n");
    for (rule, score) in &scores {
        let labelled = score.right + score.missed;
        writeln!(table, "| `{rule}` | {labelled} | {:.2} | {:.2} |", score.precision(), score.recall()).unwrap();
    }
    println!("{} messages\n{table}\n{differences}", corpus.len());
    for (rule, score) in &scores {
        assert!(score.right + score.missed > 0, "{rule} is in no message");
        assert!(score.precision() >= PRECISION, "{rule}: precision {:.2}\n{differences}", score.precision());
        assert!(score.recall() >= RECALL, "{rule}: recall {:.2}\n{differences}", score.recall());
    }
    let docs = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lint.md")).unwrap();
    assert!(docs.contains(&table), "docs/lint.md states other numbers; these are true:\n{table}");
}

#[test]
fn praise_is_for_what_is_denied() {
    let corpus = corpus();
    for id in ["tricky-01", "tricky-02", "good-05", "good-08", "good-14"] {
        let message = corpus.iter().find(|message| message.id == id).unwrap();
        let report = message.report(&Rules::default(), &message.body);
        assert!(report.praise.iter().any(|praise| praise.rule == LintRule::AsksForJob), "{id}: {report:#?}");
    }
}

#[test]
fn every_severity_acts() {
    for message in corpus() {
        let usual = message.found();
        for rule in LintRule::ALL.iter().filter(|rule| usual.contains(rule.name())) {
            // Of what is longer than the error threshold, too.
            for severity in [Some(Severity::Hint), Some(Severity::Warning), Some(Severity::Error), None] {
                let rules = Rules { severities: [(*rule, severity)].into(), ..Rules::default() };
                let report = message.report(&rules, &message.body);
                let found =
                    report.findings.iter().find(|finding| finding.rule == *rule).map(|finding| finding.severity);
                assert_eq!(found, severity, "{}: {rule:?}", message.id);
            }
        }
    }
}

/// What a span marks, as each of the two ways of counting has it.
fn marked(span: &Span, text: &str) -> String {
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let by_units = String::from_utf16(&utf16[span.start_utf16..span.end_utf16]).unwrap();
    let by_scalars: String = text.chars().skip(span.start_scalar).take(span.end_scalar - span.start_scalar).collect();
    assert_eq!(by_units, by_scalars);
    by_units
}

fn all_marked(report: &Report, subject: &str, body: &str) -> Vec<(LintRule, String)> {
    let spans = report.findings.iter().flat_map(|finding| finding.spans.iter().map(|span| (finding.rule, span)));
    let of = |field| if field == LintField::Subject { subject } else { body };
    spans.map(|(rule, span)| (rule, marked(span, of(span.field)))).collect()
}

#[test]
fn spans_mark_the_same_words_however_lines_end_and_whatever_stands_before() {
    for message in corpus() {
        let subject = message.subject.clone().unwrap_or_default();
        let usual = message.report(&Rules::default(), &message.body);
        let marked = all_marked(&usual, &subject, &message.body);
        for (rule, text) in &marked {
            assert!(!text.is_empty() && text.trim() == text, "{}: {rule:?} marks {text:?}", message.id);
        }
        let windows = message.body.replace('\n', "\r\n");
        let report = message.report(&Rules::default(), &windows);
        let unix: Vec<(LintRule, String)> = all_marked(&report, &subject, &windows)
            .into_iter()
            .map(|(rule, text)| (rule, text.replace("\r\n", "\n")))
            .collect();
        assert_eq!(unix, marked, "{}", message.id);
        assert_eq!(report.praise.len(), usual.praise.len(), "{}", message.id);
        // One sign of a family, of several scalars and twice as many units; the accent is a scalar of its own.
        let Some((greeting, rest)) = message.body.split_once(",\n") else { continue };
        let decorated = format!("{greeting} 👩\u{200d}👩\u{200d}👧, 𝒳e\u{301}\n{rest}");
        let report = message.report(&Rules::default(), &decorated);
        let behind = |marked: &[(LintRule, String)]| {
            let own = |(rule, _): &&(LintRule, String)| {
                use LintRule::{GreetingGeneric, GreetingMissing, GreetingWrongName, TooLong};
                !matches!(rule, GreetingGeneric | GreetingMissing | GreetingWrongName | TooLong)
            };
            marked.iter().filter(own).map(|(_, text)| text.clone()).collect::<BTreeSet<String>>()
        };
        let decorated = behind(&all_marked(&report, &subject, &decorated));
        assert!(behind(&marked).is_subset(&decorated), "{}: {decorated:?}", message.id);
    }
}
