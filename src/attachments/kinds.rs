//! Which files there may be, told by what they hold: neither by their name nor by what the client says.

/// PDF, pictures without programs in them, and office files.
const TAKEN: [&str; 20] = [
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/heif",
    "image/tiff",
    "image/bmp",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/rtf",
    "text/rtf",
];
pub const PDF: &str = "application/pdf";
/// Bytes that tell what a file is.
pub const BEGINNING: usize = 8192;

/// The media type of a file that begins so, if it may be kept.
///
/// # Errors
/// What it is, as far as that can be told.
pub fn media_type(beginning: &[u8]) -> Result<&'static str, String> {
    let found = infer::get(beginning).map(|kind| kind.mime_type());
    let taken = found.and_then(|found| TAKEN.iter().find(|taken| **taken == found));
    taken
        .copied()
        .ok_or_else(|| found.map_or_else(|| "is of no kind that is known".to_owned(), |found| format!("is {found}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(media_type(b"%PDF-1.7\n"), Ok(PDF));
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n0000"), Ok("image/png"));
        assert!(media_type(b"{\\rtf1\\ansi}").is_ok());
        for refused in [
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"[..],
            b"<!doctype html><html><script>alert(1)</script>",
            b"MZ\x90\0\x03\0\0\0",
            b"\x7fELF\x02\x01\x01\0",
            b"#!/bin/sh\nrm -rf /\n",
            b"just words",
            b"",
        ] {
            assert!(media_type(refused).is_err(), "{}", String::from_utf8_lossy(refused));
        }
    }
}
