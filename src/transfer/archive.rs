//! One file out of an uploaded zip archive.
//!
//! Nothing the archive says about itself is believed: entries are counted as they are read, sizes
//! as they are decompressed, and names are only compared, never written to disk.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

#[cfg(test)]
mod tests;

/// The most entries an archive may have.
pub const MAX_ENTRIES: usize = 200;
/// The most entries of an archive of a workspace: attachments are files of their own there. An index without Zip64 has no more.
const MOST_ENTRIES: usize = 65_535;
/// The most bytes that may come out for each one that went in.
pub const MAX_RATIO: u64 = 100;
/// The most bytes the wanted file may have.
pub const MAX_SIZE: u64 = 64 * 1024 * 1024;
/// How many names a refusal tells.
const NAMES_TOLD: usize = 10;
const NAME_TOLD_CHARS: usize = 100;
const END_OF_INDEX: &[u8] = b"PK\x05\x06";
const ZIP64_LOCATOR: &[u8] = b"PK\x06\x07";
/// Where those two can be, from the end of the file: the records and a comment of 64 KiB.
const TAIL: u64 = 20 + 22 + 64 * 1024;

/// Why an archive did not yield the wanted file.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("the archive cannot be read: {0}")]
    Unreadable(String),
    #[error("the archive has more than {MAX_ENTRIES} entries")]
    TooManyEntries,
    #[error("the file decompresses to more than 64 MiB, or to more than {MAX_RATIO} times its size")]
    TooLarge,
    #[error("the archive is protected by a password")]
    Encrypted,
    /// `found` names other files with the same extension, at most ten.
    #[error("the archive has no {wanted}; it has: {}", list(found))]
    Missing { wanted: String, found: Vec<String> },
    #[error("the archive could not be unpacked")]
    Io(#[from] io::Error),
}

impl ArchiveError {
    /// A name for the error that stays the same.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "archive_unreadable",
            Self::TooManyEntries => "archive_too_many_entries",
            Self::TooLarge => "archive_too_large",
            Self::Encrypted => "archive_encrypted",
            Self::Missing { .. } => "archive_without_connections",
            Self::Io(_) => "io",
        }
    }
}

impl From<ZipError> for ArchiveError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => broken_or_io(error),
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Self::Encrypted,
            other => Self::Unreadable(other.to_string()),
        }
    }
}

/// The decompressor reports what is wrong with the data by these kinds; the rest is the disk.
fn broken_or_io(error: io::Error) -> ArchiveError {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        InvalidData | InvalidInput | UnexpectedEof => ArchiveError::Unreadable(error.to_string()),
        _ => ArchiveError::Io(error),
    }
}

/// Whether the file begins as a zip archive does, whatever it is called. Rewinds it.
pub fn is_archive(file: &mut File) -> io::Result<bool> {
    let mut magic = Vec::new();
    file.rewind()?;
    file.by_ref().take(4).read_to_end(&mut magic)?;
    file.rewind()?;
    // The second form is that of an archive without entries.
    Ok(magic == b"PK\x03\x04" || magic == b"PK\x05\x06")
}

/// Decompresses the first of the `wanted` files that is there, by its base name in any folder and any case, into an
/// unnamed temporary file, which is returned rewound. A wanted name that begins with a dot is an extension.
pub fn extract(file: File, wanted: &[&str]) -> Result<File, ArchiveError> {
    check_index(&file, MAX_ENTRIES)?;
    // The header may claim any size, but not more than the archive itself has.
    let most = file.metadata()?.len();
    let mut archive = ZipArchive::new(file)?;
    let index = find(&archive, wanted)?;
    let entry = archive.by_index(index)?;
    let limit = entry.compressed_size().min(most).saturating_mul(MAX_RATIO).min(MAX_SIZE);
    spool(entry, limit)
}

/// As [`extract`], for each of these names by itself.
pub fn extract_each<const N: usize>(file: &File, wanted: [&str; N]) -> Result<[Option<File>; N], ArchiveError> {
    let mut found = [const { None }; N];
    for (place, name) in found.iter_mut().zip(wanted) {
        *place = match extract(file.try_clone()?, &[name]) {
            Err(ArchiveError::Missing { .. }) => None,
            found => Some(found?),
        };
    }
    Ok(found)
}

/// An archive of which many files are wanted.
pub struct Entries {
    archive: ZipArchive<File>,
    length: u64,
}

impl Entries {
    pub fn open(file: &File) -> Result<Self, ArchiveError> {
        check_index(file, MOST_ENTRIES)?;
        Ok(Self { archive: ZipArchive::new(file.try_clone()?)?, length: file.metadata()?.len() })
    }

    /// Decompresses the entry of this very name, of at most `most` bytes, into an unnamed temporary file, which is returned
    /// rewound.
    pub fn get(&mut self, name: &str, most: u64) -> Result<Option<File>, ArchiveError> {
        let entry = match self.archive.by_name(name) {
            Err(ZipError::FileNotFound) => return Ok(None),
            entry => entry?,
        };
        let limit = entry.compressed_size().min(self.length).saturating_mul(MAX_RATIO).min(most);
        spool(entry, limit).map(Some)
    }
}

/// Refuses an archive by the number of entries before the index is loaded, which alone could
/// fill the memory. There may be several ends of an index, and a reader may settle for any.
fn check_index(mut file: &File, most: usize) -> Result<(), ArchiveError> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    if tail.windows(4).any(|window| window == ZIP64_LOCATOR) {
        return Err(ArchiveError::Unreadable("Zip64 is for larger archives".to_owned()));
    }
    let too_many = tail
        .windows(12)
        .filter(|window| window.starts_with(END_OF_INDEX))
        .any(|end| usize::from(u16::from_le_bytes([end[10], end[11]])) > most);
    if too_many { Err(ArchiveError::TooManyEntries) } else { Ok(()) }
}

fn find<R: Read + Seek>(archive: &ZipArchive<R>, wanted: &[&str]) -> Result<usize, ArchiveError> {
    let names: Vec<String> = archive.file_names_raw().map(base_name).collect();
    let is = |name: &str, wanted: &str| match wanted.strip_prefix('.') {
        Some(kind) => extension(name).eq_ignore_ascii_case(kind),
        None => name.eq_ignore_ascii_case(wanted),
    };
    for one in wanted {
        if let Some(index) = names.iter().position(|name| is(name, one)) {
            return Ok(index);
        }
    }
    let alike = |name: &&String| wanted.iter().any(|one| extension(name).eq_ignore_ascii_case(extension(one)));
    let told = names.iter().filter(alike).take(NAMES_TOLD);
    let found = told.map(|name| name.chars().take(NAME_TOLD_CHARS).collect()).collect();
    Err(ArchiveError::Missing { wanted: wanted.join(" or "), found })
}

fn spool(content: impl Read, limit: u64) -> Result<File, ArchiveError> {
    let mut file = tempfile::tempfile()?;
    let copied = io::copy(&mut content.take(limit + 1), &mut file).map_err(broken_or_io)?;
    if copied > limit {
        return Err(ArchiveError::TooLarge);
    }
    file.rewind()?;
    Ok(file)
}

/// The name without its folders; Windows tools separate them by backslashes.
fn base_name(name: &[u8]) -> String {
    let base = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(name);
    String::from_utf8_lossy(base).into_owned()
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "nothing of the kind".to_owned() } else { names.join(", ") }
}
