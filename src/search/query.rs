//! What a person typed, and the conditions that it makes. Nothing that can be typed is an error.
use super::words::{Branch, Shelf};
use crate::db::WorkspaceId;
use crate::db::full_text::Condition;
use crate::text::{self, Word};

/// Words in a row: a phrase, or a single one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Folded; never empty.
    words: Vec<String>,
    /// The last word may go on: it is still being typed.
    prefix: bool,
}

/// What is searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    wanted: Vec<Term>,
    unwanted: Vec<Term>,
}

impl Query {
    /// Words that all have to be there; `"several words"` in this order; `-word` and `-"several words"` must not be
    /// there. The last word also stands for longer ones, unless a space or a quotation mark ends it. A quotation mark
    /// without its other half reaches to the end.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let unwanted = rest.starts_with('-');
            rest = rest.strip_prefix('-').unwrap_or(rest);
            let (term, closed, after) = match rest.strip_prefix(is_quote) {
                Some(inside) => match inside.split_once(is_quote) {
                    Some((term, after)) => (term, true, after),
                    None => (inside, false, ""),
                },
                None => {
                    let end = rest.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(rest.len());
                    (&rest[..end], end < rest.len(), &rest[end..])
                }
            };
            let ends_open = !closed && !term.ends_with(char::is_whitespace);
            let words: Vec<String> = text::words(term).into_iter().map(|word| word.text).collect();
            if !words.is_empty() {
                let list = if unwanted { &mut query.unwanted } else { &mut query.wanted };
                list.push(Term { words, prefix: ends_open && !unwanted });
            }
            rest = after.trim_start();
        }
        query
    }

    /// As [`parse`](Self::parse), of what is not being typed any more.
    fn whole(text: &str) -> Self {
        let mut query = Self::parse(text);
        query.wanted.iter_mut().for_each(|term| term.prefix = false);
        query
    }

    /// Whether nothing can be found: there is no word that has to be there.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// For each rank, best first, what fits it and none before.
    pub fn ranks(&self, branch: &Branch) -> Vec<(Rank, Condition)> {
        let unwanted = self.unwanted.iter().map(|term| !term.anywhere(branch)).reduce(Condition::and);
        let mut ranks = Vec::new();
        let mut better: Option<Condition> = None;
        for rank in [Rank::Name, Rank::NameBegins, Rank::Heading, Rank::Anywhere] {
            let fits = self.wanted.iter().map(|term| term.condition(branch, rank)).reduce(Condition::and);
            let Some(fits) = fits else { continue };
            if better.as_ref() == Some(&fits) {
                continue;
            }
            let fresh = match better.replace(fits.clone()) {
                Some(better) => fits.and(!better),
                None => fits,
            };
            ranks.push((rank, unwanted.iter().cloned().fold(fresh, Condition::and)));
        }
        ranks
    }

    /// Where in a text the wanted words stand: ranges of characters, in order, without overlaps.
    pub fn marks(&self, text: &str) -> Vec<(usize, usize)> {
        let words = text::words(text);
        let mut marks: Vec<(usize, usize)> =
            self.wanted.iter().flat_map(|term| (0..words.len()).filter_map(|at| term.mark(&words[at..]))).collect();
        marks.sort_unstable();
        let mut apart: Vec<(usize, usize)> = Vec::with_capacity(marks.len());
        for (start, end) in marks {
            match apart.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => apart.push((start, end)),
            }
        }
        apart
    }
}

/// What a resource of the workspace fits that has all these words, each as a whole. Nothing, where there is no word.
pub fn whole_words(workspace: WorkspaceId, text: &str) -> Option<Condition> {
    let (query, branch) = (Query::whole(text), Branch::of(workspace));
    query.wanted.iter().map(|term| term.anywhere(&branch)).reduce(Condition::and)
}

/// What ranks those that have these words, each as a whole: once for each place that has one, and for a name twice.
pub fn places(workspace: WorkspaceId, text: &str) -> Option<Condition> {
    let (query, branch) = (Query::whole(text), Branch::of(workspace));
    let shelves = [Shelf::Name, Shelf::Heading, Shelf::Rest];
    let each = query.wanted.iter().flat_map(|term| shelves.map(|shelf| term.on(&branch, shelf, false)));
    each.reduce(Condition::or)
}

/// Where these words stand in a text, each as a whole: ranges of characters.
pub fn marks(wanted: &str, text: &str) -> Vec<(usize, usize)> {
    Query::whole(wanted).marks(text)
}

/// How well something fits, best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// All words stand somewhere.
    Anywhere = 1,
    /// In the name, the company, the title, the address.
    Heading,
    /// In the name, the last as the beginning of a word.
    NameBegins,
    /// In the name, each as a whole.
    Name,
}

impl Term {
    fn condition(&self, branch: &Branch, rank: Rank) -> Condition {
        match rank {
            Rank::Anywhere => self.anywhere(branch),
            Rank::Heading => self.on(branch, Shelf::Heading, self.prefix),
            Rank::NameBegins => self.on(branch, Shelf::Name, self.prefix),
            Rank::Name => self.on(branch, Shelf::Name, false),
        }
    }

    fn anywhere(&self, branch: &Branch) -> Condition {
        self.on(branch, Shelf::Heading, self.prefix).or(self.on(branch, Shelf::Rest, self.prefix))
    }

    fn on(&self, branch: &Branch, shelf: Shelf, prefix: bool) -> Condition {
        let last = self.words.len() - 1;
        let word = |(at, word): (usize, &String)| Condition::Word {
            text: branch.word(shelf, word),
            prefix: prefix && at == last,
        };
        let mut words = self.words.iter().enumerate().map(word);
        let first = words.next().unwrap_or(Condition::Word { text: String::new(), prefix: false });
        words.fold(first, Condition::then)
    }

    /// The characters of these words that the term stands for, if it begins with the first of them.
    fn mark(&self, words: &[Word]) -> Option<(usize, usize)> {
        let found = words.get(..self.words.len())?;
        let (last, before) = self.words.split_last()?;
        let (found_last, found_before) = found.split_last()?;
        let fits = found_before.iter().zip(before).all(|(found, wanted)| found.text == *wanted)
            && (found_last.text == *last || self.prefix && found_last.text.starts_with(last.as_str()));
        fits.then(|| (found[0].start, found_last.end_of(last.len())))
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(words: &[&str], prefix: bool) -> Term {
        Term { words: words.iter().map(|word| (*word).to_owned()).collect(), prefix }
    }

    #[test]
    fn words_phrases_and_exclusions() {
        let query = Query::parse("Ada \"head of computing\" -ltd -\"vice president\" Müller-Gro");
        assert_eq!(
            query.wanted,
            [term(&["ada"], false), term(&["head", "of", "computing"], false), term(&["muller", "gro"], true)]
        );
        assert_eq!(query.unwanted, [term(&["ltd"], false), term(&["vice", "president"], false)]);
    }

    #[test]
    fn the_last_word_may_go_on() {
        assert!(Query::parse("lov").wanted[0].prefix);
        assert!(!Query::parse("lov ").wanted[0].prefix);
        assert!(!Query::parse("\"lov\"").wanted[0].prefix);
        assert!(Query::parse("\"ada lov").wanted[0].prefix);
        assert!(!Query::parse("ada -lov").wanted[0].prefix);
    }

    #[test]
    fn odd_input_is_no_error() {
        for text in ["", " ", "-", "--", "\"", "\"\"", "-\"", "- -", "!?", "-foo"] {
            assert!(Query::parse(text).is_empty(), "{text}");
        }
        assert_eq!(Query::parse("a\"b c\"d").wanted.len(), 3);
        assert_eq!(Query::parse("--x y").unwanted, [term(&["x"], false)]);
    }

    #[test]
    fn marks_are_parts_of_words() {
        assert_eq!(Query::parse("lov").marks("Ada Lovelace, loved"), [(4, 7), (14, 17)]);
        assert_eq!(Query::parse("\"of comp").marks("Head of Computing"), [(5, 12)]);
        assert_eq!(Query::parse("gros müll").marks("Müller-Groß"), [(0, 4)]);
        assert_eq!(Query::parse("ada ada").marks("ada"), [(0, 3)]);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_understood(text in "\\PC{0,60}") {
            let query = Query::parse(&text);
            for (start, end) in query.marks(&text) {
                proptest::prop_assert!(start < end && end <= text.chars().count());
            }
        }
    }
}
