use siaga_store::EventLog as _;

use super::*;

fn in_folder(folder: &Path) -> ConfigOptions {
    ConfigOptions::of_data(folder)
}

fn restoring(file: &Path, to: &Path) -> Restore {
    Restore { file: Some(file.to_owned()), options: in_folder(to) }
}

/// A data folder with an empty log, a hub's database and its key.
async fn installation() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = in_folder(folder.path()).load().unwrap();
    drop(stores::open(&config).await.unwrap());
    // Any database will do for the hub's.
    let hub = SqliteOptions::new(folder.path().join("hub.db"), SystemIds.new_id(SystemClock.now()));
    SqliteStore::open(hub).await.unwrap().close().await;
    std::fs::write(folder.path().join("hub.key"), "whsec_secret\n").unwrap();
    folder
}

#[tokio::test]
async fn log_hub_and_keys_are_restored_and_the_log_has_a_new_identity() {
    let (from, to) = (installation().await, tempfile::tempdir().unwrap());
    let file = from.path().join("backup.siaga");
    // As beside a running server, which has the folder.
    let _server = stores::take_folder(from.path()).unwrap();
    backup(Backup { file: file.clone(), options: in_folder(from.path()) }).await.unwrap();
    restore(restoring(&file, to.path())).await.unwrap();
    let of = async |folder: &Path| {
        let store = stores::open_existing(&in_folder(folder).load().unwrap()).await.unwrap();
        store.head().await.unwrap().log_id
    };
    assert_ne!(of(from.path()).await, of(to.path()).await);
    assert_eq!(std::fs::read_to_string(to.path().join("hub.key")).unwrap(), "whsec_secret\n");
    let hub = SqliteOptions::new(to.path().join("hub.db"), SystemIds.new_id(SystemClock.now()));
    let restored = SqliteStore::open(hub).await.unwrap().head().await.unwrap();
    assert_ne!(restored.log_id, of(to.path()).await);
    for name in ["siaga.db", "hub.db", "hub.key"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(to.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} is its owner's alone");
    }
    assert!(!to.path().join("restoring").exists());

    // Neither an installation nor a back-up is ever overwritten.
    let again = restore(restoring(&file, to.path())).await.unwrap_err();
    assert!(again.to_string().contains("is there already"), "{again}");
    let again = backup(Backup { file, options: in_folder(from.path()) }).await.unwrap_err();
    assert!(again.to_string().contains("exists already"), "{again}");
    let left: Vec<_> = std::fs::read_dir(from.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with('.')), "{left:?}");
}

#[tokio::test]
async fn what_is_no_back_up_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    std::fs::write(&file, "not a back-up, but long enough to look like a file of some kind".repeat(100)).unwrap();
    let to = folder.path().join("data");
    let refused = restore(restoring(&file, &to)).await.unwrap_err().to_string();
    assert!(refused.contains("no back-up of Siaga") && refused.contains("nothing was restored"), "{refused}");
    let left: Vec<_> = std::fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["server.lock"]);
}

#[tokio::test]
async fn a_folder_without_a_log_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.siaga");
    let failure = backup(Backup { file, options: in_folder(folder.path()) }).await.unwrap_err();
    assert!(failure.to_string().contains("there is no log in"), "{failure}");
}

#[tokio::test]
async fn postgresql_has_its_own_tools_and_they_are_named() {
    let options = || ConfigOptions::of_database("postgres://127.0.0.1:1/siaga");
    let refused = backup(Backup { file: "backup.siaga".into(), options: options() }).await.unwrap_err().to_string();
    assert!(refused.contains("pg_dump") && refused.contains("nothing was written"), "{refused}");
    let file = Some("backup.siaga".into());
    let refused = restore(Restore { file, options: options() }).await.unwrap_err().to_string();
    assert!(refused.contains("pg_restore") && refused.contains("`siaga restore` without a file"), "{refused}");
}
