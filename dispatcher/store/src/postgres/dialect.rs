//! What PostgreSQL does in its own way.

use std::path::Path;

use sqlx::{PgPool, QueryBuilder};

use super::listen::CHANNEL;
use super::{Backend, Db, Transaction};
use crate::{Cleared, StoreError};

/// Rows that are read to be changed are locked.
pub(super) const FOR_UPDATE: &str = " FOR UPDATE";

/// Streams are locked in the order of their names, so that nobody waits in a circle.
pub(super) const LOCK_IN_ORDER: &str = " ORDER BY kind, id FOR UPDATE";

/// The streams of these names.
pub(super) fn select_streams(columns: &str, names: Vec<(String, String)>) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(columns).push(" FROM streams WHERE (kind, id) IN (");
    query.push_values(names, |mut row, (kind, id)| {
        row.push_bind(kind).push_bind(id);
    });
    query.push(")");
    query
}

/// The column of `personal_words` that is `personal.row`.
pub(super) const WORDS_ROW: &str = "row";

/// READ COMMITTED, whatever the server's default: after waiting for a lock, the newest row is
/// read, which the order of the locks relies on.
pub(super) async fn begin(pool: &PgPool) -> Result<Transaction, StoreError> {
    Ok(pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?)
}

/// Told to all listeners at the commit, once a group.
pub(super) async fn notify(tx: &mut Transaction, position: u64) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(position.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// Rows of the word index, for the personal rows with these ids.
pub(super) fn insert_words(rows: &[(String, Vec<String>)]) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new("INSERT INTO personal_words (row, words) ");
    query.push_values(rows, |mut row, (id, words)| {
        row.push("(SELECT row FROM personal WHERE id = ").push_bind_unseparated(id.clone()).push_unseparated(")");
        // The words as they are, past the parser.
        row.push("array_to_tsvector(").push_bind_unseparated(words.clone()).push_unseparated(")");
    });
    query
}

/// The rows with a word that begins like this. The word holds letters and digits alone (see
/// [`crate::split_words`]), and in quotes it is no syntax.
pub(super) fn push_word_match(query: &mut QueryBuilder<Db>, word: &str) {
    query.push("personal_words.words @@ ").push_bind(format!("'{word}':*")).push("::tsquery");
}

/// PostgreSQL has its own tools, which copy a running server whole.
pub(super) async fn backup(_store: &Backend, _path: &Path) -> Result<(), StoreError> {
    Err(StoreError::Unsupported { what: "a backup", instead: "use pgBackRest or pg_dump" })
}

/// Removes the dead rows, which still hold what was erased, from the tables' files. Nobody waits for it, whatever the
/// size.
pub(super) async fn after_erase(store: &Backend, _bytes_max: Option<u64>) -> Result<Cleared, StoreError> {
    sqlx::raw_sql("VACUUM personal, personal_words, requests").execute(&store.background).await?;
    Ok(Cleared::Done)
}
