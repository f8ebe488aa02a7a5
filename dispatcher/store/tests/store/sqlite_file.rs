//! The SQLite file: opening what is damaged or too new, backing up, the folder's lock.

use std::path::Path;

use siaga_store::testing::{LOG_ID, sqlite};
use siaga_store::{DataFolder, EventLog, Maintenance, SqliteOptions, SqliteStore, StoreError};

use crate::common::{id, several, step, unit};

async fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(SqliteOptions::new(path, id(1))).await
}

#[tokio::test]
async fn a_store_keeps_what_it_has_when_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("siaga.db");
    let store = open(&path).await.unwrap();
    store.append(&several(2)).await.unwrap();
    let head = store.head().await.unwrap();
    store.close().await;
    assert!(!path.with_extension("db-wal").exists(), "closing folds the write-ahead log in");
    let options = SqliteOptions::new(&path, id(2));
    let store = SqliteStore::open(options).await.unwrap();
    assert_eq!(store.head().await.unwrap(), head, "the log keeps its identity");
    assert_eq!(*store.wake().borrow(), 4);
}

#[tokio::test]
async fn a_second_process_can_append_too() {
    let test = sqlite().await;
    let other = test.another().await;
    test.store.append(&[step(&unit(1), 0)]).await.unwrap();
    other.append(&[step(&unit(1), 1)]).await.unwrap();
    test.store.append(&[step(&unit(1), 2)]).await.unwrap();
    assert_eq!(other.head().await.unwrap().position, 3);
    assert!(test.store.verify(&|_, _| {}).await.unwrap().is_sound());
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("siaga.db");
    std::fs::write(&path, "this is no database, but long enough to have a header: ".repeat(100)).unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { path: named, .. } if *named == path.display().to_string()));
    assert!(error.to_string().contains("siaga restore"));
    assert!(std::fs::read(&path).unwrap().starts_with(b"this is no database"), "it is left as it is");

    let missing = folder.path().join("no").join("siaga.db");
    assert!(open(&missing).await.is_err());
    let a_folder = folder.path().join("folder.db");
    std::fs::create_dir(&a_folder).unwrap();
    assert!(open(&a_folder).await.is_err());
}

#[tokio::test]
async fn a_damaged_file_is_refused_wherever_it_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    let store = open(&whole).await.unwrap();
    store.append(&several(40)).await.unwrap();
    store.close().await;
    let bytes = std::fs::read(&whole).unwrap();
    let damaged = folder.path().join("damaged.db");
    let mut refused = 0;
    let pages = bytes.len() / 4096;
    for page in 0..pages {
        let mut copy = bytes.clone();
        copy[page * 4096..(page + 1) * 4096].fill(0xA5);
        for file in ["damaged.db-wal", "damaged.db-shm"] {
            let _ = std::fs::remove_file(folder.path().join(file));
        }
        std::fs::write(&damaged, copy).unwrap();
        // A page that nobody uses may go unseen; nothing may panic.
        match open(&damaged).await {
            Ok(store) => store.close().await,
            Err(StoreError::Damaged { .. }) => refused += 1,
            Err(error) => panic!("page {page}: {error:?}"),
        }
    }
    assert!(refused * 10 >= pages * 9, "{refused} of {pages}");
    std::fs::write(&damaged, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(open(&damaged).await, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let test = sqlite().await;
    test.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9001, 'of a newer program', 1, x'00', 0)",
    )
    .await;
    let error = test.reopens().await.unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { found: 9001, .. }));
}

#[tokio::test]
async fn a_newer_schema_is_refused_on_postgres() {
    let test = siaga_store::testing::postgres().await;
    test.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9001, 'of a newer program', TRUE, '', 0)",
    )
    .await;
    let error = test.reopens().await.unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { found: 9001, .. }));
    assert!(matches!(test.store.backup(Path::new("/nowhere")).await, Err(StoreError::Unsupported { .. })));
}

#[tokio::test]
async fn a_changed_migration_is_refused() {
    let test = sqlite().await;
    test.execute("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1").await;
    assert!(matches!(test.reopens().await, Err(StoreError::Migration { .. })));
}

#[tokio::test]
async fn a_backup_of_a_working_store_can_be_opened_and_verifies() {
    let test = sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("backup.db");
    let commands = several(200);
    let (early, late) = commands.split_at(20);
    test.store.append(early).await.unwrap();
    let (written, backed_up) = tokio::join!(
        async {
            for command in late.chunks(4) {
                test.store.append(command).await.unwrap();
            }
        },
        test.store.backup(&copy)
    );
    let () = written;
    backed_up.unwrap();
    assert!(matches!(test.store.backup(&copy).await, Err(StoreError::File { .. })), "nothing is overwritten");

    let restored = open(&copy).await.unwrap();
    let head = restored.head().await.unwrap();
    assert!(head.position >= 40 && head.log_id == LOG_ID);
    assert!(restored.verify(&|_, _| {}).await.unwrap().is_sound());
    restored.renew_log_id(id(77)).await.unwrap();
    assert_eq!(restored.head().await.unwrap().log_id, id(77));
    restored.append(&[step(&unit(1), 0)]).await.unwrap();
    assert!(restored.verify(&|_, _| {}).await.unwrap().is_sound());
}

#[test]
fn a_folder_is_used_by_one_server_at_a_time() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("new").join("data");
    let folder = DataFolder::open(&path).unwrap();
    assert_eq!(folder.database(), path.join("siaga.db"));
    let error = DataFolder::open(&path).unwrap_err();
    let this_process = std::process::id().to_string();
    assert!(matches!(&error, StoreError::FolderInUse { holder, .. } if *holder == this_process));
    assert!(error.to_string().contains("stop it first"));
    drop(folder);
    drop(DataFolder::open(&path).unwrap());

    let file = place.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(DataFolder::open(&file), Err(StoreError::File { .. })));
}
