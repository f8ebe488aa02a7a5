//! What the client keeps over restarts: the agency's view and the cursor, in one small file that is replaced whole.

use super::live::View;
use fs4::FileExt;
use serde::{Deserialize, Serialize};
use siaga_proto::v1::Entity;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Format of the file; another one is not guessed at.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Content {
    format: u32,
    server: String,
    audience: String,
    cursor: String,
    entities: Vec<Entity>,
}

/// A store that cannot be used; the text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct StoreError {
    path: String,
    why: String,
}

/// The file, held by this process alone.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    server: String,
    /// Held open: the lock lasts as long as the file is.
    _lock: File,
}

impl Store {
    /// Opens the store of a server, and reads what it has: the audience it is of and the view. `audience`: the wanted
    /// one; a store of another audience or server starts empty.
    ///
    /// # Errors
    /// Another client uses it, or it cannot be read.
    pub fn open(path: &Path, server: &str, audience: &str) -> Result<(Self, String, View), StoreError> {
        let fail = |why: String| StoreError { path: path.display().to_string(), why };
        let lock_path = beside(path, "lock");
        let lock = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(|e| fail(format!("cannot be made: {e}")))?;
        FileExt::try_lock(&lock).map_err(|_| fail("another agency-client uses it; end that one first".into()))?;
        let store = Self { path: path.to_owned(), server: server.to_owned(), _lock: lock };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((store, audience.to_owned(), View::default()));
            }
            Err(error) => return Err(fail(format!("cannot be read: {error}"))),
        };
        let content: Content = serde_json::from_str(&text).map_err(|e| {
            fail(format!("is not a store of agency-client ({e}); move it away, the server sends everything again"))
        })?;
        if content.format != FORMAT {
            return Err(fail(format!("has format {}, this program writes {FORMAT}; move it away", content.format)));
        }
        if content.server != server || (!audience.is_empty() && content.audience != audience) {
            return Ok((store, audience.to_owned(), View::default()));
        }
        Ok((store, content.audience, View::restore(content.entities, content.cursor)))
    }

    /// Writes the view; when this returns it is on disk.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn save(&self, audience: &str, view: &View) -> io::Result<()> {
        let content = Content {
            format: FORMAT,
            server: self.server.clone(),
            audience: audience.to_owned(),
            cursor: view.cursor().to_owned(),
            entities: view.entities().cloned().collect(),
        };
        let fresh = beside(&self.path, "new");
        let mut file = private(&fresh)?;
        serde_json::to_writer(&mut file, &content)?;
        file.flush()?;
        file.sync_all()?;
        fs::rename(&fresh, &self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// A fresh file that only its owner reads: it holds callers' names and numbers.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use siaga_proto::v1::{AssignmentView, entity::Value};

    fn view() -> View {
        let assignment = AssignmentView { id: "a".into(), incident_number: "N".into(), ..AssignmentView::default() };
        let entity = Entity {
            key: "assignment:a".into(),
            position: 7,
            value: Some(Value::Assignment(assignment)),
            removed: false,
        };
        View::restore(vec![entity], "c7".into())
    }

    #[test]
    fn what_is_saved_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("damkar.json");
        let (store, audience, empty) = Store::open(&path, "http://s", "agency:damkar").unwrap();
        assert_eq!((audience.as_str(), empty.cursor()), ("agency:damkar", ""));
        store.save(&audience, &view()).unwrap();
        drop(store);
        let (_store, audience, view) = Store::open(&path, "http://s", "").unwrap();
        assert_eq!((audience.as_str(), view.cursor()), ("agency:damkar", "c7"));
        assert_eq!(view.assignment_at("assignment:a").unwrap().incident_number, "N");
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.json");
        let (store, audience, _) = Store::open(&path, "http://s", "agency:a").unwrap();
        store.save(&audience, &view()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn another_server_or_audience_starts_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.json");
        let (store, ..) = Store::open(&path, "http://s", "agency:a").unwrap();
        store.save("agency:a", &view()).unwrap();
        drop(store);
        for (server, audience) in [("http://t", "agency:a"), ("http://s", "agency:b")] {
            let (_store, named, view) = Store::open(&path, server, audience).unwrap();
            assert_eq!((named.as_str(), view.cursor()), (audience, ""));
        }
    }

    #[test]
    fn a_second_client_and_a_broken_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.json");
        let (store, ..) = Store::open(&path, "http://s", "").unwrap();
        assert!(Store::open(&path, "http://s", "").unwrap_err().to_string().contains("another agency-client"));
        drop(store);
        fs::write(&path, "{\"half\":").unwrap();
        assert!(Store::open(&path, "http://s", "").unwrap_err().to_string().contains("move it away"));
        let newer = "{\"format\":9,\"server\":\"\",\"audience\":\"\",\"cursor\":\"\",\"entities\":[]}";
        fs::write(&path, newer).unwrap();
        assert!(Store::open(&path, "http://s", "").unwrap_err().to_string().contains("format 9"));
    }
}
