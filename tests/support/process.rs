//! One process of an installation that runs its roles apart.

use std::{
    fs::File,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

use crate::server::{Database, binary, drill, free_port};

/// The key between gateways and hub.
const HUB_KEY: &str = "whsec_c2lhZ2EtdGVzdC1odWIta2V5LW9mLTMyLWJ5dGVzISE=";
/// How long a start may take, on a machine that does other work.
const START_MAX: Duration = Duration::from_secs(120);

/// A process with some of the roles.
pub struct Process {
    child: Option<Child>,
    /// e.g. "http://127.0.0.1:40123".
    pub url: String,
    folder: TempDir,
    demo: bool,
    variables: Vec<(String, String)>,
}

impl Process {
    /// Starts it; it may not be ready yet.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(roles: &str, demo: bool, variables: &[(&str, &str)]) -> Self {
        let mut process = Self {
            child: None,
            url: format!("http://127.0.0.1:{}", free_port()),
            folder: TempDir::new().unwrap(),
            demo,
            variables: variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        };
        process.variables.push(("SIAGA_ROLES".to_owned(), roles.to_owned()));
        process.start_again();
        process
    }

    /// Starts it again on the same folder and port.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_again(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = self.command();
        command.args(["serve", "--listen", self.url.trim_start_matches("http://")]);
        command.args(self.demo.then_some("--demo"));
        let child = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.child = Some(child);
    }

    fn command(&self) -> Command {
        let mut command = Command::new(binary());
        command.env("SIAGA_DATA", self.folder.path().join("data")).current_dir(self.folder.path());
        command.envs(self.variables.iter().map(|(key, value)| (key, value)));
        command
    }

    /// Its data folder; a gateway or console has none.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What `/readyz` answers: the status, and the parts.
    pub async fn readiness(&self) -> Option<(u16, String)> {
        let answer = reqwest::get(format!("{}/readyz", self.url)).await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// Waits until `/readyz` says so.
    ///
    /// # Panics
    /// When the process ends or takes too long, with what it said.
    pub async fn ready(&mut self) {
        let started = Instant::now();
        loop {
            let readiness = self.readiness().await;
            if readiness.as_ref().is_some_and(|(status, _)| *status == 200) {
                return;
            }
            let ended = self.child.as_mut().and_then(|child| child.try_wait().unwrap());
            assert!(ended.is_none(), "the process ended with {ended:?}:\n{}", self.log());
            assert!(started.elapsed() < START_MAX, "not ready: {readiness:?}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends it as a power cut would.
    ///
    /// # Panics
    /// When it cannot be ended.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Runs another command of the binary on the same configuration.
    ///
    /// # Panics
    /// When it cannot be run.
    pub fn siaga(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("--- what {} said ---\n{}", self.url, self.log());
        }
    }
}

/// An installation on many machines, all of them this one: two dispatchers on one PostgreSQL, two gateways, a data hub
/// and a console, with the demonstration's accounts.
pub struct Installation {
    /// Both on one database.
    pub dispatchers: Vec<Process>,
    /// The first prefers the first dispatcher, the second the second.
    pub gateways: Vec<Process>,
    /// On a database of its own.
    pub hub: Process,
    /// The one origin.
    pub console: Process,
    /// Of the dispatchers.
    pub database_url: String,
}

impl Installation {
    /// Starts everything, and waits until it is ready.
    ///
    /// # Panics
    /// When a process does not become ready.
    pub async fn start() -> Self {
        let (dispatchers, database_url) = Self::dispatchers().await;
        let urls: Vec<&str> = dispatchers.iter().map(|dispatcher| dispatcher.url.as_str()).collect();
        let (there, back) = (urls.join(","), [urls[1], urls[0]].join(","));
        let mut hub = Process::start("hub", false, &[("SIAGA_PEERS_DISPATCHERS", &there), ("SIAGA_HUB_KEYS", HUB_KEY)]);
        hub.ready().await;
        let mut gateways = Vec::new();
        for (name, peers) in [("one", &there), ("two", &back)] {
            let file = dispatchers[0].data().join(format!("{name}.token"));
            let file = file.to_str().unwrap();
            let made = dispatchers[0].siaga(&["account", "gateway-token", name, "--file", file]);
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            let variables = [
                ("SIAGA_PEERS_DISPATCHERS", peers.as_str()),
                ("SIAGA_PEERS_TOKEN_FILE", file),
                ("SIAGA_HUB_URL", &hub.url),
                ("SIAGA_HUB_KEYS", HUB_KEY),
            ];
            gateways.push(Process::start("gateway", false, &variables));
        }
        for gateway in &mut gateways {
            gateway.ready().await;
        }
        let variables = [
            ("SIAGA_PEERS_DISPATCHERS", there.as_str()),
            ("SIAGA_PEERS_GATEWAYS", &[gateways[0].url.as_str(), &gateways[1].url].join(",")),
            ("SIAGA_PEERS_HUB", &hub.url),
        ];
        let mut console = Process::start("console", false, &variables);
        console.ready().await;
        Self { dispatchers, gateways, hub, console, database_url }
    }

    /// Two dispatchers on one fresh database, and its address.
    ///
    /// # Panics
    /// When they do not become ready.
    pub async fn dispatchers() -> (Vec<Process>, String) {
        let Database::Postgres(url) = Database::postgres().await else { panic!("a PostgreSQL database was asked for") };
        let mut dispatchers = Vec::new();
        for _ in 0..2 {
            let mut dispatcher = Process::start("dispatcher", true, &[("SIAGA_DATABASE_URL", &url)]);
            // The first one loads the city.
            dispatcher.ready().await;
            dispatchers.push(dispatcher);
        }
        (dispatchers, url)
    }

    /// Plays a drill of the repository through the console.
    ///
    /// # Panics
    /// When the program cannot be run.
    pub fn drill(&self, file: &'static str, speed: &'static str) -> tokio::task::JoinHandle<Output> {
        tokio::spawn(drill(self.console.url.clone(), file, speed))
    }
}
