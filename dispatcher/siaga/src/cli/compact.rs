//! `siaga compact`.

use clap::Args;
use siaga_core::reconcile;
use siaga_store::Cleared;

use super::Failure;
use super::options::ConfigOptions;
use crate::{stores, tools};

#[derive(Debug, Args)]
pub(super) struct Compact {
    #[command(flatten)]
    options: ConfigOptions,
}

/// Rewrites the log's file, so that nothing erased has left a trace in it.
pub(super) async fn compact(command: Compact) -> Result<(), Failure> {
    let config = command.options.load()?;
    // Looked for first, so that a mistyped folder is not made.
    let store = stores::open_existing(&config).await?;
    // PostgreSQL clears its tables while servers write; only a file keeps them waiting.
    let _folder = config.database_url.is_none().then(|| stores::take_folder(&config.data)).transpose()?;
    match reconcile::clear_traces(&*store).await.map_err(|error| tools::explain(&error))? {
        Cleared::Done => {
            println!("the database was rewritten: nothing that was erased has left a trace in it");
            Ok(())
        }
        Cleared::ReadersInTheWay | Cleared::TooLarge { .. } => Err(Failure::failed(
            "the database was rewritten, but somebody reads its old state",
            "end other programs that have the file open, then run `siaga compact` again",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::init::tests::initialised;

    #[tokio::test]
    async fn it_rewrites_the_file_but_not_beside_a_server() {
        let folder = initialised(true).await;
        let of = || Compact { options: ConfigOptions::of_data(&folder.path().join("data")) };
        let server = stores::take_folder(&folder.path().join("data")).unwrap();
        let refused = compact(of()).await.unwrap_err().to_string();
        assert!(refused.contains("stop the other server first"), "{refused}");
        drop(server);
        compact(of()).await.unwrap();
    }
}
