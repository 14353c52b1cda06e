//! Logical lines of a vCard: folded ones joined, in all the ways in which the versions fold.
use std::io::{self, BufRead};

use super::MAX_LINE;
use crate::transfer::text::UNREADABLE;

/// How much of a line is looked at to tell how its value is encoded.
const PARAMETERS: usize = 2_000;

/// A line as it was before it was folded.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// 1-based, of its first part.
    pub number: u64,
    pub text: String,
    /// The line was longer than may be kept.
    pub cut: bool,
}

pub struct Lines<R> {
    source: R,
    /// Of the next physical line.
    number: u64,
    /// A physical line that was read to see whether it goes on with the one before.
    ahead: Option<Line>,
    failed: bool,
    /// The line before ended with CR: an LF would belong to it.
    after_cr: bool,
}

/// How a value goes on in the next physical line.
#[derive(PartialEq)]
enum Encoding {
    Plain,
    /// A soft break, `=` at the end, goes on, whatever the next line begins with.
    QuotedPrintable,
    /// Version 2.1 ends it by a blank line; some writers do not indent what follows.
    Base64,
}

impl<R: BufRead> Lines<R> {
    pub fn new(source: R) -> Self {
        Self { source, number: 1, ahead: None, failed: false, after_cr: false }
    }

    /// The next line, or why there is none, with where that happened.
    pub fn read(&mut self) -> Option<Result<Line, (u64, io::Error)>> {
        if self.failed {
            return None;
        }
        match self.unfolded() {
            Ok(line) => line.map(Ok),
            Err(error) => {
                self.failed = true;
                Some(Err((self.number, error)))
            }
        }
    }

    fn unfolded(&mut self) -> io::Result<Option<Line>> {
        let first = match self.ahead.take() {
            Some(line) => Some(line),
            None => self.physical()?,
        };
        let Some(mut line) = first else { return Ok(None) };
        let encoding = encoding(&line.text);
        loop {
            let soft = encoding == Encoding::QuotedPrintable && line.text.ends_with('=');
            let Some(next) = self.physical()? else { return Ok(Some(line)) };
            if soft {
                line.text.pop();
                append(&mut line, &next, next.text.strip_prefix('\t').unwrap_or(&next.text));
            } else if let Some(rest) = next.text.strip_prefix([' ', '\t']) {
                append(&mut line, &next, rest);
            } else if encoding == Encoding::Base64 && !next.text.is_empty() && !next.text.contains([':', ';']) {
                append(&mut line, &next, &next.text);
            } else {
                self.ahead = Some(next);
                return Ok(Some(line));
            }
        }
    }

    /// One line of the text, without its end, of which no more is kept than may be.
    fn physical(&mut self) -> io::Result<Option<Line>> {
        let mut line = Line { number: self.number, ..Line::default() };
        let mut bytes = Vec::new();
        let mut some = false;
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            if std::mem::take(&mut self.after_cr) && buffer.first() == Some(&b'\n') {
                self.source.consume(1);
                continue;
            }
            some = true;
            let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            self.after_cr = end.is_some_and(|end| buffer.get(end) == Some(&b'\r'));
            let part = &buffer[..end.unwrap_or(buffer.len())];
            let room = MAX_LINE - bytes.len();
            line.cut |= part.len() > room;
            bytes.extend_from_slice(&part[..part.len().min(room)]);
            let read = end.map_or(buffer.len(), |end| end + 1);
            self.source.consume(read);
            if end.is_some() {
                self.number += 1;
                break;
            }
        }
        line.text = match String::from_utf8(bytes) {
            Ok(text) => text,
            // What was cut may have been in the middle of a letter.
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        // PostgreSQL has no place for it, and no card a use.
        line.text.retain(|c| c != '\0');
        if line.text.contains(UNREADABLE) {
            line.text = line.text.replace(UNREADABLE, "\u{FFFD}");
        }
        Ok(some.then_some(line))
    }
}

fn append(line: &mut Line, next: &Line, text: &str) {
    let room = MAX_LINE.saturating_sub(line.text.len());
    line.cut |= next.cut || text.len() > room;
    let end = (0..=text.len().min(room)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    line.text.push_str(&text[..end]);
}

fn encoding(text: &str) -> Encoding {
    let end = text.bytes().take(PARAMETERS).position(|byte| byte == b':').unwrap_or(0);
    let parameters = text[..end].to_ascii_uppercase();
    if parameters.contains("QUOTED-PRINTABLE") {
        Encoding::QuotedPrintable
    } else if parameters.contains("BASE64") || parameters.contains("ENCODING=B") {
        Encoding::Base64
    } else {
        Encoding::Plain
    }
}
