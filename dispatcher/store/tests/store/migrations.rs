//! The two databases go through the same steps.

use std::collections::BTreeSet;
use std::path::Path;

fn names(database: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(database);
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn both_databases_have_the_same_migrations() {
    let sqlite = names("sqlite");
    assert_eq!(sqlite, names("postgres"));
    // Versions count up from 1, four digits, without gaps.
    for (number, name) in (1..).zip(&sqlite) {
        assert!(name.starts_with(&format!("{number:04}_")) && name.ends_with(".sql"), "{name}");
    }
}

/// Both databases have the same tables with the same columns, so that the shared statements fit.
#[tokio::test]
async fn both_databases_have_the_same_columns() {
    use siaga_store::testing;
    use sqlx::{ConnectOptions, Row};

    let sqlite = testing::sqlite().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&sqlite.place);
    let rows = sqlx::query(
        "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'personal\\_words%' ESCAPE '\\' AND t.name NOT LIKE '\\_%' ESCAPE '\\' \
         AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .fetch_all(&mut options.connect().await.unwrap())
    .await
    .unwrap();
    let in_sqlite: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();

    let postgres = testing::postgres().await;
    let options: sqlx::postgres::PgConnectOptions = postgres.place.parse().unwrap();
    let rows = sqlx::query(
        "SELECT table_name || '.' || column_name FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name NOT IN ('personal_words', '_sqlx_migrations')",
    )
    .fetch_all(&mut options.connect().await.unwrap())
    .await
    .unwrap();
    let in_postgres: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(in_sqlite, in_postgres);
    assert!(in_sqlite.len() > 50);
}
