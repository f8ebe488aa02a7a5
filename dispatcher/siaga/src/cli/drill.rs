//! `siaga drill`.

use super::Failure;
use crate::{
    drill::{
        DrillError,
        cli::{DrillArgs, DrillFailure, run},
    },
    system,
};

/// Plays a scenario; a step that did not happen is a failure.
pub(super) async fn drill(arguments: DrillArgs) -> Result<(), Failure> {
    match run(arguments, system::sources()).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Refused("a step of the drill did not happen; the result above names it".into())),
        Err(
            failure @ (DrillFailure::Scenario(_)
            | DrillFailure::Accounts(_)
            | DrillFailure::Cannot(DrillError::Scenario(_))),
        ) => Err(Failure::Refused(failure.to_string())),
        Err(failure) => {
            Err(Failure::failed(failure, "check --server and --accounts; a server starts with: siaga serve"))
        }
    }
}
