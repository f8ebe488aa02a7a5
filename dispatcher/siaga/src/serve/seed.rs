//! The first start: the city's data and, for demonstrations, invented units, contacts and accounts.

use std::net::SocketAddr;
use std::sync::Arc;

use siaga_core::setup::{CreateAccount, ImportCatalog, RegisterUnits, UnitSeed};
use siaga_core::writer::Lane;
use siaga_core::{Core, access::passwords};
use siaga_domain::account::Account;
use siaga_domain::unit::Unit;
use siaga_domain::{Aggregate as _, SiagaError};

use super::dispatcher::explain;
use crate::cities::{self, Demo};
use crate::cli::Failure;
use crate::config::{self, Config};
use crate::import::AccountRecord;
use crate::system::SystemIds;

/// Accounts looked at for the demonstration's mark.
const ACCOUNTS_MAX: u32 = 5_000;

/// Loads the city and the demonstration when the log has none. Returns the demonstration's accounts, old or new.
pub(super) async fn first_start(config: &Config, core: &Arc<Core>) -> Result<Option<Vec<AccountRecord>>, Failure> {
    let fresh = core.context.city().agencies.is_empty();
    if !config.demo {
        return if fresh { Err(not_initialised(config)) } else { Ok(None) };
    }
    let city = cities::singkawang()?;
    let demo = city.demo()?;
    if fresh {
        progress("Memuat Kota Singkawang: wilayah, instansi, jenis kejadian, hasil, tempat ...");
        for part in city.catalog {
            let source = format!("singkawang/{}", part.stream_id());
            import(core, ImportCatalog { part, source }).await?;
        }
        core.context.reload_city().await.map_err(|error| explain(&error))?;
        load_demo(core, &demo).await.map_err(|error| explain(&error))?;
        progress("Selesai dimuat. Unit, kontak, dan akun demo adalah rekaan (invented for demonstrations).");
    }
    Ok(Some(demo.accounts))
}

async fn import(core: &Arc<Core>, part: ImportCatalog) -> Result<(), Failure> {
    core.writer.internal(Lane::Routine, part).await.map(|_| ()).map_err(|error| explain(&error))
}

async fn load_demo(core: &Arc<Core>, demo: &Demo) -> Result<(), SiagaError> {
    progress(&format!("Memuat {} unit rekaan dan kontak piket ...", demo.units.len()));
    let units = demo.units.iter().map(|unit| UnitSeed {
        code: unit.code.clone(),
        agency: unit.agency.clone(),
        kind: unit.kind.clone(),
        shareable: unit.shareable,
        crew: unit.crew.clone(),
        equipment: unit.equipment.clone(),
    });
    core.writer.internal(Lane::Routine, RegisterUnits(units.collect())).await?;
    let contacts = ImportCatalog { part: demo.contacts.clone(), source: "singkawang/contacts (demo)".into() };
    core.writer.internal(Lane::Routine, contacts).await?;
    progress(&format!("Membuat {} akun demo ...", demo.accounts.len()));
    for account in &demo.accounts {
        let password = account.password.clone();
        let hash = passwords::slowly(move || passwords::hash(&password, &SystemIds)).await??;
        let create = CreateAccount {
            username: account.username.clone(),
            label: account.label.clone(),
            role: account.role,
            agency: account.agency.clone(),
            unit_id: account.unit.as_deref().map(Unit::id_of),
            demo: true,
            password_hash: Some(hash),
            keep_existing: true,
        };
        core.writer.internal(Lane::Routine, create).await?;
    }
    Ok(())
}

/// Demonstration accounts have public passwords: with any of them the server listens on loopback only. Returns whether
/// there are any.
pub(super) async fn demo_accounts_stay_home(config: &Config, core: &Arc<Core>) -> Result<bool, Failure> {
    let rows = core.context.store.list_streams(Account::KIND, true, None, ACCOUNTS_MAX).await;
    let rows = rows.map_err(crate::stores::explain)?;
    let is_demo = |state: serde_json::Value| serde_json::from_value::<Account>(state).is_ok_and(|account| account.demo);
    let any = rows.into_iter().any(|row| is_demo(row.state));
    if any {
        config::demo_accounts_need_loopback(config)?;
    }
    Ok(any)
}

/// Says where it serves, and the demonstration's accounts.
#[expect(clippy::print_stdout, reason = "what the person who started it reads")]
pub(super) fn announce(config: &Config, address: SocketAddr, accounts: Option<&[AccountRecord]>) {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    println!("\nSiaga melayani di {scheme}://{address}  (Ctrl-C untuk berhenti)");
    let Some(accounts) = accounts else { return };
    println!("Akun demo, hanya untuk komputer ini (loopback); kata sandinya terbuka untuk umum:");
    for account in accounts {
        println!("  {:22} {:30} {}", account.username, account.password, account.label);
    }
}

#[expect(clippy::print_stdout, reason = "what the person who started it reads")]
fn progress(line: &str) {
    println!("{line}");
}

fn not_initialised(config: &Config) -> Failure {
    Failure::failed(
        format!("{} holds no city and no accounts yet", config.data.display()),
        "run `siaga init` for a real installation (or `siaga import agencies` after one without a city), or add --demo \
         to try it out on this machine",
    )
}
