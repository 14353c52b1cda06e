//! What kind of answer it is, where the words leave no doubt: a guess that is wrong does harm, none does not.
use crate::messages::ReplyKind;

/// Characters of an answer that is read at all, and of one that is read clause by clause.
const LONGEST: usize = 2_000;
const SHORT: usize = 400;

const YES: [&str; 17] = [
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
    "yes, happy to",
    "sounds like a plan",
    "be delighted to",
];
const NO: [&str; 22] = [
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
    "don't contact me",
    "do not contact me",
    "don't have the time",
    "do not have the time",
    "stop emailing",
    "stop writing to me",
    "stop contacting",
    "leave me alone",
    "remove me from",
    "take me off",
    "you didn't contact me",
    "not be able to help",
];
const LATER: [&str; 13] = [
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
    "try me in ",
    "ask me again",
    "in the new year",
];
const REFERRED: [&str; 10] = [
    "you should talk to",
    "you should speak to",
    "you should speak with",
    "better person to talk to",
    "i'd suggest you contact",
    "i suggest you contact",
    "copying in my colleague",
    "i'm copying my colleague",
    "reach out to my colleague",
    "contact my colleague",
];
/// Words that turn others into their opposite, or make them depend on something.
const TURNS: [&str; 29] = [
    "not ",
    "n't ",
    "but ",
    "however",
    "unfortunately",
    "sadly",
    "afraid",
    "unless",
    "wish i",
    "never",
    "no longer",
    "though ",
    "though,",
    "good luck",
    "forwarded",
    "passed your",
    "passed this",
    "passed it",
    "colleague",
    " who will",
    " who would",
    "who'd ",
    "who'll ",
    " he will",
    " she will",
    " they will",
    "he'll ",
    "she'd ",
    "they'll ",
];
/// Words behind which "not interested" is half of what is said: the other half is what they are interested in.
const HALVES: [&str; 6] =
    ["am interested", "i'm interested", "would be interested", "i'd be interested", " but in ", " only in "];

/// What stands around the words that count.
const BEFORE: [&str; 20] = [
    "hi",
    "oh",
    "well",
    "and",
    "but",
    "so",
    "very",
    "sorry",
    "i'm sorry",
    "i am sorry",
    "i'm so sorry",
    "i'm afraid",
    "i am afraid",
    "afraid",
    "unfortunately",
    "sadly",
    "regrettably",
    "thanks",
    "thank you",
    "actually",
];
const BEHIND: [&str; 9] =
    ["sorry", "i'm afraid", "i am afraid", "unfortunately", "sadly", "thanks", "thank you", "please", "then"];
const NOW: [&str; 8] =
    ["right now", "at the moment", "just now", "at present", "for now", "currently", "at this time", "this month"];

/// A clause that is an answer by itself.
const WHOLE_YES: [&str; 43] = [
    "yes",
    "yep",
    "yeah",
    "yup",
    "sure",
    "sure thing",
    "of course",
    "absolutely",
    "certainly",
    "definitely",
    "gladly",
    "yes sure",
    "yes of course",
    "yes absolutely",
    "yes certainly",
    "with pleasure",
    "my pleasure",
    "by all means",
    "why not",
    "no problem",
    "ok",
    "okay",
    "happy to",
    "glad to",
    "i'd be happy to",
    "i would be happy to",
    "i'd be glad to",
    "more than happy to",
    "i'd love to",
    "love to",
    "works for me",
    "that works",
    "that works for me",
    "sounds good to me",
    "let's talk",
    "let's chat",
    "let's do it",
    "i'm in",
    "yes i can",
    "that would be great",
    "that would be lovely",
    "that would be wonderful",
    "that would be fine",
];
const BEGUN_YES: [&str; 13] = [
    "yes ",
    "sure ",
    "of course ",
    "absolutely ",
    "certainly ",
    "definitely ",
    "happy to ",
    "glad to ",
    "i'd be happy to ",
    "i would be happy to ",
    "i'd be glad to ",
    "i'd love to ",
    "let's ",
];
/// A yes to whether it is they, or that it came in.
const ASIDE: [&str; 8] = ["got ", "received", "saw ", "read ", "remember", "that's me", "this is ", "speaking"];
const WHOLE_NO: [&str; 21] = [
    "no",
    "nope",
    "nah",
    "not",
    "no thanks",
    "no thank you",
    "absolutely not",
    "certainly not",
    "definitely not",
    "of course not",
    "not interested",
    "i'd rather not",
    "i would rather not",
    "i'd prefer not to",
    "i am not available",
    "i'm not available",
    "i don't have time",
    "i do not have time",
    "i have no time",
    "let's not",
    "let us not",
];
const WHOLE_LATER: [&str; 13] = [
    "later",
    "maybe later",
    "perhaps later",
    "not now",
    "not yet",
    "not right now",
    "not at the moment",
    "another time",
    "maybe another time",
    "perhaps another time",
    "some other time",
    "next month",
    "maybe next month",
];
/// Behind these comes what somebody does not do.
const UNABLE: [&str; 21] = [
    "i can't",
    "i cannot",
    "i can not",
    "can't",
    "cannot",
    "i'm unable to",
    "i am unable to",
    "i'm not able to",
    "i am not able to",
    "i won't be able to",
    "i will not be able to",
    "i'm not in a position to",
    "i am not in a position to",
    "i don't have time to",
    "i do not have time to",
    "i'm not available to",
    "i am not available to",
    "i don't want to",
    "i would not be able to",
    "i don't",
    "i do not",
];
const DEEDS: [&str; 23] = [
    "",
    "help",
    "help you",
    "help with this",
    "talk",
    "talk to you",
    "meet",
    "meet you",
    "chat",
    "speak",
    "speak to you",
    "assist",
    "assist you",
    "do this",
    "do that",
    "do it",
    "make time",
    "take part",
    "commit to this",
    "do these calls",
    "do such calls",
    "do these",
    "do calls",
];
/// Words behind a no that leave a door open.
const DOORS: [&str; 36] = [
    "?",
    "but",
    "however",
    "instead",
    "until",
    "till",
    "before",
    "after",
    "when",
    "if",
    "unless",
    "later",
    "next",
    "week",
    "weeks",
    "month",
    "months",
    "tomorrow",
    "today",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "try",
    "happy",
    "glad",
    "love",
    "mind",
    "problem",
    "worries",
    "bother",
    "call",
    "course",
];

/// The kind, if the words of one kind alone are there, and nothing that takes a yes back or halves a no.
pub fn guess(text: &str) -> Option<ReplyKind> {
    let text = text.to_lowercase().replace('’', "'");
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.len() > LONGEST {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    let mut kinds: Vec<ReplyKind> = [
        (ReplyKind::Yes, has(&YES)),
        (ReplyKind::No, has(&NO)),
        (ReplyKind::Later, has(&LATER)),
        (ReplyKind::Referred, has(&REFERRED)),
    ]
    .into_iter()
    .filter_map(|(kind, found)| found.then_some(kind))
    .collect();
    if plain.len() <= SHORT {
        kinds.extend(by_clauses(&text, has(&ASIDE)));
    }
    let kind = kinds.pop()?;
    let alone = kinds.iter().all(|other| *other == kind);
    let taken_back = match kind {
        ReplyKind::Yes => has(&TURNS),
        ReplyKind::No => has(&HALVES),
        _ => false,
    };
    (alone && !taken_back).then_some(kind)
}

/// What the clauses of a short answer say that are answers by themselves.
fn by_clauses(text: &str, aside: bool) -> Vec<ReplyKind> {
    let text = text.replace('?', ",?,").replace(" - ", ",");
    let clauses = text.split([',', '.', '!', ';', ':', '\n', '–', '—', '…', '(', ')']);
    let tidy = |clause: &str| {
        let words = clause.split_whitespace().collect::<Vec<_>>().join(" ");
        if words == "?" { words } else { words.trim_matches(|c: char| !c.is_alphanumeric()).to_owned() }
    };
    let clauses: Vec<String> = clauses.map(tidy).filter(|clause| !clause.is_empty()).collect();
    let of = |(at, clause): (usize, &String)| of_clause(clause, &clauses[at + 1..], aside);
    clauses.iter().enumerate().filter_map(of).collect()
}

fn of_clause(clause: &str, behind: &[String], aside: bool) -> Option<ReplyKind> {
    let (core, now) = core(clause);
    let closed = || !behind.iter().flat_map(|clause| clause.split(' ')).any(|word| DOORS.contains(&word));
    let unable =
        || UNABLE.iter().any(|unable| core.strip_prefix(unable).is_some_and(|deed| DEEDS.contains(&deed.trim())));
    if WHOLE_LATER.contains(&core) {
        return Some(ReplyKind::Later);
    }
    if WHOLE_NO.contains(&core) || unable() {
        return if now { Some(ReplyKind::Later) } else { closed().then_some(ReplyKind::No) };
    }
    let yes = WHOLE_YES.contains(&core) || BEGUN_YES.iter().any(|begun| core.starts_with(begun));
    (yes && !aside).then_some(ReplyKind::Yes)
}

/// The clause without what stands around its words, and whether it speaks of the present only.
fn core(clause: &str) -> (&str, bool) {
    let (mut core, mut now) = (clause, false);
    while let Some(rest) = BEFORE.iter().find_map(|word| rest(core.strip_prefix(word)?, str::strip_prefix)) {
        core = rest;
    }
    loop {
        if let Some(rest) = NOW.iter().find_map(|word| rest(core.strip_suffix(word)?, str::strip_suffix)) {
            (core, now) = (rest, true);
        } else if let Some(rest) = BEHIND.iter().find_map(|word| rest(core.strip_suffix(word)?, str::strip_suffix)) {
            core = rest;
        } else {
            return (core, now);
        }
    }
}

/// What is left of a clause beside a word, which ends where a blank is; something must be.
fn rest<'a>(left: &'a str, strip: fn(&'a str, char) -> Option<&'a str>) -> Option<&'a str> {
    strip(left, ' ').filter(|left| !left.is_empty())
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

    #[test]
    fn short_answers_are_plain_enough() {
        let yes = [
            "Yes!",
            "yes",
            "Sure",
            "Sure thing.",
            "Yes, happy to. Tuesday at ten?",
            "Hi Robin,\n\nOf course.\n\nBest,\nSam",
            "Hello Robin, yes, I can do Tuesday.",
            "Absolutely! How about Friday?",
            "No problem, let's talk on Tuesday",
            "Thanks for reaching out. I'd love to!",
            "Why not?",
            "Yes please 👍",
            "I'd be delighted to help. When suits?",
            "That would be lovely.",
            "Sounds like a plan",
        ];
        let no = [
            "No.",
            "no",
            "Nope, sorry.",
            "Sorry, no.",
            "No, thank you.",
            "Thanks, but no thanks.",
            "Absolutely not.",
            "I am not available to talk, sorry.",
            "Thanks for reaching out. I'm afraid I can't.",
            "Hi Robin,\nUnfortunately I cannot help.\nBest, Sam",
            "I’m sorry, I won’t be able to.",
            "I'd rather not. All the best!",
            "Please stop emailing me.",
            "Sorry, I don't do these calls.",
            "Unfortunately I don't have time.",
            "I'd rather you didn't contact me again.",
            "Let's not.",
            "Let’s not, sorry.",
        ];
        let later = [
            "I'm too busy this quarter, try me in September.",
            "Can we do it in the new year?",
            "Not right now.",
            "Maybe later",
            "Sorry, I can't at the moment.",
            "Not now, sorry",
        ];
        let unclear = [
            "No, not before June. But then, happy to.",
            "No worries.",
            "No, I don't mind at all! Call me.",
            "No need to apologise.",
            "I can't wait!",
            "I can't open your link.",
            "I'm afraid I can't make Tuesday.",
            "No, Tuesday is bad. Wednesday?",
            "Yes, I got your message.",
            "Yes, but I know nothing about it.",
            "Sure. Actually, I'd rather not.",
            "Yes, please stop emailing me.",
            "What is it about?",
            "Not at all!",
            "I'm not available to talk this week, but next week works.",
            "Best, Sam",
            "I would be happy to never hear from you again.",
            "I've forwarded your mail to my colleague Jan, who will be happy to talk.",
            "I'm no longer at Acme. Sounds good as an idea though, good luck.",
            "I am not interested in being interviewed, I am interested in a chat: Monday at 9?",
            "Let's not do this by mail.",
        ];
        let all = [(&yes[..], Some(ReplyKind::Yes)), (&no, Some(ReplyKind::No)), (&later, Some(ReplyKind::Later))];
        for (texts, kind) in all.into_iter().chain([(&unclear[..], None)]) {
            for text in texts {
                assert_eq!(guess(text), kind, "{text}");
            }
        }
    }
}
