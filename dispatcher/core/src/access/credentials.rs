//! From cookie or bearer token to the caller.

use super::{Caller, passwords::token_hash};
use crate::context::{Context, store_error};
use quick_cache::sync::Cache;
use siaga_domain::{Aggregate, ErrorKind, SiagaError, Timestamp, account::Account};
use siaga_store::StreamKey;
use uuid::Uuid;

/// A credential is looked up again after this, in ms: what another process revokes ends here within it.
const TRUSTED_MS: i64 = 2_000;
/// Credentials kept at hand.
const CACHED: usize = 10_000;
/// Name of the session cookie, and under TLS.
pub const COOKIES: [&str; 2] = ["__Host-siaga_session", "siaga_session"];

/// Looks credentials up, and keeps them for a moment.
pub struct Credentials {
    cache: Cache<String, (Caller, Timestamp)>,
}

impl Default for Credentials {
    fn default() -> Self {
        Self { cache: Cache::new(CACHED) }
    }
}

impl Credentials {
    /// The caller of a request, by its `authorization` or `cookie` header.
    ///
    /// # Errors
    /// SIAGA-1102 without a valid credential, SIAGA-1901 when it cannot be looked up.
    pub async fn caller(&self, context: &Context, headers: &http::HeaderMap) -> Result<Caller, SiagaError> {
        let token = token_of(headers).ok_or_else(signed_out)?;
        let hash = token_hash(token);
        let now = context.now();
        if let Some((caller, looked_up)) = self.cache.get(&hash)
            && now.ms_since(looked_up).abs() < TRUSTED_MS
            && caller.expires_at > now
        {
            return Ok(caller);
        }
        let caller = look_up(context, &hash, now).await?;
        self.cache.insert(hash, (caller.clone(), now));
        Ok(caller)
    }

    /// Forgets what is kept of a session or of all sessions of an account.
    pub fn forget(&self, account_id: Uuid, session_id: Option<Uuid>) {
        self.cache.retain(|_, (caller, _)| {
            caller.account_id != Some(account_id) || (session_id.is_some() && caller.session_id != session_id)
        });
    }
}

async fn look_up(context: &Context, hash: &str, now: Timestamp) -> Result<Caller, SiagaError> {
    let session = context.store.session_by_token(hash).await.map_err(store_error)?.ok_or_else(signed_out)?;
    if session.revoked_at.is_some() || session.expires_at <= now {
        return Err(signed_out());
    }
    let account = account(context, session.account_id).await?;
    if account.disabled {
        return Err(signed_out());
    }
    Ok(Caller {
        account_id: Some(session.account_id),
        session_id: Some(session.id),
        role: account.role,
        label: account.label,
        agency: account.agency,
        unit_id: account.unit_id,
        expires_at: session.expires_at,
    })
}

/// An account as stored now.
///
/// # Errors
/// SIAGA-1102 when there is none.
pub async fn account(context: &Context, account_id: Uuid) -> Result<Account, SiagaError> {
    let key = StreamKey::new(Account::KIND, account_id);
    let rows = context.store.load_streams(&[key]).await.map_err(store_error)?;
    let row = rows.into_iter().next().ok_or_else(signed_out)?;
    serde_json::from_value(row.state).map_err(|error| SiagaError::internal(format!("account: {error}")))
}

/// SIAGA-1102: no valid credential.
pub fn signed_out() -> SiagaError {
    SiagaError::new(
        "SIAGA-1102",
        ErrorKind::Unauthenticated,
        "Sesi Anda sudah berakhir. Masuk lagi; isian Anda tetap ada.",
        "Your session has ended. Sign in again; what you typed is kept.",
    )
}

/// The token of a request: a bearer token, or else the session cookie.
fn token_of(headers: &http::HeaderMap) -> Option<&str> {
    if let Some(value) = headers.get(http::header::AUTHORIZATION) {
        return value.to_str().ok()?.strip_prefix("Bearer ").map(str::trim);
    }
    let cookies = headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs: Vec<(&str, &str)> =
        cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')).collect();
    COOKIES.iter().find_map(|name| pairs.iter().find(|(cookie, _)| cookie == name).map(|(_, token)| *token))
}
