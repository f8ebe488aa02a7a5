//! The Siaga binary's parts: configuration, command line, server, importers, and the composition root that hands the
//! clock and the randomness of this machine to everything else.

pub mod agency_client;
pub mod cities;
pub mod cli;
pub mod config;
pub mod drill;
pub mod import;
pub mod logging;
pub mod peers;
pub mod serve;
pub mod server;
pub mod shell;
pub mod stores;
pub mod system;
pub mod tools;
