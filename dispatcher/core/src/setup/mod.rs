//! Filling an installation: catalog, units, accounts, gateways' tokens. Run by the first start and the command line.

mod create_account;
mod gateway;
mod import_catalog;
mod register_units;

pub use create_account::CreateAccount;
pub use gateway::issue_gateway_token;
pub use import_catalog::ImportCatalog;
pub use register_units::{RegisterUnits, UnitSeed};
