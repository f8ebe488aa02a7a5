//! The Siaga binary's parts: configuration, command line, server, importers, and the composition root that hands the
//! clock and the randomness of this machine to everything else.

pub mod cities;
pub mod config;
pub mod import;
pub mod server;
