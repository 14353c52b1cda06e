//! How long the rules take. `cargo test --release --lib lint::limits -- --nocapture` holds what is promised: a message of
//! 150 words within a millisecond, a mebibyte of anything within a tenth of a second. Unoptimised, the texts are shorter
//! and the bounds so wide that only what grows faster than its text breaks them.
use std::time::{Duration, Instant};

use super::hostile::{CASES, usual};
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
    let body = usual();
    time(&body);
    let best = (0..20).map(|_| time(&body)).min().unwrap_or_default();
    println!("{} words: {best:?}", body.split_whitespace().count());
    assert!(best < Duration::from_millis(1) * SLACK, "{best:?}");
}

#[test]
fn a_mebibyte_of_anything_takes_less_than_a_tenth_of_a_second() {
    time("warm up");
    let mut worst = (Duration::ZERO, &"");
    for case in CASES {
        let body: String = case.repeat(SIZE / case.len());
        let taken = time(&body);
        assert!(taken < Duration::from_millis(100) * SLACK, "{case:?}: {taken:?}");
        worst = worst.max((taken, case));
    }
    println!("{SIZE} bytes: {worst:?} at worst");
}
