//! The file of a back-up: a tar archive of the databases and keys, and last a list of them with their SHA-256. The list
//! being last proves that the archive is whole.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Name of the list in the archive.
const LIST: &str = "siaga-backup.json";
const FORMAT: u32 = 1;
const LIST_BYTES_MAX: u64 = 1024 * 1024;
/// The log and the hub are the only large ones.
pub(super) const DATABASES: [&str; 2] = ["siaga.db", "hub.db"];
/// A key file is a line or a few.
const KEY_BYTES_MAX: u64 = 64 * 1024;

/// What a back-up holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct List {
    format: u32,
    /// Version of the program that made it.
    pub(super) program: String,
    /// When, in milliseconds since the epoch.
    pub(super) made_at_ms: i64,
    pub(super) files: Vec<Entry>,
}

/// One file of a back-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) name: String,
    bytes: u64,
    sha256: String,
}

/// Why an archive is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error("it is no back-up of Siaga, or it is cut off: {0}")]
    NotOne(String),
    #[error("it was made by a newer version of Siaga ({0})")]
    Newer(String),
    #[error("`{0}` in it is not as it was backed up")]
    Changed(String),
    #[error(transparent)]
    Disk(io::Error),
}

/// Files that keep keys of the installation: `hub.key`, and files of keys that the city put there.
pub(super) fn is_key_file(name: &str) -> bool {
    let plain = !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    plain && matches!(extension, Some("key" | "keys"))
}

/// Writes files, named as they are to be in a data folder, and the list.
pub(super) fn write(to: impl Write, made_at_ms: i64, files: &[(String, &Path)]) -> io::Result<()> {
    let mut archive = tar::Builder::new(to);
    let mut list =
        List { format: FORMAT, program: env!("CARGO_PKG_VERSION").to_owned(), made_at_ms, files: Vec::new() };
    for (name, path) in files {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut hashed = Hashed { inner: file, hash: Sha256::new() };
        archive.append_data(&mut header(bytes, made_at_ms), name, &mut hashed)?;
        list.files.push(Entry { name: name.clone(), bytes, sha256: hex::encode(hashed.hash.finalize()) });
    }
    let json = serde_json::to_vec_pretty(&list)?;
    archive.append_data(&mut header(json.len() as u64, made_at_ms), LIST, json.as_slice())?;
    archive.into_inner()?.flush()
}

fn header(bytes: u64, made_at_ms: i64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(made_at_ms / 1000).unwrap_or(0));
    header
}

/// Puts the files of an archive into an empty folder, each only if it is as it was backed up.
pub(super) fn extract(archive: &Path, folder: &Path) -> Result<List, Unfit> {
    let not_one = |error: io::Error| Unfit::NotOne(error.to_string());
    let mut found: Vec<Entry> = Vec::new();
    let mut archive = tar::Archive::new(BufReader::new(File::open(archive).map_err(Unfit::Disk)?));
    for entry in archive.entries().map_err(not_one)? {
        let mut entry = entry.map_err(not_one)?;
        let path = entry.path().map_err(not_one)?.into_owned();
        let name = path.to_str().ok_or_else(|| Unfit::NotOne("a name in it is not UTF-8".to_owned()))?.to_owned();
        if name == LIST {
            let mut json = Vec::new();
            entry.take(LIST_BYTES_MAX).read_to_end(&mut json).map_err(not_one)?;
            return compare(&json, found);
        }
        let known = DATABASES.contains(&name.as_str()) || (is_key_file(&name) && entry.size() <= KEY_BYTES_MAX);
        if !known || !entry.header().entry_type().is_file() {
            return Err(Unfit::NotOne(format!("`{name}` does not belong into one")));
        }
        found.push(take_out(&mut entry, name, folder)?);
    }
    Err(Unfit::NotOne("its list is missing".to_owned()))
}

fn take_out(entry: &mut impl Read, name: String, folder: &Path) -> Result<Entry, Unfit> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut to =
        File::options().write(true).create_new(true).mode(0o600).open(folder.join(&name)).map_err(Unfit::Disk)?;
    let mut hashed = Hashed { inner: entry, hash: Sha256::new() };
    let bytes = io::copy(&mut hashed, &mut to).map_err(Unfit::Disk)?;
    to.sync_all().map_err(Unfit::Disk)?;
    Ok(Entry { name, bytes, sha256: hex::encode(hashed.hash.finalize()) })
}

fn compare(json: &[u8], found: Vec<Entry>) -> Result<List, Unfit> {
    /// What every format has.
    #[derive(Deserialize)]
    struct Format {
        format: u32,
        program: String,
    }
    let not_one = |error: serde_json::Error| Unfit::NotOne(format!("its list: {error}"));
    let Format { format, program } = serde_json::from_slice(json).map_err(not_one)?;
    if format > FORMAT {
        return Err(Unfit::Newer(program));
    }
    let list: List = serde_json::from_slice(json).map_err(not_one)?;
    if let Some(changed) = list.files.iter().find(|listed| !found.contains(listed)) {
        return Err(Unfit::Changed(changed.name.clone()));
    }
    if found.len() != list.files.len() {
        return Err(Unfit::NotOne("it holds files that its list does not name".to_owned()));
    }
    Ok(list)
}

/// Hashes what is read through it.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive_of(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<_> = files
            .iter()
            .map(|(name, content)| {
                let path = folder.path().join(name.replace('/', "_"));
                std::fs::write(&path, content).unwrap();
                ((*name).to_owned(), path)
            })
            .collect();
        let files: Vec<(String, &Path)> = paths.iter().map(|(name, path)| (name.clone(), path.as_path())).collect();
        let mut bytes = Vec::new();
        write(&mut bytes, 1_700_000_000_000, &files).unwrap();
        (folder, bytes)
    }

    fn extracted(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let (archive, to) = (folder.path().join("archive"), folder.path().join("to"));
        std::fs::write(&archive, bytes).unwrap();
        std::fs::create_dir(&to).unwrap();
        let list = extract(&archive, &to).map_err(|unfit| unfit.to_string())?;
        let content = |entry: Entry| (entry.name.clone(), std::fs::read_to_string(to.join(&entry.name)).unwrap());
        Ok(list.files.into_iter().map(content).collect())
    }

    #[test]
    fn what_was_put_in_comes_out() {
        let (_folder, bytes) = archive_of(&[("siaga.db", "log"), ("hub.key", "whsec_x")]);
        let expected = [("siaga.db", "log"), ("hub.key", "whsec_x")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(extracted(&bytes).unwrap(), expected);
    }

    #[test]
    fn a_changed_a_cut_off_and_a_foreign_archive_are_refused() {
        let (_folder, bytes) = archive_of(&[("siaga.db", "log")]);
        let mut changed = bytes.clone();
        let at = changed.windows(3).position(|window| window == b"log").unwrap();
        changed[at] = b'L';
        assert!(extracted(&changed).unwrap_err().contains("`siaga.db` in it is not as it was"));
        for cut_at in [0, 100, 512, 700, 1024] {
            assert!(extracted(&bytes[..cut_at]).unwrap_err().contains("no back-up"), "{cut_at}");
        }
        assert!(extracted(&[b'x'; 2_000]).unwrap_err().contains("no back-up"));
        for name in ["etc/hub.key", "notes.txt", ".hub.key"] {
            let (_folder, foreign) = archive_of(&[(name, "x")]);
            assert!(extracted(&foreign).unwrap_err().contains("does not belong"), "{name}");
        }
    }

    #[test]
    fn a_newer_format_is_named() {
        let (_folder, bytes) = archive_of(&[]);
        let text = String::from_utf8(bytes).unwrap().replace("\"format\": 1", "\"format\": 2");
        assert!(extracted(text.as_bytes()).unwrap_err().contains("newer version"));
    }
}
