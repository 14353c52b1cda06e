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
    named && (of || COMPOUND.contains(&next.text.as_str()))
}

fn is_asked_for(words: &[Word], at: usize, is_question: &impl Fn(usize) -> bool) -> bool {
    let is = |list: &[&str], word: &Word| list.contains(&word.text.as_str());
    let vacancy = is(&VACANCIES, &words[at]);
    if !vacancy && !is(&JOBS, &words[at]) {
        return false;
    }
    let sentence = words[at].sentence;
    let from = (at.saturating_sub(REACH)..at).find(|before| words[*before].sentence == sentence).unwrap_or(at);
    let to = (at + 1..words.len().min(at + REACH)).take_while(|next| words[*next].sentence == sentence).last();
    let to = to.unwrap_or(at) + 1;
    let (before, after) = (&words[from..at], &words[at + 1..to]);
    let owned = before.iter().rev().take(3).any(|word| is(&OWNED, word));
    let told = before.iter().enumerate().any(|(place, word)| {
        let which = word.text == "what" && place + 1 == before.len();
        is(&TOLD, word) && !which
    });
    let of_a_field = after.windows(2).any(|next| next[0].text == "your" && is(&NOT_EMPLOYERS, &next[1]));
    if is_compound(words, at) || told || owned || of_a_field {
        return false;
    }
    let near = &before[before.len().saturating_sub(4)..];
    let open = near.iter().chain(after.iter().take(6)).any(|word| is(&OPEN, word));
    let open = open || near.iter().any(|word| is(&KINDS, word));
    let with_you = after.windows(3).take(6).any(|next| {
        let at = matches!(next[0].text.as_str(), "at" | "in" | "on" | "under" | "with" | "within");
        at && next[1].text == "your" && !is(&NOT_EMPLOYERS, &next[2])
    });
    let question = words[to - 1].clause == words[at].clause && is_question(to - 1);
    let wished = question || before.iter().chain(after).any(|word| is(&WISHES, word));
    // "Vacancies? No."
    let answered = words.get(to).is_some_and(|next| next.text == "no")
        && words.get(to + 1).is_none_or(|next| next.sentence != words[to].sentence);
    let denied = answered || is_denied(words, Found { from: at, to: at + 1 });
    wished && (vacancy && question || open || with_you) && !denied
}
