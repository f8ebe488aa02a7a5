//! `siaga backup` and `siaga restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use siaga_domain::{Clock as _, IdSource as _};
use siaga_store::{Maintenance as _, SqliteOptions, SqliteStore};

use super::Failure;
use super::options::ConfigOptions;
use crate::config::Config;
use crate::stores;
use crate::system::{SystemClock, SystemIds};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// File to write; it must not exist yet
    file: PathBuf,
    #[command(flatten)]
    options: ConfigOptions,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// File that `siaga backup` wrote
    file: PathBuf,
    #[command(flatten)]
    options: ConfigOptions,
}

/// Copies the log of a running or stopped server, checked, to a file.
pub(super) async fn backup(command: Backup) -> Result<(), Failure> {
    if command.file.exists() {
        return Err(Failure::failed(
            format!("{} exists already", command.file.display()),
            "name a new file: a back-up never overwrites an older one",
        ));
    }
    let store = stores::open_existing(&command.options.load()?).await?;
    store.backup(&command.file).await.map_err(stores::explain)?;
    for_owner_only(&command.file)
        .map_err(|error| Failure::failed(error, "the back-up is there; see to it that only its owner can read it"))?;
    println!(
        "the log was written to {}; keep it where only those who may read personal data can",
        command.file.display()
    );
    Ok(())
}

/// Puts a back-up into a data folder that has no log, proves its chain, and gives it a new identity, so that every
/// screen that comes back gets a fresh snapshot.
pub(super) async fn restore(command: Restore) -> Result<(), Failure> {
    let config = command.options.load()?;
    if config.database_url.is_some() {
        return Err(Failure::failed(
            "this installation keeps its log in PostgreSQL",
            "restore it with PostgreSQL's own tools, then run `siaga audit verify`",
        ));
    }
    let folder = stores::take_folder(&config.data)?;
    let database = folder.database();
    if database.exists() {
        return Err(Failure::failed(
            format!("{} holds a log already", config.data.display()),
            "name an empty folder with --data: a restore never overwrites a log",
        ));
    }
    // Proven under another name first: a log that is not whole never gets the place of a good one.
    let draft = database.with_extension("restoring");
    let cannot = |error: std::io::Error| {
        Failure::failed(
            format!("{} cannot be restored: {error}", command.file.display()),
            "check the file and the room on the disk",
        )
    };
    std::fs::copy(&command.file, &draft).map_err(cannot)?;
    let outcome = take_over(&draft, &database, &config).await;
    if outcome.is_err() {
        for name in [draft.clone(), with_suffix(&draft, "-wal"), with_suffix(&draft, "-shm")] {
            // What is left of a failed restore is of no use; that it cannot be removed is no further harm.
            let _ = std::fs::remove_file(name);
        }
    }
    outcome
}

async fn take_over(draft: &Path, database: &Path, config: &Config) -> Result<(), Failure> {
    let new_log_id = SystemIds.new_id(SystemClock.now());
    let options = SqliteOptions::new(draft, new_log_id);
    let store = SqliteStore::open(options).await.map_err(stores::explain)?;
    let report = store.verify(&|_, _| {}).await.map_err(stores::explain)?;
    if !report.is_sound() {
        return Err(Failure::Refused("the back-up's log is not as it was written; take an older back-up".to_owned()));
    }
    store.renew_log_id(new_log_id).await.map_err(stores::explain)?;
    store.close().await;
    std::fs::rename(draft, database)
        .map_err(|error| Failure::failed(error, "check the data folder, then restore again"))?;
    println!(
        "{} events were restored to {}; start the server with `siaga serve`",
        report.events,
        config.data.display()
    );
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A back-up holds personal data.
fn for_owner_only(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder(folder: &Path) -> ConfigOptions {
        ConfigOptions::of_data(folder)
    }

    /// A data folder with an empty log.
    async fn installation() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let config = in_folder(folder.path()).load().unwrap();
        drop(stores::open(&config).await.unwrap());
        folder
    }

    #[tokio::test]
    async fn a_back_up_is_restored_and_has_a_new_identity() {
        let (from, to) = (installation().await, tempfile::tempdir().unwrap());
        let file = from.path().join("backup.db");
        backup(Backup { file: file.clone(), options: in_folder(from.path()) }).await.unwrap();
        restore(Restore { file: file.clone(), options: in_folder(to.path()) }).await.unwrap();
        let of = async |folder: &Path| {
            let store = stores::open_existing(&in_folder(folder).load().unwrap()).await.unwrap();
            store.head().await.unwrap().log_id
        };
        assert_ne!(of(from.path()).await, of(to.path()).await);
        // Neither a log nor a back-up is ever overwritten.
        let again = restore(Restore { file: file.clone(), options: in_folder(to.path()) }).await.unwrap_err();
        assert!(again.to_string().contains("holds a log already"), "{again}");
        let again = backup(Backup { file, options: in_folder(from.path()) }).await.unwrap_err();
        assert!(again.to_string().contains("exists already"), "{again}");
    }

    #[tokio::test]
    async fn what_is_no_back_up_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("letter.txt");
        std::fs::write(&file, "not a database, but long enough to look like a file of some kind".repeat(100)).unwrap();
        let to = folder.path().join("data");
        restore(Restore { file, options: in_folder(&to) }).await.unwrap_err();
        let left: Vec<_> = std::fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["server.lock"]);
    }

    #[tokio::test]
    async fn a_folder_without_a_log_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.db");
        let failure = backup(Backup { file, options: in_folder(folder.path()) }).await.unwrap_err();
        assert!(failure.to_string().contains("there is no log in"), "{failure}");
    }
}
