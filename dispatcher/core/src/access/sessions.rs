//! Signing in and out.

use super::{Caller, credentials, passwords};
use crate::{Core, command::Internal, context::store_error, work::Work, writer::Lane};
use async_trait::async_trait;
use quick_cache::sync::Cache;
use siaga_domain::{
    ErrorKind, Role, SiagaError, Timestamp,
    account::{Account, AccountEvent, DutyState},
};
use siaga_store::{Revoke, Session, SessionKind, SideWrite};
use uuid::Uuid;

/// Names whose failed sign-ins are counted at once.
const COUNTED_NAMES: usize = 10_000;
/// A hash that no password fits, so that an unknown name takes as long as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2lhZ2Etbm9ib2R5LXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Failed sign-ins by name.
pub struct Failures {
    by_name: Cache<String, (u32, Timestamp)>,
}

impl Default for Failures {
    fn default() -> Self {
        Self { by_name: Cache::new(COUNTED_NAMES) }
    }
}

/// A session that was opened.
pub struct Opened {
    /// Its bearer token.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whose.
    pub account_id: Uuid,
}

/// Checks name and password and opens a session.
///
/// # Errors
/// SIAGA-1104 when they do not fit, SIAGA-1105 after too many failures.
pub async fn sign_in(core: &Core, username: &str, password: &str) -> Result<Opened, SiagaError> {
    let context = &core.context;
    let config = &context.config;
    let name: String = username.trim().to_lowercase().chars().take(64).collect();
    let now = context.now();
    let wait_ms = i64::from(config.login_wait_s) * 1000;
    let (failed, last) = core.failures.by_name.get(&name).unwrap_or((0, now));
    let failed = if now.ms_since(last) > wait_ms { 0 } else { failed };
    if failed >= config.login_attempts {
        return Err(too_often(u64::try_from(wait_ms - now.ms_since(last)).unwrap_or(0)));
    }
    let account_id = Account::id_of(&name);
    let account = credentials::account(context, account_id).await.ok().filter(|account| !account.disabled);
    let stored = context.store.credential(account_id).await.map_err(store_error)?;
    let known = account.is_some() && stored.is_some();
    let hash = stored.filter(|_| known).unwrap_or_else(|| NOBODY.to_owned());
    let password: String = password.chars().take(passwords::PASSWORD_CHARS_MAX + 1).collect();
    let fits = passwords::slowly(move || passwords::verify(&password, &hash)).await?;
    let Some(account) = account.filter(|_| fits) else {
        core.failures.by_name.insert(name, (failed + 1, now));
        return Err(wrong());
    };
    core.failures.by_name.remove(&name);
    let (token, token_hash) = passwords::new_token(&*context.ids);
    let expires_at = now.plus_ms(i64::from(config.session_hours) * 3_600_000);
    let who = caller(account_id, &account, expires_at);
    core.writer.internal_as(Lane::Emergency, who, OpenSession { account_id, token_hash, expires_at }).await?;
    Ok(Opened { token, expires_at, account_id })
}

/// Ends the caller's session.
///
/// # Errors
/// SIAGA-1901 when it cannot be written.
pub async fn sign_out(core: &Core, who: Caller) -> Result<(), SiagaError> {
    let (Some(account_id), Some(session_id)) = (who.account_id, who.session_id) else {
        return Err(credentials::signed_out());
    };
    core.writer.internal_as(Lane::Emergency, who, CloseSession { account_id, session_id }).await?;
    core.credentials.forget(account_id, Some(session_id));
    Ok(())
}

pub(crate) fn caller(account_id: Uuid, account: &Account, expires_at: Timestamp) -> Caller {
    Caller {
        account_id: Some(account_id),
        session_id: None,
        role: account.role,
        label: account.label.clone(),
        agency: account.agency.clone(),
        unit_id: account.unit_id,
        expires_at,
    }
}

struct OpenSession {
    account_id: Uuid,
    token_hash: String,
    expires_at: Timestamp,
}

#[async_trait]
impl Internal for OpenSession {
    fn name(&self) -> &'static str {
        "OpenSession"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let account = work.get::<Account>(self.account_id, ("Akun", "The account")).await?;
        let session_id = work.new_id();
        let meta = work.meta();
        work.emit::<Account>(self.account_id, AccountEvent::SignedIn { session_id }, &meta).await?;
        let at_desk = matches!(account.role, Role::Operator | Role::Supervisor | Role::AgencyDispatcher);
        if at_desk && account.duty == DutyState::SignedOff {
            let ready = AccountEvent::DutyChanged { duty: DutyState::Ready };
            work.emit::<Account>(self.account_id, ready, &meta).await?;
        }
        work.side(SideWrite::CreateSession(Session {
            id: session_id,
            token_hash: self.token_hash.clone(),
            account_id: self.account_id,
            kind: SessionKind::Cookie,
            label: None,
            created_at: work.now,
            expires_at: self.expires_at,
            last_seen_at: work.now,
            revoked_at: None,
        }));
        Ok(Vec::new())
    }
}

struct CloseSession {
    account_id: Uuid,
    session_id: Uuid,
}

#[async_trait]
impl Internal for CloseSession {
    fn name(&self) -> &'static str {
        "CloseSession"
    }

    async fn decide(&self, work: &mut Work<'_>) -> Result<Vec<u8>, SiagaError> {
        let account = work.get::<Account>(self.account_id, ("Akun", "The account")).await?;
        let sessions = work.context.store.sessions_of_account(self.account_id).await.map_err(store_error)?;
        let others = sessions.iter().any(|session| {
            session.id != self.session_id
                && session.kind == SessionKind::Cookie
                && session.revoked_at.is_none()
                && session.expires_at > work.now
        });
        let meta = work.meta();
        let signed_out = AccountEvent::SignedOut { session_id: Some(self.session_id) };
        work.emit::<Account>(self.account_id, signed_out, &meta).await?;
        if !others && let Some(off) = account.move_to(DutyState::SignedOff) {
            work.emit::<Account>(self.account_id, off, &meta).await?;
        }
        work.side(SideWrite::RevokeSessions { which: Revoke::Session(self.session_id), at: work.now });
        Ok(Vec::new())
    }
}

/// SIAGA-1104: the same words whether name or password is wrong.
pub fn wrong() -> SiagaError {
    SiagaError::new(
        "SIAGA-1104",
        ErrorKind::Unauthenticated,
        "Nama akun atau kata sandi salah.",
        "Account name or password is wrong.",
    )
}

fn too_often(retry_after_ms: u64) -> SiagaError {
    SiagaError::new(
        "SIAGA-1105",
        ErrorKind::Exhausted,
        "Terlalu banyak percobaan masuk. Tunggu sebentar.",
        "Too many failed attempts to sign in. Wait a moment.",
    )
    .retry_after_ms(retry_after_ms)
}
