//! Things that are particular to a person, by how a sentence is built rather than by which words are in it.
use super::job::JOB;
use super::text::Word;

/// What everybody has, so that "your …" says nothing of this one.
const COMMON: [&str; 136] = [
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
    "candor",
    "candour",
    "career",
    "careers",
    "chat",
    "city",
    "clinic",
    "colleagues",
    "company",
    "consideration",
    "convenience",
    "conversation",
    "counsel",
    "cv",
    "day",
    "department",
    "email",
    "employer",
    "encouragement",
    "end",
    "enthusiasm",
    "esteemed",
    "experience",
    "experiences",
    "expertise",
    "feedback",
    "field",
    "file",
    "files",
    "firm",
    "floor",
    "future",
    "generosity",
    "group",
    "guidance",
    "help",
    "honesty",
    "hospital",
    "hospitality",
    "house",
    "hr",
    "inbox",
    "industry",
    "insight",
    "insights",
    "institute",
    "institution",
    "interest",
    "internship",
    "job",
    "journey",
    "kindness",
    "knowledge",
    "lab",
    "laboratory",
    "line",
    "mail",
    "manager",
    "mentorship",
    "message",
    "mind",
    "museum",
    "name",
    "needs",
    "network",
    "note",
    "number",
    "office",
    "offices",
    "opening",
    "openings",
    "openness",
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
    "profession",
    "profile",
    "reading",
    "records",
    "recruitment",
    "reference",
    "region",
    "reply",
    "requirements",
    "response",
    "resume",
    "review",
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
    "thoughtfulness",
    "thoughts",
    "time",
    "understanding",
    "unit",
    "university",
    "vacancies",
    "vacancy",
    "ward",
    "way",
    "week",
    "willingness",
    "wisdom",
    "words",
    "work",
];
/// Words that may stand between "your" and what is meant.
const BETWEEN: [&str; 46] = [
    "amazing",
    "busy",
    "candid",
    "career",
    "continued",
    "current",
    "earliest",
    "encouraging",
    "entire",
    "esteemed",
    "excellent",
    "extensive",
    "fantastic",
    "friendly",
    "generous",
    "gracious",
    "great",
    "helpful",
    "hiring",
    "honest",
    "impressive",
    "incredible",
    "insightful",
    "inspiring",
    "invaluable",
    "kind",
    "linkedin",
    "next",
    "ongoing",
    "own",
    "personal",
    "precious",
    "professional",
    "rich",
    "sincere",
    "successful",
    "thoughtful",
    "useful",
    "valuable",
    "vast",
    "very",
    "warm",
    "whole",
    "wide",
    "wise",
    "wonderful",
];
/// What "your …" is one of many of.
const DEPARTMENTS: [&str; 10] =
    ["company", "department", "division", "firm", "office", "organisation", "organization", "section", "team", "unit"];
/// Past tenses and participles that do not end in "ed".
const IRREGULAR: [&str; 81] = [
    "heard", "sung", "rang", "began", "became", "bought", "broke", "brought", "built", "came", "caught", "chose",
    "cut", "dealt", "did", "drew", "drove", "fell", "felt", "flew", "fought", "found", "gave", "got", "grew", "held",
    "kept", "knew", "led", "left", "lost", "made", "meant", "met", "paid", "put", "ran", "read", "rode", "rose",
    "said", "sang", "sat", "saw", "sent", "set", "shot", "showed", "slept", "sold", "spent", "spoke", "stood", "swam",
    "taught", "thought", "threw", "told", "took", "turned", "went", "woke", "won", "wore", "wrote", "begun", "broken",
    "chosen", "done", "drawn", "driven", "given", "gone", "grown", "known", "seen", "shown", "spoken", "taken",
    "thrown", "written",
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
    let particular =
        |at| owns(words, at) || did(words, at, &["you", "who", "you've"]) || yours(at) || moves(words, at, &STRUCK);
    (0..words.len()).any(|at| !words[at].quoted && particular(at))
}

/// What says nothing of the other: how somebody felt, and what becomes of every conversation.
const FEELINGS: [&str; 22] = [
    "appreciated",
    "came",
    "enjoyed",
    "felt",
    "found",
    "got",
    "had",
    "hoped",
    "learned",
    "learnt",
    "left",
    "liked",
    "loved",
    "meant",
    "needed",
    "promised",
    "received",
    "said",
    "thought",
    "wanted",
    "was",
    "wished",
];
/// What everybody does who gives somebody a conversation.
const GIFTS: [&str; 13] =
    ["answered", "found", "gave", "had", "listened", "made", "met", "put", "set", "shared", "spent", "spoke", "took"];

/// "I've booked a place", "tried your trick", "your sentence about the sea", "you keep a list": what was said, or was done
/// because of it.
pub fn is_remembered(words: &[Word]) -> bool {
    let acts = |at: usize| {
        let begins = at == 0 || words[at - 1].sentence != words[at].sentence;
        let own = matches!(words[at].text.as_str(), "i" | "i've" | "we" | "we've");
        let verb = if own { past(words, at + 1) } else { None };
        // Without its pronoun, as in a text message.
        let bare = begins && is_past(&words[at].text) && words[at].text != "thanked";
        verb.is_some_and(|verb| !FEELINGS.contains(&verb)) || bare && !FEELINGS.contains(&words[at].text.as_str())
    };
    let said = |at: usize| {
        did(words, at, &["you", "you've"]) && past(words, at + 1).is_some_and(|verb| !GIFTS.contains(&verb))
    };
    let begins_with_that = |at: usize| {
        let begins = at == 0 || words[at - 1].sentence != words[at].sentence;
        begins && words[at].text == "that" && text(words, at + 1) == "you"
    };
    (0..words.len()).any(|at| !words[at].quoted && (owns(words, at) || acts(at) || said(at) || begins_with_that(at)))
}

/// "You wrote", "I stood in the hall while you explained", "my neighbour swears that you lost a harvest", "a credit led me to
/// you": how the two came to know of one another.
pub fn is_told(words: &[Word]) -> bool {
    const WANTED: [&str; 7] = ["felt", "hoped", "meant", "needed", "thought", "wanted", "wished"];
    const SAYS: [&str; 12] = [
        "says", "said", "swears", "tells", "told", "thinks", "thought", "knew", "knows", "mentions", "claims",
        "reckons",
    ];
    let near = |at: usize, of: usize, list: &[&str]| {
        let end = (at + of).min(words.len());
        words[at..end]
            .iter()
            .take_while(|word| word.sentence == words[at].sentence)
            .any(|word| list.contains(&word.text.as_str()))
    };
    let told = |at: usize| {
        SAYS.contains(&words[at].text.as_str()) && near(at, 4, &["you", "you'd", "you've", "you're", "yours"])
    };
    let wrote = |at: usize| did(words, at, &["you", "you've"]) && !is_asked(words, at);
    let lived = |at: usize| {
        matches!(words[at].text.as_str(), "i" | "we" | "i've" | "we've")
            && past(words, at + 1).is_some_and(|verb| !WANTED.contains(&verb))
            && !is_asked(words, at)
            && speaks_of_them(words, at)
    };
    // "My breakfast has depended on your puzzles".
    let ours = |at: usize| {
        matches!(words[at].text.as_str(), "my" | "our")
            && (at + 1..at + 4).any(|has| matches!(text(words, has), "has" | "have") && past(words, has + 1).is_some())
            && speaks_of_them(words, at)
    };
    let any = |at: usize| {
        told(at) || wrote(at) || lived(at) || ours(at) || moves(words, at, &STRUCK) || moves(words, at, &REACHED)
    };
    (0..words.len()).any(|at| !words[at].quoted && any(at))
}

/// "Your comment made me laugh": what it did to whoever writes.
const STRUCK: [&str; 9] = ["caught", "changed", "kept", "made", "moved", "showed", "stopped", "struck", "taught"];
/// "The rain led me to you": how it reached them.
const REACHED: [&str; 7] = ["brought", "gave", "inspired", "led", "lent", "sent", "set"];

fn moves(words: &[Word], at: usize, verbs: &[&str]) -> bool {
    verbs.contains(&words[at].text.as_str()) && matches!(text(words, at + 1), "me" | "us")
}

/// "If you're knee-deep in a trench, carry on digging": a sentence that supposes something and asks for nothing.
pub fn is_released(words: &[Word]) -> bool {
    const WISHES: [&str; 36] = [
        "advise",
        "appreciate",
        "appreciated",
        "can",
        "could",
        "cv",
        "delighted",
        "glad",
        "grateful",
        "great",
        "hear",
        "help",
        "hire",
        "hiring",
        "information",
        "interested",
        "interview",
        "job",
        "jobs",
        "know",
        "like",
        "love",
        "meet",
        "need",
        "opening",
        "openings",
        "pleased",
        "position",
        "positions",
        "questions",
        "resume",
        "role",
        "send",
        "thrilled",
        "vacancy",
        "wonderful",
    ];
    let supposes = |words: &[Word], at: usize| match words[at].text.as_str() {
        "if" | "unless" => true,
        "should" => at == 0,
        "only" => matches!(text(words, at + 1), "if" | "when"),
        _ => false,
    };
    words.chunk_by(|a, b| a.sentence == b.sentence).any(|words| {
        (0..words.len()).any(|at| !words[at].quoted && supposes(words, at))
            && !(0..words.len()).any(|at| WISHES.contains(&words[at].text.as_str()) || is_question(words, at))
            && !JOB.anywhere(words)
    })
}

/// "Would you", "are you": a sentence that asks.
fn is_question(words: &[Word], at: usize) -> bool {
    let begins = at == 0;
    let turned = matches!(text(words, at), "would" | "are" | "do" | "have" | "will" | "may" | "might" | "is");
    turned && (begins || words[at].after_comma) && matches!(text(words, at + 1), "you" | "i" | "we" | "there" | "it")
}

/// The sentence of this word, as a range.
fn sentence(words: &[Word], at: usize) -> std::ops::Range<usize> {
    // A sentence of a thousand words is none; looking through it for each of its words would take too long.
    let number = words[at].sentence;
    let from = words.partition_point(|word| word.sentence < number).max(at.saturating_sub(40));
    let to = words.partition_point(|word| word.sentence <= number).min(at + 40);
    from..to
}

/// Whether the words before it ask or suppose rather than tell.
fn is_asked(words: &[Word], at: usize) -> bool {
    const MODAL: [&str; 14] = [
        "could", "would", "can", "may", "might", "if", "should", "please", "hope", "hoping", "how", "why", "what",
        "whether",
    ];
    let from = sentence(words, at).start;
    words[from..at].iter().any(|word| MODAL.contains(&word.text.as_str()))
}

/// "You" or something of theirs that not everybody has, in the same sentence.
fn speaks_of_them(words: &[Word], at: usize) -> bool {
    sentence(words, at)
        .any(|place| matches!(words[place].text.as_str(), "you" | "yours" | "you've" | "you'd") || owns(words, place))
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
    let mut next = words[at + 1..].iter().take(3).filter(own);
    let is_common = |word: &Word| COMMON.contains(&word.text.as_str());
    // "Your accounts department" is one of many.
    next.next().is_some_and(|word| {
        let of_all = next.next().is_some_and(|word| DEPARTMENTS.contains(&word.text.as_str()));
        !is_common(word) && !of_all && word.text.len() > 2
    })
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
    is_past(verb).then_some(verb)
}

fn is_past(verb: &str) -> bool {
    let regular = verb.len() > 4 && verb.ends_with("ed") && !["indeed", "exceed", "proceed", "succeed"].contains(&verb);
    regular || IRREGULAR.contains(&verb)
}
