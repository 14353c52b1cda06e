//! The words of a PDF.
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use crate::confined;

/// The hidden command of the binary that reads them: a PDF on the standard input, words on the standard output.
pub const COMMAND: &str = "read-pdf";
/// Bytes of words that are kept: with a note's own they make no more than PostgreSQL's `tsvector` takes.
pub const MOST: usize = 350_000;

/// Does what [`COMMAND`] says.
pub fn run() -> ExitCode {
    confined::answer(|pdf| {
        let text = pdf_extract::extract_text_from_mem(&pdf).map_err(|error| error.to_string())?;
        Ok(tidy(&text).into_bytes())
    })
}

/// Without NUL and spare space, and no longer than it may be.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len().min(MOST));
    for word in text.split(|c: char| c.is_whitespace() || c == '\0').filter(|word| !word.is_empty()) {
        if tidy.len() + word.len() + 1 > MOST {
            break;
        }
        tidy.push_str(word);
        tidy.push(' ');
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

/// Has a process of `program` read a PDF. It blocks until that is over.
///
/// # Errors
/// Why there are no words: the file is broken or encrypted, or it took too much.
pub fn words(program: &Path, pdf: File) -> Result<String, String> {
    String::from_utf8(confined::ask(program, COMMAND, pdf)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_as_far_as_there_is_room() {
        assert_eq!(tidy(" a\0b\n\n c\t"), "a b c");
        let long = tidy(&"wörd ".repeat(MOST));
        assert!(long.len() <= MOST && long.len() > MOST - 16 && long.ends_with("wörd"));
    }
}
