//! Durations in a text: "15 minutes", "half an hour", "1½ hours", "an hour or two", "a quick 20".
use super::pattern::number;
use super::text::Word;

/// A duration that the seeker names, with the words from `from` to before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration {
    pub minutes: u32,
    pub from: usize,
    pub to: usize,
}

/// All durations in the seeker's own words, first to last. `words` are those of `text`.
pub fn durations(text: &str, words: &[Word]) -> Vec<Duration> {
    let mut found: Vec<Duration> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let here = if words[at].quoted { None } else { Sentence::of(text, words, at).duration(at) };
        at = here.map_or(at + 1, |duration| duration.to);
        found.extend(here);
    }
    found
}

/// Words up to the end of the sentence.
struct Sentence<'a> {
    text: &'a str,
    words: &'a [Word],
    number: u32,
}

/// Between an amount and its unit: "a full hour", "20 short minutes".
const ADJECTIVES: [&str; 14] = [
    "brief", "entire", "full", "good", "little", "mere", "more", "precious", "quick", "short", "single", "solid",
    "spare", "whole",
];
/// Behind a number that stands for minutes: "a quick 20 on the phone".
const AFTER_QUICK: [&str; 25] = [
    "about", "after", "and", "at", "before", "between", "by", "during", "for", "if", "in", "next", "of", "on", "or",
    "over", "some", "sometime", "this", "today", "tomorrow", "via", "when", "whenever", "with",
];

impl<'a> Sentence<'a> {
    fn of(text: &'a str, words: &'a [Word], at: usize) -> Self {
        Self { text, words, number: words[at].sentence }
    }

    /// The word at this place, or nothing behind the end of the sentence.
    fn word(&self, at: usize) -> &'a str {
        let word = self.words.get(at).filter(|word| word.sentence == self.number);
        word.map_or("", |word| word.text.as_str())
    }

    /// What stands between a word and the next.
    fn between(&self, at: usize) -> &'a str {
        match (self.words.get(at), self.words.get(at + 1)) {
            (Some(word), Some(next)) => self.text.get(word.end..next.start).unwrap_or_default(),
            _ => "",
        }
    }

    fn skip(&self, at: usize, any: &[&str]) -> usize {
        at + usize::from(any.contains(&self.word(at)))
    }

    fn duration(&self, from: usize) -> Option<Duration> {
        let (minutes, to) = self.in_one_word(from).or_else(|| self.with_unit(from)).or_else(|| self.quick(from))?;
        // "An hour and fifteen minutes", "1 hour 30".
        let more = self.with_unit(self.skip(to, &["and"])).filter(|(more, _)| minutes >= 60 && *more < 60);
        let (minutes, to) = more.map_or((minutes, to), |(more, end)| (minutes + more, end));
        Some(Duration { minutes, from, to })
    }

    /// "15min", "1h", "1h30", "90m".
    fn in_one_word(&self, at: usize) -> Option<(u32, usize)> {
        let word = self.word(at);
        if word == "hourlong" {
            return Some((60, at + 1));
        }
        let (value, rest) = word.split_at(word.find(char::is_alphabetic)?);
        let hundredths = glyphs(value)?;
        let minutes = match rest {
            "min" | "mins" | "m" | "mn" | "minutes" | "minute" => hundredths / 100,
            "h" | "hr" | "hrs" | "hour" | "hours" => hundredths * 60 / 100,
            _ => {
                hundredths * 60 / 100
                    + rest.strip_prefix('h')?.trim_end_matches(['m', 'i', 'n']).parse::<u8>().ok()? as u32
            }
        };
        Some((minutes, at + 1))
    }

    /// "15 minutes", "half an hour", "hour-long".
    fn with_unit(&self, from: usize) -> Option<(u32, usize)> {
        if self.word(from) == "hour" && self.word(from + 1) == "long" {
            return Some((60, from + 2));
        }
        let (mut hundredths, at) = self.amount(from)?;
        let at = self.skip(at, &ADJECTIVES);
        let minutes_each = match self.word(at) {
            "minute" | "minutes" | "min" | "mins" => 1,
            "hour" | "hours" | "hr" | "hrs" | "h" => 60,
            _ => return None,
        };
        let mut to = at + 1;
        // "An hour or two", "an hour and a half".
        if let ("or", Some(other)) = (self.word(to), number(self.word(to + 1))) {
            let own_unit = self.with_unit(to + 1).is_some();
            (hundredths, to) = if own_unit { (hundredths, to) } else { (hundredths.max(other), to + 2) };
        } else if let Some((part, end)) = self.and_a_part(to) {
            (hundredths, to) = (hundredths + part, end);
        }
        Some((hundredths * minutes_each / 100, to))
    }

    /// "A quick 20", "spare 15": a number alone, of which nothing else is counted.
    fn quick(&self, at: usize) -> Option<(u32, usize)> {
        if !["quick", "short", "brief", "spare", "grab", "steal", "borrow"].contains(&self.word(at)) {
            return None;
        }
        let (hundredths, to) = self.plain(at + 1).filter(|(value, _)| (500..=12_000).contains(value))?;
        let next = self.word(to);
        let ends = next.is_empty() || self.words[to].after_comma || AFTER_QUICK.contains(&next);
        ends.then_some((hundredths / 100, to))
    }

    /// How many hours or minutes, in hundredths.
    fn amount(&self, at: usize) -> Option<(u32, usize)> {
        let of_one = |at| self.skip(self.skip(at, &["of"]), &["a", "an"]);
        let next = self.word(at + 1);
        match self.word(at) {
            "a" | "an" | "one" if matches!(next, "half" | "quarter" | "couple" | "few") => self.amount(at + 1),
            "half" => Some((50, of_one(at + 1))),
            "quarter" => Some((25, of_one(at + 1))),
            "couple" => Some((200, self.skip(at + 1, &["of"]))),
            "few" | "several" => Some((300, at + 1)),
            "a" | "an" | "full" | "whole" => Some((100, at + 1)),
            _ => {
                let (value, at) = self.plain(at)?;
                // "1/2 an hour".
                let at = if value < 100 { of_one(at) } else { at };
                if matches!(self.word(at), "quarter" | "quarters") {
                    return Some((value / 4, of_one(at + 1)));
                }
                Some(self.and_a_part(at).map_or((value, at), |(part, end)| (value + part, end)))
            }
        }
    }

    /// "And a half".
    fn and_a_part(&self, at: usize) -> Option<(u32, usize)> {
        let part = self.skip(at + 1, &["a", "one"]);
        match (self.word(at), self.word(part)) {
            ("and", "half") => Some((50, part + 1)),
            ("and", "quarter") => Some((25, part + 1)),
            _ => None,
        }
    }

    /// "20", "forty-five", "1/2", "1 1/2", "1,5", "½".
    fn plain(&self, at: usize) -> Option<(u32, usize)> {
        let value = glyphs(self.word(at))?;
        let digits =
            |at: usize| number(self.word(at)).filter(|_| self.word(at).bytes().all(|byte| byte.is_ascii_digit()));
        let fraction = |at: usize| {
            let (over, under) = (digits(at)?, digits(at + 1)?);
            (matches!(self.between(at), "/" | "⁄") && under >= 100 && under > over).then(|| over * 100 / under)
        };
        if let Some(part) = fraction(at) {
            return Some((part, at + 2));
        }
        if let (Some(whole), Some(part)) = (digits(at), fraction(at + 1)) {
            return Some((whole + part, at + 3));
        }
        let next = self.word(at + 1);
        if self.between(at) == "," && digits(at).is_some() && digits(at + 1).is_some() && next.len() <= 2 {
            return Some((value + number(&format!("0.{next}"))?, at + 2));
        }
        // Tens and ones, in words: "forty-five".
        let ones = number(next).filter(|ones| *ones < 1000 && value % 1000 == 0 && (2000..=9000).contains(&value));
        let spelt = |at: usize| self.word(at).bytes().all(|byte| byte.is_ascii_alphabetic());
        Some(match ones.filter(|_| spelt(at) && spelt(at + 1)) {
            Some(ones) => (value + ones, at + 2),
            None => (value, at + 1),
        })
    }
}

/// A number that may end in a fraction of one sign: "1½".
fn glyphs(word: &str) -> Option<u32> {
    const FRACTIONS: [(char, u32); 5] = [('¼', 25), ('½', 50), ('¾', 75), ('⅓', 33), ('⅔', 67)];
    let last = word.chars().next_back()?;
    let Some((_, part)) = FRACTIONS.iter().find(|(sign, _)| *sign == last) else { return number(word) };
    let whole = &word[..word.len() - last.len_utf8()];
    if whole.is_empty() { Some(*part) } else { Some(number(whole)? + part) }
}

#[cfg(test)]
mod tests {
    use super::super::text::Text;
    use super::*;

    fn minutes(text: &str) -> Vec<u32> {
        durations(text, &Text::read(text).words).iter().map(|one| one.minutes).collect()
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, expected) in [
            ("15 minutes", 15),
            ("a 20-minute call", 20),
            ("15min", 15),
            ("15-20 minutes", 20),
            ("15 – 20 mins", 20),
            ("15 to 20 min.", 20),
            ("twenty five minutes", 25),
            ("forty-five min", 45),
            ("ninety minutes", 90),
            ("20 short minutes", 20),
            ("1/2 hour", 30),
            ("1/2 an hour", 30),
            ("½ hour", 30),
            ("½h", 30),
            ("half an hour", 30),
            ("a half-hour", 30),
            ("half hour", 30),
            ("one half hour", 30),
            ("a quarter of an hour", 15),
            ("quarter hour", 15),
            ("three quarters of an hour", 45),
            ("three-quarters of an hour", 45),
            ("¾ hour", 45),
            ("an hour", 60),
            ("an hour or so", 60),
            ("a full hour", 60),
            ("one-hour", 60),
            ("an hour-long call", 60),
            ("an hourlong call", 60),
            ("1 hr", 60),
            ("1h", 60),
            ("1h30", 90),
            ("1 h 30 min", 90),
            ("an hour and a half", 90),
            ("one and a half hours", 90),
            ("1.5 hours", 90),
            ("1,5 hours", 90),
            ("1½ hours", 90),
            ("1 1/2 hours", 90),
            ("an hour and fifteen minutes", 75),
            ("an hour or two", 120),
            ("one or two hours", 120),
            ("a couple of hours", 120),
            ("a few hours", 180),
            ("a quick 20", 20),
            ("a quick 45 on the phone", 45),
            ("Could I grab 15 with you", 15),
        ] {
            assert_eq!(minutes(text), [expected], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_durations() {
        for text in [
            "20 questions",
            "a quick 20 questions",
            "the hour",
            "half of them",
            "page 15",
            "in 1990",
            "a man",
            "5. Minutes",
        ] {
            assert_eq!(minutes(text), [0; 0], "{text}");
        }
    }
}
