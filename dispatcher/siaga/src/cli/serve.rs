//! `siaga serve`.

use clap::Args;

use super::{Failure, options::ConfigOptions};

/// Options of `siaga serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    options: ConfigOptions,
}

/// Serves until it is asked to end.
pub(super) async fn run(serve: Serve) -> Result<(), Failure> {
    crate::serve::serve(serve.options.load()?).await
}
