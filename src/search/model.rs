//! What a search answers.
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::query::Query;
use super::words::Text;
use crate::text_enum;

/// Characters of an excerpt.
const EXCERPT: usize = 240;
/// Of these before the first match.
const BEFORE: usize = 60;
/// Matches that are told of one hit.
const MATCHES: usize = 10;
/// Highlights of one match.
const HIGHLIGHTS: usize = 50;

text_enum! {
    /// What a search finds. There will be more.
    SearchKind {
        Contact = "contact",
        Company = "company",
        Message = "message",
        Meeting = "meeting",
        Template = "template",
        Goal = "goal",
        Insight = "insight",
        ResearchNote = "research_note",
    }
}

/// Something that was found, as its slice reads it.
#[derive(Debug)]
pub struct Found {
    pub id: Uuid,
    pub title: String,
    pub subtitle: Option<String>,
    /// Where it is: `/v1/contacts/…`.
    pub url: String,
    /// What was searched, in the order in which matches are told.
    pub texts: Vec<Text<'static>>,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchHit {
    pub kind: SearchKind,
    pub id: Uuid,
    /// Where to read the whole of it.
    #[schema(example = "/v1/contacts/019ab0c4-6c3e-7bd1-8f57-0d9a0c0a4b5e")]
    pub url: String,
    /// What it is called.
    #[schema(example = "Ada Lovelace")]
    pub title: String,
    /// What it is, in a few words.
    #[schema(example = "Head of Computing, Analytical Engines Ltd")]
    pub subtitle: Option<String>,
    /// 4: all words stand in the name; 3: the last begins a word of the name; 2: they stand in name, company, title or
    /// address; 1: they stand somewhere.
    #[schema(example = 3, minimum = 1, maximum = 4)]
    pub rank: i16,
    /// The texts in which the words stand, ten at most.
    pub matches: Vec<SearchMatch>,
}

/// A text in which words of the search stand.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchMatch {
    /// Which field of the resource it is: a JSON pointer (RFC 6901).
    #[schema(example = "/name")]
    pub field: String,
    /// The field's text, or a part of it when it is long.
    #[schema(example = "Ada Lovelace")]
    pub text: String,
    /// The field's text goes on before this part.
    #[schema(example = false)]
    pub cut_before: bool,
    /// The field's text goes on behind this part.
    #[schema(example = false)]
    pub cut_after: bool,
    /// What of `text` the words are, in order, without overlaps.
    pub highlights: Vec<Highlight>,
}

/// A part of a text, from its first character to behind its last one: counted in Unicode scalar values (as Python, Go's
/// runes and Rust's chars do) and in UTF-16 code units (as JavaScript, Java and C# do).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Highlight {
    #[schema(example = 4)]
    pub start: usize,
    #[schema(example = 7)]
    pub end: usize,
    #[schema(example = 4)]
    pub utf16_start: usize,
    #[schema(example = 7)]
    pub utf16_end: usize,
}

impl SearchHit {
    pub fn new(kind: SearchKind, found: Found, rank: i16, query: &Query) -> Self {
        let Found { id, title, subtitle, url, texts } = found;
        let mut matches: Vec<SearchMatch> = Vec::new();
        for text in &texts {
            if matches.len() < MATCHES
                && let Some(found) = SearchMatch::of(text, query)
            {
                matches.push(found);
            }
        }
        Self { kind, id, url, title, subtitle, rank, matches }
    }
}

impl SearchMatch {
    fn of(text: &Text<'_>, query: &Query) -> Option<Self> {
        Self::cut(&text.pointer, &text.text, query.marks(&text.text))
    }

    /// The part of a field's text around the first of these ranges of characters; none where there is none.
    pub fn cut(field: &str, text: &str, marks: Vec<(usize, usize)>) -> Option<Self> {
        let first = marks.first()?.0;
        let chars: Vec<char> = text.chars().collect();
        let start = if chars.len() <= EXCERPT { 0 } else { cut_at(&chars, first.saturating_sub(BEFORE), first) };
        let end = chars.len().min(start + EXCERPT);
        let shown = &chars[start..end];
        let units: Vec<usize> = shown
            .iter()
            .scan(0, |units, c| {
                let before = *units;
                *units += c.len_utf16();
                Some(before)
            })
            .collect();
        let all: usize = shown.iter().map(|c| c.len_utf16()).sum();
        let unit = |at: usize| units.get(at).copied().unwrap_or(all);
        let inside = marks.into_iter().filter(|mark| mark.1 <= end).take(HIGHLIGHTS);
        let highlights = inside.map(|(from, to)| {
            let (from, to) = (from - start, to - start);
            Highlight { start: from, end: to, utf16_start: unit(from), utf16_end: unit(to) }
        });
        Some(Self {
            field: field.to_owned(),
            highlights: highlights.collect(),
            text: shown.iter().collect(),
            cut_before: start > 0,
            cut_after: end < chars.len(),
        })
    }
}

/// The beginning of a word between the two places, or the first of them.
fn cut_at(chars: &[char], from: usize, to: usize) -> usize {
    if from == 0 {
        return 0;
    }
    (from..=to).find(|at| chars[at - 1].is_whitespace()).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::super::words::Place;
    use super::*;

    fn found(text: &str, query: &str) -> SearchMatch {
        SearchMatch::of(&Text::new(Place::Rest, "/notes", text), &Query::parse(query))
            .unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn offsets_count_both_ways() {
        let found = found("🐶🐶 Müller", "mull");
        assert_eq!(found.highlights, [Highlight { start: 3, end: 7, utf16_start: 5, utf16_end: 9 }]);
        assert!(!found.cut_before && !found.cut_after);
    }

    #[test]
    fn long_texts_are_cut_around_the_first_match() {
        let text = format!("{} needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let found = found(&text, "needle");
        let mark = &found.highlights[0];
        let shown: String = found.text.chars().skip(mark.start).take(mark.end - mark.start).collect();
        assert_eq!(shown, "needle");
        assert!(found.cut_before && found.cut_after && found.text.starts_with("hay ") && found.text.len() == EXCERPT);
    }

    proptest::proptest! {
        #[test]
        fn highlights_lie_inside_their_text(text in "(\\PC| |needle){0,400}", query in "\\PC{1,10}") {
            let query = Query::parse(&query);
            if let Some(found) = SearchMatch::of(&Text::new(Place::Rest, "", text), &query) {
                let (chars, units) = (found.text.chars().count(), found.text.encode_utf16().count());
                for mark in &found.highlights {
                    proptest::prop_assert!(mark.start < mark.end && mark.end <= chars);
                    proptest::prop_assert!(mark.utf16_start < mark.utf16_end && mark.utf16_end <= units);
                }
            }
        }
    }
}
