//! Whom a message greets.
use super::pattern::Phrases;
use super::phrases::{GREETING, NOBODY};
use super::text::{Line, Text, Word};
use crate::text::fold;

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

/// Before a name.
const TITLES: [&str; 13] =
    ["mr", "mrs", "ms", "mx", "miss", "dr", "doctor", "prof", "professor", "rev", "dean", "judge", "captain"];
/// Short forms, each with what it stands for.
const SHORT: [(&str, &str); 40] = [
    ("abby", "abigail"),
    ("alex", "alexandra"),
    ("andy", "andrew"),
    ("beth", "elizabeth"),
    ("bill", "william"),
    ("billy", "william"),
    ("bob", "robert"),
    ("bobby", "robert"),
    ("cathy", "catherine"),
    ("charlie", "charles"),
    ("chuck", "charles"),
    ("debbie", "deborah"),
    ("dick", "richard"),
    ("rick", "richard"),
    ("ed", "edward"),
    ("eliza", "elizabeth"),
    ("fran", "frances"),
    ("hank", "henry"),
    ("harry", "henry"),
    ("jack", "john"),
    ("jenny", "jennifer"),
    ("jim", "james"),
    ("jimmy", "james"),
    ("kate", "katherine"),
    ("kate", "catherine"),
    ("katie", "katherine"),
    ("larry", "lawrence"),
    ("liz", "elizabeth"),
    ("lizzie", "elizabeth"),
    ("maggie", "margaret"),
    ("meg", "margaret"),
    ("mike", "michael"),
    ("nick", "nicholas"),
    ("peggy", "margaret"),
    ("sasha", "alexander"),
    ("steve", "stephen"),
    ("sue", "susan"),
    ("ted", "edward"),
    ("tony", "anthony"),
    ("vicky", "victoria"),
];

/// How `text` begins. `names` are the contact's, as they are written; without any, no name is another's.
pub fn greeting(text: &str, read: &Text, names: &[String]) -> Greeting {
    let Some(line) = read.lines.iter().find(|line| !line.quoted) else { return Greeting::Missing };
    let words = read.words_of(line);
    let names = name_words(names);
    let Some((at, behind)) = greeted(words) else { return bare_name(text, line, words, &names) };
    let rest = &words[behind..];
    let first = words[at].start;
    let end = name_end(text, line, &words[behind - 1..]);
    let rest: Vec<&Word> = rest.iter().take_while(|word| word.start < end).collect();
    // What should have been filled in is another matter.
    if text[words[behind - 1].end..end].trim_start().starts_with(['[', '{', '<', '*', '%', '$', '«', '_']) {
        return Greeting::Fine;
    }
    let plain: Vec<&&Word> = rest.iter().filter(|word| !TITLES.contains(&word.text.as_str())).collect();
    let to = rest.last().map_or(words[behind - 1].end, |word| word.end);
    if rest.iter().any(|word| names.iter().any(|name| is_name(&word.text, name))) {
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
        let short = at > 0 && (TITLES.contains(&word.text.as_str()) || word.text.chars().count() == 1);
        let ends = |c: char| matches!(c, ',' | '!' | ':' | ';' | '–' | '—' | '?' | '(') || c == '.' && !short;
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
        let is_title = TITLES.contains(&word.text.as_str());
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
    // In whatever language: "Olá Bruno, …".
    let named = words.iter().take(3).find(|word| names.iter().any(|name| is_name(&word.text, name)));
    let behind = named.map(|name| text[name.end..line.end].trim_start());
    if behind.is_some_and(|behind| behind.is_empty() || behind.starts_with([',', ':', '!', '—', '–'])) {
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

/// Each word of the names, folded.
fn name_words(names: &[String]) -> Vec<String> {
    // One sign of a script may become several words in ASCII: the whole counts, too.
    let split = |name: &String| {
        let whole = name.split_whitespace().map(fold);
        whole.chain(fold(name).split([' ', '-', '.', ',']).map(str::to_owned)).collect::<Vec<_>>()
    };
    let mut words: Vec<String> = names.iter().flat_map(split).filter(|word| !word.is_empty()).collect();
    words.dedup();
    words
}

/// Whether somebody of this name may be called so: by it, by how it begins, by a usual short form.
fn is_name(typed: &str, name: &str) -> bool {
    let word = fold(typed.strip_suffix("'s").unwrap_or(typed));
    let begins = word.len() >= 3 && name.starts_with(&word);
    // Of a name without blanks, such as 陳美玲, the given name is the end.
    let ends = !typed.is_ascii() && !word.is_empty() && name.ends_with(&word);
    begins
        || ends
        || word == *name
        || SHORT
            .iter()
            .any(|(short, long)| (*short, *long) == (word.as_str(), name) || (*short, *long) == (name, word.as_str()))
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
}
