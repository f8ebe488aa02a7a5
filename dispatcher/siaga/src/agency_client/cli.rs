//! `siaga agency-client` on the command line.

use super::{
    desk::{Automatic, Desk, DeskError},
    live::{AddressError, Backoff, Credential, LiveClient, LiveOptions, ServerAddress, View},
    rpc::{RpcSession, SignIn, Sources},
    screen::{Language, Screen},
    store::{Store, StoreError},
};
use crate::config::Secret;
use clap::Args;
use std::{
    io::{self, BufRead},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;

/// Lines that may be typed ahead.
const LINES_WAITING: usize = 32;
/// How long one sign-in is tried before the connection counts as lost and is begun again.
const SIGN_IN_PATIENCE: Duration = Duration::from_secs(8);

/// A secret on the command line; it never fails.
#[allow(clippy::unnecessary_wraps)]
fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

/// Options of `siaga agency-client`.
// Each flag is a choice of its own.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
pub struct AgencyClientArgs {
    /// Address of the centre's server
    #[arg(long, env = "SIAGA_SERVER", default_value = "http://127.0.0.1:1120", value_name = "URL")]
    pub server: String,
    /// Token of this machine, from the centre's administrator
    #[arg(long, env = "SIAGA_TOKEN", hide_env_values = true, value_name = "TOKEN", conflicts_with = "username", value_parser = secret)]
    pub token: Option<Secret>,
    /// File with the token, so that it stands in no list of processes
    #[arg(long, value_name = "FILE", conflicts_with_all = ["token", "username"])]
    pub token_file: Option<PathBuf>,
    /// Account to sign in as, instead of a token
    #[arg(long, env = "SIAGA_USERNAME", value_name = "NAME")]
    pub username: Option<String>,
    /// Password of the account; better in the environment or a file than on the command line
    #[arg(long, env = "SIAGA_PASSWORD", hide_env_values = true, value_name = "PASSWORD", requires = "username", value_parser = secret)]
    pub password: Option<Secret>,
    /// File with the password
    #[arg(long, value_name = "FILE", requires = "username", conflicts_with = "password")]
    pub password_file: Option<PathBuf>,
    /// Agency to follow; left out: the credential's own
    #[arg(long, value_name = "CODE")]
    pub agency: Option<String>,
    /// Acknowledge what arrives without a person: only where a system, not a screen, takes it from here
    #[arg(long)]
    pub auto_acknowledge: bool,
    /// Acknowledge, confirm readiness and accept what arrives without a person
    #[arg(long)]
    pub auto_accept: bool,
    /// File that keeps the assignments and the place in the stream over restarts
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// Print one JSON object a line, for programs
    #[arg(long)]
    pub json: bool,
    /// Language of the lines for people
    #[arg(long, value_enum, default_value = "id")]
    pub language: Language,
    /// PEM file of the authority that signed the server's certificate
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

/// Why the client could not work.
#[derive(Debug, thiserror::Error)]
pub enum AgencyClientFailure {
    /// The address cannot be used.
    #[error("{0}")]
    Address(#[from] AddressError),
    /// The store cannot be used.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Neither token nor account, or a file that cannot be read.
    #[error("{0}")]
    Credential(String),
    /// It ended by itself.
    #[error("{0}")]
    Desk(#[from] DeskError),
}

/// Connects and works until it is told to stop.
///
/// # Errors
/// Why it could not begin, or ended by itself.
pub async fn run(arguments: AgencyClientArgs, sources: Sources) -> Result<(), AgencyClientFailure> {
    let address = ServerAddress::parse(&arguments.server, arguments.ca_file.as_deref())?;
    let wanted = arguments.agency.as_ref().map(|code| format!("agency:{code}")).unwrap_or_default();
    let credential = credential(&arguments, &address, &sources)?;
    let (store, audience, view) = match &arguments.store {
        Some(path) => {
            let (store, audience, view) = Store::open(path, &address.url(), &wanted)?;
            (Some(store), audience, view)
        }
        None => (None, wanted, View::default()),
    };
    let client = LiveClient::start(LiveOptions {
        address,
        credential,
        audience: audience.clone(),
        cursor: view.cursor().to_owned(),
        client: format!("siaga-agency-client/{}", env!("CARGO_PKG_VERSION")),
        patience: None,
        backoff: Backoff::new(Duration::from_millis(500), Duration::from_secs(30)),
        sources,
    });
    let automatic = Automatic { acknowledge: arguments.auto_acknowledge, accept: arguments.auto_accept };
    let screen = Screen::stdout(arguments.json, arguments.language);
    let desk = Desk::new(client, (store, audience, view), screen, automatic);
    tokio::select! {
        worked = desk.work(typed_lines()) => Ok(worked?),
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

fn credential(
    arguments: &AgencyClientArgs,
    address: &ServerAddress,
    sources: &Sources,
) -> Result<Credential, AgencyClientFailure> {
    let from_file = |path: &Path| {
        let text = std::fs::read_to_string(path);
        text.map(|text| text.trim().to_owned())
            .map_err(|e| AgencyClientFailure::Credential(format!("{} cannot be read: {e}", path.display())))
    };
    if let Some(path) = &arguments.token_file {
        return Ok(Credential::Token(from_file(path)?));
    }
    if let Some(token) = &arguments.token {
        return Ok(Credential::Token(token.expose().to_owned()));
    }
    let Some(username) = arguments.username.clone() else {
        return Err(AgencyClientFailure::Credential(
            "say who connects: --token or --token-file, or --username with SIAGA_PASSWORD or --password-file".into(),
        ));
    };
    let password = match (&arguments.password, &arguments.password_file) {
        (Some(password), _) => password.expose().to_owned(),
        (None, Some(path)) => from_file(path)?,
        (None, None) => {
            return Err(AgencyClientFailure::Credential(
                "the password is missing: set SIAGA_PASSWORD or name --password-file".into(),
            ));
        }
    };
    let session = RpcSession::new(
        address,
        address.channel()?,
        SignIn { username, password },
        SIGN_IN_PATIENCE,
        sources.clone(),
        Arc::new(|_| {}),
    );
    Ok(Credential::Account(session))
}

/// What is typed, read by a thread of its own: a terminal has no other way that can be left at any time.
fn typed_lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(LINES_WAITING);
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}
