//! vCards: 2.1 (versit 1996), 3.0 (RFC 2425 and 2426) and 4.0 (RFC 6350), one or many in a file, and what Apple,
//! Android, Google and Outlook make of them.
//!
//! The cards are read from a stream, one at a time, each line with its number. What outgrows the limits below is left
//! out and told; it does not grow the memory.
use std::io::BufRead;

use self::lines::{Line, Lines};
use self::property::Property;
use super::record::Entry;

mod card;
mod lines;
mod own;
mod property;
#[cfg(test)]
mod tests;

/// The most bytes a photo, a logo, a sound or a key may have.
pub const MAX_PHOTO: usize = 256 * 1024;
/// The most bytes of a line, unfolded: a photo in Base64, with room for its parameters.
pub const MAX_LINE: usize = MAX_PHOTO / 3 * 4 + 4 * 1024;
/// The most properties of a card, and the most bytes of all of them.
pub const MAX_PROPERTIES: usize = 1_000;
pub const MAX_CARD: usize = 1024 * 1024;
/// How deep a card may stand inside another (`AGENT` of version 2.1).
const MAX_DEPTH: usize = 8;

/// Something in a card that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub line: u64,
    pub property: String,
    pub code: &'static str,
    pub detail: String,
}

/// A card as it stands in the file.
#[derive(Debug, Default)]
pub struct Card {
    /// 1-based line of its `BEGIN`.
    pub line: u64,
    pub properties: Vec<Property>,
    pub troubles: Vec<Trouble>,
    pub size: usize,
}

/// The cards of a text.
pub struct Cards<R> {
    lines: Lines<R>,
    /// The `BEGIN` of a card before which another was not ended.
    begun: Option<u64>,
}

impl<R: BufRead> Cards<R> {
    pub fn new(source: R) -> Self {
        Self { lines: Lines::new(source), begun: None }
    }

    /// The next card, or what stands between cards and is none.
    pub fn read(&mut self) -> Option<Result<Card, Entry>> {
        if let Some(line) = self.begun.take() {
            return Some(Ok(self.card(line)));
        }
        loop {
            let line = match self.lines.read()? {
                Ok(line) => line,
                Err((line, error)) => {
                    return Some(Err(Entry::Error {
                        line,
                        column: None,
                        heading: None,
                        code: "unreadable",
                        detail: error.to_string(),
                    }));
                }
            };
            if line.text.trim().is_empty() {
                continue;
            }
            if is_mark(&line.text, "BEGIN") {
                return Some(Ok(self.card(line.number)));
            }
            let number = line.number;
            self.skip_to_card();
            let detail = "what stands here is no part of a vCard".to_owned();
            return Some(Err(Entry::Error { line: number, column: None, heading: None, code: "not_vcard", detail }));
        }
    }

    fn skip_to_card(&mut self) {
        while let Some(Ok(line)) = self.lines.read() {
            if is_mark(&line.text, "BEGIN") {
                self.begun = Some(line.number);
                return;
            }
        }
    }

    fn card(&mut self, line: u64) -> Card {
        let mut card = Card { line, ..Card::default() };
        let mut depth = 0;
        loop {
            let Some(Ok(line)) = self.lines.read() else {
                card.trouble(card.line, "END", "unclosed_card", "the card is never ended");
                return card;
            };
            if is_mark(&line.text, "END") {
                if depth == 0 {
                    return card;
                }
                depth -= 1;
            } else if is_mark(&line.text, "BEGIN") {
                let inside = depth > 0 || card.properties.last().is_some_and(|last| last.name == "AGENT");
                if !inside || depth >= MAX_DEPTH {
                    card.trouble(card.line, "END", "unclosed_card", "another card begins before this one ends");
                    self.begun = Some(line.number);
                    return card;
                }
                if depth == 0 {
                    card.trouble(line.number, "AGENT", "nested_card", "a card inside a card is left out");
                }
                depth += 1;
            } else if depth == 0 {
                card.take(line);
            }
        }
    }
}

impl<R: BufRead> Iterator for Cards<R> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        Some(match self.read()? {
            Ok(card) => card::entry(card),
            Err(error) => error,
        })
    }
}

impl Card {
    fn trouble(&mut self, line: u64, property: &str, code: &'static str, detail: impl Into<String>) {
        if self.troubles.len() < 20 {
            self.troubles.push(Trouble { line, property: property.to_owned(), code, detail: detail.into() });
        }
    }

    fn take(&mut self, line: Line) {
        if line.text.trim().is_empty() {
            return;
        }
        let (number, cut, size) = (line.number, line.cut, line.text.len());
        let Some(property) = Property::parse(line) else {
            return self.trouble(number, "", "unreadable_line", "the line is no property: it has no colon");
        };
        let binary = property.is_binary();
        if binary && (cut || property.value.len() / 4 * 3 > MAX_PHOTO) {
            return self.trouble(number, &property.name, "photo_too_large", "has more than 256 KiB and is left out");
        }
        if cut || self.size + size > MAX_CARD {
            return self.trouble(number, &property.name, "property_too_large", "is too large and left out");
        }
        if self.properties.len() >= MAX_PROPERTIES {
            return self.trouble(number, &property.name, "too_many", "a card has at most 1,000 properties");
        }
        self.size += size;
        self.properties.push(property);
    }
}

/// `BEGIN:VCARD` or `END:VCARD`, in any case and with stray blanks.
fn is_mark(text: &str, name: &str) -> bool {
    text.split_once(':').is_some_and(|(left, right)| {
        left.trim().eq_ignore_ascii_case(name) && right.trim().eq_ignore_ascii_case("VCARD")
    })
}
