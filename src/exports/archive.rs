//! The archive of a workspace: a file of JSON lines per resource, and a manifest that counts and sums them.
//!
//! The same workspace makes the same bytes: nothing in the archive tells when or where it was made.
use std::fs::File;
use std::io::Write;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::spool::tempfile;
use crate::error::{ApiError, ApiResult};

pub const MANIFEST: &str = "manifest.json";
/// What the manifest's `format` says.
pub const FORMAT: &str = "inroad-workspace";
/// The version of the format that is written; older ones are read, too.
pub const VERSION: u32 = 1;

/// What is in the archive.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: String,
    pub version: u32,
    pub files: Vec<ManifestFile>,
}

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// `<resource>.jsonl`.
    pub name: String,
    /// Lines, each a resource.
    pub count: u64,
    /// Of the uncompressed file.
    pub size: u64,
    /// Of the uncompressed file, in hexadecimal digits.
    pub sha256: String,
}

/// An archive that is being written.
pub struct Archive {
    zip: ZipWriter<File>,
    files: Vec<ManifestFile>,
    sum: digest::Context,
}

impl Archive {
    pub fn new() -> ApiResult<Self> {
        let sum = digest::Context::new(&digest::SHA256);
        Ok(Self { zip: ZipWriter::new(tempfile()?), files: Vec::new(), sum })
    }

    /// Begins the file of a resource.
    pub fn begin(&mut self, resource: &str) -> ApiResult<()> {
        self.close();
        let name = format!("{resource}.jsonl");
        self.zip.start_file(&name, options()).map_err(|error| ApiError::unavailable(&error))?;
        self.files.push(ManifestFile { name, count: 0, size: 0, sha256: String::new() });
        Ok(())
    }

    /// Adds resources to the file that was begun last.
    pub fn lines(&mut self, rows: &[Value]) -> ApiResult<()> {
        let mut text = Vec::new();
        for row in rows {
            serde_json::to_writer(&mut text, row).map_err(|error| ApiError::internal(&error))?;
            text.push(b'\n');
        }
        self.sum.update(&text);
        if let Some(file) = self.files.last_mut() {
            file.count += rows.len() as u64;
            file.size += text.len() as u64;
        }
        self.zip.write_all(&text).map_err(|error| ApiError::unavailable(&error))
    }

    /// Begins a file that is no resource's: the manifest does not list it.
    pub fn begin_file(&mut self, name: &str) -> ApiResult<()> {
        let stored = options().compression_method(CompressionMethod::Stored);
        self.zip.start_file(name, stored).map_err(|error| ApiError::unavailable(&error))
    }

    /// Adds to the file that was begun so last.
    pub fn bytes(&mut self, bytes: &[u8]) -> ApiResult<()> {
        self.zip.write_all(bytes).map_err(|error| ApiError::unavailable(&error))
    }

    /// The last resource is whole.
    pub fn close(&mut self) {
        let sum = std::mem::replace(&mut self.sum, digest::Context::new(&digest::SHA256)).finish();
        if let Some(file) = self.files.last_mut() {
            file.sha256 = hex::encode(sum);
        }
    }

    /// Adds the manifest.
    pub fn finish(mut self) -> ApiResult<File> {
        let manifest = Manifest { format: FORMAT.to_owned(), version: VERSION, files: self.files };
        let text = serde_json::to_vec_pretty(&manifest).map_err(|error| ApiError::internal(&error))?;
        self.zip.start_file(MANIFEST, options()).map_err(|error| ApiError::unavailable(&error))?;
        self.zip.write_all(&text).map_err(|error| ApiError::unavailable(&error))?;
        self.zip.finish().map_err(|error| ApiError::unavailable(&error))
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}
