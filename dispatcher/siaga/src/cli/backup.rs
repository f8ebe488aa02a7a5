//! `siaga backup` and `siaga restore`.

mod archive;

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use siaga_domain::{Clock as _, IdSource as _};
use siaga_store::{Maintenance as _, SqliteOptions, SqliteStore, Store};

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
    /// File that `siaga backup` wrote; left out on PostgreSQL, after its own tools restored the database
    file: Option<PathBuf>,
    #[command(flatten)]
    options: ConfigOptions,
}

/// Copies the log and the hub's database of a running or stopped server, checked, with the keys of the data folder, to
/// one file.
pub(super) async fn backup(command: Backup) -> Result<(), Failure> {
    let config = command.options.load()?;
    if config.database_url.is_some() {
        return Err(by_postgresql(&config));
    }
    let file = command.file;
    if file.exists() {
        return Err(Failure::failed(
            format!("{} exists already", file.display()),
            "name a new file: a back-up never overwrites an older one",
        ));
    }
    let store = stores::open_existing(&config).await?;
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = |error: std::io::Error| {
        let advice = "name a file in a folder that exists, is this user's, and has room for twice the data";
        Failure::failed(format!("{} cannot be written: {error}", file.display()), advice)
    };
    // Beside the file, because only that disk is known to have the room. For this user alone, as the file will be.
    let drafts = tempfile::Builder::new().prefix(".siaga-backup-").tempdir_in(parent).map_err(cannot)?;
    let copies = copy(&*store, &config, drafts.path()).await?;
    let files: Vec<(String, &Path)> = copies.iter().map(|(name, path)| (name.clone(), path.as_path())).collect();
    let mut draft = tempfile::NamedTempFile::new_in(parent).map_err(cannot)?;
    archive::write(&mut draft, SystemClock.now().unix_ms(), &files).map_err(cannot)?;
    draft.as_file().sync_all().map_err(cannot)?;
    draft.persist_noclobber(&file).map_err(|error| cannot(error.error))?;
    std::fs::File::open(parent).and_then(|folder| folder.sync_all()).map_err(cannot)?;
    let names: Vec<&str> = copies.iter().map(|(name, _)| name.as_str()).collect();
    println!("{} holds {}", file.display(), names.join(", "));
    println!("keep it where only those who may read personal data can, on another machine");
    if config.hub_store.database_url.is_some() {
        println!("the hub's own database is in PostgreSQL: back it up with PostgreSQL's tools as well");
    }
    Ok(())
}

/// Copies the databases into `drafts`; returns every file of the back-up with its name in a data folder.
async fn copy(store: &dyn Store, config: &Config, drafts: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let [log, hub] = archive::DATABASES;
    let mut files = Vec::new();
    // The hub before the log: a hub that lacks the last messages asks for them again, while one that is ahead of the
    // log would refuse what the restored log sends under the same sequence.
    let from = config.data.join(hub);
    if from.exists() {
        SqliteStore::copy_database(&from, &drafts.join(hub)).await.map_err(stores::explain)?;
        files.push((hub.to_owned(), drafts.join(hub)));
    }
    store.backup(&drafts.join(log)).await.map_err(stores::explain)?;
    files.push((log.to_owned(), drafts.join(log)));
    files.extend(key_files(&config.data)?);
    Ok(files)
}

fn key_files(data: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::failed(format!("{}: {error}", data.display()), "check that the folder is this user's")
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(data).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let is_key = entry.file_name().to_str().filter(|name| archive::is_key_file(name)).map(str::to_owned);
        if let Some(name) = is_key
            && entry.path().is_file()
        {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// What PostgreSQL's own tools do better, and what they leave out.
fn by_postgresql(config: &Config) -> Failure {
    let mut beside: Vec<String> =
        key_files(&config.data).unwrap_or_default().into_iter().map(|(name, _)| name).collect();
    if config.data.join(archive::DATABASES[1]).exists() {
        beside.push(format!("{0} (`sqlite3 {0} \".backup FILE\"`)", archive::DATABASES[1]));
    }
    let mut advice =
        "back it up with pgBackRest, or with `pg_dump --format=custom --dbname=\"$SIAGA_DATABASE_URL\"`".to_owned();
    if !beside.is_empty() {
        advice += &format!("; and copy from {}: {}", config.data.display(), beside.join(", "));
    }
    Failure::failed("this installation keeps its log in PostgreSQL; nothing was written", advice)
}

/// Puts a back-up into a data folder that has nothing of it, proves its chain, and gives the log a new identity, so that
/// every screen that comes back gets a fresh snapshot.
pub(super) async fn restore(command: Restore) -> Result<(), Failure> {
    let config = command.options.load()?;
    match (command.file, config.database_url.is_some()) {
        (Some(file), false) => from_file(&file, &config).await,
        (None, true) => after_postgresql(&config).await,
        (None, false) => Err(Failure::failed(
            "there is nothing to restore from",
            "name the file that `siaga backup` wrote, and an empty folder with --data",
        )),
        (Some(_), true) => Err(Failure::failed(
            "this installation keeps its log in PostgreSQL; nothing was restored",
            "restore it with pgBackRest or pg_restore while no server runs, then run `siaga restore` without a file: \
             it proves the log and gives it a new identity",
        )),
    }
}

async fn after_postgresql(config: &Config) -> Result<(), Failure> {
    let _folder = stores::take_folder(&config.data)?;
    let store = stores::open_existing(config).await?;
    let events = prove(&*store).await?;
    store.renew_log_id(SystemIds.new_id(SystemClock.now())).await.map_err(stores::explain)?;
    println!("{events} events are whole, and the log has a new identity; start the server with `siaga serve`");
    Ok(())
}

async fn from_file(file: &Path, config: &Config) -> Result<(), Failure> {
    let folder = stores::take_folder(&config.data)?;
    let cannot = |error: std::io::Error| {
        let advice = "check the file, the folder and the room on the disk; nothing was restored";
        Failure::failed(format!("{} cannot be restored: {error}", file.display()), advice)
    };
    for name in archive::DATABASES {
        refuse_existing(&config.data.join(name))?;
    }
    // Proven in a folder of its own first: a log that is not whole never gets the place of a good one.
    let drafts = Drafts(config.data.join("restoring"));
    drafts.remove().map_err(cannot)?;
    std::fs::DirBuilder::new().mode(0o700).create(&drafts.0).map_err(cannot)?;
    let list = archive::extract(file, &drafts.0).map_err(|unfit| {
        let advice = "nothing was restored; take the file as `siaga backup` wrote it, or an older back-up";
        Failure::failed(format!("{} cannot be restored: {unfit}", file.display()), advice)
    })?;
    let log = archive::DATABASES[0];
    if !list.files.iter().any(|entry| entry.name == log) {
        return Err(Failure::failed(format!("{} holds no log", file.display()), "take another back-up"));
    }
    let events = take_over(&drafts.0.join(log)).await?;
    for entry in &list.files {
        refuse_existing(&config.data.join(&entry.name))?;
    }
    // The log last: with it the folder is an installation.
    let others = list.files.iter().map(|entry| entry.name.as_str()).filter(|name| *name != log);
    for name in others.chain([log]) {
        std::fs::rename(drafts.0.join(name), config.data.join(name)).map_err(cannot)?;
    }
    std::fs::File::open(folder.path()).and_then(|folder| folder.sync_all()).map_err(cannot)?;
    println!("{events} events were restored to {}; start the server with `siaga serve`", config.data.display());
    Ok(())
}

fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if !path.exists() {
        return Ok(());
    }
    Err(Failure::failed(
        format!("{} is there already", path.display()),
        "nothing was restored; name an empty folder with --data: a restore never overwrites",
    ))
}

/// Proves a restored log and makes it another one. Returns how many events it has.
async fn take_over(database: &Path) -> Result<u64, Failure> {
    let new_log_id = SystemIds.new_id(SystemClock.now());
    let store = SqliteStore::open(SqliteOptions::new(database, new_log_id)).await.map_err(stores::explain)?;
    let events = prove(&store).await?;
    store.renew_log_id(new_log_id).await.map_err(stores::explain)?;
    store.close().await;
    Ok(events)
}

async fn prove(store: &dyn Store) -> Result<u64, Failure> {
    let report = store.verify(&|_, _| {}).await.map_err(stores::explain)?;
    if report.is_sound() {
        return Ok(report.events);
    }
    Err(Failure::Refused(
        "the back-up's log is not as it was written; nothing was taken over, take an older back-up".to_owned(),
    ))
}

/// The folder that a back-up is proven in; it goes whatever happens.
struct Drafts(PathBuf);

impl Drafts {
    fn remove(&self) -> std::io::Result<()> {
        match std::fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Drafts {
    fn drop(&mut self) {
        // What is left of a failed restore is of no use; that it cannot be removed is no further harm.
        let _ = self.remove();
    }
}

#[cfg(test)]
mod tests;
