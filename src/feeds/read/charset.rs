//! In which letters a file is written. Servers and files say so, and are often wrong.
use encoding_rs::{Encoding, UTF_8};

/// Where a declaration is looked for. Bytes.
const PROLOG: usize = 1_024;

/// The text of a file. A mark at its beginning goes first; what reads as UTF-8 is that, for nothing else does by chance;
/// then counts what the server says, then what the file says, and last what the letters look like.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    if let Some(encoding) = wide(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    let said = content_type.and_then(charset).or_else(|| declared(bytes));
    // In its own way ASCII, too.
    let escaped = said.filter(|encoding| !encoding.is_ascii_compatible());
    match (std::str::from_utf8(bytes), escaped) {
        (Ok(text), None) => text.to_owned(),
        _ => {
            let not_utf8 = |encoding: &&'static Encoding| *encoding != UTF_8;
            let said = content_type.and_then(charset).filter(not_utf8).or_else(|| declared(bytes).filter(not_utf8));
            said.unwrap_or_else(|| guessed(bytes)).decode_without_bom_handling(bytes).0.into_owned()
        }
    }
}

/// UTF-16 without a mark: every other byte of `<?` or `<r` is zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, _, 0, ..] => Some(encoding_rs::UTF_16LE),
        [0, b'<', 0, _, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

/// The `charset` of a media type.
fn charset(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let label = lower.split(';').skip(1).find_map(|part| part.trim().strip_prefix("charset="))?;
    Encoding::for_label(label.trim_matches(['"', '\'', ' ']).as_bytes())
}

/// The `encoding` of an XML declaration.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let prolog = String::from_utf8_lossy(&bytes[..bytes.len().min(PROLOG)]).into_owned();
    let declaration = prolog.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}

fn guessed(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}
