//! `siaga config check` and `siaga config show`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Failure;
use super::options::ConfigOptions;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check a file and the environment; name file, line, column and key of what is wrong
    Check {
        /// File to check instead of the one that SIAGA_CONFIG names
        file: Option<PathBuf>,
    },
    /// Show the configuration in effect: defaults, file, environment and options together, without secrets
    Show {
        #[command(flatten)]
        options: ConfigOptions,
    },
}

pub(super) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Check { file } => {
            ConfigOptions::of_file(file).load()?;
            println!("the configuration is right");
        }
        Command::Show { options } => print!("{}", options.load()?.to_toml()),
    }
    Ok(())
}
