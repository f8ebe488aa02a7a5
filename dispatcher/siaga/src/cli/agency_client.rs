//! `siaga agency-client`.

use super::Failure;
use crate::{
    agency_client::cli::{AgencyClientArgs, run},
    system,
};

/// Works as an agency's client until it is told to stop.
pub(super) async fn agency_client(arguments: AgencyClientArgs) -> Result<(), Failure> {
    let advice = "check the address and the token or account; the centre's administrator knows both";
    run(arguments, system::sources()).await.map_err(|failure| Failure::failed(failure, advice))
}
