//! Options that several commands share.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::config::{self, Config, Flag, Sources};

/// Where the configuration comes from, and the settings that are set most often.
///
/// Every other key is set in the file or by its variable: `SIAGA_HUB_TIMEOUT_MS` for `hub.timeout_ms`.
#[derive(Debug, Default, Args)]
pub(super) struct ConfigOptions {
    /// Configuration file (TOML); also named by SIAGA_CONFIG
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the databases, keys and demo accounts [default: data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Address and port to serve on [default: 127.0.0.1:1120]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// PostgreSQL of the log; without it SQLite in the data folder
    // No password on the command line, where every user of the machine can read it: the help says so.
    #[arg(
        long,
        value_name = "URL",
        long_help = "PostgreSQL of the log; without it SQLite in the data folder.\n\
        Give a password by SIAGA_DATABASE_URL or in the file: others on this machine can read command lines"
    )]
    database_url: Option<String>,
    /// Parts to run, separated by commas: dispatcher, gateway, console, hub [default: all]
    #[arg(long, value_name = "ROLES")]
    roles: Option<String>,
    /// Load the invented units, contacts and accounts on the first start; loopback only
    #[arg(long)]
    demo: bool,
}

impl ConfigOptions {
    /// No option but the file.
    pub(super) fn of_file(config: Option<PathBuf>) -> Self {
        Self { config, ..Self::default() }
    }

    /// No option but the data folder.
    #[cfg(test)]
    pub(super) fn of_data(data: &std::path::Path) -> Self {
        Self { data: Some(data.display().to_string()), ..Self::default() }
    }

    /// No option but the database.
    #[cfg(test)]
    pub(super) fn of_database(url: &str) -> Self {
        Self { database_url: Some(url.to_owned()), ..Self::default() }
    }

    /// Reads and checks the configuration of this process.
    pub(super) fn load(self) -> Result<Config, Failure> {
        let set = [
            ("--data", "data", self.data),
            ("--listen", "listen", self.listen),
            ("--database-url", "database_url", self.database_url),
            ("--roles", "roles", self.roles),
            ("--demo", "demo", self.demo.then(|| "true".to_owned())),
        ];
        let flags =
            set.into_iter().filter_map(|(option, key, value)| value.map(|value| Flag { option, key, value })).collect();
        Ok(config::load(&Sources::from_process(self.config, flags))?)
    }
}
