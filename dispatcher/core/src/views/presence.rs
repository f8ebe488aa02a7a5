//! Which agencies have somebody at a screen.

use crate::context::{Context, store_error};
use siaga_domain::SiagaError;
use std::collections::BTreeSet;

/// What a gateway said of its sessions counts this long, in ms.
pub(crate) const PRESENCE_MS: i64 = 15_000;

/// Who is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Online {
    /// Codes of agencies with a live session.
    pub(crate) agencies: BTreeSet<String>,
    /// A gateway has said something lately.
    pub(crate) gateway: bool,
}

impl Online {
    /// As the gateways said lately.
    pub(crate) async fn now(context: &Context) -> Result<Self, SiagaError> {
        let since = context.now().plus_ms(-PRESENCE_MS);
        let rows = context.store.presence(since).await.map_err(store_error)?;
        let gateway = !rows.is_empty();
        let agencies = rows
            .into_iter()
            .filter(|row| row.sessions > 0)
            .filter_map(|row| row.audience.strip_prefix("agency:").map(str::to_owned))
            .collect();
        Ok(Self { agencies, gateway })
    }
}
