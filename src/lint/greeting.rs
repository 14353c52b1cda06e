//! Whom a message greets.
use super::names;
use super::pattern::Phrases;
use super::phrases::{GREETING, NOBODY};
use super::text::{Line, Text, Word};

/// How a message begins.
#[derive(Debug, PartialEq, Eq)]
pub enum Greeting {
    Missing,
    /// For nobody in particular; from and to as byte offsets.
    Generic(usize, usize),
    /// For somebody whose name is not the contact's.
    Other(usize, usize),
    Fine,
}

/// How `text` begins. `names` are the contact's, as they are written; without any, no name is another's.
pub fn greeting(text: &str, read: &Text, names: &[String]) -> Greeting {
    let Some(line) = read.lines.iter().find(|line| !line.quoted) else { return Greeting::Missing };
    let words = read.words_of(line);
    let Some((at, behind)) = greeted(words) else { return bare_name(text, line, words, names) };
    let rest = &words[behind..];
    let first = words[at].start;
    let end = name_end(text, line, &words[behind - 1..]);
    let rest: Vec<&Word> = rest.iter().take_while(|word| word.start < end).collect();
    // What should have been filled in is another matter.
    if text[words[behind - 1].end..end].trim_start().starts_with(['[', '{', '<', '*', '%', '$', '«', '_']) {
        return Greeting::Fine;
    }
    let plain: Vec<&&Word> = rest.iter().filter(|word| !names::is_title(&word.text)).collect();
    let to = rest.last().map_or(words[behind - 1].end, |word| word.end);
    if calls(text, &rest, names) {
        return Greeting::Fine;
    }
    let nobody = plain.first().is_none_or(|word| is_in(&NOBODY, word));
    // "Dear Sir" has a title and no name; "Hello, my name is …" has neither.
    if nobody || !plain.iter().any(|word| word.capital || !word.text.is_ascii()) {
        return Greeting::Generic(first, to);
    }
    // A whole sentence on the line of the greeting: only what begins like a name counts.
    if names.is_empty() { Greeting::Fine } else { Greeting::Other(first, to) }
}

/// What stands before the first mark is the name; a full stop may belong to a title or an initial.
fn name_end(text: &str, line: &Line, words: &[Word]) -> usize {
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).map_or(line.end, |next| next.start);
        let between = &text[word.end..next];
        let short = at > 0 && (names::is_title(&word.text) || word.text.chars().count() == 1);
        let ends = |c: char| matches!(c, ',' | '!' | ':' | ';' | '–' | '—' | '?' | '(' | '…') || c == '.' && !short;
        if let Some(mark) = between.find(ends).or_else(|| between.find(" - ")) {
            if at == 0 && between.trim_end() == "," && is_name_alone(text, line, &words[1..]) {
                continue;
            }
            return word.end + mark;
        }
    }
    line.end
}

/// "Hi, Grace!": behind the comma stands a name, and nothing else up to the next mark.
fn is_name_alone(text: &str, line: &Line, words: &[Word]) -> bool {
    for (at, word) in words.iter().take(3).enumerate() {
        if !word.capital {
            return false;
        }
        let next = words.get(at + 1).map_or(line.end, |next| next.start);
        let behind = text[word.end..next].trim();
        let is_title = names::is_title(&word.text);
        let goes_on = behind.is_empty() || is_title && behind == ".";
        if words.len() == at + 1 || !goes_on {
            return true;
        }
    }
    false
}

/// The words of a greeting: its first, and behind its last.
fn greeted(words: &[Word]) -> Option<(usize, usize)> {
    let found = GREETING.at(words, 0)?;
    Some((found.from, found.to))
}

/// "Ada," alone is a greeting, too.
fn bare_name(text: &str, line: &Line, words: &[Word], names: &[String]) -> Greeting {
    let Some(first) = words.first() else { return Greeting::Missing };
    let alone = words.len() <= 3 && text[line.start..line.end].ends_with([',', ':', '!', '—', '-']);
    // In whatever language: "Kedves Bruno Nagy, …".
    let known = names::words(names);
    let is_theirs = |word: &Word| names::is_one_of(&word.text, &known);
    let first_words = &words[..words.len().min(4)];
    let from = first_words.iter().take(2).position(is_theirs);
    let named = from.and_then(|_| first_words.iter().rposition(is_theirs));
    let behind = named.map(|at| (at, text[words[at].end..line.end].trim_start()));
    let ends = |behind: &str| {
        behind.is_empty()
            || behind.starts_with([',', ':', '!', '—', '–', '…'])
            || behind.starts_with("- ")
            || behind == "-"
    };
    if behind.is_some_and(|(at, behind)| {
        ends(behind) && calls(text, &words[from.unwrap_or(at)..=at].iter().collect::<Vec<_>>(), names)
    }) {
        return Greeting::Fine;
    }
    if alone && first.capital && words.iter().all(|word| word.capital) {
        return match names.is_empty() {
            true => Greeting::Fine,
            false => Greeting::Other(first.start, words[words.len() - 1].end),
        };
    }
    Greeting::Missing
}

fn is_in(phrases: &Phrases, word: &Word) -> bool {
    phrases.at(std::slice::from_ref(word), 0).is_some()
}

/// Whether these words, such as "Dr. Grace Hopper", call somebody by name: the first and the last of several must be theirs.
fn calls(text: &str, words: &[&Word], names: &[String]) -> bool {
    let known = names::words(names);
    let is_theirs = |part: &[&Word]| {
        let whole: String = part.iter().map(|word| word.text.as_str()).collect();
        part.iter().any(|word| names::is_one_of(&word.text, &known)) || names::is_one_of(&whole, &known)
    };
    // A double name is one.
    let parts: Vec<&[&Word]> = words.chunk_by(|a, b| &text[a.end..b.start] == "-").collect();
    let manners = |word: &str| names::is_title(word) || matches!(word, "sir" | "madam" | "ma'am");
    let is_part = |part: &&&[&Word]| !manners(&part[0].text) && part[0].text.chars().count() > 1;
    let named: Vec<&&[&Word]> = parts.iter().filter(is_part).collect();
    let all_capital = words.iter().all(|word| word.capital);
    // Of somebody with one known name, or in a whole sentence, one word has to do.
    let (Some(first), Some(last)) = (named.first(), named.last()) else { return is_theirs(words) };
    if all_capital && (2..=3).contains(&named.len()) && names::has_several(names) {
        return is_theirs(first) && is_theirs(last);
    }
    is_theirs(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, names: &[&str]) -> Greeting {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        greeting(text, &Text::read(text), &names)
    }

    #[test]
    fn greetings_are_told_apart() {
        assert_eq!(of("Dear Dr. Lovelace,\nI", &["Ada Lovelace"]), Greeting::Fine);
        assert_eq!(of("Hi Kate!", &["Katherine"]), Greeting::Fine);
        assert_eq!(of("Łukasz,\nI", &["Lukasz"]), Greeting::Fine);
        assert_eq!(of("Dear 小龍,\n", &["李小龍", "小龍"]), Greeting::Fine);
        assert!(matches!(of("Hi Adam, I", &["Ada"]), Greeting::Other(..)));
        assert_eq!(of("Olá Bruno, I", &["Bruno"]), Greeting::Fine);
        assert_eq!(of("Hi Charles, I", &["Ada"]), Greeting::Other(0, 10));
        assert_eq!(of("Hi Charles, I", &[]), Greeting::Fine);
        assert_eq!(of("Dear Sir or Madam,", &["Ada"]), Greeting::Generic(0, 17));
        assert!(matches!(of("Hello,\nI", &["Ada"]), Greeting::Generic(..)));
        assert!(matches!(of("To whom it may concern:", &["Ada"]), Greeting::Generic(..)));
        assert_eq!(of("I saw your talk.", &["Ada"]), Greeting::Missing);
        assert_eq!(of("", &[]), Greeting::Missing);
    }

    #[test]
    fn the_right_name_is_right_however_it_is_written() {
        let hopper = ["Grace Hopper"];
        for text in [
            "Hi Grace!",
            "Hi Grace -",
            "Grace -",
            "Grace - I saw",
            "Grace —",
            "Grace — I saw",
            "Grace,",
            "Hi, Grace!",
            "Hi Grace… I saw",
            "Dear Dr Hopper,",
            "Dear Dr. Grace Hopper,",
            "Dear Rear Admiral Hopper:",
            "Good morning, Dr Hopper!",
            "Hi there Grace,",
            "Hi Grace and Ada,",
            "Hi Grace Hope you are well",
            "Dear Ms Hopper-Murray,",
            "Dear Grace B. Hopper,",
            "GRACE!",
            "hi grace,",
        ] {
            assert_eq!(of(text, &hopper), Greeting::Fine, "{text}");
        }
        for (text, name) in [
            ("Lieber Herr Mueller,", "Jörg Müller"),
            ("Lieber Joerg,", "Jörg Müller"),
            ("Estimado José Luis:", "José Luis García Márquez"),
            ("Kedves Jose Luis,", "José Luis García Márquez"),
            ("Dear Anne-Marie,", "Anne-Marie Vander Elst"),
            ("Dear Annemarie,", "Anne-Marie Vander Elst"),
            ("Dear Prof. Vander Elst,", "Anne-Marie Vander Elst"),
            ("Dear Tanaka-san,", "Keiko Tanaka"),
            ("Respected Madam Keiko,", "Keiko Tanaka"),
            ("Hi Dean,", "Dean Martin"),
        ] {
            assert_eq!(of(text, &[name]), Greeting::Fine, "{text}");
        }
        assert_eq!(of("Hi Bobo,", &["Robert Hall", "Robert", "Hall", "Bobo"]), Greeting::Fine);
    }

    #[test]
    fn a_wrong_name_is_wrong_beside_a_right_one() {
        for text in [
            "Hi Mary!",
            "Mary -",
            "Dear Dr Lovelace,",
            "Dear Grace Kelly,",
            "Dear Mary Hopper,",
            "Mary,",
            "Estimada Mary:",
        ] {
            assert!(matches!(of(text, &["Grace Hopper"]), Greeting::Other(..)), "{text}");
        }
        assert!(matches!(of("Dear Dr. Kruse,", &["Dr. Søren Kjær"]), Greeting::Other(..)));
        assert_eq!(of("Dear Grace Kelly,", &["Grace"]), Greeting::Fine);
    }
}
