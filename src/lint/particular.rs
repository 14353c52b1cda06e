//! Things that are particular to a person, by how a sentence is built rather than by which words are in it.
use super::text::Word;

/// What everybody has, so that "your …" says nothing of this one.
const COMMON: [&str; 104] = [
    "address",
    "advice",
    "agency",
    "answer",
    "answers",
    "area",
    "assistance",
    "attention",
    "availability",
    "background",
    "bank",
    "boss",
    "brain",
    "brains",
    "business",
    "calendar",
    "career",
    "careers",
    "city",
    "clinic",
    "colleagues",
    "company",
    "consideration",
    "convenience",
    "cv",
    "day",
    "department",
    "email",
    "employer",
    "end",
    "esteemed",
    "experience",
    "experiences",
    "expertise",
    "feedback",
    "field",
    "firm",
    "floor",
    "generosity",
    "group",
    "guidance",
    "help",
    "hospital",
    "house",
    "inbox",
    "industry",
    "insight",
    "insights",
    "institution",
    "interest",
    "job",
    "journey",
    "kindness",
    "knowledge",
    "lab",
    "laboratory",
    "line",
    "mail",
    "manager",
    "message",
    "mind",
    "museum",
    "name",
    "network",
    "note",
    "number",
    "office",
    "offices",
    "organisation",
    "organization",
    "page",
    "patience",
    "people",
    "permission",
    "perspective",
    "perusal",
    "phone",
    "position",
    "practice",
    "profile",
    "profession",
    "region",
    "reply",
    "response",
    "resume",
    "role",
    "schedule",
    "school",
    "sector",
    "shop",
    "side",
    "staff",
    "studio",
    "support",
    "team",
    "thoughts",
    "time",
    "understanding",
    "unit",
    "university",
    "ward",
    "way",
    "week",
    "work",
];
/// Words that may stand between "your" and what is meant.
const BETWEEN: [&str; 30] = [
    "own",
    "valuable",
    "precious",
    "busy",
    "kind",
    "great",
    "impressive",
    "amazing",
    "wonderful",
    "esteemed",
    "current",
    "professional",
    "personal",
    "very",
    "earliest",
    "whole",
    "entire",
    "linkedin",
    "excellent",
    "extensive",
    "incredible",
    "inspiring",
    "fantastic",
    "successful",
    "vast",
    "wide",
    "rich",
    "next",
    "hiring",
    "career",
];
/// Past tenses and participles that do not end in "ed".
const IRREGULAR: [&str; 78] = [
    "became", "began", "bought", "broke", "brought", "built", "came", "caught", "chose", "cut", "dealt", "did", "drew",
    "drove", "fell", "felt", "flew", "fought", "found", "gave", "got", "grew", "held", "kept", "knew", "led", "left",
    "lost", "made", "meant", "met", "paid", "put", "ran", "read", "rode", "rose", "said", "sang", "sat", "saw", "sent",
    "set", "shot", "showed", "slept", "sold", "spent", "spoke", "stood", "swam", "taught", "thought", "threw", "told",
    "took", "turned", "went", "woke", "won", "wore", "wrote", "begun", "broken", "chosen", "done", "drawn", "driven",
    "given", "gone", "grown", "known", "seen", "shown", "spoken", "taken", "thrown", "written",
];
/// What whoever is asked does for whoever asks.
const COURTESY: [&str; 22] = [
    "helped",
    "agreed",
    "accepted",
    "offered",
    "provided",
    "devoted",
    "dedicated",
    "supported",
    "spared",
    "invested",
    "needed",
    "wanted",
    "allowed",
    "interested",
    "inclined",
    "pleased",
    "supposed",
    "obliged",
    "used",
    "received",
    "opened",
    "replied",
];
/// Between a pronoun and its verb.
const ADVERBS: [&str; 18] = [
    "have", "had", "also", "once", "recently", "just", "first", "then", "all", "since", "already", "later", "yourself",
    "two", "both", "never", "always", "even",
];

/// "Your evidence to the committee", "you argued", "the person who got rid of it".
pub fn is_named(words: &[Word]) -> bool {
    const TEAM: [&str; 8] = ["company", "department", "firm", "group", "lab", "office", "studio", "team"];
    let yours = |at: usize| at > 0 && words[at - 1].text == "your" && did(words, at, &TEAM);
    let particular = |at| owns(words, at) || did(words, at, &["you", "who", "you've"]) || yours(at);
    (0..words.len()).any(|at| !words[at].quoted && particular(at))
}

/// "I've booked a place": what was done because of what was said.
pub fn is_acted_on(words: &[Word]) -> bool {
    const FEELINGS: [&str; 8] = ["enjoyed", "appreciated", "loved", "liked", "hoped", "received", "wanted", "needed"];
    let acts = |at: usize| {
        let pronoun =
            matches!(words[at].text.as_str(), "i've") || words[at].text == "i" && text(words, at + 1) == "have";
        pronoun && past(words, at + 1).is_some_and(|verb| !FEELINGS.contains(&verb))
    };
    (0..words.len()).any(|at| !words[at].quoted && acts(at))
}

fn text(words: &[Word], at: usize) -> &str {
    words.get(at).map_or("", |word| word.text.as_str())
}

/// "Your" and something that not everybody has.
fn owns(words: &[Word], at: usize) -> bool {
    if words[at].text != "your" {
        return false;
    }
    let own = |word: &&Word| word.sentence == words[at].sentence && !BETWEEN.contains(&word.text.as_str());
    let next = words[at + 1..].iter().take(3).find(own);
    next.is_some_and(|word| !COMMON.contains(&word.text.as_str()) && word.text.len() > 2)
}

/// Somebody has done something; "if you forwarded this" has not happened.
fn did(words: &[Word], at: usize, whom: &[&str]) -> bool {
    let supposed = at > 0 && matches!(text(words, at - 1), "if" | "unless" | "whether" | "hope" | "wish");
    !supposed
        && whom.contains(&words[at].text.as_str())
        && past(words, at + 1).is_some_and(|verb| !COURTESY.contains(&verb))
}

/// The verb in the past at this place, or behind an adverb.
fn past(words: &[Word], at: usize) -> Option<&str> {
    let sentence = words.get(at.checked_sub(1)?)?.sentence;
    let behind = words.get(at..)?.iter().take(3).take_while(|word| word.sentence == sentence);
    let verb = behind.map(|word| word.text.as_str()).find(|word| !ADVERBS.contains(word))?;
    let regular = verb.len() > 4 && verb.ends_with("ed") && !["indeed", "exceed", "proceed", "succeed"].contains(&verb);
    (regular || IRREGULAR.contains(&verb)).then_some(verb)
}
