//! Phrases, looked for in the words of a text.
//!
//! A phrase is written as words with spaces between them: `a|b` is either, `a?` may be missing, `*3` stands for up to
//! three words of any kind, `#` for a number, `^` for the beginning and `$` for the end of the sentence. All of it lies within
//! one sentence. Each phrase is tried only where its first word stands, and looks at a bounded number of words from there, so
//! that the time grows with the text alone.
use std::collections::HashMap;

use super::text::Word;

#[derive(Debug)]
enum Part {
    Words { any: Vec<&'static str>, optional: bool },
    Number,
    Gap(usize),
    End,
}

/// Phrases that mean the same to a rule.
#[derive(Debug)]
pub struct Phrases {
    phrases: Vec<Phrase>,
    /// By the first word: which phrases begin with it.
    first: HashMap<&'static str, Vec<usize>>,
}

#[derive(Debug)]
struct Phrase {
    /// Nothing of the sentence may stand before it, but the "Re:" of a subject.
    begins: bool,
    parts: Vec<Part>,
}

/// Where a phrase was found: from the first to behind the last of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub from: usize,
    pub to: usize,
}

/// More than these nobody reads.
const MOST: usize = 20;

impl Phrases {
    pub fn new(list: &[&'static str]) -> Self {
        let mut phrases = Vec::with_capacity(list.len());
        let mut first: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for phrase in list {
            let (begins, phrase) = phrase.strip_prefix("^ ").map_or((false, *phrase), |rest| (true, rest));
            let parts: Vec<Part> = phrase.split(' ').map(part).collect();
            if let Some(Part::Words { any, .. }) = parts.first() {
                for word in any {
                    first.entry(word).or_default().push(phrases.len());
                }
            }
            phrases.push(Phrase { begins, parts });
        }
        Self { phrases, first }
    }

    /// The longest of the phrases that begins with the word `from`.
    pub fn at(&self, words: &[Word], from: usize) -> Option<Found> {
        let begin = self.first.get(words.get(from)?.text.as_str())?;
        let sentence = words[from].sentence;
        let phrases = begin.iter().map(|index| &self.phrases[*index]);
        let here = phrases.filter(|phrase| !phrase.begins || is_beginning(words, from));
        let ends = here.filter_map(|phrase| end(&phrase.parts, words, from, sentence));
        ends.max().map(|to| Found { from, to })
    }

    /// All places, first to last, none within another.
    pub fn find(&self, words: &[Word]) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut from = 0;
        while from < words.len() && found.len() < MOST {
            match self.at(words, from) {
                Some(place) => {
                    from = place.to;
                    found.push(place);
                }
                None => from += 1,
            }
        }
        found
    }

    /// Somewhere in the seeker's own words.
    pub fn anywhere(&self, words: &[Word]) -> bool {
        (0..words.len()).any(|from| !words[from].quoted && self.at(words, from).is_some())
    }
}

/// Whether a sentence begins here; "Re:" and the like are no part of it.
fn is_beginning(words: &[Word], at: usize) -> bool {
    let before = words[..at].iter().rev().take_while(|word| word.sentence == words[at].sentence);
    before.take(4).all(|word| matches!(word.text.as_str(), "re" | "fw" | "fwd" | "aw"))
}

fn part(text: &'static str) -> Part {
    if text == "#" {
        return Part::Number;
    }
    if text == "$" {
        return Part::End;
    }
    if let Some(count) = text.strip_prefix('*') {
        return Part::Gap(count.parse().unwrap_or(1));
    }
    let (words, optional) = text.strip_suffix('?').map_or((text, false), |words| (words, true));
    Part::Words { any: words.split('|').collect(), optional }
}

/// Behind the last word of a phrase that begins at `at`, if it does.
fn end(parts: &[Part], words: &[Word], at: usize, sentence: u32) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    let here = words.get(at).filter(|word| word.sentence == sentence);
    match part {
        Part::Words { any, optional } => {
            if here.is_some_and(|word| any.contains(&word.text.as_str()))
                && let Some(to) = end(rest, words, at + 1, sentence)
            {
                return Some(to);
            }
            if *optional { end(rest, words, at, sentence) } else { None }
        }
        Part::Number => {
            here.filter(|word| number(&word.text).is_some())?;
            end(rest, words, at + 1, sentence)
        }
        Part::End => match here {
            None => end(rest, words, at, sentence),
            Some(_) => None,
        },
        Part::Gap(most) => (0..=*most).find_map(|skipped| {
            let within =
                words.get(at..at + skipped).is_some_and(|gap| gap.iter().all(|word| word.sentence == sentence));
            if within { end(rest, words, at + skipped, sentence) } else { None }
        }),
    }
}

/// A number in digits or in words, in hundredths.
pub fn number(word: &str) -> Option<u32> {
    const WORDS: [(&str, u32); 27] = [
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("eleven", 11),
        ("twelve", 12),
        ("thirteen", 13),
        ("fourteen", 14),
        ("fifteen", 15),
        ("sixteen", 16),
        ("seventeen", 17),
        ("eighteen", 18),
        ("nineteen", 19),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
    ];
    if let Some((_, value)) = WORDS.iter().find(|(known, _)| *known == word) {
        return Some(value * 100);
    }
    let (whole, part) = word.split_once('.').unwrap_or((word, ""));
    let digits = |text: &str| text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let part: u32 = format!("{part:0<2}").get(..2)?.parse().ok()?;
    Some(whole.parse::<u32>().ok()? * 100 + part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::text::Text;

    fn found(phrase: &'static str, text: &str) -> bool {
        !Phrases::new(&[phrase]).find(&Text::read(text).words).is_empty()
    }

    #[test]
    fn phrases_have_choices_gaps_and_options() {
        assert!(found("ask|asking for *2 job", "I ask for any other job"));
        assert!(!found("ask|asking for *2 job", "I ask for any of your job"));
        assert!(found("are you|u hiring now?", "Are you hiring"));
        assert!(found("for # minutes", "for 20 minutes") && found("for # minutes", "for twenty minutes"));
        assert!(!found("are you hiring", "as you are. You hiring?"));
        assert!(found("^ job $", "Job") && found("^ job $", "Re: job") && !found("^ job $", "A job"));
        assert!(
            found("refer me $", "Could you refer me? Thanks") && !found("refer me $", "Could you refer me to Tom?")
        );
    }

    #[test]
    fn numbers_are_read_in_digits_and_words() {
        assert_eq!(number("1.5"), Some(150));
        assert_eq!((number("fifteen"), number("15"), number("007")), (Some(1500), Some(1500), Some(700)));
        assert_eq!((number("1e9"), number("99999"), number(""), number("ten-")), (None, None, None, None));
    }
}
