//! The data folder of an installation, used by one server at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// The file that is locked. It stays when the server goes: the lock is the system's, and ends
/// with the process whatever happens to it.
const LOCK_FILE: &str = "server.lock";

/// A data folder that this process has for itself until the value is dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if need be (readable by its owner alone, since it holds personal data) and
    /// takes it.
    ///
    /// # Errors
    /// [`StoreError::FolderInUse`] while another server has it; [`StoreError::File`] when it
    /// cannot be made or written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        make_folder(&path).map_err(|source| StoreError::File { path: path.clone(), source })?;
        let lock_path = path.join(LOCK_FILE);
        let file = |source| StoreError::File { path: lock_path.clone(), source };
        let mut lock =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&lock_path).map_err(file)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let known = (&mut lock).take(20).read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
                let holder = if known { holder.trim().to_owned() } else { "?".to_owned() };
                return Err(StoreError::FolderInUse { path, holder });
            }
            Err(TryLockError::Error(source)) => return Err(file(source)),
        }
        // Who has it, for the message of the next one.
        lock.set_len(0).map_err(file)?;
        lock.rewind().map_err(file)?;
        writeln!(lock, "{}", std::process::id()).map_err(file)?;
        Ok(Self { path, _lock: lock })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of the log.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        Self::database_in(&self.path)
    }

    /// The file of the log in a folder, for a program that works beside a running server.
    #[must_use]
    pub fn database_in(folder: &Path) -> PathBuf {
        folder.join("siaga.db")
    }

    /// The file of the data hub.
    #[must_use]
    pub fn hub_database(&self) -> PathBuf {
        self.path.join("hub.db")
    }
}

fn make_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
