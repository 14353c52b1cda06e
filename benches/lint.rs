//! How long the rules of outreach take: `cargo bench --bench lint`. A message of 150 words within a millisecond, a mebibyte of
//! anything within a tenth of a second, or it fails.
use std::time::{Duration, Instant};

use inroad::lint::{Draft, Rules, check};
use inroad::messages::MessageChannel;

#[path = "../src/lint/hostile.rs"]
mod hostile;

const MEBIBYTE: usize = 1 << 20;

/// The best of so many times.
fn best(times: u32, body: &str) -> Duration {
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
    let rules = Rules::default();
    let time = |_| {
        let start = Instant::now();
        std::hint::black_box(check(&rules, std::hint::black_box(&draft)));
        start.elapsed()
    };
    (0..times).map(time).min().unwrap_or_default()
}

fn main() {
    let usual = hostile::usual();
    let taken = best(1000, &usual);
    println!("{} words: {taken:?}", usual.split_whitespace().count());
    assert!(taken < Duration::from_millis(1), "{taken:?}");
    let mut all: Vec<(Duration, &str)> =
        hostile::CASES.iter().map(|case| (best(3, &case.repeat(MEBIBYTE / case.len())), *case)).collect();
    all.sort_unstable();
    for (taken, case) in all.iter().rev().take(5) {
        println!("a mebibyte of {case:?}: {taken:?}");
    }
    let (worst, case) = all[all.len() - 1];
    assert!(worst < Duration::from_millis(100), "{case:?}: {worst:?}");
}
