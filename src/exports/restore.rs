//! An archive of a workspace on its way into another one.
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::archive::{FORMAT, MANIFEST, Manifest, ManifestFile, VERSION};
use super::resources::{id_of, version_of};
use crate::app::App;
use crate::attachments::{self, AttachmentId, Staged};
use crate::changes::Tx;
use crate::db::WorkspaceId;
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::http::limits::ATTACHMENT_BYTES;
use crate::http::strict_json;
use crate::transfer::archive::{ArchiveError, Entries};

pub use super::resources::Resource;

/// Bytes of all files of the archive together.
const MAX_FILE: u64 = 2 * 1024 * 1024 * 1024;
const MAX_MANIFEST: u64 = 1024 * 1024;
/// Bytes of a line.
const MAX_LINE: u64 = 20 * 1024 * 1024;
/// Lines that are loaded together, and about how many bytes.
const CHUNK: usize = 500;
const CHUNK_BYTES: usize = 1024 * 1024;

/// The files of an archive that was opened and summed.
pub struct Opened {
    files: Vec<(Resource, ManifestFile, File)>,
    archive: Arc<Mutex<Entries>>,
    /// The attachments whose files are where files are kept; nothing when it is only tried what the archive would bring.
    staged: Option<HashSet<Uuid>>,
}

/// What became of a line of a file.
#[derive(Debug)]
pub struct Row {
    pub resource: Resource,
    pub line: u64,
    /// None where the resource has no id of its own.
    pub id: Option<Uuid>,
    /// What it is called.
    pub name: String,
    pub version: i32,
    /// It was not there before.
    pub is_new: bool,
}

impl Opened {
    /// Of all files together, as the manifest says.
    pub fn lines(&self) -> u64 {
        self.files.iter().map(|(_, listed, _)| listed.count).fold(0, u64::saturating_add)
    }
}

/// Decompresses the file of an attachment off the threads that serve.
async fn unpack(archive: &Arc<Mutex<Entries>>, name: String) -> ApiResult<Option<File>> {
    let archive = Arc::clone(archive);
    let work = spawn_blocking(move || {
        archive.lock().unwrap_or_else(PoisonError::into_inner).get(&name, ATTACHMENT_BYTES as u64)
    });
    work.await.map_err(|error| ApiError::internal(&error))?.map_err(unpacked)
}

/// What the file of an attachment is called in an archive.
pub fn file_name(id: AttachmentId) -> String {
    format!("attachments/{id}")
}

impl Opened {
    /// Puts the files of attachments that the workspace does not have where files are kept, before the transaction that
    /// brings the rest: what got there is told in `staged`, whatever comes of it.
    pub async fn stage(&mut self, app: &App, workspace: WorkspaceId, staged: &mut Staged) -> ApiResult<()> {
        let Self { files, archive, staged: told } = self;
        if let Some((_, listed, file)) = files.iter().find(|(resource, ..)| resource.has_files()) {
            for_each_chunk(file, &listed.name, async |rows| {
                let unknown = attachments::unknown(app, workspace, &rows).await?;
                for row in &rows {
                    let Some(id) = id_of(row, "id").filter(|id| unknown.contains(id)) else { continue };
                    // One that was deleted while the archive was made has none.
                    if let Some(file) = unpack(archive, file_name(id.into())).await? {
                        attachments::stage(app, workspace, row, file, staged).await?;
                    }
                }
                Ok(())
            })
            .await?;
        }
        *told = Some(staged.ids.iter().map(|id| Uuid::from(*id)).collect());
        Ok(())
    }

    /// Without those whose files are not there.
    fn with_files(&self, resource: Resource, mut rows: Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
        if let Some(staged) = self.staged.as_ref().filter(|_| resource.has_files()) {
            rows.retain(|row| id_of(row, "id").is_some_and(|id| staged.contains(&id)));
        }
        rows
    }
}

fn refused(code: &'static str, detail: String) -> ApiError {
    ApiError::new(Code::UnreadableFile, detail.clone()).with(Fault::field("/file", code, detail))
}

fn unpacked(error: ArchiveError) -> ApiError {
    match error {
        ArchiveError::Io(error) => ApiError::unavailable(&error),
        error => refused(error.code(), error.to_string()),
    }
}

/// Whether a file is an archive of a workspace, to be told from other archives.
pub fn is_one(file: &File) -> bool {
    Entries::open(file).is_ok_and(|mut entries| matches!(entries.get(MANIFEST, MAX_MANIFEST), Ok(Some(_))))
}

/// Unpacks the archive; all that is wrong with it as a whole is told before anything is stored.
pub fn open(file: &File) -> ApiResult<Opened> {
    let mut archive = Entries::open(file).map_err(unpacked)?;
    let manifest = archive.get(MANIFEST, MAX_MANIFEST).map_err(unpacked)?;
    let manifest = manifest.ok_or_else(|| refused("no_manifest", format!("the archive has no {MANIFEST}")))?;
    let manifest: Manifest = serde_json::from_reader(BufReader::new(manifest))
        .map_err(|error| refused("invalid_manifest", format!("{MANIFEST} cannot be read: {error}")))?;
    if manifest.format != FORMAT || manifest.version == 0 || manifest.version > VERSION {
        let found = format!("{} {}", manifest.format, manifest.version);
        return Err(refused("unknown_format", format!("the archive's format is {found}, not {FORMAT} 1 to {VERSION}")));
    }
    let mut files = Vec::new();
    let (mut names, mut room) = (HashSet::new(), MAX_FILE);
    for listed in &manifest.files {
        if !names.insert(&listed.name) {
            return Err(refused("repeated_file", format!("{} is listed twice", listed.name)));
        }
        let resource = Resource::ALL.into_iter().find(|known| listed.name == format!("{}.jsonl", known.name()));
        let resource =
            resource.ok_or_else(|| refused("unknown_file", format!("nothing is known of {}", listed.name)))?;
        let found = archive.get(&listed.name, room).map_err(unpacked)?;
        let found = found.ok_or_else(|| refused("missing_file", format!("the archive has no {}", listed.name)))?;
        let length = found.metadata().map_err(|error| ApiError::unavailable(&error))?.len();
        room = room.saturating_sub(length);
        files.push((resource, listed.clone(), summed(found, listed)?));
    }
    files.sort_by_key(|(resource, ..)| {
        (!resource.is_settings(), Resource::ALL.iter().position(|known| known.name() == resource.name()))
    });
    Ok(Opened { files, archive: Arc::new(Mutex::new(archive)), staged: None })
}

fn summed(mut file: File, listed: &ManifestFile) -> ApiResult<File> {
    let mut sum = digest::Context::new(&digest::SHA256);
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = file.read(&mut piece).map_err(|error| ApiError::unavailable(&error))?;
        if length == 0 {
            break;
        }
        sum.update(&piece[..length]);
    }
    if hex::encode(sum.finish()) != listed.sha256 {
        return Err(refused("checksum", format!("{} is not what the manifest says", listed.name)));
    }
    file.rewind().map_err(|error| ApiError::unavailable(&error))?;
    Ok(file)
}

/// Brings into the workspace what is not there yet, with its ids. What has an id that is there already stays as it is, so
/// that the same archive once more changes nothing.
pub async fn load(app: &App, tx: &mut Tx<'_>, opened: &Opened) -> ApiResult<Vec<Row>> {
    tx.copy();
    let mut all = Vec::new();
    let mut added = HashSet::new();
    for (resource, listed, file) in &opened.files {
        let mut line = 0;
        for_each_chunk(file, &listed.name, async |rows| {
            let mut told: Vec<Row> = Vec::with_capacity(rows.len());
            let mut keys = Vec::with_capacity(rows.len());
            for row in &rows {
                line += 1;
                let name = row.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                let (id, version) = (id_of(row, "id"), version_of(row));
                told.push(Row { resource: *resource, line, id, name, version, is_new: false });
                keys.push(resource.key_of(row));
            }
            let mut fresh: HashSet<String> =
                resource.load(app, tx, opened.with_files(*resource, rows)).await?.into_iter().collect();
            if resource.has_files() && opened.staged.is_some() {
                let ids: Vec<AttachmentId> =
                    fresh.iter().filter_map(|key| Uuid::try_parse(key).ok()).map(AttachmentId::from).collect();
                attachments::arrived(app, tx, &ids).await?;
            }
            added.extend(fresh.iter().map(|key| (resource.name(), key.clone())));
            // Of two with one key the first was taken.
            told.iter_mut().zip(&keys).for_each(|(row, key)| row.is_new = fresh.remove(key));
            all.append(&mut told);
            Ok(())
        })
        .await?;
        if line != listed.count {
            let detail = format!("{} has {line} lines, not {} as the manifest says", listed.name, listed.count);
            return Err(refused("count", detail));
        }
    }
    for (resource, listed, file) in &opened.files {
        for_each_chunk(file, &listed.name, async |mut rows| {
            rows.retain(|row| added.contains(&(resource.name(), resource.key_of(row))));
            resource.tie(tx, rows).await
        })
        .await?;
    }
    Ok(all)
}

/// Reads the file from its beginning, some hundred lines at a time.
async fn for_each_chunk(
    mut file: &File,
    name: &str,
    mut work: impl AsyncFnMut(Vec<Map<String, Value>>) -> ApiResult<()>,
) -> ApiResult<()> {
    file.rewind().map_err(|error| ApiError::unavailable(&error))?;
    let mut lines = BufReader::new(file);
    let mut number = 0;
    loop {
        let first = number + 1;
        let mut rows = Vec::with_capacity(CHUNK);
        let mut bytes = 0;
        while rows.len() < CHUNK && bytes < CHUNK_BYTES {
            let mut line = Vec::new();
            let length = lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
            if length.map_err(|error| ApiError::unavailable(&error))? == 0 {
                break;
            }
            number += 1;
            bytes += line.len();
            match strict_json::parse_object(&line) {
                Ok(Value::Object(row)) if line.ends_with(b"\n") => rows.push(row),
                _ => return Err(refused("invalid_json", format!("{name}, line {number} is no JSON object"))),
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        work(rows).await.map_err(|error| in_line(error, name, first))?;
    }
}

/// Says where in the file the first row at fault stands.
fn in_line(error: ApiError, name: &str, first: u64) -> ApiError {
    if error.code != Code::InvalidFields {
        return error;
    }
    let Some(fault) = error.errors.into_iter().next() else { return refused("invalid", name.to_owned()) };
    let pointer = fault.pointer.unwrap_or_default();
    let mut parts = pointer.splitn(3, '/').skip(1);
    let index: Option<u64> = parts.next().and_then(|index| index.parse().ok());
    let field = parts.next().unwrap_or_default();
    match index {
        Some(index) => refused("invalid", format!("{name}, line {}: /{field} {}", first + index, fault.detail)),
        // The database has refused it, and does not say which of them.
        None => {
            let code = if fault.code == "dangling_reference" { "dangling_reference" } else { "invalid" };
            refused(code, format!("{name}, line {first} or one of the next: {}", fault.detail))
        }
    }
}
