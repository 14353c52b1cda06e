//! What each rule looks for.
use super::engine::{Place, Reader, is_denied, place};
use super::greeting::{Greeting, greeting};
use super::pattern::{Found, Phrases, number};
use super::phrases as say;
use super::report::LintField::{Body, Subject};
use super::rules::LintRule as Rule;
use super::rules::Severity;
use super::text::{Line, Word};
use super::{particular, placeholders};
use crate::messages::{MessageChannel, MessagePurpose};
use crate::text::fold;

pub fn all(reader: &mut Reader<'_>) {
    job(reader);
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

fn job(reader: &mut Reader<'_>) {
    let (mut meant, denied) = reader.meant(&say::JOB);
    meant.retain(|place| !is_theirs(reader, *place));
    if !meant.is_empty() {
        reader.add(Rule::AsksForJob, &meant);
        return;
    }
    // What names no job as a thing to ask for only counts when it is denied.
    let words = &reader.body.words;
    let said = say::NO_JOB.find(words).into_iter().filter(|found| !words[found.from].quoted);
    let places: Vec<Place> = denied.into_iter().chain(said.map(|found| place(Body, words, found))).collect();
    if !places.is_empty() {
        reader.praise(Rule::AsksForJob, "It says that it asks for no job.", &places);
    }
}

/// "How did you find a job at your age": what the contact did, or others do, asks for nothing.
fn is_theirs(reader: &Reader<'_>, (field, start, _): Place) -> bool {
    let words = if field == Subject { &reader.subject.words } else { &reader.body.words };
    let at = words.partition_point(|word| word.start < start);
    let (Some(before), Some(verb)) = (at.checked_sub(1).map(|at| &words[at]), words.get(at)) else { return false };
    let same = before.sentence == verb.sentence;
    let for_me = words.get(at + 1).is_some_and(|next| next.text == "me");
    same && !for_me && say::OTHERS.at(words, at - 1).is_some() && say::OWN_DOING.at(words, at).is_some()
}

fn resume(reader: &mut Reader<'_>) {
    let (meant, denied) = reader.meant(&say::RESUME);
    let unasked: Vec<Place> = meant.into_iter().filter(|place| !asked_for(reader, *place)).collect();
    if !unasked.is_empty() {
        reader.add(Rule::OffersResume, &unasked);
    } else if !denied.is_empty() {
        reader.praise(Rule::OffersResume, "It leaves the résumé out.", &denied);
    }
}

/// Whether the sentence of a place says that they asked for it.
fn asked_for(reader: &Reader<'_>, (field, start, _): Place) -> bool {
    let words = if field == Subject { &reader.subject.words } else { &reader.body.words };
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

/// A duration in the text, in minutes.
struct Duration {
    minutes: u32,
    from: usize,
    to: usize,
}

/// Durations in the seeker's own words: "15 minutes", "an hour", "half an hour".
fn durations(words: &[Word]) -> Vec<Duration> {
    let mut found = Vec::new();
    for at in 0..words.len() {
        if words[at].quoted {
            continue;
        }
        // "15min" and "1h" are one word.
        let digits = words[at].text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(words[at].text.len());
        let (value, unit) = words[at].text.split_at(digits);
        if let Some(hundredths) = number(value)
            && ["min", "mins", "m", "minutes", "minute"].contains(&unit)
        {
            found.push(Duration { minutes: hundredths / 100, from: at, to: at + 1 });
            continue;
        }
        if say::UNIT.at(words, at).is_none() || at == 0 || words[at - 1].sentence != words[at].sentence {
            continue;
        }
        let hours = words[at].text.starts_with('h');
        let before = words[at - 1].text.as_str();
        let half = at >= 2 && words[at - 2].text == "half";
        let hundredths = match before {
            "a" | "an" if half => Some(50),
            "a" | "an" | "full" | "whole" => Some(100),
            "half" => Some(50),
            _ => number(before),
        };
        let quarter = at >= 3 && words[at - 2].text == "of" && words[at - 3].text == "quarter";
        if let Some(hundredths) = hundredths.map(|whole| if quarter { 25 } else { whole }) {
            let minutes = if hours { hundredths * 60 / 100 } else { hundredths / 100 };
            found.push(Duration { minutes, from: at - 1, to: at + 1 });
        }
    }
    found
}

fn time(reader: &mut Reader<'_>) {
    let asks = matches!(reader.draft.purpose, None | Some(MessagePurpose::Introduction | MessagePurpose::FollowUp));
    if !asks {
        return;
    }
    let words = &reader.body.words;
    let found = durations(words);
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
    let asking = (from..duration.from).any(|at| say::ASKING.at(words, at).is_some());
    asking && !elsewhere && !other && !is_denied(words, found)
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
    let released = || reader.says(&say::WAY_OUT) || particular::is_released(&reader.body.words);
    if (reader.draft.is_first() || request) && reader.draft.is_letter() && !released() {
        reader.add(Rule::NoWayOut, &[]);
    }
}

/// Names of people who have not permitted it: the whole name, or the first name with a capital.
fn mutual(reader: &mut Reader<'_>) {
    let mut places = Vec::new();
    for person in reader.draft.mutual.iter().filter(|person| !person.may_use_name) {
        let name = fold(&person.name);
        let parts: Vec<&str> = name.split(' ').filter(|part| !part.is_empty()).collect();
        let Some(first) = parts.first() else { continue };
        for (field, text) in [(Subject, &reader.subject), (Body, &reader.body)] {
            for (at, word) in text.words.iter().enumerate() {
                let own = |word: &Word| fold(word.text.strip_suffix("'s").unwrap_or(&word.text));
                if !word.capital || own(word) != *first || is_greeted(reader, word) {
                    continue;
                }
                let more = parts[1..].iter().zip(&text.words[at + 1..]).take_while(|(part, word)| own(word) == **part);
                places.push(place(field, &text.words, Found { from: at, to: at + 1 + more.count() }));
            }
        }
    }
    if !places.is_empty() {
        reader.add(Rule::MutualContactWithoutPermission, &places);
    }
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

fn is_needless(reader: &Reader<'_>, (field, start, _): Place) -> bool {
    let words = if field == Subject { &reader.subject.words } else { &reader.body.words };
    let at = words.partition_point(|word| word.start < start);
    words[at.saturating_sub(4)..at].iter().any(|word| word.text == "need")
}

fn shouts(reader: &Reader<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    for (field, text) in [(Subject, &reader.subject), (Body, &reader.body)] {
        let words = &text.words;
        for (at, word) in words.iter().enumerate() {
            let near = |other: Option<&Word>| other.is_some_and(|other| other.capitals && other.text.len() > 2);
            let beside = near(words.get(at + 1)) || at > 0 && near(words.get(at - 1));
            let loud = word.capitals && word.text.len() > 2 && !word.quoted && !word.link;
            let common = say::EMPHASIS.at(words, at).is_some();
            // Three letters may well be an abbreviation; with another loud word beside them they are not.
            if loud && common && (word.text.len() > 3 || beside) {
                places.push((field, word.start, word.end));
            }
        }
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
    let links = reader.body.words.iter().filter(|word| word.link && !word.quoted && word.start < signature);
    let links: Vec<Place> = links.map(|word| (Body, word.start, word.end)).take(20).collect();
    if !links.is_empty() {
        reader.add(Rule::LinkInFirstMessage, &links);
    }
    let (attached, _) = reader.meant(&say::ATTACHED);
    let words = &reader.body.words;
    // "Attached to the idea" is a feeling.
    let felt = |place: &Place| {
        let next = words.partition_point(|word| word.start < place.2);
        place.0 == Body && words.get(next).is_some_and(|word| word.text == "to")
    };
    let attached: Vec<Place> = attached.into_iter().filter(|place| !felt(place)).collect();
    if !attached.is_empty() || reader.draft.attachments {
        reader.add(Rule::AttachmentInFirstMessage, &attached);
    }
}

/// The line where the message is signed: closing words, or a name.
fn signature(reader: &Reader<'_>) -> Option<Line> {
    let lines: Vec<&Line> = reader.body.lines.iter().filter(|line| !line.quoted).collect();
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

fn sign_off(reader: &mut Reader<'_>) {
    let email = reader.draft.channel == MessageChannel::Email && !reader.draft.body.trim().is_empty();
    if email && signature(reader).is_none() {
        reader.add(Rule::NoSignOff, &[]);
    }
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
