//! ListTokens: the tokens of machines, without their text.

use crate::{Core, access::Caller, context::store_error, convert};
use siaga_domain::SiagaError;
use siaga_proto::v1;
use siaga_store::{Session, SessionKind};

/// Tokens listed at most.
const TOKENS_MAX: u32 = 1_000;

/// Tokens of an account, or of all, newest first.
///
/// # Errors
/// SIAGA-1001 for an id that is none, SIAGA-1901 when they cannot be read.
pub(crate) async fn list_tokens(
    core: &Core,
    _: &Caller,
    request: v1::ListTokensRequest,
) -> Result<v1::ListTokensResponse, SiagaError> {
    let store = &core.context.store;
    let found = match convert::optional_id("account_id", &request.account_id)? {
        Some(account_id) => store.sessions_of_account(account_id).await.map(|mut sessions| {
            sessions.retain(|session| session.kind == SessionKind::Machine);
            sessions
        }),
        None => store.machine_sessions(TOKENS_MAX + 1).await,
    };
    let mut found = found.map_err(store_error)?;
    let more = found.len() > TOKENS_MAX as usize;
    found.truncate(TOKENS_MAX as usize);
    Ok(v1::ListTokensResponse { tokens: found.into_iter().map(view).collect(), more })
}

fn view(session: Session) -> v1::TokenView {
    v1::TokenView {
        id: session.id.to_string(),
        account_id: session.account_id.to_string(),
        label: session.label.unwrap_or_default(),
        created_at: Some(convert::timestamp(session.created_at)),
        expires_at: Some(convert::timestamp(session.expires_at)),
        last_seen_at: Some(convert::timestamp(session.last_seen_at)),
        revoked_at: session.revoked_at.map(convert::timestamp),
    }
}
