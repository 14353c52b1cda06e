//! Which files there may be, told by what they hold: neither by their name nor by what the client says.
use std::io::{self, Read, Seek};

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
/// Bytes in which it shows what a file is.
const BEGINNING: u64 = 1024 * 1024;
/// Compound File Binary, in which Office kept its files until 2007.
const OLD_OFFICE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const OLD: [(&str, &str); 4] = [
    ("/WordDocument", "application/msword"),
    ("/Workbook", "application/vnd.ms-excel"),
    ("/Book", "application/vnd.ms-excel"),
    ("/PowerPoint Document", "application/vnd.ms-powerpoint"),
];
/// The folders of Office Open XML (ECMA-376, part 1, section 15) by which one kind is told from another.
const NEW: [(&[u8], &str); 3] = [
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
];

/// The media type of a file, if it may be kept. `infer` looks at the first entries of an archive alone, and at the
/// beginning of a compound file; what it leaves open is looked for in the rest.
///
/// # Errors
/// What it is, as far as that can be told.
pub fn media_type(mut file: impl Read + Seek) -> io::Result<Result<&'static str, String>> {
    let mut beginning = Vec::new();
    (&mut file).take(BEGINNING).read_to_end(&mut beginning)?;
    let found = infer::get(&beginning).map(|kind| kind.mime_type());
    if let Some(taken) = found.and_then(|found| TAKEN.iter().find(|taken| **taken == found)) {
        return Ok(Ok(taken));
    }
    let office = if beginning.starts_with(OLD_OFFICE) { old_office(file)? } else { new_office(&beginning) };
    let what = || found.map_or_else(|| "is of no kind that is known".to_owned(), |found| format!("is {found}"));
    Ok(office.ok_or_else(what))
}

fn old_office(mut file: impl Read + Seek) -> io::Result<Option<&'static str>> {
    file.rewind()?;
    // One that is broken is of no kind.
    let Ok(file) = cfb::CompoundFile::open(file) else { return Ok(None) };
    Ok(OLD.iter().find(|(stream, _)| file.is_stream(stream)).map(|(_, kind)| *kind))
}

fn new_office(beginning: &[u8]) -> Option<&'static str> {
    /// Of an entry's header (APPNOTE, section 4.3.7), up to its name.
    const HEADER: usize = 30;
    let entries = memchr::memmem::find_iter(beginning, b"PK\x03\x04");
    let names: Vec<&[u8]> = entries.filter_map(|at| beginning.get(at + HEADER..)).collect();
    let has = |start: &[u8]| names.iter().any(|name| name.starts_with(start));
    let is_office = beginning.starts_with(b"PK\x03\x04") && (has(b"[Content_Types].xml") || has(b"_rels/.rels"));
    NEW.iter().find(|(folder, _)| is_office && has(folder)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    fn told(bytes: &[u8]) -> Result<&'static str, String> {
        media_type(Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn content_decides() {
        assert_eq!(told(b"%PDF-1.7\n"), Ok(PDF));
        assert_eq!(told(b"\x89PNG\r\n\x1a\n0000"), Ok("image/png"));
        assert!(told(b"{\\rtf1\\ansi}").is_ok());
        for refused in [
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"[..],
            b"<!doctype html><html><script>alert(1)</script>",
            b"MZ\x90\0\x03\0\0\0",
            b"\x7fELF\x02\x01\x01\0",
            b"#!/bin/sh\nrm -rf /\n",
            b"just words",
            b"",
        ] {
            assert!(told(refused).is_err(), "{}", String::from_utf8_lossy(refused));
        }
    }

    #[test]
    fn office_files_are_known_in_whatever_order_they_were_written() {
        let archive = |names: &[&str]| {
            let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for name in names {
                archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
                archive.write_all(&[b'x'; 5_000]).unwrap();
            }
            archive.finish().unwrap().into_inner()
        };
        for (names, kind) in [
            (&["[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "word/document.xml"][..], "wordprocessingml"),
            (&["[Content_Types].xml", "_rels/.rels", "customXml/item1.xml", "word/document.xml"], "wordprocessingml"),
            (&["_rels/.rels", "docProps/core.xml", "xl/workbook.xml", "[Content_Types].xml"], "spreadsheetml"),
            (&["[Content_Types].xml", "docProps/thumbnail.jpeg", "ppt/presentation.xml"], "presentationml"),
        ] {
            assert!(told(&archive(names)).is_ok_and(|found| found.contains(kind)), "{names:?}");
        }
        assert_eq!(told(&archive(&["a.txt", "word/document.xml"])), Err("is application/zip".to_owned()));

        for (stream, kind) in OLD {
            let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
            // What comes first is long enough to have the directory behind it.
            file.create_stream("/Data").unwrap().write_all(&vec![1; 3_000_000]).unwrap();
            file.create_stream(stream).unwrap().write_all(&[2; 10_000]).unwrap();
            assert_eq!(told(&file.into_inner().into_inner()), Ok(kind));
        }
        assert!(told(OLD_OFFICE).is_err());
    }
}
