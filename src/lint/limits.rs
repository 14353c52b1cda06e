//! How long the rules take. `cargo test --release --lib lint::limits -- --nocapture` holds what is promised: a message of
//! 150 words within a millisecond, a mebibyte of anything within a tenth of a second. Unoptimised, the texts are shorter
//! and the bounds so wide that only what grows faster than its text breaks them.
use std::time::{Duration, Instant};

use super::{Draft, Rules, check};
use crate::messages::MessageChannel;

const SIZE: usize = if cfg!(debug_assertions) { 1 << 17 } else { 1 << 20 };
const SLACK: u32 = if cfg!(debug_assertions) { 100 } else { 1 };

fn time(body: &str) -> Duration {
    let names = ["Ada Lovelace".to_owned()];
    let subject: String = body.chars().take(500).collect();
    let draft = Draft {
        channel: MessageChannel::Email,
        purpose: None,
        subject: Some(&subject),
        body,
        names: &names,
        mutual: &[],
        attachments: false,
    };
    let start = Instant::now();
    let report = check(&Rules::default(), &draft);
    let taken = start.elapsed();
    assert!(report.words > 0 || report.characters > 0);
    taken
}

#[test]
fn a_usual_message_takes_less_than_a_millisecond() {
    let body = "Dear Ada,\n\nI found you in the alumni directory and read your article about engines. ".to_owned()
        + &"Could you tell me how you chose the parts, and would you have fifteen minutes for a call? ".repeat(8);
    time(&body);
    let best = (0..20).map(|_| time(&body)).min().unwrap_or_default();
    println!("{} words: {best:?}", body.split_whitespace().count());
    assert!(best < Duration::from_millis(1) * SLACK, "{best:?}");
}

#[test]
fn a_mebibyte_of_anything_takes_less_than_a_tenth_of_a_second() {
    time("warm up");
    let cases = [
        "a",
        "a ",
        "! ",
        "!",
        "?!",
        "\n",
        " \n",
        "\"",
        "\" a",
        "' a",
        "“",
        "“! ",
        "‘a ",
        "(",
        "[",
        "[name",
        "{{",
        "{",
        "<",
        "*|",
        "%A",
        "___",
        "x",
        "X ",
        "1.",
        "1",
        "1.1.",
        "www.",
        "http://",
        "not ",
        "i ",
        "if you ",
        "could you ",
        "are you hiring ",
        "would would ",
        "not are you any ",
        "sorry ",
        "\u{301}",
        "é",
        "李",
        "𝒳 ",
        "👩\u{200d}👩\u{200d}👧 ",
        "\r\n",
        "> ",
        ">\n",
        "your your ",
        "SO ",
        "half an hour ",
        "an hour, ",
        "'s ",
        "’",
        "TODO",
        "my resume ",
        "any any openings ",
        "Hi ",
        "Dear ",
        "- ",
        ". ",
        ", ",
        "send my ",
        "\t",
        "\u{0}",
        "let me know of any ",
        "if ",
        "only if you ",
        "i heard your name ",
        "my own has gone your name ",
        "says said told ",
        "made me ",
        "you wrote if ",
        "that you ",
    ];
    let mut worst = (Duration::ZERO, "");
    for case in cases {
        let body: String = case.repeat(SIZE / case.len());
        let taken = time(&body);
        assert!(taken < Duration::from_millis(100) * SLACK, "{case:?}: {taken:?}");
        worst = worst.max((taken, case));
    }
    println!("{SIZE} bytes: {worst:?} at worst");
}
