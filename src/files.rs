//! Where files are kept: a folder of this machine, or a bucket that speaks S3. `object_store` writes a file under its
//! name when all of it is there.
use std::fs::{DirBuilder, File, Permissions};
use std::io::{Seek, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use actix_web::web::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt, WriteMultipart};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::config::Config;
use crate::db::WorkspaceId;

/// Bytes that are in memory of one file.
const PIECE: usize = 5 * 1024 * 1024;
/// Pieces that are on their way to the store at once.
const AT_ONCE: usize = 2;

#[derive(Clone)]
pub struct Files {
    /// Or why there is none: a service whose data directory cannot be written does everything else.
    store: Result<Arc<dyn ObjectStore>, String>,
    prefix: Path,
    /// The folder of this machine, if it is one.
    folder: Option<PathBuf>,
}

/// A file, or a part of it.
pub struct Content {
    pub bytes: BoxStream<'static, Result<Bytes, Error>>,
    pub range: std::ops::Range<u64>,
}

impl Files {
    pub fn new(config: &Config) -> Result<Self, String> {
        let Some(place) = &config.attachments else {
            let folder = config.data_dir.join("attachments");
            let store = local(&folder).map_err(|error| format!("{}: {error}", folder.display()));
            return Ok(Self { store, prefix: Path::default(), folder: Some(folder) });
        };
        let mut bucket = AmazonS3Builder::new().with_bucket_name(&place.bucket).with_region(&place.region);
        if let Some(endpoint) = &place.endpoint {
            bucket = bucket.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        if let Some((id, secret)) = &place.key {
            bucket = bucket.with_access_key_id(id).with_secret_access_key(secret.expose_secret());
        }
        let bucket = bucket.build().map_err(|error| error.to_string())?;
        Ok(Self { store: Ok(Arc::new(bucket)), prefix: Path::from(place.prefix.as_str()), folder: None })
    }

    fn store(&self) -> Result<&dyn ObjectStore, String> {
        self.store.as_deref().map_err(Clone::clone)
    }

    fn path(&self, workspace: WorkspaceId, id: impl Into<Uuid>) -> Path {
        self.prefix.clone().join(workspace.to_string()).join(id.into().to_string())
    }

    /// Writes a file from pieces; one that breaks off is not there.
    pub async fn put(
        &self,
        workspace: WorkspaceId,
        id: impl Into<Uuid>,
        mut pieces: impl futures_util::Stream<Item = std::io::Result<Bytes>> + Unpin,
    ) -> Result<(), String> {
        let upload: Box<dyn MultipartUpload> =
            self.store()?.put_multipart(&self.path(workspace, id)).await.map_err(|error| error.to_string())?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PIECE);
        while let Some(piece) = pieces.next().await {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    let _ = upload.abort().await;
                    return Err(error.to_string());
                }
            };
            upload.wait_for_capacity(AT_ONCE).await.map_err(|error| error.to_string())?;
            upload.write(&piece);
        }
        upload.finish().await.map(drop).map_err(|error| error.to_string())
    }

    /// Reads a file, or the bytes of it that are asked for.
    pub async fn get(
        &self,
        workspace: WorkspaceId,
        id: impl Into<Uuid>,
        range: Option<std::ops::Range<u64>>,
    ) -> Result<Content, String> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found =
            self.store()?.get_opts(&self.path(workspace, id), options).await.map_err(|error| error.to_string())?;
        let range = found.range.clone();
        Ok(Content { bytes: found.into_stream(), range })
    }

    /// Removes a file, and what was written of it when its upload ended with the process. One that is not there is gone
    /// already. (Parts of an upload to a bucket are the bucket's to remove: `AbortIncompleteMultipartUpload`.)
    pub async fn remove(&self, workspace: WorkspaceId, id: impl Into<Uuid>) -> Result<(), String> {
        let id = id.into();
        if let Some(folder) = &self.folder {
            // `object_store` writes `<name>#1` until it has all, and `#2` where that is there.
            for begun in 1.. {
                match std::fs::remove_file(folder.join(format!("{workspace}/{id}#{begun}"))) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => break,
                    removed => removed.map_err(|error| error.to_string())?,
                }
            }
        }
        match self.store()?.delete(&self.path(workspace, id)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// A file as one of this machine, at its beginning, without a name.
    pub async fn spool(&self, workspace: WorkspaceId, id: impl Into<Uuid>) -> Result<File, String> {
        let mut bytes = self.get(workspace, id, None).await?.bytes;
        let mut file = tempfile::tempfile().map_err(|error| error.to_string())?;
        while let Some(piece) = bytes.try_next().await.map_err(|error| error.to_string())? {
            // A piece goes to the page cache: that takes microseconds.
            file.write_all(&piece).map_err(|error| error.to_string())?;
        }
        file.rewind().map_err(|error| error.to_string())?;
        Ok(file)
    }
}

fn local(folder: &FilePath) -> Result<Arc<dyn ObjectStore>, String> {
    // Others of the machine may pass through the data directory, on their way to PostgreSQL.
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.and_then(|()| std::fs::set_permissions(folder, Permissions::from_mode(0o700)))
        .map_err(|error| error.to_string())?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| error.to_string())?;
    Ok(Arc::new(store.with_automatic_cleanup(true)))
}
