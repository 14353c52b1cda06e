//! Asking for a job by how a sentence is built: a vacancy, that it is open or with whom one writes to, and a wish.
//! The phrases in `job` name what is said in so many words; this finds what is said in others.
use super::engine::is_denied;
use super::pattern::Found;
use super::text::Word;

/// What is hardly named but to be asked for.
const VACANCIES: [&str; 12] = [
    "apprenticeship",
    "apprenticeships",
    "employment",
    "internship",
    "internships",
    "opening",
    "openings",
    "placement",
    "traineeship",
    "traineeships",
    "vacancies",
    "vacancy",
];
/// What has other meanings, too: it must be open, as well as wished for.
const JOBS: [&str; 12] = [
    "hire",
    "job",
    "jobs",
    "opportunities",
    "opportunity",
    "placements",
    "position",
    "positions",
    "post",
    "role",
    "roles",
    "work",
];
/// Says that it is to be had, before it or behind it.
const OPEN: [&str; 13] = [
    "any",
    "arise",
    "arises",
    "available",
    "become",
    "becomes",
    "comes",
    "free",
    "open",
    "opens",
    "unfilled",
    "upcoming",
    "vacant",
];
/// Of which kind it is, before it.
const KINDS: [&str; 11] = [
    "doctoral",
    "entry",
    "future",
    "graduate",
    "junior",
    "paid",
    "postdoctoral",
    "potential",
    "suitable",
    "summer",
    "trainee",
];
/// Somebody wants something.
const WISHES: [&str; 37] = [
    "applicant",
    "application",
    "applied",
    "apply",
    "applying",
    "appreciate",
    "calling",
    "consider",
    "considered",
    "eager",
    "enquire",
    "enquiring",
    "glad",
    "grateful",
    "happy",
    "hope",
    "hoping",
    "if",
    "inquire",
    "inquiring",
    "interest",
    "interested",
    "keen",
    "kindly",
    "like",
    "love",
    "pleased",
    "please",
    "ready",
    "should",
    "thrilled",
    "want",
    "wanted",
    "welcome",
    "whether",
    "wish",
    "wondering",
];
/// Somebody wants to know something of it, or tells of what has been.
const TOLD: [&str; 46] = [
    "about",
    "advice",
    "became",
    "curious",
    "describe",
    "did",
    "completed",
    "explain",
    "finished",
    "intern",
    "found",
    "got",
    "had",
    "happened",
    "hear",
    "heard",
    "held",
    "how",
    "i've",
    "learn",
    "learned",
    "left",
    "lost",
    "made",
    "noticed",
    "question",
    "questions",
    "read",
    "said",
    "saw",
    "since",
    "spoke",
    "started",
    "suggested",
    "taught",
    "tell",
    "told",
    "took",
    "understand",
    "was",
    "went",
    "were",
    "what",
    "why",
    "worked",
    "wrote",
];
/// Whose it is already.
const OWNED: [&str; 15] = [
    "first", "former", "her", "his", "last", "my", "old", "our", "previous", "same", "the", "their", "this", "whose",
    "your",
];
/// Behind a word that means something else with them: "the opening night", "job titles".
const COMPOUND: [&str; 39] = [
    "act",
    "ad",
    "ads",
    "advert",
    "advertisement",
    "centre",
    "center",
    "ceremony",
    "chapter",
    "day",
    "description",
    "descriptions",
    "experience",
    "fair",
    "fairs",
    "hours",
    "hunting",
    "interview",
    "interviews",
    "life",
    "line",
    "market",
    "night",
    "notice",
    "notices",
    "offer",
    "paper",
    "remarks",
    "satisfaction",
    "scene",
    "search",
    "security",
    "sentence",
    "shadow",
    "shadowing",
    "that",
    "title",
    "titles",
    "up",
];
/// What an opening is a hole in.
const HOLLOW: [&str; 19] = [
    "canopy", "cave", "cliff", "cliffs", "cloud", "clouds", "dam", "dome", "fence", "hedge", "hull", "reef", "rock",
    "rocks", "roof", "skull", "sky", "wall", "walls",
];
/// What "in your …" is no employer.
const NOT_EMPLOYERS: [&str; 22] = [
    "area",
    "article",
    "book",
    "career",
    "case",
    "city",
    "column",
    "country",
    "experience",
    "field",
    "free",
    "industry",
    "interview",
    "life",
    "line",
    "opinion",
    "post",
    "profession",
    "region",
    "sector",
    "talk",
    "view",
];
/// A sentence is looked at no further than this from the vacancy.
const REACH: usize = 14;

/// All vacancies that are asked for. `is_question` tells whether the sentence that ends with a word is one.
pub fn asked_for(words: &[Word], is_question: impl Fn(usize) -> bool) -> Vec<Found> {
    let mut found = Vec::new();
    for at in 0..words.len() {
        if !words[at].quoted && found.len() < 20 && is_asked_for(words, at, &is_question) {
            found.push(Found { from: at, to: at + 1 });
        }
    }
    found
}

/// Whether the word is a vacancy or a job by itself, but not with the word behind it.
pub fn is_compound(words: &[Word], at: usize) -> bool {
    let word = words[at].text.as_str();
    let Some(next) = words.get(at + 1).filter(|next| next.sentence == words[at].sentence) else { return false };
    let named = VACANCIES.contains(&word) || JOBS.contains(&word);
    let of = next.text == "of" && matches!(word, "opening" | "openings" | "role" | "roles");
    named && (of || COMPOUND.contains(&next.text.as_str()) || is_hole(words, at))
}

/// "An opening in the reef".
fn is_hole(words: &[Word], at: usize) -> bool {
    let behind = words[at + 1..].iter().take(4).take_while(|word| word.sentence == words[at].sentence);
    let behind: Vec<&str> = behind.map(|word| word.text.as_str()).collect();
    let into = behind.first().is_some_and(|word| matches!(*word, "in" | "through" | "between" | "to"));
    words[at].text.starts_with("opening") && into && behind.iter().any(|word| HOLLOW.contains(word))
}

fn is_asked_for(words: &[Word], at: usize, is_question: &impl Fn(usize) -> bool) -> bool {
    let vacancy = is_in(&VACANCIES, &words[at]);
    if !vacancy && !is_in(&JOBS, &words[at]) || is_compound(words, at) {
        return false;
    }
    let same = |other: &usize| words[*other].sentence == words[at].sentence;
    let from = (at.saturating_sub(REACH)..at).find(same).unwrap_or(at);
    let to = (at + 1..words.len().min(at + REACH)).take_while(same).last().unwrap_or(at) + 1;
    let (before, after) = (&words[from..at], &words[at + 1..to]);
    if is_known(before, after) {
        return false;
    }
    let question = words[to - 1].clause == words[at].clause && is_question(to - 1);
    let wished = question || before.iter().chain(after).any(|word| is_in(&WISHES, word));
    // "Vacancies? No."
    let answered = words.get(to).is_some_and(|next| next.text == "no")
        && words.get(to + 1).is_none_or(|next| next.sentence != words[to].sentence);
    let denied = answered || is_denied(words, Found { from: at, to: at + 1 });
    wished && (vacancy && question || is_open(before, after)) && !denied
}

fn is_in(list: &[&str], word: &Word) -> bool {
    list.contains(&word.text.as_str())
}

/// Whether it is somebody's already, is told of, or is one of a whole field.
fn is_known(before: &[Word], after: &[Word]) -> bool {
    let owned = before.iter().rev().take(3).any(|word| is_in(&OWNED, word));
    let which = |place: usize| before[place].text == "what" && place + 1 == before.len();
    let told = (0..before.len()).any(|place| is_in(&TOLD, &before[place]) && !which(place));
    let of_a_field = after.windows(2).any(|next| next[0].text == "your" && is_in(&NOT_EMPLOYERS, &next[1]));
    owned || told || of_a_field
}

/// Whether it is to be had: "any …", "… available", "… in your laboratory".
fn is_open(before: &[Word], after: &[Word]) -> bool {
    let near = &before[before.len().saturating_sub(4)..];
    let with_you = after.windows(3).take(6).any(|next| {
        let at = matches!(next[0].text.as_str(), "at" | "in" | "on" | "under" | "with" | "within");
        at && next[1].text == "your" && !is_in(&NOT_EMPLOYERS, &next[2])
    });
    with_you
        || near.iter().any(|word| is_in(&OPEN, word) || is_in(&KINDS, word))
        || after.iter().take(6).any(|word| is_in(&OPEN, word))
}
