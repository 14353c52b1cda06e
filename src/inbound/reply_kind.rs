//! What kind of answer it is, where the words leave no doubt: a guess that is wrong does harm, none does not.
use crate::messages::ReplyKind;

const YES: [&str; 14] = [
    "happy to chat",
    "happy to talk",
    "happy to speak",
    "happy to help",
    "happy to meet",
    "glad to chat",
    "glad to talk",
    "glad to help",
    "would love to",
    "love to chat",
    "sounds great",
    "sounds good",
    "count me in",
    "yes, of course",
];
const NO: [&str; 12] = [
    "i can't help",
    "i cannot help",
    "not able to help",
    "unable to help",
    "not interested",
    "i'll have to decline",
    "i have to decline",
    "i must decline",
    "i need to decline",
    "i'll pass",
    "please don't contact me",
    "don't have the time",
];
const LATER: [&str; 10] = [
    "try me again",
    "try again in",
    "reach out again",
    "get back to me in",
    "circle back in",
    "after the holidays",
    "in a few weeks",
    "in a few months",
    "next month would be",
    "too busy right now",
];
const REFERRED: [&str; 8] = [
    "you should talk to",
    "you should speak to",
    "you should speak with",
    "better person to talk to",
    "i'd suggest you contact",
    "i suggest you contact",
    "copying in my colleague",
    "i'm copying my colleague",
];
/// Words that turn others into their opposite, or make them depend on something.
const TURNS: [&str; 9] = ["not ", "n't ", "but ", "however", "unfortunately", "sadly", "afraid", "unless", "wish i"];

/// The kind, if the words of one kind alone are there, and, of a yes, nothing that takes it back.
pub fn guess(text: &str) -> Option<ReplyKind> {
    let text: String = text.to_lowercase().replace('’', "'").split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > 2_000 {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let kinds = [
        (ReplyKind::Yes, has(&YES)),
        (ReplyKind::No, has(&NO)),
        (ReplyKind::Later, has(&LATER)),
        (ReplyKind::Referred, has(&REFERRED)),
    ];
    let mut found = kinds.iter().filter(|(_, found)| *found).map(|(kind, _)| *kind);
    let kind = found.next().filter(|_| found.next().is_none())?;
    (kind != ReplyKind::Yes || !has(&TURNS)).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_are_guessed() {
        let cases = [
            ("Hi Sam,\nI’d be happy to\nchat. Tuesday?", Some(ReplyKind::Yes)),
            ("Unfortunately I'm not interested.", Some(ReplyKind::No)),
            ("I'm swamped; please reach out again in May.", Some(ReplyKind::Later)),
            ("I don't do this any more; you should talk to Mary.", Some(ReplyKind::Referred)),
            ("I'd be happy to chat, but not before June.", None),
            ("I am not happy to chat.", None),
            ("I can't help, but you should talk to Mary.", None),
            ("Thanks for your note.", None),
            ("", None),
        ];
        for (text, kind) in cases {
            assert_eq!(guess(text), kind, "{text}");
        }
    }
}
