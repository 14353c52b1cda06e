//! Where a text names a person, and how sure that is.
use super::model::{Certainty, TextSpan};
use crate::text::fold;

/// Words before a name that say that it is one.
const TITLES: &[&str] = &["dr", "prof", "professor", "mr", "mrs", "ms", "miss", "mx", "sir", "frau", "herr"];

/// How a person is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// A whole name, or an address: who has the same is hardly found in the same workspace.
    Whole(String),
    /// A given or a family name: others have it as well, and it may be a word like any other ("Will", "Mark").
    Part(String),
}

/// What to look for.
#[derive(Debug, Default)]
pub struct Names {
    words: Vec<Wanted>,
    /// Of scripts that have no spaces between words.
    unspaced: Vec<(Vec<char>, bool)>,
}

/// A name in folded words.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    words: Vec<String>,
    whole: bool,
    /// It is written with a capital letter, and counts only so.
    capital: bool,
}

/// A run of letters and digits.
struct Word {
    folded: String,
    start: usize,
    end: usize,
    capital: bool,
    /// Whatever stands here may be written with a capital letter.
    begins: bool,
}

impl Names {
    /// Each is looked for in whole words; a whole name also the other way round.
    pub fn new(called: impl IntoIterator<Item = Called>) -> Self {
        let mut names = Self::default();
        for called in called {
            let (name, whole) = match called {
                Called::Whole(name) => (name, true),
                Called::Part(name) => (name, false),
            };
            let chars: Vec<char> = name.trim().chars().collect();
            if chars.iter().any(|c| is_unspaced(*c)) {
                names.unspaced.push((chars, whole));
                continue;
            }
            let words = words(&chars);
            let capital = words.first().is_some_and(|word| word.capital);
            let folded: Vec<String> = words.into_iter().map(|word| word.folded).collect();
            // A single letter names nobody.
            if folded.iter().map(String::len).sum::<usize>() < 2 {
                continue;
            }
            if whole {
                let turned = folded.iter().rev().cloned().collect();
                names.words.push(Wanted { words: turned, whole, capital });
            }
            names.words.push(Wanted { words: folded, whole, capital });
        }
        // The longest first, so that a whole name is one mention; of two alike the surer one.
        names.words.sort_by_key(|name| std::cmp::Reverse((name.words.len(), name.whole)));
        names.unspaced.sort_by_key(|(name, whole)| std::cmp::Reverse((name.len(), *whole)));
        names
    }

    /// Mentions from the beginning of the text to its end; none overlaps another.
    pub fn spans(&self, text: &str) -> Vec<TextSpan> {
        let chars: Vec<char> = text.chars().collect();
        let mut found = self.spaced(&chars);
        found.extend(self.unspaced(&chars));
        found.sort_unstable();
        found.dedup_by(|next, before| next.0 < before.1);
        let mut units = Vec::with_capacity(chars.len() + 1);
        units.push(0);
        for c in &chars {
            units.push(units[units.len() - 1] + c.len_utf16());
        }
        let span = |(start, end, certainty): (usize, usize, Certainty)| TextSpan {
            start,
            end,
            utf16_start: units[start],
            utf16_end: units[end],
            certainty,
        };
        found.into_iter().map(span).collect()
    }

    fn spaced(&self, chars: &[char]) -> Vec<(usize, usize, Certainty)> {
        let told = words(chars);
        let (mut found, mut at) = (Vec::new(), 0);
        while at < told.len() {
            let fits = |name: &&Wanted| {
                told.len() - at >= name.words.len()
                    && name.words.iter().zip(&told[at..]).all(|(want, have)| *want == have.folded)
                    && (name.whole || !name.capital || told[at].capital)
            };
            let Some(name) = self.words.iter().find(fits) else {
                at += 1;
                continue;
            };
            let end = at + name.words.len();
            let certainty = match name.whole {
                true if name.capital && !told[at].capital => Certainty::Likely,
                true => Certainty::Certain,
                false => sure(chars, &told, at, end),
            };
            found.push((told[at].start, told[end - 1].end, certainty));
            at = end;
        }
        found
    }

    fn unspaced(&self, chars: &[char]) -> Vec<(usize, usize, Certainty)> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at < chars.len() {
            match self.unspaced.iter().find(|(name, _)| chars[at..].starts_with(name)) {
                Some((name, whole)) => {
                    let certainty = if *whole { Certainty::Certain } else { Certainty::Possible };
                    found.push((at, at + name.len(), certainty));
                    at += name.len();
                }
                None => at += 1,
            }
        }
        found
    }
}

/// Whether a part of a name is likely the person: not so where any word would have a capital letter, nor where another
/// name stands beside it.
fn sure(chars: &[char], told: &[Word], at: usize, end: usize) -> Certainty {
    let beside = |one: &Word, two: &Word| chars[one.end..two.start].iter().all(|c| c.is_whitespace());
    let before = at.checked_sub(1).map(|before| &told[before]).filter(|&before| {
        // A full stop belongs to a title.
        beside(before, &told[at]) || chars[before.end..told[at].start].iter().all(|c| *c == '.' || *c == ' ')
    });
    if before.is_some_and(|before| TITLES.contains(&before.folded.as_str())) {
        return Certainty::Likely;
    }
    let other_before = before.is_some_and(|before| before.capital && !before.begins);
    let other_behind = told.get(end).is_some_and(|behind| behind.capital && beside(&told[end - 1], behind));
    match told[at].begins || other_before || other_behind {
        true => Certainty::Possible,
        false => Certainty::Likely,
    }
}

fn words(chars: &[char]) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let (mut at, mut begins) = (0, true);
    while at < chars.len() {
        let end = at + chars[at..].iter().take_while(|c| c.is_alphanumeric() || is_mark(**c)).count();
        if end == at {
            // The end of a sentence, of a line, or what stands before an item of a list.
            begins |= matches!(chars[at], '.' | '!' | '?' | '…' | ':' | '\n' | '•' | '*' | '#' | '>');
            at += 1;
            continue;
        }
        let word: String = chars[at..end].iter().collect();
        let capital = !chars[at].is_lowercase() && chars[at].is_alphabetic();
        found.push(Word { folded: fold(&word).replace(' ', ""), start: at, end, capital, begins });
        (at, begins) = (end, false);
    }
    found
}

/// Accents that follow their letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// Scripts that write their words without spaces.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0E7F}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{2FA1F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(whole: &[&str], parts: &[&str]) -> Names {
        let whole = whole.iter().map(|name| Called::Whole((*name).to_owned()));
        Names::new(whole.chain(parts.iter().map(|name| Called::Part((*name).to_owned()))))
    }

    fn told(names: &Names, text: &str) -> Vec<(String, Certainty)> {
        let chars: Vec<char> = text.chars().collect();
        let spans = names.spans(text).into_iter();
        spans.map(|span| (chars[span.start..span.end].iter().collect(), span.certainty)).collect()
    }

    fn shown(names: &Names, text: &str) -> Vec<String> {
        told(names, text).into_iter().map(|(part, _)| part).collect()
    }

    #[test]
    fn names_are_found_whole_in_any_order_case_and_accent() {
        let names = names(&["Ada Lovelace", "ada@engines.example"], &["Ada", "Lovelace"]);
        let text = "I met ADA  lovelace (Lovelace, Ada); Àda said: mail ada@engines.example. Adamant Lovelaces.";
        assert_eq!(shown(&names, text), ["ADA  lovelace", "Lovelace, Ada", "Àda", "ada@engines.example"]);
    }

    #[test]
    fn a_word_is_no_name_and_a_part_of_a_name_says_how_sure_it_is() {
        use Certainty::{Certain, Likely, Possible};
        let names = names(&["Will Mark"], &["Will", "Mark"]);
        for (text, expected) in [
            ("I will come and mark it", None),
            ("I met will mark there", Some(Likely)),
            ("I met Will Mark there", Some(Certain)),
            ("I asked Will about it", Some(Likely)),
            ("Talk to Dr. Mark", Some(Likely)),
            ("Mr Mark called", Some(Likely)),
            ("Will you come?", Some(Possible)),
            ("Yes. Mark my words", Some(Possible)),
            ("- asked\n* Will be there", Some(Possible)),
            ("I spoke to Mark Twain", Some(Possible)),
            ("I spoke to Samuel Mark", Some(Possible)),
            ("WILL YOU COME", Some(Possible)),
        ] {
            assert_eq!(told(&names, text).first().map(|(_, certainty)| *certainty), expected, "{text}");
        }
    }

    #[test]
    fn a_name_without_capital_letters_is_found_as_it_is_written() {
        assert_eq!(shown(&names(&[], &["hooks"]), "bell hooks wrote"), ["hooks"]);
    }

    #[test]
    fn words_without_spaces_are_found_inside() {
        let names = names(&["李小龍"], &["李"]);
        let expected = [("李小龍".to_owned(), Certainty::Certain), ("李".to_owned(), Certainty::Possible)];
        assert_eq!(told(&names, "我見了李小龍先生和李"), expected);
    }

    #[test]
    fn offsets_count_characters_and_code_units() {
        let spans = names(&[], &["Ada"]).spans("🙂 Ada");
        let certainty = Certainty::Possible;
        assert_eq!(spans, [TextSpan { start: 2, end: 5, utf16_start: 3, utf16_end: 6, certainty }]);
    }

    #[test]
    fn a_letter_or_nothing_names_nobody() {
        assert!(told(&names(&["", " ", "A"], &["-"]), "A plan, and a B.").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_and_name_are_searched(name: String, text: String) {
            let length = text.chars().count();
            let mut last = 0;
            for span in Names::new([Called::Part(name)]).spans(&text) {
                proptest::prop_assert!(last <= span.start && span.start < span.end && span.end <= length);
                last = span.end;
            }
        }
    }
}
