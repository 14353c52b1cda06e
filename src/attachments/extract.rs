//! The words of a PDF.
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use pdf_extract::{Document, MediaBox, OutputDev, OutputError, Transform};

use crate::confined;
pub use crate::http::limits::ATTACHED_WORDS as MOST;

/// The hidden command of the binary that reads them: a PDF on the standard input, words on the standard output.
pub const COMMAND: &str = "read-pdf";
/// A gap between two letters parts words when it is wider than this share of the size of the letters. Kerning is narrower,
/// and the spaces of lines that are set tight are wider.
const GAP: f64 = 0.2;
/// Letters that stand further above or below the last one are on another line; an index and a power are not.
const LINE: f64 = 0.5;

/// Does what [`COMMAND`] says.
pub fn run() -> ExitCode {
    confined::answer(|pdf| Ok(tidy(&text(&pdf)?).into_bytes()))
}

fn text(pdf: &[u8]) -> Result<String, String> {
    let mut document = Document::load_mem(pdf).map_err(|error| error.to_string())?;
    if document.is_encrypted() {
        // Some may be read by everybody, and only not be changed.
        document.decrypt("").map_err(|error| error.to_string())?;
    }
    let mut letters = Letters::default();
    pdf_extract::output_doc(&document, &mut letters).map_err(|error| error.to_string())?;
    Ok(letters.text)
}

/// The letters of all pages, with spaces and line breaks as far as the places of the letters tell.
#[derive(Default)]
struct Letters {
    text: String,
    /// Where the next letter of the word would stand on this page.
    end: Option<(f64, f64)>,
}

impl OutputDev for Letters {
    fn begin_page(&mut self, _: u32, _: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        self.end = None;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        self.text.push('\n');
        Ok(())
    }

    fn output_character(
        &mut self,
        at: &Transform,
        width: f64,
        spacing: f64,
        font_size: f64,
        letter: &str,
    ) -> Result<(), OutputError> {
        // Along the line, whichever way it runs, in the units of the page.
        let scale = at.m11.hypot(at.m12);
        let (along_x, along_y) = if scale > 0.0 { (at.m11 / scale, at.m12 / scale) } else { (1.0, 0.0) };
        let size = at.m21.hypot(at.m22) * font_size.abs();
        if let Some((x, y)) = self.end {
            let (dx, dy) = (at.m31 - x, at.m32 - y);
            let (along, across) = (dx * along_x + dy * along_y, dy * along_x - dx * along_y);
            if across.abs() > LINE * size {
                self.text.push('\n');
            } else if along > GAP * size || along < -size {
                self.text.push(' ');
            }
        }
        let advance = (width * font_size + spacing) * scale;
        self.end = Some((at.m31 + along_x * advance, at.m32 + along_y * advance));
        for c in letter.chars() {
            match c {
                // Ligatures are letters of the printer, and not of the word.
                '\u{fb00}' => self.text.push_str("ff"),
                '\u{fb01}' => self.text.push_str("fi"),
                '\u{fb02}' => self.text.push_str("fl"),
                '\u{fb03}' => self.text.push_str("ffi"),
                '\u{fb04}' => self.text.push_str("ffl"),
                '\u{fb05}' | '\u{fb06}' => self.text.push_str("st"),
                c => self.text.push(c),
            }
        }
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
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

    /// A PDF with a page of each of these contents.
    fn pdf(contents: &[&str]) -> Vec<u8> {
        let kids: Vec<String> = (0..contents.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), contents.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        ];
        for content in contents {
            let stream = objects.len() + 2;
            objects.push(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {stream} 0 R \
                 /Resources << /Font << /F1 3 0 R >> >> >>"
            ));
            objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
        }
        let mut text = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            places.push(text.len());
            text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
        }
        let (table, size) = (text.len(), objects.len() + 1);
        text.push_str(&format!("xref\n0 {size}\n0000000000 65535 f \n"));
        places.iter().for_each(|place| text.push_str(&format!("{place:010} 00000 n \n")));
        text.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
        text.into_bytes()
    }

    #[test]
    fn kerning_parts_no_words_and_pages_do() {
        let first = "BT /F1 12 Tf 72 720 Td [(R) -150 (evenue) -280 (grew) 40 (s) -120 (o)] TJ \
                     0 -14 Td (in) Tj 3 Tc 0 -14 Td (2026) Tj ET";
        // On its side.
        let second = "BT /F1 12 Tf 0 1 -1 0 72 100 Tm [(Tur) -100 (bines) -300 (turn)] TJ ET";
        let read = text(&pdf(&[first, second])).map(|text| tidy(&text));
        assert_eq!(read.as_deref(), Ok("Revenue grewso in 2026 Turbines turn"));
    }
}
