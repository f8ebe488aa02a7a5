//! On which database a test runs.

use siaga_store::testing::{POSTGRES_VARIABLE, TestStore, postgres, sqlite};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Database {
    Sqlite,
    Postgres,
}

tokio::task_local! {
    static DATABASE: Database;
}

/// Tells a story on SQLite, and once more on PostgreSQL where the environment offers a server (`scripts/with-postgres`
/// does). What it makes by [`core`](super::core) or [`fresh`] is on that database.
pub async fn tell_on_each(story: impl AsyncFn()) {
    DATABASE.scope(Database::Sqlite, story()).await;
    if std::env::var_os(POSTGRES_VARIABLE).is_some() {
        DATABASE.scope(Database::Postgres, story()).await;
    }
}

/// A fresh store on the database whose turn it is; SQLite outside of [`tell_on_each`].
///
/// # Panics
/// When it cannot be made.
pub async fn fresh() -> TestStore {
    match DATABASE.try_with(|database| *database) {
        Ok(Database::Postgres) => postgres().await,
        Ok(Database::Sqlite) | Err(_) => sqlite().await,
    }
}

/// Tests that are told on each database, by name.
#[cfg(test)]
macro_rules! on_each {
    ($($story:ident),* $(,)?) => {
        mod on_each {
            $(#[tokio::test]
            async fn $story() {
                $crate::testing::tell_on_each(super::$story).await;
            })*
        }
    };
}
#[cfg(test)]
pub(crate) use on_each;
