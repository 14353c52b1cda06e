//! Where a text names a person.
use super::model::TextSpan;
use crate::text::fold;

/// Names in folded words, and those whose script has no spaces between words.
#[derive(Debug, Default)]
pub struct Names {
    words: Vec<Vec<String>>,
    parts: Vec<Vec<char>>,
}

/// A run of letters and digits.
struct Word {
    folded: String,
    start: usize,
    end: usize,
}

impl Names {
    /// From names and addresses as they are written. Each is looked for as a whole, in either order.
    pub fn new<'a>(written: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names = Self::default();
        for name in written {
            let chars: Vec<char> = name.trim().chars().collect();
            if chars.iter().any(|c| is_unspaced(*c)) {
                names.parts.push(chars);
                continue;
            }
            let folded: Vec<String> = words(&chars).into_iter().map(|word| word.folded).collect();
            // A single letter names nobody.
            if folded.iter().map(String::len).sum::<usize>() < 2 {
                continue;
            }
            let turned = folded.iter().rev().cloned().collect();
            names.words.extend([folded, turned]);
        }
        // The longest first, so that a whole name is one mention.
        names.words.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.words.dedup();
        names.parts.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names
    }

    /// Mentions from the beginning of the text to its end; none overlaps another.
    pub fn spans(&self, text: &str) -> Vec<TextSpan> {
        let chars: Vec<char> = text.chars().collect();
        let mut found: Vec<(usize, usize)> = Vec::new();
        let told = words(&chars);
        let mut at = 0;
        while at < told.len() {
            let fits = |name: &&Vec<String>| {
                told.len() - at >= name.len() && name.iter().zip(&told[at..]).all(|(want, have)| *want == have.folded)
            };
            match self.words.iter().find(fits) {
                Some(name) => {
                    found.push((told[at].start, told[at + name.len() - 1].end));
                    at += name.len();
                }
                None => at += 1,
            }
        }
        let mut at = 0;
        while at < chars.len() {
            match self.parts.iter().find(|part| chars[at..].starts_with(part)) {
                Some(part) => {
                    found.push((at, at + part.len()));
                    at += part.len();
                }
                None => at += 1,
            }
        }
        found.sort_unstable();
        found.dedup_by(|next, before| next.0 < before.1);
        let mut units = Vec::with_capacity(chars.len() + 1);
        units.push(0);
        for c in &chars {
            units.push(units[units.len() - 1] + c.len_utf16());
        }
        let span =
            |(start, end): (usize, usize)| TextSpan { start, end, utf16_start: units[start], utf16_end: units[end] };
        found.into_iter().map(span).collect()
    }
}

fn words(chars: &[char]) -> Vec<Word> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let end = at + chars[at..].iter().take_while(|c| c.is_alphanumeric() || is_mark(**c)).count();
        if end == at {
            at += 1;
            continue;
        }
        let word: String = chars[at..end].iter().collect();
        found.push(Word { folded: fold(&word).replace(' ', ""), start: at, end });
        at = end;
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

    fn told(names: &[&str], text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        Names::new(names.iter().copied())
            .spans(text)
            .iter()
            .map(|span| chars[span.start..span.end].iter().collect())
            .collect()
    }

    #[test]
    fn names_are_found_whole_in_any_order_case_and_accent() {
        let names = ["Ada Lovelace", "Ada", "Lovelace", "ada@engines.example"];
        let text = "I met ADA  lovelace (Lovelace, Ada); Àda said: mail ada@engines.example. Adamant Lovelaces.";
        assert_eq!(told(&names, text), ["ADA  lovelace", "Lovelace, Ada", "Àda", "ada@engines.example"]);
    }

    #[test]
    fn words_without_spaces_are_found_inside() {
        assert_eq!(told(&["李小龍", "李"], "我見了李小龍先生和李"), ["李小龍", "李"]);
    }

    #[test]
    fn offsets_count_characters_and_code_units() {
        let spans = Names::new(["Ada"]).spans("🙂 Ada");
        assert_eq!(spans, [TextSpan { start: 2, end: 5, utf16_start: 3, utf16_end: 6 }]);
    }

    #[test]
    fn a_letter_or_nothing_names_nobody() {
        assert!(told(&["", " ", "A", "-"], "A plan, and a B.").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_and_name_are_searched(name: String, text: String) {
            let length = text.chars().count();
            let mut last = 0;
            for span in Names::new([name.as_str()]).spans(&text) {
                proptest::prop_assert!(last <= span.start && span.start < span.end && span.end <= length);
                last = span.end;
            }
        }
    }
}
