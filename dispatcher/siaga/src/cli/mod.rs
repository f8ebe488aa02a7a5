//! The command line. Each command is one file.

mod account;
mod agency_client;
mod audit;
mod backup;
mod compact;
mod config;
mod drill;
mod failure;
mod import;
mod init;
mod options;
mod password;
mod rebuild;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use failure::Failure;

/// Exit codes, as `--help` tells them.
const EXIT_CODES: &str = "Exit codes:
  0  done
  1  it failed: the message says what happened and what to do
  2  the command line or the configuration is wrong; nothing was started
  3  it was looked at and found wrong: an import was refused, the log was tampered with, a drill's step did not happen";

/// Siaga, the software of a city's 112 emergency call centre.
#[derive(Debug, Parser)]
#[command(name = "siaga", version, about, after_help = EXIT_CODES, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the centre: calls, dispatch, live screens, web and data hub on one port
    Serve(serve::Serve),
    /// Make a real installation: data folder, city and first administrator
    Init(init::Init),
    /// Make, reset, disable, enable and show accounts; works beside a running server
    #[command(subcommand)]
    Account(account::Command),
    /// Take a city's own data, each file whole or not at all; works beside a running server
    #[command(subcommand)]
    Import(import::Command),
    /// Check the configuration, or show the one in effect
    #[command(subcommand)]
    Config(config::Command),
    /// Look after the event log
    #[command(subcommand)]
    Audit(audit::Command),
    /// Make the read models afresh from the log while no server runs, and say what was otherwise
    Rebuild(rebuild::Rebuild),
    /// Rewrite the log's file while no server runs, so that nothing erased has left a trace in it
    Compact(compact::Compact),
    /// Copy log, hub and keys of a running or stopped server, checked, to a file
    Backup(backup::Backup),
    /// Put a back-up into an empty data folder, after proving it whole
    Restore(backup::Restore),
    /// Play a scenario through the public contract, and say which of its steps did not happen
    Drill(crate::drill::cli::DrillArgs),
    /// Connect an agency's own system: receive, confirm, acknowledge and report assignments
    AgencyClient(crate::agency_client::cli::AgencyClientArgs),
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    let outcome = match command {
        Command::Serve(command) => wait_for(serve::run(command)),
        Command::Init(command) => wait_for(init::init(command)),
        Command::Account(command) => wait_for(account::run(command)),
        Command::Import(command) => wait_for(import::run(command)),
        Command::Config(command) => config::run(command),
        Command::Audit(command) => wait_for(audit::run(command)),
        Command::Rebuild(command) => wait_for(rebuild::rebuild(command)),
        Command::Compact(command) => wait_for(compact::compact(command)),
        Command::Backup(command) => wait_for(backup::backup(command)),
        Command::Restore(command) => wait_for(backup::restore(command)),
        Command::Drill(arguments) => wait_for(drill::drill(arguments)),
        Command::AgencyClient(arguments) => wait_for(agency_client::agency_client(arguments)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("siaga: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Runs a command that waits for databases and networks.
fn wait_for(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let advice = "the machine has no more threads or memory to give; look what else runs on it";
    runtime.map_err(|error| Failure::failed(error, advice))?.block_on(command)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_explains_itself() {
        fn walk(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} has no help", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} of {} has no help", argument.get_id(), command.get_name());
            }
            command.get_subcommands().for_each(walk);
        }
        let mut command = Cli::command();
        command.build();
        walk(&command);
    }
}
