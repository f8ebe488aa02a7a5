//! `siaga init`.

use clap::Args;
use siaga_core::setup::{CreateAccount, ImportCatalog};
use siaga_domain::Role;
use siaga_domain::account::Account;

use super::Failure;
use super::options::ConfigOptions;
use super::password::NewPassword;
use crate::config::Config;
use crate::tools::{self, Tools};
use crate::{cities, stores};

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Name that the first administrator signs in with: 3 to 40 of a-z, 0-9, dot, hyphen, underscore
    #[arg(long, value_name = "NAME")]
    admin: String,
    /// Post of the first administrator, as screens and the log show it
    #[arg(long, value_name = "TEXT", default_value = "Administrator")]
    label: String,
    /// Leave Singkawang's areas, agencies, types and places out, to import those of another city
    #[arg(long)]
    without_city: bool,
    #[command(flatten)]
    password: NewPassword,
    #[command(flatten)]
    options: ConfigOptions,
}

/// Makes a real installation: the data folder or database, the city's data, the first administrator. Nothing of it is
/// invented, and no password is known to anybody else.
pub(super) async fn init(command: Init) -> Result<(), Failure> {
    let config = command.options.load()?;
    if config.demo {
        return Err(Failure::failed(
            "a real installation has no demo accounts, and the configuration asks for them",
            "leave --demo out; to try Siaga on this machine run `siaga serve --demo` instead",
        ));
    }
    Account::create(&command.admin, &command.label, Role::Administrator, None, None, false)
        .map_err(|error| tools::explain(&error))?;
    // Held until the end: no server starts on a folder that is half made.
    let _folder = stores::take_folder(&config.data)?;
    let tools = Tools::over(stores::open(&config).await?).await?;
    refuse_initialised(&tools, &config).await?;
    let password_hash = command.password.hashed(&command.admin).await?;
    if !command.without_city {
        import_city(&tools).await?;
    }
    // Last, because it is what makes the installation one: an `init` that was cut off is simply run again.
    let administrator = CreateAccount {
        username: command.admin.clone(),
        label: command.label,
        role: Role::Administrator,
        agency: None,
        unit_id: None,
        demo: false,
        password_hash: Some(password_hash),
        keep_existing: false,
    };
    tools.run(administrator).await?;
    say_next(&config, &command.admin, command.without_city);
    Ok(())
}

async fn refuse_initialised(tools: &Tools, config: &Config) -> Result<(), Failure> {
    let accounts = tools.list::<Account>(false).await?;
    let place = match &config.database_url {
        Some(_) => "the database".to_owned(),
        None => config.data.display().to_string(),
    };
    if accounts.iter().any(|account| account.demo) {
        return Err(Failure::failed(
            format!("{place} holds a demonstration, with accounts whose passwords are public"),
            "name an empty folder with --data: a demonstration does not become a real installation",
        ));
    }
    if accounts.iter().any(|account| account.role == Role::Administrator) {
        return Err(Failure::failed(
            format!("{place} is initialised already"),
            "nothing was changed; `siaga account list` shows who may sign in, `add` and `reset` let others in",
        ));
    }
    Ok(())
}

/// What is there stays: an earlier `init` was cut off after it, or the city imported its own.
async fn import_city(tools: &Tools) -> Result<(), Failure> {
    for part in cities::singkawang()?.catalog {
        let stream_id = part.stream_id();
        if tools.catalog(stream_id).await?.is_none() {
            tools.run(ImportCatalog { part, source: format!("singkawang/{stream_id}") }).await?;
            println!("Singkawang: {stream_id} loaded");
        }
    }
    Ok(())
}

fn say_next(config: &Config, admin: &str, without_city: bool) {
    println!("{} is ready; {admin} may sign in", config.data.display());
    println!("next:");
    if without_city {
        println!("  siaga import agencies|types|outcomes|areas|places FILE   the city's own data, agencies first");
    }
    println!("  siaga import units FILE      vehicles and teams of the agencies");
    println!("  siaga import contacts FILE   whom to call at an agency, by hour");
    println!("  siaga account add NAME ...   operators, supervisors, dispatchers, crews");
    println!("  siaga serve                  with the same configuration");
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::Path;

    use siaga_core::access::passwords;
    use siaga_domain::catalog::CatalogPart;

    use super::*;

    pub(in crate::cli) const PASSWORD: &str = "kata sandi administrator";

    fn command(folder: &Path, without_city: bool) -> Init {
        let file = folder.with_extension("password");
        std::fs::write(&file, PASSWORD).unwrap();
        Init {
            admin: "admin.utama".into(),
            label: "Administrator".into(),
            without_city,
            password: NewPassword::of_file(&file),
            options: ConfigOptions::of_data(folder),
        }
    }

    /// A data folder as `siaga init` makes it.
    pub(in crate::cli) async fn initialised(without_city: bool) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        init(command(&folder.path().join("data"), without_city)).await.unwrap();
        folder
    }

    /// The tools over the data folder of [`initialised`].
    pub(in crate::cli) async fn tools_of(folder: &tempfile::TempDir) -> Tools {
        let config = ConfigOptions::of_data(&folder.path().join("data")).load().unwrap();
        Tools::open_existing(&config).await.unwrap()
    }

    #[tokio::test]
    async fn it_makes_the_city_and_one_administrator_and_nothing_invented() {
        let folder = initialised(false).await;
        let tools = tools_of(&folder).await;
        let accounts = tools.list::<Account>(false).await.unwrap();
        assert_eq!(accounts.len(), 1);
        assert_eq!((accounts[0].username.as_str(), accounts[0].role), ("admin.utama", Role::Administrator));
        let kept = tools.context.store.credential(Account::id_of("admin.utama")).await.unwrap().unwrap();
        assert!(passwords::verify(PASSWORD, &kept));
        assert_eq!(tools.context.city().kelurahan.len(), 26);
        assert!(tools.context.city().contacts.is_empty());
        assert!(tools.list::<siaga_domain::unit::Unit>(false).await.unwrap().is_empty());
        let events = tools.context.store.events_after(0, 100).await.unwrap();
        assert!(events.iter().all(|event| event.actor["label"] == "Baris perintah (administrator)"));
    }

    #[tokio::test]
    async fn a_second_time_is_refused_and_changes_nothing() {
        let folder = initialised(false).await;
        let head = tools_of(&folder).await.context.store.head().await.unwrap();
        let again = init(command(&folder.path().join("data"), false)).await.unwrap_err().to_string();
        assert!(again.contains("is initialised already") && again.contains("siaga account"), "{again}");
        assert_eq!(tools_of(&folder).await.context.store.head().await.unwrap(), head);
    }

    #[tokio::test]
    async fn an_init_that_was_cut_off_is_run_again() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut cut_off = command(&data, false);
        cut_off.password = NewPassword::of_file(&folder.path().join("not there"));
        init(cut_off).await.unwrap_err();
        init(command(&data, false)).await.unwrap();
    }

    #[tokio::test]
    async fn another_city_begins_empty() {
        let folder = initialised(true).await;
        let tools = tools_of(&folder).await;
        for stream_id in CatalogPart::STREAM_IDS {
            assert!(tools.catalog(stream_id).await.unwrap().is_none(), "{stream_id}");
        }
    }

    #[tokio::test]
    async fn wrong_names_demo_and_a_used_folder_are_refused_before_anything_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut wrong = command(&data, false);
        wrong.admin = "Admin Utama".into();
        assert!(init(wrong).await.unwrap_err().to_string().contains("Account name"));
        assert!(!data.exists());
        let server = stores::take_folder(&data).unwrap();
        let used = init(command(&data, false)).await.unwrap_err().to_string();
        assert!(used.contains("in use by another server"), "{used}");
        drop(server);
        assert!(!data.join("siaga.db").exists());
    }
}
