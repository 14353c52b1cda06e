//! CSV records of untrusted text, in constant memory and with the lines they start on.
//!
//! One buffer holds the record at hand. What outgrows it is skipped and reported as a [`Fault`];
//! a quote that nothing closes ends the file there, for whatever follows would be guesswork.

use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::text::UNREADABLE;

#[cfg(test)]
mod tests;

/// The most columns a record may have.
pub const MAX_COLUMNS: usize = 200;
/// The most bytes a field may have.
pub const MAX_FIELD: usize = 64 * 1024;
/// The most bytes the fields of a record may have together.
pub const MAX_RECORD: usize = 1024 * 1024;

/// Reads the records of `R` one by one.
pub struct Records<R> {
    source: R,
    parser: Reader,
    fields: Box<[u8]>,
    ends: Box<[usize]>,
    lines: Lines,
    finished: bool,
}

/// A record's fields, unquoted. Lives until the next one is read.
pub struct Record<'a> {
    /// 1-based line of the file on which the record starts. No two records start on one.
    pub line: u64,
    text: &'a str,
    ends: &'a [usize],
}

/// Why a record could not be read. After `unclosed_quote` and `unreadable` there are no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub line: u64,
    /// 1-based.
    pub column: Option<u64>,
    pub code: &'static str,
    pub detail: String,
}

/// How the parser left a record: complete with so many columns, or outgrown.
enum Outcome {
    Complete {
        columns: usize,
    },
    TooLong {
        bytes: usize,
    },
    TooWide,
    /// With the 1-based column of the quote, where that is known.
    Unclosed {
        column: Option<u64>,
    },
}

impl Outcome {
    /// The quote stands in the column behind those that have ended.
    fn unclosed(ended: Option<usize>) -> Self {
        Self::Unclosed { column: ended.and_then(|ended| u64::try_from(ended + 1).ok()) }
    }
}

impl<R: BufRead> Records<R> {
    pub fn new(source: R, delimiter: u8) -> Self {
        Self {
            source,
            parser: ReaderBuilder::new().delimiter(delimiter).build(),
            fields: vec![0; MAX_RECORD].into_boxed_slice(),
            // One to spare: the parser reports a full list even when the record ends with it.
            ends: vec![0; MAX_COLUMNS + 1].into_boxed_slice(),
            lines: Lines { line: 1, after_cr: false },
            finished: false,
        }
    }

    /// The next record that is not a blank line, or `None` at the end.
    pub fn read(&mut self) -> Option<Result<Record<'_>, Fault>> {
        if self.finished {
            return None;
        }
        let outcome = match self.next_outcome() {
            Ok(Some(outcome)) => outcome,
            Ok(None) => {
                self.finished = true;
                return None;
            }
            Err((line, error)) => {
                self.finished = true;
                return Some(Err(Fault::new(line, None, "unreadable", error.to_string())));
            }
        };
        Some(self.judge(outcome))
    }

    fn next_outcome(&mut self) -> Result<Option<(u64, Outcome)>, (u64, io::Error)> {
        let more = self.skip_line_ends().map_err(|error| (self.lines.line, error))?;
        if !more {
            return Ok(None);
        }
        let line = self.lines.line;
        let outcome = self.parse().map_err(|error| (line, error))?;
        Ok(Some((line, outcome)))
    }

    /// Goes to the next record, past blank lines; false at the end of the file.
    fn skip_line_ends(&mut self) -> io::Result<bool> {
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                return Ok(false);
            }
            let blank = buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let found = blank < buffer.len();
            self.lines.count(&buffer[..blank]);
            self.source.consume(blank);
            if found {
                return Ok(true);
            }
        }
    }

    /// Reads to the end of the record, keeping as much of it as there is room for.
    fn parse(&mut self) -> io::Result<Outcome> {
        let (mut bytes, mut columns) = (0, 0);
        let mut outgrown = None;
        loop {
            let input = self.source.fill_buf()?;
            let at_end = input.is_empty();
            // A line end after the last line completes any record but one with an open quote.
            let input = if at_end { b"\n" } else { input };
            let (result, read, written, ended) =
                self.parser.read_record(input, &mut self.fields[bytes..], &mut self.ends[columns..]);
            if !at_end {
                self.lines.count(&input[..read]);
                self.source.consume(read);
            }
            bytes += written;
            columns += ended;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => {
                    return Ok(outgrown.unwrap_or(Outcome::Complete { columns }));
                }
                ReadRecordResult::InputEmpty if at_end => {
                    return Ok(Outcome::unclosed(outgrown.is_none().then_some(columns)));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.runs_over_lines(bytes, columns) => {
                    return Ok(Outcome::unclosed(outgrown.is_none().then_some(columns)));
                }
                ReadRecordResult::OutputFull => {
                    outgrown.get_or_insert(Outcome::TooLong { bytes });
                    (bytes, columns) = (0, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    outgrown.get_or_insert(Outcome::TooWide);
                    (bytes, columns) = (0, 0);
                }
            }
        }
    }

    /// A field that holds line ends and yet fills the buffer lacks its closing quote.
    fn runs_over_lines(&self, bytes: usize, columns: usize) -> bool {
        let start = columns.checked_sub(1).map_or(0, |last| self.ends[last].min(bytes));
        self.fields[start..bytes].contains(&b'\n')
    }

    fn judge(&mut self, (line, outcome): (u64, Outcome)) -> Result<Record<'_>, Fault> {
        match outcome {
            Outcome::Complete { columns } => self.record(line, columns),
            Outcome::TooWide => Err(too_wide(line)),
            Outcome::TooLong { bytes } => Err(Fault::new(
                line,
                None,
                "record_too_large",
                format!("a row has at most 1 MiB, this one more than {bytes} bytes"),
            )),
            Outcome::Unclosed { column } => {
                self.finished = true;
                let detail = "a quote opened in this row is never closed".to_owned();
                Err(Fault::new(line, column, "unclosed_quote", detail))
            }
        }
    }

    fn record(&self, line: u64, columns: usize) -> Result<Record<'_>, Fault> {
        if columns > MAX_COLUMNS {
            return Err(too_wide(line));
        }
        let ends = &self.ends[..columns];
        let bytes = ends.last().map_or(0, |end| *end);
        let text = std::str::from_utf8(&self.fields[..bytes])
            .map_err(|error| Fault::new(line, None, "not_text", error.to_string()))?;
        let record = Record { line, text, ends };
        match record.check() {
            Some((column, code, detail)) => Err(Fault::new(line, Some(column), code, detail)),
            None => Ok(record),
        }
    }
}

impl<'a> Record<'a> {
    /// The field at a 0-based index; empty for a column the record lacks.
    pub fn field(&self, index: usize) -> &'a str {
        let before = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = before.copied().unwrap_or_default();
        let end = self.ends.get(index).copied().unwrap_or_default();
        self.text.get(start..end).unwrap_or_default()
    }

    pub fn fields(&self) -> impl Iterator<Item = &'a str> {
        (0..self.ends.len()).map(|index| self.field(index))
    }

    /// The first field that must not pass: its 1-based column, a code and what is wrong.
    fn check(&self) -> Option<(u64, &'static str, String)> {
        if self.text.len() <= MAX_FIELD && !self.text.contains(['\0', UNREADABLE]) {
            return None;
        }
        (1..).zip(self.fields()).find_map(|(column, field)| {
            let (code, detail) = fault_of(field)?;
            Some((column, code, detail))
        })
    }
}

fn fault_of(field: &str) -> Option<(&'static str, String)> {
    if field.len() > MAX_FIELD {
        let detail = format!("a field has at most 64 KiB, this one {} bytes", field.len());
        Some(("field_too_large", detail))
    } else if field.contains('\0') {
        let detail = "the field contains the character U+0000".to_owned();
        Some(("nul_character", detail))
    } else if field.contains(UNREADABLE) {
        Some(("unreadable_text", "the field has bytes that are no text in the encoding of the file".to_owned()))
    } else {
        None
    }
}

fn too_wide(line: u64) -> Fault {
    let column = u64::try_from(MAX_COLUMNS + 1).ok();
    Fault::new(line, column, "too_many_columns", format!("a row has at most {MAX_COLUMNS} columns"))
}

impl Fault {
    fn new(line: u64, column: Option<u64>, code: &'static str, detail: String) -> Self {
        Self { line, column, code, detail }
    }
}

/// Counts lines, which end with LF, CR or both.
struct Lines {
    /// 1-based, of the next byte of the source.
    line: u64,
    after_cr: bool,
}

impl Lines {
    fn count(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.line += u64::from(*byte == b'\r' || *byte == b'\n' && !self.after_cr);
            self.after_cr = *byte == b'\r';
        }
    }
}
