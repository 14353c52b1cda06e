//! What each rule looks for.
use super::duration::{Duration, durations};
use super::engine::{Place, Reader, is_denied, place};
use super::greeting::{Greeting, greeting};
use super::pattern::{Found, Phrases};
use super::phrases as say;
use super::report::LintField::{Body, Subject};
use super::rules::LintRule as Rule;
use super::rules::Severity;
use super::text::{Line, Word};
use super::{job, names, particular, placeholders};
use crate::messages::{MessageChannel, MessagePurpose};
use crate::text::fold;

pub fn all(reader: &mut Reader<'_>) {
    job::check(reader);
    resume(reader);
    length(reader);
    subject(reader);
    time(reader);
    if reader.draft.is_first() && reader.draft.is_letter() {
        letter(reader);
    }
    way_out(reader);
    mutual(reader);
    leftovers(reader);
    greet(reader);
    asks(reader);
    tone(reader);
    thanks(reader);
    extras(reader);
    sign_off(reader);
}

fn resume(reader: &mut Reader<'_>) {
    let (meant, denied) = reader.meant(&say::RESUME);
    let unasked =
        |place: &Place| is_own_resume(reader, *place) && !asked_for(reader, *place) && !is_advised(reader, *place);
    let unasked: Vec<Place> = meant.into_iter().filter(unasked).collect();
    if !unasked.is_empty() {
        reader.add(Rule::OffersResume, &unasked);
    } else if !denied.is_empty() {
        reader.praise(Rule::OffersResume, "It leaves the résumé out.", &denied);
    }
}

/// "The résumé of your talk", "when classes resume" and "I leave it at home" offer nothing.
fn is_own_resume(reader: &Reader<'_>, (field, start, end): Place) -> bool {
    let words = reader.words(field);
    let (from, to) = (words.partition_point(|word| word.start < start), words.partition_point(|word| word.start < end));
    let named = |word: &Word| matches!(word.text.as_str(), "resume" | "cv" | "vitae");
    let Some(at) = words[from..to].iter().rposition(named).map(|at| from + at) else { return true };
    let verb = at > 0 && words[at].text == "resume" && say::BEFORE_VERB.at(words, at - 1).is_some();
    !verb && say::NOT_OFFERED.at(words, at + 1).is_none()
}

/// "People tell me to send it everywhere": what others say one should do, and nothing of the reader.
fn is_advised(reader: &Reader<'_>, (field, start, _): Place) -> bool {
    let words = reader.words(field);
    let at = words.partition_point(|word| word.start < start);
    let Some(sentence) = words.get(at).map(|word| word.sentence) else { return false };
    let advised = at >= 3 && say::ADVISED.at(words, at - 3).is_some_and(|found| found.to == at);
    let (from, to) = (
        words.partition_point(|word| word.sentence < sentence),
        words.partition_point(|word| word.sentence <= sentence),
    );
    advised && !words[from..to].iter().any(|word| matches!(word.text.as_str(), "you" | "your" | "yours"))
}

/// Whether the sentence of a place says that they asked for it.
fn asked_for(reader: &Reader<'_>, (field, start, _): Place) -> bool {
    let words = reader.words(field);
    let at = words.partition_point(|word| word.start < start);
    let Some(sentence) = words.get(at).map(|word| word.sentence) else { return false };
    let from = words.partition_point(|word| word.sentence < sentence);
    let to = words.partition_point(|word| word.sentence <= sentence);
    say::REQUESTED.anywhere(&words[from..to])
}

fn length(reader: &mut Reader<'_>) {
    let limits = &reader.rules.thresholds;
    let (words, characters) = (reader.body.word_count, reader.body.characters);
    let (is, warning, error, unit) = match reader.draft.channel {
        MessageChannel::Email if reader.draft.is_first() => {
            (words, limits.first_email_words_warning, limits.first_email_words_error, "words")
        }
        MessageChannel::Email => (words, limits.later_email_words_warning, limits.later_email_words_error, "words"),
        MessageChannel::LinkedinMessage => {
            (words, limits.linkedin_message_words_warning, limits.linkedin_message_words_error, "words")
        }
        MessageChannel::LinkedinNote => {
            (characters, limits.linkedin_note_characters_warning, limits.linkedin_note_characters_error, "characters")
        }
        MessageChannel::TextMessage => {
            (characters, limits.text_message_characters_warning, limits.text_message_characters_error, "characters")
        }
        MessageChannel::VoicemailScript => {
            (words, limits.voicemail_words_warning, limits.voicemail_words_error, "words")
        }
        MessageChannel::PhoneScript | MessageChannel::InPerson => {
            (words, limits.script_words_warning, limits.script_words_error, "words")
        }
    };
    let over = |limit: u32| is > limit as usize;
    if over(warning) || over(error) {
        let severity = over(error).then_some(Severity::Error);
        let limit = if over(error) { error } else { warning };
        let message = format!("It has {is} {unit}; {limit} are enough.");
        reader.add_as(Rule::TooLong, severity, &[], message);
    }
}

fn subject(reader: &mut Reader<'_>) {
    if reader.draft.channel != MessageChannel::Email {
        return;
    }
    let subject = reader.draft.subject.unwrap_or_default();
    let (characters, limit) = (reader.subject.characters, reader.rules.thresholds.subject_characters);
    if subject.trim().is_empty() {
        reader.add(Rule::SubjectMissing, &[]);
    } else if characters > limit as usize {
        let message = format!("The subject has {characters} characters; {limit} are enough.");
        reader.add_as(Rule::SubjectTooLong, None, &[(Subject, 0, subject.len())], message);
    }
}

fn time(reader: &mut Reader<'_>) {
    let asks = matches!(reader.draft.purpose, None | Some(MessagePurpose::Introduction | MessagePurpose::FollowUp));
    if !asks {
        return;
    }
    let words = &reader.body.words;
    let found = durations(reader.draft.body, words);
    let limit = reader.rules.thresholds.minutes;
    let long: Vec<Place> = found
        .iter()
        .filter(|one| one.minutes > limit && one.minutes < 8 * 60 && is_asked_for(words, one))
        .map(|one| (Body, words[one.from].start, words[one.to - 1].end))
        .collect();
    let stated = found.iter().any(|one| one.minutes < 8 * 60) || reader.says(&say::SOME_TIME);
    let channel = reader.draft.channel;
    let states = reader.draft.is_letter() || channel == MessageChannel::PhoneScript;
    if !stated && states && reader.draft.is_first() {
        reader.add(Rule::NoTimeAsked, &[]);
    }
    if !long.is_empty() {
        reader.add(Rule::TooMuchTime, &long);
    }
}

/// Whether the sentence asks for this time, rather than tells of it.
fn is_asked_for(words: &[Word], duration: &Duration) -> bool {
    let sentence = words[duration.from].sentence;
    // A sentence of a thousand words is none; looking through it for each of its durations would take too long.
    let from = words.partition_point(|word| word.sentence < sentence).max(duration.from.saturating_sub(60));
    let found = Found { from: duration.from, to: duration.to };
    let before = duration.from.checked_sub(1).map(|at| words[at].text.as_str()).unwrap_or_default();
    let elsewhere =
        ["in", "within", "past", "last", "after", "every", "your", "the", "that", "per", "this"].contains(&before);
    let other = say::OTHER_TIME.at(words, duration.to).is_some();
    // "Would a 90-minute call work?"
    let inverted = words[from].text == "would" && duration.from - from <= 2;
    let asking = inverted || (from..duration.from).any(|at| say::ASKING.at(words, at).is_some());
    // "No more than an hour" asks for an hour.
    let at_most = matches!(before, "than" | "over");
    asking && !elsewhere && !other && (at_most || !is_denied(words, found))
}

fn letter(reader: &mut Reader<'_>) {
    let particular = particular::is_named(&reader.body.words);
    for (rule, said) in [
        (Rule::NoSpecificReason, particular || reader.says(&say::REASON)),
        (Rule::HowFoundMissing, reader.says(&say::FOUND) || particular::is_told(&reader.body.words)),
        (Rule::NoPhoneOrPlace, reader.says(&say::MEETING_PLACE)),
    ] {
        if !said {
            reader.add(rule, &[]);
        }
    }
}

fn way_out(reader: &mut Reader<'_>) {
    let request = reader.draft.purpose == Some(MessagePurpose::IntroductionRequest);
    let released = || is_released(&reader.body.words) || particular::is_released(&reader.body.words);
    if (reader.draft.is_first() || request) && reader.draft.is_letter() && !released() {
        reader.add(Rule::NoWayOut, &[]);
    }
}

/// Whether anything lets them say no; "I hope you do not say no" does not.
fn is_released(words: &[Word]) -> bool {
    let pressed: Vec<u32> = say::PRESSES.find(words).iter().map(|found| words[found.from].clause).collect();
    let own = |at: usize| !words[at].quoted && !pressed.contains(&words[at].clause);
    (0..words.len()).any(|at| own(at) && say::WAY_OUT.at(words, at).is_some())
}

/// Names of people who have not permitted it: the whole name, the first name with a capital, or a title and the last name.
fn mutual(reader: &mut Reader<'_>) {
    let mut places = Vec::new();
    for person in reader.draft.mutual.iter().filter(|person| !person.may_use_name) {
        let name = fold(&person.name);
        let parts: Vec<&str> = name.split(' ').filter(|part| !part.is_empty()).collect();
        let Some(first) = parts.first() else { continue };
        for (field, text) in [(Subject, &reader.subject), (Body, &reader.body)] {
            for (at, word) in text.words.iter().enumerate() {
                let own = |word: &Word| fold(word.text.strip_suffix("'s").unwrap_or(&word.text));
                if !word.capital || is_greeted(reader, word) || is_no_name(&text.words, at) {
                    continue;
                }
                if own(word) == *first {
                    let more = parts[1..].iter().zip(&text.words[at + 1..]);
                    let more = more.take_while(|(part, word)| own(word) == **part).count();
                    places.push(place(field, &text.words, Found { from: at, to: at + 1 + more }));
                } else if parts.last().is_some_and(|last| own(word) == *last)
                    && at.checked_sub(1).is_some_and(|before| names::is_title(&text.words[before].text))
                {
                    places.push(place(field, &text.words, Found { from: at - 1, to: at + 1 }));
                }
            }
        }
    }
    if !places.is_empty() {
        reader.add(Rule::MutualContactWithoutPermission, &places);
    }
}

/// "Mark my words" names nobody.
fn is_no_name(words: &[Word], at: usize) -> bool {
    let next = words.get(at + 1).filter(|next| !next.after_comma);
    next.is_some() && say::NO_NAME.at(words, at).is_some()
}

/// The contact's own name is no mention of somebody else.
fn is_greeted(reader: &Reader<'_>, word: &Word) -> bool {
    reader.draft.names.iter().any(|name| fold(name).split(' ').any(|part| part == fold(&word.text)))
}

fn leftovers(reader: &mut Reader<'_>) {
    let mut places = Vec::new();
    for (field, text) in [(Subject, reader.draft.subject.unwrap_or_default()), (Body, reader.draft.body)] {
        places.extend(placeholders::find(text).into_iter().map(|(from, to)| (field, from, to)));
    }
    if !places.is_empty() {
        reader.add(Rule::PlaceholderLeft, &places);
    }
}

fn greet(reader: &mut Reader<'_>) {
    if reader.draft.is_spoken() || reader.draft.body.trim().is_empty() {
        return;
    }
    match greeting(reader.draft.body, &reader.body, reader.draft.names) {
        Greeting::Fine => {}
        // A note of 200 characters and a text message have no room for manners of letters.
        Greeting::Missing if reader.draft.is_letter() => reader.add(Rule::GreetingMissing, &[]),
        Greeting::Missing => {}
        Greeting::Generic(from, to) => reader.add(Rule::GreetingGeneric, &[(Body, from, to)]),
        Greeting::Other(from, to) => reader.add(Rule::GreetingWrongName, &[(Body, from, to)]),
    }
}

fn asks(reader: &mut Reader<'_>) {
    if !reader.draft.is_first() {
        return;
    }
    // Asking for a job has a rule of its own.
    let kinds: [&Phrases; 7] = [
        &say::ASK_TALK,
        &say::ASK_INTRODUCTION,
        &say::ASK_REVIEW,
        &say::ASK_MENTOR,
        &say::ASK_VISIT,
        &say::ASK_WRITING,
        &say::ASK_ENDORSE,
    ];
    let words = &reader.body.words;
    let mut places: Vec<Place> = Vec::new();
    for phrases in kinds {
        let mut found = phrases.find(words).into_iter();
        let meant = found
            .find(|found| !words[found.from].quoted && !is_denied(words, *found) && !is_alternative(words, *found));
        places.extend(meant.map(|found| place(Body, words, found)));
    }
    if places.len() > 1 {
        reader.add(Rule::SeveralAsks, &places);
    }
}

/// "By phone, or answer by e-mail": another way to do the same.
fn is_alternative(words: &[Word], found: Found) -> bool {
    let sentence = words[found.from].sentence;
    (found.from.saturating_sub(4)..found.from)
        .any(|at| words[at].sentence == sentence && say::ALTERNATIVE.at(words, at).is_some())
}

fn tone(reader: &mut Reader<'_>) {
    let (worn, _) = reader.meant(&say::WORN);
    if !worn.is_empty() {
        reader.add(Rule::WornPhrase, &worn);
    }
    let loud = shouts(reader);
    if !loud.is_empty() {
        reader.add(Rule::Shouting, &loud);
    }
    let (mut pardon, denied) = reader.meant(&say::APOLOGY);
    pardon.retain(|place| !is_sympathy(reader, *place));
    // "I don't want to bother you" asks pardon all the same; "no need to apologise" does not.
    pardon.extend(denied.into_iter().filter(|place| !is_needless(reader, *place)));
    pardon.sort_unstable();
    // Two phrases for one apology stand close together.
    let mut apart: Vec<Place> = Vec::new();
    for place in pardon {
        if apart.last().is_none_or(|last| last.0 != place.0 || place.1 > last.2 + 12) {
            apart.push(place);
        }
    }
    if apart.len() > reader.rules.thresholds.apologies as usize {
        reader.add(Rule::ApologyChain, &apart);
    }
}

/// "I'm sorry for your loss" asks no pardon.
fn is_sympathy(reader: &Reader<'_>, (field, start, _): Place) -> bool {
    let words = reader.words(field);
    say::SYMPATHY.at(words, words.partition_point(|word| word.start < start)).is_some()
}

fn is_needless(reader: &Reader<'_>, (field, start, _): Place) -> bool {
    let words = reader.words(field);
    let at = words.partition_point(|word| word.start < start);
    words[at.saturating_sub(4)..at].iter().any(|word| word.text == "need")
}

fn shouts(reader: &Reader<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    for (field, text) in [(Subject, &reader.subject), (Body, &reader.body)] {
        let words = &text.words;
        for (at, word) in words.iter().enumerate() {
            let is_loud = |other: usize| {
                let word = words.get(other).filter(|word| word.capitals && word.text.len() > 2);
                word.is_some_and(|word| word.text.len() > 5 || say::EMPHASIS.at(words, other).is_some())
            };
            let beside = is_loud(at + 1) || at > 0 && is_loud(at - 1);
            let loud = word.capitals && word.text.len() > 2 && !word.quoted && !word.link;
            let common = say::EMPHASIS.at(words, at).is_some();
            // Three letters may well be an abbreviation, or stand between two; beside a loud word they do not.
            if loud && common && (word.text.len() > 3 || beside) {
                places.push((field, word.start, word.end));
            }
        }
        places.extend(shouted_runs(words).map(|(from, to)| (field, from, to)));
        places.extend(text.outcries.iter().map(|(from, to)| (field, *from, *to)));
    }
    let marks = reader.subject.exclamations + reader.body.exclamations;
    if places.is_empty() && marks > reader.rules.thresholds.exclamation_marks as usize {
        let all = reader.draft.body.match_indices('!').take(20);
        places.extend(all.map(|(at, mark)| (Body, at, at + mark.len())));
    }
    places.truncate(20);
    places
}

/// Three words or more in capitals of which two are too long for abbreviations.
fn shouted_runs(words: &[Word]) -> impl Iterator<Item = (usize, usize)> {
    let runs = words.chunk_by(|a, b| a.capitals == b.capitals && a.sentence == b.sentence && !b.after_comma);
    let loud = |run: &&[Word]| {
        let own = run[0].capitals && !run[0].quoted && !run[0].link;
        own && run.len() > 2 && run.iter().filter(|word| word.text.len() > 5).count() > 1
    };
    runs.filter(loud).map(|run| (run[0].start, run[run.len() - 1].end))
}

fn thanks(reader: &mut Reader<'_>) {
    let due = reader.draft.purpose == Some(MessagePurpose::ThankYou);
    let specific = || reader.says(&say::SPECIFIC) || particular::is_remembered(&reader.body.words);
    if due && reader.draft.channel != MessageChannel::LinkedinNote && !specific() {
        reader.add(Rule::ThanksWithoutSpecific, &[]);
    }
}

fn extras(reader: &mut Reader<'_>) {
    if !reader.draft.is_first() || reader.draft.is_spoken() {
        return;
    }
    let signature = signature(reader).map_or(usize::MAX, |line| line.start);
    // What stands under the name is no part of the message, but for a postscript.
    let postscript = postscript(reader).map_or(usize::MAX, |line| line.start);
    let own = |word: &&Word| word.link && !word.quoted && (word.start < signature || word.start > postscript);
    let links = reader.body.words.iter().filter(own);
    let links: Vec<Place> = links.map(|word| (Body, word.start, word.end)).take(20).collect();
    if !links.is_empty() {
        reader.add(Rule::LinkInFirstMessage, &links);
    }
    let (attached, _) = reader.meant(&say::ATTACHED);
    let words = &reader.body.words;
    // "Attached to the idea" is a feeling, "attachment theory" a subject.
    let felt = |place: &Place| {
        let next = words.partition_point(|word| word.start < place.2);
        let before = words.partition_point(|word| word.start < place.1).checked_sub(1);
        let is_act = before.is_some_and(|before| say::ABOUT_ATTACHING.at(words, before).is_some());
        place.0 == Body && (is_act || say::NOT_ATTACHED.at(words, next).is_some())
    };
    let attached: Vec<Place> = attached.into_iter().filter(|place| !felt(place)).collect();
    if !attached.is_empty() || reader.draft.attachments {
        reader.add(Rule::AttachmentInFirstMessage, &attached);
    }
}

/// The line where the message is signed: closing words, or a name.
fn signature(reader: &Reader<'_>) -> Option<Line> {
    let end = postscript(reader).map_or(usize::MAX, |line| line.start);
    let lines: Vec<&Line> = reader.body.lines.iter().filter(|line| !line.quoted && line.start < end).collect();
    let last = lines.len().saturating_sub(7).max(1).min(lines.len());
    let text_of = |line: &Line| &reader.draft.body[line.start..line.end];
    // "Until then," closes in whatever words and language.
    let closes = |line: &&&Line| {
        let (words, text) = (reader.body.words_of(line), text_of(line));
        let few = (1..=4).contains(&words.len()) && text.ends_with(',');
        few || words.len() <= 6 && say::CLOSING.at(words, 0).is_some()
    };
    if let Some(line) = lines[last..].iter().find(closes) {
        return Some(**line);
    }
    // Under the name may stand where else to find its owner.
    let is_detail = |line: &&&Line| {
        let text = text_of(line);
        let has_letters = text.chars().any(char::is_alphabetic);
        !has_letters || text.contains('@') || reader.body.words_of(line).iter().all(|word| word.link)
    };
    let name = lines[last..].iter().rev().find(|line| !is_detail(line))?;
    is_name(reader, name).then_some(**name)
}

/// The line where a postscript begins.
fn postscript(reader: &Reader<'_>) -> Option<Line> {
    const MARKS: [&str; 8] = ["p.s.", "p.s:", "p.s ", "p. s.", "ps:", "ps ", "ps.", "ps,"];
    let text = |line: &Line| &reader.draft.body[line.start..line.end];
    let is =
        |line: &Line, mark: &str| text(line).get(..mark.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(mark));
    let begins = |line: &&Line| !line.quoted && MARKS.iter().any(|mark| is(line, mark));
    reader.body.lines.iter().skip(1).find(begins).copied()
}

fn sign_off(reader: &mut Reader<'_>) {
    let email = reader.draft.channel == MessageChannel::Email && !reader.draft.body.trim().is_empty();
    if email && signature(reader).is_none() && !is_signed_inline(reader) {
        reader.add(Rule::NoSignOff, &[]);
    }
}

/// "… I'd understand. - Ravi": the name behind a dash, at the end of the last line.
fn is_signed_inline(reader: &Reader<'_>) -> bool {
    let Some(line) = reader.body.lines.iter().rfind(|line| !line.quoted) else { return false };
    let text = &reader.draft.body[line.start..line.end];
    let dash = [" - ", " – ", " — "].iter().filter_map(|dash| Some(text.rfind(dash)? + dash.len())).max();
    let Some(at) = dash else { return false };
    let ends = text[..at].trim_end_matches([' ', '-', '–', '—']).ends_with(['.', '?', '!']);
    let words = reader.body.words_of(line);
    let name = &words[words.partition_point(|word| word.start < line.start + at)..];
    ends && (1..=3).contains(&name.len()) && name.iter().all(|word| word.capital) && !text.ends_with(['.', '?', '!'])
}

/// A name and nothing else; of one or two words, whatever its case.
fn is_name(reader: &Reader<'_>, line: &Line) -> bool {
    // Small words that stand in names.
    const PARTICLES: [&str; 18] = [
        "al", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "le", "ten", "ter", "van", "von",
        "y",
    ];
    let words = reader.body.words_of(line);
    let is_part = |word: &Word| word.capital || PARTICLES.contains(&word.text.as_str());
    let name = words.len() <= 2 || words.len() <= 5 && words.iter().all(is_part);
    let text = &reader.draft.body[line.start..line.end];
    !words.is_empty() && name && !text.ends_with(['.', '?', '!', ':', ','])
}
