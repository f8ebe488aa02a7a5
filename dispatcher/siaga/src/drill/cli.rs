//! `siaga drill` on the command line.

use super::{
    Accounts, DrillError, DrillOptions, HUB_WAIT, PATIENCE, Scenario, Speed,
    accounts::AccountsError,
    play,
    progress::{Progress, Terminal},
    scenario::ScenarioError,
};
use crate::agency_client::{
    live::{AddressError, ServerAddress},
    rpc::Sources,
};
use clap::Args;
use std::{
    io::{self, Write},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

/// Options of `siaga drill`.
#[derive(Debug, Args)]
pub struct DrillArgs {
    /// Scenario to play, e.g. dispatcher/siaga/drills/kebakaran-ruko.toml; docs/drills.md describes the format
    pub file: PathBuf,
    /// Address of the server
    #[arg(long, env = "SIAGA_SERVER", default_value = "http://127.0.0.1:1120", value_name = "URL")]
    pub server: String,
    /// How many times faster than life: 60 plays an hour in a minute
    #[arg(long, default_value = "1", value_name = "N")]
    pub speed: Speed,
    /// Accounts to play as, CSV or TOML; left out: the demo accounts
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// PEM file of the authority that signed the server's certificate
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// How long to wait for a server that went away, in seconds
    #[arg(long, default_value_t = PATIENCE.as_secs(), value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub patience_s: u64,
}

/// Why a drill could not be played.
#[derive(Debug, thiserror::Error)]
pub enum DrillFailure {
    /// The scenario cannot be read.
    #[error("the scenario cannot be played, nothing was started\n{0}")]
    Scenario(#[from] ScenarioError),
    /// The accounts cannot be read.
    #[error("{0}")]
    Accounts(#[from] AccountsError),
    /// The address cannot be used.
    #[error("{0}")]
    Address(#[from] AddressError),
    /// Server, accounts and scenario do not fit together.
    #[error("the drill cannot begin\n{0}")]
    Cannot(#[from] DrillError),
    /// The result could not be printed.
    #[error("the result could not be printed: {0}")]
    Output(#[from] io::Error),
}

/// Plays the scenario and prints the result. True: every step happened.
///
/// # Errors
/// When it could not be played at all.
pub async fn run(arguments: DrillArgs, sources: Sources) -> Result<bool, DrillFailure> {
    let scenario = Scenario::read(&arguments.file)?;
    let accounts = match &arguments.accounts {
        Some(file) => Accounts::read(file)?,
        None => Accounts::demo(),
    };
    let address = ServerAddress::parse(&arguments.server, arguments.ca_file.as_deref())?;
    let progress: Arc<dyn Progress> = Arc::new(Terminal::default());
    for warning in &scenario.warnings {
        progress.trouble(&format!("{}: {warning}", arguments.file.display()));
    }
    let options = DrillOptions {
        address,
        accounts,
        speed: arguments.speed,
        patience: Duration::from_secs(arguments.patience_s),
        hub_wait: HUB_WAIT,
        sources,
        progress: progress.clone(),
    };
    let played = play(&scenario, options).await;
    progress.end();
    let report = played?;
    let mut output = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut output, &report).map_err(io::Error::from)?;
        writeln!(output)?;
    } else {
        output.write_all(report.for_people().as_bytes())?;
    }
    Ok(report.ok)
}
