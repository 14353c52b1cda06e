use std::collections::BTreeSet;
use std::sync::Arc;

use super::{ALL, files};
use crate::http::Rules;
use crate::lint::{self, Severity};
use crate::messages::{MessageChannel, MessagePurpose};
use crate::templates::api::TemplateInput;
use crate::templates::{engine, facts, variables};

#[test]
fn every_file_is_a_template_without_a_fault() {
    assert_eq!(ALL.len(), files::ALL.len());
    assert!(ALL.len() >= 24);
    for one in ALL.iter() {
        let input = TemplateInput::from(one.clone());
        assert_eq!(input.faults(), [], "{}", one.slug);
        assert!(one.slug.starts_with(&one.purpose.name().replace('_', "-")), "{}", one.slug);
        assert!(one.slug.contains(&one.channel.name().replace('_', "-")), "{}", one.slug);
        assert_eq!(one.subject.is_some(), one.channel == MessageChannel::Email, "{}", one.slug);
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/templates/library");
    let texts =
        std::fs::read_dir(folder).unwrap().flatten().filter(|file| file.path().extension() == Some("txt".as_ref()));
    assert_eq!(texts.count(), files::ALL.len(), "a file is not in the list");
}

#[test]
fn the_library_covers_every_purpose_channel_and_audience() {
    let of = |purpose: MessagePurpose| ALL.iter().filter(|one| one.purpose == purpose).count();
    for purpose in [
        MessagePurpose::Introduction,
        MessagePurpose::FollowUp,
        MessagePurpose::Confirmation,
        MessagePurpose::Reschedule,
        MessagePurpose::ThankYou,
        MessagePurpose::IntroductionRequest,
        MessagePurpose::Update,
        MessagePurpose::CloseTheLoop,
        MessagePurpose::Congratulation,
    ] {
        assert!(of(purpose) >= 2, "{}", purpose.name());
    }
    let names = |name: fn(&super::LibraryTemplate) -> Option<&'static str>| {
        ALL.iter().filter_map(name).collect::<BTreeSet<_>>()
    };
    assert_eq!(names(|one| Some(one.channel.name())).len(), 7);
    assert_eq!(names(|one| Some(one.audience?.name())).len(), 4);
}

#[test]
fn every_template_keeps_the_rules_when_it_is_filled() {
    let facts = Arc::new(facts::example("en"));
    let names = ["Ada Lovelace", "Ada", "Lovelace"].map(str::to_owned);
    for one in ALL.iter() {
        let fill =
            |text: &str| engine::render(text, &facts).unwrap_or_else(|problem| panic!("{}: {problem:?}", one.slug));
        let (subject, body) = (one.subject.as_deref().map(fill), fill(&one.body));
        assert_eq!(body.missing.len() + subject.as_ref().map_or(0, |subject| subject.missing.len()), 0, "{}", one.slug);
        let draft = lint::Draft {
            channel: one.channel,
            purpose: Some(one.purpose),
            subject: subject.as_ref().map(|subject| subject.text.as_str()),
            body: &body.text,
            names: &names,
            mutual: &[lint::Mutual { name: "Tom Hargreaves".to_owned(), may_use_name: true }],
            attachments: false,
        };
        let report = lint::check(&lint::Rules::default(), &draft);
        let bad: Vec<_> = report.findings.iter().filter(|finding| finding.severity > Severity::Hint).collect();
        assert!(bad.is_empty(), "{}:\n{:?}\n{}\n{bad:#?}", one.slug, draft.subject, body.text);
        assert!(report.findings.is_empty(), "{}:\n{}\n{:#?}", one.slug, body.text, report.findings);
        assert!(!body.text.contains("  ") && !body.text.contains(" ,") && !body.text.contains(".."), "{}", body.text);
    }
}

/// What is often not known has a fallback, so that a template can be used with a name and a reason.
#[test]
fn templates_ask_for_few_things_that_have_no_fallback() {
    let mut facts = facts::nothing();
    for path in [
        "contact.name",
        "contact.first_name",
        "seeker.name",
        "seeker.first_name",
        "seeker.signature",
        "seeker.current_situation",
    ] {
        facts.give(path, variables::find(path).unwrap().example);
    }
    let facts = Arc::new(facts);
    for one in ALL.iter() {
        let missing = engine::render(&one.body, &facts).unwrap().missing;
        assert!(missing.len() <= 4, "{}: {missing:?}", one.slug);
    }
}
