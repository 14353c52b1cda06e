//! Lines of a vCard that are folded inside a character: RFC 6350, 3.2 counts octets, and has them unfolded before they
//! are decoded. What is left of such a fold is moved behind its character, so that every reader of lines that follows
//! sees the same lines, and the same number of them.
use std::io::{self, Read, Seek, SeekFrom};

use super::{CHUNK, read_some};

/// How much of the beginning tells a card.
const SNIFF: u64 = 256;
const BEGIN: &[u8] = b"BEGIN:VCARD";
/// Bytes of folds that may stand inside one character; more are none.
const FOLDS: usize = 24;

/// The bytes of a reader, with the folds of cards moved out of characters. What is no card passes as it is.
pub struct Unbroken<R> {
    source: R,
    is_card: bool,
    buffer: Box<[u8]>,
    ready: Vec<u8>,
    /// How much of what is ready was read.
    read: usize,
    character: Character,
}

/// A character of UTF-8 that is not complete, with the folds that stood in it.
#[derive(Default)]
struct Character {
    /// Bytes that it needs.
    needs: u8,
    folds: Vec<u8>,
}

impl<R: Read> Unbroken<R> {
    fn plain(source: R) -> Self {
        let (buffer, ready) = (vec![0; CHUNK].into_boxed_slice(), Vec::new());
        Self { source, is_card: false, buffer, ready, read: 0, character: Character::default() }
    }

    fn fill(&mut self) -> io::Result<()> {
        (self.read, self.ready) = (0, Vec::new());
        while self.ready.is_empty() {
            let count = read_some(&mut self.source, &mut self.buffer)?;
            if count == 0 {
                self.character.give_up(&mut self.ready);
                return Ok(());
            }
            for byte in &self.buffer[..count] {
                self.character.take(*byte, &mut self.ready);
            }
        }
        Ok(())
    }
}

impl<R: Read + Seek> Unbroken<R> {
    /// Finds out whether the source, which is read from its beginning, has cards.
    pub fn of(mut source: R) -> io::Result<Self> {
        let mut start = Vec::new();
        source.rewind()?;
        source.by_ref().take(SNIFF).read_to_end(&mut start)?;
        source.rewind()?;
        let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).trim_ascii_start();
        let is_card = text.get(..BEGIN.len()).is_some_and(|text| text.eq_ignore_ascii_case(BEGIN));
        Ok(Self { is_card, ..Self::plain(source) })
    }
}

impl<R: Read> Read for Unbroken<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.is_card {
            return self.source.read(out);
        }
        if self.read == self.ready.len() {
            self.fill()?;
        }
        let read = (&self.ready[self.read..]).read(out)?;
        self.read += read;
        Ok(read)
    }
}

/// Back to the beginning only.
impl<R: Seek> Seek for Unbroken<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if to != SeekFrom::Start(0) {
            return Err(io::Error::from(io::ErrorKind::Unsupported));
        }
        (self.read, self.ready, self.character) = (0, Vec::new(), Character::default());
        self.source.rewind().map(|()| 0)
    }
}

impl Character {
    fn take(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.needs > 0 {
            let after = self.folds.last().copied();
            let is_folded = after.is_none_or(|last| matches!(last, b' ' | b'\t'));
            match byte {
                0x80..=0xBF if is_folded => {
                    out.push(byte);
                    self.needs -= 1;
                    if self.needs == 0 {
                        out.append(&mut self.folds);
                    }
                    return;
                }
                b'\r' | b'\n' if is_folded && self.folds.len() < FOLDS => return self.folds.push(byte),
                b'\n' if after == Some(b'\r') => return self.folds.push(byte),
                b' ' | b'\t' if matches!(after, Some(b'\r' | b'\n')) => return self.folds.push(byte),
                _ => self.give_up(out),
            }
        }
        out.push(byte);
        self.needs = match byte {
            0xC2..=0xDF => 1,
            0xE0..=0xEF => 2,
            0xF0..=0xF4 => 3,
            _ => 0,
        };
    }

    /// It was none.
    fn give_up(&mut self, out: &mut Vec<u8>) {
        self.needs = 0;
        out.append(&mut self.folds);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(text: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        Unbroken::of(Cursor::new(text)).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn card(note: &[u8]) -> Vec<u8> {
        [b"BEGIN:VCARD\r\nNOTE:".as_slice(), note, b"\r\nEND:VCARD\r\n"].concat()
    }

    #[test]
    fn folds_are_moved_behind_the_character_that_they_cut() {
        for (folded, wanted) in [
            (&b"M\xC3\r\n \xBCller"[..], &b"M\xC3\xBC\r\n ller"[..]),
            (b"\xE2\n\t\x82\n\t\xAC!", b"\xE2\x82\xAC\n\t\n\t!"),
            (b"\xF0\x9F\r \xA7\xAE", b"\xF0\x9F\xA7\xAE\r "),
            // None of these is such a fold.
            (b"M\xFC\r\n ller", b"M\xFC\r\n ller"),
            (b"\xC3\r\n\xBC", b"\xC3\r\n\xBC"),
            (b"\xC3\r\n x", b"\xC3\r\n x"),
            (b"\xC3 \xBC", b"\xC3 \xBC"),
        ] {
            assert_eq!(read(&card(folded)), card(wanted), "{folded:?}");
        }
        let table = b"a,b\n\xC3\n \xBC,c\n";
        assert_eq!(read(table), table);
    }

    #[test]
    fn folds_without_end_are_kept_in_constant_memory() {
        let odd = card(&[b"\xE2".as_slice(), &b"\r\n ".repeat(50_000)].concat());
        assert_eq!(read(&odd), odd);
    }

    #[test]
    fn a_second_reading_is_as_the_first() {
        let mut reader = Unbroken::of(Cursor::new(card(b"\xC3\r\n \xBC"))).unwrap();
        let mut first = Vec::new();
        reader.by_ref().take(20).read_to_end(&mut first).unwrap();
        reader.rewind().unwrap();
        let mut second = Vec::new();
        reader.read_to_end(&mut second).unwrap();
        assert_eq!(second, card(b"\xC3\xBC\r\n "));
    }
}
