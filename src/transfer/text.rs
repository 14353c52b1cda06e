//! Text of unknown encoding, read as UTF-8.
//!
//! Exports say nothing about their encoding, and spreadsheets re-save them in their own. The
//! file is read once to find out and once more to be transcoded as it streams: a name with an
//! accent may well come after megabytes of ASCII, so a sample from the beginning would not do.

use std::io::{self, BufRead, Read, Seek};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use self::folds::Unbroken;

mod folds;
#[cfg(test)]
mod tests;

const CHUNK: usize = 16 * 1024;
/// How much of a file without a byte order mark is looked at for the NULs that betray UTF-16.
const SNIFF: u64 = 1024;
/// How much is enough to tell legacy encodings apart, from the first byte that differs. The
/// detector is slow: all of the largest upload would keep it busy for seconds.
const SAMPLE: usize = 1024 * 1024;
/// Stands where bytes are no text. A noncharacter, which no text interchanges (The Unicode Standard, 23.7), so that it is
/// told apart from a U+FFFD that the file has itself.
pub const UNREADABLE: char = '\u{FDD0}';
/// So many characters beyond ASCII are whole for each that is broken in a text that is UTF-8 all the same: one that lost
/// some bytes. In another encoding hardly any is by chance.
const WHOLE_FOR_BROKEN: usize = 4;
/// So many broken ones are enough to see it.
const BROKEN_SEEN: usize = 1_000;

/// A reader's bytes as UTF-8, without a byte order mark, transcoded chunk by chunk.
///
/// What is no text in the encoding reads as [`UNREADABLE`]. A U+0000 passes through: only the reader of
/// the format knows which row it spoils.
pub struct Decoded<R> {
    source: Unbroken<R>,
    encoding: &'static Encoding,
    decoder: Decoder,
    raw: Window,
    text: Window,
    exhausted: bool,
}

/// Bytes at hand in a buffer of fixed size.
struct Window {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

/// Reads from the beginning, in the encoding that somebody has named, or in the one that all of the file shows.
///
/// In this order: a byte order mark; UTF-16 by its NULs; UTF-8, if hardly a byte does not fit; else the
/// likeliest legacy encoding, for western names windows-1252.
pub fn decode<R: Read + Seek>(reader: R, named: Option<&'static Encoding>) -> io::Result<Decoded<R>> {
    let mut source = Unbroken::of(reader)?;
    let encoding = match named {
        Some(encoding) => encoding,
        None => {
            let encoding = detect(&mut source)?;
            source.rewind()?;
            encoding
        }
    };
    Ok(Decoded::new(source, encoding))
}

fn detect<R: Read + Seek>(reader: &mut R) -> io::Result<&'static Encoding> {
    if let Some(encoding) = unicode_by_its_start(reader)? {
        return Ok(encoding);
    }
    if is_utf8(reader)? {
        return Ok(UTF_8);
    }
    legacy(reader)
}

fn unicode_by_its_start<R: Read + Seek>(reader: &mut R) -> io::Result<Option<&'static Encoding>> {
    let mut start = Vec::new();
    reader.rewind()?;
    reader.by_ref().take(SNIFF).read_to_end(&mut start)?;
    Ok(match Encoding::for_bom(&start) {
        Some((encoding, _)) => Some(encoding),
        None => utf16_by_nuls(&start),
    })
}

/// A header in Latin letters has a NUL in every unit, always on the same side.
fn utf16_by_nuls(start: &[u8]) -> Option<&'static Encoding> {
    let units = start.chunks_exact(2);
    let count = units.len();
    let (high_first, low_first) =
        units.fold((0, 0), |(be, le), unit| (be + usize::from(unit[0] == 0), le + usize::from(unit[1] == 0)));
    let (most, few) = (count / 2, count / 20);
    if low_first > most && high_first <= few {
        Some(UTF_16LE)
    } else if high_first > most && low_first <= few {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn is_utf8<R: Read + Seek>(reader: &mut R) -> io::Result<bool> {
    let mut buffer = [0; CHUNK];
    // A character may be cut by the end of a chunk: its bytes wait at the front for the rest.
    let mut carried = 0;
    let (mut whole, mut broken) = (0, 0);
    let is_it = |whole, broken| broken == 0 || whole >= WHOLE_FOR_BROKEN * broken;
    reader.rewind()?;
    loop {
        let read = read_some(reader, &mut buffer[carried..])?;
        if read == 0 {
            return Ok(is_it(whole, broken + usize::from(carried > 0)));
        }
        let (mut start, end) = (0, carried + read);
        carried = loop {
            let (valid, error) = match std::str::from_utf8(&buffer[start..end]) {
                Ok(_) => (end, None),
                Err(error) => (start + error.valid_up_to(), Some(error)),
            };
            // Each begins with one of these.
            whole += buffer[start..valid].iter().filter(|byte| **byte >= 0xC0).count();
            match error.map(|error| error.error_len()) {
                None => break 0,
                Some(None) => {
                    buffer.copy_within(valid..end, 0);
                    break end - valid;
                }
                Some(Some(length)) => (start, broken) = (valid + length, broken + 1),
            }
        };
        if broken > BROKEN_SEEN && !is_it(whole, broken) {
            return Ok(false);
        }
    }
}

fn legacy<R: Read + Seek>(reader: &mut R) -> io::Result<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut buffer = [0; CHUNK];
    let mut sampled = 0;
    reader.rewind()?;
    while sampled < SAMPLE {
        let read = read_some(reader, &mut buffer)?;
        let ended = read == 0;
        if detector.feed(&buffer[..read], ended) {
            sampled += read;
        }
        if ended {
            break;
        }
    }
    Ok(detector.guess(None, Utf8Detection::Deny))
}

fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl<R> Decoded<R> {
    fn new(source: Unbroken<R>, encoding: &'static Encoding) -> Self {
        Self {
            source,
            encoding,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: Window::new(CHUNK),
            text: Window::new(CHUNK),
            exhausted: false,
        }
    }

    /// The encoding's name in the WHATWG standard: `UTF-8`, `UTF-16LE`, `windows-1252`.
    pub fn encoding(&self) -> &'static str {
        self.encoding.name()
    }
}

impl<R: Read> Decoded<R> {
    /// Transcodes until there is some text or the source has ended.
    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        let room = self.text.bytes.len() - UNREADABLE.len_utf8();
        while self.text.is_empty() && !self.exhausted {
            let mut ended = false;
            if self.raw.is_empty() {
                self.raw.end = read_some(&mut self.source, &mut self.raw.bytes)?;
                self.raw.start = 0;
                ended = self.raw.is_empty();
            }
            let out = &mut self.text.bytes[..room];
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(self.raw.rest(), out, ended);
            self.raw.start += read;
            self.text.end = written;
            match result {
                DecoderResult::InputEmpty => self.exhausted = ended,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.text.end += UNREADABLE.encode_utf8(&mut self.text.bytes[written..]).len();
                }
            }
        }
        Ok(())
    }
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.text.is_empty() {
            self.refill()?;
        }
        Ok(self.text.rest())
    }

    fn consume(&mut self, amount: usize) {
        self.text.start = self.text.end.min(self.text.start + amount);
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl Window {
    fn new(size: usize) -> Self {
        Self { bytes: vec![0; size].into_boxed_slice(), start: 0, end: 0 }
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }
}
