//! Opening the log's store, as the configuration says: SQLite in the data folder, or PostgreSQL.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use siaga_domain::{Clock as _, IdSource as _};
use siaga_store::{DataFolder, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore, Store, StoreError};

use crate::cli::Failure;
use crate::config::Config;
use crate::server::health::{Check, Health};
use crate::system::{SystemClock, SystemIds};

/// Opens the store for a server, or for a command beside a running one. The folder is taken (or not) by the caller.
///
/// # Errors
/// The database cannot be opened; the message says what to do.
pub async fn open(config: &Config) -> Result<Arc<dyn Store>, Failure> {
    // Used only when the log is made now.
    let log_id = SystemIds.new_id(SystemClock.now());
    if let Some(url) = &config.database_url {
        let store = PostgresStore::open(PostgresOptions::new(url.expose(), log_id)).await.map_err(explain)?;
        return Ok(Arc::new(store));
    }
    let path = DataFolder::database_in(&config.data);
    let store = SqliteStore::open(SqliteOptions::new(path, log_id)).await.map_err(explain)?;
    Ok(Arc::new(store))
}

/// Opens the store of an installation that exists; a command that only looks must not make a new one.
///
/// # Errors
/// There is none, or it cannot be opened.
pub async fn open_existing(config: &Config) -> Result<Arc<dyn Store>, Failure> {
    if config.database_url.is_none() && !DataFolder::database_in(&config.data).exists() {
        return Err(Failure::failed(
            format!("there is no log in {}", config.data.display()),
            "name the data folder of the installation with --data, or its database with SIAGA_DATABASE_URL",
        ));
    }
    open(config).await
}

/// Takes the data folder for this process alone, and makes it when it is missing.
///
/// # Errors
/// Another server has it, or it cannot be made or written.
pub fn take_folder(path: &Path) -> Result<DataFolder, Failure> {
    DataFolder::open(path).map_err(explain)
}

/// What a store's error means to whoever started the command.
pub fn explain(error: StoreError) -> Failure {
    let advice = match &error {
        StoreError::FolderInUse { .. } => "stop the other server first, or name another folder with --data",
        StoreError::File { .. } => {
            "check that the folder exists, is this user's, and has room; or name another with --data"
        }
        StoreError::Unavailable { .. } => {
            "check that the database runs and that database_url is right, then start again"
        }
        StoreError::Damaged { .. } => {
            "do not write to it: copy the folder away, then restore the last back-up with `siaga restore`"
        }
        StoreError::NotDurable { .. } => {
            "an OK of Siaga means that it is on disk; see \"PostgreSQL\" in docs/operating.md"
        }
        StoreError::NewerSchema { .. } => "a newer version of Siaga wrote it: run that version or a newer one",
        _ => "the log says more; when it stays, keep a copy of the data folder for whoever looks into it",
    };
    Failure::failed(error, advice)
}

/// `/readyz`: whether the log's database answers.
pub struct StoreCheck(pub Arc<dyn Store>);

#[async_trait]
impl Check for StoreCheck {
    fn name(&self) -> &'static str {
        "store"
    }

    async fn check(&self) -> Health {
        match self.0.ping().await {
            Ok(()) => Health::Ok,
            Err(error) => Health::Failed(error.to_string()),
        }
    }
}
