//! `siaga account add|reset|disable|enable|gateway-token|list`: also beside a running server, which takes it over within seconds.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use siaga_core::access::passwords;
use siaga_core::setup::{
    AddGatewayToken, CreateAccount, DisableAccount, EnableAccount, GATEWAY_TOKEN_DAYS, ResetPassword, gateway_account,
};
use siaga_domain::account::Account;
use siaga_domain::unit::Unit;
use siaga_domain::{Role, limits};

use super::Failure;
use super::options::ConfigOptions;
use super::password::NewPassword;
use crate::system::SystemIds;
use crate::tools::{self, Tools};

/// Characters of a gateway's name.
const GATEWAY_NAME_CHARS: usize = 100;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account; its name is taken for ever
    Add(Add),
    /// Set a new password; the account's sessions and tokens end
    Reset(Reset),
    /// Take away the right to sign in; sessions, tokens and live connections end
    Disable(Disable),
    /// Give the right to sign in back
    Enable(Named),
    /// Make a token for a gateway that runs apart from its dispatcher
    GatewayToken(GatewayToken),
    /// Show all accounts
    List {
        #[command(flatten)]
        options: ConfigOptions,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Name to sign in with: 3 to 40 of a-z, 0-9, dot, hyphen, underscore
    name: String,
    /// What the account may do
    #[arg(long, value_enum)]
    role: AccountRole,
    /// Agency code of a dispatcher; a crew's follows from its unit
    #[arg(long, value_name = "CODE")]
    agency: Option<String>,
    /// Call sign of a crew's unit
    #[arg(long, value_name = "CALL SIGN")]
    unit: Option<String>,
    /// The post, as screens and the log show it
    #[arg(long, value_name = "TEXT")]
    label: String,
    #[command(flatten)]
    password: NewPassword,
    #[command(flatten)]
    options: ConfigOptions,
}

#[derive(Debug, Args)]
pub(super) struct Reset {
    /// Name of the account
    name: String,
    #[command(flatten)]
    password: NewPassword,
    #[command(flatten)]
    options: ConfigOptions,
}

#[derive(Debug, Args)]
pub(super) struct Disable {
    /// Name of the account
    name: String,
    /// Why; it is kept in the log
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    options: ConfigOptions,
}

#[derive(Debug, Args)]
pub(super) struct GatewayToken {
    /// Which gateway gets it, as the log names the token
    name: String,
    /// New file for the token, readable by its owner alone; without it the token is printed
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Days that it is valid
    #[arg(long, value_name = "DAYS", default_value_t = GATEWAY_TOKEN_DAYS, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    valid_days: u32,
    #[command(flatten)]
    options: ConfigOptions,
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Name of the account
    name: String,
    #[command(flatten)]
    options: ConfigOptions,
}

/// The roles that people have.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum AccountRole {
    /// Takes calls and dispatches
    Operator,
    /// Watches, reassigns, reports
    Supervisor,
    /// Receives an agency's assignments (--agency)
    #[value(alias = "agency_dispatcher")]
    AgencyDispatcher,
    /// A crew in the field (--unit)
    #[value(alias = "field_unit")]
    FieldUnit,
    /// Reads the data hub
    #[value(alias = "hub_analyst")]
    HubAnalyst,
    /// Keeps accounts and the city's data
    Administrator,
}

impl From<AccountRole> for Role {
    fn from(role: AccountRole) -> Self {
        match role {
            AccountRole::Operator => Self::Operator,
            AccountRole::Supervisor => Self::Supervisor,
            AccountRole::AgencyDispatcher => Self::AgencyDispatcher,
            AccountRole::FieldUnit => Self::FieldUnit,
            AccountRole::HubAnalyst => Self::HubAnalyst,
            AccountRole::Administrator => Self::Administrator,
        }
    }
}

pub(super) async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Add(command) => add(command).await,
        Command::Reset(command) => reset(command).await,
        Command::Disable(command) => disable(command).await,
        Command::Enable(command) => enable(command).await,
        Command::GatewayToken(command) => gateway_token(command).await,
        Command::List { options } => list(options).await,
    }
}

async fn gateway_token(command: GatewayToken) -> Result<(), Failure> {
    let tools = Tools::open_existing(&command.options.load()?).await?;
    let label = limits::required("name", &command.name, GATEWAY_NAME_CHARS).map_err(|error| tools::explain(&error))?;
    // The file comes first: a token that could not be kept would be valid for nobody to see.
    let file = command.file.as_deref().map(new_secret_file).transpose()?;
    let (token, token_hash) = passwords::new_token(&SystemIds);
    tools.run(gateway_account()).await?;
    tools.run(AddGatewayToken { label, token_hash, valid_days: command.valid_days }).await?;
    match (file, command.file) {
        (Some(mut file), Some(path)) => {
            let written = writeln!(file, "{token}").and_then(|()| file.sync_all());
            written.map_err(|error| Failure::failed(format!("{}: {error}", path.display()), "make another token"))?;
            println!("{} holds the token of {} for {} days", path.display(), command.name, command.valid_days);
        }
        _ => println!("{token}"),
    }
    Ok(())
}

fn new_secret_file(path: &Path) -> Result<File, Failure> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let advice = "name a file that does not exist yet, in a folder of yours; no token was made";
    opened.map_err(|error| Failure::failed(format!("{}: {error}", path.display()), advice))
}

async fn add(command: Add) -> Result<(), Failure> {
    let tools = Tools::open_existing(&command.options.load()?).await?;
    let (role, name) = (Role::from(command.role), command.name);
    let (agency, unit) = place(&tools, role, command.agency, command.unit).await?;
    let unit_id = unit.as_deref().map(Unit::id_of);
    // Everything that can be refused comes before a person is asked for a password.
    Account::create(&name, &command.label, role, agency.clone(), unit_id, false)
        .map_err(|error| tools::explain(&error))?;
    if tools.find::<Account>(Account::id_of(&name)).await?.is_some() {
        return Err(Failure::failed(
            format!("the account {name} exists already"),
            "nothing was changed; take another name, or `siaga account reset` and `enable` to give it back",
        ));
    }
    let account = CreateAccount {
        username: name.clone(),
        label: command.label,
        role,
        agency,
        unit_id,
        demo: false,
        password_hash: Some(command.password.hashed(&name).await?),
        keep_existing: false,
    };
    tools.run(account).await?;
    println!("{name} may sign in as {}", role_name(role));
    Ok(())
}

/// Where the account belongs: agency code and call sign, both known.
async fn place(
    tools: &Tools,
    role: Role,
    agency: Option<String>,
    unit: Option<String>,
) -> Result<(Option<String>, Option<String>), Failure> {
    if (role == Role::FieldUnit) != unit.is_some() {
        return Err(Failure::Refused("a field-unit needs --unit, and no other role has one".to_owned()));
    }
    let agency = match &unit {
        None => agency,
        Some(code) => {
            let found = tools.find::<Unit>(Unit::id_of(code)).await?.ok_or_else(|| {
                Failure::Refused(format!(
                    "there is no unit `{code}`; write its call sign as `siaga import units` got it"
                ))
            })?;
            if agency.as_ref().is_some_and(|agency| *agency != found.agency) {
                return Err(Failure::Refused(format!("{code} belongs to {}; leave --agency out", found.agency)));
            }
            Some(found.agency)
        }
    };
    if matches!(role, Role::AgencyDispatcher | Role::FieldUnit) != agency.is_some() {
        return Err(Failure::Refused("an agency-dispatcher needs --agency, and this role has none".to_owned()));
    }
    let city = tools.context.city();
    if let Some(code) = agency.as_ref().filter(|code| !city.agencies.contains_key(*code)) {
        let known: Vec<&str> = city.agencies.keys().map(String::as_str).collect();
        return Err(Failure::Refused(format!("there is no agency `{code}`; there are: {}", known.join(", "))));
    }
    Ok((agency, unit))
}

async fn reset(command: Reset) -> Result<(), Failure> {
    let tools = Tools::open_existing(&command.options.load()?).await?;
    let account = known(&tools, &command.name).await?;
    let password_hash = command.password.hashed(&command.name).await?;
    tools.run(ResetPassword { username: command.name.clone(), password_hash }).await?;
    println!("{} has a new password; its sessions and tokens ended", command.name);
    if account.disabled {
        println!("it is still disabled: `siaga account enable {}`", command.name);
    }
    Ok(())
}

async fn disable(command: Disable) -> Result<(), Failure> {
    let tools = Tools::open_existing(&command.options.load()?).await?;
    if known(&tools, &command.name).await?.disabled {
        println!("{} is disabled already; nothing was changed", command.name);
        return Ok(());
    }
    tools.run(DisableAccount { username: command.name.clone(), reason: command.reason }).await?;
    println!("{} is disabled; its sessions and tokens ended", command.name);
    let accounts = tools.list::<Account>(true).await?;
    if !accounts.iter().any(|account| account.role == Role::Administrator) {
        eprintln!("warning: no administrator may sign in now; `siaga account enable` or `add` gives you one");
    }
    Ok(())
}

async fn enable(command: Named) -> Result<(), Failure> {
    let tools = Tools::open_existing(&command.options.load()?).await?;
    known(&tools, &command.name).await?;
    tools.run(EnableAccount { username: command.name.clone() }).await?;
    println!("{} may sign in; a password that was lost is set with `siaga account reset`", command.name);
    Ok(())
}

async fn known(tools: &Tools, name: &str) -> Result<Account, Failure> {
    tools.find::<Account>(Account::id_of(name)).await?.ok_or_else(|| {
        Failure::Refused(format!("there is no account `{name}`; `siaga account list` shows those that there are"))
    })
}

async fn list(options: ConfigOptions) -> Result<(), Failure> {
    let tools = Tools::open_existing(&options.load()?).await?;
    let mut accounts = tools.list::<Account>(false).await?;
    accounts.sort_by(|one, other| one.username.cmp(&other.username));
    let mut rows = vec![["NAME", "ROLE", "AGENCY", "UNIT", "STATE", "POST"].map(str::to_owned)];
    for account in accounts {
        let unit = match account.unit_id {
            Some(unit_id) => tools.find::<Unit>(unit_id).await?.map(|unit| unit.code),
            None => None,
        };
        rows.push([
            account.username,
            role_name(account.role).to_owned(),
            account.agency.unwrap_or_else(|| "-".into()),
            unit.unwrap_or_else(|| "-".into()),
            state(account.disabled, account.demo).to_owned(),
            account.label,
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2), width(3), width(4)];
    for row in &rows {
        for (cell, width) in row.iter().zip(widths) {
            print!("{cell:width$}  ");
        }
        println!("{}", row[5]);
    }
    Ok(())
}

const fn state(disabled: bool, demo: bool) -> &'static str {
    match (disabled, demo) {
        (true, _) => "disabled",
        (false, true) => "demo",
        (false, false) => "active",
    }
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Operator => "operator",
        Role::Supervisor => "supervisor",
        Role::AgencyDispatcher => "agency-dispatcher",
        Role::FieldUnit => "field-unit",
        Role::HubAnalyst => "hub-analyst",
        Role::Administrator => "administrator",
        Role::Gateway => "gateway",
        Role::System => "system",
    }
}

#[cfg(test)]
mod tests;
