//! `siaga rebuild`.

use clap::Args;
use siaga_core::rebuild::{self, Difference};
use siaga_store::Store;

use super::Failure;
use super::audit::progress;
use super::options::ConfigOptions;
use crate::{stores, tools};

/// Differences listed at most; more of them are counted.
const LISTED_MAX: usize = 50;

#[derive(Debug, Args)]
pub(super) struct Rebuild {
    /// PostgreSQL only: I have stopped every server of this database, on all machines
    #[arg(long)]
    servers_stopped: bool,
    #[command(flatten)]
    options: ConfigOptions,
}

/// Makes the read models afresh from the log, and says what was otherwise than the log before.
pub(super) async fn rebuild(command: Rebuild) -> Result<(), Failure> {
    let config = command.options.load()?;
    if config.database_url.is_some() && !command.servers_stopped {
        return Err(Failure::failed(
            "servers on other machines may use this database, and must not while its read models are made",
            "stop them all, then run `siaga rebuild --servers-stopped`",
        ));
    }
    // Looked for first, so that a mistyped folder is not made.
    let store = stores::open_existing(&config).await?;
    let _folder = stores::take_folder(&config.data)?;
    for line in rebuilt(&*store).await? {
        println!("{line}");
    }
    Ok(())
}

async fn rebuilt(store: &dyn Store) -> Result<Vec<String>, Failure> {
    let broken = |error| tools::explain(&error);
    let before = rebuild::compare(store).await.map_err(broken)?;
    let bar = progress();
    let on_progress = |position, head| {
        bar.set_length(head);
        bar.set_position(position);
    };
    let done = rebuild::rebuild(store, &on_progress).await.map_err(|error| {
        Failure::failed(
            format!("{error} [{}]", error.private.as_deref().unwrap_or("no more is known")),
            "start no server; run `siaga rebuild` again, or restore the last back-up. The log itself was not touched",
        )
    })?;
    bar.finish_and_clear();
    let after = rebuild::compare(store).await.map_err(broken)?;
    if !after.is_empty() {
        let mut lines =
            vec!["the read models made from the log still differ from it; this is a fault of Siaga:".to_owned()];
        lines.extend(listed(&after));
        lines
            .push("start no server; keep a copy of the data folder, and restore the last back-up elsewhere".to_owned());
        return Err(Failure::Refused(lines.join("\n")));
    }
    let mut lines = vec![if before.is_empty() {
        "the read models were as the log says; they were made afresh all the same".to_owned()
    } else {
        format!("{} read models were otherwise than the log says, and are right now:", before.len())
    }];
    lines.extend(listed(&before));
    lines.push(format!(
        "{} events read; {} streams, {} incidents and the words of {} texts written, and compared with the log",
        done.events, done.streams, done.incidents, done.words
    ));
    Ok(lines)
}

fn listed(differences: &[Difference]) -> Vec<String> {
    let mut lines: Vec<String> = differences
        .iter()
        .take(LISTED_MAX)
        .map(|difference| format!("  {} {}", difference.what, difference.how))
        .collect();
    if differences.len() > LISTED_MAX {
        lines.push(format!("  and {} more", differences.len() - LISTED_MAX));
    }
    lines
}

#[cfg(test)]
mod tests {
    use siaga_domain::account::Account;
    use siaga_store::{ReadModelBatch, StreamKey};

    use super::*;
    use crate::cli::init::tests::{initialised, tools_of};

    fn of(folder: &tempfile::TempDir) -> Rebuild {
        Rebuild { servers_stopped: false, options: ConfigOptions::of_data(&folder.path().join("data")) }
    }

    #[tokio::test]
    async fn what_differs_is_said_and_put_right() {
        let folder = initialised(false).await;
        let tools = tools_of(&folder).await;
        let store = &*tools.context.store;
        let clean = rebuilt(store).await.unwrap().join("\n");
        assert!(clean.contains("were as the log says"), "{clean}");

        let key = StreamKey::new("account", Account::id_of("admin.utama"));
        let mut row = store.load_streams(std::slice::from_ref(&key)).await.unwrap().remove(0);
        row.state["disabled"] = true.into();
        store.write_read_models(&ReadModelBatch { streams: vec![row], ..ReadModelBatch::default() }).await.unwrap();
        let found = rebuilt(store).await.unwrap().join("\n");
        assert!(found.contains(&format!("{key} differs in state")), "{found}");
        assert!(!tools_of(&folder).await.find::<Account>(key.id).await.unwrap().unwrap().disabled);
        rebuild(of(&folder)).await.unwrap();
    }

    #[tokio::test]
    async fn it_does_not_run_beside_a_server_nor_make_a_folder() {
        let folder = initialised(true).await;
        let server = stores::take_folder(&folder.path().join("data")).unwrap();
        let refused = rebuild(of(&folder)).await.unwrap_err().to_string();
        assert!(refused.contains("stop the other server first"), "{refused}");
        drop(server);
        rebuild(of(&folder)).await.unwrap();

        let nowhere = tempfile::tempdir().unwrap();
        let refused = rebuild(of(&nowhere)).await.unwrap_err().to_string();
        assert!(refused.contains("there is no log in"), "{refused}");
        assert!(!nowhere.path().join("data").exists());
    }

    #[tokio::test]
    async fn on_postgresql_a_person_says_that_all_servers_are_stopped() {
        let options = ConfigOptions::of_database("postgres://127.0.0.1:1/siaga");
        let refused = rebuild(Rebuild { servers_stopped: false, options }).await.unwrap_err().to_string();
        assert!(refused.contains("--servers-stopped"), "{refused}");
    }
}
