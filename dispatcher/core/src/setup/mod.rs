//! Filling an installation: catalog, units, accounts, gateways' tokens. Run by the first start and the command line.

mod create_account;
mod disable_account;
mod enable_account;
mod gateway;
mod import_catalog;
mod register_units;
mod reset_password;

pub use create_account::CreateAccount;
pub use disable_account::DisableAccount;
pub use enable_account::EnableAccount;
pub use gateway::{AddGatewayToken, GATEWAY_TOKEN_DAYS, gateway_account, issue_gateway_token};
pub use import_catalog::ImportCatalog;
pub use register_units::{RegisterUnits, UnitSeed};
pub use reset_password::ResetPassword;
