//! The real binary as a process.

use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a first start may take: the city is loaded and passwords are hashed, on a machine that does other work.
const START_MAX: Duration = Duration::from_secs(120);

/// Which database the log is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// In the data folder.
    Sqlite,
    /// A database of its own on the server of SIAGA_TEST_POSTGRES_URL.
    Postgres(String),
}

impl Database {
    /// A fresh PostgreSQL database.
    ///
    /// # Panics
    /// When the tests were not started through `scripts/with-postgres`.
    pub async fn postgres() -> Self {
        let server = std::env::var("SIAGA_TEST_POSTGRES_URL")
            .expect("SIAGA_TEST_POSTGRES_URL is not set: run the tests by `make test` or `scripts/with-postgres`");
        let name = format!("siaga_{}", uuid::Uuid::now_v7().simple());
        let pool = sqlx::PgPool::connect(&server).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
        pool.close().await;
        let (base, options) = server.split_once('?').map_or((server.as_str(), ""), |(base, options)| (base, options));
        let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
        let options = if options.is_empty() { String::new() } else { format!("?{options}") };
        Self::Postgres(format!("{base}/{name}{options}"))
    }
}

/// The binary that `cargo build -p siaga` made beside the tests.
///
/// # Panics
/// When it is not there.
pub fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    // Tests lie in `deps` below the binaries, the benchmark beside them.
    let folder = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).unwrap();
    let binary = folder.join("siaga");
    assert!(binary.is_file(), "{} is not there: run `cargo build -p siaga` first", binary.display());
    binary
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A running server with the demonstration's accounts.
pub struct Server {
    child: Option<Child>,
    /// e.g. "http://127.0.0.1:40123".
    pub url: String,
    /// Its data folder.
    pub data: TempDir,
    database: Database,
    extra: Vec<(String, String)>,
}

impl Server {
    /// Starts one on SQLite.
    pub async fn start() -> Self {
        Self::start_on(Database::Sqlite).await
    }

    /// Starts one on a database.
    pub async fn start_on(database: Database) -> Self {
        Self::start_with(database, &[]).await
    }

    /// Starts one with variables of configuration.
    pub async fn start_with(database: Database, extra: &[(&str, &str)]) -> Self {
        Self::start_there(free_port(), database, extra).await
    }

    /// Starts one on SQLite at a port, with variables of configuration.
    pub async fn start_at(port: u16, extra: &[(&str, &str)]) -> Self {
        Self::start_there(port, Database::Sqlite, extra).await
    }

    async fn start_there(port: u16, database: Database, extra: &[(&str, &str)]) -> Self {
        let mut server = Self {
            child: None,
            url: format!("http://127.0.0.1:{port}"),
            data: TempDir::new().unwrap(),
            database,
            extra: extra.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        };
        server.spawn();
        server.ready().await;
        server
    }

    fn spawn(&mut self) {
        let log = File::options().create(true).append(true).open(self.data.path().join("server.log")).unwrap();
        let mut command = Command::new(binary());
        command.args(["serve", "--demo", "--listen", self.url.trim_start_matches("http://")]);
        command.arg("--data").arg(self.data.path().join("data"));
        if let Database::Postgres(url) = &self.database {
            command.env("SIAGA_DATABASE_URL", url);
        }
        for (key, value) in &self.extra {
            command.env(key, value);
        }
        let child = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.child = Some(child);
    }

    /// Waits until `/readyz` says so.
    ///
    /// # Panics
    /// When the process ends or takes too long, with what it said.
    pub async fn ready(&mut self) {
        let started = Instant::now();
        let client = reqwest::Client::new();
        loop {
            let answer = client.get(format!("{}/readyz", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let ended = self.child.as_mut().and_then(|child| child.try_wait().unwrap());
            assert!(ended.is_none(), "the server ended with {ended:?}:\n{}", self.log());
            assert!(started.elapsed() < START_MAX, "the server is not ready:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What it wrote to its terminal.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.path().join("server.log")).unwrap_or_default()
    }

    /// Its data folder, as given to the binary.
    pub fn folder(&self) -> PathBuf {
        self.data.path().join("data")
    }

    /// The CPU time that its process has used so far, in s. Read from Linux.s table of processes.
    ///
    /// # Panics
    /// When it does not run.
    pub fn cpu_s(&self) -> f64 {
        /// Linux counts in hundredths of a second whatever its own tick is.
        const TICKS_A_S: f64 = 100.0;
        let pid = self.child.as_ref().expect("it runs").id();
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        // The name, in brackets, may hold spaces; after it user time is the 12th word and system time the 13th.
        let words: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks = |index: usize| words[index].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / TICKS_A_S
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Ends it as Ctrl-C would.
    pub fn stop(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        child.wait().unwrap()
    }

    /// Starts it again on the same folder and port.
    pub async fn start_again(&mut self) {
        self.spawn();
        self.ready().await;
    }

    /// Runs another command of the binary on the same configuration.
    pub fn siaga(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(binary());
        command.args(arguments).env("SIAGA_DATA", self.folder());
        if let Database::Postgres(url) = &self.database {
            command.env("SIAGA_DATABASE_URL", url);
        }
        command.stdin(Stdio::null()).output().unwrap()
    }

    /// Plays a drill of the repository against it, and returns how it ended.
    pub async fn drill(&self, file: &'static str, speed: &'static str) -> Output {
        drill(self.url.clone(), file, speed).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("--- what the server said ---\n{}", self.log());
        }
    }
}

/// Plays a drill of the repository against a server that may go away meanwhile.
///
/// # Panics
/// When the program cannot be run.
pub async fn drill(url: String, file: &'static str, speed: &'static str) -> Output {
    drill_at(url, file, speed.to_owned()).await
}

/// The same at a speed that is only known when the test runs.
///
/// # Panics
/// When the program cannot be run.
pub async fn drill_at(url: String, file: &'static str, speed: String) -> Output {
    let mut command = tokio::process::Command::new(binary());
    command.arg("drill").arg(repository("dispatcher/siaga/drills").join(file));
    command.args(["--server", &url, "--speed", &speed, "--json"]);
    command.stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap()
}

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
