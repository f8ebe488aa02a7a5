//! What SQLite does in its own way.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{ConnectOptions, Connection, QueryBuilder, Row};

use super::open::of_file;
use super::{Backend, Db, Transaction};
use crate::rows::unsigned;
use crate::{Cleared, StoreError};

/// Nothing to lock: a transaction that writes has the whole database.
pub(super) const FOR_UPDATE: &str = "";

/// Nothing to lock here either, so no order is needed.
pub(super) const LOCK_IN_ORDER: &str = "";

/// The streams of these names. A join in this order, because SQLite reads the whole table for
/// `(kind, id) IN (VALUES ...)`.
pub(super) fn select_streams(columns: &str, names: Vec<(String, String)>) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(columns).push(" FROM (SELECT DISTINCT column1 AS named_kind, column2 AS named_id FROM (");
    query.push_values(names, |mut row, (kind, id)| {
        row.push_bind(kind).push_bind(id);
    });
    query.push(")) CROSS JOIN streams ON kind = named_kind AND id = named_id");
    query
}

/// The column of `personal_words` that is `personal.row`.
pub(super) const WORDS_ROW: &str = "rowid";

/// Takes the write lock at once: a transaction that read first could not get it later without
/// starting again.
pub(super) async fn begin(pool: &SqlitePool) -> Result<Transaction, StoreError> {
    Ok(pool.begin_with("BEGIN IMMEDIATE").await?)
}

/// Other processes look by their timers; this one is woken after the commit.
pub(super) async fn notify(_tx: &mut Transaction, _position: u64) -> Result<(), StoreError> {
    Ok(())
}

/// Rows of the word index, for the personal rows with these ids.
pub(super) fn insert_words(rows: &[(String, Vec<String>)]) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new("INSERT INTO personal_words (rowid, words) ");
    query.push_values(rows, |mut row, (id, words)| {
        row.push("(SELECT row FROM personal WHERE id = ").push_bind_unseparated(id.clone()).push_unseparated(")");
        row.push_bind(words.join(" "));
    });
    query
}

/// The rows with a word that begins like this. The word holds letters and digits alone (see
/// [`crate::split_words`]), and in quotes it is no syntax.
pub(super) fn push_word_match(query: &mut QueryBuilder<Db>, word: &str) {
    query.push("personal_words MATCH ").push_bind(format!("\"{word}\"*"));
}

/// Copies the running database into a fresh file and checks the copy.
pub(super) async fn backup(store: &Backend, path: &Path) -> Result<(), StoreError> {
    copy(&store.path, path).await
}

/// Copies a database that others may use into a fresh file and checks the copy.
pub(super) async fn copy(from: &Path, path: &Path) -> Result<(), StoreError> {
    let file = |source: std::io::Error| StoreError::File { path: path.to_owned(), source };
    if path.try_exists().map_err(file)? {
        return Err(file(std::io::ErrorKind::AlreadyExists.into()));
    }
    let target = path.to_str().ok_or_else(|| file(std::io::ErrorKind::InvalidFilename.into()))?;
    // A connection of its own: those that read must not write, not even elsewhere.
    let source = SqliteConnectOptions::new().filename(from).disable_statement_logging();
    let mut source = source.connect().await.map_err(|error| of_file(from, error))?;
    sqlx::query("VACUUM INTO $1").bind(target).execute(&mut source).await?;
    source.close().await?;
    let mut copy = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .connect()
        .await
        .map_err(|error| of_file(path, error))?;
    let verdict = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut copy).await;
    let verdict: String = verdict.and_then(|row| row.try_get(0)).map_err(|error| of_file(path, error))?;
    copy.close().await?;
    if verdict != "ok" {
        return Err(StoreError::Damaged { path: path.display().to_string(), detail: verdict });
    }
    // VACUUM INTO leaves the writing to the system; a backup must be on disk.
    let on_disk = tokio::fs::OpenOptions::new().write(true).open(path).await.map_err(file)?;
    on_disk.sync_all().await.map_err(file)
}

/// Rewrites the file and empties the write-ahead log, which still holds the pages from before the erasure. Overwriting
/// deleted rows is not enough: when pages are rebalanced, SQLite leaves stale copies of rows in their slack.
///
/// Rewriting holds the one writer meanwhile, and a copy of the file in memory.
pub(super) async fn after_erase(store: &Backend, bytes_max: Option<u64>) -> Result<Cleared, StoreError> {
    const TRIES: usize = 20;
    let size = sqlx::query("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
    let bytes = unsigned(size.fetch_one(store.writer()).await?.try_get(0)?, "page_count")?;
    if bytes_max.is_some_and(|max| bytes > max) {
        return Ok(Cleared::TooLarge { bytes });
    }
    sqlx::query("VACUUM").execute(store.writer()).await?;
    for _ in 0..TRIES {
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(store.writer()).await?;
        if row.try_get::<i64, _>(0)? == 0 {
            return Ok(Cleared::Done);
        }
        // A reader still looks at the old state; they are short.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(Cleared::ReadersInTheWay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SqliteOptions, SqliteStore};

    #[tokio::test]
    async fn streams_are_found_by_the_index() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(folder.path().join("siaga.db"), uuid::Uuid::nil());
        let store = SqliteStore::open(options).await.unwrap();
        let names = |count: usize| (0..count).map(|n| ("unit".to_owned(), n.to_string())).collect();
        for count in [1, 2, 128] {
            let select = select_streams("version", names(count)).into_string();
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {select}"));
            let plan = sqlx::query(explain).fetch_all(store.reader()).await.unwrap();
            let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            assert!(steps.iter().any(|step| step.contains("SEARCH streams")), "{steps:?}");
            assert!(!steps.iter().any(|step| step.contains("SCAN streams")), "{steps:?}");
        }
    }
}
