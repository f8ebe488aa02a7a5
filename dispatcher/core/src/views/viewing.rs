//! Which cards are open on which screens of the centre.

use crate::context::{Context, store_error};
use siaga_domain::SiagaError;
use siaga_proto::v1;
use siaga_store::Viewing;

/// What a screen said of an open card counts this long, in ms.
pub(crate) const VIEWING_MS: i64 = 15_000;

/// The open cards, as the screens said lately.
pub(crate) async fn rows(context: &Context) -> Result<Vec<Viewing>, SiagaError> {
    context.store.viewing(context.now().plus_ms(-VIEWING_MS)).await.map_err(store_error)
}

/// For the boards.
pub(crate) async fn now(context: &Context) -> Result<v1::ViewersView, SiagaError> {
    let viewer = |row: Viewing| v1::Viewer {
        incident_id: row.incident_id.to_string(),
        account_id: row.account_id.to_string(),
        label: row.label,
        editing: row.editing,
    };
    Ok(v1::ViewersView { viewers: rows(context).await?.into_iter().map(viewer).collect() })
}
