//! Stores on throwaway databases, for tests. The PostgreSQL ones need a server, which
//! `scripts/with-postgres` starts: a test without it fails, it does not pass by doing nothing.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    CommandCommit, IncidentIndexRow, NewEvent, PersonalIndex, PersonalRow, PostgresOptions, PostgresStore,
    SqliteOptions, SqliteStore, Store, StoreError, StoredRequest, StreamKey, StreamWrite, Timestamp,
};

/// The variable with the address of a PostgreSQL server on which databases may be made.
pub const POSTGRES_VARIABLE: &str = "SIAGA_TEST_POSTGRES_URL";

/// The identity of the logs that are made here.
pub const LOG_ID: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

/// A store of a test, and what must live as long.
#[derive(Debug)]
pub struct TestStore {
    /// `sqlite` or `postgres`.
    pub name: &'static str,
    /// The store.
    pub store: Arc<dyn Store>,
    /// The database: a file or an address.
    pub place: String,
    _folder: Option<TempDir>,
}

/// A fresh store on SQLite in a temporary folder.
///
/// # Panics
/// When it cannot be made.
pub async fn sqlite() -> TestStore {
    let folder = tempfile::tempdir().expect("a test needs a temporary folder");
    let place = folder.path().join("siaga.db");
    let store = open_sqlite(&place.display().to_string()).await.expect("a fresh SQLite store opens");
    TestStore { name: "sqlite", store, place: place.display().to_string(), _folder: Some(folder) }
}

/// A fresh store on PostgreSQL in a database of its own.
///
/// # Panics
/// When there is no server, see [`POSTGRES_VARIABLE`].
pub async fn postgres() -> TestStore {
    let place = postgres_database().await;
    let store = open_postgres(&place).await.expect("a fresh PostgreSQL store opens");
    TestStore { name: "postgres", store, place, _folder: None }
}

/// A fresh store on each database.
///
/// # Panics
/// As [`sqlite`] and [`postgres`] do.
pub async fn stores() -> Vec<TestStore> {
    vec![sqlite().await, postgres().await]
}

impl TestStore {
    /// Another handle on the same database, with connections of its own, as another process has.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn another(&self) -> Arc<dyn Store> {
        self.reopens().await.expect("the database opens again")
    }

    /// Opens the database once more.
    ///
    /// # Errors
    /// What opening says.
    pub async fn reopens(&self) -> Result<Arc<dyn Store>, StoreError> {
        if self.name == "sqlite" { open_sqlite(&self.place).await } else { open_postgres(&self.place).await }
    }

    /// Executes statements past the store, as somebody with the database's own tools would.
    ///
    /// # Panics
    /// When they fail.
    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.name == "sqlite" {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&self.place);
            let mut connection = options.connect().await.expect("the test's database opens");
            sqlx::raw_sql(sql).execute(&mut connection).await.expect("the test's statement is right");
            connection.close().await.expect("the connection closes");
        } else {
            let mut connection = connect(&self.place).await;
            sqlx::raw_sql(sql).execute(&mut connection).await.expect("the test's statement is right");
            connection.close().await.expect("the connection closes");
        }
    }
}

async fn open_sqlite(path: &str) -> Result<Arc<dyn Store>, StoreError> {
    let mut options = SqliteOptions::new(path, LOG_ID);
    // Several handles of one test write at once on slow machines.
    options.patience = std::time::Duration::from_secs(60);
    Ok(Arc::new(SqliteStore::open(options).await?))
}

async fn open_postgres(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    let mut options = PostgresOptions::new(url, LOG_ID);
    options.patience = std::time::Duration::from_secs(60);
    options.connections = 4;
    options.background_connections = 2;
    // `scripts/with-postgres --no-fsync` is meant to forget.
    options.forgetful = true;
    Ok(Arc::new(PostgresStore::open(options).await?))
}

async fn connect(url: &str) -> sqlx::PgConnection {
    let options = PgConnectOptions::from_str(url).expect("the address of the test server is right");
    let connection = options.disable_statement_logging().connect().await;
    connection.expect("the PostgreSQL server of the tests answers")
}

/// Makes an empty database on the tests' server; returns its address.
///
/// # Panics
/// When [`POSTGRES_VARIABLE`] is missing or nobody answers there.
pub async fn postgres_database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let server = std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| {
        panic!("{POSTGRES_VARIABLE} is not set: run the tests with `scripts/with-postgres cargo test`")
    });
    let mut connection = connect(&server).await;
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("siaga_test_{}_{number}", std::process::id());
        let made = sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await;
        match made {
            Ok(_) => {
                connection.close().await.expect("the connection closes");
                return with_database(&server, &name);
            }
            // A process of the same number left it behind, or another test copies the template.
            Err(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("42P04" | "55006")) => {}
            Err(error) => panic!("no database could be made for the test: {error}"),
        }
    }
}

/// The address with another database name.
fn with_database(server: &str, name: &str) -> String {
    let (address, parameters) = server.split_once('?').map_or((server, None), |(a, p)| (a, Some(p)));
    let base = address.rsplit_once('/').map_or(address, |(base, _)| base);
    let parameters = parameters.map(|p| format!("?{p}")).unwrap_or_default();
    format!("{base}/{name}{parameters}")
}

/// A command as the core makes them when an incident is opened, for tests and benchmarks: 2
/// events on 3 streams, a request, 2 personal rows and an index row. Different numbers have
/// nothing in common.
#[must_use]
pub fn sample_command(number: u64) -> CommandCommit {
    let id = |kind: u128| Uuid::from_u128((0x7000_8000 << 64) | (u128::from(number) << 8) | kind);
    let (incident_id, account_id, request_id) = (id(1), id(2), id(3));
    let at = Timestamp::from_unix_ms(1_700_000_000_000 + number as i64);
    let call = StreamKey::new("call", id(4));
    let incident = StreamKey::new("incident", incident_id);
    let login = StreamKey::new("login", format!("operator-{number}"));
    let personal = [personal_row(id(5), incident_id, "caller_name"), personal_row(id(6), incident_id, "narrative")];
    let references: Vec<Value> =
        personal.iter().map(|row| json!({"personal_id": row.id, "digest": row.digest})).collect();
    let event = |stream: &StreamKey, event_type: &str, data: Value| NewEvent {
        stream: stream.clone(),
        version: 1,
        incident_id: Some(incident_id),
        event_type: event_type.to_owned(),
        schema_version: 1,
        data,
        occurred_at: at,
        recorded_at: at,
        actor: json!({"role": "operator", "account_id": account_id}),
        account_id: Some(account_id),
        request_id: Some(request_id),
    };
    let stream = |key: &StreamKey, version: u64| StreamWrite {
        key: key.clone(),
        expected_version: 0,
        version,
        open: true,
        incident_id: Some(incident_id),
        state: json!({"status": "open", "opened_at": at.unix_ms(), "assignments": [], "notes": 0}),
    };
    CommandCommit {
        request: Some(StoredRequest {
            account_id,
            request_id,
            request_hash: "0".repeat(64),
            reply: vec![7; 120],
            recorded_at: at,
        }),
        events: vec![
            event(&call, "call_answered", json!({"line": 3, "caller": references[0]})),
            event(&incident, "incident_opened", json!({"number": number, "narrative": references[1]})),
        ],
        streams: vec![stream(&call, 1), stream(&incident, 1), StreamWrite { version: 0, ..stream(&login, 0) }],
        personal: personal.to_vec(),
        incidents: vec![IncidentIndexRow {
            incident_id,
            number: format!("SKW-20261122-{number:04}"),
            status: "open".into(),
            open: true,
            type_code: Some("fire".into()),
            priority: Some(1),
            kelurahan_code: Some("61.72.01.1001".into()),
            sensitive: false,
            opened_at: at,
            closed_at: None,
        }],
        ..CommandCommit::default()
    }
}

fn personal_row(id: Uuid, incident_id: Uuid, field: &str) -> PersonalRow {
    let content = format!("Warga contoh, api di ruko lantai dua, asap tebal ({field})");
    let salt = id.into_bytes();
    PersonalRow {
        id,
        subject_kind: "incident".into(),
        subject_id: incident_id,
        incident_id: Some(incident_id),
        field: field.to_owned(),
        digest: siaga_domain::personal::digest(&salt, &content),
        content,
        salt,
        index: PersonalIndex::Words,
    }
}
