//! What can go wrong in the store.

use std::path::PathBuf;

use crate::StreamKey;

/// An error of the store. Its text is for the operator of the installation and holds no personal
/// data; what the user of a screen reads is decided at the edge.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A stream has another version than the command was decided on. Nothing was written.
    #[error("streams were changed by somebody else: {}", keys_text(.keys))]
    Conflict {
        /// The streams that moved on.
        keys: Vec<StreamKey>,
    },
    /// A request id of the group is already stored. Nothing was written.
    #[error("the request of command {index} of the group is already stored")]
    DuplicateRequest {
        /// Which command of the group.
        index: usize,
    },
    /// The caller built a commit that contradicts itself. Nothing was written.
    #[error("command {index} of the group cannot be stored: {reason}")]
    InvalidCommit {
        /// Which command of the group.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A bound of [`crate::limits`](crate) was passed.
    #[error("too many {what}: {given}, at most {limit} are allowed")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many were given.
        given: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A row with this key is already there.
    #[error("a row with this key is already stored ({constraint})")]
    AlreadyThere {
        /// The name of the broken constraint.
        constraint: String,
    },
    /// What was named does not exist.
    #[error("{what} does not exist")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// The database cannot be reached, or all its connections are taken. Trying again helps.
    #[error("the database cannot be reached: {detail}")]
    Unavailable {
        /// The driver's words.
        detail: String,
    },
    /// The database was locked for too long by others, or broke a deadlock. Nothing was written,
    /// trying again helps.
    #[error("the database is busy: {detail}")]
    Busy {
        /// The driver's words.
        detail: String,
    },
    /// There is no room left on the disk.
    #[error("the disk of the database is full: free some space, nothing was written")]
    DiskFull,
    /// The database file is damaged or is no database at all.
    #[error("the database {path} is damaged ({detail}): restore a backup with `siaga restore`")]
    Damaged {
        /// The file, or the address without its password.
        path: String,
        /// What was found.
        detail: String,
    },
    /// The database was written by a newer version of the program.
    #[error(
        "the database {path} was written by a newer version (its schema is {found}, this program \
         knows {known}): start the newer program"
    )]
    NewerSchema {
        /// The file, or the address without its password.
        path: String,
        /// The schema version of the database.
        found: i64,
        /// The newest schema version that this program knows.
        known: i64,
    },
    /// A migration failed or was changed after it was applied.
    #[error("the database {path} could not be brought to this version's schema: {detail}")]
    Migration {
        /// The file, or the address without its password.
        path: String,
        /// What failed.
        detail: String,
    },
    /// The database's server may lose what it confirmed. Nothing was started.
    #[error(
        "the database {path} may lose what it has confirmed when its machine stops: it runs with {settings}; set them to \
         on in its configuration and restart it"
    )]
    NotDurable {
        /// The address without its password.
        path: String,
        /// The settings, as `name = value`.
        settings: String,
    },
    /// Another server uses this data folder.
    #[error(
        "the data folder {path} is in use by another server (process {holder}): stop it first, \
         or name another folder with --data"
    )]
    FolderInUse {
        /// The folder.
        path: PathBuf,
        /// The process that holds it, as it wrote itself down, or `?`.
        holder: String,
    },
    /// A file or folder could not be made, read or written.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// This database cannot do this.
    #[error("{what} is not done by the program on this database: {instead}")]
    Unsupported {
        /// What was asked for.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// A stored row does not hold what it should.
    #[error("a stored row cannot be read ({what}): run `siaga audit verify`")]
    Unreadable {
        /// Table, key and column.
        what: String,
    },
    /// Any other error of the database.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Busy { .. })
    }

    /// A row that does not hold what it should.
    pub(crate) fn unreadable(what: impl Into<String>) -> Self {
        Self::Unreadable { what: what.into() }
    }
}

fn keys_text(keys: &[StreamKey]) -> String {
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    names.join(", ")
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::PoolTimedOut | E::PoolClosed | E::Io(_) | E::WorkerCrashed | E::Tls(_) => {
                Self::Unavailable { detail: error.to_string() }
            }
            E::Database(ref inner) => {
                let code = inner.code().map(|code| code.into_owned()).unwrap_or_default();
                if inner.is_unique_violation() {
                    let constraint = inner.constraint().map_or_else(|| inner.message().to_owned(), str::to_owned);
                    return Self::AlreadyThere { constraint };
                }
                match of_code(&code, inner.message()) {
                    Some(known) => known,
                    None => Self::Database(error),
                }
            }
            E::ColumnDecode { ref index, .. } => Self::unreadable(format!("column {index}")),
            other => Self::Database(other),
        }
    }
}

/// The codes of SQLite (numbers, the low byte is the primary code) and of PostgreSQL (SQLSTATE,
/// five characters) that a caller can act on.
fn of_code(code: &str, message: &str) -> Option<StoreError> {
    let detail = message.to_owned();
    if code.len() == 5 {
        return match code {
            "40001" | "40P01" | "55P03" => Some(StoreError::Busy { detail }),
            "53100" => Some(StoreError::DiskFull),
            "25006" | "53300" | "57P01" | "57P02" | "57P03" => Some(StoreError::Unavailable { detail }),
            "XX001" | "XX002" => Some(StoreError::Damaged { path: "in PostgreSQL".into(), detail }),
            _ => None,
        };
    }
    match code.parse::<i32>().ok()? & 0xff {
        5 | 6 => Some(StoreError::Busy { detail }),
        13 => Some(StoreError::DiskFull),
        11 | 26 => Some(StoreError::Damaged { path: "file".into(), detail }),
        10 | 14 => Some(StoreError::Unavailable { detail }),
        _ => None,
    }
}

/// What went wrong with the migrations of the database `path`.
pub(crate) fn of_migration(
    path: String,
    migrations: &sqlx::migrate::Migrator,
    error: sqlx::migrate::MigrateError,
) -> StoreError {
    use sqlx::migrate::MigrateError as E;
    let known = migrations.iter().map(|migration| migration.version).max().unwrap_or_default();
    match error {
        E::VersionMissing(found) if found > known => StoreError::NewerSchema { path, found, known },
        E::Execute(error) => match StoreError::from(error) {
            StoreError::Damaged { detail, .. } => StoreError::Damaged { path, detail },
            other => other,
        },
        error => StoreError::Migration { path, detail: error.to_string() },
    }
}
